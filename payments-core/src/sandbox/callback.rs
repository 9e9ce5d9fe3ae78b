//! A message from a provider to the merchant, and when it is sent again.

use std::fmt;
use std::ops::RangeInclusive;
use std::time::Duration;

use bytes::Bytes;

/// When an answer counts as received, and what a provider does when it does not.
///
/// ```
/// use std::time::Duration;
/// use payments_core::sandbox::RetryRules;
///
/// // 200 only; three times every minute, then every hour; out after more than five failures.
/// let rules = RetryRules::accept(200..=200)
///     .every(Duration::from_secs(60))
///     .slower_after(3, Duration::from_secs(3600))
///     .disable_after(5);
/// assert!(rules.is_received(200) && !rules.is_received(204));
/// assert_eq!(rules.pause_after(3), Some(Duration::from_secs(60)));
/// assert_eq!(rules.pause_after(4), Some(Duration::from_secs(3600)));
/// ```
#[derive(Clone, Debug)]
pub struct RetryRules {
    received: RangeInclusive<u16>,
    pause: Option<Duration>,
    slower: Option<(u32, Duration)>,
    attempts: Option<u32>,
    failures: Option<u32>,
    answer_within: Duration,
}

impl RetryRules {
    /// One attempt, received when answered with one of these statuses within ten seconds.
    #[must_use]
    pub const fn accept(received: RangeInclusive<u16>) -> Self {
        Self {
            received,
            pause: None,
            slower: None,
            attempts: None,
            failures: None,
            answer_within: Duration::from_secs(10),
        }
    }

    /// Sends again this long after each failure.
    #[must_use]
    pub const fn every(mut self, pause: Duration) -> Self {
        self.pause = Some(pause);
        self
    }

    /// Sends again more slowly after more than `failures` failures.
    #[must_use]
    pub const fn slower_after(mut self, failures: u32, pause: Duration) -> Self {
        self.slower = Some((failures, pause));
        self
    }

    /// Gives up after this many attempts.
    #[must_use]
    pub const fn at_most(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts);
        self
    }

    /// Disables the endpoint after more than this many failures in a row, whatever was sent.
    #[must_use]
    pub const fn disable_after(mut self, failures: u32) -> Self {
        self.failures = Some(failures);
        self
    }

    /// How long to wait for an answer, in real time.
    #[must_use]
    pub const fn answer_within(mut self, limit: Duration) -> Self {
        self.answer_within = limit;
        self
    }

    /// Whether that status acknowledges.
    #[must_use]
    pub fn is_received(&self, status: u16) -> bool {
        self.received.contains(&status)
    }

    /// How long to wait after the `failed`-th failed attempt; `None` to give up.
    #[must_use]
    pub fn pause_after(&self, failed: u32) -> Option<Duration> {
        if self.attempts.is_some_and(|attempts| failed >= attempts) {
            return None;
        }
        match self.slower {
            Some((failures, pause)) if failed > failures => Some(pause),
            _ => self.pause,
        }
    }

    pub(super) fn disables(&self, failures_in_a_row: u32) -> bool {
        self.failures.is_some_and(|limit| failures_in_a_row > limit)
    }

    pub(super) const fn patience(&self) -> Duration {
        self.answer_within
    }
}

/// A message to the merchant.
#[derive(Clone)]
pub struct Callback {
    pub(super) label: String,
    pub(super) reference: String,
    pub(super) url: String,
    pub(super) method: &'static str,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Bytes,
    pub(super) rules: RetryRules,
    pub(super) unconditional: bool,
}

impl Callback {
    /// A POST about `reference` to `url`, which must be `http://` on this machine. `label` tells a
    /// provider's kinds of callbacks apart.
    #[must_use]
    pub fn post(label: &str, reference: &str, url: &str, rules: RetryRules) -> Self {
        Self {
            label: label.to_owned(),
            reference: reference.to_owned(),
            url: url.to_owned(),
            method: "POST",
            headers: Vec::new(),
            body: Bytes::new(),
            rules,
            unconditional: false,
        }
    }

    /// A GET, all of it in `url`.
    #[must_use]
    pub fn get(label: &str, reference: &str, url: &str, rules: RetryRules) -> Self {
        Self {
            method: "GET",
            ..Self::post(label, reference, url, rules)
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets media type and body.
    #[must_use]
    pub fn content(self, media_type: &str, body: impl Into<Bytes>) -> Self {
        let mut callback = self.header("content-type", media_type);
        callback.body = body.into();
        callback
    }

    /// Sends at once, whatever the [`CallbackMode`] and even to a disabled endpoint.
    #[must_use]
    pub const fn unconditional(mut self) -> Self {
        self.unconditional = true;
        self
    }
}

/// Without URL query, header values and body.
impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callback")
            .field("label", &self.label)
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}

/// What becomes of callbacks from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallbackMode {
    /// Each is sent at once.
    #[default]
    Now,
    /// Each is sent this much later, on the sandbox's clock.
    After(Duration),
    /// Each is sent twice, one after the other.
    Twice,
    /// Each is kept until it is released.
    Held,
    /// None is ever sent, unless by hand.
    Never,
}

/// Tells one callback from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(pub(super) usize);

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for DeliveryId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Where a callback stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeliveryState {
    /// To be sent at this moment of the sandbox's clock.
    Waiting(Duration),
    /// Being sent.
    Sending,
    /// Acknowledged.
    Delivered,
    /// Not acknowledged, and not sent again.
    GaveUp,
    /// Kept until it is released ([`CallbackMode::Held`]).
    Held,
    /// Not to be sent ([`CallbackMode::Never`]).
    Withheld,
    /// Not sent, because the endpoint is disabled.
    EndpointDisabled,
}

impl DeliveryState {
    /// The state's name, in kebab case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::GaveUp => "gave-up",
            Self::Held => "held",
            Self::Withheld => "withheld",
            Self::EndpointDisabled => "endpoint-disabled",
        }
    }
}

/// One try at delivering a callback.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub(super) at: Duration,
    pub(super) outcome: Result<u16, String>,
}

impl Attempt {
    /// When it ended, on the sandbox's clock.
    #[must_use]
    pub const fn at(&self) -> Duration {
        self.at
    }

    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.outcome.as_ref().ok().copied()
    }

    /// Why there was no answer.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.outcome.as_ref().err().map(String::as_str)
    }
}

/// A callback and what became of it.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub(super) id: DeliveryId,
    pub(super) callback: Callback,
    pub(super) state: DeliveryState,
    pub(super) attempts: Vec<Attempt>,
    pub(super) failed: u32,
}

impl Delivery {
    /// Which one.
    #[must_use]
    pub const fn id(&self) -> DeliveryId {
        self.id
    }

    /// The provider's kind of callback.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.callback.label
    }

    /// The merchant's reference.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.callback.reference
    }

    /// Where to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.callback.url
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        self.callback.method
    }

    /// The headers, names as written.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.callback.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The body, byte for byte the same in each attempt.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.callback.body
    }

    /// The first header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.callback
            .headers
            .iter()
            .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether that status acknowledges it.
    #[must_use]
    pub fn is_received(&self, status: u16) -> bool {
        self.callback.rules.is_received(status)
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> DeliveryState {
        self.state
    }

    /// Each try, oldest first.
    #[must_use]
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }
}

/// What the merchant answered to a callback, for the provider to act on.
#[derive(Clone)]
pub struct CallbackAnswer {
    pub(super) delivery: Delivery,
    pub(super) body: Bytes,
}

impl CallbackAnswer {
    /// The callback, with this attempt as its last.
    #[must_use]
    pub const fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// The status of the answer, if there was one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.delivery.attempts.last().and_then(Attempt::status)
    }

    /// The body of the answer.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// Without the body.
impl fmt::Debug for CallbackAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackAnswer")
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_data() {
        let minute = Duration::from_secs(60);
        let once = RetryRules::accept(200..=299);
        assert!(once.is_received(204) && !once.is_received(301));
        assert_eq!(once.pause_after(1), None);
        let three = once.every(minute).at_most(3);
        assert_eq!(three.pause_after(2), Some(minute));
        assert_eq!(three.pause_after(3), None);
        let out = three.disable_after(5);
        assert!(!out.disables(5) && out.disables(6));
    }

    #[test]
    fn a_callback_does_not_show_its_content() {
        let callback = Callback::post(
            "k",
            "r",
            "http://127.0.0.1/?t=s",
            RetryRules::accept(200..=200),
        )
        .header("signature", "s")
        .content("text/plain", "s");
        assert_eq!(
            format!("{callback:?}"),
            r#"Callback { label: "k", reference: "r", .. }"#
        );
    }
}
