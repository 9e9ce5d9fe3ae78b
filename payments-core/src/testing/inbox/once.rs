//! A message is kept once, as it was.

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::{Bench, Told, at, key, request, same, shop, signed, unsigned};
use crate::incoming::{
    Accepted, End, Entry, Headers, Inbound, InboxStore, Notice, Scope, Unverified,
};
use crate::testing::Paid;

pub(super) async fn a_message_is_kept_once<S: InboxStore>(bench: &Bench<S>) -> Result<(), String> {
    bench.idle("an empty store").await?;
    let paid = || signed(&["A-1", "paid"]);
    same("a message", bench.keep(paid()).await?, Accepted::New)?;
    same("a repeat", bench.keep(paid()).await?, Accepted::Duplicate)?;
    let lease = bench.take("a kept message").await?;
    let repeat = bench.keep(paid()).await?;
    same("a repeat of a claimed one", repeat, Accepted::Duplicate)?;
    bench.end("its end", &lease, End::Done, true).await?;
    let repeat = bench.keep(paid()).await?;
    same("a repeat of a done one", repeat, Accepted::Duplicate)?;
    bench.idle("a done message").await?;
    // Found by a query first: the late message is the same.
    let found = || Entry::found::<Told>(&shop(), "A-2", &["A-2", "paid"]);
    same("a found payment", bench.keep(found()).await?, Accepted::New)?;
    same(
        "found again",
        bench.keep(found()).await?,
        Accepted::Duplicate,
    )?;
    let late = bench.keep(signed(&["A-2", "paid"])).await?;
    same("its late message", late, Accepted::Duplicate)?;
    let lease = bench.take("a found payment").await?;
    let row = lease.row();
    let seen = (row.reference().to_owned(), row.inbound().is_none());
    same("a found payment's row", seen, ("A-2".to_owned(), true))
}

pub(super) async fn unsigned_repeats_say_the_same<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    let claim = |target: &str, body| unsigned("A-1", target, body);
    let kept = bench.keep(claim("/told?a=1", "x")).await?;
    same("an unsigned message", kept, Accepted::New)?;
    for (what, target, body, expect) in [
        ("the same", "/told?a=1", "x", Accepted::Duplicate),
        ("on another path", "/other?a=1", "x", Accepted::Duplicate),
        ("another body", "/told?a=1", "y", Accepted::Conflict),
        ("another query", "/told?a=2", "x", Accepted::Conflict),
        ("no body", "/told?a=1", "", Accepted::Conflict),
    ] {
        same(what, bench.keep(claim(target, body)).await?, expect)?;
    }
    let lease = bench.take("the first one").await?;
    let body = lease.row().inbound().map(|inbound| inbound.body().clone());
    same("what is kept", body.as_deref(), Some(&b"x"[..]))?;
    bench.end("its end", &lease, End::Settled, true).await?;
    let late = bench.keep(claim("/told?a=1", "y")).await?;
    same("another body later", late, Accepted::Conflict)?;
    let found = Entry::found::<Told>(&shop(), "A-2", &["A-2"]);
    same("a found payment", bench.keep(found).await?, Accepted::New)?;
    let late = bench.keep(unsigned("A-2", "/told", "z")).await?;
    same("of which nothing was said", late, Accepted::Duplicate)
}

/// What joins two values must not make them one, and neither may case, spaces or an empty value.
pub(super) async fn keys_are_kept_apart<S: InboxStore>(bench: &Bench<S>) -> Result<(), String> {
    let shop = shop();
    let scope = |provider: &str, environment: &str, account: &str| {
        let [provider, environment, account] =
            [provider, environment, account].map(ToOwned::to_owned);
        Scope::stored(provider, environment, account)
    };
    let all: [(Scope, &[&str]); 16] = [
        (shop.clone(), &["A", "b"]),
        (shop.clone(), &["A/b"]),
        (shop.clone(), &["A", "b", ""]),
        (shop.clone(), &["A", "B"]),
        (shop.clone(), &["A", "b "]),
        (shop.clone(), &["A\",\"b"]),
        (shop.clone(), &["A\\", "b"]),
        (shop.clone(), &["A", "'; --"]),
        (shop.clone(), &["Ş", "ı"]),
        (shop.clone(), &["S\u{327}", "ı"]),
        (shop, &["A", "%"]),
        (scope("toy", "test", "Shop"), &["A", "b"]),
        (scope("toy", "live", "shop"), &["A", "b"]),
        (scope("toys", "test", "shop"), &["A", "b"]),
        (scope("toy", "test", "shop/A"), &["b"]),
        (scope("toy", "test/shop", "A"), &["b"]),
    ];
    for (scope, values) in &all {
        let kept = bench.keep(at(scope.clone(), values)).await?;
        same(&format!("{scope:?} {values:?}"), kept, Accepted::New)?;
    }
    for (scope, values) in &all {
        let kept = bench.keep(at(scope.clone(), values)).await?;
        same(&format!("{values:?} again"), kept, Accepted::Duplicate)?;
    }
    Ok(())
}

/// Two kinds of messages of one account, of which all is the same but what they say.
pub(super) async fn kinds_are_kept_apart<S: InboxStore>(bench: &Bench<S>) -> Result<(), String> {
    let told = || unsigned("A", "/told", "one");
    let paid = || {
        Entry::of(&Unverified::new(
            Paid::of("A"),
            shop(),
            request("/told", "two"),
        ))
    };
    for expect in [Accepted::New, Accepted::Duplicate] {
        same("a message", bench.keep(told()).await?, expect)?;
        same("one of another kind", bench.keep(paid()).await?, expect)?;
    }
    Ok(())
}

/// U+0000 in a text: SQLite keeps it, PostgreSQL does not, and no provider means it.
pub(super) async fn what_no_database_keeps_is_refused<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    for _ in 0..2 {
        for (what, entry) in [
            ("in the reference", signed(&["A\0"])),
            ("in another value", signed(&["A", "\0"])),
            ("in the target", unsigned("A", "/told?a=\0", "x")),
            (
                "in a found one",
                Entry::found::<Told>(&shop(), "\0", &["A"]),
            ),
        ] {
            same(what, bench.keep(entry).await?, Accepted::Malformed)?;
        }
    }
    bench.idle("what was refused").await?;
    // Escaped it is a text like any other, and in a body it is a byte.
    let entry = unsigned("A", "/told?a=%00", "\0");
    same("bytes", bench.keep(entry).await?, Accepted::New)?;
    let lease = bench.take("bytes").await?;
    let body = lease.row().inbound().map(|inbound| inbound.body().clone());
    same("its body", body.as_deref(), Some(&b"\0"[..]))?;
    // What a handler says of it is kept for people, whatever is in it.
    let why = End::Dead("no \0 order".to_owned());
    bench.end("its end", &lease, why, true).await
}

pub(super) async fn a_message_comes_back_as_it_was<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/json; charset=UTF-8"),
        ("x-twice", "one: two"),
        ("x-twice", ""),
        ("authorization", "Basic c2VjcmV0"),
        ("cookie", "session=1"),
        ("x-api-key", "c2VjcmV0"),
    ] {
        headers.append(name, HeaderValue::from_static(value));
    }
    let odd = HeaderValue::from_bytes(b"\xff\tx").map_err(|error| error.to_string())?;
    headers.append("x-odd", odd);
    let body = b"\x00\xff{\"name\":\"\xc5\x9e\"}".to_vec();
    let target = "/told?a=%C5%9E&b=";
    for (number, peer) in ["192.0.2.7:4000", "[2001:db8::7]:4000", ""]
        .iter()
        .enumerate()
    {
        let reference = format!("A-{number}");
        let mut inbound = Inbound::new(Method::PATCH, target, headers.clone(), body.clone());
        if let Ok(peer) = peer.parse() {
            inbound = inbound.from_peer(peer);
        }
        let claims = Told(vec![reference.clone(), "ı".to_owned()]);
        let asked_for = ["x-twice", "x-odd"].map(HeaderName::from_static);
        let kept = Headers::default().asked_for(asked_for);
        let message = Unverified::new(claims, shop(), inbound.clone()).keeping(kept);
        same(
            "a message",
            bench.keep(Entry::of(&message)).await?,
            Accepted::New,
        )?;
        let lease = bench.take("it").await?;
        let row = lease.row();
        same("its key", row.key(), &key(&[&reference, "ı"]))?;
        same("its kind", row.key().notice(), Told::NAME)?;
        same("its reference", row.reference(), reference.as_str())?;
        same("its scope", row.scope(), &shop())?;
        let kept = row.inbound().ok_or("its request is gone")?;
        same("its method", kept.method(), inbound.method())?;
        same("its target", kept.path_and_query(), target)?;
        same("its body", kept.body(), inbound.body())?;
        same("its peer", kept.peer(), inbound.peer())?;
        let mut expect = headers.clone();
        for secret in ["authorization", "cookie", "x-api-key"] {
            expect.remove(secret);
        }
        // Compared by value and in order: a map's own `Debug` hides nothing here.
        same("its headers", kept.headers(), &expect)?;
        bench.end("its end", &lease, End::Done, true).await?;
    }
    Ok(())
}
