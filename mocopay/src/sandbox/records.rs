//! What the provider remembers.

use std::fmt;
use std::time::{Duration, SystemTime};

use payments_core::clock::unix_millis;
use payments_core::sandbox::{JsonNumber, JsonObject};

/// A product of the merchant's.
#[derive(Clone, Debug)]
pub(super) struct Product {
    pub(super) pid: String,
    pub(super) price: u64,
    pub(super) subscription: bool,
}

/// How long a charge of a subscription lasts.
const PERIOD: u64 = 30 * 24 * 3600;

/// Amounts of one kind: what came of it in the current series, last, and in all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amounts {
    pub(super) current: u64,
    pub(super) last: u64,
    pub(super) total: u64,
}

impl Amounts {
    pub(super) const fn add(&mut self, amount: u64) {
        self.current = self.current.saturating_add(amount);
        self.last = amount;
        self.total = self.total.saturating_add(amount);
    }
}

/// A session. Phone and address of the buyer are not kept.
#[derive(Clone)]
pub struct Session {
    pub(super) session_id: String,
    pub(super) request_id: String,
    pub(super) link: String,
    pub(super) product: Product,
    pub(super) user_id: Option<String>,
    pub(super) reference_id: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) callback_url: Option<String>,
    pub(super) notify_url: Option<String>,
    pub(super) status: &'static str,
    pub(super) series: u64,
    pub(super) charged: Amounts,
    pub(super) failed: Amounts,
    pub(super) transactions: Vec<String>,
    pub(super) init: SystemTime,
    pub(super) authorized: Option<SystemTime>,
    pub(super) charged_at: Option<SystemTime>,
}

/// Not whose it is.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("session_id", &self.session_id)
            .field("reference_id", &self.reference_id)
            .field("pid", &self.product.pid)
            .field("status", &self.status)
            .field("series", &self.series)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Its id.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.session_id
    }

    /// That of the request that opened it.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Where the buyer pays.
    #[must_use]
    pub fn redirect_url(&self) -> &str {
        &self.link
    }

    /// The merchant's reference, or the id of the request where none was given.
    #[must_use]
    pub fn reference(&self) -> &str {
        self.reference_id.as_deref().unwrap_or(&self.request_id)
    }

    /// Its status.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        self.status
    }

    /// What was charged in all.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.charged.total
    }

    /// Its transactions, oldest first.
    pub fn transactions(&self) -> impl Iterator<Item = &str> {
        self.transactions.iter().map(String::as_str)
    }

    pub(super) const fn kind(&self) -> &'static str {
        if self.product.subscription {
            "subscription"
        } else {
            "onetime"
        }
    }

    /// The answer of `verifyPayment`.
    pub(super) fn json(&self, now: SystemTime) -> JsonObject {
        let optional = |object: JsonObject, name: &str, value: Option<&str>| match value {
            Some(value) => object.text(name, value),
            None => object,
        };
        let user = optional(JsonObject::new(), "userId", self.user_id.as_deref())
            .text("phone", "0099923026")
            .text("mcc", "999")
            .text("mnc", "99");
        let object = JsonObject::new()
            .text("sessionId", &self.session_id)
            .text("serviceCode", "PS-000-002")
            .text("pid", &self.product.pid)
            .text("type", self.kind())
            .object("endUser", user)
            .text("lang", self.lang.as_deref().unwrap_or("en"))
            .integer("series", self.series)
            .text("status", self.status)
            .integer("chargedAmount", self.charged.current)
            .integer("failedAmount", self.failed.current)
            .integer("lastChargedAmount", self.charged.last)
            .integer("lastFailedAmount", self.failed.last)
            .integer("totalChargedAmount", self.charged.total)
            .integer("totalFailedAmount", self.failed.total)
            .text("currencyCode", "TES")
            .boolean("recurrent", self.product.subscription);
        let expires = JsonNumber::parse(&self.expires_in(now).to_string());
        let object = match expires {
            Some(seconds) => object.number("expiresIn", &seconds),
            None => object,
        };
        let written = |moment: Option<SystemTime>| moment.map(written);
        let object = optional(object, "timeInit", written(Some(self.init)).as_deref());
        let object = optional(
            object,
            "timeAuthorized",
            written(self.authorized).as_deref(),
        );
        let name = "timeLastSuccessfullPayment";
        optional(object, name, written(self.charged_at).as_deref())
            .texts("transactions", self.transactions())
    }

    /// Seconds from now until the last charge is used up.
    fn expires_in(&self, now: SystemTime) -> i64 {
        let Some(charged) = self.charged_at.filter(|_| self.product.subscription) else {
            return 0;
        };
        let seconds = |moment| unix_millis(moment).checked_div(1000).unwrap_or(0);
        let ends = i64::try_from(seconds(charged).saturating_add(PERIOD)).unwrap_or(i64::MAX);
        ends.saturating_sub(i64::try_from(seconds(now)).unwrap_or(i64::MAX))
    }

    /// The fields of a session notification.
    pub(super) fn notification(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![("sessionId", self.session_id.clone())];
        let mut add = |name, value: Option<&str>| {
            fields.extend(value.map(|value| (name, value.to_owned())));
        };
        add("referenceId", self.reference_id.as_deref());
        add("sessionType", Some(self.kind()));
        add("status", Some(self.status));
        add("series", Some(&self.series.to_string()));
        add("userId", self.user_id.as_deref());
        add("phone", Some("0099923026"));
        add("mcc", Some("999"));
        add("mnc", Some("99"));
        add("serviceCode", Some("PS-000-002"));
        add("pid", Some(&self.product.pid));
        add("lang", Some(self.lang.as_deref().unwrap_or("en")));
        add("currencyCode", Some("TES"));
        add("chargedAmount", Some(&self.charged.current.to_string()));
        add("chargeCredits", Some("0"));
        fields
    }

    /// The fields of the browser's return.
    pub(super) fn return_fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![
            ("requestId", self.request_id.clone()),
            ("sid", self.session_id.clone()),
            ("sessionId", self.session_id.clone()),
        ];
        fields.extend(self.reference_id.clone().map(|id| ("referenceId", id)));
        fields.push(("status", self.status.to_owned()));
        fields
    }
}

/// `YYYY-MM-DD HH:MM:SS`, in UTC.
fn written(moment: SystemTime) -> String {
    let since = moment
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    let part = |number: u64, by: u64| number.checked_rem(by).unwrap_or(0);
    let whole = |number: u64, by: u64| number.checked_div(by).unwrap_or(0);
    let seconds = since.as_secs();
    let (mut days, second_of_day) = (whole(seconds, 86_400), part(seconds, 86_400));
    let leap = |year: u64| part(year, 4) == 0 && (part(year, 100) != 0 || part(year, 400) == 0);
    let mut year = 1970_u64;
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days = days.saturating_sub(length);
        year = year.saturating_add(1);
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1_u64;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days = days.saturating_sub(length);
        month = month.saturating_add(1);
    }
    let (hour, minute) = (
        whole(second_of_day, 3600),
        part(whole(second_of_day, 60), 60),
    );
    format!(
        "{year:04}-{month:02}-{:02} {hour:02}:{minute:02}:{:02}",
        days.saturating_add(1),
        part(second_of_day, 60)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `date -u -d @…`.
    #[test]
    fn moments_are_written_as_in_the_sample() {
        let check = |seconds: u64, expect: &str| {
            let moment = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
            assert_eq!(written(moment.unwrap()), expect);
        };
        check(0, "1970-01-01 00:00:00");
        check(951_827_696, "2000-02-29 12:34:56");
        check(1_396_310_400, "2014-04-01 00:00:00");
        check(1_798_761_599, "2026-12-31 23:59:59");
    }
}
