//! A sandbox without a server.

use super::super::callback::{Callback, RetryRules};
use super::super::fault::Fault;
use super::*;

#[derive(Clone)]
struct Counter {
    ticks: u32,
}

impl Provider for Counter {
    fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply {
        context.record("seen", request.path(), None);
        context.wake_at(context.now().saturating_add(Duration::from_secs(60)));
        Reply::new(204)
    }

    fn tick(&mut self, _: &mut Context<'_>) {
        self.ticks = self.ticks.saturating_add(1);
    }
}

fn control() -> Control<Counter> {
    let settings = Settings::new().clock(SandboxClock::still());
    Control::detached(&settings, Counter { ticks: 0 })
}

#[test]
fn handles_without_a_server() {
    let control = control();
    assert_eq!(control.handle(&Request::new("GET", "/a")).status(), 204);
    assert_eq!(control.ledger().count("seen", "/a"), 1);
}

#[test]
fn a_query_can_be_answered_from_before() {
    #[derive(Clone, Default)]
    struct Till(u32);
    impl Provider for Till {
        fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply {
            if request.path() == "/pay" {
                self.0 += 1;
                context.record("payment", "A", None);
            }
            Reply::json(200, self.0.to_string())
        }
    }
    let control = Control::detached(&Settings::new(), Till::default());
    let ask = |path: &str| control.handle(&Request::new("GET", path)).bytes().to_vec();
    let before = || {
        let reply = control.handle_before(&Request::new("GET", "/query"), "stale");
        reply.bytes().to_vec()
    };
    ask("/pay");
    assert_eq!(before(), b"1", "nobody was to remember");
    control.faults().next("/query", Fault::Stale);
    assert_eq!(ask("/pay"), b"2");
    assert_eq!(ask("/query"), b"2");
    assert_eq!(before(), b"1");
    assert_eq!(before(), b"1");
    assert_eq!(control.ledger().count("payment", "A"), 2);
    control.faults().clear();
    ask("/query");
    assert_eq!(before(), b"2");
}

#[test]
fn the_other_answer_is_of_the_same_path_if_there_is_one() {
    let control = control();
    assert!(control.other_answer("/a").is_none());
    let _ = control.handle(&Request::new("GET", "/a"));
    assert_eq!(control.other_answer("/b").unwrap().status(), 204);
}

#[test]
fn advancing_brings_the_provider_up_to_now() {
    let control = control();
    let _ = control.handle(&Request::new("GET", "/a"));
    let before = control.with(|provider, _| provider.ticks);
    control.advance(Duration::from_secs(60));
    assert_eq!(control.with(|provider, _| provider.ticks), before + 2);
    assert_eq!(control.take_due().1, None);
}

#[test]
fn is_not_idle_while_something_is_due() {
    let control = control();
    let callbacks = control.callbacks();
    assert!(callbacks.wait_until_idle(Duration::ZERO));
    control.with(|_, context| {
        let rules = RetryRules::accept(200..=200);
        context.send(Callback::post("k", "r", "http://127.0.0.1:1/", rules));
    });
    assert!(!callbacks.wait_until_idle(Duration::ZERO));
}

#[test]
fn tokens_differ() {
    let control = control();
    assert_ne!(control.token(), super::unguessable_token());
    assert!(!control.kit.is_token(""));
    assert!(control.kit.is_token(control.token()));
}
