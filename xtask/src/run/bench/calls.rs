//! What a call costs in CPU time, against the same exchange with bare reqwest and serde_json.

use std::future::Future;
use std::hint::black_box;
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use axum::serve::ListenerExt as _;
use payments_mocasa::calls::{Client, Credentials, Environment};
use payments_mocasa::types::OrderStatus;
use serde::Deserialize;
use tokio::runtime::Runtime;

use super::row::Row;
use crate::run::progress;

const SETTINGS: usize = 7;
const ROUNDS: usize = 30;
const AT_ONCE: usize = 16;
const CALLS_EACH: usize = 50;
const CALLS: u64 = 800;
const HOLD: f64 = 1.05;

const ORDER: &str = "ORDER-1001";
const TOKEN: &str =
    r#"{"success":true,"code":"0","message":"ok","data":{"accessToken":"at_1","expireTime":7200}}"#;
const STATUS: &str = r#"{"success":true,"code":"0","message":"ok","data":{"paymentLink":"https://pay.example/p/1","orderNo":"ORDER-1001","txStatus":"success","txMessage":"paid","txTime":1718000000000,"paymentMode":"Mocasa BNPL"}}"#;

/// The answer, with every field that is in it.
#[derive(Debug, Deserialize)]
struct Answer {
    success: bool,
    code: String,
    message: String,
    data: Data,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    payment_link: String,
    order_no: String,
    tx_status: String,
    tx_message: String,
    tx_time: i64,
    payment_mode: String,
}

/// The row.
///
/// # Errors
/// If a call fails.
pub(super) fn row() -> Result<Row, String> {
    let name = "CPU of a call, 16 at once, against bare reqwest + serde_json";
    progress::now(&format!("measuring: {name}"));
    // One setting is a few hundredths dearer for one side than the next, for as long as it lives.
    let settings: Result<Vec<_>, String> = (0..SETTINGS).map(|_| setting()).collect();
    let [floor, own] = middle(settings?).ok_or("there were no settings")?;
    let each = |all: Duration| all.div_duration_f64(Duration::from_micros(CALLS));
    let ratio = ratio(&[floor, own]);
    Ok(Row::over(name, "µs", (each(own), each(floor)), ratio, HOLD))
}

/// A server, both clients and a thread of their own, from nothing: all that the calls cost is that
/// thread's time.
fn setting() -> Result<[Duration; 2], String> {
    let base = serve()?;
    let measured = thread::spawn(move || measure(&base)).join();
    measured.map_err(|_| "the calling thread panicked")?
}

fn ratio([floor, own]: &[Duration; 2]) -> f64 {
    own.div_duration_f64(*floor)
}

/// The one with the middle ratio.
fn middle(mut all: Vec<[Duration; 2]>) -> Option<[Duration; 2]> {
    all.sort_by(|one, other| ratio(one).total_cmp(&ratio(other)));
    all.get(all.len() / 2).copied()
}

/// Rounds in turn. Where the kernel puts the server's threads changes the cost of both sides from
/// one second to the next, so the round with the middle ratio counts, not the shortest.
fn measure(base: &str) -> Result<[Duration; 2], String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let credentials = Credentials::new("mp_bench", "a secret of a good length")
        .map_err(|error| error.to_string())?;
    let client = Client::builder(Environment::At(base.to_owned()), credentials)
        .build()
        .map_err(|error| error.to_string())?;
    // The same bytes go over the wire: who asks is said by both.
    let bare = reqwest::Client::builder()
        .user_agent("payments-bench")
        .no_proxy()
        .build()
        .map_err(|error| error.to_string())?;
    let url = format!("{base}/payment/order/query");
    let mut rounds = Vec::new();
    let floor = || {
        round(&runtime, || {
            let (bare, url) = (bare.clone(), url.clone());
            async move {
                for _ in 0..CALLS_EACH {
                    expect(by_hand(&bare, &url).await?)?;
                }
                Ok(())
            }
        })
    };
    let own = || {
        round(&runtime, || {
            let client = client.clone();
            async move {
                for _ in 0..CALLS_EACH {
                    expect(with_client(&client).await?)?;
                }
                Ok(())
            }
        })
    };
    for number in 0..ROUNDS {
        // Whoever is second finds the server warmer or colder than the first did.
        rounds.push(if number % 2 == 0 {
            let floor = floor()?;
            [floor, own()?]
        } else {
            let own = own()?;
            [floor()?, own]
        });
    }
    middle(rounds).ok_or_else(|| "there were no rounds".to_owned())
}

fn expect(right: bool) -> Result<(), String> {
    if right {
        Ok(())
    } else {
        Err("the reply is not what the server sent".to_owned())
    }
}

async fn by_hand(bare: &reqwest::Client, url: &str) -> Result<bool, String> {
    let body = bare
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("accept", "application/json")
        .header("accessToken", "at_1")
        .body(format!("orderNo={}", black_box(ORDER)))
        .send()
        .await
        .map_err(|error| error.to_string())?
        .bytes()
        .await
        .map_err(|error| error.to_string())?;
    let answer: Answer = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    let Answer {
        success,
        code,
        message,
        data,
    } = black_box(answer);
    let Data {
        payment_link,
        order_no,
        tx_status,
        tx_message,
        tx_time,
        payment_mode,
    } = data;
    black_box((
        code,
        message,
        payment_link,
        tx_message,
        tx_time,
        payment_mode,
    ));
    Ok(success && order_no == ORDER && tx_status == "success")
}

async fn with_client(client: &Client) -> Result<bool, String> {
    let call = OrderStatus::builder()
        .order_no(black_box(ORDER))
        .build()
        .map_err(|error| error.to_string())?;
    let reply = client
        .order_status(call)
        .await
        .map_err(|error| error.to_string())?;
    Ok(reply.order_no.as_deref() == Some(ORDER))
}

/// The CPU time of this thread for [`AT_ONCE`] tasks, each with its calls.
fn round<F>(runtime: &Runtime, calls: impl Fn() -> F) -> Result<Duration, String>
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let before = own_cpu()?;
    runtime.block_on(async {
        let tasks: Vec<_> = (0..AT_ONCE).map(|_| tokio::spawn(calls())).collect();
        for task in tasks {
            task.await.map_err(|error| error.to_string())??;
        }
        Ok::<(), String>(())
    })?;
    Ok(own_cpu()?.saturating_sub(before))
}

/// The CPU time of this thread so far.
fn own_cpu() -> Result<Duration, String> {
    // The kernel brings its account up to date when a thread gives way.
    thread::sleep(Duration::from_micros(50));
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")
        .map_err(|error| format!("CPU time is read from /proc, as on Linux: {error}"))?;
    let nanos = text.split(' ').next().and_then(|first| first.parse().ok());
    nanos
        .map(Duration::from_nanos)
        .ok_or_else(|| "/proc/thread-self/schedstat is not as expected".to_owned())
}

/// A server that knows two answers, all on one thread: with a thread for each connection, where the
/// kernel puts them makes one client dearer than the other for as long as they live. Gives its base
/// URL.
fn serve() -> Result<String, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .map_err(|error| error.to_string())?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let json =
        |text: &'static str| post(async move || ([("content-type", "application/json")], text));
    let app = Router::new()
        .route("/auth/token/apply", json(TOKEN))
        .route("/payment/order/query", json(STATUS));
    let listener = listener.tap_io(|stream| {
        // Without it the kernel would wait for more before it sends.
        let _ = stream.set_nodelay(true);
    });
    // A broken connection shows in the client.
    thread::spawn(move || runtime.block_on(async { axum::serve(listener, app).await }));
    Ok(format!("http://{address}"))
}
