//! The codes of the provider's pages, and the magic values that reach each of them.

/// A service and the codes that its page lists.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) name: &'static str,
    pub(super) prefix: &'static str,
    codes: &'static [&'static str],
}

/// What every service of the service host may answer besides its own codes.
const COMMON: &str = "PaymentDealer.CheckPaymentDealerAuthentication.";
const COMMON_CODES: [&str; 3] = ["InvalidRequest", "InvalidAccount", "VirtualPosNotFound"];

pub(super) const CREATE: Service = Service {
    name: "CreateWebPosRequest",
    prefix: "ClientWebPos.CreateWebPosRequest.",
    codes: &[
        "InvalidRequest",
        "InvalidAccount",
        "InvalidAmount",
        "RedirectURLNotGiven",
        "IpAddressNotAllowed",
        "ForeignCurrencyNotAvailableForThisDealer",
        "InstallmentNumberNotAvailableForDealer",
        "InvalidInstallmentNumber",
        "DailyDealerLimitExceeded",
        "MonthlyDealerLimitExceeded",
        "ChannelPermissionNotAvailable",
        "InvalidSubMerchantName",
        "InvalidBuyerEmail",
        "InvalidBuyerGsmNumber",
        "InvalidUnitPrice",
        "InvalidQuantityValue",
        "BasketProductNotFoundInYourProductList",
        "MustBeOneOfProductIdOrProductCode",
        "BasketProductNotFound",
        "BasketAmountIsNotEqualPaymentAmount",
        "PaymentMustBeAuthorization",
        "AuthorizationForbiddenForThisDealer",
        "PoolPaymentNotAvailableForDealer",
        "PoolPaymentRequiredForDealer",
        "TokenizationNotAvailableForDealer",
        "CustomerInfoIsRequiredToSaveTheCard",
        "FirstNameIsRequiredToSaveTheCard",
        "InvalidGsmNumber",
        "InvalidEmail",
        "DealerCustomerNotExists",
        "DealerCustomerIdAndCustomerCodeConflicted",
    ],
};

pub(super) const DETAIL: Service = Service {
    name: "GetDealerPaymentTrxDetailList",
    prefix: "PaymentDealer.GetDealerPaymentTrxDetailList.",
    codes: &["PaymentIdError"],
};

pub(super) const PAYMENTS: Service = Service {
    name: "GetPaymentList",
    prefix: "PaymentDealer.GetPaymentList.",
    codes: &[],
};

pub(super) const TRANSACTIONS: Service = Service {
    name: "GetPaymentTrxList",
    prefix: "PaymentDealer.GetPaymentTrxList.",
    codes: &[],
};

pub(super) const CAPTURE: Service = Service {
    name: "DoCapture",
    prefix: "PaymentDealer.DoCapture.",
    codes: &[
        "PaymentNotFound",
        "OtherTrxCodeOrVirtualPosOrderIdMustGiven",
        "CaptureNotAvailable",
    ],
};

pub(super) const VOID: Service = Service {
    name: "DoVoid",
    prefix: "PaymentDealer.DoVoid.",
    codes: &["InvalidRequest", "PaymentNotFound", "PaymentNotAvailable"],
};

pub(super) const REFUND: Service = Service {
    name: "DoCreateRefundRequest",
    prefix: "PaymentDealer.DoCreateRefundRequest.",
    codes: &[
        "InvalidRequest",
        "InvalidAccount",
        "OtherTrxCodeOrVirtualPosOrderIdMustGiven",
        "InvalidAmount",
        "PaymentNotFound",
        "OtherTrxCodeAndVirtualPosOrderIdMismatch",
        "RefundRequestAlreadyExist",
    ],
};

pub(super) const APPROVE: Service = Service {
    name: "DoApprovePoolPayment",
    prefix: "PaymentDealer.DoApprovePoolPayment.",
    codes: &[
        "OtherTrxCodeOrVirtualPosOrderIdMustGiven",
        "DealerPaymentNotFound",
        "PaymentAlreadyApproved",
        "PaymentIsNotPoolPayment",
    ],
};

pub(super) const UNDO: Service = Service {
    name: "UndoApprovePoolPayment",
    prefix: "PaymentDealer.UndoApprovePoolPayment.",
    codes: &[
        "DealerPaymentNotFound",
        "OtherTrxCodeAndVirtualPosOrderIdNotMatch",
        "OtherTrxCodeOrVirtualPosOrderIdMustGiven",
        "PaymentNotApprovedYet",
        "PaymentIsNotPoolPayment",
        "PaymentNotApprovedYetForSubDealer",
    ],
};

/// Every service, in the order of the provider's pages.
pub(super) const SERVICES: [&Service; 9] = [
    &CREATE,
    &DETAIL,
    &PAYMENTS,
    &TRANSACTIONS,
    &CAPTURE,
    &VOID,
    &REFUND,
    &APPROVE,
    &UNDO,
];

/// What a magic value asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Magic {
    /// This code in the envelope, `EX` included.
    Refuse(String),
    /// Processed, and declined with this bank code.
    Decline(&'static BankCode),
}

impl Service {
    /// A code of this service, in full.
    pub(super) fn code(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// What `name` (of the page, of the common list, `EX` or a bank code) means to this service.
    pub(super) fn magic(&self, name: &str) -> Option<Magic> {
        if name == "EX" {
            return Some(Magic::Refuse(name.to_owned()));
        }
        if let Some(bank) = bank_code(name) {
            let creates = self.name == CREATE.name;
            return (!creates).then_some(Magic::Decline(bank));
        }
        if self.codes.contains(&name) {
            return Some(Magic::Refuse(self.code(name)));
        }
        let common = COMMON_CODES.contains(&name) && self.name != CREATE.name;
        common.then(|| Magic::Refuse(format!("{COMMON}{name}")))
    }

    /// The magic of an `OtherTrxCode`: `fail.Code` or `fail.Service.Code`, with or without
    /// `-anything` behind.
    pub(super) fn magic_in(&self, other_trx_code: &str) -> Option<Magic> {
        self.magic(magic_name(other_trx_code, self.name)?)
    }
}

/// The bank code by which a page declines whatever card it is given.
pub(super) fn page_magic(other_trx_code: &str) -> Option<&'static BankCode> {
    bank_code(magic_name(other_trx_code, "Page")?)
}

fn magic_name<'a>(other_trx_code: &'a str, service: &str) -> Option<&'a str> {
    let value = other_trx_code.strip_prefix("fail.")?;
    let value = value.split_once('-').map_or(value, |(value, _)| value);
    match value.split_once('.') {
        Some((named, code)) => (named == service).then_some(code),
        None => Some(value),
    }
}

/// The common code for a wrong `CheckKey`, a wrong object or broken JSON.
pub(super) fn common_invalid_request() -> String {
    format!("{COMMON}InvalidRequest")
}

/// The common code for a dealer that is not known.
pub(super) fn common_invalid_account() -> String {
    format!("{COMMON}InvalidAccount")
}

/// A code of the bank, with its meaning in both languages of the page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BankCode {
    pub(super) code: &'static str,
    pub(super) turkish: &'static str,
    pub(super) english: &'static str,
}

pub(super) fn bank_code(code: &str) -> Option<&'static BankCode> {
    BANK_CODES.iter().find(|bank| bank.code == code)
}

const fn bank(code: &'static str, turkish: &'static str, english: &'static str) -> BankCode {
    BankCode {
        code,
        turkish,
        english,
    }
}

static BANK_CODES: [BankCode; 30] = [
    bank("000", "Genel hata", "General error"),
    bank(
        "001",
        "Kart sahibi doğrulanamadı",
        "Cardholder not authenticated",
    ),
    bank("002", "Limit yetersiz", "Limit insufficient"),
    bank(
        "003",
        "Kart numarasının biçimi hatalı",
        "Card number format",
    ),
    bank("004", "Genel ret", "General decline"),
    bank(
        "005",
        "Kart sahibine kapalı işlem",
        "Not open to the cardholder",
    ),
    bank("006", "Son kullanma tarihi hatalı", "Expiry wrong"),
    bank("007", "İşlem geçersiz", "Transaction invalid"),
    bank("008", "Bankaya bağlanılamadı", "No connection to the bank"),
    bank("009", "Tanımlanmamış kod", "Undefined code"),
    bank("010", "Banka SSL hatası", "SSL error of the bank"),
    bank("011", "Bankayı arayınız", "Call the bank"),
    bank("012", "Kart bilgileri hatalı", "Card data wrong"),
    bank(
        "013",
        "3D yalnız Visa ve Mastercard içindir",
        "3D only for Visa and Mastercard",
    ),
    bank("014", "Hesap numarası geçersiz", "Account number invalid"),
    bank("015", "CVV geçersiz", "CVV invalid"),
    bank("016", "Onay mekanizması yok", "No approval mechanism"),
    bank("017", "Sistem hatası", "System error"),
    bank("018", "Çalıntı kart", "Stolen card"),
    bank("019", "Kayıp kart", "Lost card"),
    bank("020", "Kısıtlı kart", "Restricted card"),
    bank("021", "Zaman aşımı", "Timeout"),
    bank("022", "Geçersiz üye işyeri", "Invalid merchant"),
    bank("023", "Sahte onay", "False approval"),
    bank(
        "024",
        "3D onaylandı, tutar çekilemedi",
        "3D approved, money not taken",
    ),
    bank("025", "3D hatası", "3D error"),
    bank(
        "026",
        "Banka veya kart 3D'ye dahil değil",
        "Bank or card not in 3D",
    ),
    bank("027", "Kullanıcının yetkisi yok", "User not authorised"),
    bank("028", "Dolandırıcılık riski", "Fraud risk"),
    bank("029", "Kart e-ticarete kapalı", "Card closed to e-commerce"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_reached_by_its_name() {
        assert_eq!(CREATE.codes.len(), 31);
        for service in SERVICES {
            for code in service.codes.iter().chain(&["EX"]) {
                for value in [
                    format!("fail.{code}"),
                    format!("fail.{code}-ORD-7"),
                    format!("fail.{}.{code}-7", service.name),
                ] {
                    let expect = match *code {
                        "EX" => "EX".to_owned(),
                        code => service.code(code),
                    };
                    assert_eq!(service.magic_in(&value), Some(Magic::Refuse(expect)));
                }
            }
        }
    }

    #[test]
    fn a_magic_value_is_for_one_service_if_it_says_so() {
        assert_eq!(VOID.magic_in("fail.DoCapture.PaymentNotFound"), None);
        assert_eq!(VOID.magic_in("fail.CaptureNotAvailable"), None);
        assert_eq!(VOID.magic_in("ORD-fail.EX"), None);
        assert_eq!(CREATE.magic_in("fail.002"), None);
        assert_eq!(
            VOID.magic_in("fail.VirtualPosNotFound"),
            Some(Magic::Refuse(format!("{COMMON}VirtualPosNotFound")))
        );
        let declined = page_magic("fail.Page.002-1").unwrap();
        assert_eq!(declined.code, "002");
        assert_eq!(page_magic("fail.DoVoid.002"), None);
    }

    #[test]
    fn bank_codes_are_in_order() {
        for (index, bank) in BANK_CODES.iter().enumerate() {
            assert_eq!(bank.code, format!("{index:03}"));
        }
    }
}
