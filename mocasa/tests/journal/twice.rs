//! Two clicks: one effect, whichever comes first and however it ends.

use payments_core::MoneyMoved;
use payments_core::client::{ByHand, OpenCalls, Settled, StillOpen};
use payments_core::journal::Row;
use payments_mocasa::sandbox::Fault;
use tokio::task::JoinSet;

use super::*;

const REFUND: &str = "/payment/order/refund";

/// A shop whose order is paid.
async fn paid(name: &str) -> (Sandbox, Client, PathBuf) {
    let (sandbox, file) = (sandbox(), file(name));
    let client = started(sandbox.base_url(), &file);
    client.create_order(order("A-1")).await.unwrap();
    sandbox.control().pay("A-1").unwrap();
    (sandbox, client, file)
}

async fn click(client: &Client) -> Result<String, Error> {
    let prepared = client.prepare(refund("A-1"))?.operation("refund of A-1");
    let reply = client.send(prepared).await?;
    Ok(format!("{:?}", *reply))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_clicks_on_refund_make_one_refund() {
    let (sandbox, client, file) = paid("clicks").await;
    // Of two processes, at once.
    let other = started(sandbox.base_url(), &file);
    let mut clicks = JoinSet::new();
    for client in [&client, &other].into_iter().cycle().take(8) {
        let client = client.clone();
        clicks.spawn(async move { click(&client).await });
    }
    let mut refunded = 0;
    for clicked in clicks.join_all().await {
        match clicked {
            Ok(_) => refunded += 1,
            Err(error) => assert_eq!(error.money_moved(), MoneyMoved::Maybe, "{error}"),
        }
    }
    assert!(refunded > 0);
    let first = click(&client).await.unwrap();
    assert_eq!(click(&other).await.unwrap(), first);
    assert_eq!(arrived(&sandbox, REFUND), 1);
    assert_eq!(happened(&sandbox, "refund", "A-1"), 1);
}

#[tokio::test]
async fn a_refund_whose_answer_is_lost_stays_open_because_there_is_no_query() {
    let (sandbox, client, _) = paid("lost").await;
    sandbox.control().faults().next(REFUND, Fault::CloseAfter);
    let error = click(&client).await.unwrap_err();
    assert_eq!(error.money_moved(), MoneyMoved::Maybe, "{error}");
    let open = client.open_calls().await.unwrap();
    assert_eq!(
        open.iter().map(Row::operation).collect::<Vec<_>>(),
        ["refund of A-1"]
    );
    let settled = client.settle(&open[0]).await.unwrap();
    assert!(matches!(settled, Settled::StillOpen(StillOpen::NoQuery)));
    // So it does where the clients of several providers are worked on alike.
    let clients: Vec<Box<dyn OpenCalls>> = vec![Box::new(client.clone())];
    assert_eq!(clients[0].provider(), open[0].record().provider());
    assert_eq!(clients[0].open_calls().await.unwrap(), open);
    let settled = clients[0].settle(&open[0]).await.unwrap();
    assert!(matches!(settled, Settled::StillOpen(StillOpen::NoQuery)));
    let nobody = clients[0].settle_by_hand(&open[0], ByHand::Done, "", "seen");
    assert_eq!(
        nobody.await.unwrap_err().to_string(),
        "misuse: `who` must say so: it goes on record"
    );
    assert!(why(click(&client).await).ends_with("settle it"));
    assert_eq!(happened(&sandbox, "refund", "A-1"), 1);
}

#[tokio::test]
async fn what_a_row_holds_is_no_secret_and_no_field_of_the_request() {
    let (sandbox, client, file) = paid("content").await;
    let prepared = client.prepare(beneficiary()).unwrap().operation("Ana");
    client.send(prepared).await.unwrap();
    drop(client);
    let mut content = Vec::new();
    for ending in ["", "-wal"] {
        let path = format!("{}{ending}", file.to_str().unwrap());
        content.extend(std::fs::read(path).unwrap_or_default());
    }
    let holds = |text: &str| {
        content
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    assert!(holds("A-1") && holds(sandbox.base_url()));
    for secret in [
        Config::CLIENT_SECRET,
        "P-1234567",
        "Ana Reyes",
        "+639170000001",
        "639170000001",
    ] {
        assert!(!holds(secret), "{secret} is in the file");
    }
}
