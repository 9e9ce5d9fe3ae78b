//! Canaries in every secret and personal field: none turns up in what is printed, by this crate or
//! what it stands on. A program of its own, because who listens is a matter of the whole process.
#![cfg(all(feature = "client", feature = "blocking", feature = "sandbox"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use payments_core::http::{HeaderMap, HeaderValue, Method};
use payments_core::incoming::{Accepted, Endpoint, Expected, Inbound, KeyRing, Receiver, danger};
use payments_core::sandbox::Fault;
use payments_core::testing::{Act, Canaries, Rehearsal, ScriptedTransport, Stage, Wires};
use payments_core::{Currency, Money};
use payments_mocasa::auth::{Mocasa, TokenHeader, order_webhooks};
use payments_mocasa::inbound::{OrderWebhookKeys, PayoutEvent};
use payments_mocasa::sandbox::{Config, DigestForm, start, webhook_signature};
use payments_mocasa::types::{
    ApplyToken, CreateBeneficiary, CreateOrder, OrderStatus, Refund, Transfer, TransferStatus,
};
use payments_mocasa::{Client, Credentials, Environment, blocking};

const DESCRIPTION: &str = include_str!("../openapi.yaml");

/// What each field holds that nobody may see.
struct Planted {
    canaries: Canaries,
    secret: String,
    webhook_secret: String,
    access_token: String,
    id_no: String,
    name: String,
    phone: String,
    email: String,
    license: String,
    shop_name: String,
    shop_address: String,
}

impl Planted {
    fn new() -> Self {
        let mut canaries = Canaries::new();
        let secret = canaries.plant("credentials.clientSecret", "Q7secret+of/dealer=Zx81");
        let _ = canaries.plant("ApplyToken.clientSecret", &secret);
        let mut plant = |name: &str, text: &str| canaries.plant(name, text);
        Self {
            secret,
            webhook_secret: plant("keys.secret", "Wk5-hook&secret?9vTq"),
            access_token: plant("ApplyTokenReply.accessToken", "Tk-84hhd7ff+0a/Kx=="),
            id_no: plant("CreateBeneficiary.idNo", "PX-7718-2093-55"),
            name: plant(
                "CreateBeneficiary.beneficiaryName",
                "Nguyễn Thị Ánh-CANARY Işıklı",
            ),
            phone: plant("CreateBeneficiary.phone", "+639175550144"),
            email: plant("CreateBeneficiary.email", "çağrı@canarya.example"),
            license: plant("CreateBeneficiary.businessLisence", "BL/2291-\"Ğ\"-77"),
            shop_name: plant("CreateBeneficiary.shopName", "Ánh's \\ quầy <Canarya>"),
            shop_address: plant("CreateBeneficiary.shopAddress", "Đường Çınar 47, Quận 3"),
            canaries,
        }
    }

    fn beneficiary(&self) -> CreateBeneficiary {
        CreateBeneficiary::builder()
            .id_type("passport")
            .id_no(&self.id_no)
            .beneficiary_name(&self.name)
            .business_license(&self.license)
            .shop_name(&self.shop_name)
            .shop_address(&self.shop_address)
            .phone(&self.phone)
            .email(&self.email)
            .build()
            .unwrap()
    }
}

fn php(text: &str) -> Money {
    Money::from_decimal(text, Currency::PHP).unwrap()
}

fn order(order_no: String) -> CreateOrder {
    CreateOrder::builder()
        .order_no(order_no)
        .amount(php("1499.00"))
        .product_name("Tea")
        .customer_id("C-1")
        .return_url("https://shop.example/back")
        .build()
        .unwrap()
}

fn transfer(serial_no: String, payee: &str) -> Transfer {
    Transfer::builder()
        .transfer_serial_no(serial_no)
        .amount(php("250.50"))
        .payee_account_no(payee)
        .purpose("payout")
        .build()
        .unwrap()
}

fn refund(order_no: String) -> Refund {
    let builder = Refund::builder().order_no(order_no).reason("returned");
    builder.build().unwrap()
}

/// The provider's whole flow.
struct Play {
    stage: Stage,
    planted: Planted,
}

impl Play {
    fn clients(&self, wires: &Wires, base: &str, header: TokenHeader) -> Rehearsal<Mocasa> {
        let here = || Environment::At(base.to_owned());
        let credentials = || Credentials::new("key", &*self.planted.secret).unwrap();
        self.stage.overheard.show(&credentials());
        let provider = || Mocasa::new().token_header(header).basic_login(true);
        let client = wires.lay(Client::builder(here(), credentials()).provider(provider()));
        let other = blocking::Client::builder(here(), credentials()).provider(provider());
        let other = wires.lay(other).build().unwrap();
        self.stage.rehearsal(&client.build().unwrap(), &other)
    }

    /// Orders, a beneficiary and payouts, under the names of `what`.
    fn calls(&self, clients: &Rehearsal<Mocasa>, what: &str, pay: impl Fn(&str)) {
        let named = |driver: &str| format!("{what}-{driver}");
        clients.both_and_ask(|driver| order(named(driver)));
        pay(&named("async"));
        pay(&named("blocking"));
        let status = OrderStatus::builder().order_no(named("async"));
        let status = status.build().unwrap();
        clients.both(|_| status.clone());
        clients.both(|driver| refund(named(driver)));
        let accounts = clients.both(|_| self.planted.beneficiary());
        let account = accounts.into_iter().flatten().next();
        let account = account.map_or("nobody".to_owned(), |reply| reply.account_no.clone());
        clients.both_and_ask(|driver| transfer(named(driver), &account));
        let status = TransferStatus::builder().transfer_serial_no(named("async"));
        let status = status.build().unwrap();
        clients.both(|_| status.clone());
        clients.settle();
    }

    fn against_the_sandbox(&self) {
        let overheard = &self.stage.overheard;
        let log = overheard.clone();
        let config = Config::new()
            .credentials("key", &self.planted.secret)
            .webhook_secret(&self.planted.webhook_secret)
            .basic_auth(true)
            .kit(|kit| kit.log(move |line| log.say(line)));
        overheard.show(&config);
        let sandbox = start(config).unwrap();
        let (control, base) = (sandbox.control(), sandbox.base_url());
        let wires = self.stage.wires().unwrap();
        let clients = self.clients(&wires, base, TokenHeader::AccessToken);
        self.calls(&clients, "well", |order_no| {
            let _ = control.pay(order_no);
        });
        let play = |wires: &Wires, name: &str| {
            let clients = self.clients(wires, base, TokenHeader::AccessToken);
            self.calls(&clients, name, |_| ());
        };
        let faults = control.faults();
        self.stage.under_faults(&faults, "/p*", play).unwrap();
        faults.share("/auth/*", 1000, vec![Fault::CutBody]);
        let clients = self.clients(&wires, base, TokenHeader::Bearer);
        self.calls(&clients, "login", |_| ());
        faults.clear();
        // Refused credentials.
        let other = Credentials::new("other", &*self.planted.secret).unwrap();
        let here = Environment::At(base.to_owned());
        let client = wires.lay(blocking::Client::builder(here, other));
        let client = client.build().unwrap();
        overheard.result(client.create_order(order("other".to_owned())));

        overheard.show(&sandbox);
        overheard.show(&control);
        overheard.show(&control.ledger());
        overheard.show(&control.requests());
        overheard.show(&control.orders());
        overheard.show(&control.transfers());
        overheard.show(&control.webhooks("well-async"));
    }

    fn against_a_script(&self) {
        let Planted {
            secret,
            access_token,
            name,
            phone,
            ..
        } = &self.planted;
        let token = serde_json::to_string(access_token).unwrap();
        let token = format!(r#"{{"success":true,"data":{{"accessToken":{token}}}}}"#);
        let shapes = [
            r#"{"success":false,"code":"7","message":TEXT}"#,
            r#"{"success":TEXT,"message":TEXT}"#,
            r#"{"success":true,"data":{"orderNo":TEXT}}"#,
        ];
        let text = format!("{secret} {access_token} {name} {phone}");
        for act in self.stage.echoes(&shapes, &text) {
            let script = ScriptedTransport::default()
                .always("/auth/token/apply", Act::json(&token))
                .always("/payment/order/create", act.clone())
                .always("/payment/order/query", act.clone())
                .always("/payment/order/refund", act.clone())
                .always("/payout/account/create", act.clone())
                .always("/payout/transfer/initiate", act.clone())
                .always("/payout/transfer/query", act);
            let wires = self.stage.script(&script);
            for header in [TokenHeader::AccessToken, TokenHeader::Bearer] {
                let clients = self.clients(&wires, "https://pay.example", header);
                self.calls(&clients, "script", |_| ());
                let login = ApplyToken::builder()
                    .client_key("key")
                    .client_secret(&**secret);
                let login = login.build().unwrap();
                clients.both(|_| login.clone());
            }
            for request in script.seen() {
                self.stage.overheard.show(request.headers());
            }
        }
    }

    fn callbacks(&self) {
        let overheard = &self.stage.overheard;
        let Planted {
            webhook_secret,
            name,
            phone,
            ..
        } = &self.planted;
        // It is hashed, and never sent.
        self.stage.tap.note(webhook_secret);
        let keys = OrderWebhookKeys::new(&**webhook_secret).unwrap();
        overheard.show(&keys);
        let ring = KeyRing::new("first", keys);
        overheard.show(&ring);
        let verifier = order_webhooks("sandbox", "shop", ring);
        overheard.show(&verifier);
        let genuine = webhook_signature("A-1", "success", webhook_secret, DigestForm::Base64);
        let inbox = self.stage.inbox();
        let people = format!("{name} {phone}").replace(' ', "+");
        let form = "application/x-www-form-urlencoded";
        let told = format!("orderNo=A-1&txStatus=success&txMessage={people}");
        for (content_type, signature, body) in [
            (form, &*genuine, &*told),
            (form, "bm90IGl0", &told),
            (form, "", &told),
            (form, &genuine, "orderNo=A-1&txStatus=failed"),
            (form, &genuine, "orderNo=%zz"),
            ("application/json", &genuine, &told),
            ("text/html", &genuine, &told),
        ] {
            let message = inbound(content_type, signature, body.as_bytes());
            overheard.show(&message);
            overheard.say(&verifier.explain(&message));
            let Some(verified) = overheard.result(verifier.verify(&message)) else {
                continue;
            };
            overheard.show(verified.inbound());
            assert_eq!(inbox.accept(&verified), Ok(Accepted::New));
        }
        let receiver =
            Receiver::<PayoutEvent>::new("sandbox", "shop", danger::authenticated_elsewhere());
        overheard.show(&receiver);
        let payout = format!(r#"{{"serialNo":"T-1","name":{name:?}}}"#);
        let payout = inbound("application/json", "", payout.as_bytes());
        let event = overheard.result(receiver.receive(&payout)).unwrap();
        overheard.show(event.claims());
        assert_eq!(inbox.accept(&event), Ok(Accepted::New));
        self.stage.panic_over(&inbox);
        overheard.show(&Expected::new("A-1", php("1499.00")));
    }
}

fn inbound(content_type: &'static str, signature: &str, body: &[u8]) -> Inbound {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static(content_type));
    headers.insert("signature", HeaderValue::from_str(signature).unwrap());
    Inbound::new(Method::POST, "/hook", headers, body.to_vec())
}

#[test]
fn no_canary_is_printed() {
    let play = Play {
        stage: Stage::in_sqlite().unwrap(),
        planted: Planted::new(),
    };
    play.against_the_sandbox();
    let doors = |wires: &Wires, base: &str, name: &str| {
        let clients = play.clients(wires, base, TokenHeader::AccessToken);
        play.calls(&clients, name, |_| ());
    };
    play.stage.at_doors(doors).unwrap();
    play.against_a_script();
    play.callbacks();
    let canaries = &play.planted.canaries;
    let said = [
        "create_order",
        "well-async",
        "POST /payment/order/create 200",
    ];
    let leaked = play.stage.nothing_leaked(canaries, DESCRIPTION, &said);
    assert_eq!(leaked, Ok(()));
}
