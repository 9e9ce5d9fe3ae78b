//! The contract of a journal's store: what every implementation has to hold.

use crate::exchange::{CallRecord, Request};
use crate::journal::{
    Begun, By, Entry, JournalStore, Kept, Outcome, Row, RowId, Settlement, State,
};
use crate::store::StoreError;

/// Holds a store to the contract of [`JournalStore`]. `empty` makes a store without rows.
///
/// # Errors
/// The first finding, as a sentence.
pub fn journal_store<S: JournalStore>(empty: impl Fn() -> S) -> Result<(), String> {
    type Check = fn(&dyn JournalStore) -> Result<(), String>;
    let checks: [(&str, Check); 8] = [
        ("a new operation", records),
        ("a known operation", knows),
        ("operations of others", keeps_apart),
        ("a repeat", repeats),
        ("settling", settles),
        ("a definite no", allows_after_no),
        ("a late answer", corrects),
        ("a clock that jumps back", grows),
    ];
    for (name, check) in checks {
        check(&empty()).map_err(|finding| format!("{name}: {finding}"))?;
    }
    Ok(())
}

fn entry(account: &str, call: &str, operation: &str, body: &str, millis: u64) -> Entry {
    let digest = Request::post("/pay").with_query(body).digest();
    let digest = const_hex::encode(digest);
    let provider = "toy".to_owned();
    let host = "https://pay.example".to_owned();
    let reference = Some("A-1".to_owned());
    let record = CallRecord::stored(provider, host, call.to_owned(), reference, digest, millis);
    Entry::new(account, operation, record)
}

fn pay(operation: &str, body: &str, millis: u64) -> Entry {
    entry("shop", "pay", operation, body, millis)
}

fn must(holds: bool, finding: &str) -> Result<(), String> {
    if holds {
        Ok(())
    } else {
        Err(finding.to_owned())
    }
}

fn failed(error: StoreError) -> String {
    format!("it fails: {error}")
}

fn begin(store: &dyn JournalStore, entry: &Entry) -> Result<RowId, String> {
    match store.begin(entry, false).map_err(failed)? {
        Begun::Recorded {
            id, attempts: 1, ..
        } => Ok(id),
        other => Err(format!("a new call was {other:?}")),
    }
}

fn is_known(store: &dyn JournalStore, entry: &Entry, repeat: bool) -> Result<Row, String> {
    match store.begin(entry, repeat).map_err(failed)? {
        Begun::Known(row) => Ok(*row),
        other @ Begun::Recorded { .. } => Err(format!("a known call was {other:?}")),
    }
}

fn settle(
    store: &dyn JournalStore,
    id: RowId,
    attempts: u32,
    outcome: Outcome,
    by: By,
) -> Result<bool, String> {
    let settlement = Settlement::new(outcome, by, 5_000);
    store.settle(id, attempts, &settlement).map_err(failed)
}

fn row(store: &dyn JournalStore, id: RowId) -> Result<Row, String> {
    let found = store.row(id).map_err(failed)?;
    found.ok_or_else(|| "a row is gone".to_owned())
}

fn records(store: &dyn JournalStore) -> Result<(), String> {
    let first = pay("1", "a", 1_000);
    let second = pay("2", "b", 2_000);
    let id = begin(store, &first)?;
    let next = begin(store, &second)?;
    must(id < next, "a later row has a smaller number")?;
    let open = store.open("shop").map_err(failed)?;
    let expect = |id, entry: &Entry| Row::new(id, entry.clone(), 1, State::Open { why: None });
    must(
        open == [expect(id, &first), expect(next, &second)],
        "the open rows are not what was recorded, in order",
    )?;
    must(row(store, id)? == expect(id, &first), "a row is another")?;
    let none = store.row(RowId::new(next.number().saturating_add(1)));
    must(
        none.map_err(failed)?.is_none(),
        "a row that nobody made is there",
    )
}

fn knows(store: &dyn JournalStore) -> Result<(), String> {
    let id = begin(store, &pay("1", "a", 1_000))?;
    let same = is_known(store, &pay("1", "a", 2_000), false)?;
    must(
        same.id() == id && same.attempts() == 1,
        "the same call is another row",
    )?;
    must(
        same.record().prepared_at() == 1_000,
        "a call that is not sent changed the time",
    )?;
    let other = is_known(store, &pay("1", "b", 2_000), true)?;
    must(other == same, "other bytes changed the row")?;
    settle(store, id, 1, Outcome::Done(None), By::Answer)?;
    let done = is_known(store, &pay("1", "a", 2_000), true)?;
    must(
        done.id() == id && !done.is_open(),
        "what is carried out is not known any more",
    )
}

fn keeps_apart(store: &dyn JournalStore) -> Result<(), String> {
    begin(store, &pay("1", "a", 1_000))?;
    begin(store, &entry("other", "pay", "1", "a", 1_000))?;
    begin(store, &entry("shop", "refund", "1", "a", 1_000))?;
    let elsewhere = |provider: &str, host: &str| {
        let of = pay("1", "a", 1_000);
        let record = CallRecord::stored(
            provider.to_owned(),
            host.to_owned(),
            of.record().call().to_owned(),
            None,
            of.record().digest().to_owned(),
            1_000,
        );
        Entry::new("shop", "1", record)
    };
    begin(store, &elsewhere("toy", "https://test.example"))?;
    let last = elsewhere("play", "https://pay.example");
    begin(store, &last)?;
    let open = store.open("other").map_err(failed)?;
    must(open.len() == 1, "an account sees the rows of another")?;
    let history = store.history(&last).map_err(failed)?;
    must(
        history.len() == 1,
        "the history has rows of other operations",
    )
}

fn repeats(store: &dyn JournalStore) -> Result<(), String> {
    let id = begin(store, &pay("1", "a", 1_000))?;
    store.leave_open(id, "cut").map_err(failed)?;
    let begun = store.begin(&pay("1", "a", 2_000), true).map_err(failed)?;
    let expect = Begun::Recorded {
        id,
        attempts: 2,
        millis: 2_000,
    };
    must(begun == expect, "a repeat is not recorded as one")?;
    must(
        row(store, id)?.record().prepared_at() == 2_000,
        "a repeat did not change the time",
    )?;
    let again = store.again(id, 3_000).map_err(failed)?;
    must(again == Some(3), "sending again is not counted")?;
    let no = |attempts| {
        settle(
            store,
            id,
            attempts,
            Outcome::Refused(Some("NO".to_owned())),
            By::Answer,
        )
    };
    must(
        !no(2)?,
        "a definite no of an earlier attempt settled a later one",
    )?;
    must(no(3)?, "a definite no of the last attempt did not settle")?;
    let again = store.again(id, 4_000).map_err(failed)?;
    must(again.is_none(), "a settled call is sent again")
}

fn settles(store: &dyn JournalStore) -> Result<(), String> {
    let reply = Kept::stored(200, Some("application/json"), "{\"şehir\":1}");
    let by_hand = By::Hand {
        who: "Ayşe".to_owned(),
        why: "the bank's statement".to_owned(),
    };
    let all = [
        (Outcome::Done(reply), By::Answer),
        (Outcome::Done(None), By::Query),
        (Outcome::Refused(Some("42".to_owned())), By::Answer),
        (Outcome::Refused(None), By::Answer),
        (Outcome::NotSent("no connection".to_owned()), By::Answer),
        (Outcome::NeverHappened, By::Query),
        (Outcome::NeverHappened, by_hand),
    ];
    for (number, (outcome, by)) in (0_u32..).zip(all) {
        let id = begin(store, &pay(&number.to_string(), "a", 1_000))?;
        store.leave_open(id, "cut").map_err(failed)?;
        let why = Some("cut".to_owned());
        must(
            *row(store, id)?.state() == State::Open { why },
            "why it is open is not kept",
        )?;
        must(
            settle(store, id, 1, outcome.clone(), by.clone())?,
            "an open row is not settled",
        )?;
        let settled = State::Settled(Settlement::new(outcome, by, 5_000));
        must(
            *row(store, id)?.state() == settled,
            &format!("not kept as it was: {settled:?}"),
        )?;
        store.leave_open(id, "late").map_err(failed)?;
        must(
            *row(store, id)?.state() == settled,
            "a settled row was opened again",
        )?;
        must(
            !settle(store, id, 1, Outcome::NeverHappened, By::Query)?,
            "a settled row was settled as a definite no",
        )?;
    }
    let open = store.open("shop").map_err(failed)?;
    must(open.is_empty(), "a settled row is listed as open")?;
    let none = settle(store, RowId::new(-1), 1, Outcome::Done(None), By::Query)?;
    must(!none, "a row that nobody made was settled")
}

fn allows_after_no(store: &dyn JournalStore) -> Result<(), String> {
    let mut ids = Vec::new();
    for outcome in [
        Outcome::Refused(None),
        Outcome::NotSent("no connection".to_owned()),
        Outcome::NeverHappened,
    ] {
        let id = begin(store, &pay("1", "a", 1_000))?;
        settle(store, id, 1, outcome, By::Answer)?;
        ids.push(id);
    }
    let mended = pay("1", "mended", 2_000);
    ids.push(begin(store, &mended)?);
    let history = store.history(&mended).map_err(failed)?;
    let found: Vec<RowId> = history.iter().map(Row::id).collect();
    must(found == ids, "the history does not have every attempt")?;
    must(
        ids.is_sorted() && ids.len() == 4,
        "attempts are not in order",
    )
}

fn corrects(store: &dyn JournalStore) -> Result<(), String> {
    let reply = || Kept::stored(200, None, "{}");
    for before in [Outcome::NeverHappened, Outcome::Done(None)] {
        let operation = format!("{before:?}");
        let id = begin(store, &pay(&operation, "a", 1_000))?;
        settle(store, id, 1, before, By::Query)?;
        must(
            settle(store, id, 1, Outcome::Done(reply()), By::Answer)?,
            "the answer itself did not correct what a query said",
        )?;
        let done = Settlement::new(Outcome::Done(reply()), By::Answer, 5_000);
        must(
            *row(store, id)?.state() == State::Settled(done),
            "the answer is not kept",
        )?;
        must(
            !settle(store, id, 1, Outcome::Done(None), By::Answer)?,
            "an answer was replaced",
        )?;
    }
    let id = begin(store, &pay("1", "a", 1_000))?;
    settle(store, id, 1, Outcome::NeverHappened, By::Query)?;
    begin(store, &pay("1", "a", 2_000))?;
    let late = Settlement::new(Outcome::Done(None), By::Answer, 5_000);
    must(
        store.settle(id, 1, &late).is_err(),
        "an operation was carried out while it is sent anew, and nobody was told",
    )
}

fn grows(store: &dyn JournalStore) -> Result<(), String> {
    begin(store, &pay("1", "a", 9_000))?;
    let id = begin(store, &pay("2", "a", 1_000))?;
    must(
        row(store, id)?.record().prepared_at() == 9_000,
        "a row is older than one before it",
    )?;
    store.again(id, 2_000).map_err(failed)?;
    must(
        row(store, id)?.record().prepared_at() == 9_000,
        "a repeat made a row older",
    )?;
    store.again(id, 10_000).map_err(failed)?;
    let begun = store.begin(&pay("1", "a", 3_000), true).map_err(failed)?;
    let millis = match begun {
        Begun::Recorded { millis, .. } => millis,
        Begun::Known(_) => 0,
    };
    must(millis == 10_000, "a repeat is older than one before it")
}
