//! Short runs, and parts that do what they must not.

use std::fs;
use std::future::pending;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use payments_core::incoming::{
    Accepted, Answer, End, Entry, InboxStore, Key, Lease, Next, Purged, Retention, Row, Terms,
};
use payments_core::journal::{Journal, MemoryJournal};
use payments_core::sandbox::Random;
use payments_core::store::rusqlite::Connection;

use super::callback::{self, Callback, Effect, Verifiers};
use super::figures::{Figures, Wish};
use super::front::Front;
use super::kills::{self, Victim};
use super::part::{Place, Program};
use super::receiver::{insert, insert_on_server};
use super::traffic::Told;
use super::work::{self, Plan};
use super::wrapped::Wrapped;
use super::{Store, be_a_part, runtime};

/// The variable that says how a part is spoiled.
const SPOILED: &str = "PAYMENTS_CRASH_SPOILED";

/// What begins the word for a receiver that falls silent once; the rest is where it notes that it has.
const SILENT: &str = "silent ";

/// Not a test by itself: the process that the others start and kill.
#[test]
fn a_part() {
    let Ok(spoiled) = std::env::var(SPOILED) else {
        return;
    };
    be_a_part(spoil(&spoiled)).unwrap();
}

/// A spoiled part has more to bear, so that it is sure to tell.
fn check(store: Store, spoiled: &str) -> Option<Figures> {
    let kills = if spoiled.is_empty() { 6 } else { 12 };
    let plan = Plan {
        kills,
        callbacks: 400,
        store,
        seed: 1,
    };
    let program = Program {
        path: std::env::current_exe().unwrap(),
        arguments: ["--exact", "run::crash::tests::a_part", "--nocapture"]
            .map(Into::into)
            .to_vec(),
        variables: vec![(SPOILED.to_owned(), spoiled.to_owned())],
    };
    let run = work::run(plan, program, || ());
    let figures = runtime().unwrap().block_on(run).unwrap()?;
    assert_eq!((figures.kills, figures.callbacks), (kills, 400));
    assert_eq!(figures.beside.victims.values().sum::<u64>(), kills);
    Some(figures)
}

#[track_caller]
fn held(figures: &Figures) {
    assert!(figures.are_held(), "{figures:?}");
    assert_eq!(figures.acknowledged, 400, "{figures:?}");
    // The kills hit something.
    let beside = &figures.beside;
    assert!(figures.calls > 0 && beside.resent > 0, "{figures:?}");
    assert!(beside.begun > 0 && beside.open_calls > 0, "{figures:?}");
    // What was told that it never happened was paid again: the first refund of each account at least.
    assert!(figures.retried >= 2, "{figures:?}");
    assert_eq!(figures.retried_done, figures.retried, "{figures:?}");
}

#[test]
fn in_a_file_nothing_is_lost_and_nothing_happens_twice() {
    held(&check(Store::Sqlite, "").unwrap());
}

#[test]
fn on_a_server_nothing_is_lost_and_nothing_happens_twice() {
    // Where there is none, that was said.
    if let Some(figures) = check(Store::Postgres, "") {
        held(&figures);
    }
}

/// The same on both stores. Where there is no PostgreSQL, that was said. When a kill comes is chance, and with few of
/// them none may come where it shows something: one of three runs has to.
fn is_found_out(spoiled: &str, is_seen: impl Fn(&Figures) -> bool) {
    for store in [Store::Sqlite, Store::Postgres] {
        let mut missed = Vec::new();
        while let Some(figures) = check(store, spoiled) {
            if is_seen(&figures) {
                assert!(!figures.are_held());
                break;
            }
            missed.push(figures);
            assert!(missed.len() < 3, "{store:?}: {missed:?}");
        }
    }
}

#[test]
fn what_is_committed_and_not_acknowledged_happens_once() {
    let mark = std::env::temp_dir().join(format!("payments-crash-mark-{}", std::process::id()));
    fs::remove_file(&mark).ok();
    let figures = check(Store::Sqlite, &format!("{SILENT}{}", mark.display())).unwrap();
    fs::remove_file(&mark).unwrap();
    assert!(figures.are_held(), "{figures:?}");
    assert!(figures.committed_unacknowledged > 0, "{figures:?}");
    assert_eq!(figures.acknowledged, 400, "{figures:?}");
}

#[test]
fn a_receiver_that_acknowledges_before_it_commits_is_found_out() {
    is_found_out("hasty", |figures| figures.lost > 0);
}

#[test]
fn a_receiver_that_keys_without_the_account_is_found_out() {
    // Half of the callbacks are the other merchant's.
    is_found_out("one account", |figures| figures.lost >= 100);
}

#[test]
fn a_handler_outside_of_the_transaction_is_found_out() {
    is_found_out("outside", |figures| figures.processed_twice > 0);
}

#[test]
fn a_payer_without_a_journal_is_found_out() {
    is_found_out("no journal", |figures| figures.double_effects > 0);
}

#[test]
fn a_payer_that_takes_what_is_open_for_never_happened_is_found_out() {
    // Also where it is believed before it happens: while the request is under way.
    for how in ["hopeful", "early"] {
        let figures = check(Store::Sqlite, how).unwrap();
        assert!(figures.wrongly_never > 0, "{how} {figures:?}");
        // All else is as it should be: what is asked for again is not paid again.
        assert!(
            !figures.are_held() && figures.double_effects == 0,
            "{how} {figures:?}"
        );
    }
}

#[test]
fn a_payer_that_pays_again_under_another_reference_is_found_out() {
    is_found_out("another reference", |figures| figures.double_effects > 0);
}

fn spoil(how: &str) -> Wrapped {
    let whole = Wrapped::NOT;
    if how.starts_with(SILENT) {
        return Wrapped {
            accepting: |store| {
                Arc::new(Silent {
                    store: Front(store),
                    about: Mutex::default(),
                })
            },
            ..whole
        };
    }
    match how {
        "" => whole,
        "hasty" => Wrapped {
            accepting: |store| {
                Arc::new(Hasty {
                    store: Front(store),
                    remembered: Mutex::default(),
                })
            },
            ..whole
        },
        "one account" => Wrapped {
            called: |_| "north",
            ..whole
        },
        "outside" => Wrapped {
            before: |store, effect| {
                let written = store.transaction("writing too soon", |transaction| {
                    Ok(insert(transaction, &effect)?)
                });
                written.unwrap();
                Next::Done
            },
            before_on_server: |store, effect| {
                Box::pin(async move {
                    // The server may be away just now.
                    let Ok(client) = store.client().await else {
                        return Next::Retry("no server".to_owned());
                    };
                    match insert_on_server(&**client, &effect).await {
                        Ok(()) => Next::Done,
                        Err(error) => Next::Retry(error.to_string()),
                    }
                })
            },
            ..whole
        },
        "no journal" => Wrapped {
            journal: |journal| Journal::new(MemoryJournal::new(), journal.account()),
            ..whole
        },
        "hopeful" => Wrapped {
            opening: |place| never_happened(place, "1000 * unixepoch('subsec')"),
            ..whole
        },
        "early" => Wrapped {
            opening: |place| never_happened(place, "sent_at"),
            ..whole
        },
        "another reference" => Wrapped {
            again: |number| Some(format!("{number}_2")),
            ..whole
        },
        other => panic!("{other}"),
    }
}

/// Takes all refunds that are open for such as never happened, since that time.
fn never_happened(place: &Place, since: &str) {
    let Place::Sqlite(file) = place else { return };
    let book = Connection::open(file).unwrap();
    let settle = format!(
        "UPDATE payments_journal SET state = 'never', settled_by = 'query', settled_at = {since}
         WHERE state = 'open' AND call = 'refund'"
    );
    // The first payer finds no table yet.
    book.execute(&settle, []).ok();
}

/// A store that keeps one message and never says so, nor of its repeats: whoever is waiting for that is so
/// when the receiver is killed. It is one of all the receivers of a run.
struct Silent {
    store: Front,
    about: Mutex<Option<Key>>,
}

impl Silent {
    fn is_first() -> bool {
        let how = std::env::var(SPOILED).unwrap();
        let mark = PathBuf::from(how.strip_prefix(SILENT).unwrap());
        fs::File::create_new(mark).is_ok()
    }

    fn is_silent(&self, key: Key, kept: &Accepted) -> bool {
        let mut about = self.about.lock().unwrap();
        if *kept == Accepted::New && about.is_none() && Self::is_first() {
            *about = Some(key.clone());
        }
        *about == Some(key)
    }
}

impl InboxStore for Silent {
    fn keep(&self, entry: Entry) -> Answer<'_, Accepted> {
        Box::pin(async move {
            let key = entry.key().clone();
            let kept = self.store.keep(entry).await?;
            if self.is_silent(key, &kept) {
                pending::<()>().await;
            }
            Ok(kept)
        })
    }

    fn claim(&self, terms: Terms) -> Answer<'_, Option<Lease>> {
        self.store.claim(terms)
    }

    fn end(&self, claim: Lease, end: End) -> Answer<'_, bool> {
        self.store.end(claim, end)
    }

    fn dead_letters(&self, most: u32) -> Answer<'_, Vec<(Row, String)>> {
        self.store.dead_letters(most)
    }

    fn revive(&self, key: Key) -> Answer<'_, bool> {
        self.store.revive(key)
    }

    fn discard(&self, key: Key) -> Answer<'_, bool> {
        self.store.discard(key)
    }

    fn purge(&self, keep: Retention) -> Answer<'_, Purged> {
        self.store.purge(keep)
    }
}

/// A store that says it has kept what it only remembers, and writes when there is enough of it.
struct Hasty {
    store: Front,
    remembered: Mutex<Vec<Entry>>,
}

impl InboxStore for Hasty {
    fn keep(&self, entry: Entry) -> Answer<'_, Accepted> {
        const ENOUGH: usize = 10;
        let mut remembered = self.remembered.lock().unwrap();
        remembered.push(entry);
        if remembered.len() == ENOUGH {
            for entry in remembered.drain(..) {
                let store = self.store.clone();
                tokio::spawn(async move { store.keep(entry).await });
            }
        }
        Box::pin(async { Ok(Accepted::New) })
    }

    fn claim(&self, terms: Terms) -> Answer<'_, Option<Lease>> {
        self.store.claim(terms)
    }

    fn end(&self, claim: Lease, end: End) -> Answer<'_, bool> {
        self.store.end(claim, end)
    }

    fn dead_letters(&self, most: u32) -> Answer<'_, Vec<(Row, String)>> {
        self.store.dead_letters(most)
    }

    fn revive(&self, key: Key) -> Answer<'_, bool> {
        self.store.revive(key)
    }

    fn discard(&self, key: Key) -> Answer<'_, bool> {
        self.store.discard(key)
    }

    fn purge(&self, keep: Retention) -> Answer<'_, Purged> {
        self.store.purge(keep)
    }
}

#[test]
fn the_object_has_the_agreed_names() {
    assert_eq!(
        Figures::default().json().unwrap(),
        "{\"kills\":0,\"callbacks\":0,\"acknowledged\":0,\"lost\":0,\"processed_twice\":0,\
         \"abandoned\":0,\"calls\":0,\"double_effects\":0,\"committed_unacknowledged\":0,\
         \"retried\":0,\"retried_done\":0,\"wrongly_never\":0}"
    );
}

#[test]
fn three_of_ten_callbacks_are_repeats_and_none_is_in_order() {
    let plan = callback::plan(10_000, &mut Random::from_seed(1));
    assert_eq!(plan.len(), 10_000);
    let mut numbers: Vec<u64> = plan.iter().map(|callback| callback.0).collect();
    assert!(!numbers.is_sorted());
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers, (0..7_000).collect::<Vec<_>>());
    assert_eq!(plan, callback::plan(10_000, &mut Random::from_seed(1)));
    assert_ne!(plan, callback::plan(10_000, &mut Random::from_seed(2)));
}

#[test]
fn two_accounts_have_the_same_orders() {
    let effects: Vec<Effect> = (0..8).map(|number| Callback(number).effect()).collect();
    assert!(effects.iter().all(|effect| effect.reference == "ORDER-0"));
    for (number, effect) in effects.iter().enumerate() {
        assert!(!effects[..number].contains(effect), "{effect:?}");
    }
    assert_eq!(Verifiers::new(|account| account).unwrap().momo.len(), 2);
}

#[test]
fn everybody_is_killed_before_anybody_is_twice() {
    let victims = [Victim::Receiver, Victim::Payer, Victim::Postmaster];
    let kills = kills::plan(6, 600, &victims, &mut Random::from_seed(1));
    for (number, kill) in (0_u64..).zip(&kills) {
        let share = number * 100..(number + 1) * 100;
        assert!(share.contains(&kill.at), "{kill:?}");
    }
    for half in kills.chunks(3) {
        let mut killed: Vec<Victim> = half.iter().map(|kill| kill.victim).collect();
        killed.sort_unstable();
        assert_eq!(killed, victims);
    }
}

fn told(known: &[bool]) -> Told {
    Told {
        known: known.to_vec(),
        acknowledged: 2,
        ..Told::default()
    }
}

fn compared(known: &[bool], effects: &[u64], dead: &[u64]) -> Figures {
    let effects = effects.iter().map(|number| Callback(*number).effect());
    let dead = dead.iter().map(|number| Some(Callback(*number).effect()));
    let mut figures = Figures {
        callbacks: 2,
        ..Figures::default()
    };
    figures.receive(&told(known), effects.collect(), dead.collect());
    figures
}

#[test]
fn each_difference_has_its_figure() {
    assert!(compared(&[true, true], &[0, 1], &[]).are_held());
    // Not acknowledged, and done all the same.
    assert!(compared(&[true, false], &[0, 1], &[]).are_held());
    let lost = compared(&[true, true], &[1], &[]);
    assert_eq!((lost.lost, lost.are_held()), (1, false));
    let aside = compared(&[true, true], &[1], &[0]);
    assert_eq!((aside.lost, aside.abandoned), (0, 1));
    assert!(!aside.are_held());
    // What is set aside does not make up for another that is gone.
    let other = compared(&[true, true, true], &[1, 2], &[2]);
    assert_eq!((other.lost, other.abandoned), (1, 1));
    let twice = compared(&[true, true], &[0, 1, 1], &[]);
    assert_eq!((twice.processed_twice, twice.are_held()), (1, false));
    // One that nobody acknowledged, and that nobody gave up either.
    let mut silent = compared(&[true, true], &[0, 1], &[]);
    silent.acknowledged = 1;
    assert!(!silent.are_held());
    let stranger = compared(&[true, true], &[0, 1, 2], &[]);
    assert_eq!((stranger.beside.strangers, stranger.are_held()), (1, false));
}

#[test]
fn each_payout_is_made_once_and_known() {
    let check = |is_known, is_retried: bool, count, [doubles, done]: [u64; 2], is_held| {
        let mut figures = Figures::default();
        let operation = ("north refund".to_owned(), "PAYOUT-1".to_owned());
        let wish = Wish {
            till: operation.0.clone(),
            number: operation.1.clone(),
            is_known,
            never_at: is_retried.then_some(1),
        };
        let payouts = (count > 0).then_some((operation, vec![1; count]));
        figures.pay(vec![wish], payouts.into_iter().collect());
        assert_eq!(figures.double_effects, doubles);
        assert_eq!(figures.retried, u64::from(is_retried));
        assert_eq!(figures.retried_done, done);
        assert_eq!(figures.are_held(), is_held);
    };
    check(true, false, 1, [0, 0], true);
    check(true, false, 2, [1, 0], false);
    check(true, false, 0, [0, 0], false);
    check(false, false, 1, [0, 0], false);
    check(false, false, 0, [0, 0], false);
    // What never happened and was paid again is paid once.
    check(true, true, 1, [0, 1], true);
    check(true, true, 2, [1, 0], false);
    check(true, true, 0, [0, 0], false);
    check(false, true, 0, [0, 0], false);
}

#[test]
fn what_had_happened_when_it_was_believed_not_to_have_is_counted() {
    let check = |made: i64, never: Option<i64>, expect: u64| {
        let mut figures = Figures::default();
        let (till, number) = ("north refund".to_owned(), "PAYOUT-1".to_owned());
        let wish = Wish {
            till: till.clone(),
            number: number.clone(),
            is_known: true,
            never_at: never,
        };
        figures.pay(vec![wish], [((till, number), vec![made])].into());
        assert_eq!(figures.wrongly_never, expect, "{made} {never:?}");
        assert_eq!(figures.are_held(), expect == 0);
    };
    check(5, None, 0);
    check(5, Some(4), 0);
    // In the same moment, as far as two clocks tell.
    check(5, Some(7), 0);
    check(5, Some(8), 1);
}
