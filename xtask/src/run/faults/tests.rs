//! Short runs, and clients that do what they must not.

use std::collections::BTreeSet;
use std::sync::Arc;

use payments_core::bytes::Bytes;
use payments_core::client::{BlockingTransport, SendError, Transport};
use payments_core::exchange::Response;
use payments_core::http::Request;

use super::figures::Figures;
use super::kind::KINDS;
use super::lane::Lane;
use super::record::tests::record;
use super::record::{Record, Said, Settled, Why};
use super::work::{self, Plan, Wrapped};

/// One chunk of each provider.
const SHORT: u64 = 200;

fn check(ops: u64, seed: u64, wrapped: Wrapped) -> Figures {
    Figures::of(&work::run(Plan { ops, seed }, wrapped, |_| ()).unwrap())
}

/// Both transports, spoiled.
macro_rules! spoiled {
    ($spoil:ident) => {
        Wrapped {
            transport: |lane| Arc::new(Spoiled(lane, Spoil::$spoil)),
            blocking: |lane| Arc::new(Spoiled(lane, Spoil::$spoil)),
        }
    };
}

#[test]
fn nothing_happens_twice_and_nothing_definite_is_wrong() {
    let plan = Plan {
        ops: 2 * SHORT,
        seed: 1,
    };
    let records = work::run(plan, Wrapped::NOT, |_| ()).unwrap();
    let figures = Figures::of(&records);
    assert!(figures.are_held(), "{}", figures.json().unwrap());
    assert_eq!(figures.ops, 2 * SHORT);
    assert_eq!(figures.providers.len(), 5);
    assert_eq!(usize::try_from(figures.fault_kinds).unwrap(), KINDS.len());
    // All that is printed comes of something.
    assert!(figures.unknown > 0 && figures.unknown_settled > 0);
    assert!(figures.idempotent_resends > 0 && !figures.unknown_left.is_empty());
    // Whoever was told no for good tries again, and is served.
    let no = records.iter().filter(|record| record.is_definite_no());
    let no: Vec<_> = no.collect();
    assert!(no.iter().all(|record| record.again.is_some()));
    assert_eq!(u64::try_from(no.len()).unwrap(), figures.retried);
    let settled = no.iter().filter(|it| it.said == Said::Unknown).count();
    assert!(
        settled > 0 && settled < no.len(),
        "{settled} of {}",
        no.len()
    );
    assert!(
        figures.retried_done * 10 > figures.retried * 9,
        "{figures:?}"
    );
    // Who drops a future knows nothing, whether it happened or not.
    let dropped: Vec<_> = records.iter().filter(|it| it.fault == "dropped").collect();
    assert!(dropped.iter().all(|it| it.said == Said::Unknown));
    let effects: BTreeSet<u64> = dropped.iter().map(|it| it.effects).collect();
    assert_eq!(effects, [0, 1].into());
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    let trace = |seed| check(SHORT, seed, Wrapped::NOT).trace_sha256;
    let first = trace(7);
    assert_eq!(first, trace(7));
    assert_ne!(first, trace(8));
}

#[test]
fn every_call_that_is_not_a_read_goes_wrong() {
    let described = [
        (
            "mobilepay",
            include_str!("../../../../mobilepay/src/generated/calls.rs"),
        ),
        (
            "mocasa",
            include_str!("../../../../mocasa/src/generated/calls.rs"),
        ),
        (
            "mocopay",
            include_str!("../../../../mocopay/src/generated/calls.rs"),
        ),
        (
            "moka",
            include_str!("../../../../moka/src/generated/calls.rs"),
        ),
        (
            "momo",
            include_str!("../../../../momo/src/generated/calls.rs"),
        ),
    ];
    let described = described.map(|(provider, code)| {
        let calls = code.split("    const NAME: &'static str = \"").skip(1);
        let calls = calls.filter_map(|rest| {
            let (name, rest) = rest.split_once('"').unwrap();
            let (_, effect) = rest.split_once("const EFFECT: Effect = Effect::").unwrap();
            (!effect.starts_with("Read")).then_some(name)
        });
        (provider, calls.collect::<BTreeSet<_>>())
    });
    assert_eq!(work::calls(), described);
}

#[test]
fn the_object_has_the_agreed_names() {
    let figures = Figures::of(&[]);
    assert_eq!(
        figures.json().unwrap(),
        "{\"ops\":0,\"fault_kinds\":0,\"double_effects\":0,\"wrong_definite\":0,\"unknown\":0,\
         \"unknown_settled\":0,\"unknown_left\":[],\"unknown_before_first_byte\":0,\
         \"extra_attempts\":0,\"idempotent_resends\":0,\"retried\":0,\"retried_done\":0,\"trace_sha256\":\
         \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\",\"providers\":[]}"
    );
}

#[test]
fn a_client_that_sends_again_is_found_out() {
    let figures = check(SHORT, 1, spoiled!(SendsAgain));
    assert!(figures.extra_attempts > 0 && figures.double_effects > 0);
    assert!(!figures.are_held());
}

#[test]
fn a_client_that_calls_a_cut_connection_unsent_is_found_out() {
    let figures = check(SHORT, 1, spoiled!(SaysUnsent));
    assert!(figures.wrong_definite > 0);
    // Whoever believes it pays twice.
    assert!(figures.double_effects > 0);
    assert!(!figures.are_held());
}

#[test]
fn a_client_that_knows_nothing_of_a_refused_connection_is_found_out() {
    let figures = check(SHORT, 1, spoiled!(SaysPerhaps));
    assert!(figures.unknown_before_first_byte > 0);
    assert!(!figures.are_held());
}

#[test]
fn a_client_that_follows_redirects_is_found_out() {
    let figures = check(SHORT, 1, spoiled!(Follows));
    assert!(figures.extra_attempts > 0);
    assert!(!figures.are_held());
}

#[test]
fn each_figure_is_held_by_itself() {
    let check = |record: Record, is_held: bool| {
        let figures = Figures::of(std::slice::from_ref(&record));
        assert_eq!(figures.are_held(), is_held, "{record}");
    };
    let left = |why| Record {
        settled: Settled::Open(why),
        ..record(Said::Unknown, 0, 1)
    };
    check(record(Said::Done, 1, 1), true);
    check(record(Said::Done, 2, 1), false);
    check(record(Said::Done, 0, 1), false);
    check(record(Said::Done, 1, 2), false);
    check(record(Said::Unknown, 0, 1), true);
    let here = Record {
        stays_here: true,
        ..record(Said::Unknown, 0, 0)
    };
    check(here, false);
    check(left(Why::Unsettled), false);
    for excuse in [Why::NoQuery, Why::Repeatable, Why::NoNotFound] {
        check(left(excuse), true);
    }
}

/// A transport that does what none must.
struct Spoiled(Lane, Spoil);

#[derive(Clone, Copy)]
enum Spoil {
    /// Whatever failed is sent again.
    SendsAgain,
    /// Whatever failed did not arrive.
    SaysUnsent,
    /// Whatever failed may have arrived.
    SaysPerhaps,
    /// A redirect is gone after, with all that was sent.
    Follows,
}

impl Spoil {
    fn sends_again(self, sent: &Result<Response, SendError>) -> bool {
        match (self, sent) {
            (Self::SendsAgain, Err(_)) => true,
            (Self::Follows, Ok(response)) => response.status().is_redirection(),
            _ => false,
        }
    }

    fn says(self, sent: Result<Response, SendError>) -> Result<Response, SendError> {
        sent.map_err(|error| match self {
            Self::SaysUnsent => SendError::not_sent("cut", Some(error.into())),
            Self::SaysPerhaps => SendError::maybe_sent("not there", Some(error.into())),
            Self::SendsAgain | Self::Follows => error,
        })
    }
}

#[async_trait::async_trait]
impl Transport for Spoiled {
    async fn send(&self, request: Request<Bytes>) -> Result<Response, SendError> {
        let Self(lane, spoil) = self;
        let mut sent = Transport::send(lane, request.clone()).await;
        if spoil.sends_again(&sent) {
            sent = Transport::send(lane, request).await;
        }
        spoil.says(sent)
    }
}

impl BlockingTransport for Spoiled {
    fn send(&self, request: Request<Bytes>) -> Result<Response, SendError> {
        let Self(lane, spoil) = self;
        let mut sent = BlockingTransport::send(lane, request.clone());
        if spoil.sends_again(&sent) {
            sent = BlockingTransport::send(lane, request);
        }
        spoil.says(sent)
    }
}
