//! The pages that a buyer sees: plain HTML, no script but the one allowed, nothing from elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::message::Reply;
use crate::html::escape;

/// Read on a phone first: large targets, one column, contrast in a light and in a dark scheme. Text
/// fields of 16 pixels and more are not zoomed into.
const STYLE: &str = include_str!("page.css");

/// A page. Every value is escaped, and every page says that it is a sandbox.
///
/// ```
/// use payments_core::sandbox::{Form, Page};
///
/// let page = Page::new("en", "Pay for A&B")
///     .facts(&[("Amount", "100.00")])
///     .form(Form::post("/pay/1", "Pay").hidden("choice", "pay"))
///     .reply(200);
/// let html = String::from_utf8_lossy(page.bytes());
/// assert!(html.contains("<h1>Pay for A&amp;B</h1>"));
/// assert!(html.contains("sandbox"));
/// ```
#[derive(Clone, Debug)]
pub struct Page {
    lang: String,
    title: String,
    main: String,
    head: String,
    /// What the content security policy says of scripts.
    script: String,
}

impl Page {
    /// An empty page in the language `lang` (`en`, `tr`, …).
    #[must_use]
    pub fn new(lang: &str, title: &str) -> Self {
        Self {
            lang: escape(lang),
            title: escape(title),
            main: String::new(),
            head: String::new(),
            script: String::new(),
        }
    }

    /// Adds a paragraph.
    #[must_use]
    pub fn paragraph(mut self, text: &str) -> Self {
        self.main.push_str(&format!("<p>{}</p>\n", escape(text)));
        self
    }

    /// Adds what is to be paid, the largest text of the page.
    #[must_use]
    pub fn amount(mut self, name: &str, amount: &str) -> Self {
        let (name, amount) = (escape(name), escape(amount));
        self.main.push_str(&format!(
            "<p class=\"amount\"><span>{name}</span> <strong>{amount}</strong></p>\n"
        ));
        self
    }

    /// Adds how things stand, which a screen reader tells.
    #[must_use]
    pub fn status(mut self, text: &str) -> Self {
        let text = escape(text);
        self.main
            .push_str(&format!("<p class=\"status\" role=\"status\">{text}</p>\n"));
        self
    }

    /// Adds what went wrong, which a screen reader tells at once.
    #[must_use]
    pub fn alert(mut self, text: &str) -> Self {
        let text = escape(text);
        self.main
            .push_str(&format!("<p class=\"alert\" role=\"alert\">{text}</p>\n"));
        self
    }

    /// Adds what to do, in order.
    #[must_use]
    pub fn steps(mut self, steps: &[&str]) -> Self {
        let steps = steps
            .iter()
            .map(|step| format!("<li>{}</li>\n", escape(step)));
        let steps: String = steps.collect();
        self.main.push_str(&format!("<ol>\n{steps}</ol>\n"));
        self
    }

    /// Loads the page again after so many seconds, without a script: for what happens elsewhere.
    #[must_use]
    pub fn reload_after(mut self, seconds: u8) -> Self {
        self.head = format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">\n");
        self
    }

    /// Adds forms that no real page has, folded up under a title.
    #[must_use]
    pub fn aside(mut self, title: &str, forms: impl IntoIterator<Item = Form>) -> Self {
        let title = escape(title);
        let forms: String = forms.into_iter().map(Form::html).collect();
        self.main.push_str(&format!(
            "<details>\n<summary>{title}</summary>\n{forms}</details>\n"
        ));
        self
    }

    /// Adds names and values.
    #[must_use]
    pub fn facts(mut self, facts: &[(&str, &str)]) -> Self {
        self.main.push_str("<dl>\n");
        for (name, value) in facts {
            let (name, value) = (escape(name), escape(value));
            self.main
                .push_str(&format!("<div><dt>{name}</dt><dd>{value}</dd></div>\n"));
        }
        self.main.push_str("</dl>\n");
        self
    }

    /// Adds a form.
    #[must_use]
    pub fn form(mut self, form: Form) -> Self {
        self.main.push_str(&form.html());
        self
    }

    /// Adds a link; only its text where the target is a script or a page of its own, which no provider
    /// would send a browser to.
    #[must_use]
    pub fn link(mut self, target: &str, text: &str) -> Self {
        let goes_nowhere = runs_something(target);
        let (target, text) = (escape(target), escape(text));
        if goes_nowhere {
            self.main.push_str(&format!("<p>{text}</p>\n"));
            return self;
        }
        self.main.push_str(&format!(
            "<p><a href=\"{target}\" rel=\"noreferrer\">{text}</a></p>\n"
        ));
        self
    }

    /// Adds the one script that the page may run, the last one added. It finds `values` in its
    /// `document.currentScript.dataset`, so that nothing is written into its text.
    #[must_use]
    pub fn script(mut self, source: &'static str, values: &[(&str, &str)]) -> Self {
        let digest = STANDARD.encode(Sha256::digest(source));
        self.script = format!("; script-src 'sha256-{digest}'");
        self.main.push_str("<script");
        for (name, value) in values {
            let (name, value) = (escape(name), escape(value));
            self.main.push_str(&format!(" data-{name}=\"{value}\""));
        }
        self.main.push_str(&format!(">{source}</script>\n"));
        self
    }

    /// The page as an answer, with headers that forbid other scripts and keeping it.
    #[must_use]
    pub fn reply(self, status: u16) -> Reply {
        let Self {
            lang,
            title,
            main,
            head,
            script,
        } = self;
        let html = format!(
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             {head}<title>{title} (sandbox)</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <p class=\"sandbox\" lang=\"en\">This is a sandbox. No money moves.</p>\n\
             <main>\n<h1>{title}</h1>\n{main}</main>\n</body>\n</html>\n"
        );
        Reply::html(status, html)
            .header(
                "content-security-policy",
                &format!("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'{script}"),
            )
            .header("referrer-policy", "no-referrer")
            .header("x-content-type-options", "nosniff")
            .header("cache-control", "no-store")
    }
}

/// A form on a [`Page`], sent by POST.
#[derive(Clone, Debug)]
pub struct Form {
    action: String,
    target: String,
    button: String,
    class: &'static str,
    inputs: String,
}

impl Form {
    /// A form with one button.
    #[must_use]
    pub fn post(action: &str, button: &str) -> Self {
        Self {
            action: escape(action),
            target: String::new(),
            button: escape(button),
            class: "first",
            inputs: String::new(),
        }
    }

    /// Where the answer is shown: `_top` replaces the page around a frame.
    #[must_use]
    pub fn target(mut self, target: &str) -> Self {
        self.target = format!(" target=\"{}\"", escape(target));
        self
    }

    /// Adds a field that the buyer does not see.
    #[must_use]
    pub fn hidden(mut self, name: &str, value: &str) -> Self {
        let (name, value) = (escape(name), escape(value));
        self.inputs.push_str(&format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">\n"
        ));
        self
    }

    /// A button that is not the one most people press.
    #[must_use]
    pub fn second(mut self) -> Self {
        self.class = "second";
        self
    }

    /// Adds a labelled field.
    #[must_use]
    pub fn input(self, label: &str, name: &str, value: &str) -> Self {
        self.labelled(label, name, value, "")
    }

    /// Adds a labelled field that must be filled in with digits, which a phone has a keyboard for.
    #[must_use]
    pub fn digits(self, label: &str, name: &str, value: &str) -> Self {
        self.labelled(label, name, value, " inputmode=\"numeric\" required")
    }

    /// Adds a labelled field for a phone number.
    #[must_use]
    pub fn phone(self, label: &str, name: &str, value: &str) -> Self {
        self.labelled(label, name, value, " type=\"tel\" required")
    }

    /// Adds a box to tick; its value is sent only then.
    #[must_use]
    pub fn tick(mut self, label: &str, name: &str, value: &str) -> Self {
        let (label, name, value) = (escape(label), escape(name), escape(value));
        self.inputs.push_str(&format!(
            "<label class=\"tick\"><input type=\"checkbox\" name=\"{name}\" value=\"{value}\"> {label}</label>\n"
        ));
        self
    }

    /// Nothing is filled in by the browser: what it remembers is real.
    fn labelled(mut self, label: &str, name: &str, value: &str, more: &str) -> Self {
        let (label, name, value) = (escape(label), escape(name), escape(value));
        self.inputs.push_str(&format!(
            "<label>{label}\n<input name=\"{name}\" value=\"{value}\" autocomplete=\"off\"{more}></label>\n"
        ));
        self
    }

    fn html(self) -> String {
        let Self {
            action,
            target,
            button,
            class,
            inputs,
        } = self;
        format!(
            "<form method=\"post\" action=\"{action}\"{target}>\n{inputs}\
             <button type=\"submit\" class=\"{class}\">{button}</button>\n</form>\n"
        )
    }
}

/// Whether the address has a scheme that browsers execute or write out, however it is spelt: they leave out
/// blanks and control characters.
fn runs_something(target: &str) -> bool {
    let scheme = target.split(':').next().unwrap_or_default();
    let seen = scheme
        .chars()
        .filter(|letter| !letter.is_whitespace() && !letter.is_control());
    let scheme = seen.collect::<String>().to_ascii_lowercase();
    matches!(&*scheme, "javascript" | "vbscript" | "data" | "blob")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_gets_out_of_its_place() {
        let nasty = "\"'><script>alert(1)</script>&";
        let reply = Page::new(nasty, nasty)
            .paragraph(nasty)
            .facts(&[(nasty, nasty)])
            .link(nasty, nasty)
            .amount(nasty, nasty)
            .status(nasty)
            .alert(nasty)
            .steps(&[nasty])
            .aside(nasty, [Form::post(nasty, nasty).tick(nasty, nasty, nasty)])
            .form(
                Form::post(nasty, nasty)
                    .target(nasty)
                    .hidden(nasty, nasty)
                    .digits(nasty, nasty, nasty)
                    .phone(nasty, nasty, nasty)
                    .input(nasty, nasty, nasty),
            )
            .reply(200);
        let html = String::from_utf8(reply.bytes().to_vec()).unwrap();
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains(nasty), "{html}");
        assert_eq!(html.matches("&quot;&#39;&gt;&lt;script&gt;").count(), 33);
    }

    /// The digest is by `printf %s 'go()' | openssl dgst -sha256 -binary | base64`.
    #[test]
    fn runs_one_script_and_no_other() {
        let nasty = "\"><script>alert(1)</script>";
        let reply = Page::new("en", "On")
            .script("go()", &[("next", nasty)])
            .reply(200);
        let html = String::from_utf8(reply.bytes().to_vec()).unwrap();
        assert_eq!(html.matches("<script").count(), 1, "{html}");
        assert!(html.contains(">go()</script>"), "{html}");
        let policy = reply.header_value("content-security-policy").unwrap();
        assert!(
            policy.ends_with("; script-src 'sha256-5KYv+PUboo5h+0+YAtGRPbwv5d/QxzHslP4YGnUaxRw='"),
            "{policy}"
        );
        let silent = Page::new("en", "On").reply(200);
        let policy = silent.header_value("content-security-policy").unwrap();
        assert!(!policy.contains("script-src"), "{policy}");
    }

    #[test]
    fn a_field_has_its_label_and_its_keyboard() {
        let form = Form::post("/", "Pay").second().digits("Code", "code", "");
        let reply = Page::new("en", "Pay").form(form).reply(200);
        let html = String::from_utf8(reply.bytes().to_vec()).unwrap();
        let field = "<label>Code\n<input name=\"code\" value=\"\" autocomplete=\"off\" \
                     inputmode=\"numeric\" required></label>";
        assert!(html.contains(field), "{html}");
        assert!(html.contains("class=\"second\">Pay</button>"), "{html}");
    }

    #[test]
    fn loads_itself_again_where_it_says_so() {
        let refresh = |page: Page| {
            let html = page.reply(200).bytes().to_vec();
            String::from_utf8(html)
                .unwrap()
                .contains("http-equiv=\"refresh\" content=\"2\"")
        };
        assert!(refresh(Page::new("en", "On").reload_after(2)));
        assert!(!refresh(Page::new("en", "On")));
    }

    #[test]
    fn a_link_runs_nothing() {
        let shown = |page: Page| String::from_utf8_lossy(page.reply(200).bytes()).into_owned();
        for bad in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\nscript://x/%0aalert(1)",
            "data:text/html,x",
        ] {
            let html = shown(Page::new("p", "t").link(bad, "Back"));
            assert!(
                html.contains("<p>Back</p>") && !html.contains("href=\"j"),
                "{html}"
            );
        }
        let page = Page::new("p", "t");
        let html = shown(page.link("https://shop.example/?javascript:", "Back"));
        assert!(html.contains("<a href=\"https://shop.example/"), "{html}");
    }

    #[test]
    fn nothing_is_from_elsewhere() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains('<'));
    }

    #[test]
    fn says_what_it_is() {
        let reply = Page::new("tr", "Ödeme").reply(404);
        let html = String::from_utf8(reply.bytes().to_vec()).unwrap();
        assert_eq!(reply.status(), 404);
        assert!(html.contains("<html lang=\"tr\">"));
        assert!(html.contains("This is a sandbox"));
        assert!(reply.header_value("content-security-policy").is_some());
    }
}
