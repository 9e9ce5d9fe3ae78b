//! The deep link of the one-payment family, and the bare MAC over messages that are not modelled.

use payments_core::signing::{
    Canonical, Keys, Refusal, Scheme, Signer, Sink, TagText, tag_text, text,
};
use payments_core::{Currency, Money, Secret};
use payments_momo::one_payment::{Bill, Integration};
use payments_momo::sandbox::{Config, LinkError, Partner, hmac_sha256, start};

use crate::shop::{dong, integration};

const N01: &str = "15ebd8e96b55e4c64de8f778addfd3b33507fa32cf6cb7fc4ddd583a00fd3bcc";
/// The checksum of the provider's sample, made with a key that is not public.
const V29: &str = "ca3c203f0c16873e688fada1785f3169e7a447f1d6c9ee116b636ff407d6fe39";

/// The bill of the provider's sample.
fn sample() -> Bill {
    Bill::new("1610439037", "12343905834", dong(33_000)).description("Payment in MoMo app")
}

/// N01 at three stages; no vector of the provider's confirms it.
#[test]
fn the_checksum_is_as_documented() {
    let canonical = "partnerId=MoMo202001&requestId=1610439037&billId=12343905834&amount=33000";
    assert_eq!(text(&sample(), &integration()).unwrap(), canonical);
    let rule = <Bill as payments_core::signing::Signed>::SIGNATURE;
    assert_eq!(tag_text(&sample(), &integration(), rule).unwrap(), N01);
    let signer = Signer::new(integration());
    assert!(signer.verify(&sample(), rule, N01));
    assert!(signer.verify(&sample(), rule, &N01.to_uppercase()));
    assert!(!signer.verify(&sample(), rule, V29));
}

#[test]
fn the_link_has_the_order_of_the_sample() {
    let link = integration().link("momo://", &sample()).unwrap();
    let expect = format!(
        "momo://?action=payment&client=webinapp&initTransBE=true&code=MoMo2020&serviceCode=MoMo2020\
         &description=Payment+in+MoMo+app&formData=&partnerId=MoMo202001\
         &partnerName=D%E1%BB%8Bch+v%E1%BB%A5&version=v1&requestId=1610439037&callbackUrl=\
         &billId=12343905834&amount=33000&checksum={N01}"
    );
    assert_eq!(link.as_str(), expect);
    let sample_like = integration()
        .client("appinapp")
        .without_init_trans_be()
        .link("momo://?", &sample())
        .unwrap();
    let names: Vec<String> = sample_like
        .pairs()
        .unwrap()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "action",
            "client",
            "code",
            "serviceCode",
            "description",
            "formData",
            "partnerId",
            "partnerName",
            "version",
            "requestId",
            "callbackUrl",
            "billId",
            "amount",
            "checksum"
        ]
    );
    assert!(
        sample_like
            .as_str()
            .starts_with("momo://?action=payment&client=appinapp&code=")
    );
    let blanks = integration()
        .percent_blanks()
        .link("momo://", &sample())
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
        for how in [integration(), integration().percent_blanks()] {
            let bill = sample()
                .description(text)
                .callback_url("https://shop.example/back?a=1&b=2");
            let link = how.link("momo://pay?x=1", &bill).unwrap();
            assert_eq!(how.read(link.as_str()).unwrap(), bill, "{text}");
        }
    }
}

/// What the checksum does not cover can be changed on the way: it is read back as it came, and the
/// merchant's database says what counts.
#[test]
fn every_covered_value_is_held_by_the_checksum() {
    let link = integration()
        .link("momo://", &sample())
        .unwrap()
        .to_string();
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
        ("billId=12343905834", "billId=1%26amount%3D1", "checksum"),
        ("billId=12343905834", "billId=1%3D1", "checksum"),
        ("billId=12343905834", "billId=1%00", "checksum"),
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
    ] {
        let changed = link.replacen(old, new, 1);
        assert_ne!(changed, link, "{old}");
        let misuse = integration().read(&changed).unwrap_err();
        assert_eq!(misuse.field(), field, "{new}: {misuse}");
    }
    let renamed = link.replace("Payment+in+MoMo+app", "Free+gift");
    assert_eq!(
        integration().read(&renamed).unwrap().expected(),
        sample().expected()
    );
}

#[test]
fn nothing_is_built_that_could_be_read_two_ways() {
    for bad in ["1&amount=1", "a=b", "a\n", "a\0", "\u{85}", ""] {
        for bill in [
            Bill::new(bad, "B-1", dong(33_000)),
            Bill::new("R-1", bad, dong(33_000)),
        ] {
            assert!(integration().link("momo://", &bill).is_err(), "{bad:?}");
        }
        let key = Config::SECRET_KEY;
        assert!(
            Integration::new("c", "s", "n", bad, "v1", key).is_err(),
            "{bad:?}"
        );
    }
    for amount in [dong(0), dong(-1), Money::from_minor(33_000, Currency::JPY)] {
        let bill = Bill::new("R-1", "B-1", amount);
        let misuse = integration().link("momo://", &bill).unwrap_err();
        assert_eq!(misuse.field(), "amount");
    }
    for short in ["", "fifteen-letters"] {
        let misuse = Integration::new("c", "s", "n", "p", "v1", short).unwrap_err();
        assert_eq!(misuse.field(), "secretKey");
    }
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
        let how = integration().https_host("pay.momo.vn");
        assert!(how.link(bad, &sample()).is_err(), "{bad}");
        assert!(how.read(bad).is_err(), "{bad}");
    }
    assert!(
        integration()
            .link("https://pay.momo.vn/", &sample())
            .is_err()
    );
    let how = integration().https_host("Pay.MoMo.vn");
    let link = how.link("https://pay.momo.vn/open?a=b", &sample()).unwrap();
    assert!(
        link.as_str()
            .starts_with("https://pay.momo.vn/open?a=b&action=payment&")
    );
    let how = integration().danger_scheme("momotest");
    assert!(how.link("momotest://", &sample()).is_ok());
    assert!(how.link("https://pay.momo.vn/", &sample()).is_err());
}

/// Neither is covered by the checksum: who passes the link on could change them.
#[test]
fn callbacks_go_to_hosts_that_are_named_and_texts_are_plain() {
    let link = |url: &str| integration().link("momo://", &sample().callback_url(url));
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
        let read = integration().read(&changed);
        assert_eq!(read.is_ok(), good, "{changed}");
        for misuse in [built.err(), read.err()].into_iter().flatten() {
            assert_eq!(misuse.field(), "callbackUrl", "{url}: {misuse}");
        }
    }
    // Without a host nothing but no address is taken.
    let key = Config::SECRET_KEY;
    let bare = Integration::new("MoMo2020", "MoMo2020", "Dịch vụ", "MoMo202001", "v1", key);
    let bare = bare.unwrap();
    assert!(bare.link("momo://", &sample()).is_ok());
    assert_eq!(bare.read(&written).unwrap_err().field(), "callbackUrl");
    for bad in ["a\nb", "a\0", "\u{85}", "\u{1b}[2J"] {
        for (bill, field) in [
            (sample().description(bad), "description"),
            (sample().form_data(bad), "formData"),
        ] {
            let misuse = integration().link("momo://", &bill).unwrap_err();
            assert_eq!(misuse.field(), field, "{bad:?}");
        }
    }
    let two_lines = written.replace("Payment+in", "Payment%0Ain");
    assert_eq!(
        integration().read(&two_lines).unwrap_err().field(),
        "description"
    );
}

/// The sandbox reads the link by rules of its own.
#[test]
fn the_app_takes_what_is_built_and_nothing_else() {
    let sandbox = start(Config::new().partner(Partner::new())).unwrap();
    let control = sandbox.control();
    let link = integration()
        .link("momo://", &sample())
        .unwrap()
        .to_string();
    assert_eq!(control.open_link(&link).as_deref(), Ok("12343905834"));
    assert_eq!(
        control.open_link(&link.replace("amount=33000", "amount=1")),
        Err(LinkError::Checksum)
    );
    let without = integration()
        .without_init_trans_be()
        .link("momo://", &sample())
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
