//! `cargo xtask forge`: forged callbacks of every scheme, none of which may be believed.

use std::thread;

use serde::Serialize;

use super::progress::Progress;
use crate::{complain, say};

mod draw;
mod engine;
mod extension;
mod layout;
mod message;
mod mutate;
mod oracle;
#[cfg(test)]
mod sabotage;
mod schemes;

use engine::{Row, Scheme};

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How many forgeries to try of each scheme that hashes; of encrypted cards, a fiftieth of it.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) callbacks: u64,
    /// Where chance begins: the same seed tries the same.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Serialize)]
struct Figures {
    schemes: Vec<Row>,
}

/// Runs it; gives the exit code.
///
/// # Errors
/// What went wrong.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let Arguments {
        callbacks,
        seed,
        json,
    } = arguments;
    let schemes = rows(*callbacks, *seed)?;
    for row in &schemes {
        row.complaints().iter().for_each(|line| complain(line));
    }
    let ok = schemes.iter().all(Row::ok);
    if *json {
        let figures = Figures { schemes };
        say(&serde_json::to_string(&figures).map_err(|error| error.to_string())?);
    } else {
        say(&format!(
            "{:36} {:>9} {:>15} {:>7}",
            "scheme", "tried", "forged accepted", "panics"
        ));
        for row in &schemes {
            say(&row.line());
        }
    }
    Ok(u8::from(!ok))
}

/// All schemes, the slow one beside the others.
fn rows(callbacks: u64, seed: u64) -> Result<Vec<Row>, String> {
    let hashed = schemes::hashed().map_err(|misuse| misuse.to_string())?;
    let cards = schemes::cards().map_err(|misuse| misuse.to_string())?;
    let decrypted = callbacks.div_ceil(50);
    let schemes = u64::try_from(hashed.len()).unwrap_or(u64::MAX);
    let total = callbacks.saturating_mul(schemes).saturating_add(decrypted);
    let progress = Progress::new("forging", total);
    let try_one =
        |scheme: &Scheme, tries| engine::run(scheme, tries, seed, |count| progress.add(count));
    thread::scope(|scope| {
        let cards = scope.spawn(|| try_one(&cards, decrypted));
        let mut rows: Vec<Row> = hashed.iter().map(|it| try_one(it, callbacks)).collect();
        rows.push(cards.join().map_err(|_| "the forger itself panicked")?);
        Ok(rows)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_forged_is_believed() {
        let rows = rows(2_000, 7).unwrap();
        assert_eq!(rows.len(), 7);
        for row in &rows {
            assert!(row.ok(), "{:?}", row.complaints());
            let tried = if row.scheme.starts_with("mobilepay") {
                40
            } else {
                2_000
            };
            assert_eq!(row.tried, tried, "{}", row.scheme);
        }
    }

    #[test]
    fn the_same_seed_tries_the_same() {
        let one = rows(300, 1).unwrap();
        assert_eq!(one, rows(300, 1).unwrap());
        for (row, other) in one.iter().zip(rows(300, 2).unwrap()) {
            assert_ne!(row.trace, other.trace, "{}", row.scheme);
        }
    }

    #[test]
    fn one_scheme_that_does_not_hold_fails_the_command() {
        let row = |text: &str| Row {
            forged_accepted: u64::from(text == "forged"),
            panics: u64::from(text == "panics"),
            deaf: text == "deaf",
            ..Row::default()
        };
        assert!(row("").ok());
        for text in ["forged", "panics", "deaf"] {
            assert!(!row(text).ok(), "{text}");
        }
    }

    #[test]
    fn the_object_has_four_keys_a_scheme() {
        let row = Row {
            scheme: "a",
            tried: 3,
            first: Some("x".to_owned()),
            ..Row::default()
        };
        let figures = Figures { schemes: vec![row] };
        assert_eq!(
            serde_json::to_string(&figures).unwrap(),
            r#"{"schemes":[{"scheme":"a","tried":3,"forged_accepted":0,"panics":0}]}"#
        );
    }
}
