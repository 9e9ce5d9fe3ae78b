//! What is odd in an answer and taken all the same, with a warning in the trace of the call.

/// Warns where a field that is there has not the shape of a GUID: hexadecimal digits in groups of 8,
/// 4, 4, 4 and 12, without braces. The field is named, its value is not shown. Says whether it warned.
///
/// ```
/// use payments_core::odd::expect_guid;
///
/// assert!(!expect_guid("create_page", "id", Some("9fdfbdfc-42C5-417E-AA93-E4D9D5312AAC")));
/// assert!(!expect_guid("create_page", "id", None));
/// assert!(expect_guid("create_page", "id", Some("{9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC}")));
/// ```
pub fn expect_guid(call: &'static str, name: &'static str, value: Option<&str>) -> bool {
    let odd = value.is_some_and(|text| !is_guid(text));
    if odd {
        warn(call, name);
    }
    odd
}

fn is_guid(text: &str) -> bool {
    let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && text.split('-').all(hex)
}

#[cfg(any(feature = "client", feature = "blocking"))]
fn warn(call: &'static str, name: &'static str) {
    tracing::warn!(call, "`{name}` has not the shape of a GUID");
}

/// Without a client there is no call, and no trace.
#[cfg(not(any(feature = "client", feature = "blocking")))]
fn warn(_call: &'static str, _name: &'static str) {}
