//! `cargo xtask sandbox`: the sandboxes as servers, one of them or all with a dashboard.

#![expect(clippy::print_stdout, reason = "the lines are the command's output")]

mod all;
mod dashboard;
mod options;
mod sides;
mod state;

use std::io::Write as _;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use payments_core::sandbox::{Blocked, Desk, Door};
use tokio::task::JoinSet;

use super::places;
use dashboard::Dashboard;
use options::{Given, Options};
use sides::{SIDES, Serving, Start};

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Whose side to serve; all of them, with a dashboard, unless given.
    #[arg(long, value_name = "NAME", value_parser = providers())]
    provider: Option<String>,
    /// The port on 127.0.0.1, of several the first; 0 for any that are free, or with a state for those
    /// that it was on.
    #[arg(long, default_value_t = places::FIRST)]
    port: u16,
    /// The dashboard's port on 127.0.0.1; 0 for any that is free.
    #[arg(long, value_name = "PORT", default_value_t = places::DASHBOARD, conflicts_with = "provider")]
    dashboard_port: u16,
    /// Where the shop is that callbacks go to: http on this machine.
    #[arg(long, value_name = "URL", default_value_t = places::address(places::SHOP), conflicts_with = "provider")]
    shop: String,
    /// Where the state is kept over a restart; in memory unless given. Only the one who starts this may
    /// read it: what merchants send is in it.
    #[arg(long, value_name = "FILE", conflicts_with = "provider")]
    state: Option<PathBuf>,
    /// What ids, links and numbers are drawn from; another for each start unless given.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Open a door beside it that does not work: refuse, close, tls-cut, tls-expired or
    /// tls-self-signed. Can be given several times.
    #[arg(long, value_name = "KIND", requires = "provider")]
    door: Vec<Blocked>,
    #[command(flatten)]
    options: Options,
    /// No log.
    #[arg(skip)]
    is_quiet: bool,
}

/// All of them with their dashboard, in this process, for as long as this value lives.
pub(super) struct Watched {
    /// The dashboard's address, with the token in it.
    pub(super) url: String,
    /// Each with what is seen of it.
    pub(super) desks: Vec<(&'static str, Desk)>,
    _serving: JoinSet<Result<(), String>>,
}

impl Watched {
    /// Starts them on ports that are free.
    ///
    /// # Errors
    /// What kept one from starting.
    pub(super) async fn start() -> Result<Self, String> {
        let running = all::start(&Arguments {
            provider: None,
            port: 0,
            dashboard_port: 0,
            // What the merchant names no address for goes nowhere.
            shop: places::address(places::NOWHERE),
            state: None,
            seed: None,
            door: Vec::new(),
            options: Options::default(),
            is_quiet: true,
        })?;
        let desks = running.iter();
        let desks = desks.map(|one| (one.provider, one.serving.desk.clone()));
        let desks = desks.collect();
        let listener = Dashboard::listen(0).await?;
        let dashboard = Dashboard::new(running, &listener)?;
        let url = dashboard.url();
        let mut serving = JoinSet::new();
        serving.spawn(dashboard.serve(listener));
        Ok(Self {
            url,
            desks,
            _serving: serving,
        })
    }
}

fn providers() -> PossibleValuesParser {
    PossibleValuesParser::new(SIDES.iter().map(|side| side.provider))
}

/// Serves until it is stopped.
///
/// # Errors
/// A port that is in use, a callback address that is not on this machine, an empty credential, an
/// option of another provider.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    match &arguments.provider {
        Some(provider) => one(arguments, provider),
        None => all::run(arguments),
    }
}

fn one(arguments: &Arguments, provider: &str) -> Result<u8, String> {
    let side = SIDES
        .iter()
        .find(|side| side.provider == provider)
        .ok_or_else(|| format!("no sandbox of {provider}"))?;
    let given = Given::new(side, &arguments.options)?;
    let start = Start::new(arguments.port, arguments.seed);
    let serving = (side.start)(&start, &given).map_err(|error| error.to_string())?;
    let doors = arguments.door.iter().copied().map(Door::open);
    let doors: Vec<Door> = doors
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    println!("provider={}", side.provider);
    let mut lines = lines(&serving, &given, start.seed);
    let controls = lines.split_off(lines.len().saturating_sub(2));
    for (name, value) in lines {
        println!("{name}={value}");
    }
    for door in &doors {
        let name = door.kind().name().replace('-', "_");
        println!("door_{name}={}", door.url());
    }
    for (name, value) in controls {
        println!("{name}={value}");
    }
    flush()?;
    serving.desk.open();
    eprintln!("a sandbox, no money moves; stop it with Ctrl-C");
    loop {
        std::thread::park();
    }
}

/// What a caller has to know of one sandbox; how it is controlled comes last.
fn lines(serving: &Serving, given: &Given, seed: u64) -> Vec<(String, String)> {
    let mut lines = vec![("base_url".to_owned(), serving.base_url.clone())];
    let options = given.0.iter();
    lines.extend(options.map(|(name, value)| (name.replace('-', "_"), value.clone())));
    let facts = serving.facts.iter();
    lines.extend(facts.map(|(name, value)| ((*name).to_owned(), value.clone())));
    lines.push(("seed".to_owned(), seed.to_string()));
    lines.push(("control_url".to_owned(), serving.control_url.clone()));
    lines.push(("control_token".to_owned(), serving.control_token.clone()));
    lines
}

/// Whoever starts this from a script reads the lines through a pipe.
fn flush() -> Result<(), String> {
    std::io::stdout()
        .flush()
        .map_err(|error| format!("the lines cannot be printed: {error}"))
}

#[cfg(test)]
mod tests {
    use payments_moka::sandbox as moka;

    use super::sides::Side;
    use super::*;

    fn side(provider: &str) -> &'static Side {
        SIDES.iter().find(|side| side.provider == provider).unwrap()
    }

    #[test]
    fn options_are_those_of_the_provider() {
        let options = Options {
            dealer_code: Some("77".to_owned()),
            ..Options::default()
        };
        let given = Given::new(side("moka"), &options).unwrap();
        assert_eq!(given.get("dealer-code"), "77");
        assert_eq!(given.get("username"), moka::Config::USERNAME);
        assert_eq!(given.find("webhook"), None);
        assert_eq!(
            Given::new(side("mocasa"), &options).unwrap_err(),
            "--dealer-code is no option of mocasa, which takes --client-key, --client-secret, --webhook"
        );
    }

    #[test]
    fn every_option_of_a_side_is_one_of_the_command() {
        let known = Options::default().list().map(|(name, _)| name);
        for side in &SIDES {
            for (name, _) in side.options {
                assert!(known.contains(name), "{}: --{name}", side.provider);
            }
        }
    }

    #[test]
    fn every_side_starts() {
        for side in &SIDES {
            let given = Given::new(side, &Options::default()).unwrap();
            let serving = (side.start)(&Start::new(0, None), &given).unwrap();
            assert!(serving.base_url.starts_with("http://127.0.0.1:"));
            let nowhere = Given(vec![("webhook", "http://shop.example/".to_owned())]);
            assert!(
                (side.start)(&Start::new(0, None), &nowhere).is_err(),
                "{}",
                side.provider
            );
        }
    }

    #[test]
    fn no_side_answers_before_it_is_opened() {
        use std::io::Read as _;
        for side in &SIDES {
            let given = Given::new(side, &Options::default()).unwrap();
            let serving = (side.start)(&Start::new(0, None), &given).unwrap();
            let address = serving.desk.base_url().trim_start_matches("http://");
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            stream.write_all(b"GET / HTTP/1.0\r\n\r\n").unwrap();
            let limit = |millis| Some(std::time::Duration::from_millis(millis));
            stream.set_read_timeout(limit(200)).unwrap();
            let early = stream.read(&mut [0; 16]);
            assert!(early.is_err(), "{}: {early:?}", side.provider);
            serving.desk.open();
            stream.set_read_timeout(limit(60_000)).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            assert!(answer.starts_with("HTTP/1."), "{}", side.provider);
        }
    }

    #[test]
    fn one_sandbox_prints_what_it_always_did() {
        let side = side("moka");
        let given = Given::new(side, &Options::default()).unwrap();
        let serving = (side.start)(&Start::new(0, None), &given).unwrap();
        let lines = lines(&serving, &given, 7);
        let names: Vec<&str> = lines.iter().map(|(name, _)| name.as_str()).collect();
        let expect = [
            "base_url",
            "dealer_code",
            "username",
            "password",
            "seed",
            "control_url",
            "control_token",
        ];
        assert_eq!(names, expect);
    }

    #[test]
    fn a_run_is_repeated_only_with_its_seed() {
        let seed = |given| Start::new(4010, given).seed;
        assert_eq!(seed(Some(7)), 7);
        assert_ne!(seed(None), seed(None));
    }
}
