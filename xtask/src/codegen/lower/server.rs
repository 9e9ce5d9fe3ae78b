//! Where the services of a provider are.

use serde_saphyr::Spanned;

use super::super::load::raw::{self, ServerKind};
use super::super::model::{Host, Server};
use super::Lowering;
use super::linked::is_link;
use super::names::is_snake_case;

/// What the generated types are called with besides their hosts.
const RESERVED: [&str; 5] = ["at", "clone", "hosts", "legacy", "new"];

impl<'a> Lowering<'a> {
    pub(super) fn servers(&mut self) -> Vec<Server> {
        let raw = self.raw;
        for server in &raw.servers {
            if let Some(name) = &server.host {
                self.problems.add(
                    name.referenced,
                    "the servers of the whole file are the main host",
                    "take `x-host` out, or move the server to the paths that it is for",
                );
            }
        }
        for (path, item) in raw.webhooks.iter() {
            if !item.servers.is_empty() {
                self.problems.add(
                    path.referenced,
                    "a webhook has no server",
                    "take `servers` out: the merchant says where it comes in",
                );
            }
        }
        let servers = self.host_servers(&raw.servers);
        for (legacy, current) in [
            (ServerKind::LiveLegacy, ServerKind::Live),
            (ServerKind::TestLegacy, ServerKind::Test),
        ] {
            let has = |kind: ServerKind| servers.iter().any(|known| known.kind == kind);
            let lone = raw
                .servers
                .iter()
                .filter_map(|server| server.environment.as_ref())
                .find(|kind| kind.value == legacy && !has(current));
            if let Some(kind) = lone {
                self.problems.add(
                    kind.referenced,
                    "there is an old service and no current one",
                    format!("write `x-environment: {}`", current.name()),
                );
            }
        }
        servers
    }

    /// The hosts besides the main one, each with a server for every environment that the main host
    /// has.
    pub(super) fn hosts(&mut self, main: &[Server]) -> Vec<Host> {
        let raw = self.raw;
        let mut hosts: Vec<Host> = Vec::new();
        for (path, item) in raw.paths.iter().filter(|(_, item)| !is_link(item)) {
            let Some(name) = self.host_of(path, item) else {
                continue;
            };
            let servers = self.host_servers(&item.servers);
            for wanted in main {
                if !servers.iter().any(|known| known.kind == wanted.kind) {
                    let kind = wanted.kind.name();
                    self.problems.add(
                        name.referenced,
                        format!("the host `{}` has no server for `{kind}`", name.value),
                        format!("add one with `x-environment: {kind}`, as the main host has one"),
                    );
                }
            }
            let kinds = item.servers.iter();
            for kind in kinds.filter_map(|server| server.environment.as_ref()) {
                if !main.iter().any(|known| known.kind == kind.value) {
                    self.problems.add(
                        kind.referenced,
                        format!("the main host has no server for `{}`", kind.value.name()),
                        "add it to the `servers` of the whole file, or take this one out",
                    );
                }
            }
            match hosts.iter().find(|known| known.name == name.value) {
                Some(known) if known.servers != servers => self.problems.add(
                    name.referenced,
                    format!("the host `{}` has other servers already", name.value),
                    "write the same servers for every path of the host, or name it otherwise",
                ),
                Some(_) => {}
                None => hosts.push(Host {
                    name: name.value.clone(),
                    servers,
                }),
            }
        }
        hosts
    }

    /// The name of the host that a path has of its own.
    fn host_of(
        &mut self,
        path: &Spanned<String>,
        item: &'a raw::PathItem,
    ) -> Option<&'a Spanned<String>> {
        let mut first: Option<&'a Spanned<String>> = None;
        for server in &item.servers {
            let Some(name) = &server.host else {
                self.problems.add(
                    server.url.referenced,
                    format!("nothing names the host of `{}`", path.value),
                    "add `x-host:` with a name in snake_case",
                );
                return None;
            };
            if first.is_some_and(|first| first.value != name.value) {
                self.problems.add(
                    name.referenced,
                    format!("`{}` is for another host already", path.value),
                    "name one host for each path",
                );
                return None;
            }
            first = first.or(Some(name));
        }
        let name = first?;
        if !is_snake_case(&name.value) || RESERVED.contains(&name.value.as_str()) {
            self.problems.add(
                name.referenced,
                format!("`{}` cannot be the name of a host", name.value),
                format!("write it in snake_case; taken are: {}", RESERVED.join(", ")),
            );
        }
        Some(name)
    }

    fn host_servers(&mut self, raw: &'a [raw::Server]) -> Vec<Server> {
        let mut servers: Vec<Server> = Vec::new();
        for server in raw {
            let Some(environment) = &server.environment else {
                self.problems.add(
                    server.url.referenced,
                    "nothing says which service it is of",
                    "add `x-environment: live` or `test`",
                );
                continue;
            };
            let kind = environment.value;
            if servers.iter().any(|known| known.kind == kind) {
                self.problems.add(
                    environment.referenced,
                    "the environment has a server already",
                    "keep one server for each environment; callers can name any other base URL",
                );
            }
            let url = &server.url.value;
            if !url.starts_with("https://") || url.ends_with('/') {
                self.problems.add(
                    server.url.referenced,
                    format!("`{url}` is no base URL"),
                    "write https://host/path, without a slash at the end",
                );
            }
            servers.push(Server {
                kind,
                url: url.clone(),
            });
        }
        servers.sort_by_key(|server| server.kind);
        servers
    }
}
