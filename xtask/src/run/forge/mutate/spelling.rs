//! Forgeries of how the fields are written.

use super::super::message::{Field, Format};
use super::Forger;
use crate::run::forge::draw::Draw;

impl Forger<'_> {
    pub(super) fn case(&mut self) {
        self.rewrite(|text, draw| match draw.below(3) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => {
                let (head, tail) = text.split_at(draw.cut(text));
                format!("{head}{}", tail.to_uppercase())
            }
        });
    }

    pub(super) fn inserted(&mut self) {
        const WHAT: [&str; 15] = [
            " ", "\t", "\n", "\r\n", "\u{a0}", "\u{200b}", "\u{feff}", "\0", "\u{1b}", "\u{7f}",
            "\u{85}", "|", "&", "=", "?",
        ];
        self.rewrite(|text, draw| {
            let at = draw.cut(text);
            let (head, tail) = text.split_at(draw.pick(&[0, text.len(), at]));
            format!("{head}{}{tail}", draw.pick(&WHAT))
        });
    }

    /// The same in another spelling, and some that are none.
    pub(super) fn respelt(&mut self) {
        let at = self.draw.below(self.draft.fields.len());
        let Some(field) = self.draft.fields.get_mut(at) else {
            return;
        };
        field.written = Some(match self.draft.format {
            Format::Form => escaped(field, self.draw),
            Format::Json => quoted(field, self.draw),
        });
    }

    pub(super) fn number(&mut self) {
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let fields = self.draft.fields.iter_mut();
        let mut numbers: Vec<&mut Field> = fields.filter(|it| is_number(&it.value)).collect();
        let at = self.draw.below(numbers.len());
        let Some(field) = numbers.get_mut(at) else {
            return;
        };
        let value = &field.value;
        let forms = [
            format!("+{value}"),
            format!("-{value}"),
            format!("0{value}"),
            format!("0x{value}"),
            format!("{value}0"),
            format!("{value}."),
            format!("{value}.0"),
            format!("{value}.00000000001"),
            format!("{value}e0"),
            format!("{value}E+0"),
            format!("{value}_0"),
            value.trim_start_matches('0').to_owned(),
            value.clone(),
        ];
        field.value = self.draw.pick(&forms);
        field.bare ^= self.draw.once_in(3);
    }

    /// Letters that look like others: Cyrillic, fullwidth and the like, or with an accent on top.
    pub(super) fn look_alike(&mut self) {
        const LETTERS: [(char, char); 12] = [
            ('a', 'а'),
            ('c', 'с'),
            ('e', 'е'),
            ('o', 'о'),
            ('p', 'р'),
            ('s', 'ѕ'),
            ('M', 'М'),
            ('O', 'О'),
            ('K', '\u{212a}'),
            ('-', '\u{2010}'),
            ('i', 'ı'),
            ('0', '\u{660}'),
        ];
        self.rewrite(|text, draw| {
            let (at, all) = (draw.cut(text), draw.once_in(2));
            let letters = text.char_indices().map(|(place, letter)| {
                let alike = LETTERS.iter().find(|(known, _)| *known == letter);
                match alike {
                    Some((_, alike)) if all || place == at => *alike,
                    _ if place == at => fullwidth(letter),
                    _ => letter,
                }
            });
            letters.collect()
        });
    }
}

fn fullwidth(letter: char) -> char {
    let code = u32::from(letter).checked_add(0xfee0);
    let code = code.filter(|_| letter.is_ascii_graphic());
    code.and_then(char::from_u32).unwrap_or('\u{301}')
}

fn escaped(Field { name, value, .. }: &Field, draw: &mut Draw) -> String {
    const TAILS: [&str; 10] = [
        "%", "%4", "%zz", "%C0%AF", "%u0041", "%00", "%2B", "%ff", "+", ";x=1",
    ];
    let percent = |text: &str| -> String {
        let bytes = text.bytes();
        bytes.map(|byte| format!("%{byte:02x}")).collect()
    };
    match draw.below(6) {
        0 => format!("{name}={}", percent(value)),
        1 => format!("{}={value}", percent(name)),
        2 => format!("{name}={}", percent(value).replace('%', "%25")),
        3 => format!("{name}={value}"),
        4 => format!("{name}={}", value.replace(' ', "+")),
        _ => format!("{name}={}{}", percent(value), draw.pick(&TAILS)),
    }
}

fn quoted(Field { name, value, .. }: &Field, draw: &mut Draw) -> String {
    const ODD: [&str; 9] = [
        "null",
        "true",
        "{}",
        "[]",
        "\"\\ud800\"",
        "\"\\x\"",
        "-0",
        "1e999",
        "",
    ];
    let units = |text: &str| -> String {
        let units = text.encode_utf16();
        units.map(|unit| format!("\\u{unit:04x}")).collect()
    };
    match draw.below(5) {
        0 => format!("\"{name}\":\"{}\"", units(value)),
        1 => format!("\"{}\":\"{value}\"", units(name)),
        2 => format!("\"{name}\" :\n{value}"),
        3 => format!("\"{name}\":[\"{value}\"]"),
        _ => format!("\"{name}\":{}", draw.pick(&ODD)),
    }
}
