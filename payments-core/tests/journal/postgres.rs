//! A journal in PostgreSQL: shared by several machines. One test, because the server is started for it.

use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use payments_core::MoneyMoved;
use payments_core::client::{Builder, blocking};
use payments_core::error::Error;
use payments_core::journal::{
    Begun, By, Journal, JournalStore, Kept, Outcome, Row, Settlement, State,
};
use payments_core::store::tokio_postgres::Client;
use payments_core::store::{Postgres, StoreFailure};
use payments_core::testing::{
    Act, Canaries, Cluster, FixedClock, Overheard, ScriptedTransport, journal_store,
};
use tokio::runtime::{self, Handle};

use super::toy::{Pay, Plain, client, entry};
use super::trouble::{an_answer_that_cannot_be_recorded_is_told, nothing_leaves_unrecorded};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_holds_the_contract() {
    let Some(cluster) = Cluster::find().unwrap() else {
        return;
    };
    let cluster = Arc::new(cluster);
    contract(&cluster).await;
    of_many_that_record_an_operation_at_once_one_may_send(&cluster).await;
    two_processes_that_pay_at_once_make_one_call(&cluster).await;
    what_another_is_just_recording_is_waited_for(&cluster).await;
    what_another_is_just_settling_is_waited_for(&cluster).await;
    the_table_itself_holds_one_live_row_of_an_operation(&cluster).await;
    rows_that_are_not_ours_are_an_error(&cluster).await;
    a_blocking_client_waits_for_it(&cluster).await;
    a_runtime_of_one_thread_waits_for_it_or_is_told(&cluster).await;
    a_lock_that_is_not_let_go_lets_nothing_out(&cluster).await;
    a_clock_that_is_behind_makes_no_row_old(&cluster).await;
    what_cannot_be_recorded_does_not_leave(&cluster).await;
    rows_outlive_a_server_that_is_killed(&cluster).await;
    nothing_of_a_reply_or_a_person_is_logged(&cluster).await;
}

/// The client logs each statement with its parameters.
async fn nothing_of_a_reply_or_a_person_is_logged(cluster: &Cluster) {
    let overheard = Overheard::everything().unwrap();
    let mut canaries = Canaries::new();
    let mut plant = |name: &str, text: &str| canaries.plant(name, text);
    let body = plant("reply", r#"{"phone":"+84938847201"}"#);
    let who = plant("who", "Nguyễn Thị Ánh-CANARY");
    let why = plant("why", "she asked at the provider's desk");
    let store = empty(cluster, "unlogged").await;
    let kept = Kept::stored(200, None, body).unwrap();
    let cut = plant("what was said of it", "cut after Ğ-CANARY-55");
    for (operation, outcome) in [
        ("one", Outcome::Done(Some(kept))),
        ("two", Outcome::NeverHappened),
        ("three", Outcome::NotSent(cut.clone())),
        ("four", Outcome::Refused(Some(cut.clone()))),
    ] {
        let id = match begin(&store, operation).await {
            Begun::Recorded { id, .. } => Some(id),
            _ => None,
        };
        let id = id.unwrap();
        let (store, who, why) = (store.clone(), who.clone(), why.clone());
        let hand = Settlement::new(outcome, By::Hand { who, why }, 1);
        let cut = cut.clone();
        let settled = aside(move || {
            store.leave_open(id, &cut).unwrap();
            store.settle(id, 1, &hand).unwrap()
        });
        assert!(settled.await);
    }
    let texts = overheard.texts();
    assert!(texts.iter().any(|text| text.contains("with parameters")));
    assert_eq!(canaries.leaks(texts), []);
}

/// Another connection to the tables of `schema`, as another process has it.
async fn another(cluster: &Cluster, schema: &str) -> Postgres {
    let client = cluster.client(schema).await.unwrap();
    Postgres::on(client).await.unwrap()
}

async fn empty(cluster: &Cluster, schema: &str) -> Postgres {
    drop(cluster.fresh(schema).await.unwrap());
    another(cluster, schema).await
}

/// On a thread that may wait.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn begin(store: &Postgres, operation: &'static str) -> Begun {
    let store = store.clone();
    aside(move || store.begin(&entry(operation), false).unwrap()).await
}

async fn open(store: &Postgres) -> Vec<String> {
    let store = store.clone();
    let open = aside(move || store.open("shop").unwrap()).await;
    open.iter().map(|row| row.operation().to_owned()).collect()
}

async fn contract(cluster: &Arc<Cluster>) {
    let cluster = Arc::clone(cluster);
    let held = aside(move || {
        journal_store(|| {
            let store = Handle::current().block_on(empty(&cluster, "contract"));
            store.with_clock(Arc::new(FixedClock::new()))
        })
    });
    held.await.unwrap();
}

async fn of_many_that_record_an_operation_at_once_one_may_send(cluster: &Cluster) {
    let store = empty(cluster, "many").await;
    let start = Arc::new(Barrier::new(4));
    let mut threads = Vec::new();
    for _ in 0..4 {
        let (store, start) = (another(cluster, "many").await, Arc::clone(&start));
        threads.push(thread::spawn(move || {
            start.wait();
            let begun = (0..20).map(|number| store.begin(&entry(&number.to_string()), false));
            begun
                .filter(|begun| matches!(begun.as_ref().unwrap(), Begun::Recorded { .. }))
                .count()
        }));
    }
    let joined = aside(|| threads.into_iter().map(|one| one.join().unwrap()).sum());
    let recorded: usize = joined.await;
    assert_eq!(recorded, 20);
    assert_eq!(open(&store).await.len(), 20);
}

/// Waits until so many connections wait for a lock.
async fn until_waiting(looker: &Client, count: i64) {
    let look = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    let waiting = async {
        while looker.query_one(look, &[]).await.unwrap().get::<_, i64>(0) < count {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), waiting).await;
    assert!(waited.is_ok(), "nobody waits");
}

async fn two_processes_that_pay_at_once_make_one_call(cluster: &Cluster) {
    let gate = cluster.fresh("pay").await.unwrap();
    drop(another(cluster, "pay").await);
    let looker = cluster.client("pay").await.unwrap();
    let transport = ScriptedTransport::new([Act::json("12345"), Act::json("12345")]);
    // Both are held where they write, and let go together.
    let hold = "BEGIN; LOCK TABLE payments_journal IN SHARE MODE";
    gate.batch_execute(hold).await.unwrap();
    let mut calls = Vec::new();
    for _ in 0..2 {
        let client = client(&transport, another(cluster, "pay").await);
        calls.push(tokio::spawn(async move { client.call(Pay("1")).await }));
    }
    until_waiting(&looker, 2).await;
    assert_eq!(transport.seen().len(), 0, "sent before it was recorded");
    gate.batch_execute("COMMIT").await.unwrap();
    let mut answered = Vec::new();
    for call in calls {
        match call.await.unwrap() {
            Ok(reply) => {
                answered.push(*reply);
            }
            // It stood there as sent, and not yet how it ended.
            Err(error) => assert_eq!(error.money_moved(), MoneyMoved::Maybe, "{error}"),
        }
    }
    assert!(answered.contains(&5), "{answered:?}");
    assert_eq!(transport.count("/pay"), 1);
    let again = client(&transport, another(cluster, "pay").await);
    assert_eq!(*again.call(Pay("1")).await.unwrap(), 5);
    assert_eq!(transport.count("/pay"), 1);
}

async fn what_another_is_just_recording_is_waited_for(cluster: &Cluster) {
    let store = empty(cluster, "waits").await;
    let (other, looker) = (
        cluster.client("waits").await.unwrap(),
        cluster.client("waits").await.unwrap(),
    );
    for (end, is_recorded) in [("ROLLBACK", true), ("COMMIT", false)] {
        let operation: &'static str = if is_recorded { "1" } else { "2" };
        let insert = format!(
            "BEGIN; INSERT INTO payments_journal (provider, environment, account, call, operation, \
             digest, sent_at, attempts, state) \
             VALUES ('plain', 'https://pay.example', 'shop', 'pay', '{operation}', 'x', 1, 1, 'open')"
        );
        other.batch_execute(&insert).await.unwrap();
        let begun = tokio::spawn({
            let store = store.clone();
            async move { begin(&store, operation).await }
        });
        until_waiting(&looker, 1).await;
        other.batch_execute(end).await.unwrap();
        let begun = begun.await.unwrap();
        let recorded = matches!(begun, Begun::Recorded { attempts: 1, .. });
        assert_eq!(recorded, is_recorded, "{end}: {begun:?}");
    }
}

/// A repeat finds an open row that another holds, and counts for what that one makes of it.
async fn what_another_is_just_settling_is_waited_for(cluster: &Cluster) {
    let store = empty(cluster, "settling").await;
    let (other, looker) = (
        cluster.client("settling").await.unwrap(),
        cluster.client("settling").await.unwrap(),
    );
    let _ = begin(&store, "1").await;
    for state in ["refused", "done"] {
        let hold = "BEGIN; SELECT 1 FROM payments_journal WHERE state = 'open' FOR UPDATE";
        other.batch_execute(hold).await.unwrap();
        let again = {
            let store = store.clone();
            tokio::spawn(aside(move || store.begin(&entry("1"), true)))
        };
        until_waiting(&looker, 1).await;
        let settle = format!(
            "UPDATE payments_journal SET state = '{state}', settled_at = 1, settled_by = 'answer' \
             WHERE state = 'open'; COMMIT"
        );
        other.batch_execute(&settle).await.unwrap();
        match again.await.unwrap().unwrap() {
            Begun::Recorded { attempts, .. } => assert_eq!((attempts, state), (1, "refused")),
            Begun::Known(row) => assert_eq!((row.is_open(), state), (false, "done")),
        }
    }
}

async fn the_table_itself_holds_one_live_row_of_an_operation(cluster: &Cluster) {
    let store = empty(cluster, "live").await;
    let _ = begin(&store, "1").await;
    let again = "INSERT INTO payments_journal (provider, environment, account, call, operation, \
                 digest, sent_at, attempts, state) SELECT provider, environment, account, call, \
                 operation, 'other', sent_at, 1, 'open' FROM payments_journal";
    let other = cluster.client("live").await.unwrap();
    assert!(other.batch_execute(again).await.is_err());
}

async fn rows_that_are_not_ours_are_an_error(cluster: &Cluster) {
    for change in [
        "state = 'perhaps'",
        "state = 'done', settled_at = 1, settled_by = NULL",
        "state = 'done', settled_at = NULL, settled_by = 'query'",
        "state = 'done', settled_at = 1, settled_by = 'answer', reply_status = 7, reply_body = ''",
        "state = 'done', settled_at = 1, settled_by = 'answer', reply_status = 200",
        "attempts = -1",
    ] {
        let store = empty(cluster, "foreign").await;
        let Begun::Recorded { id, .. } = begin(&store, "1").await else {
            unreachable!("it was known");
        };
        let change = format!("UPDATE payments_journal SET {change}");
        let other = cluster.client("foreign").await.unwrap();
        other.batch_execute(&change).await.unwrap();
        let error = aside(move || store.row(id).unwrap_err()).await;
        assert_eq!(error.failure(), StoreFailure::Foreign, "{change}: {error}");
    }
}

/// Also for a connection that has to be opened anew.
async fn a_blocking_client_waits_for_it(cluster: &Cluster) {
    let store = cluster.opened("blocking").await.unwrap();
    let own = "SELECT pg_backend_pid()";
    let own = store.client().await.unwrap().query_one(own, &[]).await;
    let own: i32 = own.unwrap().get(0);
    let killer = cluster.client("blocking").await.unwrap();
    let kill = "SELECT pg_terminate_backend($1, 60000)";
    let killed = killer.query_one(kill, &[&own]).await.unwrap();
    assert!(killed.get::<_, bool>(0));
    let transport = ScriptedTransport::new([Act::json("12345"), Act::Cut]);
    let client: blocking::Client<Plain> = Builder::new(Plain, "https://pay.example".to_owned(), ())
        .blocking_transport(Arc::new(transport.clone()))
        .build()
        .unwrap();
    let client = client.with_journal(Journal::new(store.clone(), "shop"));
    // A thread without a runtime, as such a program has.
    let paid = thread::spawn(move || {
        assert_eq!(*client.call(Pay("1")).unwrap(), 5);
        assert_eq!(*client.call(Pay("1")).unwrap(), 5);
        let cut = client.call(Pay("2")).unwrap_err();
        assert_eq!(cut.money_moved(), MoneyMoved::Maybe);
    });
    aside(move || paid.join().unwrap()).await;
    assert_eq!(transport.count("/pay"), 2);
    assert_eq!(open(&store).await, ["2"]);
}

/// What waits there blocks the only thread, on which nothing else happens meanwhile.
async fn a_runtime_of_one_thread_waits_for_it_or_is_told(cluster: &Arc<Cluster>) {
    let store = empty(cluster, "lone").await;
    let _ = begin(&store, "1").await;
    let (sender, told) = channel();
    let cluster = Arc::clone(cluster);
    // It is not waited for: it would hang where this fails.
    drop(thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let own = Journal::new(cluster.opened_again("lone").await.unwrap(), "shop");
            sender
                .send(own.open_calls().map(|rows| rows.len()))
                .unwrap();
            let given = Journal::new(another(&cluster, "lone").await, "shop");
            sender
                .send(given.open_calls().map(|rows| rows.len()))
                .unwrap();
            // The async client waits elsewhere.
            let rows = client(
                &ScriptedTransport::default(),
                another(&cluster, "lone").await,
            );
            let rows = rows.open_calls().await.unwrap();
            sender.send(Ok(rows.len())).unwrap();
        });
    }));
    let found = aside(move || {
        let patience = Duration::from_secs(60);
        let next = || told.recv_timeout(patience).unwrap();
        [next(), next(), next()]
    });
    let found = found.await;
    let [Ok(1), Err(refused), Ok(1)] = &found else {
        unreachable!("{found:?}");
    };
    let words =
        "reading the journal: it was asked on the thread whose runtime drives the connection";
    assert!(refused.to_string().starts_with(words), "{refused}");
}

/// Somebody's transaction that never ends.
async fn a_lock_that_is_not_let_go_lets_nothing_out(cluster: &Cluster) {
    drop(cluster.fresh("held").await.unwrap());
    let client = cluster.client("held").await.unwrap();
    let hasty = "SET lock_timeout = 1";
    client.batch_execute(hasty).await.unwrap();
    let store = Postgres::on(client).await.unwrap();
    let gate = cluster.client("held").await.unwrap();
    let (hold, free) = (
        async || {
            let hold = "BEGIN; LOCK TABLE payments_journal IN SHARE MODE";
            gate.batch_execute(hold).await.unwrap();
        },
        async || gate.batch_execute("COMMIT").await.unwrap(),
    );
    let words = "others held it for too long; try again";
    nothing_leaves_unrecorded(store.clone(), words, hold, free).await;
    an_answer_that_cannot_be_recorded_is_told(store, words, hold, free).await;
}

/// Calls of 1970, as a machine without a battery has it.
async fn a_clock_that_is_behind_makes_no_row_old(cluster: &Cluster) {
    let store = empty(cluster, "behind").await;
    let Begun::Recorded { id, millis, .. } = begin(&store, "1").await else {
        unreachable!("it was known");
    };
    let now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";
    let other = cluster.client("behind").await.unwrap();
    let now: i64 = other.query_one(now, &[]).await.unwrap().get(0);
    let recorded = i64::try_from(millis).unwrap();
    let minute = now.saturating_sub(60_000)..=now;
    assert!(minute.contains(&recorded), "{recorded} at {now}");
    let (again, row, time) = aside(move || {
        let again = store.again(id, 1).unwrap();
        (again, store.row(id).unwrap(), store.now(1).unwrap())
    })
    .await;
    assert_eq!(again, Some(2));
    assert!(row.unwrap().record().prepared_at() >= millis);
    assert!(time >= millis, "the time of the machine that asks");
}

/// A trigger says what a server says whose disk is full.
async fn what_cannot_be_recorded_does_not_leave(cluster: &Cluster) {
    let full = "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$; \
                CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON payments_journal \
                EXECUTE FUNCTION full_disk()";
    for (trouble, mended, words) in [
        (
            full,
            "DROP TRIGGER full_disk ON payments_journal",
            "the database is full; make room",
        ),
        (
            "SET default_transaction_read_only = on",
            "SET default_transaction_read_only = off",
            "the database is read-only; open it for writing",
        ),
        (
            "ALTER TABLE payments_journal RENAME TO somewhere_else",
            "ALTER TABLE somewhere_else RENAME TO payments_journal",
            "PostgreSQL refused a statement",
        ),
    ] {
        let store = empty(cluster, "trouble").await;
        let set = async |statement: &str| {
            let client = store.client().await.unwrap();
            client.batch_execute(statement).await.unwrap();
        };
        let (trouble, mended) = (async || set(trouble).await, async || set(mended).await);
        nothing_leaves_unrecorded(store.clone(), words, trouble, mended).await;
        an_answer_that_cannot_be_recorded_is_told(store.clone(), words, trouble, mended).await;
    }
}

async fn rows_outlive_a_server_that_is_killed(cluster: &Cluster) {
    let store = empty(cluster, "outlives").await;
    let reply = Kept::stored(201, Some("application/json"), vec![0, 255, 7]).unwrap();
    let done = Settlement::new(Outcome::Done(Some(reply)), By::Answer, 2_000);
    let Begun::Recorded { id, .. } = begin(&store, "1").await else {
        unreachable!("it was known");
    };
    let settled = {
        let (store, done) = (store.clone(), done.clone());
        aside(move || store.settle(id, 1, &done).unwrap()).await
    };
    assert!(settled);
    let _ = begin(&store, "2").await;
    let transport = ScriptedTransport::new([Act::json("1")]);
    let client = client(&transport, store.clone());
    let Ok(()) = cluster.stop() else {
        return; // A server of somebody else's is not stopped.
    };
    // What cannot be recorded is not sent.
    let error = client.call(Pay("3")).await.unwrap_err();
    assert!(matches!(error, Error::NotSent(_)), "{error}");
    assert!(transport.seen().is_empty());
    assert!(matches!(client.open_calls().await, Err(Error::NotSent(_))));
    cluster.start().unwrap();
    let store = another(cluster, "outlives").await;
    assert_eq!(open(&store).await, ["2"]);
    let known = aside(move || store.begin(&entry("1"), true).unwrap()).await;
    let Begun::Known(first) = known else {
        unreachable!("it is forgotten");
    };
    assert_eq!(*first.state(), State::Settled(done));
    assert_eq!(Row::attempts(&first), 1);
}
