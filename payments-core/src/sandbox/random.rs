//! A small generator of numbers that are the same for the same seed.

use std::fmt;

/// SplitMix64: even, fast, and the same on every machine for the same seed. Not for secrets.
#[derive(Clone)]
pub struct Random {
    state: u64,
}

impl Random {
    /// A generator that begins at `seed`.
    #[must_use]
    pub const fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number, any of the 2^64.
    pub const fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number, below `bound`; zero when `bound` is zero.
    pub const fn below(&mut self, bound: u64) -> u64 {
        match self.draw().checked_rem(bound) {
            Some(rest) => rest,
            None => 0,
        }
    }

    /// The next number as sixteen lower-case hex digits.
    pub fn hex(&mut self) -> String {
        format!("{:016x}", self.draw())
    }
}

/// The state tells what comes next, and sandboxes draw their tokens here: it is not shown.
impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Random").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of the reference implementation for this seed.
    #[test]
    fn is_splitmix64() {
        let mut random = Random::from_seed(1_234_567);
        let drawn: Vec<u64> = (0..5).map(|_| random.draw()).collect();
        assert_eq!(
            drawn,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn stays_below_its_bound() {
        let mut random = Random::from_seed(7);
        assert!((0..1000).all(|_| random.below(10) < 10));
        assert_eq!(random.below(0), 0);
        assert_eq!(random.hex().len(), 16);
        assert_eq!(format!("{random:?}"), "Random { .. }");
    }
}
