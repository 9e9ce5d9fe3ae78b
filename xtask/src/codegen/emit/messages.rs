//! `types.rs`: what the calls send and what they answer.

use super::super::lower::pascal_case;
use super::super::model::{
    Choice, Currency, Entry, Field, Form, Kind, Message, Money, Place, Provider, Role, Scheme,
    Sensitive, Signature, TagText, Test, Together, Value, When,
};
use super::{
    Page, doc_lines, docs, inbound, linked, listed, literal, read, read_type, signed_reply,
};

pub(super) fn emit(provider: &Provider) -> String {
    let what = format!(
        "Messages of {}: what the calls send and what they answer.",
        provider.title
    );
    let mut page = Page::new(provider, &what);
    let mut choices = provider.choices();
    for message in &provider.messages {
        match message.role {
            Role::Request => {
                let (own, later) = choices
                    .into_iter()
                    .partition(|(_, of)| of.name == message.name);
                choices = later;
                let own: Vec<(&Choice, &Message)> = own;
                for (choice, of) in own {
                    let item = choice_enum(choice, of, &mut page);
                    page.item(item);
                }
                let linked = provider.linked(message);
                if let (Some(linked), Some(signature)) = (linked, &message.signature) {
                    page.uses.add_secret("payments_core", &linked.keys);
                    let name = inbound::keys_name(message);
                    let item = inbound::keys(&name, message, &linked.keys, signature, &mut page);
                    page.item(item);
                }
                let item = request(message, provider, &mut page);
                page.item(item);
                if let Some(signature) = &message.signature {
                    if linked.is_none() {
                        page.uses.add("super::calls", "Credentials");
                    }
                    page.uses.add("payments_core", "Canonical");
                    let item = signed(
                        &message.name,
                        signature,
                        &mut page,
                        "payments_core::signing",
                    );
                    page.item(item);
                }
                if let Some(linked) = linked {
                    let item = linked::implementation(linked, message, &mut page);
                    page.item(item);
                }
            }
            Role::Reply => {
                let item = reply(message, provider, &mut page);
                page.item(item);
                if let Some(item) = read::amounts(message, &mut page) {
                    page.item(item);
                }
                if let Some(signature) = &message.signature {
                    for item in signed_reply::items(message, signature, &mut page) {
                        page.item(item);
                    }
                }
            }
            Role::Notice => {}
        }
    }
    for item in read::readers(provider, &mut page) {
        page.item(item);
    }
    page.finish()
}

fn request(message: &Message, provider: &Provider, page: &mut Page) -> String {
    page.uses.add("payments_core", "Request");
    let is_read = provider.is_read(message);
    let mut fields = String::new();
    for field in &message.fields {
        if let Some(choice) = message.choice_of(&field.wire) {
            // It stands where the first of its members would.
            if choice.of.first() == Some(&field.wire) {
                fields.push_str(&docs(&choice.doc, 4));
                fields.push_str(&format!(
                    "    #[choice]\n    {}: {},\n",
                    choice.rust, choice.name
                ));
            }
            continue;
        }
        fields.push_str(&docs(&field.doc, 4));
        fields.push_str(&format!("    #[wire({})]\n", wire_attribute(field)));
        if is_read {
            fields.push_str(&spelt(field));
        }
        if !field.currency_of.is_empty() {
            page.uses.add("super::codes", "currency_text");
        }
        fields.push_str(&format!(
            "    {}: {},\n",
            field.rust,
            request_type(field, page)
        ));
    }
    let mut attributes = String::new();
    let mut derives = "Clone, Request".to_owned();
    if let Some(signature) = &message.signature {
        derives.push_str(", Canonical");
        let keys = match message.linked {
            true => inbound::keys_name(message),
            false => "Credentials".to_owned(),
        };
        attributes.push_str(&canonical(signature, &keys));
    }
    if is_read {
        page.uses.add("payments_core", "FromJson");
        derives.push_str(", FromJson");
        if message
            .fields
            .iter()
            .any(|field| !field.currency_of.is_empty())
        {
            page.uses.add("super::codes", "currency_of");
            attributes.push_str("#[priced(spelling = currency_of)]\n");
        }
    }
    for group in &message.exactly_one {
        let names: Vec<String> = group.iter().map(|name| literal(name)).collect();
        attributes.push_str(&format!("#[request(exactly_one({}))]\n", names.join(", ")));
    }
    for rule in &message.together {
        attributes.push_str(&together(rule));
    }
    let body = if fields.is_empty() {
        "{}".to_owned()
    } else {
        format!("{{\n{fields}}}")
    };
    format!(
        "{}#[derive({derives})]\n{attributes}pub struct {} {body}\n",
        docs(&message.doc, 0),
        message.name
    )
}

/// The enum of a choice.
fn choice_enum(choice: &Choice, message: &Message, page: &mut Page) -> String {
    page.uses.add("payments_core", "Choice");
    let mut variants = String::new();
    if let Some(none) = &choice.none {
        let verb = if choice.unused_empty {
            "Leaves empty"
        } else {
            "Leaves out"
        };
        let doc = [format!("{verb} {}.", listed(&choice.of))];
        variants.push_str(&doc_lines(&doc, 4));
        variants.push_str(&format!("    {none},\n"));
    }
    for field in choice.of.iter().filter_map(|wire| message.field(wire)) {
        variants.push_str(&docs(&field.doc, 4));
        variants.push_str(&format!(
            "    #[wire({})]\n    {}({}),\n",
            wire_attribute(field),
            member_name(field),
            given_type(field, page)
        ));
    }
    let attribute = if choice.unused_empty {
        "#[choice(unused_empty)]\n"
    } else {
        ""
    };
    format!(
        "{}#[derive(Clone, Choice)]\n{attribute}pub enum {} {{\n{variants}}}\n",
        docs(&choice.doc, 0),
        choice.name
    )
}

/// The variant of a field that is one of a choice.
pub(super) fn member_name(field: &Field) -> String {
    pascal_case(&field.rust)
}

fn request_type(field: &Field, page: &mut Page) -> String {
    if !field.currency_of.is_empty() || field.constant.is_some() && field.kind == Kind::Text {
        let text = "&'static str".to_owned();
        return if field.required {
            text
        } else {
            format!("Option<{text}>")
        };
    }
    let inner = given_type(field, page);
    // A list that is not given is an empty one.
    if field.required || matches!(field.kind, Kind::List(_) | Kind::Texts) {
        inner
    } else {
        format!("Option<{inner}>")
    }
}

/// The type of a value that is sent.
fn given_type(field: &Field, page: &mut Page) -> String {
    let known_form = matches!(&field.kind, Kind::Money(Money { form: Some(_), .. }));
    if known_form {
        page.uses.add("payments_core", "Money");
        "Money".to_owned()
    } else {
        read_type(&field.kind, page, true)
    }
}

/// What stands in `#[wire(…)]` of a request.
fn wire_attribute(field: &Field) -> String {
    let mut parts = vec![literal(&field.wire)];
    if field.in_path {
        parts.push("path".to_owned());
    }
    if let Kind::Money(Money {
        form: Some(form),
        positive,
        currency,
    }) = &field.kind
    {
        parts.push(format!("money = {}", literal(form.attribute())));
        if let Currency::Fixed(code) = currency {
            parts.push(format!("only = {}", literal(code)));
        }
        if *positive {
            parts.push("positive".to_owned());
        }
    }
    if field.kind == Kind::Flag {
        parts.push("flag".to_owned());
    }
    if matches!(field.kind, Kind::Code { number: true, .. }) {
        parts.push("number".to_owned());
    }
    if !field.is_given() {
        parts.extend(made(field));
        return parts.join(", ");
    }
    if field.rule.link {
        parts.push("link".to_owned());
    }
    if field.rule.time {
        parts.push("time".to_owned());
    }
    if let Some(chars) = &field.rule.chars {
        parts.push(format!("chars = {}", literal(chars)));
    }
    if let Some(min) = field.rule.min.filter(|min| *min > 0) {
        parts.push(format!("min = {min}"));
    }
    if let Some(max) = field.rule.max {
        parts.push(format!("max = {max}"));
    }
    if let Some(least) = field.rule.least {
        parts.push(format!("min = {least}"));
    }
    if let Some(most) = field.rule.most {
        parts.push(format!("max = {most}"));
    }
    if field.sensitive == Some(Sensitive::Personal) {
        parts.push("sensitive".to_owned());
    }
    parts.join(", ")
}

/// Where a field comes from that nobody gives.
fn made(field: &Field) -> Vec<String> {
    if let Some(constant) = &field.constant {
        let value = match (&field.kind, constant) {
            (Kind::Flag, value) => (value.json() == "1").to_string(),
            (_, Value::Text(text)) => literal(text),
            (_, value) => value.json(),
        };
        return vec![format!("always = {value}")];
    }
    let amounts: Vec<String> = field.currency_of.iter().map(|name| literal(name)).collect();
    vec![
        format!("currency_of({})", amounts.join(", ")),
        "spelling = currency_text".to_owned(),
    ]
}

/// `#[request(when(…), needs(…))]`
fn together(rule: &Together) -> String {
    let mut parts = Vec::new();
    if let Some(When {
        test: found,
        unless,
    }) = &rule.when
    {
        let word = if *unless { "unless" } else { "when" };
        parts.push(format!("{word}({})", test(found)));
    }
    for (word, names) in [("needs", &rule.needs), ("lacks", &rule.lacks)] {
        if !names.is_empty() {
            parts.push(format!("{word}({})", literals(names)));
        }
    }
    parts.extend(
        rule.fits
            .iter()
            .map(|found| format!("fits({})", test(found))),
    );
    parts.extend(
        rule.at_most
            .iter()
            .map(|(name, most)| format!("at_most({}, {most})", literal(name))),
    );
    let short = format!("#[request({})]\n", parts.join(", "));
    if short.trim_end().chars().count() <= 100 {
        short
    } else {
        format!("#[request(\n    {},\n)]\n", parts.join(",\n    "))
    }
}

fn test(test: &Test) -> String {
    let mut parts = vec![literal(&test.field)];
    for (word, values) in [("is", &test.is), ("not", &test.not)] {
        if !values.is_empty() {
            parts.push(format!("{word}({})", literals(values)));
        }
    }
    parts.extend(test.min.map(|min| format!("min = {min}")));
    parts.extend(test.max.map(|max| format!("max = {max}")));
    parts.join(", ")
}

fn literals(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| literal(text)).collect();
    texts.join(", ")
}

/// `#[canonical(…)]`
pub(super) fn canonical(signature: &Signature, keys: &str) -> String {
    let order: Vec<String> = signature
        .order
        .iter()
        .map(|entry| match entry {
            Entry::Field {
                name,
                free,
                skip_absent,
            } => {
                let names: Vec<String> = skip_absent.iter().map(|name| literal(name)).collect();
                match (free, names.as_slice()) {
                    (false, []) => literal(name),
                    (true, []) => format!("free({})", literal(name)),
                    (false, names) => format!("skip_absent({})", names.join(", ")),
                    (true, names) => format!("free(skip_absent({}))", names.join(", ")),
                }
            }
            Entry::Credential(name) => literal(&format!("${name}")),
            Entry::Literal(text) => format!("lit({})", literal(text)),
        })
        .collect();
    let layout = if signature.pairs { "pairs" } else { "join" };
    let parts = [
        format!("keys = {keys}"),
        format!("{layout} = {}", literal(&signature.joiner)),
        format!("order({})", order.join(", ")),
    ];
    let short = format!("#[canonical({})]\n", parts.join(", "));
    if short.trim_end().chars().count() <= 100 {
        short
    } else {
        format!("#[canonical(\n    {},\n)]\n", parts.join(",\n    "))
    }
}

/// `impl Signed`
pub(super) fn signed(name: &str, signature: &Signature, page: &mut Page, module: &str) -> String {
    for used in ["Place", "SignatureRule", "Signed"] {
        page.uses.add(module, used);
    }
    page.uses.add("payments_core::signing", "Scheme");
    page.uses.add("payments_core::signing", "TagText");
    let scheme = match signature.scheme {
        Scheme::Sha256 => "Sha256",
        Scheme::HmacSha256 => "HmacSha256",
        Scheme::Md5 => "Md5",
    };
    let text = match signature.text {
        TagText::Base64 => "Base64",
        TagText::Hex => "Hex",
    };
    let place = match &signature.place {
        Place::Header(name) => format!("Header({})", literal(name)),
        Place::Field(name) => format!("Field({})", literal(name)),
    };
    format!(
        "impl Signed for {name} {{\n\
         const SIGNATURE: SignatureRule = SignatureRule {{\n\
         scheme: Scheme::{scheme},\ntext: TagText::{text},\nplace: Place::{place},\n}};\n}}\n"
    )
}

fn reply(message: &Message, provider: &Provider, page: &mut Page) -> String {
    let mut fields = String::new();
    for field in &message.fields {
        fields.push_str(&docs(&field.doc, 4));
        if field.sensitive == Some(Sensitive::Personal) {
            fields.push_str(&format!(
                "    #[wire({}, sensitive)]\n",
                literal(&field.wire)
            ));
        }
        let serde = serde_attribute(field, is_side_note(field, message, provider));
        if !serde.is_empty() {
            fields.push_str(&format!("    #[serde({serde})]\n"));
        }
        fields.push_str(&spelt(field));
        let inner = if let Some((form, beside)) = priced(field, message) {
            page.uses.add("payments_core", "Money");
            page.uses.add("super::codes", "currency_of");
            let form = literal(form.attribute());
            fields.push_str(&format!("    #[priced({form}, by = {})]\n", beside.rust));
            "Money".to_owned()
        } else {
            read_type(&field.kind, page, true)
        };
        let full = if field.required {
            inner
        } else {
            format!("Option<{inner}>")
        };
        fields.push_str(&format!("    pub {}: {full},\n", field.rust));
    }
    let derives = reply_derives(message, provider);
    let is_priced = |field: &Field| priced(field, message).is_some();
    let reads = if message.fields.iter().any(is_priced) {
        "payments_core::Priced)]\n#[priced(spelling = currency_of)]"
    } else if message.fields.iter().any(|field| !field.aliases.is_empty()) {
        "payments_core::Respelt)]"
    } else {
        "serde::Deserialize)]"
    };
    format!(
        "{}#[derive({derives}, {reads}\n#[non_exhaustive]\npub struct {} {{\n{fields}}}\n",
        docs(&message.doc, 0),
        message.name
    )
}

/// What a field is called beside its name.
fn spelt(field: &Field) -> String {
    if field.aliases.is_empty() {
        return String::new();
    }
    let names: Vec<String> = field.aliases.iter().map(|name| literal(name)).collect();
    format!("    #[spelt({})]\n", names.join(", "))
}

/// The form of an amount of a reply, and the field that names its currency.
fn priced<'m>(field: &Field, message: &'m Message) -> Option<(Form, &'m Field)> {
    let (form, sibling) = field.kind.sibling_money()?;
    Some((form, message.field(sibling)?))
}

fn reply_derives(message: &Message, provider: &Provider) -> String {
    let mut derives = "Clone".to_owned();
    derives.push_str(if masked(message) {
        ", payments_core::Masked"
    } else {
        ", Debug"
    });
    if message
        .fields
        .iter()
        .all(|field| comparable(field, provider))
    {
        derives.push_str(", PartialEq, Eq");
    }
    derives
}

/// Whether its `Debug` must hide something.
fn masked(message: &Message) -> bool {
    message
        .fields
        .iter()
        .any(|field| field.sensitive == Some(Sensitive::Personal))
}

/// Secrets are not compared, nor is what holds them.
pub(super) fn comparable(field: &Field, provider: &Provider) -> bool {
    match &field.kind {
        Kind::Secret => false,
        Kind::Object(name) | Kind::List(name) => provider.message(name).is_none_or(|inner| {
            let itself = |field: &Field| matches!(&field.kind, Kind::Object(known) | Kind::List(known) if known == name);
            inner.fields.iter().all(|field| itself(field) || comparable(field, provider))
        }),
        Kind::Text
        | Kind::LenientText
        | Kind::Bool
        | Kind::Flag
        | Kind::Integer
        | Kind::LenientInteger
        | Kind::Decimal
        | Kind::Money(_)
        | Kind::Code { .. }
        | Kind::Texts => true,
    }
}

/// Whether nothing hangs on the field: it is optional, no call compares it with what it sent, and a
/// message in it has nothing that must be there. What cannot be read may pass for absent then.
fn is_side_note(field: &Field, message: &Message, provider: &Provider) -> bool {
    let is_echoed = provider
        .calls
        .iter()
        .any(|call| call.reply.as_ref() == Some(&message.name) && call.echo.contains(&field.wire));
    let holds_required = match field.kind.message() {
        Some(name) => {
            let inner = provider.message(name);
            inner.is_none_or(|inner| inner.fields.iter().any(|field| field.required))
        }
        None => false,
    };
    !field.required && !is_echoed && !holds_required
}

fn serde_attribute(field: &Field, side_note: bool) -> String {
    let mut parts = Vec::new();
    if field.wire != field.rust {
        parts.push(format!("rename = {}", literal(&field.wire)));
    }
    if !field.required {
        parts.push("default".to_owned());
    }
    if let Some(reader) = reader(field, side_note) {
        parts.push(format!("deserialize_with = {}", literal(&reader)));
    }
    parts.join(", ")
}

/// The function that reads the field, where serde's own does not. Of an optional field that nothing
/// hangs on, what is not as described counts as absent.
fn reader(field: &Field, side_note: bool) -> Option<String> {
    let name = match &field.kind {
        Kind::LenientInteger if field.required => "required_lenient_integer",
        Kind::LenientInteger => "lenient_integer",
        Kind::Integer if side_note => "lenient_integer",
        Kind::Text | Kind::LenientText | Kind::Code { .. } if side_note => "lenient_code",
        Kind::Flag if field.required => "flag",
        Kind::Flag => "lenient_flag",
        Kind::Bool if side_note => "lenient_flag",
        Kind::Decimal | Kind::Money(Money { form: None, .. }) if side_note => "lenient_decimal",
        Kind::Object(_) | Kind::List(_) if side_note => "lenient_message",
        Kind::LenientText | Kind::Code { number: true, .. } if field.required => "code",
        Kind::LenientText | Kind::Code { number: true, .. } => "optional_code",
        Kind::Money(_) => {
            let (form, currency) = field.kind.fixed_money()?;
            return Some(reader_name(form, currency, !field.required));
        }
        Kind::Text
        | Kind::Secret
        | Kind::Bool
        | Kind::Integer
        | Kind::Decimal
        | Kind::Code { .. }
        | Kind::Object(_)
        | Kind::List(_)
        | Kind::Texts => return None,
    };
    Some(format!("payments_core::json::{name}"))
}

/// The generated function that reads amounts of one form and currency.
pub(super) fn reader_name(form: Form, currency: &str, optional: bool) -> String {
    let optional = if optional { "optional_" } else { "" };
    format!(
        "{optional}{}_{}",
        form.attribute(),
        currency.to_ascii_lowercase()
    )
}
