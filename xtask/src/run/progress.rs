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

/// What is being done at the moment, of which nobody knows how long it takes.
static MOMENT: LazyLock<ProgressBar> = LazyLock::new(|| {
    let spinner = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg} …") {
        spinner.set_style(style);
    }
    spinner
});

/// Says what is being done now: instead of what was said before, on a terminal.
pub(crate) fn now(what: &str) {
    if MOMENT.is_hidden() {
        complain(&format!("{what} …"));
    } else {
        MOMENT.set_message(what.to_owned());
        MOMENT.tick();
    }
}

/// Nothing is being done any more.
pub(crate) fn no_more() {
    MOMENT.finish_and_clear();
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
