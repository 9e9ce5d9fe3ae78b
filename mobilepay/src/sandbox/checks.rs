//! What a text must look like.

use payments_core::sandbox::check_callback_url;

/// A GUID with hyphens, in any case, as the sandbox keeps it: in small letters.
pub(super) fn guid(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    let hex = parts
        .iter()
        .all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    (hex && lengths == [8, 4, 4, 4, 12]).then(|| text.to_ascii_lowercase())
}

/// `https` with a host, or `http` on this machine.
pub(super) fn is_url(text: &str) -> bool {
    let host = text.strip_prefix("https://");
    let secure = host.is_some_and(|host| {
        host.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[')
            && is_visible(host)
    });
    secure || check_callback_url(text).is_ok()
}

/// The same, or the link of an app (`myshop://…`): never `http` elsewhere.
pub(super) fn is_redirect(text: &str) -> bool {
    let app = text.split_once("://").is_some_and(|(scheme, rest)| {
        let web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        !web && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
            && is_visible(rest)
    });
    app || is_url(text)
}

fn is_visible(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// `2026-01-01T12:00`, with or without seconds and up to seven digits of a fraction, with `Z` or
/// `+01:00` behind; milliseconds since 1970.
pub(super) fn instant(text: &str) -> Option<i64> {
    let (date, rest) = text.split_once('T')?;
    let [year, month, day] = numbers(date, '-')?;
    let (time, offset) = split_offset(rest)?;
    let time = time
        .split_once('.')
        .map_or(Some(time), |(whole, fraction)| {
            let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
            (digits && (1..=7).contains(&fraction.len()) && whole.len() == 8).then_some(whole)
        })?;
    let [hour, minute, second] = match time.len() {
        5 => {
            let [hour, minute] = numbers(time, ':')?;
            [hour, minute, 0]
        }
        8 => numbers(time, ':')?,
        _ => return None,
    };
    let in_range = date.len() == 10
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    if !in_range {
        return None;
    }
    let minutes = days(year, month, day)?
        .checked_mul(24)?
        .checked_add(hour)?
        .checked_mul(60)?
        .checked_add(minute)?
        .checked_sub(offset)?;
    minutes
        .checked_mul(60)?
        .checked_add(second)?
        .checked_mul(1000)
}

/// Minutes east of UTC.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(time) = text.strip_suffix('Z') {
        return Some((time, 0));
    }
    let place = text.len().checked_sub(6)?;
    let (time, offset) = text.split_at_checked(place)?;
    let [hours, minutes] = numbers(offset.get(1..)?, ':')?;
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    match offset.get(..1)? {
        "+" => Some((time, minutes)),
        "-" => Some((time, minutes.checked_neg()?)),
        _ => None,
    }
}

fn numbers<const N: usize>(text: &str, between: char) -> Option<[i64; N]> {
    let parts = text.split(between).map(|part| {
        let digits = part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    });
    parts.collect::<Option<Vec<i64>>>()?.try_into().ok()
}

/// Days since 1970-01-01 of a date in the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> Option<i64> {
    // Years begin in March, so that the odd day is the last.
    let year = if month > 2 {
        year
    } else {
        year.checked_sub(1)?
    };
    let month = month.checked_add(9)?.checked_rem(12)?;
    let leap = year
        .checked_div(4)?
        .checked_sub(year.checked_div(100)?)?
        .checked_add(year.checked_div(400)?)?;
    let in_year = month.checked_mul(153)?.checked_add(2)?.checked_div(5)?;
    year.checked_mul(365)?
        .checked_add(leap)?
        .checked_add(in_year)?
        .checked_add(day)?
        .checked_sub(719_469)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_guids() {
        let text = "A84781B3-af34-42ae-b296-260cfb6859fe";
        assert_eq!(guid(text), Some(text.to_lowercase()));
        for bad in [
            "",
            "a84781b3af3442aeb296260cfb6859fe",
            &text.replace('b', "g"),
            &text[1..],
        ] {
            assert_eq!(guid(bad), None, "{bad}");
        }
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in [
            "https://psp.example/card",
            "https://[2001:db8::1]/",
            "http://127.0.0.1:9/x",
        ] {
            assert!(is_url(good) && is_redirect(good), "{good}");
        }
        for bad in [
            "",
            "psp.example",
            "http://psp.example/",
            "https://",
            "https://a b/",
            "/card",
        ] {
            assert!(!is_url(bad) && !is_redirect(bad), "{bad}");
        }
        assert!(is_redirect("myshop://paid?order=1") && !is_url("myshop://paid"));
        assert!(!is_redirect("javascript:alert(1)") && !is_redirect("HTTP://psp.example/"));
    }

    #[test]
    fn reads_times() {
        for (text, expect) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-01-01T00:00Z", 1_767_225_600_000),
            ("2026-01-01T01:30:00.1234567+01:30", 1_767_225_600_000),
            ("2000-02-29T12:00:01-00:30", 951_827_401_000),
        ] {
            assert_eq!(instant(text), Some(expect), "{text}");
        }
        for bad in [
            "",
            "2026-01-01",
            "2026-01-01T00:00:00",
            "2026-13-01T00:00Z",
            "2026-01-01T24:00Z",
            "2026-1-01T00:00Z",
            "2026-01-01 00:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00é0",
        ] {
            assert_eq!(instant(bad), None, "{bad}");
        }
    }
}
