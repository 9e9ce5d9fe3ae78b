//! One measured figure, and the table of them.

use std::io::IsTerminal as _;
use std::time::Duration;

use serde::Serialize;

use crate::say;

/// A figure against its floor. What is held is the ratio; where the floor is nothing, the value.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    name: String,
    unit: &'static str,
    value: f64,
    floor: f64,
    /// None where the floor is nothing.
    ratio: Option<f64>,
    /// What people usually write, over the same floor.
    typical_ratio: Option<f64>,
    hold: f64,
    better: &'static str,
    ok: bool,
}

impl Row {
    /// A value that is held over its floor.
    pub(crate) fn over(
        name: impl Into<String>,
        unit: &'static str,
        (value, floor): (f64, f64),
        ratio: f64,
        hold: f64,
    ) -> Self {
        Self {
            name: name.into(),
            unit,
            value,
            floor,
            ratio: Some(ratio),
            typical_ratio: None,
            hold,
            better: "lower",
            ok: ratio <= hold,
        }
    }

    /// A rate that is held under its floor's: of rounds in which floor and own did the same `work`, the one
    /// with the middle ratio.
    ///
    /// # Errors
    /// If there were no rounds.
    pub(crate) fn of_rates(
        name: impl Into<String>,
        work: usize,
        mut rounds: Vec<[Duration; 2]>,
        hold: f64,
    ) -> Result<Self, String> {
        let ratio = |[floor, own]: &[Duration; 2]| floor.div_duration_f64(*own);
        rounds.sort_by(|one, other| ratio(one).total_cmp(&ratio(other)));
        let round = rounds.get(rounds.len() / 2).ok_or("there were no rounds")?;
        let ratio = ratio(round);
        // So many seconds hold the time that the work took, as so much work is done in a second.
        let work = Duration::from_secs(u64::try_from(work).unwrap_or(u64::MAX));
        let [floor, own] = round.map(|took| work.div_duration_f64(took));
        Ok(Self {
            better: "higher",
            ok: ratio >= hold,
            ..Self::over(name, "per s", (own, floor), ratio, hold)
        })
    }

    /// A number that is held as it is.
    pub(crate) fn count(
        name: impl Into<String>,
        unit: &'static str,
        value: usize,
        hold: u32,
    ) -> Self {
        let value = f64::from(u32::try_from(value).unwrap_or(u32::MAX));
        let hold = f64::from(hold);
        Self {
            name: name.into(),
            unit,
            value,
            floor: 0.0,
            ratio: None,
            typical_ratio: None,
            hold,
            better: "lower",
            ok: value <= hold,
        }
    }

    /// With what people usually write, over the same floor.
    pub(crate) fn with_typical(mut self, ratio: f64) -> Self {
        self.typical_ratio = Some(ratio);
        self
    }

    /// Whether it is held.
    pub(crate) fn ok(&self) -> bool {
        self.ok
    }

    fn cells(&self) -> [String; 7] {
        let times = |ratio: Option<f64>| ratio.map_or_else(String::new, |it| format!("{it:.2} x"));
        let hold = if self.ratio.is_some() {
            times(Some(self.hold))
        } else {
            self.hold.to_string()
        };
        let number = |value: f64| {
            if self.ratio.is_some() {
                format!("{value:.1}")
            } else {
                value.to_string()
            }
        };
        [
            if self.ok { "ok" } else { "NOT HELD" }.to_owned(),
            self.name.clone(),
            format!("{} {}", number(self.value), self.unit),
            format!("{} {}", number(self.floor), self.unit),
            times(self.ratio),
            times(self.typical_ratio),
            hold,
        ]
    }
}

/// Prints the rows: aligned under a head on a terminal, else one line each with tabs between.
pub(crate) fn print(rows: &[Row]) {
    let cells: Vec<[String; 7]> = rows.iter().map(Row::cells).collect();
    if !std::io::stdout().is_terminal() {
        for row in &cells {
            say(&row.join("\t"));
        }
        return;
    }
    let head = ["", "what", "value", "floor", "ratio", "typical", "hold"].map(str::to_owned);
    let mut widths = [0; 7];
    for row in std::iter::once(&head).chain(&cells) {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.len().max(*width);
        }
    }
    for row in std::iter::once(&head).chain(&cells) {
        let mut line = String::new();
        for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
            // Words to the left, numbers to the right.
            if index < 2 {
                line.push_str(&format!("{cell:<width$}  "));
            } else {
                line.push_str(&format!("{cell:>width$}  "));
            }
        }
        say(line.trim_end());
    }
}

/// The exit code: 0 if all are held.
pub(crate) fn code(rows: &[Row]) -> u8 {
    u8::from(!rows.iter().all(Row::ok))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_held_up_to_its_limit() {
        assert!(Row::over("a", "ns", (3.0, 2.0), 1.5, 1.5).ok());
        assert!(!Row::over("a", "ns", (3.1, 2.0), 1.55, 1.5).ok());
        let rate = |floor, own| {
            let rounds = vec![[floor, own].map(Duration::from_secs); 3];
            Row::of_rates("a", 10, rounds, 0.8).is_ok_and(|row| row.ok())
        };
        assert!(rate(8, 10));
        assert!(!rate(7, 10));
        assert!(Row::of_rates("a", 10, Vec::new(), 0.8).is_err());
        assert!(Row::count("a", "crates", 40, 40).ok());
        assert!(!Row::count("a", "crates", 41, 40).ok());
    }

    #[test]
    fn one_row_that_is_not_held_fails_the_command() {
        let held = Row::count("a", "allocations", 0, 0);
        let missed = Row::count("b", "allocations", 1, 0);
        assert_eq!(code(&[]), 0);
        assert_eq!(code(&[held]), 0);
        assert_eq!(code(&[Row::count("a", "allocations", 0, 0), missed]), 1);
    }
}
