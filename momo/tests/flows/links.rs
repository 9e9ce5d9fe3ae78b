//! The deep link of the one-payment family, and the bare MAC over messages that are not modelled.

use payments_core::error::Misuse;
use payments_core::signing::{Canonical, Keys, Refusal, Scheme, Signer, Sink, TagText};
use payments_core::{Currency, Link, Money, Secret};
use payments_momo::one_payment::{Bill, BillKeys, Links};
use payments_momo::sandbox::{Config, LinkError, Partner, hmac_sha256, start};

use crate::shop::{bill_keys, dong, links};

const N01: &str = "15ebd8e96b55e4c64de8f778addfd3b33507fa32cf6cb7fc4ddd583a00fd3bcc";
/// The checksum of the provider's sample, made with a key that is not public.
const V29: &str = "ca3c203f0c16873e688fada1785f3169e7a447f1d6c9ee116b636ff407d6fe39";

/// The bill of the provider's sample, with other texts.
fn with_texts(description: &str, callback_url: &str) -> Bill {
    let bill = Bill::builder()
        .request_id("1610439037")
        .bill_id("12343905834")
        .amount(dong(33_000));
    bill.description(description)
        .callback_url(callback_url)
        .build()
        .unwrap()
}

fn sample() -> Bill {
    with_texts("Payment in MoMo app", "")
}

fn written(request_id: &str, bill_id: &str, amount: Money) -> Result<Link, Misuse> {
    let bill = Bill::builder()
        .request_id(request_id)
        .bill_id(bill_id)
        .amount(amount)
        .build()?;
    links().write("momo://", &bill)
}

/// N01, of which the description has all three stages: either case of hex, nothing else.
#[test]
fn the_checksum_is_as_documented() {
    let rule = <Bill as payments_core::signing::Signed>::SIGNATURE;
    let signer = Signer::new(bill_keys());
    assert!(signer.verify(&sample(), rule, N01));
    assert!(signer.verify(&sample(), rule, &N01.to_uppercase()));
    assert!(!signer.verify(&sample(), rule, V29));
}

#[test]
fn the_link_has_the_order_of_the_sample() {
    let link = links().write("momo://", &sample()).unwrap();
    let expect = format!(
        "momo://?action=payment&client=webinapp&initTransBE=true&code=MoMo2020&serviceCode=MoMo2020\
         &description=Payment+in+MoMo+app&formData=&partnerId=MoMo202001\
         &partnerName=D%E1%BB%8Bch+v%E1%BB%A5&version=v1&requestId=1610439037&callbackUrl=\
         &billId=12343905834&amount=33000&checksum={N01}"
    );
    assert_eq!(link.as_str(), expect);
    let like_the_sample = Bill::builder()
        .client("appinapp")
        .request_id("1610439037")
        .bill_id("12343905834")
        .amount(dong(33_000))
        .description("Payment in MoMo app")
        .build()
        .unwrap();
    let as_sampled = links()
        .without("initTransBE")
        .write("momo://?", &like_the_sample)
        .unwrap();
    let expect = expect
        .replace("webinapp", "appinapp")
        .replace("&initTransBE=true", "");
    assert_eq!(as_sampled.as_str(), expect);
    let blanks = links()
        .percent_blanks()
        .write("momo://", &sample())
        .unwrap();
    assert!(
        blanks
            .as_str()
            .contains("description=Payment%20in%20MoMo%20app")
    );
    assert!(!format!("{link:?}").contains(N01));
}

#[test]
fn what_is_built_is_read_back() {
    let texts = ["", "Trà sữa & bánh = ngon?", "100% #1 + 2", "\u{1F9CB}"];
    for text in texts {
        for how in [links(), links().percent_blanks()] {
            let bill = with_texts(text, "https://shop.example/back?a=1&b=2");
            let link = how.write("momo://pay?x=1", &bill).unwrap();
            let read = how.read(link.as_str()).unwrap();
            assert_eq!(read.description().unwrap_or_default(), text);
            assert_eq!(read.callback_url(), bill.callback_url());
            assert_eq!(read.expected(), bill.expected());
            assert_eq!(how.write("momo://pay?x=1", &read).unwrap(), link, "{text}");
        }
    }
}

/// What the checksum does not cover can be changed on the way: it is read back as it came, and the
/// merchant's database says what counts.
#[test]
fn every_covered_value_is_held_by_the_checksum() {
    let link = links().write("momo://", &sample()).unwrap().to_string();
    for (old, new, field) in [
        ("requestId=1610439037", "requestId=1610439038", "checksum"),
        ("billId=12343905834", "billId=1", "checksum"),
        ("amount=33000", "amount=3300", "checksum"),
        ("amount=33000", "amount=033000", "amount"),
        ("amount=33000", "amount=33000.0", "amount"),
        ("amount=33000", "amount=%2B33000", "amount"),
        ("amount=33000", "amount=3.3e4", "amount"),
        ("amount=33000", "amount=-33000", "amount"),
        ("amount=33000", "amount=0", "amount"),
        ("amount=33000", "amount=", "amount"),
        ("partnerId=MoMo202001", "partnerId=MoMo202002", "partnerId"),
        ("code=MoMo2020&", "code=X&", "code"),
        ("version=v1", "version=v2", "version"),
        ("action=payment", "action=refund", "action"),
        ("initTransBE=true&", "", "initTransBE"),
        ("formData=&", "", "formData"),
        ("billId=12343905834", "billId=1%26amount%3D1", "checksum"),
        ("billId=12343905834", "billId=1%3D1", "checksum"),
        ("billId=12343905834", "billId=1%00", "billId"),
        ("billId=12343905834", "billId=", "billId"),
        ("requestId=1610439037&", "", "requestId"),
        (
            "billId=12343905834",
            "billId=12343905834&billId=12343905834",
            "link",
        ),
        ("billId=12343905834", "billId=%FF", "link"),
        (N01, V29, "checksum"),
        ("checksum=", "checksum=0", "checksum"),
        ("&checksum=", "&check=", "checksum"),
    ] {
        let changed = link.replacen(old, new, 1);
        assert_ne!(changed, link, "{old}");
        let misuse = links().read(&changed).unwrap_err();
        assert_eq!(misuse.field(), field, "{new}: {misuse}");
    }
    let renamed = link.replace("Payment+in+MoMo+app", "Free+gift");
    let read = links().read(&renamed).unwrap();
    assert_eq!(read.expected(), sample().expected());
    let without = link.replace("initTransBE=true&", "");
    assert!(links().without("initTransBE").read(&without).is_ok());
}

#[test]
fn nothing_is_built_that_could_be_read_two_ways() {
    for bad in ["1&amount=1", "a=b", "a\n", "a\0", "\u{85}", ""] {
        for (request_id, bill_id) in [(bad, "B-1"), ("R-1", bad)] {
            let found = written(request_id, bill_id, dong(33_000));
            assert!(found.is_err(), "{bad:?}");
        }
        let keys = BillKeys::new("c", "s", "n", bad, "v1", Config::SECRET_KEY);
        let built = keys.and_then(|keys| Links::new(keys).write("momo://", &sample()));
        assert_eq!(built.unwrap_err().field(), "partnerId", "{bad:?}");
    }
    for amount in [dong(0), dong(-1), Money::from_minor(33_000, Currency::JPY)] {
        let misuse = written("R-1", "B-1", amount).unwrap_err();
        assert_eq!(misuse.field(), "amount");
    }
    for short in ["", "fifteen-letters"] {
        let misuse = BillKeys::new("c", "s", "n", "p", "v1", short).unwrap_err();
        assert_eq!(misuse.field(), "linkKey");
    }
}

/// Whoever has a number of their own put under a checksum could make another bill of it. Digests
/// taken with Python, see `vectors/compute.py`.
#[test]
fn a_right_checksum_over_what_reads_two_ways_is_refused() {
    let link = links().write("momo://", &sample()).unwrap().to_string();
    let with = |request_id: &str, bill_id: &str, checksum: &str| {
        let changed = link
            .replace("requestId=1610439037", &format!("requestId={request_id}"))
            .replace("billId=12343905834", &format!("billId={bill_id}"))
            .replace(N01, checksum);
        links().read(&changed)
    };
    let two = "9e9cc158359d2bbfd2fc3d455ff1143239115429b7e1cdb105a47c653736fcbb";
    let equals = "a371f2cb2c2096c2805a3dfdcf4d07893dc5ee03e3fa8927e285e8077056bbd6";
    for (request_id, bill_id, checksum) in [
        ("R-1%26billId%3DB-1", "B-2", two),
        ("R-1", "B-1%26billId%3DB-2", two),
        ("R-1", "B%3D1", equals),
    ] {
        let misuse = with(request_id, bill_id, checksum).unwrap_err();
        assert_eq!(misuse.field(), "checksum", "{request_id} {bill_id}");
    }
    assert!(with("1610439037", "12343905834", N01).is_ok());
}

#[test]
fn only_an_allowed_prefix_is_opened() {
    for bad in [
        "https://evil.example/",
        "http://pay.momo.vn/",
        "javascript://x",
        "momox://",
        "momo:",
        "",
        "https://pay.momo.vn@evil.example/",
        "https://pay.momo.vn.evil.example/",
    ] {
        let how = links().https_host("pay.momo.vn");
        assert!(how.write(bad, &sample()).is_err(), "{bad}");
        assert!(how.read(bad).is_err(), "{bad}");
    }
    assert!(links().write("https://pay.momo.vn/", &sample()).is_err());
    let how = links().https_host("Pay.MoMo.vn");
    let link = how
        .write("https://pay.momo.vn/open?a=b", &sample())
        .unwrap();
    assert!(
        link.as_str()
            .starts_with("https://pay.momo.vn/open?a=b&action=payment&")
    );
    let how = links().danger_scheme("momotest");
    assert!(how.write("momotest://", &sample()).is_ok());
    assert!(how.write("https://pay.momo.vn/", &sample()).is_err());
}

/// Neither is covered by the checksum: who passes the link on could change them.
#[test]
fn callbacks_go_to_hosts_that_are_named_and_texts_are_plain() {
    let link = |url: &str| links().write("momo://", &with_texts("Payment in MoMo app", url));
    let written = link("https://shop.example/back").unwrap().to_string();
    for (url, good) in [
        ("", true),
        ("https://SHOP.example:8443/back?a=b", true),
        ("http://shop.example/back", false),
        ("https://evil.example/back", false),
        ("https://shop.example.evil.example/", false),
        ("https://shop.example@evil.example/", false),
        ("javascript://shop.example/%0aalert(1)", false),
        ("momo://x", false),
        ("/back", false),
    ] {
        let built = link(url);
        assert_eq!(built.is_ok(), good, "{url}");
        let escaped = url.replace(':', "%3A").replace('&', "%26");
        let changed = written.replacen("https%3A%2F%2Fshop.example%2Fback", &escaped, 1);
        let read = links().read(&changed);
        assert_eq!(read.is_ok(), good, "{changed}");
        for misuse in [built.err(), read.err()].into_iter().flatten() {
            assert_eq!(misuse.field(), "callbackUrl", "{url}: {misuse}");
        }
    }
    // Without a host nothing but no address is taken.
    let bare = Links::<Bill>::new(bill_keys());
    assert!(bare.write("momo://", &sample()).is_ok());
    assert_eq!(bare.read(&written).unwrap_err().field(), "callbackUrl");
    for bad in ["a\nb", "a\0", "\u{85}", "\u{1b}[2J"] {
        let bill = || {
            Bill::builder()
                .request_id("R-1")
                .bill_id("B-1")
                .amount(dong(1))
        };
        for (built, field) in [
            (bill().description(bad).build(), "description"),
            (bill().form_data(bad).build(), "formData"),
        ] {
            assert_eq!(built.unwrap_err().field(), field, "{bad:?}");
        }
    }
    let two_lines = written.replace("Payment+in", "Payment%0Ain");
    assert_eq!(links().read(&two_lines).unwrap_err().field(), "description");
}

/// The sandbox reads the link by rules of its own.
#[test]
fn the_app_takes_what_is_built_and_nothing_else() {
    let sandbox = start(Config::new().partner(Partner::new())).unwrap();
    let control = sandbox.control();
    let link = links().write("momo://", &sample()).unwrap().to_string();
    assert_eq!(control.open_link(&link).as_deref(), Ok("12343905834"));
    assert_eq!(
        control.open_link(&link.replace("amount=33000", "amount=1")),
        Err(LinkError::Checksum)
    );
    let without = links()
        .without("initTransBE")
        .write("momo://", &sample())
        .unwrap();
    assert!(control.open_link(without.as_str()).is_ok());
    let strict = start(Config::new().require_init_trans_be(true)).unwrap();
    assert!(strict.control().open_link(&link).is_ok());
    assert_eq!(
        strict.control().open_link(without.as_str()),
        Err(LinkError::Parameter("initTransBE"))
    );
}

/// A text that is signed as it is.
struct Bare(&'static str);

struct Key(Secret<String>);

impl Keys for Key {
    fn mac_key(&self) -> Option<&[u8]> {
        Some(self.0.expose().as_bytes())
    }
}

impl Canonical for Bare {
    type Keys = Key;

    fn stream<S: Sink>(&self, _keys: &Key, sink: &mut S) -> Result<(), Refusal> {
        sink.value("text", self.0);
        Ok(())
    }
}

/// Vectors of messages that are not modelled: old ones, which only their MAC is of use for.
#[test]
fn the_bare_mac_holds_over_old_messages() {
    for (name, key, text, expect) in [
        (
            "V15",
            "K951B6PE1waDMi640xX08PD3vg6EkVlz",
            "partnerCode=123456&accessKey=F8BBA842ECF85&requestId=1527246504579&orderId=1527246478428&requestType=transactionStatus",
            "13be80957a5ee32107198920fa26aa85a4ca238a29f46e292e8c33dd9186142a",
        ),
        (
            "V17",
            "K951B6PE1waDMi640xX08PD3vg6EkVlz",
            "partnerCode=MOMO&accessKey=F8BBA842ECF85&requestId=1527314064527&amount=55000&orderId=1527297954700&transId=144492817&requestType=refundMoMoWallet",
            "8cdba11a7ff4cc7267d2b23c1f5d228a2ee52af1095420f9571c2d64ec6735fe",
        ),
        (
            "V18",
            "K951B6PE1waDMi640xX08PD3vg6EkVlz",
            "partnerCode=MOMO&accessKey=F8BBA842ECF85&requestId=a851f538-9728-4d27-a90f-8efd59b80086&amount=55000&orderId=a369d907-7a04-45b3-95d2-b86788f1d799&orderInfo=test&returnUrl=https://momo.vn/return&notifyUrl=https://momo.vn/notify&extraData=",
            "81659324eadd4525b3657cf4bde1910c501e38a194d9070d80afe64a7e135439",
        ),
        (
            "V21",
            "KqBEecvaJf1nULnhPF5htpG3AMtDIOlD",
            "requestId=1560760777994&orderId=1560760777994&message=OrderId exists. Please create new transaction&localMessage=Đơn hàng đã tồn tại. Xin vui lòng tạo đơn hàng khác&payUrl=&errorCode=6&requestType=captureMoMoWallet",
            "509bfc51cf9da67f3600eda14e93ee1663b7c518e3d2d7d383f346842d82f113",
        ),
        (
            "V22",
            "KqBEecvaJf1nULnhPF5htpG3AMtDIOlD",
            "partnerCode=MOMOLRJZ20181206&accessKey=mTCKt9W3eU1m39TW&requestId=1561047808782&orderId=1561047808782&errorCode=37&transId=2304716757&amount=30000&message=Capset exceeded&localMessage=Tài khoản của quý khách đã hết hạn mức giao dịch trong ngày&requestType=transactionStatus&payType=qr&extraData=",
            "f5547a014813b2292117a63d4c3997b10d7e55d711d5c69210753d079815d9a0",
        ),
        (
            "V24",
            "KqBEecvaJf1nULnhPF5htpG3AMtDIOlD",
            "partnerCode=MOMOLRJZ20181206&accessKey=mTCKt9W3eU1m39TW&requestId=1560997093046&orderId=1561002900934&errorCode=0&transId=2304703494&amount=7000&message=Success&localMessage=Thành công&requestType=refundStatus",
            "ae523a57952caccbf51b7967a8f02f4e3e14f23d55be181256c0e4c00b0f26a9",
        ),
        (
            "V25",
            "KqBEecvaJf1nULnhPF5htpG3AMtDIOlD",
            "partnerCode=MOMOLRJZ20181206&accessKey=mTCKt9W3eU1m39TW&requestId=1561046083186&bankCode=SML&amount=50000&orderId=1561046083186&orderInfo=Pay With MoMo&returnUrl=https://google.com.vn&notifyUrl=https://google.com.vn&extraData=&requestType=payWithMoMoATM",
            "bab73e154828ec9fcdd1fb7aace617fc13f6c51f0b7ab365c21116e4342c5dfe",
        ),
        (
            "V26",
            "KqBEecvaJf1nULnhPF5htpG3AMtDIOlD",
            "partnerCode=MOMOTUEN20190312&accessKey=ZjF6taKUohp7iN8l&requestId=1555383430&amount=300000&orderId=1555383430&orderInfo=&orderType=momo_wallet&transId=2302586804&message=Success&localMessage=Thành công&responseTime=2019-04-09 14:53:38&errorCode=0&payType=qr&extraData=",
            "2a23a88aab6b6dd00b07669d84904778cc9d429c6a5748fa77298b05886a8620",
        ),
        (
            "V27",
            "PPuDXq1KowPT1ftR8DvlQTHhC03aul17",
            "accessKey=TNWFx9JWayevKPiB8LyTgODiCSrjstXN&amount=10000&message=Thành Công&momoTransId=43121679&partnerCode=MOMOIQA420180417&partnerRefId=B001221&partnerTransId=&responseTime=1555472829549&status=0&storeId=store001&transType=momo_wallet",
            "cd0d82ad983098a2fb99b8e49266ed7bd4db85ebf77d13b2db2f755ff0600fa0",
        ),
    ] {
        let signer = Signer::new(Key(Secret::from(key)));
        let tag = signer.tag(&Bare(text), Scheme::HmacSha256).unwrap();
        assert_eq!(tag.text(TagText::Hex).as_str(), expect, "{name}");
        // The sandbox signs with code of its own.
        assert_eq!(hmac_sha256(key, text), expect, "{name}");
    }
}
