//! What came to a sandbox from outside: its state follows from it, in order, and from nothing else.

use std::fmt;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::callback::CallbackMode;
use super::message::Request;
use super::plan::Written;

/// When something happens, on both clocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    pub(super) now: Duration,
    pub(super) wall: SystemTime,
}

/// One input and when it came.
#[derive(Deserialize, Serialize)]
pub(super) struct Input {
    now: u64,
    wall: u64,
    pub(super) what: What,
}

/// What came.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum What {
    Request {
        method: String,
        target: String,
        headers: Vec<(String, String)>,
        body: String,
        /// What it was answered, to see that it is answered so again.
        status: u16,
        /// What struck it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault: Option<String>,
    },
    /// A request that changed nothing: a fault kept it from arriving, or answered it from the past.
    Struck {
        method: String,
        path: String,
        status: Option<u16>,
        fault: String,
    },
    /// All faults that are armed from now on.
    Faults(Written),
    Command {
        name: String,
        fields: Vec<(String, String)>,
    },
    /// Status and body of an answer to a callback, or why there was none.
    Answer {
        id: usize,
        by_hand: bool,
        outcome: Result<(u16, String), String>,
    },
    /// Only time, but something came of it.
    Time,
    Mode {
        mode: String,
        pause: u64,
    },
    Release {
        reversed: bool,
    },
    Resend {
        id: usize,
        times: usize,
    },
    ResendAt {
        id: usize,
        at: u64,
    },
    ResendReversed {
        reference: String,
    },
    Enable {
        url: String,
    },
}

impl Input {
    pub(super) fn new(moment: Moment, what: What) -> Self {
        let since = moment.wall.duration_since(SystemTime::UNIX_EPOCH);
        Self {
            now: nanos(moment.now),
            wall: nanos(since.unwrap_or_default()),
            what,
        }
    }

    pub(super) fn moment(&self) -> Moment {
        let wall = SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(self.wall));
        Moment {
            now: Duration::from_nanos(self.now),
            wall: wall.unwrap_or(SystemTime::UNIX_EPOCH),
        }
    }
}

pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl What {
    pub(super) fn request(request: &Request, status: u16, fault: Option<&str>) -> Self {
        let target = match request.query() {
            Some(query) => format!("{}?{query}", request.path()),
            None => request.path().to_owned(),
        };
        Self::Request {
            method: request.method().to_owned(),
            target,
            headers: request.headers(),
            body: STANDARD.encode(request.bytes()),
            status,
            fault: fault.map(str::to_owned),
        }
    }

    pub(super) fn mode(mode: CallbackMode) -> Self {
        let (mode, pause) = match mode {
            CallbackMode::Now => ("now", Duration::ZERO),
            CallbackMode::After(pause) => ("after", pause),
            CallbackMode::Twice => ("twice", Duration::ZERO),
            CallbackMode::Held => ("held", Duration::ZERO),
            CallbackMode::Never => ("never", Duration::ZERO),
        };
        Self::Mode {
            mode: mode.to_owned(),
            pause: nanos(pause),
        }
    }
}

/// The bytes of a body, if it is one.
pub(super) fn bytes(text: &str) -> Option<Bytes> {
    STANDARD.decode(text).ok().map(Bytes::from)
}

pub(super) fn text(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The mode of that name.
pub(super) fn mode(name: &str, pause: u64) -> Option<CallbackMode> {
    Some(match name {
        "now" => CallbackMode::Now,
        "after" => CallbackMode::After(Duration::from_nanos(pause)),
        "twice" => CallbackMode::Twice,
        "held" => CallbackMode::Held,
        "never" => CallbackMode::Never,
        _ => return None,
    })
}

/// Takes one line per input.
pub(super) type Tell = Box<dyn FnMut(&str) + Send>;

/// Who is told of every input, a line each.
#[derive(Default)]
pub(super) struct Recorder(pub(super) Option<Tell>);

impl Recorder {
    pub(super) fn record(&mut self, moment: Moment, what: impl FnOnce() -> What) {
        if let Some(tell) = &mut self.0
            && let Ok(line) = serde_json::to_string(&Input::new(moment, what()))
        {
            tell(&line);
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Recorder").field(&self.0.is_some()).finish()
    }
}
