//! A provider that is down for half of a simulated minute, and a thousand callers who go on asking.
#![expect(clippy::arithmetic_side_effects, reason = "a test counts")]

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use payments_core::bytes;
use payments_core::client::{Client, RetryPolicy, SendError, Transport};
use payments_core::clock::Clock;
use payments_core::exchange::Response;
use payments_core::http;
use payments_core::testing::json_response;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::toy::{Credentials, OK, SetState, Status, TOKEN, Toy};

const CALLERS: usize = 1000;
const MINUTE: u64 = 60;

/// The runtime's time, which stands still while somebody works and moves on when all sleep.
#[derive(Clone, Copy, Debug)]
struct Simulated(Instant);

impl Clock for Simulated {
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.0.elapsed()
    }
}

/// A provider that answers 503 from second 15 to second 45, and counts.
struct Failing {
    clock: Simulated,
    counts: Arc<Mutex<Counts>>,
}

#[derive(Default)]
struct Counts {
    known: HashSet<String>,
    sends: usize,
    repeats: usize,
    successes: usize,
    /// The most repeats beyond ten and a tenth of the successes so far: the bucket was empty.
    overdrawn: usize,
    failures: usize,
}

#[async_trait::async_trait]
impl Transport for Failing {
    async fn send(&self, request: http::Request<Bytes>) -> Result<Response, SendError> {
        if request.uri().path() == "/login" {
            return Ok(json_response(200, TOKEN));
        }
        let asked = format!("{}{:?}", request.uri(), request.body());
        {
            let mut counts = self.counts.lock().unwrap();
            counts.sends += 1;
            if !counts.known.insert(asked) {
                counts.repeats += 1;
                let allowed = 10 + counts.successes / 10;
                let beyond = counts.repeats.saturating_sub(allowed);
                counts.overdrawn = counts.overdrawn.max(beyond);
            }
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
        let is_down = (15..45).contains(&self.clock.monotonic().as_secs());
        let mut counts = self.counts.lock().unwrap();
        if is_down {
            counts.failures += 1;
            Ok(json_response(503, ""))
        } else {
            counts.successes += 1;
            Ok(json_response(200, OK))
        }
    }
}

/// One caller's minute: something every second, a read or a call that may be repeated.
async fn minute(client: Client<Toy>, caller: usize) {
    tokio::time::sleep(Duration::from_millis(u64::try_from(caller).unwrap())).await;
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    for second in 0..MINUTE {
        seconds.tick().await;
        let reference = format!("{caller}-{second}");
        let _ = if caller.is_multiple_of(2) {
            client.call(Status::of(&reference)).await
        } else {
            client.call(SetState::of(&reference)).await
        };
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_made_worse() {
    let clock = Simulated(tokio::time::sleep(Duration::ZERO).deadline());
    let counts = Arc::new(Mutex::new(Counts::default()));
    let transport = Failing {
        clock,
        counts: Arc::clone(&counts),
    };
    let client: Client<Toy> = super::Builder::new(
        Toy,
        "https://pay.example".to_owned(),
        Credentials::new("shop"),
    )
    .transport(Arc::new(transport))
    .clock(Arc::new(clock))
    .retry(RetryPolicy::default())
    .build()
    .unwrap();
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        callers.spawn(minute(client.clone(), caller));
    }
    while callers.join_next().await.is_some() {}
    let counts = counts.lock().unwrap();
    let calls = counts.sends - counts.repeats;
    assert_eq!(calls, CALLERS * usize::try_from(MINUTE).unwrap());
    assert!(counts.failures > calls / 3, "{} failed", counts.failures);
    assert!(counts.repeats > 0, "nobody tried again");
    assert_eq!(counts.overdrawn, 0, "repeats with an empty bucket");
    assert!(
        counts.repeats * 5 <= calls,
        "{} repeats of {calls} calls",
        counts.repeats
    );
}
