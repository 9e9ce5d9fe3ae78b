//! Open enums: the texts that a provider documents, and whatever else it sends.

/// Defines an open enum of a provider's texts. What is not listed is kept as `Other`, and means
/// `Unknown` unless `_` says what it means. Space around a listed text is no part of it, but in what a
/// signature may cover: there the text counts as it came. A variant may be `#[deprecated]`, where the
/// provider advises against it: naming it is a warning, reading and writing it is none.
///
/// ```
/// use payments_core::error::Meaning;
///
/// payments_core::codes! {
///     /// What became of it.
///     pub enum Status {
///         /// The buyer has paid.
///         Paid = "paid" => Done,
///     }
/// }
///
/// assert_eq!(Status::from("paid"), Status::Paid);
/// assert_eq!(Status::Paid.meaning(), Meaning::Done);
/// assert_eq!(Status::from(" paid "), Status::Paid);
/// assert_eq!(Status::from("lost").as_str(), "lost");
/// assert_eq!(Status::from("lost").meaning(), Meaning::Unknown);
/// assert_eq!(Status::from("two\nlines").to_string(), "two\u{FFFD}lines");
///
/// payments_core::codes! {
///     /// Why not.
///     pub enum Code {
///         /// Come back later.
///         Busy = "13" => Pending,
///         _ => Declined,
///     }
/// }
///
/// assert_eq!(Code::from("13").meaning(), Meaning::Pending);
/// assert_eq!(Code::from("99").meaning(), Meaning::Declined);
/// ```
#[macro_export]
macro_rules! codes {
    (@other) => {
        $crate::error::Meaning::Unknown
    };
    (@other $Meaning:ident) => {
        $crate::error::Meaning::$Meaning
    };
    (
        $(#[$type_doc:meta])*
        pub enum $Type:ident {
            $( $(#[$doc:meta])* $Name:ident = $text:literal => $Meaning:ident ),* $(,)?
            $( _ => $Other:ident $(,)? )?
        }
    ) => {
        $(#[$type_doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $Type {
            $( $(#[$doc])* $Name, )*
            /// A text that the description does not know, as it came.
            Other(String),
        }

        #[allow(deprecated, reason = "a code that is advised against is still read and written")]
        impl $Type {
            /// The text as the provider writes it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$Name => $text, )*
                    Self::Other(text) => text,
                }
            }

            /// What it means for the caller.
            #[must_use]
            pub fn meaning(&self) -> $crate::error::Meaning {
                match self {
                    $( Self::$Name => $crate::error::Meaning::$Meaning, )*
                    Self::Other(_) => $crate::codes!(@other $($Other)?),
                }
            }
        }

        #[allow(deprecated, reason = "a code that is advised against is still read and written")]
        impl From<&str> for $Type {
            fn from(text: &str) -> Self {
                match text.trim() {
                    $( $text => Self::$Name, )*
                    _ => Self::Other(text.to_owned()),
                }
            }
        }

        impl ::core::fmt::Display for $Type {
            fn fmt(&self, out: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                // What the provider sends goes to terminals and logs: no control characters.
                self.as_str().chars().try_for_each(|character| {
                    ::core::fmt::Write::write_char(
                        out,
                        if character.is_control() { '\u{FFFD}' } else { character },
                    )
                })
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $Type {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(
                input: D,
            ) -> ::core::result::Result<Self, D::Error> {
                <::std::borrow::Cow<'de, str> as $crate::serde::Deserialize<'de>>::deserialize(input)
                    .map(|text| Self::from(&*text))
            }
        }

        impl $crate::json::FromJson for $Type {
            fn from_json(
                field: &'static str,
                text: &str,
                reading: $crate::json::Reading,
            ) -> ::core::result::Result<Self, $crate::error::Misuse> {
                <::std::string::String as $crate::json::FromJson>::from_json(field, text, reading)
                    .map(|text| Self::from(&*text))
            }
        }

        impl $crate::signing::Part for $Type {
            #[inline]
            fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
                read(self.as_str())
            }
        }

        impl $crate::incoming::Claimable for $Type {
            fn read(text: &str) -> ::core::option::Option<Self> {
                // What is signed is the text.
                ::core::option::Option::Some(match Self::from(text) {
                    known if known.as_str() == text => known,
                    _ => Self::Other(text.to_owned()),
                })
            }
        }

        impl $crate::wire::Value for $Type {
            fn put(&self, name: &str, out: &mut dyn $crate::wire::Fields) {
                out.text(name, self.as_str());
            }
        }
    };
}
