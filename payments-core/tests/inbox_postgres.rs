//! An inbox in the shop's own PostgreSQL database. One test, because the server is started for it.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use payments_core::http::{HeaderMap, Method};
use payments_core::incoming::{
    Accepted, Acting, Finished, Inbound, Inbox, InboxOptions, InboxStore, Next, Outcome, Row,
    Verified,
};
use payments_core::store::tokio_postgres::{Client, Transaction};
use payments_core::store::{Postgres, StoreFailure};
use payments_core::testing::{Canaries, Cluster, Overheard, Paid, inbox_contract};
use tokio::task::JoinSet;

#[path = "inbox_postgres/at_once.rs"]
mod at_once;
#[path = "inbox_postgres/limits.rs"]
mod limits;
#[path = "inbox_postgres/lost.rs"]
mod lost;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_does() {
    let Some(cluster) = Cluster::find().unwrap() else {
        return;
    };
    let made = AtomicUsize::new(0);
    let held = inbox_contract(async |clock| {
        let schema = format!("contract{}", made.fetch_add(1, Ordering::SeqCst));
        let store = Postgres::on(cluster.fresh(&schema).await.unwrap())
            .await
            .unwrap();
        store.with_clock(clock)
    });
    assert_eq!(held.await, Ok(()));
    refusals(&cluster).await;
    many_open_at_once(&cluster).await;
    workers_share_the_load(&cluster).await;
    a_cut_connection_leaves_both_or_neither(&cluster).await;
    the_database_has_the_time(&cluster).await;
    a_claim_reads_no_more_rows_than_it_has_to(&cluster).await;
    a_row_that_cannot_be_read_is_set_aside(&cluster).await;
    what_cannot_be_kept_is_told(&cluster).await;
    at_once::a_payment_that_another_is_claiming_is_left_alone(&cluster).await;
    at_once::a_payment_of_which_a_message_just_comes_is_not_deleted(&cluster).await;
    limits::limits_are_those_of_the_connection_or_ours(&cluster).await;
    limits::commits_last(&cluster).await;
    limits::a_lock_that_is_not_let_go_is_told(&cluster).await;
    limits::those_who_waited_long_enough_are_refused_together(&cluster).await;
    limits::tables_that_another_makes_are_waited_for(&cluster).await;
    lost::a_lost_connection_is_opened_anew(&cluster).await;
    lost::what_was_being_accepted_is_not_acknowledged(&cluster).await;
    lost::a_changed_schema_is_refused_later_too(&cluster).await;
    lost::a_server_that_is_gone_is_told(&cluster).await;
    nothing_of_a_message_is_logged(&cluster).await;
}

/// The client logs each statement with its parameters.
async fn nothing_of_a_message_is_logged(cluster: &Cluster) {
    let overheard = Overheard::everything().unwrap();
    let mut canaries = Canaries::new();
    let mut plant = |name: &str, text: &str| canaries.plant(name, text);
    let body = plant("body", r#"{"name":"Nguyễn Thị Ánh-CANARY"}"#);
    let path = plant("query", "/hook?phone=%2B84938847201");
    let mut headers = HeaderMap::new();
    let signature = plant("header", "Tk9-signature/of+one==");
    headers.insert("signature", signature.parse().unwrap());
    let peer = plant("peer", "203.0.113.77:47119");
    let inbound = Inbound::new(Method::POST, path, headers, body).from_peer(peer.parse().unwrap());
    let why = plant("why", "no such buyer: Đặng Huyền-CANARY");
    let (paid, scope) = (Paid::of("A"), Paid::scope());
    let message = Verified::by_provider_crate(paid, (), scope, "first".to_owned(), inbound);
    let inbox = shop(cluster, "logged").await;
    assert_eq!(inbox.keep(&message).await.unwrap(), Accepted::New);
    let confirm = async |_: Row| Next::<()>::Retry(why.clone());
    assert_eq!(inbox.work(confirm, deliver).await.unwrap().retried, 1);
    let texts = overheard.texts();
    assert!(texts.iter().any(|text| text.contains("with parameters")));
    assert_eq!(canaries.leaks(texts), []);
}

async fn refused(client: Client, failure: StoreFailure, words: &str) {
    let error = Postgres::on(client).await.unwrap_err();
    assert_eq!(error.failure(), failure, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

async fn refusals(cluster: &Cluster) {
    for (statement, failure, words) in [
        (
            "CREATE TABLE payments_inbox (id TEXT)",
            StoreFailure::Foreign,
            "`payments_inbox` is there, and was not made by this library",
        ),
        (
            "CREATE VIEW payments_journal AS SELECT 1",
            StoreFailure::Foreign,
            "`payments_journal` is there, and was not made by this library",
        ),
        (
            "CREATE TABLE payments_schema (id TEXT)",
            StoreFailure::Foreign,
            "`payments_schema` is not ours",
        ),
        (
            "CREATE TABLE payments_schema (owner TEXT, version BIGINT); \
             INSERT INTO payments_schema VALUES ('payments-core', 9)",
            StoreFailure::NewerSchema,
            "the tables are of version 9, this library knows versions up to 1",
        ),
        (
            "CREATE TABLE payments_schema (owner TEXT, version BIGINT); \
             INSERT INTO payments_schema VALUES ('payments-core', 1)",
            StoreFailure::Foreign,
            "`payments_inbox` lacks columns of its version",
        ),
        (
            "SET default_transaction_read_only = on",
            StoreFailure::ReadOnly,
            "the database is read-only",
        ),
    ] {
        let client = cluster.fresh("refusals").await.unwrap();
        client.batch_execute(statement).await.unwrap();
        refused(client, failure, words).await;
    }
}

async fn many_open_at_once(cluster: &Cluster) {
    drop(cluster.fresh("many").await.unwrap());
    let mut opening = Vec::new();
    for _ in 0..4 {
        let client = cluster.client("many").await.unwrap();
        opening.push(tokio::spawn(async move {
            Postgres::on(client).await.map(|_| ())
        }));
    }
    for opened in opening {
        opened.await.unwrap().unwrap();
    }
}

/// An inbox beside the shop's own table, in which nothing hinders a second delivery.
async fn shop(cluster: &Cluster, schema: &str) -> Inbox<Postgres> {
    let client = cluster.client(schema).await.unwrap();
    let table = "CREATE TABLE IF NOT EXISTS deliveries (reference TEXT)";
    client.batch_execute(table).await.unwrap();
    let options = InboxOptions {
        lease: Duration::from_secs(60),
        ..InboxOptions::default()
    };
    Inbox::on(Postgres::on(client).await.unwrap(), options)
}

async fn delivered(inbox: &Inbox<Postgres>) -> Vec<String> {
    let list = "SELECT reference FROM deliveries ORDER BY reference";
    let rows = inbox
        .store()
        .client()
        .await
        .unwrap()
        .query(list, &[])
        .await
        .unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn deliver<'t>(transaction: &'t Transaction<'_>, row: &'t Row, (): ()) -> Acting<'t> {
    Box::pin(async move {
        let insert = "INSERT INTO deliveries VALUES ($1)";
        transaction.execute(insert, &[&row.reference()]).await?;
        Ok(Outcome::Settled)
    })
}

async fn work(inbox: &Inbox<Postgres>) -> usize {
    let confirm = async |_: Row| Next::Act(());
    inbox.work(confirm, deliver).await.unwrap().done
}

async fn workers_share_the_load(cluster: &Cluster) {
    const ROWS: usize = 120;
    drop(cluster.fresh("workers").await.unwrap());
    let inbox = shop(cluster, "workers").await;
    let all: Vec<_> = (0..ROWS).map(|number| format!("{number:03}")).collect();
    let mut tasks = JoinSet::new();
    let done = Arc::new(AtomicUsize::new(0));
    for _ in 0..2 {
        let (sender, all) = (shop(cluster, "workers").await, all.clone());
        tasks.spawn(async move {
            for order in &all {
                let _ = sender.store().keep(Paid::found(order)).await.unwrap();
            }
        });
    }
    for _ in 0..3 {
        let (worker, done) = (shop(cluster, "workers").await, Arc::clone(&done));
        tasks.spawn(async move {
            while done.load(Ordering::SeqCst) < ROWS {
                done.fetch_add(work(&worker).await, Ordering::SeqCst);
                tokio::task::yield_now().await;
            }
        });
    }
    // The first that fails ends it: what that one has not counted, the others would look for.
    while let Some(task) = tasks.join_next().await {
        task.unwrap();
    }
    assert_eq!(delivered(&inbox).await, all);
    assert_eq!(done.load(Ordering::SeqCst), ROWS);
}

async fn a_cut_connection_leaves_both_or_neither(cluster: &Cluster) {
    drop(cluster.fresh("cut").await.unwrap());
    let inbox = shop(cluster, "cut").await;
    let kept = inbox.store().keep(Paid::found("A")).await.unwrap();
    assert_eq!(kept, Accepted::New);
    let claimed = inbox.claim().await.unwrap().unwrap();
    let killer = cluster.client("cut").await.unwrap();
    let finished = claimed.finish(move |transaction, row| {
        Box::pin(async move {
            let acted = deliver(transaction, row, ()).await;
            let pid = transaction
                .query_one("SELECT pg_backend_pid()", &[])
                .await?;
            let kill = "SELECT pg_terminate_backend($1, 5000)";
            killer.query(kill, &[&pid.get::<_, i32>(0)]).await?;
            acted
        })
    });
    let error = finished.await.unwrap_err();
    assert_eq!(error.failure(), StoreFailure::Unavailable, "{error}");
    let again = shop(cluster, "cut").await;
    assert!(delivered(&again).await.is_empty());
    assert_eq!(work(&again).await, 0, "while the lease is not over");
    let over = "UPDATE payments_inbox_payment SET claimed_until = 0";
    again
        .store()
        .client()
        .await
        .unwrap()
        .batch_execute(over)
        .await
        .unwrap();
    assert_eq!(work(&again).await, 1);
    assert_eq!(delivered(&again).await, ["A"]);
}

/// A row that somebody changed, or that another version wrote: it is set aside, and the others go on.
async fn a_row_that_cannot_be_read_is_set_aside(cluster: &Cluster) {
    for (change, why) in [
        ("method = 'P T'", "`method`"),
        ("method = 'POST', headers = '\\xff'", "`headers`"),
        ("method = 'POST', peer = 'here'", "`peer`"),
        ("dedupe = 'A'", "`dedupe`"),
    ] {
        drop(cluster.fresh("unreadable").await.unwrap());
        let inbox = shop(cluster, "unreadable").await;
        for order in ["A", "B"] {
            let _ = inbox.store().keep(Paid::found(order)).await.unwrap();
        }
        let damage = format!("UPDATE payments_inbox SET {change} WHERE reference = 'A'");
        let client = inbox.store().client().await.unwrap();
        client.batch_execute(&damage).await.unwrap();
        drop(client);
        assert_eq!(work(&inbox).await, 1, "{change}");
        assert_eq!(delivered(&inbox).await, ["B"]);
        let dead = inbox.dead_letters(10).await.unwrap();
        let [(row, said)] = &dead[..] else {
            unreachable!("{change}: {dead:?}");
        };
        assert_eq!(*said, format!("{why} cannot be read by this version"));
        assert!(inbox.revive(row.key()).await.unwrap(), "{change}");
        assert_eq!(work(&inbox).await, 0, "{change}");
        assert!(inbox.discard(row.key()).await.unwrap(), "{change}");
        assert!(inbox.dead_letters(10).await.unwrap().is_empty());
    }
}

/// Where many rows wait, and the server has not learned it yet.
async fn a_claim_reads_no_more_rows_than_it_has_to(cluster: &Cluster) {
    const ROWS: i64 = 1000;
    drop(cluster.fresh("backlog").await.unwrap());
    let inbox = shop(cluster, "backlog").await;
    let before = format!(
        "ALTER TABLE payments_inbox SET (autovacuum_enabled = off);
        ALTER TABLE payments_inbox_payment SET (autovacuum_enabled = off);
        INSERT INTO payments_inbox_payment SELECT 'toy', 'test', 'shop', n::text, NULL, 0
            FROM generate_series(1, {ROWS}) n;
        INSERT INTO payments_inbox (provider, environment, account, notice, dedupe, reference, state,
            attempts, due_at, touched_at, accepted_at, body)
            SELECT 'toy', 'test', 'shop', 'paid', '[\"' || n || '\"]', n::text, 'waiting', 0, 0, 0, 0,
                repeat('x', 200)::bytea
            FROM generate_series(1, {ROWS}) n"
    );
    let client = cluster.client("backlog").await.unwrap();
    client.batch_execute(&before).await.unwrap();
    let looked_up = async || {
        let flush = "SELECT pg_stat_force_next_flush()";
        let session = inbox.store().client().await.unwrap();
        let _ = session.query(flush, &[]).await.unwrap();
        drop(session);
        let count = "SELECT idx_scan FROM pg_stat_user_tables
            WHERE relname = 'payments_inbox_payment' AND schemaname = current_schema()";
        client.query_one(count, &[]).await.unwrap().get::<_, i64>(0)
    };
    let before = looked_up().await;
    for _ in 0..5 {
        // Dropped, it is left to its lease.
        drop(inbox.claim().await.unwrap().unwrap());
    }
    let read = looked_up().await.saturating_sub(before);
    assert!(
        read < ROWS,
        "{read} payments were looked up for five claims"
    );
}

/// A trigger says what a server says whose disk is full.
async fn what_cannot_be_kept_is_told(cluster: &Cluster) {
    let full = "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$; \
                CREATE TRIGGER full_disk BEFORE INSERT ON payments_inbox_payment \
                EXECUTE FUNCTION full_disk()";
    for (trouble, mended, failure) in [
        (
            full,
            "DROP TRIGGER full_disk ON payments_inbox_payment",
            StoreFailure::Full,
        ),
        (
            "SET default_transaction_read_only = on",
            "SET default_transaction_read_only = off",
            StoreFailure::ReadOnly,
        ),
        (
            "ALTER TABLE payments_inbox RENAME TO somewhere_else",
            "ALTER TABLE somewhere_else RENAME TO payments_inbox",
            StoreFailure::Other,
        ),
    ] {
        drop(cluster.fresh("trouble").await.unwrap());
        let inbox = shop(cluster, "trouble").await;
        let set = async |statement| {
            let client = inbox.store().client().await.unwrap();
            client.batch_execute(statement).await.unwrap();
        };
        set(trouble).await;
        let error = inbox.store().keep(Paid::found("A")).await.unwrap_err();
        assert_eq!(error.failure(), failure, "{error}");
        set(mended).await;
        let kept = inbox.store().keep(Paid::found("A")).await.unwrap();
        assert_eq!(kept, Accepted::New, "half of it was kept");
        assert_eq!(work(&inbox).await, 1);
    }
}

async fn the_database_has_the_time(cluster: &Cluster) {
    drop(cluster.fresh("time").await.unwrap());
    let inbox = shop(cluster, "time").await;
    let _ = inbox.store().keep(Paid::found("A")).await.unwrap();
    let claimed = inbox.claim().await.unwrap().unwrap();
    let held = "SELECT (claimed_until - 60000 = claimed_at)
        AND abs(claimed_at - extract(epoch FROM now()) * 1000) < 60000 FROM payments_inbox_payment";
    let row = inbox
        .store()
        .client()
        .await
        .unwrap()
        .query_one(held, &[])
        .await
        .unwrap();
    assert!(row.get::<_, bool>(0));
    let lost = claimed.finish(|transaction, row| {
        Box::pin(async move {
            let over = "UPDATE payments_inbox_payment SET claims = claims + 1";
            transaction.execute(over, &[]).await?;
            deliver(transaction, row, ()).await
        })
    });
    assert_eq!(lost.await.unwrap(), Finished::Lost);
    assert!(delivered(&inbox).await.is_empty());
}
