//! `cargo xtask sandbox`: the sandboxes as servers.

#![expect(clippy::print_stdout, reason = "the lines are the command's output")]

use std::io::Write as _;

use payments_mocasa::sandbox::{Config, start};

/// How to go about it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Whose side to serve.
    #[arg(long, value_name = "NAME", value_parser = ["mocasa"])]
    provider: String,
    /// The port on 127.0.0.1; 0 for any that is free.
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// The client key that is accepted.
    #[arg(long, value_name = "K", default_value = "sandbox-client-key")]
    client_key: String,
    /// The client secret that is accepted, and that signs the webhooks.
    #[arg(
        long,
        value_name = "S",
        default_value = "sandbox-client-secret-of-no-value"
    )]
    client_secret: String,
    /// Where webhooks are sent: http on this machine.
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
}

/// Serves until it is stopped.
///
/// # Errors
/// A port that is in use, a webhook that is not on this machine, an empty credential.
pub(crate) fn run(arguments: &Arguments) -> Result<u8, String> {
    let Arguments {
        provider,
        port,
        client_key,
        client_secret,
        webhook,
    } = arguments;
    let mut config = Config::new()
        .port(*port)
        .credentials(client_key, client_secret)
        .log(|line| eprintln!("{line}"));
    if let Some(url) = webhook {
        config = config.webhook(url);
    }
    let sandbox = start(config).map_err(|error| error.to_string())?;
    println!("provider={provider}");
    println!("base_url={}", sandbox.base_url());
    println!("client_key={client_key}");
    println!("client_secret={client_secret}");
    if let Some(url) = webhook {
        println!("webhook={url}");
    }
    println!("control_url={}/_sandbox", sandbox.base_url());
    println!("control_token={}", sandbox.control_token());
    // Whoever starts this from a script reads the lines through a pipe.
    std::io::stdout()
        .flush()
        .map_err(|error| format!("the lines cannot be printed: {error}"))?;
    eprintln!("a sandbox, no money moves; stop it with Ctrl-C");
    loop {
        std::thread::park();
    }
}
