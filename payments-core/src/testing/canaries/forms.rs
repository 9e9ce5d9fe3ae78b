//! The forms in which a text may turn up: what is looked for, and in what.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

/// How often something is decoded that is encoded in what was decoded.
const DEPTH: usize = 3;

/// Shorter pieces turn up by chance.
const SHORTEST: usize = 6;

/// Longer numbers do not turn up in a dump by chance.
const LONG: usize = 12;

/// So many hexadecimal digits on end are a dump: of a digest or a key, not of a number.
const DUMP: usize = 32;

/// What is looked for: the text and its halves, each in every form.
#[derive(Clone, Debug)]
pub(super) struct Needles(Vec<Needle>);

#[derive(Clone, Debug)]
struct Needle {
    plain: String,
    hex: String,
    bytes: String,
    base64: [String; 3],
}

impl Needles {
    /// The text and the pieces of half its length: one that begins every quarter.
    pub(super) fn of(text: &str) -> Self {
        let letters: Vec<char> = text.chars().collect();
        let length = letters.len().div_ceil(2).max(SHORTEST);
        let step = letters.len().checked_div(4).unwrap_or(0).max(1);
        let pieces = letters.windows(length).step_by(step);
        let mut needles = Self::whole(text);
        let end = letters.iter().skip(letters.len().saturating_sub(length));
        needles.0.push(Needle::of(&end.collect::<String>()));
        needles
            .0
            .extend(pieces.map(|piece| Needle::of(&piece.iter().collect::<String>())));
        needles
    }

    /// The text as a whole only.
    pub(super) fn whole(text: &str) -> Self {
        Self(vec![Needle::of(text)])
    }

    /// The form in which any of them is there.
    pub(super) fn found_in(&self, searched: &Searched) -> Option<&'static str> {
        let views = &searched.0;
        views.iter().find_map(|view| {
            self.0.iter().find_map(|needle| {
                let has = |text: &str, needle: &str| !needle.is_empty() && text.contains(needle);
                let Needle {
                    plain,
                    hex,
                    bytes,
                    base64,
                } = needle;
                if is_said(&view.plain, plain) {
                    Some("plain")
                } else if has(&view.hex, hex) {
                    Some("hex")
                } else if has(&view.tight, bytes) {
                    Some("bytes")
                } else if base64.iter().any(|needle| has(&view.tight, needle)) {
                    Some("base64")
                } else {
                    None
                }
            })
        })
    }
}

/// Whether a text says a piece, and not by chance: dumps in hexadecimal hold every short number some day.
fn is_said(text: &str, piece: &str) -> bool {
    let is_digit = |letter: char| letter.is_ascii_hexdigit();
    if piece.is_empty() || piece.len() >= LONG || !piece.chars().all(is_digit) {
        return !piece.is_empty() && text.contains(piece);
    }
    let mut runs = text.split(|letter| !is_digit(letter));
    runs.any(|run| run.len() < DUMP && run.contains(piece))
}

impl Needle {
    fn of(text: &str) -> Self {
        let numbers: Vec<String> = text.bytes().map(|byte| byte.to_string()).collect();
        Self {
            plain: folded(text),
            hex: const_hex::encode(text),
            bytes: numbers.join(","),
            base64: [0, 1, 2].map(|before| aligned(text, before)),
        }
    }
}

/// The base64 of a text that begins `before` bytes behind a multiple of three: only the letters that
/// hang on nothing but the text.
fn aligned(text: &str, before: usize) -> String {
    let mut bytes = vec![0; before];
    bytes.extend(text.bytes());
    let whole = bytes.len().saturating_mul(4).checked_div(3).unwrap_or(0);
    let first = before.saturating_mul(4).div_ceil(3);
    let encoded = BASE64.encode(&bytes);
    let letters = encoded.chars().take(whole).skip(first);
    url_safe(letters.collect())
}

/// A text in all the ways in which it may be read.
pub(super) struct Searched(Vec<View>);

struct View {
    /// Without a difference between cases.
    plain: String,
    /// Without whatever may stand between two digits.
    hex: String,
    /// Without white space, and with one alphabet of base64.
    tight: String,
}

impl Searched {
    pub(super) fn of(text: &str) -> Self {
        let mut texts = vec![text.to_owned()];
        let mut newest = texts.clone();
        for _ in 0..DEPTH {
            let mut next: Vec<String> = Vec::new();
            for text in &newest {
                for read in [percent(text, false), percent(text, true), unescaped(text)] {
                    if !texts.contains(&read) && !next.contains(&read) {
                        next.push(read);
                    }
                }
            }
            texts.extend(next.iter().cloned());
            newest = next;
        }
        Self(texts.iter().map(|text| View::of(text)).collect())
    }
}

impl View {
    fn of(text: &str) -> Self {
        let lower = text.to_ascii_lowercase().replace("0x", "");
        let letters = lower.chars().filter(char::is_ascii_alphanumeric);
        let tight = text.chars().filter(|letter| !letter.is_whitespace());
        Self {
            plain: folded(text),
            hex: letters.collect(),
            tight: url_safe(tight.collect()),
        }
    }
}

/// The same for all cases, a dotless `ı` included.
fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.to_uppercase().to_lowercase()
}

fn url_safe(text: String) -> String {
    text.replace('+', "-").replace('/', "_")
}

/// Percent-decoded, and `+` read as a blank if told so.
fn percent(text: &str, plus: bool) -> String {
    let has_blanks = plus && text.contains('+');
    if !has_blanks && !text.contains('%') {
        return text.to_owned();
    }
    let text = match plus {
        true => text.replace('+', " "),
        false => text.to_owned(),
    };
    let decoded = percent_encoding::percent_decode_str(&text).decode_utf8_lossy();
    decoded.into_owned()
}

/// With the escapes of JSON and of `Debug` resolved: `\u0131`, `\u{131}`, `\xc4`, `\"`.
fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    // The units of UTF-16 that JSON writes one by one.
    let mut units = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        if !before.is_empty() {
            close(&mut bytes, &mut units);
            bytes.extend(before.bytes());
        }
        let code = |digits: &str| u32::from_str_radix(digits, 16).ok();
        let braced = after
            .strip_prefix("u{")
            .and_then(|after| after.split_once('}'));
        let four = after.strip_prefix('u').and_then(|after| after.get(..4));
        let two = after.strip_prefix('x').and_then(|after| after.get(..2));
        let (length, unit) = match (braced, four.and_then(code), two.and_then(code)) {
            (Some((digits, _)), ..) => {
                close(&mut bytes, &mut units);
                let letter = code(digits).and_then(char::from_u32).unwrap_or('?');
                bytes.extend(letter.to_string().bytes());
                (digits.len().saturating_add(3), None)
            }
            (None, Some(unit), _) => (5, u16::try_from(unit).ok()),
            (None, None, Some(byte)) => {
                close(&mut bytes, &mut units);
                bytes.extend(u8::try_from(byte).ok());
                (3, None)
            }
            (None, None, None) => {
                close(&mut bytes, &mut units);
                let letter = after.chars().next();
                let plain = letter.map(|letter| match letter {
                    'n' | 't' | 'r' => ' ',
                    other => other,
                });
                bytes.extend(plain.unwrap_or('\\').to_string().bytes());
                (letter.map_or(0, char::len_utf8), None)
            }
        };
        units.extend(unit);
        rest = after.get(length..).unwrap_or("");
    }
    close(&mut bytes, &mut units);
    bytes.extend(rest.bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

fn close(bytes: &mut Vec<u8>, units: &mut Vec<u16>) {
    bytes.extend(String::from_utf16_lossy(units).bytes());
    units.clear();
}
