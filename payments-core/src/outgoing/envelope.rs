//! The wrapper that a provider puts around every answer, and what it says of success.

use serde::de::DeserializeOwned;

use crate::error::{Meaning, Refused};
use crate::exchange::Response;
use crate::json::{Object, is_number, strict};
use crate::outgoing::call::Fault;

/// Where an envelope says success, code and text, and where the message is.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    /// The field that says success, and its value then, as JSON text: a text, an integer or a
    /// truth value.
    pub success: (&'static str, &'static str),
    /// The field of the code.
    pub code: Option<&'static str>,
    /// The field of the text for people.
    pub message: Option<&'static str>,
    /// The field of the message; the whole object where there is none.
    pub data: Option<&'static str>,
    /// What a code means.
    pub meaning: fn(&str) -> Meaning,
}

/// How a provider refuses that has no envelope: by these statuses, with an object that says why.
#[derive(Clone, Copy, Debug)]
pub struct Refusals {
    /// The statuses that are refusals, where the body is a JSON object.
    pub statuses: &'static [u16],
    /// The field of the code.
    pub code: Option<&'static str>,
    /// The field of the text for people.
    pub message: Option<&'static str>,
    /// What a code means.
    pub meaning: fn(&str) -> Meaning,
}

impl Envelope {
    /// Opens the envelope: a success is HTTP 2xx **and** the success value **and** a message with
    /// everything that the description requires.
    ///
    /// # Errors
    /// [`Fault::Refused`] if the envelope itself says no, on any status but 5xx and 3xx;
    /// [`Fault::Unreadable`] for everything that is not as described.
    pub fn open<T: DeserializeOwned>(&self, response: &Response) -> Result<T, Fault> {
        let status = response.status();
        if status.is_redirection() || status.is_server_error() || status.is_informational() {
            return Err(of_status(response));
        }
        let whole = object(response)?;
        if !self.says_success(&whole)? {
            return Err(refused(
                &whole,
                self.code,
                self.message,
                self.meaning,
                response,
            ));
        }
        if !status.is_success() {
            return Err(Fault::unreadable(format!(
                "http status {} beside a success",
                status.as_u16()
            )));
        }
        let Some(name) = self.data else {
            return message("the body", whole_text(response)?);
        };
        let data = whole.get(name).ok_or_else(|| missing(name))?;
        message(name, data.get())
    }

    /// Compares values, not spellings, and says no only to a value of the same kind: a `"true"`
    /// in place of `true` is neither success nor refusal.
    fn says_success(&self, whole: &Object<'_>) -> Result<bool, Fault> {
        let (field, value) = self.success;
        let verdict = whole.get(field).ok_or_else(|| missing(field))?.get();
        if verdict == value {
            return Ok(true);
        }
        let (verdict, value) = (Verdict::read(verdict), Verdict::read(value));
        match (&verdict, &value) {
            (Some(Verdict::Text(_)), Some(Verdict::Text(_)))
            | (Some(Verdict::Integer(_)), Some(Verdict::Integer(_)))
            | (Some(Verdict::Truth(_)), Some(Verdict::Truth(_))) => Ok(verdict == value),
            (_, _) => Err(Fault::unreadable(format!("`{field}` is of another kind"))),
        }
    }
}

impl Refusals {
    /// No status is a refusal: whatever is not a success is not as described.
    pub const NONE: Self = Self {
        statuses: &[],
        code: None,
        message: None,
        meaning: |_| Meaning::Unknown,
    };

    /// Reads a reply: a success is HTTP 2xx **and** an object with everything that the description
    /// requires.
    ///
    /// # Errors
    /// [`Fault::Refused`] for an object under one of the statuses; [`Fault::Unreadable`] for
    /// everything that is not as described.
    pub fn open<T: DeserializeOwned>(&self, response: &Response) -> Result<T, Fault> {
        self.succeeded(response)?;
        object(response)?;
        message("the body", whole_text(response)?)
    }

    /// Reads a reply without content: a success is HTTP 2xx **and** an empty body, because a page
    /// of whoever stands between would have one.
    ///
    /// # Errors
    /// As [`Refusals::open`].
    pub fn empty(&self, response: &Response) -> Result<(), Fault> {
        self.succeeded(response)?;
        if response.body().is_empty() {
            Ok(())
        } else {
            Err(Fault::unreadable("a body where none is described"))
        }
    }

    fn succeeded(&self, response: &Response) -> Result<(), Fault> {
        let status = response.status();
        if self.statuses.contains(&status.as_u16()) {
            let whole = object(response)?;
            return Err(refused(
                &whole,
                self.code,
                self.message,
                self.meaning,
                response,
            ));
        }
        if status.is_success() {
            Ok(())
        } else {
            Err(of_status(response))
        }
    }
}

#[derive(PartialEq, Eq)]
enum Verdict {
    Text(String),
    Integer(i64),
    Truth(bool),
}

impl Verdict {
    fn read(raw: &str) -> Option<Self> {
        match raw {
            "true" => Some(Self::Truth(true)),
            "false" => Some(Self::Truth(false)),
            _ if is_number(raw) => raw.parse().ok().map(Self::Integer),
            _ => serde_json::from_str(raw).ok().map(Self::Text),
        }
    }
}

fn object(response: &Response) -> Result<Object<'_>, Fault> {
    if !response.is_json() {
        return Err(Fault::unreadable("the content type is not json"));
    }
    Object::parse(response.body()).map_err(|error| Fault::unreadable(describe("the body", &error)))
}

fn message<T: DeserializeOwned>(name: &str, json: &str) -> Result<T, Fault> {
    strict(json).map_err(|error| Fault::unreadable(describe(name, &error)))
}

fn refused(
    whole: &Object<'_>,
    code: Option<&str>,
    message: Option<&str>,
    meaning: fn(&str) -> Meaning,
    response: &Response,
) -> Fault {
    let code = code.and_then(|name| text_of(whole, name));
    let meaning = code.as_deref().map_or(Meaning::Unknown, meaning);
    let text = message.and_then(|name| text_of(whole, name));
    Fault::Refused(Box::new(Refused::new(
        code,
        text,
        meaning,
        response.clone(),
    )))
}

fn of_status(response: &Response) -> Fault {
    Fault::unreadable(format!("http status {}", response.status().as_u16()))
}

fn missing(field: &str) -> Fault {
    Fault::unreadable(format!("`{field}` is missing"))
}

fn whole_text(response: &Response) -> Result<&str, Fault> {
    std::str::from_utf8(response.body()).map_err(|_| Fault::unreadable("the body is not utf-8"))
}

/// A text or a number as text; nothing else.
fn text_of(object: &Object<'_>, name: &str) -> Option<String> {
    let raw = object.get(name)?.get();
    if is_number(raw) {
        Some(raw.to_owned())
    } else {
        serde_json::from_str(raw).ok()
    }
}

/// Says where reading failed and of what kind it was, without the content.
fn describe(what: &str, error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let kind = match error.classify() {
        Category::Eof => "ends too early",
        Category::Syntax => "is not json",
        Category::Data => "is not as described",
        Category::Io => "cannot be read",
    };
    format!(
        "{what} {kind} (line {}, column {})",
        error.line(),
        error.column()
    )
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, StatusCode, header};

    use super::*;

    const TRUTH: Envelope = Envelope {
        success: ("success", "true"),
        code: Some("code"),
        message: Some("message"),
        data: Some("data"),
        meaning: |code| match code {
            "7" => Meaning::Declined,
            _ => Meaning::Unknown,
        },
    };
    const TEXT: Envelope = Envelope {
        success: ("code", "\"00\""),
        ..TRUTH
    };
    const FLAT: Envelope = Envelope {
        success: ("code", "0"),
        data: None,
        ..TRUTH
    };
    const REFUSALS: Refusals = Refusals {
        statuses: &[409],
        code: Some("code"),
        message: Some("message"),
        meaning: TRUTH.meaning,
    };

    #[derive(serde::Deserialize)]
    struct Order {
        id: String,
    }

    fn answer(status: u16, kind: &'static str, body: &str) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        let status = StatusCode::from_u16(status).unwrap();
        Response::new(status, headers, body.to_owned())
    }

    fn json(status: u16, body: &str) -> Response {
        answer(status, "application/json", body)
    }

    /// `ok …`, `refused …` or `unreadable …`.
    fn told<T>(opened: Result<T, Fault>, shown: impl FnOnce(T) -> String) -> String {
        match opened {
            Ok(value) => format!("ok {}", shown(value)),
            Err(Fault::Refused(refused)) => format!(
                "refused {} {:?} {:?}",
                refused.code().unwrap_or("-"),
                refused.text(),
                refused.meaning()
            ),
            Err(Fault::Unreadable(why)) => format!("unreadable {why}"),
        }
    }

    fn check(envelope: Envelope, response: &Response, expect: &str) {
        let found = told(envelope.open(response), |order: Order| order.id);
        assert_eq!(found, expect, "{:?}", response.body());
    }

    fn check_refusals(response: &Response, expect: &str) {
        let found = told(REFUSALS.open(response), |order: Order| order.id);
        assert_eq!(found, expect, "{:?}", response.body());
    }

    #[test]
    fn success_is_status_and_verdict_and_message() {
        let body = r#"{"success":true,"data":{"id":"a"}}"#;
        check(TRUTH, &json(200, body), "ok a");
        check(
            TRUTH,
            &Response::new(StatusCode::OK, HeaderMap::new(), body),
            "ok a",
        );
        check(
            TEXT,
            &json(201, r#"{"code":"0\u0030","data":{"id":"a"}}"#),
            "ok a",
        );
        check(
            FLAT,
            &json(200, r#"{"code":0,"id":"a","more":[1]}"#),
            "ok a",
        );
        let beside = "unreadable http status 404 beside a success";
        check(TRUTH, &json(404, body), beside);
        for status in [100, 302, 500, 503] {
            check(
                TRUTH,
                &json(status, body),
                &format!("unreadable http status {status}"),
            );
            let refusal = json(status, r#"{"success":false,"code":7}"#);
            check(TRUTH, &refusal, &format!("unreadable http status {status}"));
        }
    }

    #[test]
    fn a_refusal_is_the_envelopes_own() {
        let body = r#"{"success":false,"code":7,"message":"no"}"#;
        for status in [200, 400, 422] {
            check(
                TRUTH,
                &json(status, body),
                r#"refused 7 Some("no") Declined"#,
            );
        }
        let bare = json(400, r#"{"success":false,"code":{},"message":true}"#);
        check(TRUTH, &bare, "refused - None Unknown");
        check(
            TEXT,
            &json(200, r#"{"code":"7"}"#),
            "refused 7 None Declined",
        );
        check(FLAT, &json(200, r#"{"code":7}"#), "refused 7 None Declined");
    }

    #[test]
    fn a_verdict_of_another_kind_is_none() {
        let check = |envelope: Envelope, body: &str, field: &str| {
            let expect = format!("unreadable `{field}` is of another kind");
            check(envelope, &json(200, body), &expect);
        };
        for verdict in [r#""true""#, r#""false""#, "1", "[]", "{}"] {
            check(TRUTH, &format!(r#"{{"success":{verdict}}}"#), "success");
        }
        check(TEXT, r#"{"code":0}"#, "code");
        for verdict in [r#""0""#, "0.0", "0e0", "false", "99999999999999999999"] {
            check(FLAT, &format!(r#"{{"code":{verdict},"id":"a"}}"#), "code");
        }
    }

    #[test]
    fn what_is_not_as_described_is_unreadable() {
        let html = answer(200, "text/html", "<html>");
        check(TRUTH, &html, "unreadable the content type is not json");
        check_refusals(&html, "unreadable the content type is not json");
        let missing = "unreadable `success` is missing";
        check(TRUTH, &json(200, r#"{"data":{"id":"a"}}"#), missing);
        check(TRUTH, &json(200, r#"{"success":null}"#), missing);
        let null = json(200, r#"{"success":true,"data":null}"#);
        check(TRUTH, &null, "unreadable `data` is missing");
        let unreadable = |envelope: Envelope, body: &str, why: &str| {
            let found = told(envelope.open(&json(200, body)), |order: Order| order.id);
            assert!(found.starts_with(&format!("unreadable {why} (")), "{found}");
        };
        let body = "the body is not as described";
        unreadable(TRUTH, "<html>", "the body is not json");
        unreadable(TRUTH, r#"{"success":true,"da"#, "the body ends too early");
        unreadable(TRUTH, "", "the body ends too early");
        unreadable(TRUTH, &"[".repeat(65_536), body);
        let nested = format!(r#"{{"success":true,"data":{}"#, "[".repeat(65_536));
        unreadable(TRUTH, &nested, "the body ends too early");
        unreadable(TRUTH, r#"{"success":false,"success":true}"#, body);
        let data = "data is not as described";
        unreadable(TRUTH, r#"{"success":true,"data":["a"]}"#, data);
        unreadable(TRUTH, r#"{"success":true,"data":{}}"#, data);
        unreadable(
            TRUTH,
            r#"{"success":true,"data":{"id":"a","id":"b"}}"#,
            data,
        );
        unreadable(
            TRUTH,
            r#"{"success":true,"data":{"id":"a","x":1,"x":2}}"#,
            data,
        );
        unreadable(FLAT, r#"{"code":0}"#, body);
    }

    #[test]
    fn without_an_envelope_the_status_decides() {
        check_refusals(&json(200, r#"{"id":"a"}"#), "ok a");
        let refusal = r#"{"code":"7","message":"no"}"#;
        check_refusals(&json(409, refusal), r#"refused 7 Some("no") Declined"#);
        check_refusals(&json(409, "{}"), "refused - None Unknown");
        for status in [302, 400, 500] {
            check_refusals(
                &json(status, refusal),
                &format!("unreadable http status {status}"),
            );
        }
        let html = answer(409, "text/html", "{}");
        check_refusals(&html, "unreadable the content type is not json");
        let unreadable = |status: u16, body: &str| {
            let found = told(REFUSALS.open(&json(status, body)), |order: Order| order.id);
            assert!(found.starts_with("unreadable the body "), "{found}");
        };
        unreadable(409, "[]");
        unreadable(409, r#"{"code":"#);
        unreadable(200, "{}");
        unreadable(200, r#"["a"]"#);
        unreadable(200, r#"{"id":"a","x":1,"x":2}"#);
        unreadable(200, r#"{"id":null}"#);
    }

    #[test]
    fn an_empty_reply_is_empty() {
        let check = |response: &Response, expect: &str| {
            let found = told(REFUSALS.empty(response), |()| "empty".to_owned());
            assert_eq!(found, expect);
        };
        check(&json(204, ""), "ok empty");
        check(&json(200, ""), "ok empty");
        let html = answer(200, "text/html", "<html>");
        check(&html, "unreadable a body where none is described");
        check(&json(302, ""), "unreadable http status 302");
        check(&json(404, ""), "unreadable http status 404");
        check(&json(409, r#"{"code":7}"#), "refused 7 None Declined");
        let none = told(Refusals::NONE.empty(&json(409, "{}")), |()| String::new());
        assert_eq!(none, "unreadable http status 409");
    }
}
