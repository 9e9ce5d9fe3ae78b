//! Canaries: values that must not turn up in anything that is printed, and the search for them.

mod forms;

use std::collections::BTreeSet;
use std::fmt;

use forms::{Needles, Searched};

/// Secrets and personal data to be looked for, each with a name: that of the field which holds it.
///
/// A canary is found as it is, in any case; in hex, base64 (both alphabets, wherever it begins) and as
/// a list of bytes; and each of these percent-encoded or escaped as JSON and `Debug` do, nested too. Half of
/// a canary counts as well, so that a cut text or an ill-masked number is found.
///
/// ```
/// use payments_core::testing::Canaries;
///
/// let mut canaries = Canaries::new();
/// let name = canaries.plant("Buyer.name", "Nguyễn Thị Ánh");
/// assert!(canaries.leaks([format!("name=Nguy%E1%BB%85n+Th%E1%BB%8B")]).len() == 1);
/// assert!(canaries.leaks(["name=***"]).is_empty());
/// assert_eq!(name, "Nguyễn Thị Ánh");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Canaries {
    list: Vec<Canary>,
}

#[derive(Clone, Debug)]
struct Canary {
    name: String,
    text: String,
    needles: Needles,
}

/// A canary that was found where it must not be.
#[derive(Clone, PartialEq, Eq)]
pub struct Leak {
    name: String,
    form: &'static str,
    shown: String,
}

impl Leak {
    /// The name of the canary.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it was written there: `plain`, `hex`, `base64` or `bytes`.
    #[must_use]
    pub const fn form(&self) -> &'static str {
        self.form
    }
}

/// One line: the name, the form and what it was found in.
impl fmt::Debug for Leak {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, form, shown } = self;
        let shown: String = shown.chars().take(400).collect();
        write!(out, "{name} ({form}) in: {shown}")
    }
}

impl Canaries {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks for `text` from now on, and gives it back, to be put into the field of that name. It
    /// should be of eight characters or more, and like nothing that may be shown.
    #[must_use]
    pub fn plant(&mut self, name: &str, text: &str) -> String {
        self.list.push(Canary {
            name: name.to_owned(),
            text: text.to_owned(),
            needles: Needles::of(text),
        });
        text.to_owned()
    }

    /// What of them is in these texts; each canary once for each form.
    #[must_use]
    pub fn leaks<T: AsRef<str>>(&self, shown: impl IntoIterator<Item = T>) -> Vec<Leak> {
        let mut leaks = Vec::<Leak>::new();
        let mut known = BTreeSet::new();
        for shown in shown {
            if !known.insert(shown.as_ref().to_owned()) {
                continue;
            }
            let searched = Searched::of(shown.as_ref());
            for Canary { name, needles, .. } in &self.list {
                let Some(form) = needles.found_in(&searched) else {
                    continue;
                };
                let is_known = |leak: &Leak| leak.name == *name && leak.form == form;
                if !leaks.iter().any(is_known) {
                    leaks.push(Leak {
                        name: name.clone(),
                        form,
                        shown: shown.as_ref().to_owned(),
                    });
                }
            }
        }
        leaks
    }

    /// The names of those that are in none of these texts as a whole: what never travelled proves
    /// nothing.
    #[must_use]
    pub fn absent<T: AsRef<str>>(&self, traffic: impl IntoIterator<Item = T>) -> Vec<String> {
        let mut absent: Vec<(&Canary, Needles)> = self
            .list
            .iter()
            .map(|canary| (canary, Needles::whole(&canary.text)))
            .collect();
        for text in traffic {
            let searched = Searched::of(text.as_ref());
            absent.retain(|(_, needles)| needles.found_in(&searched).is_none());
        }
        let names = absent.into_iter().map(|(canary, _)| canary.name.clone());
        names.collect()
    }

    /// What a description, an `openapi.yaml`, marks as sensitive and no canary is called like:
    /// `Schema.field` for what carries `x-sensitive`, `credentials.name` and `keys.name` for what is
    /// not public there.
    #[must_use]
    pub fn unplanted(&self, description: &str) -> Vec<String> {
        let mut names = sensitive(description);
        names.retain(|name| self.list.iter().all(|canary| canary.name != *name));
        names
    }
}

/// The sensitive fields of a description, by the lines that they stand on.
fn sensitive(description: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (mut part, mut schema) = ("", "");
    for line in description.lines() {
        let text = line.trim_start();
        let depth = line.len().saturating_sub(text.len());
        let (key, value) = text.split_once(':').unwrap_or((text, ""));
        if depth == 4 {
            (part, schema) = (key, key);
        }
        let is_public = value.contains("kind: public");
        if text.starts_with("- { name:") && ["credentials", "keys"].contains(&part) {
            let name = value.split([',', ' ']).find(|name| !name.is_empty());
            if !is_public {
                found.push(format!("{part}.{}", name.unwrap_or_default()));
            }
        } else if text.contains("x-sensitive:") && !text.starts_with('#') {
            found.push(format!("{schema}.{}", key.trim_matches('"')));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(canary: &str, shown: &str) -> Option<&'static str> {
        let mut canaries = Canaries::new();
        let _ = canaries.plant("x", canary);
        let leaks = canaries.leaks([shown]);
        leaks.first().map(Leak::form)
    }

    const TURKISH: &str = "Çağrı Işıklı Ğ-CANARY";
    const VIETNAMESE: &str = "Nguyễn Thị Ánh-CANARY";

    /// A leak in each encoding. The encoded texts are by Python: `quote`, `b64encode`, `json.dumps`.
    #[test]
    fn every_form_is_found() {
        for (canary, shown, expect) in [
            (TURKISH, "buyer Çağrı Işıklı Ğ-CANARY!", "plain"),
            (TURKISH, "ÇAĞRI IŞIKLI Ğ-CANARY", "plain"),
            (TURKISH, "çağrı ışıklı ğ-canary", "plain"),
            (TURKISH, "only Işıklı Ğ-CANARY is left", "plain"),
            (
                TURKISH,
                "n=%C3%87a%C4%9Fr%C4%B1%20I%C5%9F%C4%B1kl%C4%B1%20%C4%9E-CANARY",
                "plain",
            ),
            (
                TURKISH,
                "n=%c3%87a%c4%9fr%c4%b1+I%c5%9f%c4%b1kl%c4%b1+%c4%9e-CANARY",
                "plain",
            ),
            (
                TURKISH,
                "n=%25C3%2587a%25C4%259Fr%25C4%25B1%2520I%25C5%259F%25C4%25B1kl%25C4%25B1",
                "plain",
            ),
            (
                TURKISH,
                r#"{"n":"\u00c7a\u011fr\u0131 I\u015f\u0131kl\u0131 \u011e-CANARY"}"#,
                "plain",
            ),
            (
                TURKISH,
                r#""{\"n\":\"\\u00c7a\\u011fr\\u0131 I\\u015f\\u0131kl\\u0131 \\u011e-CANARY\"}""#,
                "plain",
            ),
            (
                TURKISH,
                r"\u{c7}a\u{11f}r\u{131} I\u{15f}\u{131}kl\u{131} \u{11e}-CANARY",
                "plain",
            ),
            (
                TURKISH,
                r#"b"\xc3\x87a\xc4\x9fr\xc4\xb1 I\xc5\x9f\xc4\xb1kl\xc4\xb1 \xc4\x9e-CANARY""#,
                "plain",
            ),
            (
                VIETNAMESE,
                "4e677579e1bb856e205468e1bb8b20c3816e682d43414e415259",
                "hex",
            ),
            (
                VIETNAMESE,
                "4E677579E1BB856E205468E1BB8B20C3816E682D43414E415259",
                "hex",
            ),
            (
                VIETNAMESE,
                "[4e, 67, 75, 79, e1, bb, 85, 6e, 20, 54, 68, e1, bb, 8b, 20, c3]",
                "hex",
            ),
            (
                VIETNAMESE,
                "4e:67:75:79:e1:bb:85:6e:20:54:68:e1:bb:8b:20:c3:81",
                "hex",
            ),
            (
                VIETNAMESE,
                "0x4e 0x67 0x75 0x79 0xe1 0xbb 0x85 0x6e 0x20 0x54 0x68 0xe1 0xbb 0x8b 0x20",
                "hex",
            ),
            (
                VIETNAMESE,
                "[78, 103, 117, 121, 225, 187, 133, 110, 32, 84, 104, 225, 187, 139, 32]",
                "bytes",
            ),
            (
                VIETNAMESE,
                "[\n    78,\n    103,\n    117,\n    121,\n    225,\n    187,\n    133,\n    110,\n    32,\n    84,\n    104,\n    225,\n    187,\n    139,\n    32,\n]",
                "bytes",
            ),
            (
                VIETNAMESE,
                "Basic Tmd1eeG7hW4gVGjhu4sgw4FuaC1DQU5BUlk=",
                "base64",
            ),
            (VIETNAMESE, "eE5ndXnhu4VuIFRo4buLIMOBbmgtQ0FOQVJZ", "base64"),
            (
                VIETNAMESE,
                "eHlOZ3V54buFbiBUaOG7iyDDgW5oLUNBTkFSWQ==",
                "base64",
            ),
            ("??>>~~??>>~~", "Pz8-Pn5-Pz8-Pn5-", "base64"),
            ("??>>~~??>>~~", "Pz8+Pn5+Pz8+Pn5+", "base64"),
            ("??>>~~??>>~~", "Pz8%2BPn5%2BPz8%2BPn5%2B", "base64"),
            ("4571994312345678", "45719943****", "plain"),
            ("4571994312345678", "457199431234", "plain"),
        ] {
            assert_eq!(form(canary, shown), Some(expect), "{shown}");
        }
    }

    #[test]
    fn what_is_masked_is_no_leak() {
        for shown in [
            "***",
            "",
            "457199******5678",
            "%",
            "%zz\\u12",
            "\\",
            "Nguyễn Văn",
            "CANARY",
        ] {
            for canary in [TURKISH, VIETNAMESE, "4571994312345678"] {
                assert_eq!(form(canary, shown), None, "{shown}");
            }
        }
    }

    #[test]
    fn a_number_in_a_dump_is_chance() {
        let dump = "Finished(c7b468f3943ff8e5bb6081c3ba29d24a7f2a47e04e1531973086bef37aed7c0e)";
        assert_eq!(form("19730819", dump), None);
        for shown in [
            "born 19730819",
            "19730819ab",
            "197308**",
            "a=1973-0819&b=730819",
        ] {
            assert_eq!(form("19730819", shown), Some("plain"), "{shown}");
        }
    }

    #[test]
    fn what_never_travelled_is_told() {
        let mut canaries = Canaries::new();
        let _ = canaries.plant("a", "first-canary");
        let _ = canaries.plant("b", "second-canary");
        assert_eq!(canaries.absent(["x=first%2Dcanary", "second-"]), ["b"]);
    }

    #[test]
    fn a_sensitive_field_without_a_canary_is_told() {
        let description = r#"
    credentials:
      - { name: clientKey, kind: public, description: x }
      - { name: clientSecret, kind: password, description: x }
    keys:
      - { name: secret, description: x }
components:
  schemas:
    Buyer:
      properties:
        name: { type: string, x-sensitive: personal }
        city: { type: string }
        cvv:
          x-sensitive: secret
"#;
        let mut canaries = Canaries::new();
        assert_eq!(
            canaries.unplanted(description),
            [
                "credentials.clientSecret",
                "keys.secret",
                "Buyer.name",
                // Written over two lines, it has no name here: never silently left out.
                "Buyer.x-sensitive"
            ]
        );
        let _ = canaries.plant("Buyer.name", "Nguyễn Thị Ánh");
        assert_eq!(canaries.unplanted(description).len(), 3);
    }
}
