//! One forged message out of a validly signed one.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::extension::{extend, secret_length};
use super::layout::{Canonical, Keys, Layout, Place, Proof};
use super::message::{Cell, Draft, Format, Message};
use super::random::Random;

/// What one kind of forger does to a message.
struct Kind(&'static str, fn(&Layout, &mut Draft, &mut Random));

const KINDS: [Kind; 19] = [
    Kind("bit flip", |_, _, _| {}),
    Kind("moved separator", moved),
    Kind("split elsewhere", split),
    Kind("doubled key", doubled),
    Kind("case", case),
    Kind("white space", |layout, draft, draw| {
        insert(layout, draft, draw, &[" ", "\t", "\n", "\r\n", "\u{a0}", "\u{200b}", "\u{feff}"]);
    }),
    Kind("control character", |layout, draft, draw| {
        insert(layout, draft, draw, &["\0", "\u{1b}", "\u{7f}", "\u{85}", "|", "&", "=", "?"]);
    }),
    Kind("escape", escape),
    Kind("number form", number),
    Kind("look-alike", look_alike),
    Kind("truncated tag", truncated),
    Kind("extended tag", extended),
    Kind("length extension", lengthened),
    Kind("another tenant's key", other_key),
    Kind("another message's tag", other_tag),
    Kind("empty key", empty_key),
    Kind("form of the tag", tag_form),
    Kind("field left out", left_out),
    Kind("another value", changed),
];

/// Forges a message. Says by which kinds.
pub(super) fn mutate(layout: &Layout, signed: &Draft, draw: &mut Random) -> (Message, [&'static str; 2]) {
    let mut draft = signed.clone();
    if let Some(name) = layout.fresh.filter(|_| !draw.once_in(8)) {
        let value = format!("attempt-{}", draw.draw());
        set(&mut draft, name, value);
    }
    let mut names = [""; 2];
    let kinds = if draw.once_in(4) { 2 } else { 1 };
    let mut flips = false;
    for name in names.iter_mut().take(kinds) {
        let Some(Kind(kind, forge)) = KINDS.get(draw.below(KINDS.len())) else {
            continue;
        };
        forge(layout, &mut draft, draw);
        flips |= *kind == "bit flip";
        *name = kind;
    }
    let mut message = draft.write(layout);
    if flips {
        let header = message.header.first_mut().filter(|_| draw.once_in(3));
        let bytes = header.unwrap_or(&mut message.text);
        let at = draw.below(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 1_u8.rotate_left(u32::try_from(draw.below(8)).unwrap_or(0));
        }
    }
    (message, names)
}

fn set(draft: &mut Draft, name: &str, value: String) {
    match draft.cells.iter_mut().find(|cell| cell.name == name) {
        Some(cell) => (cell.value, cell.written) = (value, None),
        None => draft.cells.push(Cell::new(name, &value)),
    }
}

/// A field, the tag's among them.
fn cell<'d>(draft: &'d mut Draft, draw: &mut Random) -> Option<&'d mut Cell> {
    let at = draw.below(draft.cells.len());
    draft.cells.get_mut(at)
}

/// A value, a name, or a tag.
fn text<'d>(layout: &Layout, draft: &'d mut Draft, draw: &mut Random) -> Option<&'d mut String> {
    if matches!(layout.place, Place::Header) && draw.once_in(4) {
        return draft.header.first_mut();
    }
    let cell = cell(draft, draw)?;
    Some(if draw.once_in(6) { &mut cell.name } else { &mut cell.value })
}

/// Two neighbours, and what joins them moved from one to the other.
fn moved(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    let values = layout.values(&draft.cells);
    let at = draw.below(values.len().saturating_sub(1));
    let Some([(first, left), (second, right)]) = values.get(at..).and_then(<[_]>::first_chunk) else {
        return;
    };
    let joint = match layout.canonical {
        Canonical::Joined(with) => with.to_owned(),
        Canonical::Pairs(_) | Canonical::SecretFirst | Canonical::Letter => format!("&{second}="),
    };
    let whole = format!("{left}{joint}{right}");
    let bare = format!("{left}{right}");
    let (left, right) = match draw.below(5) {
        0 => (whole, None),
        1 => (whole, Some(String::new())),
        2 => (String::new(), Some(whole)),
        3 => {
            let (left, right) = bare.split_at(draw.cut(&bare));
            (left.to_owned(), Some(right.to_owned()))
        }
        _ => {
            let (over, rest) = right.split_at(draw.cut(right));
            (format!("{left}{joint}{over}"), Some(rest.to_owned()))
        }
    };
    set(draft, first, left);
    match right {
        Some(right) => set(draft, second, right),
        None => draft.cells.retain(|cell| cell.name != *second),
    }
}

/// The signed text of pairs, its names found at other places.
fn split(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    let values = layout.values(&draft.cells);
    let pairs = values.iter().map(|(name, value)| format!("&{name}={value}"));
    let (whole, mut from, mut starts) = (pairs.collect::<String>(), 0, Vec::new());
    for (name, _) in &values {
        let marker = format!("&{name}=");
        let rest = whole.get(from..).unwrap_or_default();
        let found: Vec<usize> = rest.match_indices(&marker).map(|(at, _)| at).collect();
        if found.is_empty() || (starts.is_empty() && found.first() != Some(&0)) {
            return moved(layout, draft, draw);
        }
        let at = if starts.is_empty() { 0 } else { draw.pick(&found) };
        let start = from.saturating_add(at);
        from = start.saturating_add(marker.len());
        starts.push((name, start, from));
    }
    let ends = starts.iter().skip(1).map(|(_, start, _)| *start).chain([whole.len()]);
    for ((name, _, from), end) in starts.iter().zip(ends) {
        set(draft, name, whole.get(*from..end).unwrap_or_default().to_owned());
    }
}

fn doubled(_: &Layout, draft: &mut Draft, draw: &mut Random) {
    let Some(mut again) = cell(draft, draw).cloned() else {
        return;
    };
    match draw.below(4) {
        0 => {}
        1 => again.value = draw.pick(&["", "0", "success", "x"]).to_owned(),
        2 => again.value.push('0'),
        _ => again.name = draw.pick(&[again.name.to_uppercase(), format!("{}[]", again.name)]),
    }
    if draw.once_in(4) {
        respell(&mut again, draft.format, draw);
    }
    let at = draw.below(draft.cells.len().saturating_add(1));
    draft.cells.insert(at, again);
    if let Some(tag) = draft.header.first().filter(|_| draw.once_in(4)).cloned() {
        draft.header.push(tag);
    }
}

fn case(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    let Some(text) = text(layout, draft, draw) else {
        return;
    };
    *text = match draw.below(3) {
        0 => text.to_uppercase(),
        1 => text.to_lowercase(),
        _ => {
            let (head, tail) = text.split_at(draw.cut(text));
            format!("{head}{}", tail.to_uppercase())
        }
    };
}

fn insert(layout: &Layout, draft: &mut Draft, draw: &mut Random, what: &[&str]) {
    let what = draw.pick(what);
    let Some(text) = text(layout, draft, draw) else {
        return;
    };
    let at = draw.cut(text);
    text.insert_str(draw.pick(&[0, text.len(), at]), what);
}

fn escape(_: &Layout, draft: &mut Draft, draw: &mut Random) {
    let format = draft.format;
    if let Some(cell) = cell(draft, draw) {
        respell(cell, format, draw);
    }
}

/// The same in another spelling, and some that are none.
fn respell(cell: &mut Cell, format: Format, draw: &mut Random) {
    let (name, value) = (&cell.name, &cell.value);
    let percent = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
    let units = |text: &str| text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
    cell.written = Some(match format {
        Format::Form => {
            let tail = draw.pick(&["%", "%4", "%zz", "%C0%AF", "%u0041", "%00", "%2B", "%ff", "+", ";x=1"]);
            match draw.below(6) {
                0 => format!("{name}={}", percent(value)),
                1 => format!("{}={value}", percent(name)),
                2 => format!("{name}={}", percent(value).replace('%', "%25")),
                3 => format!("{name}={value}"),
                4 => format!("{name}={}", value.replace(' ', "+")),
                _ => format!("{name}={}{tail}", percent(value)),
            }
        }
        Format::Json => {
            let odd = draw.pick(&["null", "true", "{}", "[]", "\"\\ud800\"", "\"\\x\"", "-0", "1e999", ""]);
            match draw.below(5) {
                0 => format!("\"{name}\":\"{}\"", units(value)),
                1 => format!("\"{}\":\"{value}\"", units(name)),
                2 => format!("\"{name}\" :\n{value}"),
                3 => format!("\"{name}\":[\"{value}\"]"),
                _ => format!("\"{name}\":{odd}"),
            }
        }
    }
    .into_bytes());
}

fn number(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    let digits = |cell: &&mut Cell| !cell.value.is_empty() && cell.value.bytes().all(|b| b.is_ascii_digit());
    let mut numbers: Vec<&mut Cell> = draft.cells.iter_mut().filter(digits).collect();
    let at = draw.below(numbers.len());
    let Some(cell) = numbers.get_mut(at) else {
        return changed(layout, draft, draw);
    };
    let value = &cell.value;
    let forms = [
        format!("+{value}"), format!("0{value}"), format!("{value}.0"), format!("{value}e0"),
        format!("{value}E+0"), format!("-{value}"), format!("{value}."), format!("0x{value}"),
        format!("{value}0"), format!("{value}_0"), format!("{value}.00000000001"),
        value.trim_start_matches('0').to_owned(), value.clone(),
    ];
    cell.value = draw.pick(&forms);
    cell.bare ^= draw.once_in(3);
}

fn look_alike(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    const LETTERS: [(char, char); 12] = [
        ('a', 'а'), ('c', 'с'), ('e', 'е'), ('o', 'о'), ('p', 'р'), ('s', 'ѕ'),
        ('M', 'М'), ('O', 'О'), ('K', '\u{212a}'), ('-', '\u{2010}'), ('i', 'ı'), ('0', '\u{660}'),
    ];
    let Some(text) = text(layout, draft, draw) else {
        return;
    };
    let at = draw.cut(text);
    let wide = |letter: char| {
        let code = u32::from(letter).checked_add(0xfee0).filter(|_| letter.is_ascii_graphic());
        code.and_then(char::from_u32).unwrap_or('\u{301}')
    };
    let fullwidth = draw.once_in(2);
    let replaced = text.char_indices().map(|(place, letter)| {
        let alike = LETTERS.iter().find(|(known, _)| *known == letter);
        match alike.filter(|_| !fullwidth) {
            Some((_, alike)) => *alike,
            None if place == at => wide(letter),
            None => letter,
        }
    });
    *text = replaced.collect();
}

fn truncated(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    let mut tag = draft.tag(layout);
    let digest = layout.digest(&tag).filter(|_| draw.once_in(2));
    if let Some(digest) = digest {
        tag = layout.tag_text(digest.get(draw.below(3)..draw.below(digest.len())).unwrap_or_default());
    } else {
        tag.truncate(draw.cut(&tag));
    }
    draft.set_tag(layout, tag);
}

fn extended(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    let mut tag = draft.tag(layout);
    match layout.digest(&tag).filter(|_| draw.once_in(2)) {
        Some(mut digest) => {
            digest.resize(digest.len().saturating_add(1 + draw.below(33)), 0);
            tag = layout.tag_text(&digest);
        }
        None => tag.push_str(draw.pick(&["=", "==", "0", "00", "A", "\0", ",", "\n", ":", "AAAA"])),
    }
    draft.set_tag(layout, tag);
}

fn lengthened(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    let values = layout.values(&draft.cells);
    let name = draw.pick(&["zz", "zzz", "userId", "phone"]);
    let suffix = format!("&{name}=forged");
    let secret = if draw.once_in(2) { secret_length(layout) } else { draw.below(65) };
    let found = layout.digest(&draft.tag(layout)).and_then(|digest| {
        extend(layout, &values, &digest, secret, suffix.as_bytes())
    });
    let Some((glue, digest)) = found else {
        return foreign(layout, draft, draw, &layout.theirs);
    };
    if let Some((last, _)) = values.last()
        && let Some(cell) = draft.cells.iter_mut().find(|cell| cell.name == *last)
    {
        let glue: String = match draft.format {
            Format::Form => glue.iter().map(|byte| format!("%{byte:02x}")).collect(),
            Format::Json => glue.iter().map(|byte| format!("\\u{byte:04x}")).collect(),
        };
        cell.written = Some(match draft.format {
            Format::Form => format!("{last}={}{glue}", cell.value).into_bytes(),
            Format::Json => format!("\"{last}\":\"{}{glue}\"", cell.value).into_bytes(),
        });
    }
    draft.cells.push(Cell::new(name, "forged"));
    draft.set_tag(layout, layout.tag_text(&digest));
}

/// A tag of these fields under keys that are not ours.
fn foreign(layout: &Layout, draft: &mut Draft, draw: &mut Random, keys: &Keys) {
    let tag = match &layout.proof {
        Proof::Foreign(tags) => draw.pick(tags),
        _ => layout.tag(keys, &layout.values(&draft.cells)),
    };
    let named = draw.once_in(2) && matches!(layout.proof, Proof::Md5Base64);
    let tag = match tag.split_once(':') {
        Some((_, digest)) if named => format!("{}:{digest}", keys.public),
        _ => tag,
    };
    draft.set_tag(layout, tag);
}

fn other_key(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    if draw.once_in(2) {
        changed(layout, draft, draw);
    }
    let public = draw.pick(&[layout.ours.public, layout.theirs.public]);
    let keys = Keys { public, ..layout.theirs };
    foreign(layout, draft, draw, &keys);
}

fn other_tag(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    let mut other = draft.clone();
    changed(layout, &mut other, draw);
    foreign(layout, &mut other, draw, &layout.ours);
    draft.set_tag(layout, other.tag(layout));
}

fn empty_key(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    if draw.once_in(2) {
        changed(layout, draft, draw);
    }
    let public = draw.pick(&[layout.ours.public, ""]);
    foreign(layout, draft, draw, &Keys { public, secret: "" });
}

fn tag_form(layout: &Layout, draft: &mut Draft, draw: &mut Random) {
    let tag = draft.tag(layout);
    let digest = layout.digest(&tag).unwrap_or_default();
    let hex = const_hex::encode(&digest);
    let base64 = STANDARD.encode(&digest);
    let tag = draw.pick(&[
        hex.to_uppercase(), format!("0x{hex}"), STANDARD.encode(&hex), URL_SAFE.encode(&digest),
        base64.trim_end_matches('=').to_owned(), format!("ApiKey {tag}"), format!("sha256={tag}"),
        hex, base64, tag.chars().rev().collect(), "0".repeat(tag.len()), String::new(),
    ]);
    draft.set_tag(layout, tag);
}

fn left_out(_: &Layout, draft: &mut Draft, draw: &mut Random) {
    let at = draw.below(draft.cells.len().saturating_add(1));
    if at < draft.cells.len() {
        draft.cells.remove(at);
    } else {
        draft.header.clear();
    }
}

fn changed(_: &Layout, draft: &mut Draft, draw: &mut Random) {
    let values: Vec<String> = draft.cells.iter().map(|cell| cell.value.clone()).collect();
    let Some(cell) = cell(draft, draw) else {
        return;
    };
    cell.written = None;
    cell.value = match draw.below(5) {
        0 => draw.pick(&["", "0", "1", "9000", "success", "failed", "true"]).to_owned(),
        1 => draw.pick(&values),
        2 => format!("{}0", cell.value),
        3 => cell.value.chars().rev().collect(),
        _ => draw.draw().to_string(),
    };
}
