//! One-payment: how MoMo's side reads the partner's answer to init, and prefixes of links.
#![cfg(feature = "sandbox")]

use payments_momo::one_payment::{Bill, BillKeys, Links};
use payments_momo::sandbox::{InitReader, read_init_answer};
use payments_momo::{Currency, Money};

const REQUEST: &str = "UNIQUE_REQUEST_ID_wQbrU3t8Wye67g3yIi9k";

/// MoMo's own sample, with `name` twice and without `referenceId`.
const P2: &str = r#"{"requestId":"UNIQUE_REQUEST_ID_wQbrU3t8Wye67g3yIi9k","resultCode":0,"message":"Success","accountInfo":{"name":"PARTNER_USER_ID_asnfhiwur","name":"Nguyễn Văn A","email":"test@gmail.com","mobile":"0987654321"},"url":"https://momo.partner.com/login"}"#;

#[test]
fn p2_is_read_only_by_the_lenient_reader() {
    let read = |text: &str, reader| read_init_answer(text.as_bytes(), REQUEST, reader);
    assert!(read(P2, InitReader::Strict).is_err());
    let sample = read(P2, InitReader::Lenient).unwrap();
    assert_eq!(sample.id, "PARTNER_USER_ID_asnfhiwur");
    assert_eq!(sample.name, "Nguyễn Văn A");
    assert_eq!(sample.reference_id, None);
    assert_eq!(sample.url, "https://momo.partner.com/login");
    assert!(!format!("{sample:?}").contains("0987654321"));
    let table = P2.replacen("name", "id", 1).replacen(
        "resultCode",
        "referenceId\":\"T-1\",\"resultCode",
        1,
    );
    for reader in [InitReader::Strict, InitReader::Lenient] {
        let read = read(&table, reader).unwrap();
        assert_eq!(read.id, "PARTNER_USER_ID_asnfhiwur");
        assert_eq!(read.reference_id.as_deref(), Some("T-1"));
    }
    for bad in [
        table.replacen("url", "link", 1),
        table.replacen("\"email\"", "\"mobile\"", 1),
        table.replacen("\"message\"", "\"requestId\"", 1),
        P2.replacen("\"email\":\"test@gmail.com\"", "\"name\":\"third\"", 1),
        P2.replacen("\"email\"", "\"mobile\":\"1\",\"email\"", 1),
        P2.replacen("accountInfo", "account", 1),
        "[]".to_owned(),
    ] {
        assert!(read(&bad, InitReader::Strict).is_err(), "{bad}");
        assert!(read(&bad, InitReader::Lenient).is_err(), "{bad}");
    }
}

#[test]
fn a_prefix_that_holds_a_name_of_the_link_is_refused() {
    let key = "K951B6PE1waDMi640xX08PD3vg6EkVlz";
    let links = Links::<Bill>::new(BillKeys::new("c", "s", "n", "p", "v1", key).unwrap());
    let amount = Money::from_minor(1, Currency::VND);
    let bill = Bill::builder()
        .request_id("R-1")
        .bill_id("B-1")
        .amount(amount);
    let bill = bill.description("d").build().unwrap();
    for (url, taken) in [
        ("momo://?x=1", true),
        ("momo://?amount=1", false),
        ("momo://?checksum=", false),
        ("momo://?x=1&x=1", false),
    ] {
        assert_eq!(links.write(url, &bill).is_ok(), taken, "{url}");
    }
}
