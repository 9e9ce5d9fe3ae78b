//! What can go wrong between asking and being answered, on demand or by chance.

use std::str::FromStr;
use std::time::Duration;

use super::message::Reply;

/// One thing that goes wrong with one request.
///
/// Each can be written as text, as a command line and the control endpoint do:
/// `close-after`, `status-before:503`, `slow-after:200` (milliseconds), `content-type:text/plain`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The connection is closed without an answer; nothing happened.
    CloseBefore,
    /// It happened; then the connection is closed without an answer.
    CloseAfter,
    /// This status with a page that is not the provider's; nothing happened.
    StatusBefore(u16),
    /// It happened; then this status with a page that is not the provider's.
    StatusAfter(u16),
    /// It happens after this real time, even if the caller has gone by then.
    SlowBefore(Duration),
    /// It happens at once and is answered after this real time.
    SlowAfter(Duration),
    /// It happened; half of the answer arrives, then the connection is closed.
    CutBody,
    /// It happened; the answer is genuine under another media type.
    ContentType(String),
    /// It happened; the answer is 200 with a page that is not the provider's.
    Html,
    /// It happened; the answer holds bytes that are not UTF-8.
    InvalidUtf8,
    /// Nothing happened; the answer is this.
    ReplaceBefore(Reply),
    /// It happened; the answer is this instead.
    ReplaceAfter(Reply),
    /// The request arrives twice; the answer is that to the second.
    Twice,
    /// It happened; half of the head of the answer arrives, then the connection is closed.
    CutHead,
    /// It happened; half of the answer arrives in a chunk that promises all of it, then the connection
    /// is closed.
    CutChunked,
    /// It happened; half of the answer arrives with nothing that says how long it is, then the
    /// connection is closed: to HTTP, that is a whole answer.
    CutUnframed,
    /// It happened; the answer arrives twice, and the connection stays open.
    ReplyTwice,
    /// It happened; the answer is 200 under the right media type, and does not end.
    Endless,
    /// It happened; the answer is this redirect, to the same address: who follows does it again.
    Redirect(u16),
    /// It happened; the answer is the last one that another request got, to the same path if there is
    /// one, and nothing where there is none.
    OtherReply,
    /// For a query: it is answered as it would have been before the last request that changed the
    /// ledger. It has to be armed before that one.
    Stale,
}

impl Fault {
    /// An example of each that can be written as text.
    pub const TEXTS: [&'static str; 19] = [
        "close-before",
        "close-after",
        "status-before:503",
        "status-after:503",
        "slow-before:3000",
        "slow-after:3000",
        "cut-head",
        "cut-body",
        "cut-chunked",
        "cut-unframed",
        "content-type:text/plain",
        "html",
        "invalid-utf8",
        "endless",
        "redirect:307",
        "twice",
        "reply-twice",
        "other-reply",
        "stale",
    ];

    /// Whether the request reaches the provider all the same.
    #[must_use]
    pub const fn reaches_provider(&self) -> bool {
        match self {
            Self::CloseBefore | Self::StatusBefore(_) | Self::ReplaceBefore(_) => false,
            Self::CloseAfter
            | Self::StatusAfter(_)
            | Self::SlowBefore(_)
            | Self::SlowAfter(_)
            | Self::CutBody
            | Self::ContentType(_)
            | Self::Html
            | Self::InvalidUtf8
            | Self::ReplaceAfter(_)
            | Self::Twice
            | Self::CutHead
            | Self::CutChunked
            | Self::CutUnframed
            | Self::ReplyTwice
            | Self::Endless
            | Self::Redirect(_)
            | Self::OtherReply
            | Self::Stale => true,
        }
    }

    /// As it is read; `None` where it cannot be written, because it holds a whole answer.
    pub(super) fn text(&self) -> Option<String> {
        let name = self.name();
        Some(match self {
            Self::ReplaceBefore(_) | Self::ReplaceAfter(_) => return None,
            Self::StatusBefore(code) | Self::StatusAfter(code) | Self::Redirect(code) => {
                format!("{name}:{code}")
            }
            Self::SlowBefore(pause) | Self::SlowAfter(pause) => {
                format!("{name}:{}", pause.as_millis())
            }
            Self::ContentType(media_type) => format!("{name}:{media_type}"),
            Self::CloseBefore
            | Self::CloseAfter
            | Self::CutBody
            | Self::Html
            | Self::InvalidUtf8
            | Self::Twice
            | Self::CutHead
            | Self::CutChunked
            | Self::CutUnframed
            | Self::ReplyTwice
            | Self::Endless
            | Self::OtherReply
            | Self::Stale => name.to_owned(),
        })
    }

    /// For people: as it is read, or its name.
    pub(super) fn shown(&self) -> String {
        self.text().unwrap_or_else(|| self.name().to_owned())
    }

    /// The name of one, for as long as the program runs.
    pub(super) fn known(name: &str) -> Option<&'static str> {
        let written = Self::TEXTS.iter().map(|text| match text.split_once(':') {
            Some((name, _)) => name,
            None => text,
        });
        let mut names = written.chain(["replace-before", "replace-after"]);
        names.find(|known| *known == name)
    }

    /// The fault's name, as in text.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::CloseBefore => "close-before",
            Self::CloseAfter => "close-after",
            Self::StatusBefore(_) => "status-before",
            Self::StatusAfter(_) => "status-after",
            Self::SlowBefore(_) => "slow-before",
            Self::SlowAfter(_) => "slow-after",
            Self::CutBody => "cut-body",
            Self::ContentType(_) => "content-type",
            Self::Html => "html",
            Self::InvalidUtf8 => "invalid-utf8",
            Self::ReplaceBefore(_) => "replace-before",
            Self::ReplaceAfter(_) => "replace-after",
            Self::Twice => "twice",
            Self::CutHead => "cut-head",
            Self::CutChunked => "cut-chunked",
            Self::CutUnframed => "cut-unframed",
            Self::ReplyTwice => "reply-twice",
            Self::Endless => "endless",
            Self::Redirect(_) => "redirect",
            Self::OtherReply => "other-reply",
            Self::Stale => "stale",
        }
    }
}

/// A text is not a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a fault: write close-before, close-after, status-before:CODE, status-after:CODE, \
     slow-before:MS, slow-after:MS, cut-head, cut-body, cut-chunked, cut-unframed, \
     content-type:TYPE, html, invalid-utf8, endless, redirect:CODE, twice, reply-twice, other-reply \
     or stale"
)]
pub struct UnknownFault(());

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let (name, detail) = match text.split_once(':') {
            Some((name, detail)) => (name, Some(detail)),
            None => (text, None),
        };
        let status = |usual: u16, least: u16, most: u16| match detail.map(str::parse) {
            None => Ok(usual),
            Some(Ok(status)) if (least..=most).contains(&status) => Ok(status),
            Some(_) => Err(UnknownFault(())),
        };
        let millis = || match detail.map(str::parse) {
            Some(Ok(millis)) => Ok(Duration::from_millis(millis)),
            _ => Err(UnknownFault(())),
        };
        match (name, detail) {
            ("close-before", None) => Ok(Self::CloseBefore),
            ("close-after", None) => Ok(Self::CloseAfter),
            ("status-before", _) => status(503, 200, 599).map(Self::StatusBefore),
            ("status-after", _) => status(503, 200, 599).map(Self::StatusAfter),
            ("slow-before", _) => millis().map(Self::SlowBefore),
            ("slow-after", _) => millis().map(Self::SlowAfter),
            ("cut-body", None) => Ok(Self::CutBody),
            ("content-type", Some(media_type)) => Ok(Self::ContentType(media_type.to_owned())),
            ("html", None) => Ok(Self::Html),
            ("invalid-utf8", None) => Ok(Self::InvalidUtf8),
            ("twice", None) => Ok(Self::Twice),
            ("cut-head", None) => Ok(Self::CutHead),
            ("cut-chunked", None) => Ok(Self::CutChunked),
            ("cut-unframed", None) => Ok(Self::CutUnframed),
            ("reply-twice", None) => Ok(Self::ReplyTwice),
            ("endless", None) => Ok(Self::Endless),
            ("redirect", _) => status(307, 300, 399).map(Self::Redirect),
            ("other-reply", None) => Ok(Self::OtherReply),
            ("stale", None) => Ok(Self::Stale),
            _ => Err(UnknownFault(())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_names() {
        let shorter = ["status-after", "redirect", "redirect:302"];
        for text in Fault::TEXTS.into_iter().chain(shorter) {
            let fault: Fault = text.parse().unwrap();
            assert!(text.starts_with(fault.name()), "{text}");
            assert_eq!(Fault::known(fault.name()), Some(fault.name()));
            if Fault::TEXTS.contains(&text) {
                assert_eq!(fault.text().as_deref(), Some(text));
            }
        }
        for text in [
            "",
            "close",
            "slow-after",
            "status-after:99",
            "html:1",
            "content-type",
            "redirect:200",
            "stale:1",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }
}
