//! Clocks that jump back, and what is old enough to go.

use std::time::Duration;

use super::{Bench, LEASE, key, same, signed, told, unsigned};
use crate::incoming::{Accepted, End, InboxStore, Purged, Retention};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Whatever was to be due in ten seconds is due in ten seconds, or before.
pub(super) async fn a_clock_that_jumps_back_holds_nothing_up<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    let pause = Duration::from_secs(10);
    same("kept", bench.keep(signed(&["A"])).await?, Accepted::New)?;
    bench.clock.set_back(HOUR);
    let lease = bench.take("a row from before").await?;
    let end = End::Later(pause, "not now".to_owned());
    bench.end("giving it back", &lease, end, true).await?;
    bench.clock.set_back(HOUR);
    bench.clock.advance(pause);
    let lease = bench.take("a row whose pause is over").await?;
    bench.clock.set_back(HOUR);
    bench.clock.advance(LEASE);
    let again = bench.take("a row whose lease is over").await?;
    bench
        .end("the old worker", &lease, End::Settled, false)
        .await?;
    bench
        .end("the new worker", &again, End::Settled, true)
        .await?;
    bench.idle("when all is done").await
}

fn keep() -> Retention {
    Retention {
        content: DAY,
        keys: DAY.saturating_mul(3),
        dead: None,
    }
}

pub(super) async fn what_is_done_is_purged<S: InboxStore>(bench: &Bench<S>) -> Result<(), String> {
    let purge = async || told(bench.store.purge(keep()).await);
    let purged = |contents, keys| Purged {
        contents,
        keys,
        dead: 0,
    };
    let claim = |body| unsigned("A", "/told", body);
    same("kept", bench.keep(claim("x")).await?, Accepted::New)?;
    let lease = bench.take("a row").await?;
    bench.end("its end", &lease, End::Settled, true).await?;
    bench
        .clock
        .advance(DAY.saturating_sub(Duration::from_secs(1)));
    same("too early", purge().await?, purged(0, 0))?;
    bench.clock.advance(Duration::from_secs(1));
    same("its content", purge().await?, purged(1, 0))?;
    same("again", purge().await?, purged(0, 0))?;
    // Without its content it is known as before.
    same(
        "a repeat",
        bench.keep(claim("x")).await?,
        Accepted::Duplicate,
    )?;
    same(
        "another body",
        bench.keep(claim("y")).await?,
        Accepted::Conflict,
    )?;
    // A later row keeps the payment, and that it is settled, from going with the first.
    bench.clock.advance(DAY);
    same(
        "kept",
        bench.keep(signed(&["A", "late"])).await?,
        Accepted::New,
    )?;
    bench.clock.advance(DAY);
    same("its key", purge().await?, purged(0, 1))?;
    let late = bench.take("the late row").await?;
    same("still settled", late.row().settled_before(), true)?;
    bench.end("its end", &late, End::Done, true).await?;
    bench.clock.advance(DAY.saturating_mul(3));
    same("the last", purge().await?, purged(0, 1))?;
    same("as new", bench.keep(claim("z")).await?, Accepted::New)?;
    let anew = bench.take("what is new again").await?;
    same("as if never settled", anew.row().settled_before(), false)
}

/// Whatever state they are in: a later one that is done keeps what is known of the payment, too.
pub(super) async fn a_payment_is_known_with_its_last_row<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    let ends = [
        ("first", End::Settled),
        ("second", End::Done),
        ("third", End::Dead("no such order".to_owned())),
    ];
    for (what, end) in ends {
        let kept = bench.keep(signed(&["A", what])).await?;
        same("kept", kept, Accepted::New)?;
        let lease = bench.take("a row").await?;
        bench.end("its end", &lease, end, true).await?;
        bench.clock.advance(DAY);
    }
    // The first is three days old now, and the second in a day.
    for (what, keys) in [("the first", 1), ("the second", 1), ("no more", 0)] {
        let purged = told(bench.store.purge(keep()).await)?;
        same(what, purged.keys, keys)?;
        bench.clock.advance(DAY);
    }
    let kept = bench.keep(signed(&["A", "late"])).await?;
    same("kept", kept, Accepted::New)?;
    let late = bench.take("the late row").await?;
    same("still settled", late.row().settled_before(), true)
}

pub(super) async fn dead_letters_go_when_they_are_told_to<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    for reference in ["A", "B"] {
        let kept = bench.keep(unsigned(reference, "/told", "x")).await?;
        same("kept", kept, Accepted::New)?;
        let lease = bench.take("a row").await?;
        let end = End::Dead("no such order".to_owned());
        bench.end("setting it aside", &lease, end, true).await?;
    }
    let listed = async || -> Result<Vec<String>, String> {
        let dead = told(bench.store.dead_letters(10).await)?;
        let references = dead.iter().map(|(row, _)| row.reference().to_owned());
        Ok(references.collect())
    };
    let discard = async |values: &[&str]| told(bench.store.discard(key(values)).await);
    bench.clock.advance(DAY.saturating_mul(400));
    let without = told(bench.store.purge(keep()).await)?;
    same("purging without a period", without, Purged::default())?;
    same("discarding one", discard(&["A"]).await?, true)?;
    same("discarding it again", discard(&["A"]).await?, false)?;
    same("discarding nothing", discard(&["C"]).await?, false)?;
    same("what is left", listed().await?, vec!["B".to_owned()])?;
    bench.idle("what was discarded").await?;
    let revived = told(bench.store.revive(key(&["A"])).await)?;
    same("reviving what was discarded", revived, false)?;
    // It is done now, and goes as others do: its key is known for as long.
    bench.clock.advance(DAY);
    let first = told(bench.store.purge(keep()).await)?;
    let content = Purged {
        contents: 1,
        ..Purged::default()
    };
    same("its content", first, content)?;
    let repeat = bench.keep(unsigned("A", "/told", "x")).await?;
    same("a repeat of it", repeat, Accepted::Duplicate)?;
    let with = |days| Retention {
        dead: Some(DAY.saturating_mul(days)),
        ..keep()
    };
    let young = told(bench.store.purge(with(402)).await)?;
    same("before its period", young, Purged::default())?;
    let old = told(bench.store.purge(with(401)).await)?;
    let gone = Purged {
        dead: 1,
        ..Purged::default()
    };
    same("after it", old, gone)?;
    same("what is left then", listed().await?, Vec::<String>::new())?;
    let anew = bench.keep(unsigned("B", "/told", "y")).await?;
    same("as new", anew, Accepted::New)
}

pub(super) async fn what_is_not_done_is_kept<S: InboxStore>(
    bench: &Bench<S>,
) -> Result<(), String> {
    for reference in ["waiting", "claimed", "dead"] {
        same(
            "kept",
            bench.keep(signed(&[reference])).await?,
            Accepted::New,
        )?;
    }
    let waiting = bench.take("the first").await?;
    let claimed = bench.take("the second").await?;
    let dead = bench.take("the third").await?;
    let end = End::Later(DAY.saturating_mul(30), "not now".to_owned());
    bench.end("giving it back", &waiting, end, true).await?;
    let end = End::Dead("no such order".to_owned());
    bench.end("setting it aside", &dead, end, true).await?;
    bench.clock.advance(DAY.saturating_mul(20));
    let purged = told(bench.store.purge(keep()).await)?;
    same("what is purged", purged, Purged::default())?;
    bench.end("a late end", &claimed, End::Done, true).await?;
    same(
        "the dead one",
        told(bench.store.revive(key(&["dead"])).await)?,
        true,
    )?;
    bench.clock.advance(DAY.saturating_mul(10));
    for _ in 0..2 {
        let lease = bench.take("what was not done").await?;
        same("its content", lease.row().inbound().is_some(), true)?;
    }
    Ok(())
}
