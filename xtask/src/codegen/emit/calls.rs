//! `calls.rs`: credentials, environments, and every operation as a call.

use super::super::model::{
    Call, Credential, CredentialKind, EffectKind, Envelope, EnvelopeKind, Field, Kind, Message,
    Method, Provider, Success, Wire,
};
use super::messages::member_name;
use super::{
    Page, clients, doc_lines, docs, environments, inbound, listed, literal, raw_literal, recorded,
    signed_reply,
};

pub(super) fn emit(provider: &Provider) -> String {
    let what = format!(
        "The calls of {} and the clients that make them.",
        provider.title
    );
    let mut page = Page::new(provider, &what);
    let item = credentials(provider, &mut page);
    page.item(item);
    if let Some(signature) = provider.signs_requests() {
        let item = inbound::signing_keys("Credentials", signature, &mut page);
        page.item(item);
    }
    for item in environments::emit(provider, &mut page) {
        page.item(item);
    }
    for envelope in &provider.envelopes {
        if let Some(item) = envelope_const(provider, envelope, &mut page) {
            page.item(item);
        }
    }
    for call in &provider.calls {
        let Some(message) = provider.message(&call.message) else {
            continue;
        };
        let item = implementation(provider, call, message, &mut page);
        page.item(item);
        if let Some(item) = resolve(provider, call, &mut page) {
            page.item(item);
        }
    }
    for item in clients::emit(provider) {
        page.item(item);
    }
    page.finish()
}

fn credentials(provider: &Provider, page: &mut Page) -> String {
    let title = &provider.title;
    let mut fields = String::new();
    let mut arguments = Vec::new();
    let mut names = Vec::new();
    let mut checks = String::new();
    let mut methods = String::new();
    for credential in &provider.credentials {
        page.uses.add("payments_core::error", "Misuse");
        let Credential {
            wire: _,
            rust,
            kind,
            min: _,
            doc,
        } = credential;
        let (of_type, shown) = match kind {
            CredentialKind::Public => ("String", "&str"),
            CredentialKind::Password | CredentialKind::Secret => {
                ("Secret<String>", "&Secret<String>")
            }
        };
        if *kind != CredentialKind::Public {
            page.uses.add("payments_core", "Secret");
        }
        fields.push_str(&docs(doc, 4));
        fields.push_str(&format!("    pub(crate) {rust}: {of_type},\n"));
        arguments.push(format!("{rust}: impl Into<{of_type}>"));
        names.push(format!("{rust}: {rust}.into()"));
        checks.push_str(&inbound::key_check(credential, "credentials", page));
        methods.push_str(&format!(
            "\n{}#[must_use]\npub fn {rust}(&self) -> {shown} {{\n&self.{rust}\n}}\n",
            docs(doc, 4)
        ));
    }
    if provider.credentials.is_empty() {
        return format!(
            "/// {title} asks for no credentials.\n#[derive(Clone, Debug, Default)]\n#[non_exhaustive]\npub struct Credentials {{}}\n"
        );
    }
    let (arguments, names) = (arguments.join(", "), names.join(", "));
    let unchecked = if provider.has_secret() {
        format!(
            "\n/// Takes published test credentials, which may be shorter than a secret ever should be.\n\
             #[must_use]\n\
             pub fn danger_unchecked({arguments}) -> Self {{\nSelf {{ {names} }}\n}}\n"
        )
    } else {
        String::new()
    };
    format!(
        "/// What {title} knows a merchant by.\n#[derive(Clone, Debug)]\npub struct Credentials {{\n{fields}}}\n\n\
         impl Credentials {{\n\
         /// Takes the credentials of one account.\n///\n/// # Errors\n\
         /// [`Misuse`] for one that is empty, or for a signing secret that is too short to be one.\n\
         pub fn new({arguments}) -> Result<Self, Misuse> {{\n\
         let credentials = Self {{ {names} }};\n{checks}Ok(credentials)\n}}\n{unchecked}{methods}}}\n"
    )
}

/// The name of an envelope's constant.
fn const_name(provider: &Provider, envelope: &Envelope) -> String {
    let same_kind = provider
        .envelopes
        .iter()
        .filter(|known| {
            is_refusal(known) == is_refusal(envelope) && known.kind != EnvelopeKind::Request
        })
        .count();
    let kind = if is_refusal(envelope) {
        "REFUSALS"
    } else {
        "ENVELOPE"
    };
    if same_kind == 1 {
        kind.to_owned()
    } else {
        let name = super::super::lower::snake_case(&envelope.name).to_ascii_uppercase();
        format!("{name}_{kind}")
    }
}

fn is_refusal(envelope: &Envelope) -> bool {
    envelope.kind == EnvelopeKind::Refusal
}

fn envelope_const(provider: &Provider, envelope: &Envelope, page: &mut Page) -> Option<String> {
    let used = provider
        .calls
        .iter()
        .any(|call| call.envelope.as_deref() == Some(&envelope.name));
    if !used {
        return None;
    }
    let name = const_name(provider, envelope);
    let text = match &envelope.kind {
        EnvelopeKind::Request => return None,
        EnvelopeKind::Reply {
            success,
            inner,
            any_status,
            failed_beside_4xx,
        } => {
            for used in ["Envelope", "Success", "Verdict"] {
                page.uses.add("payments_core::call", used);
            }
            let inner = match inner {
                Some(inner) => {
                    let told = told(&inner.code, &inner.message, &inner.codes, page);
                    format!("Some({})", verdict(&inner.success, &told))
                }
                None => "None".to_owned(),
            };
            let told = told(&envelope.code, &envelope.message, &envelope.codes, page);
            format!(
                "const {name}: Envelope = Envelope {{\nverdict: {},\ninner: {inner},\ndata: {},\nany_status: {any_status},\nfailed_beside_4xx: {failed_beside_4xx},\n}};\n",
                verdict(success, &told),
                some(&envelope.data),
            )
        }
        EnvelopeKind::Refusal => {
            page.uses.add("payments_core::call", "Refusals");
            let statuses: Vec<String> = envelope.refused.iter().map(u16::to_string).collect();
            format!(
                "const {name}: Refusals = Refusals {{\nstatuses: &[{}],\n{}}};\n",
                statuses.join(", "),
                told(&envelope.code, &envelope.message, &envelope.codes, page),
            )
        }
    };
    Some(doc_lines(std::slice::from_ref(&envelope.doc), 0) + &text)
}

fn some(name: &Option<String>) -> String {
    match name {
        Some(name) => format!("Some({})", literal(name)),
        None => "None".to_owned(),
    }
}

fn verdict(success: &Success, told: &str) -> String {
    let values: Vec<String> = success
        .values
        .iter()
        .map(|value| raw_literal(&value.json()))
        .collect();
    let values = values.join(", ");
    let says = if success.except {
        format!("Success::Except(&[{values}])")
    } else {
        format!("Success::Equals({values})")
    };
    format!(
        "Verdict {{\nfield: {},\nsuccess: {says},\n{told}}}",
        literal(&success.field)
    )
}

/// Where a refusal has its code and its text, and what the code means.
fn told(
    code: &Option<String>,
    message: &[String],
    codes: &Option<String>,
    page: &mut Page,
) -> String {
    let message: Vec<String> = message.iter().map(|name| literal(name)).collect();
    let meaning = match codes {
        Some(codes) => {
            page.uses.add("super::codes", codes);
            format!("|code| {codes}::from(code).meaning()")
        }
        None => {
            page.uses.add("payments_core::error", "Meaning");
            "|_| Meaning::Unknown".to_owned()
        }
    };
    format!(
        "code: {},\nmessage: &[{}],\nmeaning: {meaning},\n",
        some(code),
        message.join(", ")
    )
}

fn implementation(provider: &Provider, call: &Call, message: &Message, page: &mut Page) -> String {
    page.uses.add("super::types", &message.name);
    page.uses.add("payments_core::error", "Misuse");
    for name in ["Call", "Effect", "Fault"] {
        page.uses.add("payments_core::call", name);
    }
    for name in ["Request", "Response"] {
        page.uses.add("payments_core::exchange", name);
    }
    let reply = match &call.reply {
        Some(name) => {
            page.uses.add("super::types", name);
            name.clone()
        }
        None => "()".to_owned(),
    };
    let effect = match call.effect {
        EffectKind::Read => "Effect::Read".to_owned(),
        EffectKind::Once => "Effect::Once".to_owned(),
        EffectKind::Idempotent => {
            let by: Vec<String> = call.by.iter().map(|name| literal(name)).collect();
            format!("Effect::Idempotent {{ by: &[{}] }}", by.join(", "))
        }
    };
    let recorded = recorded::constants(provider, call);
    let mut methods = String::new();
    let reference = call
        .reference
        .as_deref()
        .and_then(|wire| message.field(wire));
    if let Some(field) = reference {
        methods.push_str(&format!(
            "fn reference(&self) -> Option<&str> {{\n{}\n}}\n\n",
            perhaps(message, field)
        ));
    }
    methods.push_str(&recorded::identity(call, message, page));
    methods.push_str(&amount(message, page));
    let receiver = request(provider, call, message, page);
    methods.push_str(&format!(
        "fn request(&self) -> Result<Request, Misuse> {{\n{receiver}\n}}\n\n"
    ));
    if message.signature.is_some() {
        page.uses.add("payments_core::call", "sign");
        page.uses.add("payments_core::signing", "Place");
        page.uses.add("std::any", "Any");
        methods.push_str(
            "fn signature(&self, keys: &dyn Any) -> Result<Option<(Place, String)>, Misuse> {\nsign(self, keys)\n}\n\n",
        );
    }
    let answer = call.reply.as_deref();
    let answer = answer.and_then(|name| provider.message(name));
    if let Some(answer) = answer.filter(|answer| answer.signature.is_some()) {
        let name = signed_reply::name(answer);
        page.uses.add("super::types", &name);
        page.uses.add("payments_core::call", "check_signature");
        page.uses.add("std::any", "Any");
        methods.push_str(&format!(
            "fn check_signature(response: &Response, keys: &dyn Any) -> Result<(), Fault> {{\ncheck_signature::<{name}>(response, keys)\n}}\n\n"
        ));
    }
    methods.push_str(&format!(
        "fn reply(&self, response: &Response) -> Result<{reply}, Fault> {{\n{}}}\n",
        open(provider, call, message, page)
    ));
    format!(
        "impl Call for {} {{\nconst NAME: &'static str = {};\nconst EFFECT: Effect = {effect};\n{recorded}type Reply = {reply};\n\n{methods}}}\n",
        message.name,
        literal(&call.id)
    )
}

/// The expression for a field that is required, optional or chosen.
fn perhaps(message: &Message, field: &Field) -> String {
    match message.choice_of(&field.wire) {
        Some(choice) => format!("self.{}().{}()", choice.rust, field.rust),
        None if field.required => format!("Some(self.{}())", field.rust),
        None => format!("self.{}()", field.rust),
    }
}

/// The amount that the call is about: its first amount in a known form that is required or chosen.
fn amount(message: &Message, page: &mut Page) -> String {
    let is_amount = |kind: &Kind| matches!(kind, Kind::Money(money) if money.form.is_some());
    let found = message
        .fields
        .iter()
        .find(|field| (field.required || field.member) && is_amount(&field.kind));
    let Some(field) = found else {
        return String::new();
    };
    page.uses.add("payments_core", "Money");
    let wire = literal(&field.wire);
    let value = match message.choice_of(&field.wire) {
        Some(_) => format!("{}.map(|amount| ({wire}, amount))", perhaps(message, field)),
        None => format!("Some(({wire}, self.{}()))", field.rust),
    };
    format!("fn amount(&self) -> Option<(&'static str, Money)> {{\n{value}\n}}\n\n")
}

fn request(provider: &Provider, call: &Call, message: &Message, page: &mut Page) -> String {
    let in_path: Vec<String> = message
        .fields
        .iter()
        .filter(|field| field.in_path)
        .map(|field| format!("({}, self.{}())", literal(&field.wire), field.rust))
        .collect();
    let mut path = literal(&call.path);
    if !in_path.is_empty() {
        page.uses.add("payments_core::call", "fill_path");
        path = format!("fill_path({path}, &[{}])?", in_path.join(", "));
    }
    let start = match call.method {
        Method::Get => format!("Request::get({path})"),
        Method::Post => format!("Request::post({path})"),
        Method::Put | Method::Patch | Method::Delete => {
            page.uses.add("payments_core::http", "Method");
            format!("Request::new(Method::{}, {path})", call.method.name())
        }
    };
    let written = match (call.wire, &call.wrapped_in) {
        (Wire::Form, _) => ".form(self)".to_owned(),
        (Wire::Json, None) => ".json(self)".to_owned(),
        (Wire::Json, Some(name)) => format!(".json_in({}, self)", literal(name)),
        (Wire::Query, _) => ".query_of(self)".to_owned(),
        (Wire::Nothing, _) => String::new(),
    };
    let host = match &call.host {
        Some(host) => format!(".to_host({})", literal(host)),
        None => String::new(),
    };
    let empty = message.fields.iter().filter(|field| field.sent_empty);
    let empty = empty.map(|field| format!(".or_empty({})", literal(&field.wire)));
    let empty: String = empty.collect();
    let content_type = match provider.content_type(call) {
        Some(text) => format!(".with_content_type({})", literal(text)),
        None => String::new(),
    };
    format!("Ok({start}{host}{written}{empty}{content_type})")
}

fn open(provider: &Provider, call: &Call, message: &Message, page: &mut Page) -> String {
    let envelope = call
        .envelope
        .as_deref()
        .and_then(|name| provider.envelope(name));
    let how = match envelope {
        Some(envelope) => const_name(provider, envelope),
        None => {
            page.uses.add("payments_core::call", "Refusals");
            "Refusals::NONE".to_owned()
        }
    };
    let Some(reply) = call
        .reply
        .as_deref()
        .and_then(|name| provider.message(name))
    else {
        return format!("{how}.empty(response)\n");
    };
    let given = given(reply, page);
    if call.echo.is_empty() && given.is_empty() {
        return format!("{how}.open(response)\n");
    }
    let mut text = format!(
        "let reply: {} = {how}.open(response)?;\n{given}",
        reply.name
    );
    for wire in &call.echo {
        let (Some(sent), Some(answered)) = (message.field(wire), reply.field(wire)) else {
            continue;
        };
        let (function, received) = match (&answered.kind, answered.required) {
            (Kind::Money(_), true) => ("echo_money", format!("Some(reply.{})", answered.rust)),
            (Kind::Money(_), false) => ("echo_money", format!("reply.{}", answered.rust)),
            (_, true) => ("echo", format!("Some(&reply.{})", answered.rust)),
            (_, false) => ("echo", format!("reply.{}.as_deref()", answered.rust)),
        };
        page.uses.add("payments_core::call", function);
        text.push_str(&format!(
            "{function}({}, self.{}(), {received})?;\n",
            literal(wire),
            sent.rust
        ));
    }
    text.push_str("Ok(reply)\n");
    text
}

/// The statements that look at texts without which an answer is none.
fn given(reply: &Message, page: &mut Page) -> String {
    let mut text = String::new();
    for field in &reply.fields {
        let function = match (field.rule.web, field.rule.min) {
            (true, _) => "expect_web",
            (false, Some(_)) => "expect_given",
            (false, None) => continue,
        };
        page.uses.add("payments_core::call", function);
        let given = match field.kind {
            Kind::Secret => format!("reply.{}.expose()", field.rust),
            _ => format!("&reply.{}", field.rust),
        };
        text.push_str(&format!(
            "{function}({}, {given})?;\n",
            literal(&field.wire)
        ));
    }
    text
}

fn resolve(provider: &Provider, call: &Call, page: &mut Page) -> Option<String> {
    let resolution = call.resolved_by.as_ref()?;
    let query = provider.message(&resolution.message)?;
    let field = query.field(&resolution.field)?;
    page.uses.add("payments_core::call", "Resolve");
    let not_found = if resolution.not_found.is_empty() {
        String::new()
    } else {
        page.uses.add("payments_core::error", "Refused");
        let codes: Vec<String> = resolution
            .not_found
            .iter()
            .map(|code| literal(code))
            .collect();
        format!(
            "\nfn is_not_found(refused: &Refused) -> bool {{\nmatches!(refused.code(), Some({}))\n}}\n",
            codes.join(" | ")
        )
    };
    let asked = match query.choice_of(&field.wire) {
        Some(choice) => {
            page.uses.add("super::types", &choice.name);
            let (name, member) = (&choice.name, member_name(field));
            format!("{}({name}::{member}(reference.into()))", choice.rust)
        }
        None => format!("{}(reference)", field.rust),
    };
    let fresh = resolution.fresh.as_ref().and_then(|name| query.field(name));
    let fresh = fresh.map_or_else(String::new, |field| {
        page.uses.add("payments_core", "unguessable");
        format!("{}(unguessable()?).", field.rust)
    });
    let answers_anyway = recorded::answers_anyway(resolution);
    Some(format!(
        "impl Resolve for {} {{\ntype Query = {query};\n{answers_anyway}\n\
         fn query(reference: &str) -> Result<{query}, Misuse> {{\n\
         {query}::builder().{fresh}{asked}.build()\n}}\n{not_found}}}\n",
        call.message,
        query = query.name,
    ))
}

/// The docs of a client's method: what it does, and what a repeat of it does.
pub(super) fn method_docs(call: &Call) -> String {
    let mut paragraphs: Vec<String> = call.doc.text.split("\n\n").map(str::to_owned).collect();
    if let Some(evidence) = call.doc.evidence {
        paragraphs.push(format!("Evidence: {evidence}."));
    }
    match call.effect {
        EffectKind::Read => {}
        EffectKind::Once => paragraphs.push(
            "It is never sent again once its first byte may have left: resolve an unknown outcome."
                .to_owned(),
        ),
        EffectKind::Idempotent => {
            let by = if call.by.is_empty() {
                String::new()
            } else {
                format!(" with the same {}", listed(&call.by))
            };
            paragraphs.push(format!("A repeat{by} does nothing more."));
        }
    }
    let mut text = doc_lines(&paragraphs, 8);
    text.push_str("///\n/// # Errors\n/// [`Error`]; ask its `money_moved` first.\n");
    text
}
