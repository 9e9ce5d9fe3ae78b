//! Locks of others: who waits for one is told in time.

use std::pin::pin;
use std::task::{Context, Waker};

use payments_core::testing::FixedClock;

use super::*;

const HOUR: Duration = Duration::from_secs(3600);

async fn setting(store: &Postgres, name: &str) -> String {
    let client = store.client().await.unwrap();
    let show = client.query_one(&format!("SHOW {name}"), &[]).await;
    show.unwrap().get(0)
}

/// A store in this schema, on a connection that said something before, and on a clock that stands still.
async fn set_up(cluster: &Cluster, schema: &str, before: &str) -> (Postgres, FixedClock) {
    let client = cluster.client(schema).await.unwrap();
    client.batch_execute(before).await.unwrap();
    let (store, clock) = (Postgres::on(client).await.unwrap(), FixedClock::new());
    (store.with_clock(Arc::new(clock.clone())), clock)
}

pub(super) async fn limits_are_those_of_the_connection_or_ours(cluster: &Cluster) {
    drop(cluster.fresh("limits").await.unwrap());
    for (before, lock, statement) in [
        ("", "5s", "30s"),
        ("SET lock_timeout = 0; SET statement_timeout = 0", "0", "0"),
        ("SET lock_timeout = '7s'", "7s", "30s"),
        ("SET statement_timeout = '7s'", "5s", "7s"),
    ] {
        let (store, _) = set_up(cluster, "limits", before).await;
        let found = (
            setting(&store, "lock_timeout").await,
            setting(&store, "statement_timeout").await,
        );
        assert_eq!(found, (lock.to_owned(), statement.to_owned()), "{before}");
    }
}

/// What is acknowledged is on the disk, whatever was said of the connection before.
pub(super) async fn commits_last(cluster: &Cluster) {
    drop(cluster.fresh("lasting").await.unwrap());
    let (store, _) = set_up(cluster, "lasting", "SET synchronous_commit = off").await;
    assert_eq!(setting(&store, "synchronous_commit").await, "on");
}

/// Somebody's transaction that never ends, and a callback meanwhile.
pub(super) async fn a_lock_that_is_not_let_go_is_told(cluster: &Cluster) {
    drop(cluster.fresh("locked").await.unwrap());
    let (store, _) = set_up(cluster, "locked", "SET lock_timeout = 1").await;
    let gate = cluster.client("locked").await.unwrap();
    let hold = "BEGIN; LOCK TABLE payments_inbox IN SHARE MODE";
    gate.batch_execute(hold).await.unwrap();
    let send = lost::route(&store).await;
    assert_eq!(send("order=A").await.unwrap(), 503);
    let error = store.keep(Paid::found("B")).await.unwrap_err();
    assert_eq!(error.failure(), StoreFailure::Busy);
    let text = "accepting a message: others held it for too long; try again";
    assert!(error.to_string().starts_with(text), "{error}");
    gate.batch_execute("COMMIT").await.unwrap();
    assert_eq!(send("order=A").await.unwrap(), 204);
    assert_eq!(store.keep(Paid::found("B")).await.unwrap(), Accepted::New);
}

/// Each has waited an hour for its turn at the connection, and does not wait another for the lock.
pub(super) async fn those_who_waited_long_enough_are_refused_together(cluster: &Cluster) {
    drop(cluster.fresh("together").await.unwrap());
    let patient = "SET lock_timeout = '1h'; SET statement_timeout = 0";
    let (store, clock) = set_up(cluster, "together", patient).await;
    let gate = cluster.client("together").await.unwrap();
    let hold = "BEGIN; LOCK TABLE payments_inbox IN SHARE MODE";
    gate.batch_execute(hold).await.unwrap();
    let turn = store.client().await.unwrap();
    let mut waiting: Vec<_> = ["A", "B", "C", "D"]
        .map(|order| store.keep(Paid::found(order)))
        .into();
    for keep in &mut waiting {
        let mut context = Context::from_waker(Waker::noop());
        assert!(pin!(keep).poll(&mut context).is_pending());
    }
    clock.advance(HOUR);
    drop(turn);
    for keep in waiting {
        let kept = tokio::time::timeout(Duration::from_secs(60), keep).await;
        let error = kept.unwrap().unwrap_err();
        assert_eq!(error.failure(), StoreFailure::Busy, "{error}");
    }
    gate.batch_execute("COMMIT").await.unwrap();
    assert_eq!(store.keep(Paid::found("A")).await.unwrap(), Accepted::New);
}

/// Limits of the connection do not count while the tables are made: the last of many waits for all.
pub(super) async fn tables_that_another_makes_are_waited_for(cluster: &Cluster) {
    drop(cluster.fresh("making").await.unwrap());
    let maker = cluster.client("making").await.unwrap();
    let lock = "SELECT pg_advisory_lock(x'5061794d'::bigint)";
    maker.batch_execute(lock).await.unwrap();
    let client = cluster.client("making").await.unwrap();
    let hasty = "SET lock_timeout = 1; SET statement_timeout = 1000";
    client.batch_execute(hasty).await.unwrap();
    let pid = client.query_one("SELECT pg_backend_pid()", &[]).await;
    let pid: i32 = pid.unwrap().get(0);
    let opening = tokio::spawn(Postgres::on(client));
    let looker = cluster.client("making").await.unwrap();
    lost::until_it_waits(&looker, pid).await;
    // It has waited as long as the connection would have it wait, and longer.
    let longer = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE pid = $1 AND NOT granted \
                  AND waitstart < clock_timestamp() - interval '1100 ms')";
    let waited = async {
        while !looker
            .query_one(longer, &[&pid])
            .await
            .unwrap()
            .get::<_, bool>(0)
        {
            assert!(!opening.is_finished(), "it was not waited for");
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waited)
        .await
        .unwrap();
    let unlock = "SELECT pg_advisory_unlock_all()";
    maker.batch_execute(unlock).await.unwrap();
    let store = opening.await.unwrap().unwrap();
    assert_eq!(setting(&store, "statement_timeout").await, "1s");
}
