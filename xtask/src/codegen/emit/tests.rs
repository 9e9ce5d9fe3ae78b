//! `tests/generated.rs`: every example and every vector of the description.
//!
//! What is expected is computed here, from the description alone, by encoders that share nothing
//! with the library.

use super::super::model::{
    Call, Choice, Currency, Example, Field, Kind, Message, Money, Notice, Provider, ReplyExample,
    Role, Value, Vector, Wire,
};
use super::expected::{form, parsed, percent};
use super::messages::member_name;
use super::{Page, doc_lines, inbound, literal, open, raw_literal};
use crate::codegen::lower::snake_case;

pub(super) fn emit(provider: &Provider) -> String {
    let what = format!(
        "Every example and every vector of `openapi.yaml`, read and written by the code for {}.",
        provider.title
    );
    let page = Page::new(provider, &what);
    let mut tests = Tests {
        provider,
        library: format!("payments_{}", provider.folder.replace('-', "_")),
        page,
        json_answers: false,
    };
    for call in &provider.calls {
        tests.call(call);
    }
    for notice in &provider.notices {
        tests.notice(notice);
        tests.answers(notice);
    }
    for message in &provider.messages {
        for vector in &message.vectors {
            tests.vector(message, vector);
        }
    }
    if tests.json_answers {
        tests.page.uses.add("payments_core::http", "HeaderMap");
        tests.page.uses.add("payments_core::http", "HeaderValue");
        tests
            .page
            .uses
            .add("payments_core::http::header", "CONTENT_TYPE");
        tests.page.item(
            "fn json_answer(status: StatusCode, body: &'static str) -> Response {\n\
             let mut headers = HeaderMap::new();\n\
             headers.insert(CONTENT_TYPE, HeaderValue::from_static(\"application/json\"));\n\
             Response::new(status, headers, body)\n}\n",
        );
    }
    tests.page.finish()
}

struct Tests<'p> {
    provider: &'p Provider,
    library: String,
    page: Page,
    json_answers: bool,
}

impl Tests<'_> {
    fn call(&mut self, call: &Call) {
        let Some(message) = self.provider.message(&call.message) else {
            return;
        };
        self.uses("payments_core::call", &["Call"]);
        for example in &call.examples {
            let name = format!("{}_{}", call.id, snake_case(&example.name));
            let built = self.build(message, &example.value);
            self.uses("std::error", &["Error"]);
            self.page.item(format!(
                "fn {name}() -> Result<{}, Box<dyn Error>> {{\nOk({built})\n}}\n",
                message.name
            ));
            let test = self.request_test(call, message, example, &name);
            self.page.item(test);
        }
        let Some(first) = call.examples.first() else {
            return;
        };
        let maker = format!("{}_{}", call.id, snake_case(&first.name));
        for reply in &call.replies {
            let test = self.reply_test(call, reply, &maker);
            self.page.item(test);
        }
    }

    fn uses(&mut self, module: &str, names: &[&str]) {
        for name in names {
            self.page.uses.add(module, name);
        }
    }

    fn own(&mut self, module: &str, name: &str) {
        let module = format!("{}::{module}", self.library);
        self.page.uses.add(&module, name);
    }

    /// The expression that builds a request from an example.
    fn build(&mut self, message: &Message, value: &Value) -> String {
        self.own("types", &message.name);
        let mut chain = format!("{}::builder()", message.name);
        for field in message.fields.iter().filter(|field| field.is_given()) {
            if let Some(choice) = message.choice_of(&field.wire) {
                if choice.of.first() == Some(&field.wire) {
                    let argument = self.chosen(choice, message, value);
                    chain.push_str(&format!(".{}({argument})", choice.rust));
                }
                continue;
            }
            let Some(given) = value
                .field(&field.wire)
                .filter(|given| **given != Value::Null)
            else {
                continue;
            };
            let argument = self.argument(field, given, value);
            chain.push_str(&format!(".{}({argument})", field.rust));
        }
        format!("{chain}.build()?")
    }

    /// The member of a choice that an example gives.
    fn chosen(&mut self, choice: &Choice, message: &Message, value: &Value) -> String {
        self.own("types", &choice.name);
        let unused = |given: &Value| {
            *given == Value::Null || choice.unused_empty && *given == Value::Text(String::new())
        };
        for field in choice.of.iter().filter_map(|wire| message.field(wire)) {
            let Some(given) = value.field(&field.wire).filter(|given| !unused(given)) else {
                continue;
            };
            let mut argument = self.argument(field, given, value);
            if matches!(field.kind, Kind::Text | Kind::Secret) {
                argument.push_str(".into()");
            }
            return format!("{}::{}({argument})", choice.name, member_name(field));
        }
        let none = choice.none.as_deref().unwrap_or_default();
        format!("{}::{none}", choice.name)
    }

    fn argument(&mut self, field: &Field, given: &Value, whole: &Value) -> String {
        let text = given.scalar().unwrap_or_default();
        match &field.kind {
            Kind::Text | Kind::LenientText | Kind::Secret => literal(&text),
            Kind::Flag => flag(&text).to_string(),
            Kind::Bool | Kind::Integer | Kind::LenientInteger => text,
            Kind::Decimal => self.decimal(&text, "?"),
            Kind::Money(money) => self.amount(money, &text, whole, "?"),
            Kind::Code { name, .. } => {
                self.own("codes", name);
                format!("{name}::from({})", literal(&text))
            }
            Kind::Object(name) => match self.provider.message(name) {
                Some(message) => self.build(message, given),
                None => text,
            },
            Kind::List(name) => {
                let (Some(message), Value::List(items)) = (self.provider.message(name), given)
                else {
                    return text;
                };
                let items: Vec<String> =
                    items.iter().map(|item| self.build(message, item)).collect();
                format!("vec![{}]", items.join(", "))
            }
            Kind::Texts => {
                let Value::List(items) = given else {
                    return text;
                };
                let items = items.iter().filter_map(Value::scalar);
                let items: Vec<String> = items
                    .map(|item| format!("{}.to_owned()", literal(&item)))
                    .collect();
                format!("vec![{}]", items.join(", "))
            }
        }
    }

    fn decimal(&mut self, text: &str, end: &str) -> String {
        self.uses("payments_core", &["Decimal"]);
        format!("{}.parse::<Decimal>(){end}", literal(text))
    }

    fn amount(&mut self, money: &Money, text: &str, whole: &Value, end: &str) -> String {
        let Some(form) = money.form else {
            return self.decimal(text, end);
        };
        let currency = match &money.currency {
            Currency::Configured { example } => example.clone(),
            Currency::Fixed(code) => code.clone(),
            Currency::Sibling(name) => {
                let text = whole.field(name).and_then(Value::scalar);
                let code = text.and_then(|text| self.provider.currency_of(&text));
                code.unwrap_or("XXX").to_owned()
            }
        };
        self.uses("payments_core", &["Currency"]);
        self.uses("payments_core::money::wire", &["Form"]);
        format!(
            "Form::{}.parse({}, Currency::{currency}){end}",
            form.variant(),
            literal(text)
        )
    }

    /// An amount of a reply, whose currency may stand beside it under any of its spellings.
    fn amount_in(&mut self, message: &Message, money: &Money, text: &str, whole: &Value) -> String {
        let Currency::Sibling(name) = &money.currency else {
            return self.amount(money, text, whole, ".unwrap()");
        };
        let found = message.field(name).and_then(|field| field.value_in(whole));
        let beside = vec![(name.clone(), found.cloned().unwrap_or(Value::Null))];
        self.amount(money, text, &Value::Object(beside), ".unwrap()")
    }

    fn request_test(
        &mut self,
        call: &Call,
        message: &Message,
        example: &Example,
        maker: &str,
    ) -> String {
        let body: Vec<(String, Value)> = message
            .fields
            .iter()
            .filter(|field| !field.in_path)
            .filter_map(|field| {
                let value = example.value.field(&field.wire).cloned();
                let empty = field.sent_empty.then(|| Value::Text(String::new()));
                Some((field.wire.clone(), value.or(empty)?))
            })
            .filter(|(_, value)| *value != Value::Null)
            .collect();
        let mut path = call.path.clone();
        for field in message.fields.iter().filter(|field| field.in_path) {
            let value = example.value.field(&field.wire).and_then(Value::scalar);
            let value = percent(&value.unwrap_or_default());
            path = path.replace(&format!("{{{}}}", field.wire), &value);
        }
        let query = if call.wire == Wire::Query {
            form(&body)
        } else {
            String::new()
        };
        let sent = match call.wire {
            Wire::Form => text_assertion(&form(&body)),
            Wire::Json => {
                let object = match &call.wrapped_in {
                    Some(name) => Value::Object(vec![(name.clone(), Value::Object(body))]),
                    None => Value::Object(body),
                };
                self.uses("serde_json", &["Value"]);
                format!(
                    "let sent: Value = serde_json::from_slice(request.body().bytes()).unwrap();\n\
                     let expected = {};\n\
                     let expected: Value = serde_json::from_str(expected).unwrap();\n\
                     assert_eq!(sent, expected);\n",
                    raw_literal(&object.json())
                )
            }
            Wire::Query | Wire::Nothing => text_assertion(""),
        };
        let host = call.host.as_deref().map_or_else(String::new, |host| {
            format!("assert_eq!(request.host(), Some({}));\n", literal(host))
        });
        let typed = self
            .provider
            .content_type(call)
            .map_or_else(String::new, |text| {
                let text = literal(text);
                format!("assert_eq!(request.content_type().unwrap(), {text});\n")
            });
        format!(
            "#[test]\nfn {maker}_is_sent_as_described() {{\n\
             let request = {maker}().unwrap().request().unwrap();\n{host}{typed}\
             assert_eq!(request.method().as_str(), {});\n\
             assert_eq!(request.path(), {});\n\
             assert_eq!(request.query(), {});\n{sent}}}\n",
            literal(call.method.name()),
            literal(&path),
            literal(&query),
        )
    }

    fn reply_test(&mut self, call: &Call, reply: &ReplyExample, maker: &str) -> String {
        self.uses("payments_core::exchange", &["Response"]);
        self.uses("payments_core::http", &["StatusCode"]);
        let status = match reply.status {
            200 => "StatusCode::OK".to_owned(),
            201 => "StatusCode::CREATED".to_owned(),
            202 => "StatusCode::ACCEPTED".to_owned(),
            204 => "StatusCode::NO_CONTENT".to_owned(),
            other => format!("StatusCode::from_u16({other}).unwrap()"),
        };
        let answer = match &reply.body {
            Some(body) => {
                self.json_answers = true;
                format!("json_answer({status}, {})", raw_literal(&body.json()))
            }
            None => {
                self.uses("payments_core::http", &["HeaderMap"]);
                format!("Response::new({status}, HeaderMap::new(), \"\")")
            }
        };
        let message = call
            .reply
            .as_deref()
            .and_then(|name| self.provider.message(name));
        let name = format!("{}_answered_{}", call.id, snake_case(&reply.name));
        let head = format!(
            "#[test]\nfn {name}_{}() {{\nlet call = {maker}().unwrap();\nlet answer = {answer};\n",
            if reply.message.is_some() {
                "is_read"
            } else {
                "is_a_refusal"
            }
        );
        match (&reply.message, message) {
            (Some(value), Some(message)) => {
                let assertions = self.assertions("reply", message, value, false);
                if assertions.is_empty() {
                    return format!("{head}call.reply(&answer).unwrap();\n}}\n");
                }
                format!("{head}let reply = call.reply(&answer).unwrap();\n{assertions}}}\n")
            }
            (Some(_), None) => format!("{head}call.reply(&answer).unwrap();\n}}\n"),
            (None, _) => {
                self.uses("payments_core::call", &["Fault"]);
                format!(
                    "{head}assert!(matches!(call.reply(&answer), Err(Fault::Refused(_))));\n}}\n"
                )
            }
        }
    }

    /// One assertion for each field that the example gives.
    fn assertions(
        &mut self,
        of: &str,
        message: &Message,
        value: &Value,
        signed_only: bool,
    ) -> String {
        let mut text = String::new();
        for field in &message.fields {
            let covered = message
                .signature
                .as_ref()
                .is_none_or(|signature| signature.covers(&field.wire));
            if signed_only && !covered {
                continue;
            }
            let Some(given) = field.value_in(value) else {
                continue;
            };
            let place = format!("{of}.{}", field.rust);
            let priced = message.role == Role::Reply && field.kind.sibling_money().is_some();
            if let (true, Kind::Money(money)) = (priced, &field.kind) {
                let amount = given.scalar().unwrap_or_default();
                let amount = self.amount_in(message, money, &amount, value);
                text.push_str(&match field.required {
                    true => format!("assert_eq!({place}, {amount});\n"),
                    false => format!("assert_eq!({place}, Some({amount}));\n"),
                });
                continue;
            }
            text.push_str(&self.assertion(&place, field, given));
        }
        text
    }

    fn assertion(&mut self, place: &str, field: &Field, given: &Value) -> String {
        let text = given.scalar().unwrap_or_default();
        let equal = |left: String, right: String| format!("assert_eq!({left}, {right});\n");
        let some = |value: String| {
            if field.required {
                value
            } else {
                format!("Some({value})")
            }
        };
        match (&field.kind, field.required) {
            (Kind::Text | Kind::LenientText, true) => equal(place.to_owned(), literal(&text)),
            (Kind::Text | Kind::LenientText, false) => {
                equal(format!("{place}.as_deref()"), some(literal(&text)))
            }
            (Kind::Secret, true) => equal(format!("{place}.expose()"), literal(&text)),
            (Kind::Secret, false) => equal(
                format!("{place}.as_ref().map(|secret| secret.expose().as_str())"),
                some(literal(&text)),
            ),
            (Kind::Bool | Kind::Flag, true) if flag(&text) => format!("assert!({place});\n"),
            (Kind::Bool | Kind::Flag, true) => format!("assert!(!{place});\n"),
            (Kind::Flag, false) => equal(place.to_owned(), some(flag(&text).to_string())),
            (Kind::Bool | Kind::Integer | Kind::LenientInteger, _) => {
                equal(place.to_owned(), some(text))
            }
            (Kind::Decimal, _) => {
                let value = self.decimal(&text, ".unwrap()");
                equal(place.to_owned(), some(value))
            }
            (Kind::Money(money), _) => {
                let value = match field.kind.fixed_money() {
                    Some(_) => self.amount(money, &text, &Value::Null, ".unwrap()"),
                    None => self.decimal(&text, ".unwrap()"),
                };
                equal(place.to_owned(), some(value))
            }
            (Kind::Code { .. }, true) => equal(format!("{place}.as_str()"), literal(&text)),
            (Kind::Code { .. }, false) => equal(
                format!("{place}.as_ref().map(|code| code.as_str())"),
                some(literal(&text)),
            ),
            (Kind::Object(name), true) => match self.provider.message(name) {
                Some(message) => self.assertions(place, message, given, false),
                None => String::new(),
            },
            (Kind::Object(_), false) => format!("assert!({place}.is_some());\n"),
            (Kind::List(_) | Kind::Texts, required) => {
                let length = match given {
                    Value::List(items) => items.len(),
                    Value::Null
                    | Value::Bool(_)
                    | Value::Number(_)
                    | Value::Text(_)
                    | Value::Object(_) => 0,
                };
                let found = if required {
                    format!("{place}.len()")
                } else {
                    format!("{place}.as_ref().map(Vec::len)")
                };
                equal(found, some(length.to_string()))
            }
        }
    }

    fn notice(&mut self, notice: &Notice) {
        let Some(message) = self.provider.message(&notice.message) else {
            return;
        };
        self.own("inbound", &message.name);
        self.uses("payments_core::incoming", &["Fields", "Notice"]);
        for (wire, example) in &notice.examples {
            let way = match wire {
                Wire::Json => "json",
                Wire::Form => "form",
                Wire::Query | Wire::Nothing => "query",
            };
            let name = format!("{}_{way}_{}", notice.id, snake_case(&example.name));
            let parsed = parsed(*wire, &example.value);
            let assertions = match message.open {
                true => open::assertion(&example.value),
                false => self.assertions("notice", message, &example.value, true),
            };
            self.page.item(format!(
                "#[test]\nfn {name}_is_read() {{\n\
                 {parsed}\
                 let notice = {}::read(&fields).unwrap();\n{assertions}}}\n",
                message.name
            ));
        }
    }

    fn answers(&mut self, notice: &Notice) {
        let answer = notice.acknowledgement.message.as_deref();
        let Some(message) = answer.and_then(|name| self.provider.message(name)) else {
            return;
        };
        for example in &notice.acknowledgement.examples {
            let name = format!("{}_answer_{}", notice.id, snake_case(&example.name));
            let built = self.build(message, &example.value);
            self.uses("std::error", &["Error"]);
            self.uses("serde_json", &["Value"]);
            self.uses("payments_core::wire::text", &["json"]);
            self.page.item(format!(
                "fn {name}() -> Result<{}, Box<dyn Error>> {{\nOk({built})\n}}\n",
                message.name
            ));
            self.page.item(format!(
                "#[test]\nfn {name}_is_sent_as_described() {{\n\
                 let sent: Value = serde_json::from_str(&json(&{name}().unwrap())).unwrap();\n\
                 let expected = {};\n\
                 let expected: Value = serde_json::from_str(expected).unwrap();\n\
                 assert_eq!(sent, expected);\n}}\n",
                raw_literal(&example.value.json())
            ));
        }
    }

    fn vector(&mut self, message: &Message, vector: &Vector) {
        let Some(signature) = &message.signature else {
            return;
        };
        let key = |wire: &str| {
            let found = vector.keys.iter().find(|(name, _)| name == wire);
            literal(found.map(|(_, text)| text.as_str()).unwrap_or_default())
        };
        let keys = if message.role == Role::Request {
            self.own("calls", "Credentials");
            let arguments: Vec<String> = self
                .provider
                .credentials
                .iter()
                .map(|known| key(&known.wire))
                .collect();
            format!("Credentials::danger_unchecked({})", arguments.join(", "))
        } else {
            let name = inbound::keys_name(message);
            self.own("inbound", &name);
            let arguments: Vec<String> =
                signature.uses.iter().map(|used| key(&used.wire)).collect();
            format!("{name}::danger_unchecked({})", arguments.join(", "))
        };
        self.uses("payments_core::signing", &["Signed", "tag_text"]);
        let name = format!(
            "{}_vector_{}",
            snake_case(&message.name),
            snake_case(&vector.name)
        );
        let given = if message.role == Role::Request {
            let built = self.build(message, &vector.given);
            self.uses("std::error", &["Error"]);
            self.page.item(format!(
                "fn {name}() -> Result<{}, Box<dyn Error>> {{\nOk({built})\n}}\n",
                message.name
            ));
            format!("let message = {name}().unwrap();\n")
        } else {
            let wires = self
                .provider
                .notices
                .iter()
                .filter(|known| known.message == message.name);
            let json = wires
                .flat_map(|known| &known.examples)
                .any(|(wire, _)| *wire == Wire::Json);
            let wire = if json { Wire::Json } else { Wire::Form };
            format!(
                "{}let message = {}::read(&fields).unwrap();\n",
                parsed(wire, &vector.given),
                message.name
            )
        };
        let mut assertions = String::new();
        if let Some(canonical) = &vector.canonical {
            self.uses("payments_core::signing", &["text"]);
            assertions.push_str(&format!(
                "assert_eq!(text(&message, &keys).unwrap(), {});\n",
                raw_literal(canonical)
            ));
        }
        assertions.push_str(&format!(
            "let tag = tag_text(&message, &keys, {}::SIGNATURE).unwrap();\n",
            message.name
        ));
        let end = if let Some(signature) = &vector.signature {
            assertions.push_str(&format!("assert_eq!(tag, {});\n", literal(signature)));
            "holds"
        } else {
            let rejected = vector.rejected.as_deref().unwrap_or_default();
            assertions.push_str(&format!("assert_ne!(tag, {});\n", literal(rejected)));
            "is_rejected"
        };
        let source = doc_lines(
            &[format!("Source: {}.", vector.source.trim_end_matches('.'))],
            4,
        );
        let source = source.replace("///", "//");
        self.page.item(format!(
            "#[test]\nfn {name}_{end}() {{\n{source}let keys = {keys};\n{given}{assertions}}}\n"
        ));
    }
}

/// A truth value, however it is written.
fn flag(text: &str) -> bool {
    matches!(text, "1" | "true")
}

fn text_assertion(expected: &str) -> String {
    format!(
        "assert_eq!(String::from_utf8_lossy(request.body().bytes()), {});\n",
        literal(expected)
    )
}
