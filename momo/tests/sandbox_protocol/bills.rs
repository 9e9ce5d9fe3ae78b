//! The one-payment family: MoMo calls, opens, charges and notifies.

use payments_momo::sandbox::{
    BillState, ControlError, FalseNotice, InitReader, LinkError, Partner, hmac_sha256,
};

use crate::config;
use crate::wire::{Endpoint, Shop};

const GOOD: &str =
    r#"{"requestId":"REQUEST_ID","paymentRef":"732854576348","resultCode":0,"message":"Success"}"#;

pub(crate) fn link(change: impl Fn(String) -> String) -> String {
    let raw = "partnerId=MoMo202001&requestId=R-1&billId=B-1&amount=33000";
    let checksum = hmac_sha256("K951B6PE1waDMi640xX08PD3vg6EkVlz", raw);
    change(format!(
        "momo://?action=payment&client=appinapp&code=MoMo2020&serviceCode=MoMo2020\
         &description=Payment+in+MoMo+app&formData=&partnerId=MoMo202001\
         &partnerName=D%E1%BB%8Bch%20v%E1%BB%A5&version=v1&requestId=R-1&callbackUrl=&billId=B-1\
         &amount=33000&checksum={checksum}"
    ))
}

fn shop(endpoint: &Endpoint) -> Shop {
    let partner = Partner::new()
        .header("x-agreed", "yes")
        .host(endpoint.base())
        .notify_url(&format!("{}/notify", endpoint.base()));
    Shop::open(config().partner(partner))
}

#[test]
fn init_is_asked_and_its_answer_read() {
    let account =
        r#""accountInfo":{"id":"b","name":"Nguyễn Văn A","email":"e","mobile":"m"},"url":"u"}"#;
    let whole = format!(
        r#"{{"requestId":"REQUEST_ID","referenceId":"T","resultCode":0,"message":"Success",{account}"#
    );
    for (status, body, expect) in [
        (200, whole.clone(), Ok("b")),
        (201, whole.clone(), Err("status 201")),
        (
            200,
            whole.replace("REQUEST_ID", "other"),
            Err("another requestId"),
        ),
        (
            200,
            whole.replace("\"referenceId\":\"T\",", ""),
            Err("referenceId is missing"),
        ),
        (
            200,
            whole.replace("\"id\":", "\"name\":"),
            Err("name stands twice"),
        ),
        (200, whole.replace(":0,", ":5,"), Err("resultCode is 5")),
        (200, "[]".to_owned(), Err("not a JSON object")),
    ] {
        let endpoint = Endpoint::listen(vec![(status, body.clone())]);
        let shop = shop(&endpoint);
        let request_id = shop.control().init("user-1").unwrap();
        let asked = endpoint.next();
        assert!(asked.head.starts_with("POST /api/v1/init HTTP/1.1\r\n"));
        assert!(asked.head.contains("x-agreed: yes\r\n"));
        assert_eq!(asked.json()["reference1"], "user-1");
        assert_eq!(asked.json()["paymentUrl"], "momo://");
        shop.settle_down();
        let init = shop.control().init_answer(&request_id).unwrap();
        let answer = init.answer().unwrap();
        let found = answer.as_ref().map(|one| &*one.id).map_err(String::as_str);
        assert_eq!(found, expect, "{body}");
    }
    let endpoint = Endpoint::listen(vec![(200, whole.replace("\"id\":", "\"name\":"))]);
    let partner = Partner::new().host(endpoint.base());
    let lenient = Shop::open(config().partner(partner).init_reader(InitReader::Lenient));
    let request_id = lenient.control().init("user-1").unwrap();
    endpoint.next();
    lenient.settle_down();
    let init = lenient.control().init_answer(&request_id).unwrap();
    assert_eq!(init.answer().unwrap().as_ref().unwrap().id, "b");
    let nobody = Shop::open(config());
    assert_eq!(nobody.control().init("u"), Err(ControlError::NoEndpoint));
}

#[test]
fn a_link_is_taken_as_documented_only() {
    let shop = Shop::open(config());
    let open = |text: &str| shop.control().open_link(text);
    for (old, new, error) in [
        ("momo://?", "https://pay.momo.vn/?", LinkError::NotALink),
        ("Payment+in", "Payment%in", LinkError::NotALink),
        ("action=payment&", "", LinkError::Parameter("action")),
        (
            "client=appinapp",
            "client=web",
            LinkError::Parameter("client"),
        ),
        ("&code=", "&code=x&code=", LinkError::Parameter("code")),
        ("version=v1", "version=v2", LinkError::Parameter("version")),
        ("formData=&", "", LinkError::Parameter("formData")),
        (
            "amount=33000",
            "amount=033000",
            LinkError::Parameter("amount"),
        ),
        ("amount=33000", "amount=0", LinkError::Parameter("amount")),
        ("amount=33000", "amount=33001", LinkError::Checksum),
        ("billId=B-1", "billId=B-2", LinkError::Checksum),
        ("&billId=B-1", "&billId=", LinkError::Parameter("billId")),
        ("checksum=", "checksum=0", LinkError::Checksum),
        (
            "client=",
            "initTransBE=false&client=",
            LinkError::Parameter("initTransBE"),
        ),
    ] {
        let changed = link(|text| text.replacen(old, new, 1));
        assert_eq!(open(&changed), Err(error), "{changed}");
    }
    assert!(shop.control().ledger().effects().is_empty());
    for _ in 0..2 {
        assert_eq!(open(&link(|text| text)).as_deref(), Ok("B-1"));
    }
    assert_eq!(shop.control().ledger().count("order", "B-1"), 1);
    let raw = "partnerId=MoMo202001&requestId=R-1&billId=B-1&amount=1";
    let cheap = hmac_sha256("K951B6PE1waDMi640xX08PD3vg6EkVlz", raw);
    let other = link(|text| {
        let (head, _) = text.split_once("33000&").unwrap();
        format!("{head}1&checksum={cheap}")
    });
    assert_eq!(open(&other), Err(LinkError::BillExists));
    assert_eq!(
        shop.control().charge("B-9"),
        Err(ControlError::NoSuchNumber)
    );
}

#[test]
fn a_notification_is_acknowledged_as_documented() {
    for (status, body, expect) in [
        (200, GOOD.to_owned(), Ok("732854576348")),
        (204, String::new(), Err("status 204")),
        (
            200,
            GOOD.replace("REQUEST_ID", "x"),
            Err("another requestId"),
        ),
        (200, GOOD.replace(":0,", ":1,"), Err("resultCode is 1")),
        (
            200,
            GOOD.replace("Success", &"é".repeat(101)),
            Err("message has more than 100 characters"),
        ),
        (
            200,
            GOOD.replace("732854576348", &"7".repeat(51)),
            Err("paymentRef is empty or has more than 50 characters"),
        ),
    ] {
        let endpoint = Endpoint::listen(vec![(status, body.clone())]);
        let shop = shop(&endpoint);
        shop.control().open_link(&link(|text| text)).unwrap();
        assert_eq!(shop.control().charge("B-1"), Ok(BillState::Paid));
        let told = endpoint.next();
        assert!(told.head.starts_with("POST /notify HTTP/1.1\r\n"));
        let told = told.json();
        assert_eq!(
            (&told["requestId"], &told["billId"]),
            (&"R-1".into(), &"B-1".into())
        );
        assert_eq!(
            (&told["resultCode"], &told["amount"]),
            (&0.into(), &33_000.into())
        );
        shop.settle_down();
        let bill = shop.control().bill("B-1").unwrap();
        let found = bill.acknowledgements()[0]
            .as_deref()
            .map_err(String::as_str);
        assert_eq!(found, expect, "{body}");
        assert_eq!(shop.control().ledger().count("payment", "B-1"), 1);
    }
}

#[test]
fn a_repeat_is_acknowledged_alike_or_told() {
    let endpoint = Endpoint::listen(vec![
        (200, GOOD.to_owned()),
        (200, GOOD.to_owned()),
        (200, GOOD.replace("732", "999")),
        (200, GOOD.to_owned()),
        (200, GOOD.to_owned()),
    ]);
    let shop = shop(&endpoint);
    shop.control().open_link(&link(|text| text)).unwrap();
    shop.control().fail("B-1", 7).unwrap();
    assert_eq!(shop.control().charge("B-1"), Ok(BillState::Failed(7)));
    let first = endpoint.next();
    assert_eq!(first.json()["resultCode"], 7);
    shop.settle_down();
    shop.control().notify_again("B-1", 2).unwrap();
    assert_eq!(endpoint.next().body, first.body);
    assert_eq!(endpoint.next().body, first.body);
    shop.settle_down();
    let bill = shop.control().bill("B-1").unwrap();
    let wrong = bill
        .acknowledgements()
        .iter()
        .filter(|one| one.is_err())
        .count();
    assert_eq!((bill.acknowledgements().len(), wrong), (3, 1));
    assert_eq!(shop.control().ledger().count("payment", "B-1"), 0);

    let forge = |wrong: &FalseNotice| {
        shop.control().forge_notification("B-1", wrong).unwrap();
        endpoint.next()
    };
    assert!(
        !forge(&FalseNotice::Unauthenticated)
            .head
            .contains("x-agreed")
    );
    let changed = forge(&FalseNotice::Changed("amount", "1".to_owned()));
    assert_eq!(changed.json()["amount"], 1);
    assert!(changed.head.contains("x-agreed"));
}
