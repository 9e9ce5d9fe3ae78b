//! What a person sees of a sandbox's payments, and what can be done about each.

/// A payment, or what else has a state of its own (a payout, a bill), in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    id: String,
    kind: &'static str,
    reference: String,
    state: String,
    amount: String,
    page: Option<String>,
    facts: Vec<(&'static str, String)>,
}

impl Listed {
    /// A payment: `id` is its own within the sandbox and never changes, `reference` the merchant's,
    /// `amount` with its currency, `state` in the provider's word.
    #[must_use]
    pub fn new(id: &str, reference: &str, amount: &str, state: &str) -> Self {
        Self {
            id: id.to_owned(),
            kind: "payment",
            reference: reference.to_owned(),
            state: state.to_owned(),
            amount: amount.to_owned(),
            page: None,
            facts: Vec::new(),
        }
    }

    /// What it is instead of a payment.
    #[must_use]
    pub const fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// Where the payer pays.
    #[must_use]
    pub fn page(mut self, url: &str) -> Self {
        self.page = Some(url.to_owned());
        self
    }

    /// Adds what else is to be seen of it: no secret, nothing personal.
    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is.
    #[must_use]
    pub const fn what(&self) -> &'static str {
        self.kind
    }

    /// The merchant's reference.
    #[must_use]
    pub fn reference(&self) -> &str {
        &self.reference
    }

    /// Where it stands, in the provider's word.
    #[must_use]
    pub fn state(&self) -> &str {
        &self.state
    }

    /// The amount with its currency.
    #[must_use]
    pub fn amount(&self) -> &str {
        &self.amount
    }

    /// Where the payer pays.
    #[must_use]
    pub fn payer_page(&self) -> Option<&str> {
        self.page.as_deref()
    }

    /// What else is to be seen of it.
    #[must_use]
    pub fn facts(&self) -> &[(&'static str, String)] {
        &self.facts
    }
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Actor {
    /// Who pays.
    Payer,
    /// The provider.
    Provider,
    /// The merchant's operator.
    Operator,
}

impl Actor {
    /// All of them, in the order of a payment.
    pub const ALL: [Self; 3] = [Self::Payer, Self::Provider, Self::Operator];

    /// The name, in small letters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Provider => "provider",
            Self::Operator => "operator",
        }
    }
}

/// Something to fill in before it is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    name: &'static str,
    label: &'static str,
    value: String,
}

impl Input {
    /// The field's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What a person reads before it.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        self.label
    }

    /// What stands there already.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Something that can be done now: a command of the provider's with its fields.
///
/// ```
/// use payments_core::sandbox::{Action, Actor};
///
/// let twice = Action::new(Actor::Payer, "pay", "Pay twice").named("pay-twice").times(2).field("order", "A-1");
/// assert_eq!((twice.name(), twice.command(), twice.count()), ("pay-twice", "pay", 2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    name: &'static str,
    actor: Actor,
    command: &'static str,
    label: &'static str,
    fields: Vec<(&'static str, String)>,
    inputs: Vec<Input>,
    times: u32,
}

impl Action {
    /// Does `command` once; `label` is what a person reads on the button.
    #[must_use]
    pub const fn new(actor: Actor, command: &'static str, label: &'static str) -> Self {
        Self {
            name: command,
            actor,
            command,
            label,
            fields: Vec::new(),
            inputs: Vec::new(),
            times: 1,
        }
    }

    /// Another name than the command's, where one command is offered in two ways.
    #[must_use]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// Adds a field that is given.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: &str) -> Self {
        self.fields.push((name, value.to_owned()));
        self
    }

    /// Adds a field that a person fills in.
    #[must_use]
    pub fn input(mut self, name: &'static str, label: &'static str, value: &str) -> Self {
        self.inputs.push(Input {
            name,
            label,
            value: value.to_owned(),
        });
        self
    }

    /// Does it so many times, one after the other.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// What tells it from the others.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Who does it.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    /// The command.
    #[must_use]
    pub const fn command(&self) -> &'static str {
        self.command
    }

    /// What a person reads on the button.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        self.label
    }

    /// What is given.
    #[must_use]
    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.fields
    }

    /// What is to be filled in.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// How many times it is done.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.times
    }
}
