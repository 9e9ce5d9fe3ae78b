//! A provider that is down for half of a simulated minute, and a thousand callers who go on asking.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, SystemTime};

use payments_core::bytes::Bytes;
use payments_core::client::{SendError, Transport};
use payments_core::clock::Clock;
use payments_core::exchange::Response;
use payments_core::http::Request;
use payments_core::testing::json_response;
use payments_mobilepay::types::{Cancel, ReadMerchant};
use payments_mobilepay::{Client, Currency, Money, Test, TestCredentials};

use super::row::Row;
use crate::run::progress;

const CALLERS: u64 = 1_000;
const MINUTE: u64 = 60;
/// The seconds in which every answer is 503.
const DOWN: std::ops::Range<u64> = 15..45;
const ANSWER: Duration = Duration::from_millis(30);
/// At most a fifth of the requests more than there are calls.
const HOLD: f64 = 1.2;
/// What the library says of its bucket: ten repeats, and one more for ten successes.
const BUCKET: u64 = 10;

/// The rows: what the callers' client sends beyond their calls, and whether the bucket had it.
///
/// # Errors
/// If a call cannot be made.
pub(super) fn rows() -> Result<Vec<Row>, String> {
    let name =
        "requests of 1,000 callers in a simulated minute, half of it an outage, against calls";
    progress::now(&format!("simulating: {name}"));
    let counts = simulate(CALLERS, ask)?;
    let seconds = Duration::from_secs;
    let each = seconds(1);
    let (sends, calls) = (seconds(counts.sends), seconds(counts.calls()));
    let overdrawn = usize::try_from(counts.overdrawn).unwrap_or(usize::MAX);
    Ok(vec![
        Row::over(
            name,
            "requests",
            (sends.div_duration_f64(each), calls.div_duration_f64(each)),
            sends.div_duration_f64(calls),
            HOLD,
        ),
        Row::count(
            "repeats in that minute while the bucket was empty",
            "requests",
            overdrawn,
            0,
        ),
    ])
}

/// What arrived at the provider.
#[derive(Debug, Default)]
struct Counts {
    known: HashSet<String>,
    sends: u64,
    repeats: u64,
    successes: u64,
    failures: u64,
    /// The most repeats beyond what the bucket had so far.
    overdrawn: u64,
}

impl Counts {
    fn calls(&self) -> u64 {
        self.sends.saturating_sub(self.repeats)
    }

    fn send(&mut self, asked: String) {
        self.sends = self.sends.saturating_add(1);
        if !self.known.insert(asked) {
            self.repeats = self.repeats.saturating_add(1);
            let had = self.successes.div_euclid(10).saturating_add(BUCKET);
            self.overdrawn = self.overdrawn.max(self.repeats.saturating_sub(had));
        }
    }
}

/// The provider, which takes its time.
struct Provider {
    time: Time,
    counts: Arc<Mutex<Counts>>,
}

#[async_trait::async_trait]
impl Transport for Provider {
    async fn send(&self, request: Request<Bytes>) -> Result<Response, SendError> {
        let (path, body) = (request.uri().path(), request.body());
        held(&self.counts).send(format!("{path} {body:?}"));
        self.time.sleep(ANSWER).await;
        let mut counts = held(&self.counts);
        if DOWN.contains(&self.time.monotonic().as_secs()) {
            counts.failures = counts.failures.saturating_add(1);
            return Ok(json_response(503, ""));
        }
        counts.successes = counts.successes.saturating_add(1);
        let asked = path.rsplit('/').next().unwrap_or_default();
        let answer = match asked {
            "cancels" => r#"{"cancelId":"5f2f7d0e-2a2b-4a27-9a60-0a9a4cf7d112"}"#.to_owned(),
            merchant => format!(r#"{{"merchantId":"{merchant}"}}"#),
        };
        Ok(json_response(200, &answer))
    }
}

type Task = Pin<Box<dyn Future<Output = Result<(), String>>>>;

/// Lets so many callers ask once a second for a minute.
fn simulate(callers: u64, ask: fn(Client, String, bool) -> Task) -> Result<Counts, String> {
    let time = Time::default();
    let counts = Arc::new(Mutex::new(Counts::default()));
    let provider = Provider {
        time: time.clone(),
        counts: Arc::clone(&counts),
    };
    let credentials = TestCredentials::new("client", "8d969eef6ecad3c29a3a629280e686cf");
    let client = Client::builder(Test::at("http://127.0.0.1:1"), credentials.map_err(told)?)
        .transport(Arc::new(provider))
        .clock(Arc::new(time.clone()))
        .build()
        .map_err(told)?;
    let tasks = (0..callers).map(|caller| -> Task {
        let (client, time) = (client.clone(), time.clone());
        Box::pin(async move {
            // Not all in one moment.
            time.sleep(Duration::from_millis(caller)).await;
            for second in 0..MINUTE {
                let next =
                    Duration::from_secs(second).saturating_add(Duration::from_millis(caller));
                time.sleep(next.saturating_sub(time.monotonic())).await;
                let reference = format!("{caller}-{second}");
                ask(client.clone(), reference, caller.is_multiple_of(2)).await?;
            }
            Ok(())
        })
    });
    run(&time, tasks.collect())?;
    Ok(std::mem::take(&mut *held(&counts)))
}

/// A read, or a call that may be repeated. What comes of it is the outage's to say.
fn ask(client: Client, reference: String, is_read: bool) -> Task {
    Box::pin(async move {
        if is_read {
            let read = ReadMerchant::builder().merchant_id(reference);
            let _ = client.read_merchant(read.build().map_err(told)?).await;
        } else {
            let cancel = Cancel::builder()
                .payment_id("a84781b3-af34-42ae-b296-260cfb6859fe")
                .cancel_identifier(reference)
                .amount(Money::from_minor(495, Currency::DKK))
                .timestamp("2026-11-01T12:00:00Z");
            let _ = client.cancel(cancel.build().map_err(told)?).await;
        }
        Ok(())
    })
}

/// A time that stands still while anybody works, and goes on to the next who sleeps.
#[derive(Clone, Debug, Default)]
struct Time(Arc<Mutex<Hours>>);

#[derive(Debug, Default)]
struct Hours {
    now: Duration,
    /// Who sleeps until when, and the number of that sleep.
    sleepers: BTreeMap<(Duration, u64), Waker>,
    sleeps: u64,
}

impl Time {
    /// Goes on to the next who sleeps, and wakes it; `false` if nobody does.
    fn go_on(&self) -> bool {
        let next = {
            let mut hours = held(&self.0);
            let next = hours.sleepers.pop_first();
            if let Some(((at, _), _)) = &next {
                hours.now = *at;
            }
            next
        };
        next.map(|(_, sleeper)| sleeper.wake()).is_some()
    }
}

impl Clock for Time {
    fn monotonic(&self) -> Duration {
        held(&self.0).now
    }

    fn wall(&self) -> SystemTime {
        let now = SystemTime::UNIX_EPOCH.checked_add(self.monotonic());
        now.unwrap_or(SystemTime::UNIX_EPOCH)
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let (until, number) = {
            let mut hours = held(&self.0);
            hours.sleeps = hours.sleeps.saturating_add(1);
            (hours.now.saturating_add(duration), hours.sleeps)
        };
        Box::pin(poll_fn(move |context| {
            let mut hours = held(&self.0);
            if hours.now >= until {
                return Poll::Ready(());
            }
            hours
                .sleepers
                .insert((until, number), context.waker().clone());
            Poll::Pending
        }))
    }
}

/// Puts a task back among those that have something to do.
struct Woken {
    number: usize,
    ready: Arc<Mutex<VecDeque<usize>>>,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        held(&self.ready).push_back(self.number);
    }
}

/// Runs all to their ends, on this thread and in that time.
fn run(time: &Time, tasks: Vec<Task>) -> Result<(), String> {
    let ready = Arc::new(Mutex::new((0..tasks.len()).collect::<VecDeque<_>>()));
    let mut tasks: Vec<Option<Task>> = tasks.into_iter().map(Some).collect();
    loop {
        let Some(number) = held(&ready).pop_front() else {
            if time.go_on() {
                continue;
            }
            break;
        };
        let Some(slot) = tasks.get_mut(number) else {
            continue;
        };
        let Some(task) = slot else {
            continue;
        };
        let ready = Arc::clone(&ready);
        let waker = Waker::from(Arc::new(Woken { number, ready }));
        if let Poll::Ready(ended) = task.as_mut().poll(&mut Context::from_waker(&waker)) {
            *slot = None;
            ended?;
        }
    }
    if tasks.iter().any(Option::is_some) {
        return Err("a caller waits for ever".to_owned());
    }
    Ok(())
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Each step leaves what is locked whole.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_not_made_worse() {
        let counts = simulate(100, ask).unwrap();
        assert_eq!(counts.calls(), 100 * MINUTE);
        assert!(
            counts.failures > counts.calls() / 3,
            "{} failed",
            counts.failures
        );
        assert!(counts.repeats > 0, "nobody tried again");
        assert_eq!(counts.overdrawn, 0);
        assert!(counts.repeats * 5 <= counts.calls(), "{}", counts.repeats);
    }

    #[test]
    fn both_rows_are_of_a_whole_minute_and_held() {
        let rows = rows().unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(Row::ok), "{rows:?}");
    }

    /// Somebody who asks again at once, whatever the bucket holds.
    #[test]
    fn who_goes_on_asking_is_found_out() {
        let twice = |client: Client, reference: String, is_read| -> Task {
            Box::pin(async move {
                ask(client.clone(), reference.clone(), is_read).await?;
                ask(client, reference, is_read).await
            })
        };
        let counts = simulate(20, twice).unwrap();
        assert!(counts.overdrawn > 0, "{} repeats", counts.repeats);
        assert!(counts.repeats * 5 > counts.calls());
    }
}
