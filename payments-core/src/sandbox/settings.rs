//! How a sandbox is started.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::clock::SandboxClock;

/// One line for one request: no query, no header, no body.
///
/// Its text is `POST /payment/order/create 200 3 ms`; a dash stands for a connection closed without
/// an answer.
#[derive(Clone, Debug)]
pub struct LogLine {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: Option<u16>,
    pub(super) took: Duration,
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            method,
            path,
            status,
            took,
        } = self;
        write!(f, "{method} {path} ")?;
        match status {
            Some(status) => write!(f, "{status}")?,
            None => f.write_str("-")?,
        }
        write!(f, " {} ms", took.as_millis())
    }
}

/// Takes one line per request.
pub(super) type Log = Arc<dyn Fn(&LogLine) + Send + Sync>;

/// How a sandbox is started: any free port, the machine's clock, seed 0, no log.
#[derive(Clone)]
pub struct Settings {
    pub(super) port: u16,
    pub(super) clock: SandboxClock,
    pub(super) seed: u64,
    pub(super) max_body: usize,
    pub(super) control_token: Option<String>,
    pub(super) log: Option<Log>,
    pub(super) is_held: bool,
}

impl Settings {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self {
            port: 0,
            clock: SandboxClock::running(),
            seed: 0,
            max_body: 1024 * 1024,
            control_token: None,
            log: None,
            is_held: false,
        }
    }

    /// Listens on this port of 127.0.0.1; 0 for any.
    #[must_use]
    pub const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Takes the time from here.
    #[must_use]
    pub fn clock(mut self, clock: SandboxClock) -> Self {
        self.clock = clock;
        self
    }

    /// Draws numbers and faults from this seed; 0 unless said, so that every run draws the same.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Refuses longer request bodies with 413; a megabyte unless said.
    #[must_use]
    pub const fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// The token that `/_sandbox/` asks for; a random one unless said.
    #[must_use]
    pub fn control_token(mut self, token: &str) -> Self {
        self.control_token = Some(token.to_owned());
        self
    }

    /// Is told of every request.
    #[must_use]
    pub fn log(mut self, log: impl Fn(&LogLine) + Send + Sync + 'static) -> Self {
        self.log = Some(Arc::new(log));
        self
    }
}

impl Settings {
    /// Listens, but answers and sends nothing before [`Desk::open`](super::Desk::open): whoever comes
    /// meanwhile waits.
    #[must_use]
    pub const fn held(mut self) -> Self {
        self.is_held = true;
        self
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("port", &self.port)
            .field("clock", &self.clock)
            .field("seed", &self.seed)
            .field("max_body", &self.max_body)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_what_and_how_long() {
        let mut line = LogLine {
            method: "POST".to_owned(),
            path: "/a".to_owned(),
            status: Some(200),
            took: Duration::from_millis(3),
        };
        assert_eq!(line.to_string(), "POST /a 200 3 ms");
        line.status = None;
        assert_eq!(line.to_string(), "POST /a - 3 ms");
    }

    #[test]
    fn does_not_show_its_token() {
        let settings = Settings::new().control_token("swordfish");
        assert!(!format!("{settings:?}").contains("swordfish"));
    }
}
