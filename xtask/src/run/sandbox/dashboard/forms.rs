//! Forms that are done once: each page has an id of its own, which its forms carry.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use payments_core::sandbox::Fields;
use payments_core::unguessable;

use super::html::{Html, Oops};

/// So many pages are remembered; the forms on older ones are not taken any more.
const PAGES: usize = 10_000;

/// The field that carries the id.
const FIELD: &str = "form";

/// The ids that were given out, and whether a form with it was taken.
#[derive(Debug, Default)]
pub(super) struct Forms(Mutex<VecDeque<(String, bool)>>);

/// The id of one page.
pub(super) struct FormId(String);

impl Forms {
    /// An id for the forms of one page.
    ///
    /// # Errors
    /// A system without a random source.
    pub(super) fn issue(&self) -> Result<FormId, Oops> {
        let id = unguessable()
            .map_err(|error| Oops::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= PAGES {
            known.pop_front();
        }
        known.push_back((id.clone(), false));
        Ok(FormId(id))
    }

    /// The fields of a form, which nobody else takes meanwhile, nor once it is done. `back` is where its
    /// page is.
    ///
    /// # Errors
    /// A form that was done before, or is of no page that is known: nobody else can make one.
    pub(super) fn take(&self, body: &[u8], back: &str) -> Result<Taken<'_>, Oops> {
        let fields = read(body, back)?;
        let id = fields.value(FIELD).unwrap_or_default();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.iter_mut().rev().find(|(known, _)| known == id) {
            Some((_, taken @ false)) => *taken = true,
            Some((_, true)) => {
                let text = "A form of this page was sent before, and what it asked for was done then. \
                            Nothing was done now: go on, and send it from there.";
                return Err(Oops::new(StatusCode::CONFLICT, text).back(back));
            }
            None => return Err(unknown(back)),
        }
        drop(known);
        Ok(Taken {
            forms: self,
            fields,
            is_done: false,
        })
    }

    fn give_back(&self, id: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, taken)) = known.iter_mut().rev().find(|(known, _)| known == id) {
            *taken = false;
        }
    }

    /// The fields of a form that changes nothing, and may be sent as often as anybody likes.
    ///
    /// # Errors
    /// A form of no page that is known.
    pub(super) fn look(&self, body: &[u8], back: &str) -> Result<Fields, Oops> {
        let fields = read(body, back)?;
        let id = fields.value(FIELD).unwrap_or_default();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.iter().any(|(known, _)| known == id) {
            return Err(unknown(back));
        }
        drop(known);
        Ok(fields)
    }
}

/// The fields of a form that is being done. Where it was refused, it can be corrected and sent again.
pub(super) struct Taken<'f> {
    forms: &'f Forms,
    fields: Fields,
    is_done: bool,
}

impl Taken<'_> {
    /// It is not taken again.
    pub(super) fn done(mut self) {
        self.is_done = true;
    }
}

impl Deref for Taken<'_> {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.fields
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            let id = self.fields.value(FIELD).unwrap_or_default();
            self.forms.give_back(id);
        }
    }
}

fn read(body: &[u8], back: &str) -> Result<Fields, Oops> {
    Fields::parse(body)
        .map_err(|error| Oops::new(StatusCode::BAD_REQUEST, error.to_string()).back(back))
}

fn unknown(back: &str) -> Oops {
    let text = "This form is of a page that is not known any more. Nothing was done.";
    Oops::new(StatusCode::FORBIDDEN, text).back(back)
}

/// A form with one button.
pub(super) struct Form {
    html: Html,
    button: String,
    id: String,
}

impl Form {
    /// Sends its fields to `path` together with the page's id. `id` tells its button from the others
    /// of the page.
    pub(super) fn new(path: &str, page: &FormId, id: &str, button: &str) -> Self {
        Self::of_class("", path, page, id, button)
    }

    /// The same, as wide as the page.
    pub(super) fn wide(path: &str, page: &FormId, id: &str, button: &str) -> Self {
        Self::of_class("wide", path, page, id, button)
    }

    fn of_class(class: &str, path: &str, page: &FormId, id: &str, button: &str) -> Self {
        let html = Html::raw("<form method=\"post\" class=\"")
            .text(class)
            .and("\" action=\"")
            .text(path)
            .and("\">\n")
            .hidden(FIELD, &page.0);
        Self {
            html,
            button: button.to_owned(),
            id: id.to_owned(),
        }
    }

    /// Adds a field that nobody sees.
    pub(super) fn hidden(mut self, name: &str, value: &str) -> Self {
        self.html = self.html.hidden(name, value);
        self
    }

    /// Adds a labelled field.
    pub(super) fn input(mut self, label: &str, name: &str, value: &str) -> Self {
        let id = format!("{}-{name}", self.id);
        self.html = self.html.input(&id, label, name, value);
        self
    }

    /// Adds a labelled text of several lines.
    pub(super) fn lines(mut self, label: &str, name: &str, value: &str) -> Self {
        let id = format!("{}-{name}", self.id);
        self.html = self
            .html
            .and("<label for=\"")
            .text(&id)
            .and("\">")
            .text(label)
            .and("</label>\n<textarea id=\"")
            .text(&id)
            .and("\" name=\"")
            .text(name)
            // A first line break is no part of the text.
            .and("\" rows=\"5\" spellcheck=\"false\">\n")
            .text(value)
            .and("</textarea>\n");
        self
    }

    /// Adds a labelled choice, of values that are read as they stand.
    pub(super) fn choice(mut self, label: &str, name: &str, values: &[&str], now: &str) -> Self {
        let id = format!("{}-{name}", self.id);
        let mut html = self
            .html
            .and("<label for=\"")
            .text(&id)
            .and("\">")
            .text(label)
            .and("</label>\n<select id=\"")
            .text(&id)
            .and("\" name=\"")
            .text(name)
            .and("\">\n");
        for value in values {
            let chosen = if *value == now { " selected" } else { "" };
            html = html
                .and("<option")
                .and(chosen)
                .and(">")
                .text(value)
                .and("</option>\n");
        }
        self.html = html.and("</select>\n");
        self
    }

    /// The form with its button.
    pub(super) fn html(self) -> Html {
        let Self { html, button, id } = self;
        html.and("<button type=\"submit\" id=\"")
            .text(&id)
            .and("\">")
            .text(&button)
            .and("</button>\n</form>\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_done_once_and_only_from_a_page() {
        let forms = Forms::default();
        let FormId(id) = forms.issue().unwrap();
        let body = format!("form={id}&action=pay");
        let fields = forms.take(body.as_bytes(), "/").unwrap();
        assert_eq!(fields.value("action"), Some("pay"));
        assert!(forms.look(body.as_bytes(), "/").is_ok());
        assert!(forms.take(body.as_bytes(), "/").is_err());
        // Refused, it comes again; done, it does not.
        drop(fields);
        forms.take(body.as_bytes(), "/").unwrap().done();
        assert!(forms.take(body.as_bytes(), "/").is_err());
        for foreign in ["", "form=", "form=x&action=pay", "form=%zz"] {
            assert!(forms.take(foreign.as_bytes(), "/").is_err(), "{foreign}");
            assert!(forms.look(foreign.as_bytes(), "/").is_err(), "{foreign}");
        }
    }

    #[test]
    fn old_pages_are_forgotten() {
        let forms = Forms::default();
        let FormId(id) = forms.issue().unwrap();
        for _ in 0..PAGES {
            forms.issue().unwrap();
        }
        assert!(forms.take(format!("form={id}").as_bytes(), "/").is_err());
    }
}
