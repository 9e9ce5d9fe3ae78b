//! Replies that are not as described, word by word.

use std::sync::Arc;

use payments_core::Error;
use payments_core::client::RetryPolicy;
use payments_core::error::Meaning;
use payments_core::exchange::Response;
use payments_core::http::{HeaderMap, HeaderValue, StatusCode, header};
use payments_core::testing::{Act, ScriptedTransport, json_response};
use payments_moka::calls::{Client, Test};
use payments_moka::codes::{BankCode, PageCode, PaymentStatus, ServiceCode};
use payments_moka::ext::{Started, Taking, returns};
use payments_moka::sandbox::return_hash;
use payments_moka::types::RefundAmount;

use crate::shop::{
    CREATE, DETAILS, PageDraft, VOID, credentials, details, inbound, kind, refund, void,
};

const UNKNOWN: &str = "unknown, moved: Maybe";
const MALFORMED: &str = "malformed, moved: No";

fn client(reply: Response) -> (Client, ScriptedTransport) {
    let transport = ScriptedTransport::new([Act::Answer(reply)]);
    let client = Client::builder(Test::new(), credentials())
        .transport(Arc::new(transport.clone()))
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    (client, transport)
}

fn typed(status: u16, content_type: &'static str, body: &[u8]) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let status = StatusCode::from_u16(status).unwrap();
    Response::new(status, headers, body.to_vec())
}

fn json(body: &str) -> Response {
    json_response(200, body)
}

/// What the answer says, or the kind of the error, for the query, for a void and for a page.
async fn check(reply: Response, of_read: &str, of_void: &str, of_page: &str) {
    let shown = String::from_utf8_lossy(reply.body()).into_owned();
    let shown: String = shown.chars().take(60).collect();

    let (asker, transport) = client(reply.clone());
    let asked = asker.payment_details(details("ORD-1")).await;
    assert_eq!(transport.count(DETAILS), 1, "{shown}");
    let asked = asked.map(|reply| format!("{:?}", reply.payment.is_some()));
    check_one(asked, &reply, of_read, &shown);

    let (voider, transport) = client(reply.clone());
    let voided = voider.void(void("ORD-1")).await;
    assert_eq!(transport.count(VOID), 1, "{shown}");
    check_one(voided.map(|_| "done".to_owned()), &reply, of_void, &shown);

    let (creator, transport) = client(reply.clone());
    let created = creator.create_page(PageDraft::of("ORD-1").build()).await;
    assert_eq!(transport.count(CREATE), 1, "{shown}");
    check_one(
        created.map(|page| page.url.clone()),
        &reply,
        of_page,
        &shown,
    );
}

fn check_one(result: Result<String, Error>, reply: &Response, expect: &str, shown: &str) {
    match result {
        Ok(text) => assert_eq!(text, expect, "{shown}"),
        Err(error) => {
            assert_eq!(kind(&error), expect, "{shown}: {error}");
            let raw = error.response().unwrap();
            assert_eq!(raw.body(), reply.body(), "{shown}");
            assert_eq!(raw.status(), reply.status(), "{shown}");
        }
    }
}

fn envelope(data: &str) -> String {
    format!(r#"{{"Data":{data},"ResultCode":"Success","ResultMessage":"","Exception":null}}"#)
}

fn refusal(code: &str) -> String {
    format!(r#"{{"Data":null,"ResultCode":"{code}","ResultMessage":"","Exception":null}}"#)
}

#[tokio::test]
async fn what_is_not_as_described_is_never_a_refusal() {
    let whole = envelope(r#"{"IsSuccessful":true,"Url":"https://a.example/p","CodeForHash":"x"}"#);
    for end in [0, 1, 20, 40, whole.len() - 1] {
        let cut = whole.get(..end).unwrap();
        check(json(cut), MALFORMED, UNKNOWN, UNKNOWN).await;
    }
    let html = b"<html><body>L\xc3\xbctfen bekleyin</body></html>";
    for (status, content_type) in [(200, "text/html"), (200, "application/json")] {
        check(
            typed(status, content_type, html),
            MALFORMED,
            UNKNOWN,
            UNKNOWN,
        )
        .await;
    }
    for content_type in ["text/plain", "text/html", "application/jsonp", "x"] {
        let reply = typed(200, content_type, whole.as_bytes());
        check(reply, MALFORMED, UNKNOWN, UNKNOWN).await;
    }
    // A success beside another status is none; a refusal is one.
    for status in [301, 302, 303, 307, 308, 404, 429, 500, 502, 503, 504] {
        check(json_response(status, &whole), MALFORMED, UNKNOWN, UNKNOWN).await;
        check(
            typed(status, "text/html", html),
            MALFORMED,
            UNKNOWN,
            UNKNOWN,
        )
        .await;
    }
    for body in [
        "{}",
        "null",
        "[]",
        "true",
        r#"{"Data":{"IsSuccessful":true}}"#,
        r#"{"Data":null,"ResultCode":null}"#,
        r#"{"Data":null,"ResultCode":true}"#,
        r#"{"Data":null,"ResultCode":0}"#,
        r#"{"ResultCode":"Success"}"#,
        r#"{"ResultCode":"Success","ResultCode":"EX","Data":{"IsSuccessful":true}}"#,
        r#"{"Data":null,"ResultCode":"Success"}"#,
        r#"{"Data":[],"ResultCode":"Success"}"#,
        r#"{"Data":true,"ResultCode":"Success"}"#,
        r#"{"Data":{},"ResultCode":"Success"}"#,
        r#"{"Data":{"IsSuccessful":"true"},"ResultCode":"Success"}"#,
        r#"{"Data":{"IsSuccessful":1},"ResultCode":"Success"}"#,
        r#"{"Data":{"IsSuccessful":null},"ResultCode":"Success"}"#,
        r#"{"Data":{"IsSuccessful":true,"IsSuccessful":false},"ResultCode":"Success"}"#,
    ] {
        check(json(body), MALFORMED, UNKNOWN, UNKNOWN).await;
    }
    for deep in ["[".repeat(64 * 1024), r#"{"a":"#.repeat(13 * 1024)] {
        check(json(&deep), MALFORMED, UNKNOWN, UNKNOWN).await;
        check(json(&envelope(&deep)), MALFORMED, UNKNOWN, UNKNOWN).await;
    }
    let invalid = b"{\"Data\":{\"IsSuccessful\":true,\"Url\":\"\xFF\"},\"ResultCode\":\"Success\"}";
    let invalid = typed(200, "application/json", invalid);
    check(invalid, MALFORMED, UNKNOWN, UNKNOWN).await;
}

#[tokio::test]
async fn amounts_and_states_are_read_exactly() {
    let detail = |amount: &str, currency: &str, status: &str| {
        envelope(&format!(
            r#"{{"IsSuccessful":true,"PaymentDetail":{{"OtherTrxCode":"ORD-1","Amount":{amount},
            "CurrencyCode":"{currency}","PaymentStatus":{status},"TrxStatus":1}}}}"#
        ))
    };
    for (amount, currency, status, good) in [
        ("27.5", "TL", "2", true),
        ("27.50", "TRY", "2", true),
        ("27.500", "TL", "2", true),
        ("2.75e1", "TL", "\"2\"", true),
        ("27.5", "TL ", "\" 2\"", true),
        ("27.5", "\\tTRY", "\"2 \"", true),
        ("27.505", "TL", "2", false),
        ("\"a lot\"", "TL", "2", false),
        ("27.5", "YTL", "2", false),
        ("27.5", "TL", "true", false),
        ("null", "TL", "2", false),
    ] {
        let (asker, _) = client(json(&detail(amount, currency, status)));
        match asker.payment_details(details("ORD-1")).await {
            Ok(reply) => {
                let payment = reply.payment.as_ref().unwrap();
                assert!(good, "{amount} {currency} {status}");
                assert_eq!(payment.amount.to_string(), "27.50 TRY");
                assert_eq!(payment.payment_status, PaymentStatus::Payment);
            }
            Err(error) => {
                assert!(!good, "{amount} {currency} {status}: {error}");
                assert_eq!(kind(&error), MALFORMED);
            }
        }
    }
    // A state that nobody describes is kept, and never paid.
    let (asker, _) = client(json(&detail("27.5", "TL", "7")));
    let expected = crate::shop::expected("ORD-1");
    let taking = Taking::Contracted;
    let found = asker.confirm(None, &expected, taking).await.unwrap();
    assert_eq!(crate::shop::word(&found), "open");
    // Nor is the payment of another code.
    let other = detail("27.5", "TL", "2").replace("ORD-1", "ORD-2");
    let (asker, _) = client(json(&other));
    let found = asker.confirm(None, &expected, taking).await.unwrap();
    assert_eq!(crate::shop::word(&found), "differs");
}

/// What is said beside a payment does not keep it from being confirmed: what is not as described
/// counts as absent.
#[tokio::test]
async fn an_odd_side_note_spoils_no_confirmation() {
    let detail = |more: &str| {
        envelope(&format!(
            r#"{{"IsSuccessful":true,"PaymentDetail":{{"OtherTrxCode":"ORD-1","Amount":27.5,
            "CurrencyCode":"TL","PaymentStatus":2,"TrxStatus":1{more}}}}}"#
        ))
    };
    let expected = crate::shop::expected("ORD-1");
    for name in [
        "CardHolderFullName",
        "CardNumberFirstSix",
        "PaymentDate",
        "InstallmentNumber",
        "DealerCommissionAmount",
        "IsThreeD",
        "DealerPaymentId",
        "BuyerEmail",
    ] {
        for odd in [
            "554960",
            "true",
            "\"False\"",
            "\" \"",
            "[1]",
            "{\"a\":1}",
            "null",
        ] {
            let (asker, _) = client(json(&detail(&format!(r#","{name}":{odd}"#))));
            let found = asker.confirm(None, &expected, Taking::Contracted).await;
            assert_eq!(crate::shop::word(&found.unwrap()), "paid", "{name}: {odd}");
        }
    }
    let odd = r#","CardNumberFirstSix":554960,"IsThreeD":"False","InstallmentNumber":"x""#;
    let (asker, _) = client(json(&detail(odd)));
    let reply = asker.payment_details(details("ORD-1")).await.unwrap();
    let payment = reply.payment.as_ref().unwrap();
    assert_eq!(payment.card_number_first_six.as_deref(), Some("554960"));
    assert_eq!(payment.three_d, Some(false));
    assert_eq!(payment.installment_number, None);
    // An amount is no side note, and what has no currency is none.
    for (money, other) in [("\"TL\"", "null"), ("\"TL\"", "\"YTL\""), ("27.5", "null")] {
        let (asker, _) = client(json(&detail("").replace(money, other)));
        let refused = asker.confirm(None, &expected, Taking::Contracted).await;
        assert_eq!(kind(&refused.unwrap_err()), MALFORMED, "{money}: {other}");
    }
    let (asker, _) = client(json(&detail(r#","RefAmount":"a lot""#)));
    let refused = asker.confirm(None, &expected, Taking::Contracted).await;
    assert_eq!(kind(&refused.unwrap_err()), MALFORMED);
}

#[tokio::test]
async fn codes_refuse_whatever_is_around_them() {
    let void_code = "PaymentDealer.DoVoid.PaymentNotAvailable";
    let page_code = "ClientWebPos.CreateWebPosRequest.InvalidAmount";
    for status in [200, 400, 401, 404, 500, 503] {
        for blank in ["", " ", "  "] {
            let body = refusal(&format!("{void_code}{blank}"));
            let (voider, _) = client(json_response(status, &body));
            let refused = voider.void(void("ORD-1")).await.unwrap_err();
            assert_eq!(kind(&refused), format!("refused with {void_code}"));
            let body = refusal(&format!("{page_code}{blank}"));
            let (creator, _) = client(json_response(status, &body));
            let refused = creator.create_page(PageDraft::of("A").build()).await;
            assert_eq!(
                kind(&refused.unwrap_err()),
                format!("refused with {page_code}")
            );
        }
    }
    // A code that nobody describes refuses a read, and leaves everything else open.
    let body = refusal("PaymentDealer.DoVoid.NewOne");
    check(
        json(&body),
        "refused with PaymentDealer.DoVoid.NewOne",
        UNKNOWN,
        UNKNOWN,
    )
    .await;
}

#[tokio::test]
async fn success_is_spelt_in_any_case() {
    for spelling in ["Success", "success", " SUCCESS "] {
        let body = envelope(r#"{"IsSuccessful":true,"ResultCode":"00"}"#);
        let body = body.replace("Success\"", &format!("{spelling}\""));
        let (voider, _) = client(json(&body));
        assert!(voider.void(void("ORD-1")).await.is_ok(), "{body}");
    }
}

/// Processed and declined, in the bank's codes: some of them do not say that nothing happened.
#[tokio::test]
async fn a_verdict_within_a_success_refuses_or_leaves_open() {
    for number in 0..30 {
        let code = format!("{number:03}");
        let declined = envelope(&format!(
            r#"{{"IsSuccessful":false,"ResultCode":"{code}","ResultMessage":"Genel Hata(Geçersiz kart numarası)","VirtualPosOrderId":""}}"#
        ));
        let (voider, _) = client(json(&declined));
        let error = voider.void(void("ORD-1")).await.unwrap_err();
        let open = ["008", "009", "017", "021"].contains(&&*code);
        match &error {
            Error::Unknown(unknown) => {
                assert!(open, "{code}");
                assert_eq!(unknown.refused().unwrap().code(), Some(&*code));
            }
            Error::Refused(refused) => {
                assert!(!open, "{code}");
                assert_eq!(refused.code(), Some(&*code));
                assert_eq!(refused.meaning(), Meaning::Declined);
            }
            other => panic!("{other}"),
        }
        let meaning = BankCode::from(&*code).meaning();
        assert_eq!(meaning == Meaning::Unknown, open, "{code}");
        assert!(
            !matches!(BankCode::from(&*code), BankCode::Other(_)),
            "{code}"
        );
    }
}

#[tokio::test]
async fn the_unexpected_error_leaves_it_open_and_tells_why() {
    let (text, other) = ("Nesne başvurusu", "ResultMessage");
    for body in [
        format!(r#"{{"Data":null,"ResultCode":"EX","ResultMessage":"","Exception":"{text}"}}"#),
        format!(r#"{{"Data":null,"ResultCode":"EX","{other}":"{text}","Exception":null}}"#),
        format!(r#"{{"Data":null,"ResultCode":"EX ","{other}":"x","Exception":"{text}"}}"#),
    ] {
        check(json(&body), "refused with EX", UNKNOWN, UNKNOWN).await;
        let (voider, _) = client(json(&body));
        let Error::Unknown(unknown) = voider.void(void("ORD-1")).await.unwrap_err() else {
            panic!("not unknown");
        };
        let refused = unknown.refused().unwrap();
        assert_eq!((refused.code(), refused.text()), (Some("EX"), Some(text)));
    }
}

/// The founding document's 31 and `EX`, each with a meaning.
#[test]
fn the_codes_of_the_page_have_names_and_meanings() {
    let prefix = "ClientWebPos.CreateWebPosRequest.";
    for code in [
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
    ] {
        let known = PageCode::from(&*format!("{prefix}{code}"));
        assert!(!matches!(known, PageCode::Other(_)), "{code}");
        assert!(
            [Meaning::Misuse, Meaning::Declined].contains(&known.meaning()),
            "{code}"
        );
    }
    assert_eq!(PageCode::from("EX"), PageCode::Unexpected);
    assert_eq!(PageCode::Unexpected.meaning(), Meaning::Unknown);
    assert_eq!(ServiceCode::from("EX").meaning(), Meaning::Unknown);
    assert_eq!(PageCode::from("new").meaning(), Meaning::Unknown);
}

/// A page without a `CodeForHash` is an error of its own: its return could never be verified.
#[tokio::test]
async fn a_bare_string_is_no_page() {
    let bare =
        envelope(r#""https://service.refmoka.com/PaymentDealerThreeDProcess?threeDTrxCode=1""#);
    let (creator, _) = client(json(&bare));
    let error = creator
        .create_page(PageDraft::of("A").build())
        .await
        .unwrap_err();
    assert_eq!(kind(&error), UNKNOWN);
    assert!(error.to_string().contains("bare string"), "{error}");
    for (url, good) in [
        (
            "https://clientwebpos.refmokaunited.com/commonpaymentpage/1",
            true,
        ),
        (
            "https://clientwebpos.refmokaunited.com/x?threeDTrxCode=1&RedirectType=1",
            true,
        ),
        ("http://127.0.0.1:4010/commonpaymentpage/1", true),
        ("https:\\/\\/a.example\\/p", true),
        (
            "http://clientwebpos.refmokaunited.com/commonpaymentpage/1",
            false,
        ),
        ("javascript:alert(1)", false),
        ("//evil.example/", false),
        ("https://a@evil.example/", false),
        ("", false),
    ] {
        let data =
            format!(r#"{{"Url":"{url}","CodeForHash":"9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC"}}"#);
        let (creator, _) = client(json(&envelope(&data)));
        let found = creator.create_page(PageDraft::of("A").build()).await;
        match found {
            Ok(page) => assert!(good && page.url == url.replace('\\', ""), "{url}"),
            Err(error) => {
                assert!(!good, "{url}: {error}");
                assert_eq!(kind(&error), UNKNOWN);
                assert!(error.to_string().contains("https"), "{error}");
            }
        }
    }
    // Nor is it one with a code that is none: anyone could make its hash.
    for data in [
        r#"{"Url":"https://a.example/"}"#,
        r#"{"CodeForHash":"x"}"#,
        r#"{"Url":"https://a.example/","CodeForHash":""}"#,
        r#"{"Url":"https://a.example/","CodeForHash":" \t\u00a0"}"#,
        r#"{"Url":"https://a.example/","CodeForHash":null}"#,
    ] {
        let (creator, _) = client(json(&envelope(data)));
        let found = creator.create_page(PageDraft::of("A").build()).await;
        assert_eq!(kind(&found.unwrap_err()), UNKNOWN, "{data}");
    }
}

#[tokio::test]
async fn ids_are_texts_or_numbers() {
    for (id, expect) in [
        ("\"1356\"", Some("1356")),
        ("2320", Some("2320")),
        ("null", None),
    ] {
        let data = format!(r#"{{"IsSuccessful":true,"ResultCode":"","RefundRequestId":{id}}}"#);
        let (refunder, _) = client(json(&envelope(&data)));
        let call = refund("A", RefundAmount::Everything);
        let found = refunder.request_refund(call).await.unwrap();
        assert_eq!(found.refund_request_id.as_deref(), expect);
    }
}

#[tokio::test]
async fn what_is_not_described_does_no_harm() {
    let more = r#"{"Data":{"IsSuccessful":true,"New":[1],"PaymentDetail":null},"ResultCode":"Success","Trace":{"a":1}}"#;
    let (asker, _) = client(json(more));
    let reply = asker.payment_details(details("ORD-1")).await.unwrap();
    assert_eq!(reply.payment, None);
    assert_eq!(reply.response().body(), more.as_bytes());
}

/// A proven success and a query that says failed: one of the two lags, and nothing is declined.
#[tokio::test]
async fn a_query_that_lags_behind_a_success_declines_nothing() {
    let failed = envelope(
        r#"{"IsSuccessful":true,"PaymentDetail":{"OtherTrxCode":"ORD-1","Amount":27.5,
        "CurrencyCode":"TL","PaymentStatus":2,"TrxStatus":2,"DealerCommissionAmount":0.5055}}"#,
    );
    let code = "9FDFBDFC-42C5-417E-AA93-E4D9D5312AAC";
    let started = Started::new("ORD-1", &code.into());
    for (success, expect) in [(true, "open"), (false, "declined")] {
        let hash = return_hash(code, success);
        let body = format!("hashValue={hash}&resultCode=&resultMessage=&trxCode=x&OtherTrxCode=x");
        let message = inbound("/moka/return?t=abc", &body);
        let event = returns("sample", "sample")
            .verify(&message, &started)
            .unwrap();
        let (asker, _) = client(json(&failed));
        let expected = crate::shop::expected("ORD-1");
        let found = asker
            .confirm(Some(&event), &expected, Taking::Contracted)
            .await;
        assert_eq!(crate::shop::word(&found.unwrap()), expect);
    }
}
