//! The gateway's result codes: what each says, and whether it is the last word.

/// Whether the provider flags a code as final, and its message here.
struct Entry {
    code: u64,
    last: bool,
    message: &'static str,
}

const fn last(code: u64, message: &'static str) -> Entry {
    Entry {
        code,
        last: true,
        message,
    }
}

const fn open(code: u64, message: &'static str) -> Entry {
    Entry {
        code,
        last: false,
        message,
    }
}

const TABLE: [Entry; 37] = [
    last(0, "Successful."),
    open(10, "System is under maintenance."),
    open(11, "Access denied."),
    open(12, "API version is not supported for this request."),
    open(13, "Merchant authentication failed."),
    open(20, "Bad format request."),
    open(21, "Request rejected because of invalid amount."),
    open(22, "The transaction amount is out of range."),
    open(40, "Duplicated requestId."),
    open(41, "Duplicated orderId."),
    open(42, "Invalid orderId or orderId is not found."),
    open(43, "An analogous transaction is being processed."),
    open(45, "Duplicated ItemId."),
    open(
        47,
        "Inapplicable information in the given set of valid data.",
    ),
    last(98, "QR Code was not generated successfully."),
    last(99, "Unknown error."),
    open(
        1000,
        "Transaction is initiated, waiting for user confirmation.",
    ),
    last(1001, "Transaction failed due to insufficient funds."),
    last(
        1002,
        "Giao dịch bị từ chối do nhà phát hành tài khoản thanh toán.",
    ),
    last(1003, "Transaction cancelled after successfully authorized."),
    last(1004, "The amount exceeds daily/monthly payment limit."),
    last(1005, "The url or QR code expired."),
    last(1006, "Giao dịch bị từ chối bởi người dùng."),
    last(1007, "The user's account is inactive or does not exist."),
    last(1017, "Transaction cancelled by merchant."),
    last(1026, "Transaction restricted due to promotion rules."),
    last(1080, "The refund attempt failed during processing."),
    last(1081, "The refund is rejected."),
    last(
        1088,
        "The original transaction is not eligible to be refunded.",
    ),
    last(2019, "Invalid orderGroupId."),
    last(4001, "The user's account is being restricted."),
    last(4002, "The user's account is not verified with C06."),
    last(4100, "User failed to login."),
    open(7000, "Transaction is being processed."),
    open(
        7002,
        "Transaction is being processed by the payment provider.",
    ),
    open(8000, "Transaction is waiting for user confirmation again."),
    open(9000, "Transaction is authorized successfully."),
];

pub(super) const DONE: u64 = 0;
pub(super) const NOT_AUTHENTIC: u64 = 13;
pub(super) const BAD_FORMAT: u64 = 20;
pub(super) const INVALID_AMOUNT: u64 = 21;
pub(super) const OUT_OF_RANGE: u64 = 22;
pub(super) const REPEATED_REQUEST: u64 = 40;
pub(super) const REPEATED_ORDER: u64 = 41;
pub(super) const NO_SUCH_ORDER: u64 = 42;
pub(super) const REPEATED_ITEM: u64 = 45;
pub(super) const INAPPLICABLE: u64 = 47;
pub(super) const EXPIRED: u64 = 1005;
pub(super) const DENIED_BY_USER: u64 = 1006;
pub(super) const CANCELLED: u64 = 1017;
pub(super) const REFUND_REJECTED: u64 = 1081;
pub(super) const NOT_REFUNDABLE: u64 = 1088;
pub(super) const PROCESSING: u64 = 7000;
pub(super) const AUTHORISED: u64 = 9000;

fn find(code: u64) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.code == code)
}

/// Whether an earlier result of this code is replayed for the same `requestId`.
pub(super) fn is_final(code: u64) -> bool {
    find(code).is_some_and(|entry| entry.last)
}

pub(super) fn is_pending(code: u64) -> bool {
    matches!(code, 7000 | 7002 | 8000)
}

pub(super) fn message(code: u64) -> &'static str {
    find(code).map_or("Not a code of the table.", |entry| entry.message)
}

/// 4xx for what is the caller's fault. The provider documents the classes, not which code is which.
pub(super) fn status(code: u64) -> u16 {
    match code {
        11..=13 | 20..=22 | 40..=45 | 47 | 2019 => 400,
        _ => 200,
    }
}

/// The code that follows `what=` in a marker such as `pay=1001`.
pub(super) fn magic(text: &str, what: &str) -> Option<u64> {
    text.split([' ', ',', ';']).find_map(|word| {
        let (name, code) = word.split_once('=')?;
        (name == what).then(|| code.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_flags_are_as_documented() {
        assert!(TABLE.is_sorted_by_key(|entry| entry.code));
        let open: Vec<u64> = TABLE
            .iter()
            .filter(|entry| !entry.last)
            .map(|entry| entry.code)
            .collect();
        assert_eq!(
            open,
            [
                10, 11, 12, 13, 20, 21, 22, 40, 41, 42, 43, 45, 47, 1000, 7000, 7002, 8000, 9000
            ]
        );
        assert!(!is_final(5555));
    }

    #[test]
    fn a_marker_is_a_word_of_its_own() {
        assert_eq!(magic("Trà sữa pay=1001 query=10", "pay"), Some(1001));
        assert_eq!(magic("Trà sữa pay=1001, query=10", "query"), Some(10));
        for text in ["", "pay", "pay=", "pay=x", "repay=1001", "pay=-1"] {
            assert_eq!(magic(text, "pay"), None, "{text}");
        }
    }
}
