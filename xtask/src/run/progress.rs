//! How far a command has come: a bar on a terminal, a plain line now and then elsewhere.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::complain;

/// How many lines a pipe gets.
const LINES: u64 = 20;

/// What is counted up to a total, by several threads at once if need be.
pub(crate) struct Progress {
    what: &'static str,
    total: u64,
    done: AtomicU64,
    bar: ProgressBar,
}

impl Progress {
    /// Nothing of `total` yet.
    pub(crate) fn new(what: &'static str, total: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        // Without colours, which not everybody wants or sees.
        let style = "{msg} [{bar:40}] {human_pos} of {human_len}, {elapsed} gone, {eta} to go";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what);
        Self {
            what,
            total,
            done: AtomicU64::new(0),
            bar,
        }
    }

    /// So many more are done.
    pub(crate) fn add(&self, count: u64) {
        let before = self.done.fetch_add(count, Ordering::Relaxed);
        self.bar.inc(count);
        if self.bar.is_hidden()
            && let Some(line) = self.line(before, before.saturating_add(count))
        {
            complain(&line);
        }
    }

    /// The line for a pipe, if another part of the whole is done.
    fn line(&self, before: u64, now: u64) -> Option<String> {
        let part = |done: u64| {
            let parts = done.saturating_mul(LINES);
            parts.checked_div(self.total).unwrap_or(0)
        };
        let Self { what, total, .. } = self;
        (part(now) > part(before)).then(|| format!("{what}: {now} of {total}"))
    }
}

/// The bar goes, and leaves the terminal to what comes of it.
impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What is being done at the moment, one part of the whole after the other.
static MOMENT: LazyLock<ProgressBar> = LazyLock::new(|| {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = "[{bar:20}] {pos} of {len} parts, {elapsed} gone: {msg} …";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
});

/// The bar of a command that does one part after the other. It goes when this is dropped.
pub(crate) struct Parts(());

/// So many parts are to be done, none of which is yet.
pub(crate) fn parts(count: u64) -> Parts {
    MOMENT.set_length(count);
    Parts(())
}

impl Parts {
    /// What a part gives, which is done then.
    pub(crate) fn done<T>(&self, part: T) -> T {
        MOMENT.inc(1);
        part
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        MOMENT.finish_and_clear();
    }
}

/// Says what is being done now: instead of what was said before, on a terminal.
pub(crate) fn now(what: &str) {
    show(what);
    told(&format!("{what} …"));
}

/// Shows what is being done now, where there is a terminal.
pub(crate) fn show(what: &str) {
    if !MOMENT.is_hidden() {
        MOMENT.set_message(what.to_owned());
        MOMENT.tick();
    }
}

/// A line for who sees no bar.
pub(crate) fn told(line: &str) {
    if MOMENT.is_hidden() {
        complain(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_gets_a_line_for_each_part() {
        let lines = |total: u64, step: u64| {
            let progress = Progress::new("counting", total);
            let mut lines = Vec::new();
            for before in (0..total).step_by(usize::try_from(step).unwrap()) {
                lines.extend(progress.line(before, (before + step).min(total)));
            }
            lines
        };
        let found = lines(1000, 10);
        assert_eq!(found.len(), 20);
        assert_eq!(found.first().unwrap(), "counting: 50 of 1000");
        assert_eq!(found.last().unwrap(), "counting: 1000 of 1000");
        assert_eq!(lines(3, 1).len(), 3);
        assert_eq!(lines(0, 1), [""; 0]);
    }
}
