//! A row is worked on by one at a time, until it is done or set aside.

use std::time::Duration;

use super::{Bench, LEASE, at, key, same, signed, told};
use crate::incoming::{Accepted, End, InboxStore, Scope};

fn later(seconds: u64) -> End {
    End::Later(Duration::from_secs(seconds), "not now".to_owned())
}

pub(super) async fn rows_are_given_in_their_order<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    // Later ones come later, also where the time of day says otherwise.
    for reference in ["C", "A", "B"] {
        same(
            "kept",
            bench.keep(signed(&[reference])).await?,
            Accepted::New,
        )?;
        bench.clock.set_back(Duration::from_secs(1));
    }
    for reference in ["C", "A", "B"] {
        let lease = bench.take(reference).await?;
        same("the next row", lease.row().reference(), reference)?;
        same("its attempts", lease.row().attempts(), 1)?;
        bench.end("its end", &lease, End::Done, true).await?;
    }
    bench.idle("when all is done").await
}

pub(super) async fn a_payment_has_one_worker<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    for values in [
        ["A", "paid"],
        ["A", "failed"],
        ["A", "again"],
        ["B", "paid"],
    ] {
        same("kept", bench.keep(signed(&values)).await?, Accepted::New)?;
    }
    let first = bench.take("the first row").await?;
    same("the first row", first.row().key(), &key(&["A", "paid"]))?;
    same("before anything", first.row().settled_before(), false)?;
    let other = bench.take("another payment's row").await?;
    same("meanwhile", other.row().key(), &key(&["B", "paid"]))?;
    bench.idle("while both have a worker").await?;
    bench.end("settling", &first, End::Settled, true).await?;
    let late = bench.take("the late row").await?;
    same("the late row", late.row().key(), &key(&["A", "failed"]))?;
    same("after it is settled", late.row().settled_before(), true)?;
    bench.end("its end", &late, End::Done, true).await?;
    let last = bench.take("the last row").await?;
    same("settled for good", last.row().settled_before(), true)?;
    same("the other", other.row().settled_before(), false)
}

pub(super) async fn accounts_have_payments_of_their_own<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    let scopes = [
        ["toy", "test", "shop"],
        ["toy", "test", "other"],
        ["toy", "live", "shop"],
        ["toys", "test", "shop"],
    ];
    let scopes = scopes.map(|parts| {
        let [provider, environment, account] = parts.map(ToOwned::to_owned);
        Scope::stored(provider, environment, account)
    });
    for scope in &scopes {
        for what in ["paid", "failed"] {
            let kept = bench.keep(at(scope.clone(), &["A", what])).await?;
            same("kept", kept, Accepted::New)?;
        }
    }
    let mut leases = Vec::new();
    for scope in &scopes {
        let lease = bench.take("an account's row").await?;
        same("whose row it is", lease.row().scope(), scope)?;
        leases.push(lease);
    }
    bench.idle("while each has a worker").await?;
    let mut ends = [End::Settled, End::Done, End::Done, End::Done].into_iter();
    for lease in &leases {
        let end = ends.next().unwrap_or(End::Done);
        bench.end("its end", lease, end, true).await?;
    }
    for (scope, is_settled) in scopes.iter().zip([true, false, false, false]) {
        let lease = bench.take("an account's second row").await?;
        same("whose row it is", lease.row().scope(), scope)?;
        let what = "whether that account's payment is settled";
        same(what, lease.row().settled_before(), is_settled)?;
    }
    Ok(())
}

pub(super) async fn a_failed_row_waits<S: InboxStore>(bench: &Bench<S>) -> Result<(), String> {
    same("kept", bench.keep(signed(&["A"])).await?, Accepted::New)?;
    let lease = bench.take("a row").await?;
    bench.end("giving it back", &lease, later(10), true).await?;
    same(
        "a newer row",
        bench.keep(signed(&["B"])).await?,
        Accepted::New,
    )?;
    let other = bench.take("a newer row").await?;
    same("the newer row", other.row().reference(), "B")?;
    bench.clock.advance(Duration::from_millis(9_999));
    bench.idle("before its pause is over").await?;
    bench.clock.advance(Duration::from_millis(1));
    let again = bench.take("after its pause").await?;
    same("the same row", again.row().key(), lease.row().key())?;
    same("its attempts", again.row().attempts(), 2)?;
    bench.end("its end", &again, End::Done, true).await
}

/// A worker that was killed, or was too slow.
pub(super) async fn a_lost_row_comes_back<S: InboxStore>(bench: &Bench<S>) -> Result<(), String> {
    same(
        "kept",
        bench.keep(signed(&["A", "1"])).await?,
        Accepted::New,
    )?;
    same(
        "kept",
        bench.keep(signed(&["A", "2"])).await?,
        Accepted::New,
    )?;
    let slow = bench.take("a row").await?;
    let Some(nearly) = LEASE.checked_sub(Duration::from_millis(1)) else {
        return Ok(());
    };
    bench.clock.advance(nearly);
    bench.idle("before its lease is over").await?;
    bench.clock.advance(Duration::from_millis(1));
    let quick = bench.take("after its lease").await?;
    same("the same row", quick.row().key(), slow.row().key())?;
    same("its attempts", quick.row().attempts(), 2)?;
    for end in [End::Settled, End::Done, later(0), End::Dead("x".to_owned())] {
        bench
            .end("what the slow one says", &slow, end, false)
            .await?;
    }
    bench.idle("while the quick one has it").await?;
    bench
        .end("the quick one's end", &quick, End::Done, true)
        .await?;
    bench
        .end("a second end", &quick, End::Settled, false)
        .await?;
    let next = bench.take("the next row").await?;
    same("nobody settled it", next.row().settled_before(), false)?;
    same("the next row", next.row().key(), &key(&["A", "2"]))?;
    // The lease that ended last is over, and so is every one before it.
    bench.end("a late end", &quick, End::Settled, false).await?;
    bench.end("its end", &next, End::Done, true).await?;
    // A lease that ran out still counts while nobody else has the row.
    same("kept", bench.keep(signed(&["B"])).await?, Accepted::New)?;
    let late = bench.take("a row").await?;
    bench.clock.advance(LEASE.saturating_mul(2));
    bench
        .end("a late end that counts", &late, End::Done, true)
        .await?;
    bench.idle("when all is done").await
}

pub(super) async fn a_row_that_kills_its_workers_is_set_aside<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    same(
        "kept",
        bench.keep(signed(&["A", "1"])).await?,
        Accepted::New,
    )?;
    same(
        "kept",
        bench.keep(signed(&["A", "2"])).await?,
        Accepted::New,
    )?;
    for attempt in 1..=3 {
        let lease = bench.take("a row").await?;
        same("the same row", lease.row().key(), &key(&["A", "1"]))?;
        same("its attempts", lease.row().attempts(), attempt)?;
        bench.clock.advance(LEASE);
    }
    let next = bench.take("the next row").await?;
    same("the next row", next.row().key(), &key(&["A", "2"]))?;
    let dead = told(bench.store.dead_letters(10).await)?;
    let dead: Vec<_> = dead
        .iter()
        .map(|(row, why)| (row.key().to_string(), why.as_str()))
        .collect();
    let expect = (
        "toy/test/shop/told/A/1".to_owned(),
        "its workers never came back",
    );
    same("what was set aside", dead, vec![expect])
}

pub(super) async fn dead_letters_are_listed_and_revived<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    let listed = async |most| -> Result<Vec<String>, String> {
        let dead = told(bench.store.dead_letters(most).await)?;
        let text = |(row, why): &(crate::incoming::Row, String)| {
            format!("{} {} {why}", row.reference(), row.attempts())
        };
        Ok(dead.iter().map(text).collect())
    };
    for reference in ["A", "B", "C"] {
        same(
            "kept",
            bench.keep(signed(&[reference])).await?,
            Accepted::New,
        )?;
        let lease = bench.take(reference).await?;
        let end = End::Dead(format!("because of {reference}"));
        bench.end("setting aside", &lease, end, true).await?;
    }
    bench.clock.advance(Duration::from_secs(1_000_000));
    bench.idle("what was set aside").await?;
    let all = ["A 1 because of A", "B 1 because of B", "C 1 because of C"];
    same(
        "the list",
        listed(10).await?,
        all.map(str::to_owned).to_vec(),
    )?;
    same("two of it", listed(2).await?.len(), 2)?;
    let repeat = bench.keep(signed(&["B"])).await?;
    same("a repeat of it", repeat, Accepted::Duplicate)?;
    let revive = async |values: &[&str]| told(bench.store.revive(key(values)).await);
    same("reviving it", revive(&["B"]).await?, true)?;
    same("reviving it again", revive(&["B"]).await?, false)?;
    same("reviving nothing", revive(&["D"]).await?, false)?;
    same("what is left", listed(10).await?.len(), 2)?;
    same(
        "what comes after",
        bench.keep(signed(&["E"])).await?,
        Accepted::New,
    )?;
    let lease = bench.take("what was revived").await?;
    let seen = (lease.row().reference(), lease.row().attempts());
    same("it begins anew, and is first", seen, ("B", 1))?;
    bench.end("its end", &lease, End::Settled, true).await?;
    let lease = bench.take("what came after it").await?;
    bench
        .end("the end of that", &lease, End::Settled, true)
        .await?;
    bench.idle("when it is done").await
}
