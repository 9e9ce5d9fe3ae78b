//! The narrow model of a description: OpenAPI 3.1 in the house profile, and nothing else.
//!
//! Every struct refuses keys that it does not know. What stands in a `Spanned` is what messages
//! point at.

use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::node::{Map, Node};

mod tag;

pub(crate) use tag::Tag;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Description {
    pub(crate) openapi: Spanned<String>,
    pub(crate) info: Info,
    pub(crate) servers: Vec<Server>,
    pub(crate) paths: Map<PathItem>,
    #[serde(default)]
    pub(crate) webhooks: Map<PathItem>,
    pub(crate) components: Components,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Info {
    pub(crate) title: String,
    #[serde(rename = "version")]
    pub(crate) _version: String,
    #[serde(rename = "description")]
    pub(crate) _description: String,
    #[serde(rename = "x-provider")]
    pub(crate) provider: Provider,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Provider {
    #[serde(rename = "crate")]
    pub(crate) folder: Spanned<String>,
    #[serde(rename = "document")]
    pub(crate) _document: String,
    #[serde(rename = "read")]
    pub(crate) _read: String,
    /// A code, or `{ code, wire, also }` where the provider spells it in another way.
    pub(crate) currencies: Vec<Spanned<Node>>,
    #[serde(default)]
    pub(crate) credentials: Vec<Credential>,
    pub(crate) login: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credential {
    pub(crate) name: Spanned<String>,
    pub(crate) kind: CredentialKind,
    /// In bytes, where the provider's secrets are longer than any secret must be.
    #[serde(rename = "minLength")]
    pub(crate) min_length: Option<usize>,
    pub(crate) description: String,
    #[serde(rename = "x-evidence")]
    pub(crate) evidence: Option<Evidence>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CredentialKind {
    /// Known to others: an id, a public key.
    Public,
    /// Chosen by people: must only be non-empty.
    Password,
    /// Signs or authorizes: at least 16 bytes.
    Secret,
}

impl CredentialKind {
    fn secret() -> Self {
        Self::Secret
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) name: Spanned<String>,
    #[serde(default = "CredentialKind::secret")]
    pub(crate) kind: CredentialKind,
    pub(crate) description: String,
    #[serde(rename = "x-evidence")]
    pub(crate) evidence: Option<Evidence>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Evidence {
    Documented,
    Sample,
    ThirdParty,
    Inferred,
    Unknown,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) url: Spanned<String>,
    #[serde(rename = "description")]
    pub(crate) _description: Option<String>,
    #[serde(rename = "x-environment")]
    pub(crate) environment: Option<Spanned<ServerKind>>,
    #[serde(rename = "x-host")]
    pub(crate) host: Option<Spanned<String>>,
    #[serde(rename = "x-evidence")]
    pub(crate) _evidence: Option<Evidence>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ServerKind {
    Test,
    TestLegacy,
    Live,
    LiveLegacy,
}

impl ServerKind {
    /// The name in a description.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::TestLegacy => "test-legacy",
            Self::Live => "live",
            Self::LiveLegacy => "live-legacy",
        }
    }
}

impl Description {
    /// Takes the parameters off the media types of what is sent: they say how it is written, and not
    /// what it is. What cannot be a header stays, and is refused with the rest that is not supported.
    pub(crate) fn split_media_types(&mut self) {
        for (_, item) in self.paths.iter_mut() {
            let bodies = item.operations_mut().filter_map(|one| one.body.as_mut());
            for (kind, media) in bodies.flat_map(|body| body.content.iter_mut()) {
                let plain = kind.value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
                if let Some((essence, _)) = kind.value.split_once(';').filter(|_| plain) {
                    let essence = essence.trim().to_owned();
                    media.written = Some(std::mem::replace(&mut kind.value, essence));
                }
            }
        }
    }
}

/// The operations of one path. Webhooks have `post` or `get` only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathItem {
    /// Another host of the provider, for this path alone, or the scheme of an app that opens it.
    #[serde(default)]
    pub(crate) servers: Vec<Server>,
    pub(crate) get: Option<Operation>,
    pub(crate) post: Option<Operation>,
    pub(crate) put: Option<Operation>,
    pub(crate) patch: Option<Operation>,
    pub(crate) delete: Option<Operation>,
}

impl PathItem {
    /// Its operations.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &Operation> {
        let Self {
            servers: _,
            get,
            post,
            put,
            patch,
            delete,
        } = self;
        [get, post, put, patch, delete].into_iter().flatten()
    }

    fn operations_mut(&mut self) -> impl Iterator<Item = &mut Operation> {
        let Self {
            servers: _,
            get,
            post,
            put,
            patch,
            delete,
        } = self;
        [get, post, put, patch, delete].into_iter().flatten()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    #[serde(rename = "operationId")]
    pub(crate) id: Spanned<String>,
    /// What it is for.
    #[serde(default)]
    pub(crate) tags: Vec<Spanned<Tag>>,
    pub(crate) description: String,
    #[serde(rename = "x-evidence")]
    pub(crate) evidence: Option<Evidence>,
    #[serde(rename = "x-effect")]
    pub(crate) effect: Option<Spanned<Effect>>,
    #[serde(default, rename = "x-echo")]
    pub(crate) echo: Vec<Spanned<String>>,
    #[serde(rename = "x-dedupe")]
    pub(crate) dedupe: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(rename = "x-repeat")]
    pub(crate) repeat: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    #[serde(rename = "requestBody")]
    pub(crate) body: Option<Body>,
    pub(crate) responses: Map<Response>,
}

impl Tag {
    /// Whether it says what proves a callback that has no `x-signature`.
    pub(crate) fn is_of_proof(self) -> bool {
        matches!(self, Self::Unsigned | Self::Proof)
    }

    pub(crate) fn is_of_webhooks(self) -> bool {
        match self {
            Self::Unsigned | Self::Proof | Self::Card => true,
            Self::Start
            | Self::Query
            | Self::Capture
            | Self::Void
            | Self::Refund
            | Self::Payout
            | Self::Subscription => false,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Effect {
    pub(crate) kind: EffectKind,
    pub(crate) by: Option<Vec<Spanned<String>>>,
    pub(crate) reference: Option<Spanned<String>>,
    #[serde(rename = "resolved-by")]
    pub(crate) resolved_by: Option<Spanned<String>>,
    #[serde(default, rename = "not-found")]
    pub(crate) not_found: Vec<Spanned<String>>,
    #[serde(rename = "answers-anyway")]
    pub(crate) answers_anyway: Option<Spanned<bool>>,
    /// Of a read: the field that holds an id of its own each time it is asked.
    pub(crate) fresh: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EffectKind {
    Read,
    Idempotent,
    Once,
}

/// `in: path` with a text schema, or one `in: query` whose schema is the whole message.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    pub(crate) name: Spanned<String>,
    #[serde(rename = "in")]
    pub(crate) place: ParameterPlace,
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) description: Option<String>,
    #[serde(rename = "x-evidence")]
    pub(crate) evidence: Option<Evidence>,
    pub(crate) schema: Property,
    pub(crate) example: Option<Spanned<Node>>,
    #[serde(default)]
    pub(crate) examples: Map<Example>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ParameterPlace {
    Path,
    Query,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    #[serde(default, rename = "required")]
    pub(crate) _required: bool,
    #[serde(rename = "description")]
    pub(crate) _description: Option<String>,
    pub(crate) content: Map<Media>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    #[serde(rename = "description")]
    pub(crate) _description: String,
    #[serde(rename = "x-evidence")]
    pub(crate) _evidence: Option<Evidence>,
    #[serde(default)]
    pub(crate) content: Map<Media>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Media {
    pub(crate) schema: Option<Reference>,
    #[serde(rename = "x-envelope")]
    pub(crate) envelope: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) examples: Map<Example>,
    /// The media type as it is written, where it has parameters.
    #[serde(skip)]
    pub(crate) written: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reference {
    #[serde(rename = "$ref")]
    pub(crate) target: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    #[serde(rename = "summary")]
    pub(crate) _summary: Option<String>,
    #[serde(rename = "x-evidence")]
    pub(crate) _evidence: Option<Evidence>,
    pub(crate) value: Spanned<Node>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Components {
    #[serde(default, rename = "x-envelopes")]
    pub(crate) envelopes: Map<Envelope>,
    pub(crate) schemas: Map<Schema>,
}

/// What is around a message: around a reply with `success`, around a refusal without it, around a
/// request with `data` alone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Envelope {
    pub(crate) description: String,
    #[serde(rename = "x-evidence")]
    pub(crate) _evidence: Option<Evidence>,
    pub(crate) success: Option<Success>,
    pub(crate) code: Option<Spanned<String>>,
    /// A name, or a list of names.
    pub(crate) message: Option<Spanned<Node>>,
    pub(crate) data: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) others: Vec<Spanned<String>>,
    pub(crate) codes: Option<Spanned<String>>,
    pub(crate) inner: Option<Spanned<Inner>>,
    pub(crate) statuses: Option<Spanned<Statuses>>,
}

impl Envelope {
    /// Where something stands that only an envelope of replies can have.
    pub(crate) fn only_of_replies(&self) -> Option<Location> {
        let inner = self.inner.as_ref().map(|inner| inner.referenced);
        inner.or_else(|| self.statuses.as_ref().map(|statuses| statuses.referenced))
    }
}

/// A second verdict, inside the data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inner {
    pub(crate) success: Success,
    pub(crate) code: Option<Spanned<String>>,
    pub(crate) message: Option<Spanned<Node>>,
    pub(crate) codes: Option<Spanned<String>>,
}

/// What is read beside more statuses. A refusal is beside 2xx and 4xx, a success beside 2xx unless told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Statuses {
    /// A refusal beside 5xx too.
    Any,
    /// An answer that tells of a failure beside 4xx too.
    Failures,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Success {
    pub(crate) field: Spanned<String>,
    pub(crate) equals: Option<Spanned<Node>>,
    pub(crate) except: Option<Spanned<Vec<Spanned<Node>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Schema {
    #[serde(rename = "type")]
    pub(crate) kind: Spanned<Node>,
    pub(crate) description: String,
    #[serde(rename = "x-evidence")]
    pub(crate) evidence: Option<Evidence>,
    #[serde(default)]
    pub(crate) required: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) properties: Map<Property>,
    /// Of a webhook: its fields are not known.
    #[serde(rename = "additionalProperties")]
    pub(crate) additional: Option<Spanned<bool>>,
    #[serde(default, rename = "x-exactly-one")]
    pub(crate) exactly_one: Vec<Spanned<Node>>,
    #[serde(default, rename = "dependentRequired")]
    pub(crate) dependent_required: Map<Vec<Spanned<String>>>,
    #[serde(default, rename = "allOf")]
    pub(crate) all_of: Vec<Conditional>,
    #[serde(rename = "x-signature")]
    pub(crate) signature: Option<Spanned<Signature>>,
    #[serde(default, rename = "x-vectors")]
    pub(crate) vectors: Vec<Vector>,
    #[serde(rename = "x-codes")]
    pub(crate) codes: Option<Vec<Code>>,
}

/// What one field says about others.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conditional {
    #[serde(rename = "if")]
    pub(crate) condition: Spanned<Clause>,
    pub(crate) then: Option<Spanned<Clause>>,
    #[serde(rename = "else")]
    pub(crate) otherwise: Option<Spanned<Clause>>,
}

/// Fields that are there, and what they are: `false` stands for not being there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Clause {
    #[serde(default)]
    pub(crate) required: Vec<Spanned<String>>,
    #[serde(default)]
    pub(crate) properties: Map<Spanned<Node>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Property {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<Spanned<String>>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<Spanned<Node>>,
    pub(crate) items: Option<Spanned<Items>>,
    pub(crate) title: Option<Spanned<String>>,
    pub(crate) description: Option<String>,
    pub(crate) pattern: Option<Spanned<String>>,
    #[serde(rename = "enum")]
    pub(crate) values: Option<Spanned<Vec<Spanned<Node>>>>,
    #[serde(rename = "const")]
    pub(crate) constant: Option<Spanned<Node>>,
    pub(crate) not: Option<Spanned<Node>>,
    #[serde(rename = "minItems")]
    pub(crate) min_items: Option<Spanned<usize>>,
    #[serde(rename = "maxItems")]
    pub(crate) max_items: Option<Spanned<usize>>,
    /// What is sent where it is not given: the empty text, in a link any.
    pub(crate) default: Option<Spanned<Node>>,
    pub(crate) minimum: Option<Spanned<i64>>,
    pub(crate) maximum: Option<Spanned<i64>>,
    pub(crate) format: Option<Spanned<String>>,
    #[serde(rename = "minLength")]
    pub(crate) min_length: Option<Spanned<usize>>,
    #[serde(rename = "maxLength")]
    pub(crate) max_length: Option<usize>,
    #[serde(rename = "x-evidence")]
    pub(crate) evidence: Option<Evidence>,
    #[serde(rename = "x-money")]
    pub(crate) money: Option<Spanned<Money>>,
    #[serde(rename = "x-aliases")]
    pub(crate) aliases: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(rename = "x-sensitive")]
    pub(crate) sensitive: Option<Spanned<Sensitive>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Items {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<Spanned<String>>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Money {
    pub(crate) form: Spanned<String>,
    pub(crate) currency: Spanned<Node>,
    #[serde(default)]
    pub(crate) positive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sensitive {
    Secret,
    Personal,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Signature {
    pub(crate) scheme: Scheme,
    pub(crate) key: Option<Spanned<String>>,
    pub(crate) layout: Spanned<Layout>,
    pub(crate) order: Vec<Spanned<Node>>,
    #[serde(rename = "in")]
    pub(crate) place: Spanned<Place>,
    pub(crate) text: TagText,
    #[serde(rename = "x-evidence")]
    pub(crate) _evidence: Option<Evidence>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Scheme {
    Sha256,
    HmacSha256,
    Md5,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Layout {
    pub(crate) join: Option<String>,
    pub(crate) pairs: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) header: Option<Spanned<String>>,
    pub(crate) field: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TagText {
    Base64,
    Hex,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) name: Spanned<String>,
    pub(crate) given: Spanned<Node>,
    #[serde(default)]
    pub(crate) keys: Map<String>,
    pub(crate) canonical: Option<Spanned<String>>,
    pub(crate) signature: Option<Spanned<String>>,
    pub(crate) rejected: Option<Spanned<String>>,
    pub(crate) source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// `*` stands for all that are not described.
    pub(crate) code: Spanned<String>,
    pub(crate) name: Option<Spanned<String>>,
    pub(crate) meaning: Option<Spanned<String>>,
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) deprecated: bool,
    #[serde(rename = "x-evidence")]
    pub(crate) evidence: Option<Evidence>,
}
