//! The wrapper that a provider puts around every answer, and what it says of success.

use serde::de::DeserializeOwned;

use crate::error::Meaning;
use crate::exchange::Response;
use crate::json::{Object, strict};
use crate::outgoing::call::Fault;

#[cfg(test)]
mod agreement;
mod at_once;
mod verdict;

pub use verdict::{Success, Verdict};
use verdict::{missing, refused};

/// The wrapper: its verdict, and where the message is.
#[derive(Clone, Copy, Debug)]
pub struct Envelope {
    /// What the wrapper itself says.
    pub verdict: Verdict,
    /// A second verdict inside the data, where the first only says that the request was taken.
    pub inner: Option<Verdict>,
    /// The field of the message; the whole object where there is none.
    pub data: Option<&'static str>,
    /// Whether a refusal is read beside a 5xx too: the provider answers so, and not only whoever
    /// stands between.
    pub any_status: bool,
    /// Whether a code that means "declined", and is an answer ([`Success::Except`]), is read beside a 4xx
    /// too: what was asked about failed, and the question did not.
    pub failed_beside_4xx: bool,
}

/// How a provider refuses that has no envelope: by these statuses, with an object that says why.
#[derive(Clone, Copy, Debug)]
pub struct Refusals {
    /// The statuses that are refusals, where the body is a JSON object.
    pub statuses: &'static [u16],
    /// The field of the code.
    pub code: Option<&'static str>,
    /// The fields of the text for people: the first that holds one.
    pub message: &'static [&'static str],
    /// What a code means; a missing one is asked for as the empty text.
    pub meaning: fn(&str) -> Meaning,
}

impl Envelope {
    /// Opens the envelope: a success is HTTP 2xx **and** the success value **and** a message with
    /// everything that the description requires. A failure that is an answer
    /// ([`Envelope::failed_beside_4xx`]) may also stand beside a 4xx.
    ///
    /// # Errors
    /// [`Fault::Refused`] if the envelope itself, or the verdict within, says no, on any status but
    /// 3xx and, without [`Envelope::any_status`], 5xx; [`Fault::Unreadable`] for everything that is
    /// not as described.
    pub fn open<T: DeserializeOwned>(&self, response: &Response) -> Result<T, Fault> {
        let status = response.status();
        let closed = status.is_server_error() && !self.any_status;
        if status.is_redirection() || status.is_informational() || closed {
            return Err(of_status(response));
        }
        match self.at_once(response) {
            Some(message) => Ok(message),
            None => self.in_two_passes(response),
        }
    }

    /// Any answer: the wrapper first, then what is in it.
    fn in_two_passes<T: DeserializeOwned>(&self, response: &Response) -> Result<T, Fault> {
        let status = response.status();
        let whole = object(response)?;
        self.verdict.check(&whole, response)?;
        let failed =
            self.failed_beside_4xx && status.is_client_error() && self.verdict.says_failed(&whole);
        if !status.is_success() && !failed {
            return Err(Fault::unreadable(format!(
                "http status {} beside a success",
                status.as_u16()
            )));
        }
        let (name, data) = match self.data {
            Some(name) => match whole.get(name) {
                Some(data) => (name, data.get()),
                // Where nothing of it is needed, nothing is missing.
                None if self.inner.is_none() => return strict("{}").map_err(|_| missing(name)),
                None => return Err(missing(name)),
            },
            None => ("the body", whole_text(response)?),
        };
        if let Some(inner) = &self.inner {
            let within = Object::parse(data.as_bytes())
                .map_err(|error| Fault::unreadable(describe(name, &error)))?;
            inner.check(&within, response)?;
        }
        message(name, data)
    }

    /// A success as most are, read in one pass. Nothing where [`Envelope::open`] has to look again.
    fn at_once<T: DeserializeOwned>(&self, response: &Response) -> Option<T> {
        let (Success::Equals(value), Some(data), None) =
            (&self.verdict.success, self.data, &self.inner)
        else {
            return None;
        };
        if !response.status().is_success() || !response.is_json() {
            return None;
        }
        let text = std::str::from_utf8(response.body()).ok()?;
        at_once::message(text, (self.verdict.field, value), data)
    }
}

impl Refusals {
    /// No status is a refusal: whatever is not a success is not as described.
    pub const NONE: Self = Self {
        statuses: &[],
        code: None,
        message: &[],
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

fn object(response: &Response) -> Result<Object<'_>, Fault> {
    if !response.is_json() {
        return Err(Fault::unreadable("the content type is not json"));
    }
    Object::parse(response.body()).map_err(|error| Fault::unreadable(describe("the body", &error)))
}

fn message<T: DeserializeOwned>(name: &str, json: &str) -> Result<T, Fault> {
    strict(json).map_err(|error| Fault::unreadable(describe(name, &error)))
}

fn of_status(response: &Response) -> Fault {
    Fault::unreadable(format!("http status {}", response.status().as_u16()))
}

fn whole_text(response: &Response) -> Result<&str, Fault> {
    std::str::from_utf8(response.body()).map_err(|_| Fault::unreadable("the body is not utf-8"))
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

    const VERDICT: Verdict = Verdict {
        field: "success",
        success: Success::Equals("true"),
        code: Some("code"),
        message: &["message", "reason"],
        meaning: |code| match code {
            "7" => Meaning::Declined,
            _ => Meaning::Unknown,
        },
    };
    const TRUTH: Envelope = Envelope {
        verdict: VERDICT,
        inner: None,
        data: Some("data"),
        any_status: false,
        failed_beside_4xx: false,
    };
    const TEXT: Envelope = Envelope {
        verdict: Verdict {
            field: "code",
            success: Success::Equals("\"OK\""),
            ..VERDICT
        },
        ..TRUTH
    };
    const FLAT: Envelope = Envelope {
        verdict: Verdict {
            field: "code",
            success: Success::Equals("0"),
            ..VERDICT
        },
        data: None,
        ..TRUTH
    };
    const REFUSALS: Refusals = Refusals {
        statuses: &[409],
        code: Some("code"),
        message: VERDICT.message,
        meaning: VERDICT.meaning,
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
            &json(201, r#"{"code":" o\u004b ","data":{"id":"a"}}"#),
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
    fn data_of_which_nothing_is_needed_may_be_missing() {
        #[derive(serde::Deserialize)]
        struct Note {
            note: Option<String>,
        }
        for body in [r#"{"success":true}"#, r#"{"success":true,"data":null}"#] {
            let found = TRUTH.open::<Note>(&json(200, body));
            assert!(found.is_ok_and(|found| found.note.is_none()), "{body}");
            check(TRUTH, &json(200, body), "unreadable `data` is missing");
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
    fn codes_are_trimmed_and_the_first_text_is_told() {
        let body = r#"{"success":false,"code":" 7 ","message":" ","reason":" no "}"#;
        check(
            TRUTH,
            &json(200, body),
            r#"refused 7 Some(" no ") Declined"#,
        );
        let body = r#"{"success":false,"code":" ","message":"no","reason":"yes"}"#;
        check(TRUTH, &json(200, body), r#"refused - Some("no") Unknown"#);
        let declined = Envelope {
            verdict: Verdict {
                meaning: |_| Meaning::Declined,
                ..VERDICT
            },
            ..TRUTH
        };
        let bare = json(200, r#"{"success":false}"#);
        check(declined, &bare, "refused - None Declined");
    }

    #[test]
    fn all_but_some_values_are_a_success() {
        let except = |values: &'static [&'static str]| Envelope {
            verdict: Verdict {
                success: Success::Except(values),
                ..FLAT.verdict
            },
            ..FLAT
        };
        let numbers = except(&["7", "10"]);
        let body = |code: &str| json(200, &format!(r#"{{"code":{code},"id":"a"}}"#));
        check(numbers, &body("0"), "ok a");
        check(numbers, &body("9000"), "ok a");
        check(numbers, &body("7"), "refused 7 None Declined");
        check(numbers, &body("10"), "refused 10 None Unknown");
        check(numbers, &body(r#""0""#), "ok a");
        check(numbers, &body(r#""7""#), "refused 7 None Declined");
        let kind = "unreadable `code` is of another kind";
        for code in [
            r#""a""#,
            r#""7.0""#,
            "true",
            "7.0",
            "0.5",
            "99999999999999999999",
            "[7]",
        ] {
            check(numbers, &body(code), kind);
        }
        check(numbers, &body("null"), "unreadable `code` is missing");
        // What failed is told beside a 4xx too where the description says so; nothing else is.
        let failed = Envelope {
            verdict: Verdict {
                meaning: |code| match code {
                    "0" => Meaning::Done,
                    "7000" => Meaning::Pending,
                    "1006" => Meaning::Declined,
                    _ => Meaning::Unknown,
                },
                ..numbers.verdict
            },
            failed_beside_4xx: true,
            ..numbers
        };
        let only_2xx = Envelope {
            failed_beside_4xx: false,
            ..failed
        };
        let read = |envelope, status, code: &str, expect: &str| {
            let body = format!(r#"{{"code":{code},"id":"a"}}"#);
            check(envelope, &json(status, &body), expect);
        };
        let beside = "unreadable http status 400 beside a success";
        for code in ["0", r#""0""#, "7000", "43"] {
            read(failed, 400, code, beside);
        }
        read(failed, 422, r#""1006""#, "ok a");
        read(failed, 500, "1006", "unreadable http status 500");
        read(only_2xx, 400, "1006", beside);
        let texts = except(&[r#""EX""#]);
        check(texts, &body(r#""ok""#), "ok a");
        check(texts, &body(r#"" ex ""#), "refused ex None Unknown");
        check(texts, &body(r#"" ""#), "unreadable `code` is empty");
        check(texts, &body("0"), kind);
    }

    #[test]
    fn a_second_verdict_is_within() {
        let twice = Envelope {
            verdict: TEXT.verdict,
            inner: Some(Verdict {
                field: "paid",
                code: Some("bank"),
                message: &["said"],
                ..VERDICT
            }),
            ..TRUTH
        };
        let body = |data: &str| json(200, &format!(r#"{{"code":"OK","data":{data}}}"#));
        check(twice, &body(r#"{"paid":true,"id":"a"}"#), "ok a");
        let no = r#"{"paid":false,"bank":"7","said":"no","id":"a"}"#;
        check(twice, &body(no), r#"refused 7 Some("no") Declined"#);
        let outer = json(200, r#"{"code":"7","data":{"paid":true,"id":"a"}}"#);
        check(twice, &outer, "refused 7 None Declined");
        let kind = "unreadable `paid` is of another kind";
        check(twice, &body(r#"{"paid":"true","id":"a"}"#), kind);
        let missing = "unreadable `paid` is missing";
        check(twice, &body(r#"{"id":"a"}"#), missing);
        check(twice, &body("null"), "unreadable `data` is missing");
        let beside = json(402, r#"{"code":"OK","data":{"paid":false,"id":"a"}}"#);
        check(
            twice,
            &beside,
            "unreadable http status 402 beside a success",
        );
        let found = told(twice.open(&body("[]")), |order: Order| order.id);
        assert!(
            found.starts_with("unreadable data is not as described"),
            "{found}"
        );
    }

    #[test]
    fn a_refusal_is_read_beside_any_error_where_the_description_says_so() {
        let any = Envelope {
            any_status: true,
            ..TRUTH
        };
        let refusal = r#"{"success":false,"code":7}"#;
        for status in [200, 400, 422, 500, 503] {
            check(any, &json(status, refusal), "refused 7 None Declined");
        }
        for status in [100, 302] {
            let expect = format!("unreadable http status {status}");
            check(any, &json(status, refusal), &expect);
        }
        let success = r#"{"success":true,"data":{"id":"a"}}"#;
        check(any, &json(200, success), "ok a");
        for status in [400, 500] {
            let expect = format!("unreadable http status {status} beside a success");
            check(any, &json(status, success), &expect);
        }
        let html = answer(502, "text/html", "<html>");
        check(any, &html, "unreadable the content type is not json");
        check(any, &json(500, "{}"), "unreadable `success` is missing");
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
        for verdict in [r#""""#, "0.0", "0e0", "false", "99999999999999999999"] {
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
