//! Tokens shared by tasks, and futures dropped on the way.

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_tasks_on_an_expired_token_fetch_one() {
    let transport = ScriptedTransport::default()
        .always("/login", Act::json(TOKEN))
        .always("/status", Act::json(OK));
    let Desk {
        client,
        transport,
        clock,
    } = desk_with(once_each(), transport);
    client.call(Status::of("A-1")).await.unwrap();
    client.call(Status::of("A-1")).await.unwrap();
    assert_eq!(transport.count("/login"), 1);
    clock.clock.advance(toy::LIFETIME);
    let mut tasks = JoinSet::new();
    for _ in 0..200 {
        let client = client.clone();
        tasks.spawn(async move { client.call(Status::of("A-1")).await.is_ok() });
    }
    assert!(tasks.join_all().await.into_iter().all(|ok| ok));
    assert_eq!(transport.count("/login"), 2);
    assert_eq!(transport.count("/status"), 202);
}

#[tokio::test]
async fn a_failed_login_is_shared_by_those_who_waited_and_tried_again_later() {
    for failure in [Act::Cut, Act::NotSent, Act::json(REFUSED)] {
        let refused = matches!(failure, Act::Answer(_));
        let desk = desk_with(once_each(), ScriptedTransport::new([failure]));
        let mut tasks = JoinSet::new();
        for _ in 0..10 {
            let client = desk.client.clone();
            tasks.spawn(async move { client.call(Pay::new("A-1")).await.unwrap_err() });
        }
        let errors = tasks.join_all().await;
        assert_eq!(desk.transport.seen().len(), 1, "one login, no payment");
        for error in &errors {
            assert_eq!(error.money_moved(), MoneyMoved::No);
        }
        let variants: Vec<&str> = errors.iter().map(variant).collect();
        let not_sent = variants.iter().filter(|found| **found == "not sent");
        assert_eq!(
            not_sent.count(),
            if refused { 9 } else { 10 },
            "{variants:?}"
        );
        desk.transport.then(Act::json(TOKEN));
        desk.transport.then(Act::json(OK));
        desk.client.call(Pay::new("A-1")).await.unwrap();
    }
}

#[test]
fn a_future_dropped_anywhere_loses_nothing_and_sends_nothing_twice() {
    let mut points = 0;
    loop {
        points += 1;
        // One repeat of the login, so that its sleep is an await point too.
        let transport =
            ScriptedTransport::new([Act::Cut, Act::json(TOKEN)]).always("/pay", Act::json(OK));
        let desk = desk_with(RetryPolicy::default(), transport);
        let prepared = desk.client.prepare(Pay::new("A-1")).unwrap();
        let pending = prepared.pending();
        let stored = serde_json::to_string(&pending).unwrap();
        let ended = drop_after(points, desk.client.send(prepared));
        assert!(desk.transport.count("/pay") <= 1);
        let sent = desk.transport.count("/pay");
        // What the dropped task had not used of the script is answered to the next.
        desk.transport.then(Act::json(TOKEN));
        finish(desk.client.call(Pay::new("A-2"))).unwrap();
        assert_eq!(desk.transport.count("/pay"), sent + 1);
        let logins = desk.transport.count("/login");
        finish(desk.client.call(Pay::new("A-3"))).unwrap();
        assert_eq!(desk.transport.count("/login"), logins, "the token is kept");
        // The pending asks for the call, whatever became of it.
        let stored: Pending<Pay> = serde_json::from_str(&stored).unwrap();
        assert_eq!(stored.record(), pending.record());
        let again = desk_with(
            once_each(),
            ScriptedTransport::new([Act::json(TOKEN), Act::json(OK)]),
        );
        let resolved = finish(again.client.resolve(&stored)).unwrap();
        assert!(matches!(resolved, Resolved::Settled(_)));
        if ended {
            break;
        }
    }
    // Login, sleep, login, payment; with the last poll it ends.
    assert_eq!(points, 5);
}

#[test]
fn a_read_dropped_anywhere_leaves_a_client_that_works() {
    for polls in 1.. {
        let desk = desk(RetryPolicy::default(), [Act::Cut, Act::status(503, "")]);
        desk.transport.then(Act::json(OK));
        let ended = drop_after(polls, desk.client.call(Status::of("A-1")));
        for _ in 0..3 {
            desk.transport.then(Act::json(OK));
        }
        finish(desk.client.call(Status::of("A-2"))).unwrap();
        if ended {
            // Login, send, sleep, send, sleep, send, and the end.
            assert_eq!(polls, 7);
            return;
        }
    }
}

#[test]
fn whoever_waits_for_a_token_is_not_stuck_when_another_is_dropped() {
    for dropped in [0, 1] {
        let desk = desk(once_each(), [Act::json(OK), Act::json(OK)]);
        let mut context = Context::from_waker(Waker::noop());
        let mut calls: Vec<_> = (0..2)
            .map(|_| Box::pin(desk.client.call(Status::of("A-1"))))
            .collect();
        for call in &mut calls {
            assert!(call.as_mut().poll(&mut context).is_pending());
        }
        drop(calls.remove(dropped));
        finish(calls.remove(0)).unwrap();
        finish(desk.client.call(Status::of("A-1"))).unwrap();
    }
}

#[tokio::test]
async fn a_refused_login_says_that_it_was_the_login() {
    let desk = desk_with(once_each(), ScriptedTransport::new([Act::json(REFUSED)]));
    let mut tasks = JoinSet::new();
    for _ in 0..2 {
        let client = desk.client.clone();
        tasks.spawn(async move { client.call(Pay::new("A-1")).await.unwrap_err() });
    }
    let errors = tasks.join_all().await;
    let mut texts: Vec<String> = errors.iter().map(Error::to_string).collect();
    texts.sort();
    assert_eq!(
        texts,
        [
            "not sent: no access token: refused: the login, code \"NO\", http status 200",
            "refused: the login, code \"NO\", http status 200",
        ]
    );
    let of_login = |error: &Error| match error {
        Error::Refused(refused) => refused.is_of_login(),
        _ => false,
    };
    assert_eq!(errors.iter().filter(|error| of_login(error)).count(), 1);
    desk.transport.then(Act::json(TOKEN));
    desk.transport.then(Act::json(REFUSED));
    let error = desk.client.call(Pay::new("A-1")).await.unwrap_err();
    assert!(!of_login(&error), "{error}");
}

#[test]
fn a_token_goes_with_its_credentials() {
    let transport = ScriptedTransport::default()
        .always("/login", Act::json(TOKEN))
        .always("/status", Act::json(OK));
    let user = Arc::new(AtomicUsize::new(1));
    let asked = Arc::clone(&user);
    let client = builder(&transport, &Slept::default())
        .credentials_from(move || {
            let user = asked.load(Ordering::SeqCst);
            Ok(Credentials::new(&format!("shop-{user}")))
        })
        .build()
        .unwrap();
    let check = |shop: usize, logins: usize| {
        user.store(shop, Ordering::SeqCst);
        finish(client.call(Status::of("A-1"))).unwrap();
        assert_eq!(transport.count("/login"), logins, "as shop {shop}");
    };
    check(1, 1);
    check(1, 1);
    check(2, 2);
    check(2, 2);
    check(1, 3);
}
