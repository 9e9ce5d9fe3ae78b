//! The dashboard's pages as text: everything that is not written here is escaped.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use payments_core::html::escape;

/// Markup. What goes in by [`Html::text`] cannot become markup.
#[derive(Clone, Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Nothing.
    pub(super) const fn new() -> Self {
        Self(String::new())
    }

    /// As it is sent.
    #[cfg(test)]
    pub(super) fn into_text(self) -> String {
        self.0
    }

    /// Markup that is written in this program.
    pub(super) fn raw(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// Adds markup that is written in this program.
    pub(super) fn and(mut self, markup: &'static str) -> Self {
        self.0.push_str(markup);
        self
    }

    /// Adds a text, in an element or in a quoted attribute.
    pub(super) fn text(mut self, text: &str) -> Self {
        self.0.push_str(&escape(text));
        self
    }

    /// Adds markup.
    pub(super) fn add(mut self, html: &Self) -> Self {
        self.0.push_str(&html.0);
        self
    }

    /// Adds names and values.
    pub(super) fn facts<'a>(self, facts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let facts = facts
            .into_iter()
            .fold(self.and("<dl>\n"), |html, (name, value)| {
                html.and("<dt>")
                    .text(name)
                    .and("</dt><dd>")
                    .text(value)
                    .and("</dd>\n")
            });
        facts.and("</dl>\n")
    }

    /// Adds a heading of the second order.
    pub(super) fn heading(self, text: &str) -> Self {
        self.and("<h2>").text(text).and("</h2>\n")
    }

    /// Adds a labelled field with a value.
    pub(super) fn input(self, id: &str, label: &str, name: &str, value: &str) -> Self {
        self.and("<label for=\"")
            .text(id)
            .and("\">")
            .text(label)
            .and("</label>\n<input id=\"")
            .text(id)
            .and("\" name=\"")
            .text(name)
            .and("\" value=\"")
            .text(value)
            .and("\" autocomplete=\"off\" spellcheck=\"false\">\n")
    }

    /// Adds a field that nobody sees.
    pub(super) fn hidden(self, name: &str, value: &str) -> Self {
        self.and("<input type=\"hidden\" name=\"")
            .text(name)
            .and("\" value=\"")
            .text(value)
            .and("\">\n")
    }
}

/// A whole page. What is in `live` is renewed while it is looked at.
pub(super) struct Page {
    pub(super) title: String,
    pub(super) navigation: Html,
    /// What was just done.
    pub(super) notice: Option<String>,
    /// Which version the content is of, if it is renewed when anything changes: read before the content
    /// was, so that no change comes between.
    pub(super) live: Option<u64>,
    pub(super) content: Html,
}

impl Page {
    /// The page as an answer.
    pub(super) fn answer(self, status: StatusCode) -> Response {
        let Self {
            title,
            navigation,
            notice,
            live,
            content,
        } = self;
        let html = Html::raw(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
        )
        .text(&title)
        .and(" (sandbox)</title>\n<link rel=\"stylesheet\" href=\"/style.css\">\n")
        .and(if live.is_some() {
            "<script src=\"/live.js\" defer></script>\n"
        } else {
            ""
        })
        .and(
            "</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the content</a>\n\
             <p class=\"sandbox\">This is a sandbox. No money moves.</p>\n",
        )
        .add(&navigation)
        .and("<main id=\"main\">\n<h1>")
        .text(&title)
        .and("</h1>\n<p role=\"status\" class=\"notice\">")
        .text(notice.as_deref().unwrap_or_default())
        .and("</p>\n")
        .add(&match live {
            Some(version) => Html::raw("<div id=\"live\" data-version=\"")
                .text(&version.to_string())
                .and("\">\n"),
            None => Html::raw("<div>\n"),
        })
        .add(&content)
        .and("</div>\n</main>\n</body>\n</html>\n");
        let mut response = (status, html.0).into_response();
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            headers.insert(name, axum::http::HeaderValue::from_static(value));
        }
        response
    }
}

/// No other script, no other origin, in no frame, and kept nowhere.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::CONTENT_TYPE, "text/html; charset=utf-8"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    // `no-referrer` would take the `Origin` from the dashboard's own forms.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-store"),
];

/// What went wrong, as a page that says so.
#[derive(Debug)]
pub(super) struct Oops {
    status: StatusCode,
    text: String,
    /// Where to go on.
    back: String,
}

impl Oops {
    pub(super) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
            back: "/".to_owned(),
        }
    }

    pub(super) fn not_found(text: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, text)
    }

    /// Goes on there instead of at the list.
    pub(super) fn back(mut self, path: &str) -> Self {
        path.clone_into(&mut self.back);
        self
    }
}

impl IntoResponse for Oops {
    fn into_response(self) -> Response {
        let Self { status, text, back } = self;
        let content = Html::raw("<p>")
            .text(&text)
            .and("</p>\n<p><a href=\"")
            .text(&back)
            .and("\">Go on</a></p>\n");
        let title = status.canonical_reason().unwrap_or("That did not work");
        Page {
            title: title.to_owned(),
            navigation: Html::new(),
            notice: None,
            live: None,
            content,
        }
        .answer(status)
    }
}

const STYLE: &str = include_str!("dashboard.css");

pub(super) async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (headers, STYLE).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        let nasty = "\"'><script>alert(1)</script>";
        let html = Html::new()
            .text(nasty)
            .facts([(nasty, nasty)])
            .heading(nasty)
            .input(nasty, nasty, nasty, nasty)
            .hidden(nasty, nasty);
        assert!(!html.0.contains("<script"), "{}", html.0);
        assert!(!html.0.contains("\"'>"), "{}", html.0);
        assert_eq!(html.0.matches("&lt;script&gt;").count(), 11);
    }
}
