//! All five sandboxes with a dashboard.

#![expect(clippy::print_stdout, reason = "the lines are the command's output")]

use payments_core::sandbox::StartError;

use super::dashboard::Dashboard;
use super::options::{Given, Options};
use super::sides::{SIDES, Serving, Side, Start};
use super::state::{self, Kept};
use super::{Arguments, flush, lines};
use crate::run::{local, places};

/// One of the five, as it runs.
pub(super) struct Running {
    pub(super) provider: &'static str,
    pub(super) given: Given,
    pub(super) serving: Serving,
    pub(super) seed: u64,
}

/// Serves until it is stopped.
///
/// # Errors
/// A port that is in use, an address that is not on this machine, an empty credential.
pub(super) fn run(arguments: &Arguments) -> Result<u8, String> {
    let runtime = local::runtime()?;
    let listener = runtime.block_on(Dashboard::listen(arguments.dashboard_port))?;
    let running = start(arguments)?;
    for one in &running {
        for (name, value) in lines(&one.serving, &one.given, one.seed) {
            println!("{}.{name}={value}", one.provider);
        }
    }
    let dashboard = Dashboard::new(running, &listener)?;
    println!("dashboard_url={}", dashboard.url());
    flush()?;
    eprintln!("sandboxes, no money moves; stop them with Ctrl-C");
    runtime.block_on(dashboard.serve(listener))?;
    Ok(0)
}

/// Starts the five, each on the port after that of the one before, or where the state was. Whoever
/// comes before the state is there waits.
///
/// # Errors
/// As [`run`].
pub(super) fn start(arguments: &Arguments) -> Result<Vec<Running>, String> {
    let kept = match &arguments.state {
        Some(path) => Kept::read(path)?,
        None => None,
    };
    let mut running = Vec::new();
    for side in &SIDES {
        let port = match arguments.port {
            0 => 0,
            first => places::sandbox_from(first, side.provider).ok_or_else(|| {
                format!(
                    "--port {first} leaves no room for {} sandboxes",
                    SIDES.len()
                )
            })?,
        };
        let seed = kept.as_ref().and_then(|kept| kept.seed(side.provider));
        let seed = arguments.seed.or(seed);
        let then = kept.as_ref().and_then(|kept| kept.port(side.provider));
        let (port, way_out) = match then {
            // Ids and links of the state have the address in them.
            Some(then) if port == 0 => (then, "the state was there; stop what is there now"),
            _ => (port, "choose another first port with --port, or 0 for any"),
        };
        running.push(start_one(side, port, way_out, seed, arguments)?);
    }
    if let Some(path) = &arguments.state {
        if let Some(kept) = &kept {
            kept.restore(&running)?;
        }
        state::keep(path, kept, &running)?;
    }
    for one in &running {
        one.serving.desk.open();
    }
    Ok(running)
}

fn start_one(
    side: &'static Side,
    port: u16,
    way_out: &str,
    seed: Option<u64>,
    arguments: &Arguments,
) -> Result<Running, String> {
    let given = Given::new(side, &for_side(side, &arguments.options, &arguments.shop))?;
    let mut start = Start::new(port, seed).named(side.provider);
    start.is_quiet = arguments.is_quiet;
    let serving = (side.start)(&start, &given).map_err(|error| match error {
        StartError::PortInUse(port) => format!(
            "port {port} of 127.0.0.1, for the sandbox of {}, is in use; {way_out}",
            side.provider
        ),
        other => format!("the sandbox of {}: {other}", side.provider),
    })?;
    Ok(Running {
        provider: side.provider,
        given,
        serving,
        seed: start.seed,
    })
}

/// Those of the options that the provider takes, and the shop's addresses where none is given.
fn for_side(side: &Side, options: &Options, shop: &str) -> Options {
    let shop = shop.trim_end_matches('/');
    let takes = |name: &str| side.options.iter().any(|(known, _)| *known == name);
    let mut own = options.of(takes);
    let to = |name: &str, address: String| takes(name).then_some(address);
    let path = places::callback_path(side.provider);
    own.webhook = own
        .webhook
        .or_else(|| to("webhook", format!("{shop}{path}")));
    own.partner_host = own
        .partner_host
        .or_else(|| to("partner-host", shop.to_owned()));
    own
}

/// The arguments that these words are.
#[cfg(test)]
pub(super) fn for_tests(words: &[&str]) -> Arguments {
    tests::read(words).unwrap()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        arguments: Arguments,
    }

    pub(super) fn read(words: &[&str]) -> Result<Arguments, clap::Error> {
        let words = ["sandbox"].iter().chain(words);
        Command::try_parse_from(words).map(|command| command.arguments)
    }

    fn arguments(words: &[&str]) -> Arguments {
        read(words).unwrap()
    }

    #[test]
    fn callbacks_go_to_the_shop() {
        let running = start(&arguments(&[
            "--port",
            "0",
            "--client-secret",
            "of-my-own-16-bytes",
        ]));
        let running = running.unwrap();
        let given = |provider: &str, name: &str| {
            let one = running.iter().find(|one| one.provider == provider).unwrap();
            one.given.find(name).map(str::to_owned)
        };
        for (provider, _) in places::SANDBOXES {
            let expect = format!("http://127.0.0.1:4100/callbacks/{provider}");
            assert_eq!(given(provider, "webhook"), Some(expect), "{provider}");
        }
        let host = given("momo", "partner-host");
        assert_eq!(host.as_deref(), Some("http://127.0.0.1:4100"));
        for provider in ["mocasa", "mobilepay"] {
            let secret = given(provider, "client-secret");
            assert_eq!(secret.as_deref(), Some("of-my-own-16-bytes"));
        }
    }

    #[test]
    fn the_ports_are_those_that_are_agreed() {
        let arguments = arguments(&[]);
        assert_eq!(arguments.dashboard_port, places::DASHBOARD);
        assert_eq!(arguments.port, places::FIRST);
        for (side, (provider, port)) in SIDES.iter().zip(places::SANDBOXES) {
            assert_eq!(side.provider, provider);
            assert!(port >= places::FIRST);
        }
    }

    #[test]
    fn a_port_in_use_is_named_with_its_option() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = start(&arguments(&["--port", &port.to_string()]))
            .err()
            .unwrap();
        assert_eq!(
            error,
            format!(
                "port {port} of 127.0.0.1, for the sandbox of mobilepay, is in use; choose another first port with --port, or 0 for any"
            )
        );
        let error = start(&arguments(&["--port", "65535"])).err().unwrap();
        assert!(
            error.contains("leaves no room") || error.contains("in use"),
            "{error}"
        );
    }

    #[test]
    fn an_unknown_provider_is_refused_with_the_known_ones() {
        let error = read(&["--provider", "paypal"]).err().unwrap().to_string();
        assert!(
            error.contains("paypal") && error.contains("mocopay"),
            "{error}"
        );
        assert!(read(&["--door", "refuse"]).is_err());
    }
}
