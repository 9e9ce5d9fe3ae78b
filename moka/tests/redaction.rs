//! Canaries in every secret, card and personal field: none turns up in what is printed, by this crate
//! or what it stands on. A program of its own, because who listens is a matter of the whole process.
#![cfg(all(
    feature = "axum",
    feature = "client",
    feature = "blocking",
    feature = "sandbox"
))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[allow(
    dead_code,
    clippy::arithmetic_side_effects,
    reason = "the flows use the rest"
)]
#[path = "flows/shop.rs"]
mod shop;

use payments_core::Secret;
use payments_core::incoming::Accepted;
use payments_core::sandbox::encode_form;
use payments_core::testing::{Canaries, Rehearsal, ScriptedTransport, Stage, Wires};
use payments_moka::codes::{CardStorage, Gender, PageKind};
use payments_moka::ext::{Started, returns};
use payments_moka::sandbox::{Config, check_key, return_hash, start};
use payments_moka::types::{
    BuyerInformation, CreatePage, CustomerInformation, ListPayments, ListTransactions, RefundAmount,
};
use payments_moka::{Client, Moka, Test, TestCredentials, blocking};

use shop::{
    APPROVE, CAPTURE, CREATE, DAY, DETAILS, FORM, REFUND, UNDO, VOID, approve, capture, details,
    expected, inbound, lira, post, refund, undo, void,
};

const DESCRIPTION: &str = include_str!("../openapi.yaml");

const DEALER: &str = "1730";
const USER: &str = "sandbox-api";
const TOKEN: &str = "Rt5KqX81-return-token-7712";

/// What each field holds that nobody may see.
struct Planted {
    canaries: Canaries,
    password: String,
    code: String,
    buyer: [String; 4],
    customer: [String; 8],
    payment: [(&'static str, String); 7],
    holder: String,
    card: String,
    hash: String,
}

impl Planted {
    fn new() -> Self {
        let mut canaries = Canaries::new();
        let password = canaries.plant("credentials.password", "Şifre-\"Ğ\"/ı+Q71xZ");
        // Made of the password, and sent with every request.
        let _ = canaries.plant("CheckKey", &check_key(DEALER, USER, &password));
        let mut plant = |name: &str, text: &str| canaries.plant(name, text);
        let code = plant(
            "CreatePageReply.CodeForHash",
            "7B1E90C4-55D2-4A0F-9C33-E0A8B7715D6F",
        );
        let hash = plant("PaymentReturn.hashValue", &return_hash(&code, true));
        let buyer = [
            ("BuyerFullName", "Çağrı Işıklı Ğ-CANARY"),
            ("BuyerEmail", "cagri.isikli@canarya.example"),
            ("BuyerGsmNumber", "5339184427"),
            ("BuyerAddress", "Şişli \\ Çınar Sk. 7, İğdır"),
        ];
        let customer = [
            ("FirstName", "Gülçin-CANARY"),
            ("LastName", "Öğütçü-CANARY"),
            ("BirthDate", "19730819"),
            ("GsmNumber", "5361290746"),
            ("Email", "gulcin@canarya.example"),
            ("Address", "Üsküdar, Ihlamur Cd. 91"),
            ("CardName", "Maaş kartım Ğ"),
            ("Gender", "773105629"),
        ];
        let payment = [
            ("CardHolderFullName", "Nguyễn Thị Ánh-CANARY"),
            ("CardNumberFirstSix", "489455"),
            ("CardNumberLastFour", "last-7203"),
            ("BuyerFullName", "İsmail Çığırtkan"),
            ("BuyerEmail", "ismail@canarya.example"),
            ("BuyerGsmNumber", "5442017793"),
            ("BuyerAddress", "Kadıköy, Işık Sk. 3"),
        ];
        Self {
            buyer: buyer.map(|(field, text)| plant(&format!("BuyerInformation.{field}"), text)),
            customer: customer
                .map(|(field, text)| plant(&format!("CustomerInformation.{field}"), text)),
            payment: payment.map(|(field, text)| (field, plant(&format!("Payment.{field}"), text))),
            holder: plant("the page's cardHolder", "Đặng Ngọc Huyền-CANARY"),
            card: plant("the page's cardNumber", "5127541122223332"),
            password,
            code,
            hash,
            canaries,
        }
    }

    fn page(&self, reference: &str, pre_auth: bool, pool: bool) -> CreatePage {
        let [name, email, phone, address] = &self.buyer;
        let buyer = BuyerInformation::builder()
            .buyer_full_name(name)
            .buyer_email(email)
            .buyer_gsm_number(phone)
            .buyer_address(address);
        self.draft(reference, pre_auth, pool, buyer.build().unwrap(), None)
    }

    fn draft(
        &self,
        reference: &str,
        pre_auth: bool,
        pool: bool,
        buyer: BuyerInformation,
        customer: Option<CustomerInformation>,
    ) -> CreatePage {
        let page = CreatePage::builder()
            .amount(lira("27.50"))
            .other_trx_code(reference)
            .kind(PageKind::CommonPaymentPage)
            .three_d(true)
            .pre_auth(pre_auth)
            .pool_payment(pool)
            .redirect_url(format!("https://shop.example/moka/return?t={TOKEN}"))
            .buyer_information(buyer);
        match customer {
            Some(customer) => page
                .card_storage(CardStorage::from("1"))
                .customer_information(customer)
                .build(),
            None => page.build(),
        }
        .unwrap()
    }

    fn stored(&self, reference: &str) -> CreatePage {
        let [first, last, birth, phone, email, address, card, gender] = &self.customer;
        let customer = CustomerInformation::builder()
            .first_name(first)
            .last_name(last)
            .birth_date(birth)
            .gsm_number(phone)
            .email(email)
            .address(address)
            .card_name(card)
            .gender(Gender::from(&**gender));
        let buyer = BuyerInformation::builder().build().unwrap();
        self.draft(
            reference,
            false,
            false,
            buyer,
            Some(customer.build().unwrap()),
        )
    }
}

/// The provider's whole flow.
struct Play {
    stage: Stage,
    planted: Planted,
}

impl Play {
    fn clients(&self, wires: &Wires, base: &str) -> Rehearsal<Moka> {
        let credentials = || TestCredentials::new(DEALER, USER, &*self.planted.password).unwrap();
        self.stage.overheard.show(&credentials());
        let client = wires.lay(Client::builder(Test::at(base), credentials()));
        let other = wires.lay(blocking::Client::builder(Test::at(base), credentials()));
        let other = other.build().unwrap();
        self.stage.rehearsal(&client.build().unwrap(), &other)
    }

    fn calls(&self, clients: &Rehearsal<Moka>, what: &str, pay: impl Fn(&str), later: impl Fn()) {
        let planted = &self.planted;
        for (kind, pre_auth, pool) in [
            ("sale", false, false),
            ("held", true, false),
            ("pool", false, true),
        ] {
            let named = |driver: &str| format!("{what}-{kind}-{driver}");
            let pages = clients.both_and_ask(|driver| planted.page(&named(driver), pre_auth, pool));
            for page in pages.into_iter().flatten() {
                self.stage.overheard.show(&page.code_for_hash);
            }
            pay(&named("async"));
            pay(&named("blocking"));
            clients.both(|driver| details(&named(driver)));
        }
        clients.both(|driver| planted.stored(&format!("{what}-stored-{driver}")));
        let held = |driver: &str| format!("{what}-held-{driver}");
        clients.both_and_ask(|driver| capture(&held(driver), "27.50"));
        clients.both_and_ask(|driver| void(&held(driver)));
        let pool = |driver: &str| format!("{what}-pool-{driver}");
        clients.both(|driver| approve(&pool(driver)));
        clients.both(|driver| undo(&pool(driver)));
        later();
        let sale = |driver: &str| format!("{what}-sale-{driver}");
        clients.both_and_ask(|driver| refund(&sale(driver), RefundAmount::Everything));
        let list = ListPayments::builder()
            .payment_start_date("2026-11-01 00:00")
            .payment_end_date("2026-11-02 00:00");
        let list = list.build().unwrap();
        clients.both(|_| list.clone());
        let list = ListTransactions::builder()
            .trx_start_date("2026-11-01 00:00")
            .trx_end_date("2026-11-02 00:00");
        let list = list.build().unwrap();
        clients.both(|_| list.clone());
        clients.settle();
    }

    fn against_the_sandbox(&self) {
        let overheard = &self.stage.overheard;
        let log = overheard.clone();
        let config = Config::new()
            .credentials(DEALER, USER, &self.planted.password)
            .kit(|kit| kit.log(move |line| log.say(line)));
        overheard.show(&config);
        let sandbox = start(config).unwrap();
        let (control, base) = (sandbox.control(), sandbox.base_url());
        control.suppress_returns(true);
        let wires = self.stage.wires().unwrap();
        let clients = self.clients(&wires, base);
        let pay = |reference: &str| {
            control.pay(reference).unwrap();
        };
        self.calls(&clients, "well", pay, || control.advance(DAY));
        self.by_hand(&clients);
        let play = |wires: &Wires, name: &str| {
            self.calls(&self.clients(wires, base), name, |_| (), || ());
        };
        self.stage
            .under_faults(&control.faults(), "/*", play)
            .unwrap();
        // Refused credentials.
        let other = TestCredentials::new("other", USER, &*self.planted.password).unwrap();
        let client = wires.lay(blocking::Client::builder(Test::at(base), other));
        let client = client.build().unwrap();
        overheard.result(client.create_page(self.planted.page("other", false, false)));

        overheard.show(&sandbox);
        overheard.show(&control);
        overheard.show(&control.ledger());
        overheard.show(&control.requests());
        overheard.show(&control.payments());
        overheard.show(&control.returns("well-sale-async"));
    }

    /// The buyer's own way: a card on the provider's page.
    fn by_hand(&self, clients: &Rehearsal<Moka>) {
        let Planted { holder, card, .. } = &self.planted;
        let pages =
            clients.both(|driver| self.planted.page(&format!("hand-{driver}"), false, false));
        let body = encode_form(&[
            ("step", "card"),
            ("cardHolder", holder),
            ("cardNumber", card),
            ("expMonth", "12"),
            ("expYear", "2030"),
            ("cvc", "000"),
        ]);
        self.stage.tap.note(&body);
        for page in pages.into_iter().flatten() {
            let answer = post(&page.url, FORM, body.as_bytes());
            assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
        }
        clients.both(|driver| details(&format!("hand-{driver}")));
    }

    fn against_a_script(&self) {
        let Planted {
            password,
            code,
            buyer,
            payment,
            ..
        } = &self.planted;
        let code = serde_json::to_string(code).unwrap();
        let page = format!(
            r#"{{"Data":{{"Url":"https://pay.example/p","CodeForHash":{code}}},"ResultCode":"Success"}}"#
        );
        let fields: String = payment
            .iter()
            .map(|(name, text)| format!(",{name:?}:{}", serde_json::json!(text)))
            .collect();
        let found = format!(
            r#"{{"Data":{{"IsSuccessful":true,"PaymentDetail":{{"OtherTrxCode":"ORD-1","Amount":1,"CurrencyCode":"TL","PaymentStatus":2,"TrxStatus":1{fields}}}}},"ResultCode":"Success"}}"#
        );
        let list = found
            .replace("\"PaymentDetail\":{", "\"PaymentList\":[{")
            .replace("}},\"ResultCode\"", "}]},\"ResultCode\"");
        let shapes = [
            &*page,
            &found,
            &list,
            r#"{"Data":{"Url":7,"CodeForHash":TEXT,"x":TEXT},"ResultCode":"Success"}"#,
            r#"{"Data":null,"ResultCode":"EX","ResultMessage":TEXT,"Exception":TEXT}"#,
            r#"{"Data":{"IsSuccessful":false,"ResultCode":"7","ResultMessage":TEXT},"ResultCode":"Success"}"#,
            r#"{"Data":TEXT,"ResultCode":"Success"}"#,
        ];
        let text = format!("{password} {} {}", self.planted.code, buyer.join(" "));
        for act in self.stage.echoes(&shapes, &text) {
            let paths = [CREATE, DETAILS, CAPTURE, VOID, REFUND, APPROVE, UNDO];
            let lists = [
                "/PaymentDealer/GetPaymentList",
                "/PaymentDealer/GetPaymentTrxList",
            ];
            let script = paths
                .into_iter()
                .chain(lists)
                .fold(ScriptedTransport::default(), |script, path| {
                    script.always(path, act.clone())
                });
            let clients = self.clients(&self.stage.script(&script), "https://pay.example");
            self.calls(&clients, "script", |_| (), || ());
        }
    }

    fn callbacks(&self) {
        let overheard = &self.stage.overheard;
        let Planted {
            code, hash, buyer, ..
        } = &self.planted;
        let started = Started::new("ORD-1", &Secret::from(&**code));
        let returns = returns("sandbox", "shop");
        overheard.show(&started);
        overheard.show(&returns);
        let inbox = self.stage.inbox();
        let told = |hash: &str| {
            encode_form(&[
                ("hashValue", hash),
                ("resultCode", ""),
                ("resultMessage", ""),
                ("buyer", &buyer.join(" ")),
                ("trxCode", "ORDER-17131QQFG04026575"),
                ("OtherTrxCode", "ORD-1"),
            ])
        };
        let target = format!("/moka/return?t={TOKEN}");
        for (target, body) in [
            (&*target, told(hash)),
            (&target, told(&return_hash("another", true))),
            (&target, told("")),
            (&target, "hashValue=%zz".to_owned()),
            (&target, format!("{0}&{0}", told(hash))),
            ("/moka/return", told(hash)),
        ] {
            self.stage.tap.note(&body);
            let message = inbound(target, &body);
            overheard.show(&message);
            overheard.say(&returns.explain(&message, Some(&started)));
            overheard.say(&returns.explain(&message, None));
            let Some(event) = overheard.result(returns.verify(&message, &started)) else {
                continue;
            };
            overheard.show(event.unsigned());
            overheard.show(event.inbound());
            if target.contains('?') {
                assert_eq!(inbox.accept(&event), Ok(Accepted::New));
            }
        }
        self.stage.panic_over(&inbox);
        overheard.show(&expected("ORD-1"));
    }
}

#[test]
fn no_canary_is_printed() {
    let play = Play {
        stage: Stage::in_sqlite().unwrap(),
        planted: Planted::new(),
    };
    play.against_the_sandbox();
    let doors = |wires: &Wires, base: &str, name: &str| {
        play.calls(&play.clients(wires, base), name, |_| (), || ());
    };
    play.stage.at_doors(doors).unwrap();
    play.against_a_script();
    play.callbacks();
    let canaries = &play.planted.canaries;
    let said = [
        "create_page",
        "well-sale-async",
        "POST /PaymentDealer/DoVoid 200",
    ];
    let leaked = play.stage.nothing_leaked(canaries, DESCRIPTION, &said);
    assert_eq!(leaked, Ok(()));
}
