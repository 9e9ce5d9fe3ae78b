//! Numbers that are the same for the same seed.

/// SplitMix64.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn from_seed(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`; zero where that is zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        let drawn = self.draw().checked_rem(bound).unwrap_or(0);
        usize::try_from(drawn).unwrap_or(0)
    }

    /// Once in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these; the default of nothing.
    pub(super) fn pick<T: Clone + Default>(&mut self, from: &[T]) -> T {
        from.get(self.below(from.len())).cloned().unwrap_or_default()
    }

    /// Where to cut a text, between two characters.
    pub(super) fn cut(&mut self, text: &str) -> usize {
        let at = self.below(text.chars().count().saturating_add(1));
        text.char_indices().nth(at).map_or(text.len(), |(at, _)| at)
    }
}
