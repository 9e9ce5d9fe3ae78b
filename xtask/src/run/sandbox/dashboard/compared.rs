//! What was pasted beside what a sandbox sent: where the two differ.

use super::super::all::Running;
use super::html::Html;
use super::payment::named;
use super::schemes::{self, Explained, Scheme};
use super::timeline::verdict_of;

/// A genuine callback of the sandbox's.
pub(super) struct Sent {
    name: String,
    parts: Vec<String>,
}

/// The callback that something which does not verify was most probably made of: of all that the sandbox
/// signed in this way, the one with the most parts in common, if these are at least half of them.
pub(super) fn nearest(one: &Running, scheme: &Scheme, pasted: &Explained) -> Option<Sent> {
    if pasted.is_verified() || pasted.parts.is_empty() {
        return None;
    }
    let sent = one.serving.desk.callbacks().list();
    let signed = sent.iter().filter_map(|delivery| {
        let (name, explained) = schemes::of_callback(one, delivery)?;
        let is_genuine = name == scheme.name && explained.is_verified();
        is_genuine.then(|| Sent {
            name: named(delivery),
            parts: explained.parts,
        })
    });
    let nearest = signed.max_by_key(|sent| sent.in_common(&pasted.parts))?;
    let most = nearest.in_common(&nearest.parts);
    (nearest.in_common(&pasted.parts).saturating_mul(2) >= most).then_some(nearest)
}

/// What a part is called; nothing where it is only a separator.
fn name(part: &str) -> Option<&str> {
    part.split_once(" = ").map(|(name, _)| name)
}

impl Sent {
    /// How many of the parts with a name are the same.
    fn in_common(&self, parts: &[String]) -> usize {
        let named = parts.iter().filter(|part| name(part).is_some());
        named.filter(|part| self.parts.contains(part)).count()
    }

    /// The parts that were pasted, each that was sent otherwise with what was sent, and the verdict.
    pub(super) fn beside(&self, pasted: &Explained) -> Html {
        let Explained { parts, verdict } = pasted;
        let mut html = Html::raw("<p>Compared with what this sandbox sent as ")
            .text(&self.name)
            .and(".</p>\n<ol class=\"parts\">\n");
        let mut differ = 0_usize;
        for part in parts {
            if self.parts.contains(part) {
                html = html.and("<li>").text(part).and("</li>\n");
                continue;
            }
            differ = differ.saturating_add(1);
            let sent = self.parts.iter().find(|sent| name(sent) == name(part));
            html = html.and("<li class=\"bad\">").text(part).and(match sent {
                Some(_) => ": it was sent as ",
                None => ": nothing of the kind was sent",
            });
            html = html.text(sent.map_or("", String::as_str)).and("</li>\n");
        }
        let has = |sent: &str| parts.iter().any(|part| name(part) == name(sent));
        for sent in self.parts.iter().filter(|sent| !has(sent)) {
            differ = differ.saturating_add(1);
            html = html
                .and("<li class=\"bad\">missing: ")
                .text(sent)
                .and("</li>\n");
        }
        let html = html.and("</ol>\n").add(&verdict_of(verdict));
        match differ {
            0 => html.and(
                "<p>Every part is as it was sent: the signature itself was changed, or the secret \
                 is another one.</p>\n",
            ),
            _ => html,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(parts: &[&str]) -> Explained {
        Explained {
            parts: parts.iter().map(|part| (*part).to_owned()).collect(),
            verdict: "the signature does not match".to_owned(),
        }
    }

    fn check(pasted: &[&str], bad: &[&str]) {
        let sent = ["a = \"1\"", "\"&\"", "b = \"2\"", "\"&\"", "secret = ***"];
        let sent = Sent {
            name: "ipn #0".to_owned(),
            parts: explained(&sent).parts,
        };
        let html = sent.beside(&explained(pasted)).into_text();
        let found: Vec<&str> = html
            .split("<li class=\"bad\">")
            .skip(1)
            .filter_map(|rest| rest.split("</li>").next())
            .collect();
        assert_eq!(found, bad, "{html}");
        assert_eq!(
            html.contains("Every part is as it was sent"),
            bad.is_empty()
        );
    }

    #[test]
    fn says_where_it_differs() {
        let same = ["a = \"1\"", "\"&\"", "b = \"2\"", "\"&\"", "secret = ***"];
        check(&same, &[]);
        let mut other = same;
        other[2] = "b = \"<3>\"";
        let expect = "b = &quot;&lt;3&gt;&quot;: it was sent as b = &quot;2&quot;";
        check(&other, &[expect]);
        check(
            &["a = \"1\"", "\"&\"", "c = \"\"", "\"&\"", "secret = ***"],
            &[
                "c = &quot;&quot;: nothing of the kind was sent",
                "missing: b = &quot;2&quot;",
            ],
        );
    }
}
