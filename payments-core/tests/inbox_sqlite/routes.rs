//! The route of a callback in front of the database.

use axum::Router;
use payments_core::incoming::axum as routes;

use super::*;

/// The statuses that these bodies get: each after a statement of another connection's.
async fn post(inbox: &Inbox<Sqlite>, other: &Connection, steps: &[(&str, &str)]) -> Vec<u16> {
    let app: Router = routes::router("/paid", receiver(), inbox.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let mut statuses = Vec::new();
    for (statement, body) in steps {
        other.execute_batch(statement).unwrap();
        let request = client
            .post(format!("http://{address}/paid"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body((*body).to_owned());
        let answer = request.send().await.unwrap();
        statuses.push(answer.status().as_u16());
        assert_eq!(answer.text().await.unwrap(), "");
    }
    server.abort();
    statuses
}

#[tokio::test]
async fn only_what_is_committed_is_acknowledged() {
    let path = file("routes");
    let inbox = hasty(&shop(&path).0);
    let other = Connection::open(&path).unwrap();
    let steps = [
        ("", "order=A"),
        ("", "order=A"),
        ("", "order=A&more=1"),
        ("", "other=A"),
        ("BEGIN IMMEDIATE", "order=B"),
        ("", "order=A"),
        ("ROLLBACK", "order=B"),
        ("", "order=B"),
    ];
    let statuses = post(&inbox, &other, &steps).await;
    // What was not stored is asked for again, and then it is new.
    assert_eq!(statuses, [204, 204, 400, 400, 503, 503, 204, 204]);
    assert_eq!(work(&inbox), worked(2, 0));
    assert_eq!(delivered(&inbox), ["A", "B"]);
}
