//! `cargo xtask footprint`: what a user's build takes on with a provider crate.

use std::collections::BTreeMap;

use serde::Serialize;

use super::bench::row::{self, Row};
use crate::{complain, root, say};

mod program;
mod providers;

use program::Program;

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What a crate that only builds, signs and verifies must not bring along.
const NETWORK: [&str; 11] = [
    "aws-lc-rs",
    "hyper",
    "idna",
    "mio",
    "native-tls",
    "openssl",
    "reqwest",
    "ring",
    "rustls",
    "tokio",
    "url",
];

#[derive(Debug, Serialize)]
struct Figures {
    crates: BTreeMap<&'static str, usize>,
    cpu_seconds: BTreeMap<&'static str, f64>,
    rows: Vec<Row>,
    ok: bool,
}

/// Runs it; gives the exit code.
///
/// # Errors
/// What went wrong.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let Arguments { json } = arguments;
    let folder = root().join("target/footprint");
    let bare = Program::write(&folder, "bare", program::BARE)?;
    let types = Program::write(&folder, "types", program::TYPES)?;
    let client = Program::write(&folder, "client", program::CLIENT)?;
    let mut crates = BTreeMap::new();
    let mut cpu_seconds = BTreeMap::new();
    let mut trees = Vec::new();
    for program in [&bare, &types, &client] {
        let tree = program.tree()?;
        crates.insert(program.name(), tree.len());
        trees.push(tree);
    }
    let mut builds = Vec::new();
    for program in [&bare, &types, &client] {
        complain(&format!(
            "building `{}` from nothing in {} …",
            program.name(),
            program.folder().display()
        ));
        let build = program.build()?;
        cpu_seconds.insert(program.name(), build.as_secs_f64());
        builds.push(build);
    }
    let ([bare_tree, types_tree, client_tree], [bare_build, _, client_build]) =
        (trees.as_slice(), builds.as_slice())
    else {
        return Err("there are three programs".to_owned());
    };
    let network = types_tree
        .iter()
        .filter(|line| {
            NETWORK
                .iter()
                .any(|name| line.split(' ').next() == Some(name))
        })
        .inspect(|line| complain(&format!("without features there is still {line}")))
        .count();
    let mut rows = vec![
        Row::count(
            "a program with payments-mocasa without features",
            "crates",
            types_tree.len(),
            40,
        ),
        Row::count("of these, network and TLS", "crates", network, 0),
        Row::count(
            "payments-mocasa over bare reqwest + rustls + serde_json",
            "crates",
            client_tree.len().saturating_sub(bare_tree.len()),
            20,
        ),
        Row::over(
            "clean build with payments-mocasa, CPU",
            "s",
            (client_build.as_secs_f64(), bare_build.as_secs_f64()),
            client_build.div_duration_f64(*bare_build),
            1.25,
        ),
    ];
    rows.extend(providers::rows()?);
    let code = row::code(&rows);
    if *json {
        let figures = Figures {
            crates,
            cpu_seconds,
            ok: code == 0,
            rows,
        };
        say(&serde_json::to_string(&figures).map_err(|error| error.to_string())?);
    } else {
        row::print(&rows);
    }
    Ok(code)
}
