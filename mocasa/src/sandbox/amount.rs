//! Amounts as the sandbox reads them.

/// A positive amount in plain decimals, at most two of them behind the point.
///
/// The provider documents a string and nothing else; that it is plain, positive and at most two
/// decimals long is the sandbox's reading.
#[derive(Clone, Debug)]
pub(super) struct Amount {
    text: String,
    centavos: i128,
}

impl Amount {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text
            .split_once('.')
            .map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
        let digits = |part: &str, longest: usize| {
            (1..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        let plain = digits(whole, 15)
            && (whole == "0" || !whole.starts_with('0'))
            && fraction.is_none_or(|fraction| digits(fraction, 2));
        if !plain {
            return None;
        }
        let centavos: i128 = format!("{whole}{:0<2}", fraction.unwrap_or_default())
            .parse()
            .ok()?;
        (centavos > 0).then(|| Self {
            text: text.to_owned(),
            centavos,
        })
    }

    /// As the merchant wrote it.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether both are the same sum, however written.
    pub(super) const fn equals(&self, other: &Self) -> bool {
        self.centavos == other.centavos
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_plain_positive_decimals() {
        for (text, centavos) in [
            ("1", 100),
            ("0.01", 1),
            ("100.5", 10_050),
            ("100.50", 10_050),
            ("999999999999999.99", 99_999_999_999_999_999),
        ] {
            let amount = Amount::parse(text).unwrap();
            assert_eq!((amount.text(), amount.centavos), (text, centavos));
        }
        for text in [
            "",
            "0",
            "0.00",
            "-1",
            "+1",
            "01",
            "00.50",
            "1.",
            ".5",
            "1.234",
            "1e2",
            "1,000",
            " 1",
            "1 ",
            "1.0.0",
            "NaN",
            "１",
            "1000000000000000",
        ] {
            assert!(Amount::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn compares_sums() {
        let amount = |text| Amount::parse(text).unwrap();
        assert!(amount("1.5").equals(&amount("1.50")));
        assert!(!amount("1.5").equals(&amount("1.51")));
    }
}
