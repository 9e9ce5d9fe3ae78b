//! Settling what is open: by asking, and by hand.

use payments_core::client::{ByHand, Settled};
use payments_core::journal::RowId;

use super::*;

fn told(settled: Result<Settled, Error>) -> String {
    match settled {
        Ok(Settled::Done) => "done".to_owned(),
        Ok(Settled::NeverHappened) => "never happened".to_owned(),
        Ok(Settled::StillOpen(why)) => why.to_string(),
        Ok(_) => "another".to_owned(),
        Err(error) => {
            assert_eq!(error.money_moved(), MoneyMoved::No);
            variant(&error).to_owned()
        }
    }
}

/// A desk with one open payment, and its row.
fn cut(then: impl IntoIterator<Item = Act>) -> (Recording, Row) {
    let desk = recording(once_each(), [Act::Cut]);
    let _ = desk.pay();
    for act in then {
        desk.desk.transport.then(act);
    }
    let row = finish(desk.client.open_calls()).unwrap().remove(0);
    (desk, row)
}

fn ask(desk: &Recording, row: &Row) -> String {
    told(finish(desk.client.settle_by_query::<Pay>(row)))
}

#[test]
fn an_open_call_is_settled_as_the_provider_says() {
    let check = |act: Act, age: u64, expect: &str, state: &str| {
        let (desk, row) = cut([act.clone()]);
        desk.desk.clock.clock.advance(Duration::from_secs(age));
        assert_eq!(ask(&desk, &row), expect, "after {age} s: {act:?}");
        assert_eq!(desk.states(), [state], "{act:?}");
        let open = finish(desk.client.open_calls()).unwrap();
        assert_eq!(open.len(), usize::from(state.starts_with("open")));
    };
    let open = "open: the script says so";
    let early = "not known there, but it may be under way";
    check(Act::json(OK), 0, "done", "done; query");
    check(Act::json(NOT_FOUND), 0, early, open);
    check(Act::json(NOT_FOUND), 299, early, open);
    check(
        Act::json(NOT_FOUND),
        300,
        "never happened",
        "never happened; query",
    );
    let refused = "the query was refused: code \"NO\", http status 200";
    check(Act::json(REFUSED), 300, refused, open);
    check(Act::Cut, 300, "malformed", open);
    check(Act::NotSent, 300, "not sent", open);
}

#[test]
fn what_was_settled_decides_about_a_repeat() {
    let (desk, row) = cut([Act::json(OK)]);
    assert_eq!(ask(&desk, &row), "done");
    let unknown = unknown(desk.pay());
    assert_eq!(
        unknown.why(),
        "it was carried out before; its reply is not in the journal"
    );
    assert_eq!(Error::from(unknown).money_moved(), MoneyMoved::Maybe);
    assert_eq!(desk.sent(), 1);
    let (desk, row) = cut([Act::json(NOT_FOUND), Act::json(OK)]);
    desk.desk.clock.clock.advance(Duration::from_secs(300));
    assert_eq!(ask(&desk, &row), "never happened");
    desk.pay().unwrap();
    assert_eq!(desk.sent(), 2);
    assert_eq!(
        desk.states(),
        ["never happened; query", "done, kept; answer"]
    );
    // The row is another than the one that is carried out now.
    assert_eq!(ask(&desk, &row), "never happened");
}

#[test]
fn a_clock_that_jumps_back_settles_nothing_early() {
    let desk = recording(once_each(), [Act::json(OK), Act::Cut, Act::json(NOT_FOUND)]);
    desk.desk.clock.clock.advance(Duration::from_secs(10_000));
    finish(desk.client.call(Pay::new("A-0"))).unwrap();
    let late = builder(&desk.desk.transport, &Slept::default())
        .build()
        .unwrap();
    let late = late.with_journal(Journal::new(desk.store.clone(), "shop"));
    assert_eq!(outcome(finish(late.call(Pay::new("A-1")))), "unknown");
    let rows = desk.rows();
    assert_eq!(
        rows[1].record().prepared_at(),
        10_000_000,
        "no row is older than one before it"
    );
    assert_eq!(
        ask(&desk, &rows[1]),
        "not known there, but it may be under way"
    );
}

#[test]
fn the_caller_reads_an_answer_that_does_not_tell() {
    let judge = |says: Option<bool>, age: u64| {
        let (desk, row) = cut([Act::json(OK)]);
        desk.desk.clock.clock.advance(Duration::from_secs(age));
        let settled = desk.client.settle_as::<Pay>(&row, |status| {
            assert_eq!(status.value, "A-1");
            says
        });
        let told = told(finish(settled));
        assert_eq!(
            desk.rows()[0].is_open(),
            !matches!(&*told, "done" | "never happened")
        );
        told
    };
    assert_eq!(judge(Some(true), 0), "done");
    assert_eq!(
        judge(Some(false), 299),
        "not known there, but it may be under way"
    );
    assert_eq!(judge(Some(false), 300), "never happened");
    assert_eq!(judge(None, 300), "the answer of the query leaves it open");
}

#[test]
fn a_call_that_was_sent_again_while_it_was_asked_for_is_not_settled_as_never_happened() {
    let (desk, row) = cut([Act::json(OK)]);
    desk.desk.clock.clock.advance(Duration::from_secs(300));
    let store = desk.store.clone();
    let id = row.id();
    let settled = finish(desk.client.settle_as::<Pay>(&row, move |_| {
        assert_eq!(store.again(id, 300_000).unwrap(), Some(2));
        Some(false)
    }));
    assert_eq!(told(settled), "it was sent again meanwhile");
    assert!(desk.rows()[0].is_open());
    // Asked about the row as it was listed, the time that counts is that of the last attempt.
    desk.desk.transport.then(Act::json(NOT_FOUND));
    assert_eq!(ask(&desk, &row), "not known there, but it may be under way");
}

#[test]
fn a_call_without_a_query_stays_open() {
    let (desk, row) = cut([]);
    let settled = finish(desk.client.settle_without_query(&row));
    assert_eq!(
        told(settled),
        "the provider documents no query for this call"
    );
    assert!(desk.rows()[0].is_open());
    let nameless = desk
        .client
        .prepare(Raw::<false>::new(Request::post("/raw")));
    let sent = desk.client.send(nameless.unwrap().operation("raw-1"));
    assert_eq!(outcome(finish(sent)), "not sent");
    let raw = desk.rows().remove(1);
    assert_eq!(
        told(finish(desk.client.settle_without_query(&raw))),
        "never happened"
    );
    assert_eq!(
        told(finish(desk.client.settle_by_query::<Pay>(&raw))),
        "never happened"
    );
}

#[test]
fn a_person_settles_it_on_record() {
    let by_hand = |found: ByHand| {
        let (desk, row) = cut([Act::json(OK)]);
        let settle = |who: &str, why: &str| {
            finish(desk.client.settle_by_hand(&row, found, who, why))
                .map_err(|error| error.to_string())
        };
        let missing =
            |field: &str| Err(format!("misuse: `{field}` must say so: it goes on record"));
        assert_eq!(settle(" ", "the bank said so"), missing("who"));
        assert_eq!(settle("Ayşe", ""), missing("why"));
        assert!(desk.rows()[0].is_open());
        settle("Ayşe", "the bank said so").unwrap();
        let State::Settled(settlement) = desk.rows()[0].state().clone() else {
            panic!("it is open");
        };
        let (who, why) = ("Ayşe".to_owned(), "the bank said so".to_owned());
        assert_eq!(*settlement.by(), By::Hand { who, why });
        let again = settle("Ayşe", "twice").unwrap_err();
        assert!(
            again.starts_with("misuse: `row` is not open any more"),
            "{again}"
        );
        (desk.pay(), desk.sent())
    };
    let (repeat, sent) = by_hand(ByHand::Done);
    assert_eq!(repeat.unwrap_err().money_moved(), MoneyMoved::Yes);
    assert_eq!(sent, 1);
    let (repeat, sent) = by_hand(ByHand::NeverHappened);
    assert_eq!((repeat.unwrap().as_str(), sent), ("A-1", 2));
}

#[test]
fn rows_of_others_are_neither_listed_nor_settled() {
    let (desk, row) = cut([]);
    let elsewhere: Client<Toy> = Builder::new(
        Toy,
        "https://test.pay.example".to_owned(),
        Credentials::new("shop"),
    )
    .transport(Arc::new(ScriptedTransport::default()))
    .build()
    .unwrap();
    let elsewhere = elsewhere.with_journal(Journal::new(desk.store.clone(), "shop"));
    let other = desk
        .client
        .with_journal(Journal::new(desk.store.clone(), "other shop"));
    for client in [&elsewhere, &other] {
        assert!(finish(client.open_calls()).unwrap().is_empty());
        let error = finish(client.settle_by_query::<Pay>(&row)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "misuse: `row` is not in the journal of this client"
        );
    }
    let none = finish(desk.desk.client.open_calls()).unwrap_err();
    assert_eq!(
        none.to_string(),
        "misuse: `journal` is missing: see `with_journal`"
    );
    let journal = Journal::new(desk.store.clone(), "shop");
    assert_eq!(journal.open_calls().unwrap(), desk.rows());
    let gone = Row::new(
        RowId::new(99),
        row.entry().clone(),
        1,
        State::Open { why: None },
    );
    assert_eq!(
        told(finish(desk.client.settle_by_query::<Pay>(&gone))),
        "misuse"
    );
}

#[test]
fn a_late_answer_corrects_what_was_said_meanwhile() {
    let desk = recording(once_each(), [Act::json(OK)]);
    let mut call = pin!(desk.client.call(Pay::new("A-1")));
    let mut context = Context::from_waker(Waker::noop());
    while desk.sent() == 0 {
        assert!(call.as_mut().poll(&mut context).is_pending());
    }
    let row = desk.rows().remove(0);
    finish(
        desk.client
            .settle_by_hand(&row, ByHand::NeverHappened, "Ayşe", "in a hurry"),
    )
    .unwrap();
    finish(call).unwrap();
    assert_eq!(desk.states(), ["done, kept; answer"]);
}

/// One more payment with the same reference is another operation, if the caller says so.
#[test]
fn a_call_is_made_as_the_operation_that_it_is_told() {
    let desk = recording(once_each(), [Act::json(OK), Act::json(OK)]);
    let pay = |operation: &str| finish(desk.client.call_as(operation, Pay::new("A-1"))).unwrap();
    for operation in ["first", "first", "second", "first"] {
        pay(operation);
    }
    assert_eq!(desk.sent(), 2);
    let operations: Vec<String> = desk
        .rows()
        .iter()
        .map(|row| row.operation().to_owned())
        .collect();
    assert_eq!(operations, ["first", "second"]);
}
