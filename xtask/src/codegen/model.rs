//! What a description means, checked: everything that is emitted is read from here.

mod linked;
mod notice;
mod rules;
mod signature;

pub(crate) use super::load::node::Value;
pub(crate) use super::load::raw::{
    CredentialKind, EffectKind, Scheme, Sensitive, ServerKind, Tag, TagText,
};

pub(crate) use linked::Linked;
pub(crate) use notice::{Acknowledgement, Notice};
pub(crate) use rules::{Test, Together, When};
pub(crate) use signature::{Entry, Place, Signature, Vector};

/// One provider.
#[derive(Debug)]
pub(crate) struct Provider {
    /// The folder, such as `mocasa`.
    pub(crate) folder: String,
    /// The name for people, such as `Mocasa`.
    pub(crate) title: String,
    /// The provider's type in `auth.rs`.
    pub(crate) type_name: String,
    pub(crate) currencies: Vec<Spelling>,
    pub(crate) credentials: Vec<Credential>,
    /// The main host's.
    pub(crate) servers: Vec<Server>,
    pub(crate) hosts: Vec<Host>,
    pub(crate) envelopes: Vec<Envelope>,
    pub(crate) calls: Vec<Call>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) links: Vec<Linked>,
    /// In the order of the schemas; messages of path parameters alone come last.
    pub(crate) messages: Vec<Message>,
    pub(crate) codes: Vec<Codes>,
    /// Of calls whose media type has parameters: id, and media type.
    pub(crate) content_types: Vec<(String, String)>,
}

impl Provider {
    /// The message called `name`. Lowering has checked that it exists.
    pub(crate) fn message(&self, name: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.name == name)
    }

    /// The link that a message travels in.
    pub(crate) fn linked(&self, message: &Message) -> Option<&Linked> {
        self.links.iter().find(|link| link.message == message.name)
    }

    /// What a call is sent as, where that is more than the kind of its body.
    pub(crate) fn content_type(&self, call: &Call) -> Option<&str> {
        let found = self.content_types.iter().find(|(id, _)| *id == call.id);
        found.map(|(_, text)| text.as_str())
    }

    /// Whether a request is read from JSON too: others write it, in several spellings, or one that
    /// holds it.
    pub(crate) fn is_read(&self, request: &Message) -> bool {
        let holds = |field: &Field| matches!(&field.kind, Kind::Object(name) | Kind::List(name) if *name == request.name);
        request.fields.iter().any(|field| !field.aliases.is_empty())
            || self.messages.iter().any(|outer| {
                outer.role == Role::Request
                    && outer.name != request.name
                    && outer.fields.iter().any(holds)
                    && self.is_read(outer)
            })
    }

    pub(crate) fn envelope(&self, name: &str) -> Option<&Envelope> {
        self.envelopes.iter().find(|envelope| envelope.name == name)
    }

    /// Whether a credential signs or authorizes.
    pub(crate) fn has_secret(&self) -> bool {
        let mut kinds = self.credentials.iter().map(|known| known.kind);
        kinds.any(|kind| kind == CredentialKind::Secret)
    }

    /// The choices of all requests, each once, in their order.
    pub(crate) fn choices(&self) -> Vec<(&Choice, &Message)> {
        let mut found: Vec<(&Choice, &Message)> = Vec::new();
        for message in &self.messages {
            for choice in &message.choices {
                if !found.iter().any(|(known, _)| known.name == choice.name) {
                    found.push((choice, message));
                }
            }
        }
        found
    }

    /// The ISO code of what the provider writes.
    pub(crate) fn currency_of(&self, text: &str) -> Option<&str> {
        let spelling = self.currencies.iter().find(|known| known.reads(text))?;
        Some(&spelling.code)
    }

    /// Whether currencies are written or read by the provider's spelling.
    pub(crate) fn spells_currencies(&self) -> bool {
        let fields = || self.messages.iter().flat_map(|message| &message.fields);
        let spelt = |known: &Spelling| known.wire != known.code || !known.also.is_empty();
        self.currencies.iter().any(spelt)
            || fields().any(|field| field.kind.sibling_money().is_some())
    }

    /// Whether any call with this direction of signature takes its keys from the credentials.
    pub(crate) fn signs_requests(&self) -> Option<&Signature> {
        self.messages
            .iter()
            .filter(|message| message.role == Role::Request && !message.linked)
            .find_map(|message| message.signature.as_ref())
    }
}

/// A text of the description with its evidence mark: the paragraphs of a doc comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Doc {
    pub(crate) text: String,
    /// Such as `inferred`; nothing where it is documented.
    pub(crate) evidence: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Credential {
    pub(crate) wire: String,
    pub(crate) rust: String,
    pub(crate) kind: CredentialKind,
    /// The fewest bytes of a secret, where that is not what any secret must have.
    pub(crate) min: Option<usize>,
    pub(crate) doc: Doc,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Server {
    pub(crate) kind: ServerKind,
    pub(crate) url: String,
}

/// Another host than the main one, with a server for each environment of the main one.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) servers: Vec<Server>,
}

#[derive(Debug)]
pub(crate) struct Envelope {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) kind: EnvelopeKind,
    pub(crate) code: Option<String>,
    pub(crate) message: Vec<String>,
    pub(crate) data: Option<String>,
    pub(crate) others: Vec<String>,
    pub(crate) codes: Option<String>,
    /// The statuses of refusals that it stands around.
    pub(crate) refused: Vec<u16>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum EnvelopeKind {
    /// Around replies.
    Reply {
        success: Success,
        /// A second verdict, inside the data.
        inner: Option<Verdict>,
        any_status: bool,
        failed_beside_4xx: bool,
    },
    /// Around refusals: the status says that it is one.
    Refusal,
    /// Around requests.
    Request,
}

/// When a field says success.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Success {
    pub(crate) field: String,
    /// Of one kind; one alone, or all those that are none.
    pub(crate) values: Vec<Value>,
    pub(crate) except: bool,
}

impl Success {
    /// Whether `found` says success, as the library compares.
    pub(crate) fn is_said_by(&self, found: &Value) -> bool {
        let same = |value: &Value| match (value, found) {
            (Value::Text(value), Value::Text(found)) => {
                value.trim().eq_ignore_ascii_case(found.trim())
            }
            (value, found) => value == found,
        };
        self.values.iter().any(same) != self.except
    }
}

/// What stands in the data beside the message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) success: Success,
    pub(crate) code: Option<String>,
    pub(crate) message: Vec<String>,
    pub(crate) codes: Option<String>,
}

/// A currency as the provider writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spelling {
    /// As ISO 4217 does.
    pub(crate) code: String,
    pub(crate) wire: String,
    /// What is read too.
    pub(crate) also: Vec<String>,
}

impl Spelling {
    pub(crate) fn reads(&self, text: &str) -> bool {
        self.wire == text || self.also.iter().any(|known| known == text)
    }
}

/// Fields of a request of which one is given, as an enum.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// The enum.
    pub(crate) name: String,
    /// The field of the request in Rust.
    pub(crate) rust: String,
    pub(crate) doc: Doc,
    /// The wire names of the fields.
    pub(crate) of: Vec<String>,
    /// Whether those not chosen are written as empty text.
    pub(crate) unused_empty: bool,
    /// The variant that stands for none of them.
    pub(crate) none: Option<String>,
}

/// A struct to generate.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) name: String,
    pub(crate) doc: Doc,
    pub(crate) role: Role,
    /// Nothing of it is described: it is kept as it comes.
    pub(crate) open: bool,
    /// Travels in a link.
    pub(crate) linked: bool,
    pub(crate) fields: Vec<Field>,
    pub(crate) exactly_one: Vec<Vec<String>>,
    pub(crate) together: Vec<Together>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) signature: Option<Signature>,
    pub(crate) vectors: Vec<Vector>,
}

impl Message {
    pub(crate) fn field(&self, wire: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.wire == wire)
    }

    /// The choice that the field is a member of.
    pub(crate) fn choice_of(&self, wire: &str) -> Option<&Choice> {
        let mut choices = self.choices.iter();
        choices.find(|choice| choice.of.iter().any(|name| name == wire))
    }
}

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Sent by us: built by a builder.
    Request,
    /// Answered by the provider.
    Reply,
    /// Sent by the provider on its own.
    Notice,
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The name on the wire.
    pub(crate) wire: String,
    /// The name in Rust.
    pub(crate) rust: String,
    pub(crate) doc: Doc,
    pub(crate) required: bool,
    pub(crate) kind: Kind,
    pub(crate) rule: Rule,
    pub(crate) sensitive: Option<Sensitive>,
    /// Stands in the path, not in the body.
    pub(crate) in_path: bool,
    /// Is one of a choice.
    pub(crate) member: bool,
    /// The one value that there is, which nobody gives.
    pub(crate) constant: Option<Value>,
    /// Is sent as the empty text where it is not given.
    pub(crate) sent_empty: bool,
    /// The amounts whose currency it is: it follows from them.
    pub(crate) currency_of: Vec<String>,
    /// Other names on the wire, which are read too.
    pub(crate) aliases: Vec<String>,
}

impl Field {
    /// Every name on the wire.
    pub(crate) fn spellings(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.wire)
            .chain(&self.aliases)
            .map(String::as_str)
    }

    /// Its value in an example, under whichever name.
    pub(crate) fn value_in<'v>(&self, example: &'v Value) -> Option<&'v Value> {
        self.spellings().find_map(|name| {
            let value = example.field(name);
            value.filter(|value| **value != Value::Null)
        })
    }

    /// Whether the caller gives it.
    pub(crate) fn is_given(&self) -> bool {
        self.constant.is_none() && self.currency_of.is_empty()
    }
}

/// What a text or an integer may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rule {
    /// A link that nobody can listen to.
    pub(crate) link: bool,
    /// A time in UTC as RFC 3339 has it.
    pub(crate) time: bool,
    pub(crate) chars: Option<String>,
    pub(crate) min: Option<usize>,
    pub(crate) max: Option<usize>,
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
    /// Of a text that is answered: an address of the web.
    pub(crate) web: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// A text that may come as a number.
    LenientText,
    Secret,
    Bool,
    /// A truth value that is written as 0 or 1.
    Flag,
    Integer,
    /// An integer, or a text of digits.
    LenientInteger,
    /// A number that is no money, exactly.
    Decimal,
    Money(Money),
    /// An open enum; `number` where the wire writes it as a number.
    Code {
        name: String,
        number: bool,
    },
    Object(String),
    List(String),
    Texts,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Money {
    /// Nothing where the provider does not say the unit.
    pub(crate) form: Option<Form>,
    pub(crate) currency: Currency,
    pub(crate) positive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Minor,
    Major,
    Decimal,
    DecimalNumber,
    Trimmed,
    TrimmedNumber,
}

impl Form {
    /// The names in a description, in the order of help texts.
    pub(crate) const NAMES: [(&'static str, Option<Self>); 7] = [
        ("minor", Some(Self::Minor)),
        ("major", Some(Self::Major)),
        ("decimal", Some(Self::Decimal)),
        ("decimal-number", Some(Self::DecimalNumber)),
        ("trimmed", Some(Self::Trimmed)),
        ("trimmed-number", Some(Self::TrimmedNumber)),
        ("unknown", None),
    ];

    /// The name in `#[wire(money = "…")]`.
    pub(crate) fn attribute(self) -> &'static str {
        match self {
            Self::Minor => "minor",
            Self::Major => "major",
            Self::Decimal => "decimal",
            Self::DecimalNumber => "decimal_number",
            Self::Trimmed => "trimmed",
            Self::TrimmedNumber => "trimmed_number",
        }
    }

    /// The variant of `payments_core::money::wire::Form`.
    pub(crate) fn variant(self) -> &'static str {
        match self {
            Self::Minor => "Minor",
            Self::Major => "Major",
            Self::Decimal => "Decimal",
            Self::DecimalNumber => "DecimalNumber",
            Self::Trimmed => "Trimmed",
            Self::TrimmedNumber => "TrimmedNumber",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Currency {
    Configured {
        example: String,
    },
    Fixed(String),
    /// The wire name of the field beside it.
    Sibling(String),
}

impl Kind {
    /// The message that it holds, one or many.
    pub(crate) fn message(&self) -> Option<&str> {
        if let Self::Object(name) | Self::List(name) = self {
            Some(name)
        } else {
            None
        }
    }

    /// Whether it is a text in Rust that is no secret.
    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::LenientText)
    }

    /// The form of an amount and the wire name of the currency beside it.
    pub(crate) fn sibling_money(&self) -> Option<(Form, &str)> {
        match self {
            Self::Money(Money {
                form: Some(form),
                currency: Currency::Sibling(name),
                ..
            }) => Some((*form, name)),
            _ => None,
        }
    }

    /// The type of money that can be read without further knowledge.
    pub(crate) fn fixed_money(&self) -> Option<(Form, &str)> {
        match self {
            Self::Money(Money {
                form: Some(form),
                currency: Currency::Fixed(code),
                ..
            }) => Some((*form, code)),
            _ => None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Codes {
    pub(crate) name: String,
    pub(crate) doc: Doc,
    pub(crate) codes: Vec<Code>,
    /// What all other codes mean, as a variant of `payments_core::error::Meaning`.
    pub(crate) others: Option<&'static str>,
}

#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) code: String,
    pub(crate) name: String,
    /// The variant of `payments_core::error::Meaning`.
    pub(crate) meaning: &'static str,
    pub(crate) doc: Doc,
    /// The provider advises against it.
    pub(crate) deprecated: bool,
}

/// How a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Form,
    Json,
    Query,
    /// Nothing but the path.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) tags: Vec<Tag>,
    pub(crate) doc: Doc,
    /// Whether clients make it by themselves.
    pub(crate) login: bool,
    /// The host that it goes to, where it is not the main one.
    pub(crate) host: Option<String>,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) wire: Wire,
    /// The field that a request is wrapped in.
    pub(crate) wrapped_in: Option<String>,
    pub(crate) message: String,
    pub(crate) effect: EffectKind,
    pub(crate) by: Vec<String>,
    /// Whether a field of it holds an id of its own each time.
    pub(crate) is_fresh: bool,
    pub(crate) reference: Option<String>,
    /// The id of the operation that asks, with the field that takes the reference.
    pub(crate) resolved_by: Option<Resolution>,
    pub(crate) echo: Vec<String>,
    /// Nothing where a success has no body.
    pub(crate) reply: Option<String>,
    /// The envelope of the reply, or that of the refusals where the reply has none.
    pub(crate) envelope: Option<String>,
    pub(crate) examples: Vec<Example>,
    pub(crate) replies: Vec<ReplyExample>,
}

#[derive(Debug)]
pub(crate) struct Resolution {
    pub(crate) message: String,
    pub(crate) field: String,
    /// The field that holds an id of its own each time.
    pub(crate) fresh: Option<String>,
    /// The codes by which the query says that there is no such thing.
    pub(crate) not_found: Vec<String>,
    pub(crate) answers_anyway: bool,
}

/// An example of a request or a callback: the value of the whole message.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) name: String,
    pub(crate) value: Value,
}

#[derive(Debug)]
pub(crate) struct ReplyExample {
    pub(crate) name: String,
    pub(crate) status: u16,
    /// The whole body; nothing where there is none.
    pub(crate) body: Option<Value>,
    /// The message in it; nothing where the provider refuses.
    pub(crate) message: Option<Value>,
}
