//! What one connection does while another is in the middle of something.

use payments_core::incoming::Retention;

use super::*;

/// Its last row is deleted while another connection keeps one more, which nobody sees yet.
pub(super) async fn a_payment_of_which_a_message_just_comes_is_not_deleted(cluster: &Cluster) {
    drop(cluster.fresh("purge").await.unwrap());
    let inbox = shop(cluster, "purge").await;
    let kept = inbox.store().keep(Paid::found("A")).await.unwrap();
    assert_eq!(kept, Accepted::New);
    assert_eq!(work(&inbox).await, 1);
    let (sender, looker) = (
        cluster.client("purge").await.unwrap(),
        cluster.client("purge").await.unwrap(),
    );
    // As a message is kept: its row, and then that of its payment, which is there.
    let keep = "BEGIN; INSERT INTO payments_inbox (provider, environment, account, notice, dedupe, \
                reference, state, attempts, due_at, touched_at, accepted_at) \
                SELECT provider, environment, account, notice, '[\"late\"]', reference, 'waiting', \
                0, 0, 0, 0 FROM payments_inbox; \
                UPDATE payments_inbox_payment SET claims = claims";
    sender.batch_execute(keep).await.unwrap();
    let purger = lost::pid(inbox.store()).await;
    let all = Retention {
        content: Duration::ZERO,
        keys: Duration::ZERO,
        dead: None,
    };
    let purging = {
        let inbox = inbox.clone();
        tokio::spawn(async move { inbox.purge(all).await })
    };
    lost::until_it_waits(&looker, purger).await;
    sender.batch_execute("COMMIT").await.unwrap();
    assert_eq!(purging.await.unwrap().unwrap().keys, 1);
    let claimed = inbox.claim().await.unwrap();
    let Some(claimed) = claimed else {
        unreachable!("its payment is gone, and with it the way to the message");
    };
    assert!(claimed.row().settled_before());
}

/// Another row of the payment is due; whoever claims the first has not committed that yet.
pub(super) async fn a_payment_that_another_is_claiming_is_left_alone(cluster: &Cluster) {
    drop(cluster.fresh("claiming").await.unwrap());
    let inbox = shop(cluster, "claiming").await;
    let scope = Paid::scope();
    for values in [["first"], ["second"]] {
        let kept = inbox.accept_found::<Paid>(&scope, "A", &values).await;
        assert_eq!(kept.unwrap(), Accepted::New);
    }
    let other = cluster.client("claiming").await.unwrap();
    let claim = "BEGIN; UPDATE payments_inbox SET attempts = 1 WHERE dedupe = '[\"first\"]'; \
                 UPDATE payments_inbox_payment SET claims = claims + 1, claimed_at = 1, \
                 claimed_until = 9000000000000000";
    other.batch_execute(claim).await.unwrap();
    assert!(inbox.claim().await.unwrap().is_none(), "it has two workers");
    other.batch_execute("COMMIT").await.unwrap();
    assert!(inbox.claim().await.unwrap().is_none(), "it has a worker");
}
