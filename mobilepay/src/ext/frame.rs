//! MobilePay's page in a frame of the shop's, what the frame says, and the payer's number filled in.

use payments_core::Link;
use payments_core::error::Misuse;
use payments_core::html::escape;

use crate::codes::FrameEnd;

/// The HTML of the frame, 375 by 480 pixels, for the `redirectToMobilePayUrl` of a payment. It has its
/// size also where a content security policy forbids styles in attributes; there, a style sheet takes
/// the border away. On large screens only: on a phone the page must cover the screen, so send the browser there. The shop's
/// script then listens for `message`, checks `event.origin`, and gives [`Message::parse`] the data.
///
/// ```
/// use payments_mobilepay::ext::frame::embed;
///
/// let html = embed(&"https://products.mobilepay.dk/remote-website/index.html?page=request&id=1".parse()?)?;
/// assert!(html.contains(r#"src="https://products.mobilepay.dk/remote-website/index.html?page=request&amp;id=1""#));
/// # Ok::<(), payments_mobilepay::payments_core::error::Misuse>(())
/// ```
///
/// # Errors
/// [`Misuse`] for a link that is not https: an app's link is opened, not embedded.
pub fn embed(page: &Link) -> Result<String, Misuse> {
    if !page.is_private() {
        return Err(Misuse::new("redirectToMobilePayUrl", "must be https"));
    }
    let source = escape(page.as_str());
    Ok(format!(
        r#"<iframe src="{source}" title="MobilePay" width="375" height="480" scrolling="no" style="border: 0"></iframe>"#
    ))
}

/// What the frame says before it goes on. It proves nothing: it only tells what to show.
///
/// ```
/// use payments_mobilepay::codes::FrameEnd;
/// use payments_mobilepay::ext::frame::Message;
///
/// let message = Message::parse("mobilepay:rc=0&message=completed").unwrap();
/// assert_eq!(message.end, FrameEnd::Completed);
/// assert_eq!(message.text.as_deref(), Some("completed"));
/// assert!(Message::parse("xmobilepay:rc=0").is_none());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// How it ended.
    pub end: FrameEnd,
    /// A text, such as `completed`.
    pub text: Option<String>,
}

impl Message {
    /// Reads the data of a message event; nothing where it is not MobilePay's.
    #[must_use]
    pub fn parse(data: &str) -> Option<Self> {
        let query = data.strip_prefix("mobilepay:")?;
        let (mut end, mut text) = (None, None);
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "rc" if end.is_some() || value.parse::<u32>().is_err() => return None,
                "rc" => end = Some(FrameEnd::from(value)),
                // An odd text must not hide the code.
                "message" => text = Some(decoded(value).unwrap_or_else(|| value.to_owned())),
                _ => {}
            }
        }
        Some(Self { end: end?, text })
    }
}

/// A value of a query; nothing where it is not encoded as one. The link only lends its strict reading.
fn decoded(value: &str) -> Option<String> {
    let link: Link = format!("mobilepay://?text={value}").parse().ok()?;
    let (_, text) = link.pairs().ok()?.into_iter().next()?;
    Some(text)
}

/// How a number is written into the link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefix {
    /// `004512345678`, documented since 2022-03.
    #[default]
    Zeros,
    /// `%2B4512345678`, of the README of 2020.
    Plus,
}

/// The link with the payer's phone number filled in, for pages of the older platform only: since
/// 2024-03 the parameter is ignored.
///
/// ```
/// use payments_mobilepay::ext::frame::{Prefix, with_phone};
///
/// let page = "https://products.mobilepay.dk/remote-website/index.html?id=1".parse()?;
/// let link = with_phone(page, "+4512345678", Prefix::Plus)?;
/// assert!(link.as_str().ends_with("?id=1&alias=%2B4512345678"));
/// # Ok::<(), payments_mobilepay::payments_core::error::Misuse>(())
/// ```
///
/// # Errors
/// [`Misuse`] for a number that is not `+` and 5 to 15 digits (blanks between them are passed over),
/// and for a link that is not one of `remote-website`: links of apps are used as they are.
pub fn with_phone(page: Link, number: &str, prefix: Prefix) -> Result<Link, Misuse> {
    let page = of_remote_website(page)?;
    let number: String = number.split(' ').collect();
    let digits = number.strip_prefix('+').unwrap_or_default();
    if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Misuse::new("phone", "must be + and 5 to 15 digits"));
    }
    let begin = match prefix {
        Prefix::Zeros => "00",
        Prefix::Plus => "+",
    };
    Ok(page.with("alias", &format!("{begin}{digits}")))
}

/// The link to a page that does not offer to remember the payer's number (2022-01), for pages of the
/// older platform only.
///
/// ```
/// use payments_mobilepay::ext::frame::without_remembering;
///
/// let page = "https://products.mobilepay.dk/remote-website/index.html?id=1".parse()?;
/// assert!(without_remembering(page)?.as_str().ends_with("?id=1&disable-remember-me"));
/// # Ok::<(), payments_mobilepay::payments_core::error::Misuse>(())
/// ```
///
/// # Errors
/// [`Misuse`] for a link that is not one of `remote-website`.
pub fn without_remembering(page: Link) -> Result<Link, Misuse> {
    Ok(of_remote_website(page)?.with_name("disable-remember-me"))
}

fn of_remote_website(page: Link) -> Result<Link, Misuse> {
    let path = page.as_str().split(['?', '#']).next().unwrap_or_default();
    if page.is_private() && path.contains("/remote-website/") {
        return Ok(page);
    }
    let problem = "is no page of remote-website: leave it as it is";
    Err(Misuse::new("redirectToMobilePayUrl", problem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_by_their_exact_prefix() {
        let check = |data: &str, expect: Option<(FrameEnd, Option<&str>)>| {
            let found = Message::parse(data);
            let found = found
                .as_ref()
                .map(|message| (message.end.clone(), message.text.as_deref()));
            assert_eq!(found, expect, "{data}");
        };
        check(
            "mobilepay:rc=0&message=completed",
            Some((FrameEnd::Completed, Some("completed"))),
        );
        check(
            "mobilepay:rc=1&message=Rejected",
            Some((FrameEnd::Rejected, Some("Rejected"))),
        );
        check(
            "mobilepay:message=a%20b&rc=4",
            Some((FrameEnd::Cancelled, Some("a b"))),
        );
        check("mobilepay:rc=2", Some((FrameEnd::Failed, None)));
        check("mobilepay:rc=3", Some((FrameEnd::Expired, None)));
        check("mobilepay:rc=9&more=1", Some((FrameEnd::Unspecified, None)));
        check(
            "mobilepay:rc=77",
            Some((FrameEnd::Other("77".to_owned()), None)),
        );
        let odd = Some((FrameEnd::Completed, Some("100% done#1")));
        check("mobilepay:rc=0&message=100% done#1", odd);
        for other in [
            "xmobilepay:rc=0",
            "mobilepayx:rc=0",
            "mobilepay:",
            "mobilepay:message=completed",
            "mobilepay:rc=",
            "mobilepay:rc=-1",
            "mobilepay:rc=0&rc=1",
            "mobilepay:rc=%",
            "MobilePay:rc=0",
        ] {
            check(other, None);
        }
    }

    #[test]
    fn only_pages_are_embedded() {
        let html = embed(&"https://a.example/?a=\"b\"&c=<d>".parse().unwrap()).unwrap();
        let expect = r#"<iframe src="https://a.example/?a=&quot;b&quot;&amp;c=&lt;d&gt;" "#;
        assert!(html.starts_with(expect), "{html}");
        for part in ["title=\"MobilePay\"", "width=\"375\"", "height=\"480\""] {
            assert!(html.contains(part), "{html}");
        }
        assert!(embed(&"vipps://?token=t".parse().unwrap()).is_err());
        assert!(embed(&"http://a.example/".parse().unwrap()).is_err());
    }

    #[test]
    fn numbers_are_filled_in_in_both_forms() {
        let page =
            "https://products.mobilepay.dk/remote-website/index.html?page=request&id=1&version=2";
        let check = |page: &str, number: &str, prefix: Prefix, expect: Option<&str>| {
            let link = with_phone(page.parse().unwrap(), number, prefix);
            let added = link
                .as_ref()
                .ok()
                .and_then(|link| link.as_str().strip_prefix(page));
            assert_eq!(added, expect, "{page} {number}");
        };
        check(
            page,
            "+45 12 34 56 78",
            Prefix::Plus,
            Some("&alias=%2B4512345678"),
        );
        check(
            page,
            "+45 12 34 56 78",
            Prefix::Zeros,
            Some("&alias=004512345678"),
        );
        check(page, "4512345678", Prefix::Zeros, None);
        check(page, "+45-12345678", Prefix::Zeros, None);
        check(page, "+4512", Prefix::Zeros, None);
        check(
            "vipps://?token=/remote-website/",
            "+4512345678",
            Prefix::Zeros,
            None,
        );
        check(
            "https://pay.mobilepay.dk/p?x=/remote-website/",
            "+4512345678",
            Prefix::Zeros,
            None,
        );
        for other in ["vipps://?token=t", "https://pay.mobilepay.dk/p"] {
            assert!(without_remembering(other.parse().unwrap()).is_err());
        }
    }
}
