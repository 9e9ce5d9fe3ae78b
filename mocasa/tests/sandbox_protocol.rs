//! The sandbox as Mocasa's page has the provider, spoken to in raw HTTP.
#![cfg(feature = "sandbox")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

#[path = "sandbox_protocol/trouble.rs"]
mod trouble;
#[path = "sandbox_protocol/wire.rs"]
mod wire;

use std::time::Duration;

use payments_mocasa::sandbox::{
    CallbackMode, Config, ControlError, DeliveryState, DigestForm, ExpireTime, Fault, Forgery,
    OrderState, RepeatedOrder, RepeatedTransfer, SandboxClock, StartError, TokenHeader,
    TransferOutcome, WebhookEncoding, start, webhook_signature,
};
use wire::{Shop, Webhooks};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn config() -> Config {
    Config::new().kit(|kit| kit.clock(SandboxClock::still()))
}

fn shop() -> Shop {
    Shop::open(config())
}

#[test]
fn an_order_is_paid_and_refunded_once() {
    let webhooks = Webhooks::listen(vec![200]);
    let shop = Shop::open(config().webhook(webhooks.url()));
    let created = shop.create("ORDER-1001", "100.50");
    assert_eq!(created["data"]["orderNo"], "ORDER-1001");
    let link = created["data"]["paymentLink"].as_str().unwrap().to_owned();

    let queried = shop.call("/payment/order/query", &[("orderNo", "ORDER-1001")]);
    assert_eq!(queried["data"]["txStatus"], "unpaid");
    assert_eq!(queried["data"]["paymentLink"], link.as_str());
    assert!(queried["data"]["txTime"].is_u64());
    assert_eq!(queried["data"].get("amount"), None);
    shop.refuses(
        "/payment/order/refund",
        &[("orderNo", "ORDER-1001"), ("reason", "r")],
        "SANDBOX_ORDER_NOT_PAID",
    );

    let page = shop.get(&link);
    assert_eq!(page.status, 200);
    for part in [
        "sandbox",
        "ORDER-1001",
        "100.50 PHP",
        "Tea &amp; &lt;cake&gt;",
        "Pay",
        "Decline",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    for _ in 0..2 {
        let sent_back = shop.post(&link, "choice=pay");
        assert_eq!(sent_back.status, 303);
        assert!(
            sent_back
                .head
                .contains("location: https://shop.example/back?a=1\r\n")
        );
    }
    assert_eq!(shop.post(&link, "choice=decline").status, 303);
    assert!(shop.get(&link).body.contains("has been paid"));
    assert_eq!(shop.control().ledger().count("payment", "ORDER-1001"), 1);

    let webhook = webhooks.next();
    assert_eq!(webhook.field("orderNo"), "ORDER-1001");
    assert_eq!(webhook.field("amount"), "100.50");
    assert_eq!(webhook.field("txStatus"), "success");
    assert_eq!(webhook.field("txTime"), "1767225600000");
    assert_eq!(webhook.field("paymentMode"), "Mocasa BNPL");
    let secret = Config::CLIENT_SECRET;
    let signature = webhook_signature("ORDER-1001", "success", secret, DigestForm::Base64);
    assert!(
        webhook
            .head
            .contains(&format!("signature: {signature}\r\n"))
    );
    assert!(webhook.head.starts_with("POST /hook HTTP/1.1\r\n"));
    shop.settle_down();
    assert_eq!(shop.control().webhooks("ORDER-1001").len(), 1);

    let fields = [("orderNo", "ORDER-1001"), ("reason", "broken")];
    let refunded = shop.call("/payment/order/refund", &fields);
    assert_eq!(refunded["data"]["refundStatus"], "success");
    assert!(
        refunded["data"]["refundRef"]
            .as_str()
            .unwrap()
            .starts_with("RF")
    );
    shop.refuses("/payment/order/refund", &fields, "SANDBOX_ORDER_REFUNDED");
    let queried = shop.call("/payment/order/query", &[("orderNo", "ORDER-1001")]);
    assert_eq!(queried["data"]["txStatus"], "refunded");
    assert_eq!(shop.control().ledger().count("refund", "ORDER-1001"), 1);
}

#[test]
fn a_declined_order_stays_declined() {
    let webhooks = Webhooks::listen(vec![200]);
    let shop = Shop::open(
        config()
            .webhook(webhooks.url())
            .webhook_encoding(WebhookEncoding::Json)
            .digest_form(DigestForm::Hex)
            .webhook_secret("another-secret-0001"),
    );
    shop.create("A-1", "20");
    assert_eq!(shop.control().decline("A-1"), Ok(OrderState::Failed));
    assert_eq!(shop.control().pay("A-1"), Ok(OrderState::Failed));
    assert_eq!(shop.control().pay("A-2"), Err(ControlError::NoSuchOrder));
    let webhook = webhooks.next();
    let body: serde_json::Value = serde_json::from_str(&webhook.body).unwrap();
    assert_eq!(body["txStatus"], "failed");
    assert_eq!(body["amount"], 20);
    assert_eq!(body["txTime"], "1767225600000");
    let signature = webhook_signature("A-1", "failed", "another-secret-0001", DigestForm::Hex);
    assert!(
        webhook
            .head
            .contains(&format!("signature: {signature}\r\n"))
    );
    assert_eq!(shop.control().ledger().count("payment", "A-1"), 0);
    shop.refuses(
        "/payment/order/refund",
        &[("orderNo", "A-1"), ("reason", "r")],
        "SANDBOX_ORDER_NOT_PAID",
    );
}

#[test]
fn a_settled_order_is_not_refunded() {
    let shop = Shop::open(config().settle_delay(DAY).token_lifetime(DAY * 3));
    let refund = |order_no: &str, code: &str| {
        let fields = [("orderNo", order_no), ("reason", "r")];
        shop.refuses("/payment/order/refund", &fields, code);
    };
    for order_no in ["late", "settled", "unpaid"] {
        shop.create(order_no, "1");
    }
    shop.control().pay("late").unwrap();
    shop.control().pay("settled").unwrap();
    shop.control().settle("settled").unwrap();
    assert_eq!(shop.control().settle("unpaid"), Err(ControlError::NotPaid));
    assert_eq!(shop.control().settle("?"), Err(ControlError::NoSuchOrder));
    refund("settled", "SANDBOX_ORDER_SETTLED");
    shop.control().advance(DAY - Duration::from_millis(1));
    assert!(
        !shop
            .control()
            .order("late")
            .unwrap()
            .is_settled(DAY - Duration::from_millis(1))
    );
    shop.control().advance(Duration::from_millis(1));
    refund("late", "SANDBOX_ORDER_SETTLED");
    refund("unheard-of", "SANDBOX_ORDER_NOT_FOUND");
}

#[test]
fn money_is_sent_to_beneficiaries_once() {
    let shop = shop();
    let account_no = shop.beneficiary();
    let transfer = |serial: &str, amount: &str, payee: &str| {
        shop.call(
            "/payout/transfer/initiate",
            &[
                ("transferSerialNo", serial),
                ("amount", amount),
                ("payeeAccountNo", payee),
                ("purpose", "salary"),
            ],
        )
    };
    assert_eq!(
        transfer("T-1", "5", "nobody")["code"],
        "SANDBOX_BENEFICIARY_NOT_FOUND"
    );
    let first = transfer("T-1", "5", &account_no);
    assert_eq!(first["data"]["txStatus"], "success");
    assert_eq!(first["data"]["transferSerialNo"], "T-1");
    assert!(first["data"]["txTime"].is_u64());
    assert_eq!(
        transfer("T-1", "5", &account_no)["code"],
        "SANDBOX_TRANSFER_EXISTS"
    );
    shop.control().set_transfer_outcome(TransferOutcome::Failed);
    assert_eq!(
        transfer("T-2", "5", &account_no)["data"]["txStatus"],
        "failed"
    );
    for (serial, status) in [("T-1", "success"), ("T-2", "failed")] {
        let queried = shop.call("/payout/transfer/query", &[("transferSerialNo", serial)]);
        assert_eq!(queried["data"]["txStatus"], status);
        assert_eq!(queried["data"].get("amount"), None);
    }
    shop.refuses(
        "/payout/transfer/query",
        &[("transferSerialNo", "T-3")],
        "SANDBOX_TRANSFER_NOT_FOUND",
    );
    let ledger = shop.control().ledger();
    assert_eq!(ledger.count("transfer", "T-1"), 1);
    assert_eq!(ledger.count("transfer", "T-2"), 0);
    assert_eq!(ledger.count("beneficiary", &account_no), 1);
    assert_eq!(shop.control().transfers().len(), 2);
}

#[test]
fn repeated_numbers_do_what_the_switch_says() {
    let twice = |config: Config| {
        let shop = Shop::open(config.token_lifetime(DAY));
        let first = shop.create("A", "1.5");
        let second = shop.create("A", "1.50");
        let account_no = shop.beneficiary();
        let transfer = |amount| {
            let fields = [
                ("transferSerialNo", "T"),
                ("amount", amount),
                ("payeeAccountNo", account_no.as_str()),
                ("purpose", "p"),
            ];
            shop.call("/payout/transfer/initiate", &fields)["success"].as_bool()
        };
        let transfers = [transfer("2"), transfer("2.00"), transfer("3")];
        let ledger = shop.control().ledger();
        let same = first["data"]["paymentLink"] == second["data"]["paymentLink"];
        (
            (
                second["success"].as_bool().unwrap(),
                same,
                ledger.count("order", "A"),
            ),
            (transfers.map(Option::unwrap), ledger.count("transfer", "T")),
        )
    };
    assert_eq!(
        twice(config()),
        ((false, false, 1), ([true, false, false], 1))
    );
    assert_eq!(
        twice(
            config()
                .repeated_order(RepeatedOrder::SameLink)
                .repeated_transfer(RepeatedTransfer::Replay)
        ),
        ((true, true, 1), ([true, true, false], 1))
    );
    assert_eq!(
        twice(
            config()
                .repeated_order(RepeatedOrder::SecondOrder)
                .repeated_transfer(RepeatedTransfer::SecondTransfer)
        ),
        ((true, false, 2), ([true, true, true], 3))
    );
}

#[test]
fn tokens_expire() {
    let shop = Shop::open(config().token_lifetime(Duration::from_secs(60)));
    shop.create("A", "1");
    shop.control().advance(Duration::from_secs(59));
    shop.create("B", "1");
    shop.control().advance(Duration::from_secs(1));
    shop.refuses(
        "/payment/order/query",
        &[("orderNo", "A")],
        "SANDBOX_TOKEN_EXPIRED",
    );
    let shop = Shop {
        token: shop.fresh_token(),
        ..shop
    };
    shop.create("C", "1");
    shop.control().expire_tokens();
    shop.refuses(
        "/payment/order/query",
        &[("orderNo", "A")],
        "SANDBOX_TOKEN_EXPIRED",
    );
}

#[test]
fn expire_time_counts_what_the_switch_says() {
    for (meaning, expect) in [
        (ExpireTime::Seconds, 3600_u64),
        (ExpireTime::Millis, 3_600_000),
        (ExpireTime::UnixMillis, 1_767_229_200_000),
    ] {
        let shop = Shop::open(config().expire_time(meaning));
        assert_eq!(shop.apply_token()["data"]["expireTime"], expect);
    }
}

#[test]
fn the_token_is_taken_from_one_place() {
    let headers = |token: &str| {
        [
            format!("accessToken: {token}\r\n"),
            format!("Authorization: {token}\r\n"),
            format!("Authorization: Bearer {token}\r\n"),
            // base64 of mp_sandbox_client_key:sandbox-client-secret
            "Authorization: Basic bXBfc2FuZGJveF9jbGllbnRfa2V5OnNhbmRib3gtY2xpZW50LXNlY3JldA==\r\n"
                .to_owned(),
            format!("accessToken: {token}\r\naccessToken: {token}\r\n"),
        ]
    };
    let check = |config: Config, expect: [&str; 5]| {
        let shop = Shop::open(config);
        let codes = headers(&shop.fresh_token()).map(|header| {
            let body = "orderNo=none";
            let answer = shop.exchange(&shop.request("/payment/order/query", &header, body));
            answer.json()["code"].as_str().unwrap().to_owned()
        });
        assert_eq!(codes, expect);
    };
    let (ok, missing) = ("SANDBOX_ORDER_NOT_FOUND", "SANDBOX_TOKEN_MISSING");
    let unknown = "SANDBOX_TOKEN_UNKNOWN";
    check(config(), [ok, missing, missing, missing, missing]);
    check(
        config().token_header(TokenHeader::Authorization),
        [missing, ok, unknown, unknown, missing],
    );
    check(
        config().token_header(TokenHeader::AuthorizationBearer),
        [missing, missing, ok, missing, missing],
    );
    check(
        config().basic_auth(true),
        [ok, missing, missing, ok, missing],
    );
}

#[test]
fn refuses_what_is_not_as_documented() {
    let shop = shop();
    let path = "/payment/order/create";
    let good = "orderNo=A&amount=1&productName=p&customerId=c&returnUrl=https://shop.example/";
    let token = format!("accessToken: {}\r\n", shop.token);
    let check = |body: &str, code: &str| {
        let answer = shop.exchange(&shop.request(path, &token, body));
        assert_eq!(answer.status, 200, "{body}");
        assert_eq!(answer.json()["success"], false, "{body}");
        assert_eq!(answer.json()["code"], code, "{body}");
    };
    check("", "SANDBOX_FIELD_MISSING");
    check(
        &good.replace("customerId=c", "customerId="),
        "SANDBOX_FIELD_MISSING",
    );
    check(&good.replace("&productName=p", ""), "SANDBOX_FIELD_MISSING");
    check(&format!("{good}&orderNo=B"), "SANDBOX_FIELD_REPEATED");
    check(&format!("{good}&x=1&%78=2"), "SANDBOX_FIELD_REPEATED");
    check(&format!("{good}&x=%4"), "SANDBOX_BODY_MALFORMED");
    check(&format!("{good}&x=%ff"), "SANDBOX_BODY_MALFORMED");
    for amount in ["0", "-1", "1e2", "1.234", "1,000", "%201"] {
        check(
            &good.replace("amount=1", &format!("amount={amount}")),
            "SANDBOX_AMOUNT",
        );
    }
    for url in [
        "/",
        "shop.example/",
        "https:",
        "https://",
        "javascript:alert(1)",
        "javascript://shop.example/%250aalert(1)",
        "data:text/html,x",
        "myshop://back",
        "https://shop.example/%0d%0ax",
        "https://sh%C3%B6p.example/",
    ] {
        check(
            &good.replace("https://shop.example/", url),
            "SANDBOX_RETURN_URL",
        );
    }
    for number in ["B|1", "B%7C1", "B+1", "B%C3%A9", "B.1", "B/1", "B%0A"] {
        check(
            &good.replace("orderNo=A", &format!("orderNo={number}")),
            "SANDBOX_ORDER_NO",
        );
    }
    assert_eq!(shop.control().ledger().effects().len(), 0);
    let request = shop.request(path, "accessToken: x\r\n", good);
    assert_eq!(
        shop.exchange(&request).json()["code"],
        "SANDBOX_TOKEN_UNKNOWN"
    );
    let request = shop.request(path, &token, good);
    let answer = shop.exchange(&request.replace("application/x-www-form-urlencoded", "text/plain"));
    assert_eq!(answer.json()["code"], "SANDBOX_WRONG_CONTENT_TYPE");
    let answer = shop.exchange(&request.replacen("POST", "PUT", 1));
    assert_eq!(
        (answer.status, answer.head.contains("allow: POST")),
        (405, true)
    );
    let answer = shop.exchange(&request.replace(path, "/payment/order/cancel"));
    assert_eq!(answer.status, 404);
    assert!(shop.control().orders().is_empty());
    assert!(shop.control().ledger().effects().is_empty());
    let body = "clientKey=mp_sandbox_client_key&clientSecret=wrong";
    let answer = shop.exchange(&shop.request("/auth/token/apply", "", body));
    assert_eq!(answer.json()["code"], "SANDBOX_WRONG_CREDENTIALS");
}

#[test]
fn errors_have_the_status_that_the_switch_says() {
    let shop = Shop::open(config().error_status(422));
    let token = format!("accessToken: {}\r\n", shop.token);
    let request = shop.request("/payment/order/query", &token, "orderNo=A");
    assert_eq!(shop.exchange(&request).status, 422);
}

#[test]
fn a_beneficiary_may_need_a_contact() {
    let shop = Shop::open(config().beneficiary_needs_contact(true));
    let mut fields = vec![
        ("idType", "passport"),
        ("idNo", "P-1234567"),
        ("beneficiaryName", "Ana"),
        ("businessLisence", "L"),
        ("shopName", "S"),
    ];
    shop.refuses("/payout/account/create", &fields, "SANDBOX_CONTACT_MISSING");
    fields.push(("email", "ana@example.com"));
    assert_eq!(
        shop.call("/payout/account/create", &fields)["success"],
        true
    );
    let shown = format!("{:?} {:?}", shop.control(), shop.control().requests());
    for secret in [
        "P-1234567",
        "ana@example.com",
        &shop.token,
        Config::CLIENT_SECRET,
    ] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn fields_that_nobody_documented_are_kept() {
    let shop = shop();
    shop.call(
        "/payment/order/query",
        &[("orderNo", "A"), ("newField", "v")],
    );
    let extra = shop.control().extra_fields();
    assert_eq!(extra.len(), 1);
    assert_eq!(
        (extra[0].path(), extra[0].name(), extra[0].value()),
        ("/payment/order/query", "newField", "v")
    );
}

/// A test that is run again sees what it saw; whoever wants other numbers says so.
#[test]
fn numbers_are_those_of_the_seed() {
    let numbers = |config: Config| {
        let shop = Shop::open(config);
        let created = shop.create("A-1", "1");
        let link = created["data"]["paymentLink"].as_str().unwrap();
        let link = link.rsplit('/').next().unwrap().to_owned();
        shop.control().pay("A-1").unwrap();
        let refund = shop.call(
            "/payment/order/refund",
            &[("orderNo", "A-1"), ("reason", "r")],
        );
        let refund = refund["data"]["refundRef"].as_str().unwrap().to_owned();
        [shop.token.clone(), link, refund]
    };
    let first = numbers(Config::new());
    assert_eq!(numbers(Config::new()), first);
    assert_eq!(numbers(Config::new().kit(|kit| kit.seed(0))), first);
    let other = numbers(Config::new().kit(|kit| kit.seed(1)));
    assert!(
        first.iter().all(|number| !other.contains(number)),
        "{other:?}"
    );
}
