//! Forms, queries and JSON from the fields of a request.

use http::HeaderName;

use crate::error::Misuse;
use crate::exchange::{Body, Request};
use crate::json::Object;
use crate::signing::Place;
use crate::wire::text::{Form, Json, form, json, percent_encoded};
use crate::wire::{Fields, Wire};

impl Request {
    /// The same request with the message as a form body.
    #[must_use]
    pub fn form(self, message: &dyn Wire) -> Self {
        self.with_body(Body::Form(form(message)))
    }

    /// The same request with the message as a JSON body.
    #[must_use]
    pub fn json(self, message: &dyn Wire) -> Self {
        self.with_body(Body::Json(json(message)))
    }

    /// The same request with a JSON body that is an object with the message under `name`.
    #[must_use]
    pub fn json_in(self, name: &str, message: &dyn Wire) -> Self {
        self.json(&Wrapped { name, message })
    }

    /// Puts a signature where the description has it.
    ///
    /// # Errors
    /// [`Misuse`] if there is something in its place already.
    pub fn carry_signature(&mut self, place: Place, text: &str) -> Result<(), Misuse> {
        match place {
            Place::Header(name) => {
                let header = HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| Misuse::new(name, "is no header"))?;
                self.set_header(header, text, true)
            }
            Place::Field(name) => self.add_field(name, text),
        }
    }

    /// Adds a text field at the end of the body, or of the query where there is no body.
    ///
    /// # Errors
    /// [`Misuse`] if there is one of that name.
    pub fn add_field(&mut self, name: &str, value: &str) -> Result<(), Misuse> {
        let mut body = self.body().clone();
        match &mut body {
            Body::Form(form) => append_form_field(form, name, value)?,
            Body::Json(json) => insert_json_field(json, name, value)?,
            Body::Empty => {
                let mut query = self.query().to_owned();
                append_form_field(&mut query, name, value)?;
                *self = self.clone().with_query(query);
                return Ok(());
            }
        }
        *self = self.clone().with_body(body);
        Ok(())
    }

    /// The same request with an empty text for `name`, where the body has no such field: for providers
    /// that sign as empty what is not given.
    #[must_use]
    pub fn or_empty(mut self, name: &str) -> Self {
        // Refused where the field is there, and then it stays as it is.
        let _ = self.add_field(name, "");
        self
    }

    /// Puts a message under `name`, before the other fields of a JSON body: for providers that have
    /// what authorizes a request in its body.
    ///
    /// # Errors
    /// [`Misuse`] if there is a field of that name, and for a body that is no JSON object.
    pub fn put_first(&mut self, name: &str, message: &dyn Wire) -> Result<(), Misuse> {
        let Body::Json(body) = self.body() else {
            return Err(no_object(name));
        };
        let object = parse_for(name, body)?;
        let mut out = Json(String::with_capacity(body.len().saturating_add(256)));
        out.0.push('{');
        out.object(name, message);
        if object.iter().next().is_some() {
            out.0.push(',');
        }
        let rest = body.trim_start().strip_prefix('{');
        out.0.push_str(rest.ok_or_else(|| no_object(name))?);
        let body = Body::Json(out.0);
        *self = self.clone().with_body(body);
        Ok(())
    }

    /// The same request with the message in the query.
    #[must_use]
    pub fn query_of(self, message: &dyn Wire) -> Self {
        self.with_query(form(message))
    }
}

/// The path with each `{name}` replaced by its value, as one segment.
///
/// ```
/// use payments_core::call::fill_path;
///
/// assert_eq!(fill_path("/orders/{id}", &[("id", "a/1")])?, "/orders/a%2F1");
/// assert!(fill_path("/orders/{id}", &[("id", "..")]).is_err());
/// # Ok::<(), payments_core::error::Misuse>(())
/// ```
///
/// # Errors
/// [`Misuse`] naming the value that is empty, `.` or `..`, which would make it another path, or
/// that has no place in it; or the path, if a place is left.
pub fn fill_path(template: &str, values: &[(&str, &str)]) -> Result<String, Misuse> {
    let mut path = template.to_owned();
    for (name, value) in values {
        if matches!(*value, "" | "." | "..") {
            let problem = "must not be empty, `.` or `..`: it goes into the path";
            return Err(Misuse::new((*name).to_owned(), problem));
        }
        let place = format!("{{{name}}}");
        if !path.contains(&place) {
            return Err(Misuse::new((*name).to_owned(), "has no place in the path"));
        }
        // Braces are escaped in values, so that none is taken for a place.
        let segment = percent_encoded(value);
        path = path.replace(&place, &segment);
    }
    if path.contains(['{', '}']) {
        return Err(Misuse::new(template.to_owned(), "lacks a value"));
    }
    Ok(path)
}

struct Wrapped<'a> {
    name: &'a str,
    message: &'a dyn Wire,
}

impl Wire for Wrapped<'_> {
    fn visit(&self, out: &mut dyn Fields) {
        let Self { name, message } = self;
        out.object(name, *message);
    }
}

/// Appends a field to an encoded form.
///
/// # Errors
/// [`Misuse`] if the form has the field already.
pub fn append_form_field(form: &mut String, name: &str, value: &str) -> Result<(), Misuse> {
    if form_urlencoded::parse(form.as_bytes()).any(|(known, _)| known == name) {
        return Err(duplicate(name));
    }
    let mut out = Form(std::mem::take(form));
    out.text(name, value);
    *form = out.0;
    Ok(())
}

/// Adds a text field at the end of an encoded JSON object.
///
/// # Errors
/// [`Misuse`] if the object has the field already, or if it is no object.
pub fn insert_json_field(json: &mut String, name: &str, value: &str) -> Result<(), Misuse> {
    parse_for(name, json)?;
    let open = json.trim_end().strip_suffix('}');
    let open = open.ok_or_else(|| no_object(name))?;
    let mut out = Json(open.trim_end().to_owned());
    out.text(name, value);
    out.0.push('}');
    *json = out.0;
    Ok(())
}

/// The object that a field called `name` can be added to.
fn parse_for<'a>(name: &str, json: &'a str) -> Result<Object<'a>, Misuse> {
    let object = Object::parse(json.as_bytes()).map_err(|_| no_object(name))?;
    // A field that is `null` is there too.
    if object.iter().any(|(known, _)| known == name) {
        return Err(duplicate(name));
    }
    Ok(object)
}

fn no_object(name: &str) -> Misuse {
    Misuse::new(name.to_owned(), "cannot be added: the body is no object")
}

fn duplicate(name: &str) -> Misuse {
    Misuse::new(
        name.to_owned(),
        "is described already: set it on the builder",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::wire::Form as MoneyForm;
    use crate::money::{Currency, Decimal, Money};
    use crate::wire::{Value, put_money};

    struct Item(&'static str);

    impl Wire for Item {
        fn visit(&self, out: &mut dyn Fields) {
            out.text("name", self.0);
        }
    }

    /// One field of each kind.
    struct Order(Vec<Item>);

    impl Wire for Order {
        fn visit(&self, out: &mut dyn Fields) {
            "a b&c=d/é".to_owned().put("order no", out);
            (-7_i64).put("count", out);
            true.put("gift", out);
            Decimal::new(150, 2).unwrap().put("share", out);
            None::<String>.put("note", out);
            let price = Money::from_minor(150, Currency::PHP);
            put_money("price", MoneyForm::Decimal, price, out);
            put_money("cents", MoneyForm::Minor, price, out);
            out.object("first", &Item("x"));
            self.0.put("items", out);
        }
    }

    #[test]
    fn a_form_is_in_the_order_of_its_fields() {
        let expect = "order+no=a+b%26c%3Dd%2F%C3%A9&count=-7&gift=true&share=1.50&price=1.50\
                      &cents=150&first=%7B%22name%22%3A%22x%22%7D";
        assert_eq!(form(&Order(Vec::new())), expect);
        let items = form(&Order(vec![Item("y")]));
        let (_, list) = items.rsplit_once('&').unwrap();
        assert_eq!(list, "items=%5B%7B%22name%22%3A%22y%22%7D%5D");
    }

    #[test]
    fn json_is_in_the_order_of_its_fields() {
        let head = r#"{"order no":"a b&c=d/é","count":-7,"gift":true,"share":1.50,"price":"1.50","cents":150,"first":{"name":"x"}"#;
        assert_eq!(json(&Order(Vec::new())), format!("{head}}}"));
        assert_eq!(
            json(&Order(vec![Item("y"), Item("z")])),
            format!(r#"{head},"items":[{{"name":"y"}},{{"name":"z"}}]}}"#)
        );
    }

    #[test]
    fn texts_are_a_list() {
        struct Countries(Vec<String>);

        impl Wire for Countries {
            fn visit(&self, out: &mut dyn Fields) {
                self.0.put("to", out);
            }
        }

        let check = |given: &[&str], as_json: &str, as_form: &str| {
            let given = Countries(given.iter().map(|text| (*text).to_owned()).collect());
            assert_eq!(json(&given), as_json);
            assert_eq!(form(&given), as_form);
        };
        check(&[], "{}", "");
        check(&["FI"], r#"{"to":["FI"]}"#, "to=%5B%22FI%22%5D");
        let two = r#"{"to":["\"",""]}"#;
        check(&["\"", ""], two, "to=%5B%22%5C%22%22%2C%22%22%5D");
    }

    #[test]
    fn json_texts_are_escaped() {
        let text = "\"\\\n\u{1}{";
        let written = json(&Item("\"\\\n\u{1}{"));
        assert_eq!(written, r#"{"name":"\"\\\n\u0001{"}"#);
        let mut more = written;
        insert_json_field(&mut more, text, text).unwrap();
        let object = crate::json::Object::parse(more.as_bytes()).unwrap();
        let value = object.get(text).unwrap().get();
        assert_eq!(serde_json::from_str::<String>(value).unwrap(), text);
    }

    #[test]
    fn a_message_goes_under_a_name() {
        let request = Request::post("/").json_in("Order", &Item("x"));
        assert_eq!(request.body().bytes(), br#"{"Order":{"name":"x"}}"#);
        assert_eq!(Request::get("/").query_of(&Item("x y")).query(), "name=x+y");
        assert_eq!(
            Request::get("/").form(&Item("x y")).body().bytes(),
            b"name=x+y"
        );
    }

    #[test]
    fn form_fields_are_appended_once() {
        let append = |form: &str, name: &str, value: &str| {
            let mut form = form.to_owned();
            append_form_field(&mut form, name, value).map(|()| form)
        };
        assert_eq!(append("", "a", "1").as_deref(), Ok("a=1"));
        assert_eq!(append("a=1", "b&", "=").as_deref(), Ok("a=1&b%26=%3D"));
        assert_eq!(append("b=1&%61=", "a", "1"), Err(duplicate("a")));
        assert_eq!(append("a", "a", "1"), Err(duplicate("a")));
    }

    #[test]
    fn json_fields_are_inserted_once() {
        let insert = |json: &str| {
            let mut json = json.to_owned();
            insert_json_field(&mut json, "a", "1").map(|()| json)
        };
        assert_eq!(insert("{}").as_deref(), Ok(r#"{"a":"1"}"#));
        assert_eq!(insert(" { } ").as_deref(), Ok(r#" {"a":"1"}"#));
        assert_eq!(insert(r#"{"b":{}}"#).as_deref(), Ok(r#"{"b":{},"a":"1"}"#));
        for known in [r#"{"a":2}"#, r#"{"a":null}"#, r#"{"\u0061":2}"#] {
            assert_eq!(insert(known), Err(duplicate("a")));
        }
        assert!(insert("[]").is_err());
        assert!(insert("").is_err());
    }

    #[test]
    fn what_is_not_given_is_sent_empty() {
        let request = |body: &str| Request::post("/").with_body(Body::Json(body.to_owned()));
        let sent = |request: Request| String::from_utf8_lossy(request.body().bytes()).into_owned();
        assert_eq!(
            sent(request(r#"{"b":1}"#).or_empty("a")),
            r#"{"b":1,"a":""}"#
        );
        for there in [r#"{"a":"x"}"#, r#"{"a":null}"#] {
            assert_eq!(sent(request(there).or_empty("a")), there);
        }
        let form = Request::post("/").with_body(Body::Form("b=1".to_owned()));
        assert_eq!(sent(form.or_empty("a").or_empty("b")), "b=1&a=");
    }

    #[test]
    fn a_body_is_declared_as_told() {
        let json = Request::post("/").json(&Item("x"));
        assert_eq!(json.content_type().unwrap(), "application/json");
        let declared = "application/json; charset=UTF-8";
        let told = json.clone().with_content_type(declared);
        assert_eq!(told.content_type().unwrap(), declared);
        assert_eq!(told.digest(), json.digest());
        let broken = json.with_content_type("a\nb");
        assert_eq!(broken.content_type().unwrap(), "application/json");
        let none = Request::get("/").with_content_type(declared);
        assert_eq!(none.content_type(), None);
    }

    #[test]
    fn a_message_is_put_first_once() {
        let put = |body: Body| {
            let mut request = Request::post("/").with_body(body);
            request.put_first("auth", &Item("x"))?;
            Ok::<_, Misuse>(String::from_utf8_lossy(request.body().bytes()).into_owned())
        };
        let json = |text: &str| put(Body::Json(text.to_owned()));
        let auth = r#"{"auth":{"name":"x"}"#;
        assert_eq!(json("{}"), Ok(format!("{auth}}}")));
        assert_eq!(json(" { } "), Ok(format!("{auth} }} ")));
        assert_eq!(
            json(r#"{"a":{"auth":1}}"#),
            Ok(format!(r#"{auth},"a":{{"auth":1}}}}"#))
        );
        for known in [
            r#"{"auth":2}"#,
            r#"{"a":1,"auth":null}"#,
            r#"{"\u0061uth":2}"#,
        ] {
            assert_eq!(json(known), Err(duplicate("auth")));
        }
        for other in ["[]", "", "{", "7"] {
            assert_eq!(json(other), Err(no_object("auth")));
        }
        assert_eq!(put(Body::Empty), Err(no_object("auth")));
        assert_eq!(put(Body::Form("a=1".to_owned())), Err(no_object("auth")));
        let mut twice = Request::post("/").json(&Item("y"));
        twice.put_first("auth", &Item("x")).unwrap();
        assert_eq!(twice.put_first("auth", &Item("x")), Err(duplicate("auth")));
    }

    #[test]
    fn a_value_is_one_segment_of_the_path() {
        let check = |value: &str, expect: Option<&str>| {
            let filled = fill_path("/a/{id}/b", &[("id", value)]).ok();
            assert_eq!(filled.as_deref(), expect, "{value:?}");
        };
        check("A-1_z.~", Some("/a/A-1_z.~/b"));
        check("m/1?x#y", Some("/a/m%2F1%3Fx%23y/b"));
        check("é %{id}", Some("/a/%C3%A9%20%25%7Bid%7D/b"));
        check("...", Some("/a/.../b"));
        check("%2e%2e", Some("/a/%252e%252e/b"));
        check("..\\..", Some("/a/..%5C../b"));
        check("", None);
        check(".", None);
        check("..", None);
        let two = fill_path("/{a}/{b}", &[("a", "{b}"), ("b", "2")]);
        assert_eq!(two.as_deref(), Ok("/%7Bb%7D/2"));
        let misuse = |values: &[(&str, &str)]| fill_path("/{a}", values).unwrap_err();
        assert_eq!(misuse(&[]).field(), "/{a}");
        assert_eq!(misuse(&[("a", "1"), ("c", "2")]).field(), "c");
        assert_eq!(misuse(&[("a", "")]).field(), "a");
    }
}
