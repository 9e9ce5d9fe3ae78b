//! A process that is killed between recording, sending, answering and settling, and started again.

use std::env;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::Arc;

use payments_core::bytes::Bytes;
use payments_core::client::{
    ByHand, ReqwestTransport, SendError, Settled, StillOpen, Transport, TransportOptions,
};
use payments_core::exchange::Response;
use payments_core::http::Request;

use super::*;

/// What the child is told through its environment.
const TOLD: [&str; 4] = [
    "JOURNAL_CHILD_BASE_URL",
    "JOURNAL_CHILD_FILE",
    "JOURNAL_CHILD_PAYEE",
    "JOURNAL_CHILD_DIES",
];

/// Kills the process at a call of money: before it is sent, or once it is answered.
struct Dying {
    inner: ReqwestTransport,
    after: bool,
}

#[async_trait::async_trait]
impl Transport for Dying {
    async fn send(&self, request: Request<Bytes>) -> Result<Response, SendError> {
        let deadly = request.uri().path() != "/auth/token/apply";
        if deadly && !self.after {
            std::process::abort();
        }
        let answer = self.inner.send(request).await;
        if deadly {
            std::process::abort();
        }
        answer
    }
}

/// The child of the tests below; nothing when it is run by itself.
#[tokio::test]
async fn child() {
    let [Ok(base_url), Ok(path), Ok(payee), Ok(dies)] = TOLD.map(env::var) else {
        return;
    };
    let transport = Dying {
        inner: ReqwestTransport::new(&TransportOptions::default()).unwrap(),
        after: dies == "after",
    };
    let client = builder(&base_url).transport(Arc::new(transport)).build();
    let client = client.unwrap().with_journal(journal(path.as_ref()));
    let _ = match &*payee {
        "" => client.create_order(order("A-1")).await.map(drop),
        payee => client.transfer(transfer("A-1", payee)).await.map(drop),
    };
    unreachable!("it should be dead");
}

/// Runs the child until it is dead.
fn run_to_death(sandbox: &Sandbox, path: &Path, payee: &str, dies: &str) {
    let values = [sandbox.base_url(), path.to_str().unwrap(), payee, dies];
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "killed::child", "--nocapture"])
        .envs(TOLD.into_iter().zip(values))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.signal(), Some(6), "not by abort: {status}");
}

/// A payment of the given kind, done again by a process that was started anew.
async fn again(client: &Client, payee: &str) -> Result<(), Error> {
    match payee {
        "" => client.create_order(order("A-1")).await.map(drop),
        payee => client.transfer(transfer("A-1", payee)).await.map(drop),
    }
}

#[tokio::test]
async fn an_answer_that_was_not_recorded_is_found_by_the_query() {
    for (kind, path) in [
        ("order", "/payment/order/create"),
        ("transfer", "/payout/transfer/initiate"),
    ] {
        let (sandbox, file) = (sandbox(), file(&format!("{kind}-answered")));
        let payee = payee(&sandbox, kind).await;
        run_to_death(&sandbox, &file, &payee, "after");
        assert_eq!(happened(&sandbox, kind, "A-1"), 1);
        let client = started(sandbox.base_url(), &file);
        let open = client.open_calls().await.unwrap();
        assert_eq!(open.len(), 1);
        let unknown = why(again(&client, &payee).await);
        assert!(unknown.ends_with("settle it"), "{unknown}");
        let settled = client.settle(&open[0]).await.unwrap();
        assert!(matches!(settled, Settled::Done), "{settled:?}");
        assert!(client.open_calls().await.unwrap().is_empty());
        let unknown = why(again(&client, &payee).await);
        assert!(
            unknown.starts_with("it was carried out before"),
            "{unknown}"
        );
        assert_eq!(arrived(&sandbox, path), 1);
        assert_eq!(happened(&sandbox, kind, "A-1"), 1);
    }
}

#[tokio::test]
async fn a_call_that_was_recorded_and_not_sent_is_open_until_a_person_says_so() {
    for (kind, path) in [
        ("order", "/payment/order/create"),
        ("transfer", "/payout/transfer/initiate"),
    ] {
        let (sandbox, file) = (sandbox(), file(&format!("{kind}-recorded")));
        let payee = payee(&sandbox, kind).await;
        run_to_death(&sandbox, &file, &payee, "before");
        assert_eq!(arrived(&sandbox, path), 0);
        let client = started(sandbox.base_url(), &file);
        let open = client.open_calls().await.unwrap();
        assert_eq!(open.len(), 1);
        // Mocasa has no code that is documented to mean "there is no such thing".
        let settled = client.settle(&open[0]).await.unwrap();
        assert!(
            matches!(settled, Settled::StillOpen(StillOpen::Refused(_))),
            "{settled:?}"
        );
        assert!(why(again(&client, &payee).await).ends_with("settle it"));
        assert_eq!(arrived(&sandbox, path), 0);
        client
            .settle_by_hand(&open[0], ByHand::NeverHappened, "Ana", "asked Mocasa")
            .await
            .unwrap();
        again(&client, &payee).await.unwrap();
        again(&client, &payee).await.unwrap();
        assert_eq!(arrived(&sandbox, path), 1);
        assert_eq!(happened(&sandbox, kind, "A-1"), 1);
    }
}

/// Whom to pay out to, where the kind is a payout.
async fn payee(sandbox: &Sandbox, kind: &str) -> String {
    if kind == "order" {
        return String::new();
    }
    let client = builder(sandbox.base_url()).build().unwrap();
    let reply = client.create_beneficiary(beneficiary()).await.unwrap();
    reply.into_inner().account_no
}
