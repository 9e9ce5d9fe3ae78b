//! Choices that are the same for the same seed.

use payments_core::sandbox::Random;

pub(super) struct Draw(Random);

impl Draw {
    pub(super) fn from_seed(seed: u64) -> Self {
        Self(Random::from_seed(seed))
    }

    /// Any number.
    pub(super) fn number(&mut self) -> u64 {
        self.0.draw()
    }

    /// Below `bound`; zero where that is zero.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX);
        usize::try_from(self.0.below(bound)).unwrap_or(0)
    }

    /// Once in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these; the default of nothing.
    pub(super) fn pick<T: Clone + Default>(&mut self, from: &[T]) -> T {
        let at = self.below(from.len());
        from.get(at).cloned().unwrap_or_default()
    }

    /// Where to cut a text, between two characters.
    pub(super) fn cut(&mut self, text: &str) -> usize {
        let at = self.below(text.chars().count().saturating_add(1));
        text.char_indices()
            .nth(at)
            .map_or(text.len(), |(place, _)| place)
    }
}
