//! Everything that a process prints about itself, caught: traces and logs of all crates, panics, and
//! what a test shows on its own.

use std::error::Error as StdError;
use std::fmt::{self, Debug, Display, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What writes down all that is sent, headers and bodies included, once `TRACE` is on: ureq's
/// addresses with their queries, and the bytes of its exchanges. Whoever logs at `TRACE` has to leave
/// these two out; nothing else is left out here.
pub const LEAKY_TARGETS: [&str; 2] = [concat!("ureq", "::util"), "ureq_proto::util"];

/// What was caught. Clones are one.
///
/// Who listens to traces, logs and panics is a matter of the whole process: a test that does is a
/// program of its own.
#[derive(Clone, Default)]
pub struct Overheard {
    entries: Arc<Mutex<Vec<(String, String)>>>,
}

impl Overheard {
    /// Listens from now on to whatever is traced or logged at any level, by any crate, but for
    /// [`LEAKY_TARGETS`] at `TRACE`; and to panics. A second call gives the same.
    ///
    /// # Errors
    /// If somebody else listens already.
    pub fn everything() -> Result<Self, String> {
        Self::all_but(&LEAKY_TARGETS)
    }

    /// The same, leaving out these targets at `TRACE`.
    ///
    /// # Errors
    /// If somebody else listens already.
    pub fn all_but(left_out: &'static [&'static str]) -> Result<Self, String> {
        static LISTENING: OnceLock<Result<Overheard, String>> = OnceLock::new();
        LISTENING
            .get_or_init(|| {
                let overheard = Self::default();
                overheard.listen(left_out)?;
                Ok(overheard)
            })
            .clone()
    }

    fn listen(&self, left_out: &'static [&'static str]) -> Result<(), String> {
        let told = |error: &dyn Display| format!("somebody listens already: {error}");
        let logger = Logger {
            overheard: self.clone(),
            left_out,
        };
        log::set_boxed_logger(Box::new(logger)).map_err(|error| told(&error))?;
        log::set_max_level(log::LevelFilter::Trace);
        tracing::subscriber::set_global_default(Tracer {
            overheard: self.clone(),
            left_out,
        })
        .map_err(|error| told(&error))?;
        let (overheard, before) = (self.clone(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            overheard.add("panic", panic.to_string());
            // Those that were meant to be need not be read by people.
            if panic.payload().downcast_ref::<Shown>().is_none() {
                before(panic);
            }
        }));
        Ok(())
    }

    /// Adds what `Debug` says of a value, in both layouts and in a panic of whoever holds it.
    #[expect(clippy::panic, reason = "whoever listens hears what a panic says")]
    pub fn show(&self, value: &impl Debug) {
        let shown = format!("{value:?}");
        self.add("debug", format!("{value:#?}"));
        let panicked = catch_unwind(AssertUnwindSafe(|| panic_any(Shown(shown.clone()))));
        self.add("debug", shown);
        if let Err(payload) = panicked
            && let Some(Shown(text)) = payload.downcast_ref()
        {
            self.add("panic", text.clone());
        }
    }

    /// Adds what a value says in `Display`, or any other text.
    pub fn say(&self, text: &impl Display) {
        self.add("display", text.to_string());
    }

    /// Adds an error with all that is beneath it, in all forms.
    pub fn fail(&self, error: &(dyn StdError + 'static)) {
        self.add("error", chain(error));
    }

    /// The same for the error of a result; gives its value if there is one.
    pub fn result<T: Debug, E: StdError + 'static>(&self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => {
                self.show(&value);
                Some(value)
            }
            Err(error) => {
                self.show(&error);
                self.fail(&error);
                None
            }
        }
    }

    /// Everything so far.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let entries = self.lock();
        entries.iter().map(|(_, text)| text.clone()).collect()
    }

    /// Everything so far, each with where it is from: the target of a trace or a log, or `debug`,
    /// `display`, `error` and `panic`.
    #[must_use]
    pub fn entries(&self) -> Vec<(String, String)> {
        self.lock().clone()
    }

    fn add(&self, from: &str, text: String) {
        self.lock().push((from.to_owned(), text));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(String, String)>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Debug for Overheard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Overheard({} entries)", self.lock().len())
    }
}

/// The payload of a panic on purpose.
struct Shown(String);

/// An error with all that is beneath it, in all forms.
#[must_use]
pub fn chain(error: &(dyn StdError + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        // Writing to a text does not fail.
        let _ = write!(text, "{error} {error:?} {error:#?} ");
        next = error.source();
    }
    text
}

struct Logger {
    overheard: Overheard,
    left_out: &'static [&'static str],
}

impl log::Log for Logger {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() != log::Level::Trace || !self.left_out.contains(&metadata.target())
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let text = record.args().to_string();
            self.overheard.add(record.target(), text);
        }
    }

    fn flush(&self) {}
}

struct Tracer {
    overheard: Overheard,
    left_out: &'static [&'static str],
}

impl Subscriber for Tracer {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() != tracing::Level::TRACE || !self.left_out.contains(&metadata.target())
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Values(span.metadata().name().to_owned());
        span.record(&mut fields);
        self.overheard.add(span.metadata().target(), fields.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Values(String::new());
        values.record(&mut fields);
        self.overheard.add("span", fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Values(event.metadata().name().to_owned());
        event.record(&mut fields);
        self.overheard.add(event.metadata().target(), fields.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Values(String);

impl Visit for Values {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }

    fn record_error(&mut self, field: &Field, value: &(dyn StdError + 'static)) {
        let _ = write!(self.0, " {field}={}", chain(value));
    }
}
