//! The services of a provider as types: which hosts are called, and with whose credentials.

use super::super::load::raw::ServerKind;
use super::super::model::{CredentialKind, Provider, Server};
use super::{Page, literal};

/// One enum where the caller names the host; where the provider's hosts are described, a type for
/// the live and one for the test service, each with credentials of its own.
pub(super) fn emit(provider: &Provider, page: &mut Page) -> Vec<String> {
    if provider.servers.is_empty() {
        return vec![at_only(&provider.title)];
    }
    page.uses.add("payments_core::client", "Environment");
    page.uses.add("payments_core::client", "Hosts");
    [LIVE, TEST]
        .into_iter()
        .flat_map(|service| {
            [
                environment(provider, service),
                credentials(provider, service),
            ]
        })
        .collect()
}

#[derive(Clone, Copy)]
struct Service {
    name: &'static str,
    what: &'static str,
    other: &'static str,
    current: ServerKind,
    legacy: ServerKind,
}

const LIVE: Service = Service {
    name: "Live",
    what: "live",
    other: "Test",
    current: ServerKind::Live,
    legacy: ServerKind::LiveLegacy,
};
const TEST: Service = Service {
    name: "Test",
    what: "test",
    other: "Live",
    current: ServerKind::Test,
    legacy: ServerKind::TestLegacy,
};

fn at_only(title: &str) -> String {
    format!(
        "/// Which service of {title} is called.\n\
         #[derive(Clone, Debug, PartialEq, Eq)]\n#[non_exhaustive]\npub enum Environment {{\n\
         /// The service at this base URL: https, or http on loopback.\nAt(String),\n}}\n\n\
         impl Environment {{\n\
         /// The base URL, without a slash at the end.\n#[must_use]\n\
         pub fn base(&self) -> &str {{\nmatch self {{\nSelf::At(base) => base,\n}}\n}}\n}}\n"
    )
}

fn environment(provider: &Provider, service: Service) -> String {
    let Service {
        name,
        what,
        other,
        current,
        legacy,
    } = service;
    let title = &provider.title;
    let url = |servers: &[Server], kind: ServerKind| {
        let found = servers.iter().find(|server| server.kind == kind);
        found.map(|server| server.url.clone())
    };
    let mut methods = String::new();
    for (kind, method, which) in [(current, "new", "The"), (legacy, "legacy", "The old")] {
        let Some(main) = url(&provider.servers, kind) else {
            continue;
        };
        let mut hosts = format!("Hosts::new({})", literal(&main));
        for host in &provider.hosts {
            let own = url(&host.servers, kind).unwrap_or_default();
            hosts.push_str(&format!(
                ".with({}, {})",
                literal(&host.name),
                literal(&own)
            ));
        }
        let chosen = if method == "new" {
            "#[expect(clippy::new_without_default, reason = \"a service is chosen, never fallen into\")]\n"
        } else {
            ""
        };
        methods.push_str(&format!(
            "/// {which} {what} service, `{main}`.\n#[must_use]\n{chosen}\
             pub fn {method}() -> Self {{\nSelf({hosts})\n}}\n\n"
        ));
    }
    let (all, mut at) = if provider.hosts.is_empty() {
        ("", "Self(Hosts::new(base))".to_owned())
    } else {
        (
            " with every host",
            "let base = base.into();\nSelf(Hosts::new(base.clone())".to_owned(),
        )
    };
    for (index, host) in provider.hosts.iter().enumerate() {
        let last = index.saturating_add(1) == provider.hosts.len();
        let base = if last { "base" } else { "base.clone()" };
        at.push_str(&format!(".with({}, {base})", literal(&host.name)));
    }
    if !provider.hosts.is_empty() {
        at.push(')');
    }
    methods.push_str(&format!(
        "/// The service{all} at this base URL: https, or http on loopback.\n#[must_use]\n\
         pub fn at(base: impl Into<String>) -> Self {{\n{at}\n}}\n"
    ));
    for host in &provider.hosts {
        methods.push_str(&format!(
            "\n/// The same with the host `{host}` at this base URL.\n#[must_use]\n\
             pub fn {host}(self, base: impl Into<String>) -> Self {{\nSelf(self.0.with({}, base))\n}}\n",
            literal(&host.name),
            host = host.name,
        ));
    }
    let library = format!("payments_{}", provider.folder.replace('-', "_"));
    let proof = |credentials: &str| {
        let credentials = format!("{credentials}Credentials");
        let mut imports = [name, credentials.as_str()];
        imports.sort_unstable();
        let imports = imports.join(", ");
        format!(
            "/// use payments_core::client::Environment;\n\
             /// use {library}::calls::{{{imports}}};\n///\n\
             /// fn takes<E: Environment<Credentials = C>, C>() {{}}\n\
             /// takes::<{name}, {credentials}>();\n/// ```\n"
        )
    };
    format!(
        "/// The {what} service of {title}, which takes [`{name}Credentials`]:\n///\n\
         /// ```\n{}///\n\
         /// Those of the other service do not compile:\n///\n\
         /// ```compile_fail,E0271\n{}\
         #[derive(Clone, Debug, PartialEq, Eq)]\npub struct {name}(Hosts);\n\n\
         impl {name} {{\n{methods}}}\n\n\
         impl Environment for {name} {{\ntype Credentials = {name}Credentials;\n\n\
         fn hosts(self) -> Hosts {{\nself.0\n}}\n}}\n",
        proof(name),
        proof(other),
    )
}

fn credentials(provider: &Provider, service: Service) -> String {
    let Service { name, what, .. } = service;
    let title = &provider.title;
    let derives = if provider.credentials.is_empty() {
        "Clone, Debug, Default"
    } else {
        "Clone, Debug"
    };
    let mut arguments = Vec::new();
    let mut names = Vec::new();
    for credential in &provider.credentials {
        let of_type = match credential.kind {
            CredentialKind::Public => "String",
            CredentialKind::Password | CredentialKind::Secret => "Secret<String>",
        };
        arguments.push(format!("{}: impl Into<{of_type}>", credential.rust));
        names.push(credential.rust.clone());
    }
    let (arguments, names) = (arguments.join(", "), names.join(", "));
    let unchecked = if provider.has_secret() {
        format!(
            "\n/// Takes published test credentials, which may be shorter than a secret ever should be.\n\
             #[must_use]\n\
             pub fn danger_unchecked({arguments}) -> Self {{\n\
             Self(Credentials::danger_unchecked({names}))\n}}\n"
        )
    } else {
        String::new()
    };
    let constructors = if provider.credentials.is_empty() {
        String::new()
    } else {
        format!(
            "impl {name}Credentials {{\n\
             /// Takes the credentials of one account of the {what} service.\n///\n/// # Errors\n\
             /// As [`Credentials::new`].\n\
             pub fn new({arguments}) -> Result<Self, Misuse> {{\n\
             Credentials::new({names}).map(Self)\n}}\n{unchecked}}}\n\n"
        )
    };
    format!(
        "/// What the {what} service of {title} knows a merchant by.\n\
         #[derive({derives})]\npub struct {name}Credentials(Credentials);\n\n{constructors}\
         impl std::ops::Deref for {name}Credentials {{\ntype Target = Credentials;\n\n\
         fn deref(&self) -> &Credentials {{\n&self.0\n}}\n}}\n\n\
         impl From<{name}Credentials> for Credentials {{\n\
         fn from(credentials: {name}Credentials) -> Self {{\ncredentials.0\n}}\n}}\n"
    )
}
