//! Connections that break off, and servers that go away.

use payments_core::incoming::axum as routes;
use payments_core::incoming::{BodyFormat, Receiver, danger};
use payments_core::store::StoreError;
use tokio::task::JoinHandle;

use super::*;

pub(super) async fn pid(store: &Postgres) -> i32 {
    let client = store.client().await.unwrap();
    let pid = client.query_one("SELECT pg_backend_pid()", &[]).await;
    pid.unwrap().get(0)
}

/// When this is through, the process at the other end is gone.
async fn terminate(by: &Client, pid: i32) {
    let kill = "SELECT pg_terminate_backend($1, 60000)";
    let gone = by.query_one(kill, &[&pid]).await.unwrap();
    assert!(gone.get::<_, bool>(0));
}

async fn accept(store: &Postgres, order: &str) -> Result<Accepted, StoreError> {
    store.keep(Paid::found(order)).await
}

pub(super) async fn a_lost_connection_is_opened_anew(cluster: &Cluster) {
    let store = cluster.opened("anew").await.unwrap();
    let killer = cluster.client("anew").await.unwrap();
    for order in ["A", "B", "C"] {
        let before = pid(&store).await;
        terminate(&killer, before).await;
        assert_eq!(accept(&store, order).await.unwrap(), Accepted::New);
        assert_ne!(pid(&store).await, before);
    }
    let inbox = Inbox::in_postgres(store);
    let confirm = async |_: Row| Next::<()>::Done;
    terminate(&killer, pid(inbox.store()).await).await;
    assert_eq!(inbox.work(confirm, deliver).await.unwrap().done, 3);
    // A client of the caller's is not opened by us.
    let given = Postgres::on(cluster.client("anew").await.unwrap()).await;
    let given = given.unwrap();
    terminate(&killer, pid(&given).await).await;
    for _ in 0..2 {
        let error = accept(&given, "D").await.unwrap_err();
        assert_eq!(error.failure(), StoreFailure::Unavailable, "{error}");
    }
}

/// A server of this store's route: sends what it is given, and gives the status.
pub(super) async fn route(store: &Postgres) -> impl Fn(&'static str) -> JoinHandle<u16> + use<> {
    let receiver = Receiver::<Paid>::new("test", "shop", danger::authenticated_elsewhere());
    let receiver = receiver.with_body(BodyFormat::Form);
    let app = routes::router("/paid", receiver, Inbox::in_postgres(store.clone()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // It ends with the runtime.
    drop(tokio::spawn(
        async move { axum::serve(listener, app).await },
    ));
    let sender = reqwest::Client::builder().no_proxy().build().unwrap();
    move |body| {
        let request = sender
            .post(format!("http://{address}/paid"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let sent = request.send();
        tokio::spawn(async move { sent.await.unwrap().status().as_u16() })
    }
}

/// Until the process of this number waits for a lock.
pub(super) async fn until_it_waits(looker: &Client, pid: i32) {
    let waits = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity \
                 WHERE pid = $1 AND wait_event_type = 'Lock')";
    let held = async {
        while !looker
            .query_one(waits, &[&pid])
            .await
            .unwrap()
            .get::<_, bool>(0)
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), held)
        .await
        .unwrap();
}

pub(super) async fn what_was_being_accepted_is_not_acknowledged(cluster: &Cluster) {
    let store = cluster.opened("flight").await.unwrap();
    let (gate, looker) = (
        cluster.client("flight").await.unwrap(),
        cluster.client("flight").await.unwrap(),
    );
    let send = route(&store).await;
    let worker = pid(&store).await;
    let hold = "BEGIN; LOCK TABLE payments_inbox IN SHARE MODE";
    gate.batch_execute(hold).await.unwrap();
    let sent = send("order=A");
    until_it_waits(&looker, worker).await;
    terminate(&looker, worker).await;
    assert_eq!(sent.await.unwrap(), 503);
    gate.batch_execute("COMMIT").await.unwrap();
    let count = "SELECT count(*) FROM payments_inbox";
    let count = async || looker.query_one(count, &[]).await.unwrap().get::<_, i64>(0);
    assert_eq!(count().await, 0);
    // The provider sends it again, and once more.
    assert_eq!(send("order=A").await.unwrap(), 204);
    assert_eq!(send("order=A").await.unwrap(), 204);
    assert_eq!(count().await, 1);
}

/// While the connection was away, a newer version of this library was there.
pub(super) async fn a_changed_schema_is_refused_later_too(cluster: &Cluster) {
    let store = cluster.opened("later").await.unwrap();
    let other = cluster.client("later").await.unwrap();
    let newer = "UPDATE payments_schema SET version = 9";
    other.batch_execute(newer).await.unwrap();
    assert_eq!(accept(&store, "A").await.unwrap(), Accepted::New);
    terminate(&other, pid(&store).await).await;
    let error = accept(&store, "B").await.unwrap_err();
    assert_eq!(error.failure(), StoreFailure::NewerSchema, "{error}");
    let older = "UPDATE payments_schema SET version = 1";
    other.batch_execute(older).await.unwrap();
    assert_eq!(accept(&store, "B").await.unwrap(), Accepted::New);
}

pub(super) async fn a_server_that_is_gone_is_told(cluster: &Cluster) {
    let nowhere = Postgres::connect("host=/nowhere user=shop dbname=shop").await;
    let error = nowhere.unwrap_err();
    assert_eq!(error.failure(), StoreFailure::Unavailable);
    let text = "connecting to PostgreSQL: the server cannot be reached; see that the database is \
                there and reachable, and try again";
    assert_eq!(error.to_string(), text);
    let wrong = Postgres::connect("host=").await.unwrap_err();
    assert_eq!(wrong.failure(), StoreFailure::Other, "{wrong}");
    let plain = Postgres::connect(cluster.address()).await.unwrap();
    assert_eq!(accept(&plain, "gone-A").await.unwrap(), Accepted::New);
    let Ok(()) = cluster.stop() else {
        return; // A server of somebody else's is not stopped.
    };
    for _ in 0..2 {
        let error = accept(&plain, "gone-B").await.unwrap_err();
        assert_eq!(error.failure(), StoreFailure::Unavailable);
        assert_eq!(error.to_string(), text);
    }
    cluster.start().unwrap();
    assert_eq!(accept(&plain, "gone-B").await.unwrap(), Accepted::New);
    assert_eq!(accept(&plain, "gone-A").await.unwrap(), Accepted::Duplicate);
}
