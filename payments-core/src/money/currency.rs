//! The currencies of ISO 4217.

use std::fmt;

use super::error::{MoneyError, UnknownCurrency};

/// An active currency or fund of ISO 4217 (list one as of January 2026: with `XAD`, `XCG` and `ZWG`,
/// without `ANG`, `BGN`, `CUC`, `HRK`, `SLL` and `ZWL`).
///
/// The thirteen codes for which the standard gives no minor unit (metals, `XDR`, `XTS`, `XXX` and so
/// on) are left out: an amount in minor units has no meaning there. A provider's own codes (`TL`,
/// `TES`) are translated by the provider's crate.
///
/// ```
/// use payments_core::Currency;
/// let peso = Currency::from_code("PHP")?;
/// assert_eq!(peso, Currency::PHP);
/// assert_eq!((peso.numeric(), peso.exponent()), (608, 2));
/// # Ok::<(), payments_core::money::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    code: Code,
    // Kept here and not only in the table: every amount read or printed needs it.
    exponent: u8,
}

impl Currency {
    /// The currency with this three-letter code, in upper case.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`]
    pub fn from_code(code: &str) -> Result<Self, MoneyError> {
        let found = Self::every().binary_search_by(|currency| currency.code().cmp(code));
        let currency = found.ok().and_then(|at| Self::every().get(at)).copied();
        currency.ok_or_else(|| UnknownCurrency::code(code).into())
    }

    /// The currency with this number: 608, or 8 for what ISO writes as `008`.
    ///
    /// # Errors
    /// [`MoneyError::UnknownCurrency`]
    pub fn from_numeric(number: u16) -> Result<Self, MoneyError> {
        by_number(number).ok_or_else(|| UnknownCurrency::numeric(number).into())
    }

    /// How many fraction digits an amount has: 2 for `PHP`, 0 for `JPY`. At most 4.
    ///
    /// This is ISO's figure, whatever is in use in shops.
    #[must_use]
    #[inline]
    pub const fn exponent(self) -> u8 {
        self.exponent
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

macro_rules! currencies {
    ($($code:ident $number:literal $exponent:literal $name:literal;)*) => {
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(clippy::upper_case_acronyms, reason = "ISO's spelling")]
        enum Code {
            $($code,)*
        }

        impl Currency {
            $(
                #[doc = concat!($name, " (", stringify!($exponent), " fraction digits).")]
                pub const $code: Self = Self { code: Code::$code, exponent: $exponent };
            )*

            /// Every currency, in the order of the codes.
            #[must_use]
            pub const fn every() -> &'static [Self] {
                const { &[$(Self::$code),*] }
            }

            /// The three-letter code: `PHP`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self.code {
                    $(Code::$code => stringify!($code),)*
                }
            }

            /// The number, which ISO writes with three digits: 608.
            #[must_use]
            pub const fn numeric(self) -> u16 {
                match self.code {
                    $(Code::$code => $number,)*
                }
            }
        }

        const fn by_number(number: u16) -> Option<Currency> {
            match number {
                $($number => Some(Currency::$code),)*
                _ => None,
            }
        }
    };
}

// Code, number, exponent, name; sorted by code.
currencies! {
    AED 784 2 "United Arab Emirates dirham";
    AFN 971 2 "Afghan afghani";
    ALL 8 2 "Albanian lek";
    AMD 51 2 "Armenian dram";
    AOA 973 2 "Angolan kwanza";
    ARS 32 2 "Argentine peso";
    AUD 36 2 "Australian dollar";
    AWG 533 2 "Aruban florin";
    AZN 944 2 "Azerbaijani manat";
    BAM 977 2 "Bosnia and Herzegovina convertible mark";
    BBD 52 2 "Barbados dollar";
    BDT 50 2 "Bangladeshi taka";
    BHD 48 3 "Bahraini dinar";
    BIF 108 0 "Burundian franc";
    BMD 60 2 "Bermudian dollar";
    BND 96 2 "Brunei dollar";
    BOB 68 2 "Bolivian boliviano";
    BOV 984 2 "Bolivian mvdol";
    BRL 986 2 "Brazilian real";
    BSD 44 2 "Bahamian dollar";
    BTN 64 2 "Bhutanese ngultrum";
    BWP 72 2 "Botswana pula";
    BYN 933 2 "Belarusian ruble";
    BZD 84 2 "Belize dollar";
    CAD 124 2 "Canadian dollar";
    CDF 976 2 "Congolese franc";
    CHE 947 2 "WIR euro";
    CHF 756 2 "Swiss franc";
    CHW 948 2 "WIR franc";
    CLF 990 4 "Chilean unidad de fomento";
    CLP 152 0 "Chilean peso";
    CNY 156 2 "Chinese yuan renminbi";
    COP 170 2 "Colombian peso";
    COU 970 2 "Colombian unidad de valor real";
    CRC 188 2 "Costa Rican colon";
    CUP 192 2 "Cuban peso";
    CVE 132 2 "Cape Verdean escudo";
    CZK 203 2 "Czech koruna";
    DJF 262 0 "Djiboutian franc";
    DKK 208 2 "Danish krone";
    DOP 214 2 "Dominican peso";
    DZD 12 2 "Algerian dinar";
    EGP 818 2 "Egyptian pound";
    ERN 232 2 "Eritrean nakfa";
    ETB 230 2 "Ethiopian birr";
    EUR 978 2 "Euro";
    FJD 242 2 "Fiji dollar";
    FKP 238 2 "Falkland Islands pound";
    GBP 826 2 "Pound sterling";
    GEL 981 2 "Georgian lari";
    GHS 936 2 "Ghanaian cedi";
    GIP 292 2 "Gibraltar pound";
    GMD 270 2 "Gambian dalasi";
    GNF 324 0 "Guinean franc";
    GTQ 320 2 "Guatemalan quetzal";
    GYD 328 2 "Guyanese dollar";
    HKD 344 2 "Hong Kong dollar";
    HNL 340 2 "Honduran lempira";
    HTG 332 2 "Haitian gourde";
    HUF 348 2 "Hungarian forint";
    IDR 360 2 "Indonesian rupiah";
    ILS 376 2 "Israeli new shekel";
    INR 356 2 "Indian rupee";
    IQD 368 3 "Iraqi dinar";
    IRR 364 2 "Iranian rial";
    ISK 352 0 "Icelandic króna";
    JMD 388 2 "Jamaican dollar";
    JOD 400 3 "Jordanian dinar";
    JPY 392 0 "Japanese yen";
    KES 404 2 "Kenyan shilling";
    KGS 417 2 "Kyrgyzstani som";
    KHR 116 2 "Cambodian riel";
    KMF 174 0 "Comoro franc";
    KPW 408 2 "North Korean won";
    KRW 410 0 "South Korean won";
    KWD 414 3 "Kuwaiti dinar";
    KYD 136 2 "Cayman Islands dollar";
    KZT 398 2 "Kazakhstani tenge";
    LAK 418 2 "Lao kip";
    LBP 422 2 "Lebanese pound";
    LKR 144 2 "Sri Lankan rupee";
    LRD 430 2 "Liberian dollar";
    LSL 426 2 "Lesotho loti";
    LYD 434 3 "Libyan dinar";
    MAD 504 2 "Moroccan dirham";
    MDL 498 2 "Moldovan leu";
    MGA 969 2 "Malagasy ariary";
    MKD 807 2 "Macedonian denar";
    MMK 104 2 "Myanmar kyat";
    MNT 496 2 "Mongolian tögrög";
    MOP 446 2 "Macanese pataca";
    MRU 929 2 "Mauritanian ouguiya";
    MUR 480 2 "Mauritian rupee";
    MVR 462 2 "Maldivian rufiyaa";
    MWK 454 2 "Malawian kwacha";
    MXN 484 2 "Mexican peso";
    MXV 979 2 "Mexican unidad de inversión";
    MYR 458 2 "Malaysian ringgit";
    MZN 943 2 "Mozambican metical";
    NAD 516 2 "Namibian dollar";
    NGN 566 2 "Nigerian naira";
    NIO 558 2 "Nicaraguan córdoba";
    NOK 578 2 "Norwegian krone";
    NPR 524 2 "Nepalese rupee";
    NZD 554 2 "New Zealand dollar";
    OMR 512 3 "Omani rial";
    PAB 590 2 "Panamanian balboa";
    PEN 604 2 "Peruvian sol";
    PGK 598 2 "Papua New Guinean kina";
    PHP 608 2 "Philippine peso";
    PKR 586 2 "Pakistani rupee";
    PLN 985 2 "Polish złoty";
    PYG 600 0 "Paraguayan guaraní";
    QAR 634 2 "Qatari riyal";
    RON 946 2 "Romanian leu";
    RSD 941 2 "Serbian dinar";
    RUB 643 2 "Russian ruble";
    RWF 646 0 "Rwandan franc";
    SAR 682 2 "Saudi riyal";
    SBD 90 2 "Solomon Islands dollar";
    SCR 690 2 "Seychelles rupee";
    SDG 938 2 "Sudanese pound";
    SEK 752 2 "Swedish krona";
    SGD 702 2 "Singapore dollar";
    SHP 654 2 "Saint Helena pound";
    SLE 925 2 "Sierra Leonean leone";
    SOS 706 2 "Somali shilling";
    SRD 968 2 "Surinamese dollar";
    SSP 728 2 "South Sudanese pound";
    STN 930 2 "São Tomé and Príncipe dobra";
    SVC 222 2 "Salvadoran colón";
    SYP 760 2 "Syrian pound";
    SZL 748 2 "Swazi lilangeni";
    THB 764 2 "Thai baht";
    TJS 972 2 "Tajikistani somoni";
    TMT 934 2 "Turkmenistan manat";
    TND 788 3 "Tunisian dinar";
    TOP 776 2 "Tongan paʻanga";
    TRY 949 2 "Turkish lira";
    TTD 780 2 "Trinidad and Tobago dollar";
    TWD 901 2 "New Taiwan dollar";
    TZS 834 2 "Tanzanian shilling";
    UAH 980 2 "Ukrainian hryvnia";
    UGX 800 0 "Ugandan shilling";
    USD 840 2 "United States dollar";
    USN 997 2 "United States dollar, next day";
    UYI 940 0 "Uruguayan peso in indexed units";
    UYU 858 2 "Uruguayan peso";
    UYW 927 4 "Uruguayan unidad previsional";
    UZS 860 2 "Uzbekistan som";
    VED 926 2 "Venezuelan digital bolívar";
    VES 928 2 "Venezuelan sovereign bolívar";
    VND 704 0 "Vietnamese đồng";
    VUV 548 0 "Vanuatu vatu";
    WST 882 2 "Samoan tala";
    XAD 396 2 "Arab accounting dinar";
    XAF 950 0 "CFA franc BEAC";
    XCD 951 2 "East Caribbean dollar";
    XCG 532 2 "Caribbean guilder";
    XOF 952 0 "CFA franc BCEAO";
    XPF 953 0 "CFP franc";
    YER 886 2 "Yemeni rial";
    ZAR 710 2 "South African rand";
    ZMW 967 2 "Zambian kwacha";
    ZWG 924 2 "Zimbabwean gold";
}

#[cfg(test)]
mod tests {
    use super::*;

    const _: () = assert!(size_of::<Currency>() == 2);

    fn check(input: &str, expect: Option<(u16, u8)>) {
        let read = Currency::from_code(input).ok();
        assert_eq!(
            read.map(|c| (c.numeric(), c.exponent())),
            expect,
            "{input:?}"
        );
        if let Some(currency) = read {
            assert_eq!(currency.code(), input);
            assert_eq!(Currency::from_numeric(currency.numeric()), Ok(currency));
        }
    }

    #[test]
    fn finds_by_code() {
        check("PHP", Some((608, 2)));
        check("JPY", Some((392, 0)));
        check("BHD", Some((48, 3)));
        check("CLF", Some((990, 4)));
        check("AED", Some((784, 2)));
        check("ZWG", Some((924, 2)));
        for text in [
            "", "php", "PH", "PHPP", "TES", "XTS", "TL", "AAA", "ZZZ", "€",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn every_currency_is_found_by_code_and_number() {
        assert_eq!(Currency::every().len(), 165);
        assert!(Currency::every().is_sorted_by(|a, b| a.code() < b.code()));
        for currency in Currency::every() {
            assert_eq!(Currency::from_code(currency.code()), Ok(*currency));
            assert_eq!(Currency::from_numeric(currency.numeric()), Ok(*currency));
            assert!(currency.exponent() <= 4);
        }
        let found = (0..=u16::MAX).filter(|number| Currency::from_numeric(*number).is_ok());
        assert_eq!(found.count(), Currency::every().len());
    }

    #[test]
    fn agrees_with_iso_currency() {
        let letters = || 'A'..='Z';
        let mut only_theirs = Vec::new();
        let mut only_ours = Vec::new();
        for code in letters().flat_map(|a| {
            letters().flat_map(move |b| letters().map(move |c| String::from_iter([a, b, c])))
        }) {
            let theirs = iso_currency::Currency::from_code(&code);
            match (Currency::from_code(&code), theirs) {
                (Ok(ours), Some(theirs)) => {
                    assert_eq!(ours.numeric(), theirs.numeric(), "{code}");
                    assert_eq!(
                        Some(u16::from(ours.exponent())),
                        theirs.exponent(),
                        "{code}"
                    );
                }
                (Ok(_), None) => only_ours.push(code),
                (Err(_), Some(theirs)) => only_theirs.push((code, theirs.exponent())),
                (Err(_), None) => {}
            }
        }
        let (gone, no_unit): (Vec<_>, Vec<_>) = only_theirs
            .iter()
            .partition(|(_, exponent)| exponent.is_some());
        let codes = |list: Vec<&(String, _)>| list.iter().map(|(code, _)| code.clone()).collect();
        let (gone, no_unit): (Vec<String>, Vec<String>) = (codes(gone), codes(no_unit));

        // The Arab Monetary Fund's unit, added in May 2025 (amendment 179).
        assert_eq!(only_ours, ["XAD"]);
        // Withdrawn: Bulgaria took the euro in January 2026 and Croatia in 2023; CUC merged into CUP
        // in 2021; SLL was replaced by SLE and ZWL by ZWG in 2024. VES is marked as superseded there
        // but is still in ISO's list beside VED, so it is in both tables.
        assert_eq!(gone, ["BGN", "CUC", "HRK", "SLL", "ZWL"]);
        // ISO gives no minor unit: metals, bond market units, drawing rights, accounting units of
        // banks, the code for tests, the code for no currency.
        assert_eq!(
            no_unit,
            [
                "XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA",
                "XXX"
            ]
        );
    }
}
