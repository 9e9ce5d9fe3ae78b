//! One-payment: how the partner's answer to init is read.

use payments_momo::one_payment::{Bill, Integration, ReadAnswer};
use payments_momo::{Currency, Money};

/// MoMo's own sample, with `name` twice and without `referenceId`.
const P2: &str = r#"{"requestId":"UNIQUE_REQUEST_ID_wQbrU3t8Wye67g3yIi9k","resultCode":0,"message":"Success","accountInfo":{"name":"PARTNER_USER_ID_asnfhiwur","name":"Nguyễn Văn A","email":"test@gmail.com","mobile":"0987654321"},"url":"https://momo.partner.com/login"}"#;

#[test]
fn p2_is_read_only_by_the_lenient_reader() {
    assert!(ReadAnswer::read(P2.as_bytes()).is_err());
    let read = ReadAnswer::read_leniently(P2.as_bytes()).unwrap();
    assert_eq!(read.account.id(), "PARTNER_USER_ID_asnfhiwur");
    assert_eq!(read.account.name(), "Nguyễn Văn A");
    assert_eq!(read.reference_id, None);
    assert_eq!(read.url, "https://momo.partner.com/login");
    assert!(!format!("{read:?}").contains("0987654321"));
    let table = P2.replacen("name", "id", 1).replacen(
        "resultCode",
        "referenceId\":\"T-1\",\"resultCode",
        1,
    );
    for read in [
        ReadAnswer::read(table.as_bytes()),
        ReadAnswer::read_leniently(table.as_bytes()),
    ] {
        let read = read.unwrap();
        assert_eq!(read.account.id(), "PARTNER_USER_ID_asnfhiwur");
        assert_eq!(read.reference_id.as_deref(), Some("T-1"));
        assert_eq!(read.result_code, 0);
    }
    for bad in [
        table.replacen("url", "link", 1),
        table.replacen("\"email\"", "\"mobile\"", 1),
        table.replacen("\"message\"", "\"requestId\"", 1),
        P2.replacen("\"email\":\"test@gmail.com\"", "\"name\":\"third\"", 1),
        P2.replacen("accountInfo", "account", 1),
        "[]".to_owned(),
    ] {
        assert!(ReadAnswer::read(bad.as_bytes()).is_err(), "{bad}");
        assert!(ReadAnswer::read_leniently(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn a_prefix_that_holds_a_name_of_the_link_is_refused() {
    let key = "K951B6PE1waDMi640xX08PD3vg6EkVlz".to_owned();
    let integration = Integration::new("c", "s", "n", "p", "v1", key).unwrap();
    let bill = Bill::new("R-1", "B-1", Money::from_minor(1, Currency::VND));
    for (url, taken) in [
        ("momo://?x=1", true),
        ("momo://?amount=1", false),
        ("momo://?checksum=", false),
        ("momo://?x=1&x=1", false),
    ] {
        let link = integration.link(url, &bill.clone().description("d"));
        assert_eq!(link.is_ok(), taken, "{url}");
    }
}
