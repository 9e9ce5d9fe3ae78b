//! Canaries in every secret and personal field: none turns up in what is printed, by this crate or
//! what it stands on. A program of its own, because who listens is a matter of the whole process.
#![cfg(all(
    feature = "axum",
    feature = "client",
    feature = "blocking",
    feature = "sandbox"
))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[allow(dead_code, reason = "the flows use the rest")]
#[path = "flows/shop.rs"]
mod shop;

use payments_core::http::{HeaderMap, Method};
use payments_core::incoming::{
    Accepted, Endpoint, Inbound, Inbox, KeyRing, Receiver, Replays, Verifier,
};
use payments_core::testing::{Canaries, Rehearsal, ScriptedTransport, Stage, Wires};
use payments_momo::codes::{ConfirmType, RequestType};
use payments_momo::inbound::{Ipn, IpnKeys, RedirectResult, RedirectResultKeys};
use payments_momo::one_payment::{
    AccountInfo, Bill, BillKeys, Init, InitAnswer, Links, Notification,
};
use payments_momo::sandbox::{Config, Partner, hmac_sha256, start};
use payments_momo::types::{CreatePayment, Delivery, User};
use payments_momo::{Client, Momo, Test, TestCredentials, blocking};
use tokio::net::TcpListener;

use shop::{
    CALLER, CONFIRM, CREATE, JSON, QUERY, REFUND, REFUND_QUERY, caller, confirming, dong, expected,
    inbound, payment_status, refund, refund_status,
};

const DESCRIPTION: &str = include_str!("../openapi.yaml");

/// What each field holds that nobody may see.
struct Planted {
    canaries: Canaries,
    access_key: String,
    secret_key: String,
    link_key: String,
    user: [String; 3],
    address: String,
    callback_token: String,
    user_id: String,
    wallet_user: String,
    account: [String; 3],
}

impl Planted {
    fn new() -> Self {
        let mut canaries = Canaries::new();
        let mut plant = |name: &str, text: &str| canaries.plant(name, text);
        let account = [
            plant("AccountInfo.name", "Nguyễn Thị Ánh-CANARY"),
            plant("AccountInfo.email", "anh.nguyen@canarya.example"),
            plant("AccountInfo.mobile", "0917355208"),
        ];
        Self {
            access_key: plant("credentials.accessKey", "Zq81ACCESSkeyWv"),
            secret_key: plant("credentials.secretKey", "Yk4+secret/key=Of-a-Wallet-77xQ!"),
            link_key: plant("keys.linkKey", "Lk9-key-of-links-&-bills-55z?Rt8"),
            user: [
                plant("User.name", "Đặng Thị Huyền-CANARY"),
                plant("User.phoneNumber", "0983641175"),
                plant("User.email", "huyền@canarya.example"),
            ],
            address: plant("Delivery.deliveryAddress", "72 Lê Lợi \"Quận Ý\", Huế"),
            callback_token: plant("Ipn.callbackToken", "CbT-88f1-wallet-0a7d"),
            user_id: plant("Ipn.partnerUserId", "mm-user-5581027"),
            wallet_user: plant("Init.reference1", "wallet-user-990213"),
            account,
            canaries,
        }
    }

    fn payment(&self, order_id: &str, request_type: RequestType) -> CreatePayment {
        let [name, phone, email] = &self.user;
        let user = User::builder().name(name).phone_number(phone).email(email);
        let delivery = Delivery::builder().delivery_address(&self.address);
        let payment = CreatePayment::builder()
            .request_id(format!("R-{order_id}"))
            .amount(dong(33_000))
            .order_id(order_id)
            .order_info("Trà sữa")
            .redirect_url("https://shop.example/return")
            .ipn_url("http://127.0.0.1:1/ipn")
            .request_type(request_type.clone())
            .auto_capture(request_type != RequestType::PayWithAtm)
            .user_info(user.build().unwrap())
            .delivery_info(delivery.build().unwrap());
        match request_type {
            RequestType::LinkWallet => payment.partner_client_id("buyer-7").build(),
            _ => payment.build(),
        }
        .unwrap()
    }

    fn bill_keys(&self) -> BillKeys {
        let key = &*self.link_key;
        BillKeys::new("MoMo2020", "MoMo2020", "Dịch vụ", "MoMo202001", "v1", key).unwrap()
    }

    /// The fields of a result of a linked wallet, signed.
    fn result(&self, key: &str) -> Vec<(&'static str, String)> {
        let mut fields: Vec<(&'static str, String)> = [
            ("amount", "33000"),
            ("callbackToken", &*self.callback_token),
            ("extraData", ""),
            ("message", "Giao dịch thành công."),
            ("orderId", "A-1"),
            ("orderInfo", "Trà sữa"),
            ("orderType", "momo_wallet"),
            ("partnerClientId", "buyer-7"),
            ("partnerCode", "MOMO"),
            ("payType", "qr"),
            ("requestId", "R-1"),
            ("responseTime", "1718000000000"),
            ("resultCode", "0"),
            ("transId", "4014083433"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .into();
        let mut text = format!("accessKey={}", self.access_key);
        for (name, value) in &fields {
            text = format!("{text}&{name}={value}");
        }
        fields.push(("partnerUserId", self.user_id.clone()));
        fields.push(("signature", hmac_sha256(key, &text)));
        fields
    }
}

fn account([name, email, mobile]: &[String; 3], request_id: &str) -> InitAnswer {
    let account = AccountInfo::builder()
        .id("buyer-7")
        .name(name)
        .email(email)
        .mobile(mobile);
    InitAnswer::builder()
        .request_id(request_id)
        .reference_id(format!("REF-{request_id}"))
        .result_code(0)
        .message("Success")
        .account_info(account.build().unwrap())
        .url("https://shop.example/login")
        .build()
        .unwrap()
}

/// The provider's whole flow.
struct Play {
    stage: Stage,
    planted: Planted,
}

impl Play {
    fn clients(&self, wires: &Wires, base: &str) -> Rehearsal<Momo> {
        let planted = &self.planted;
        let credentials =
            || TestCredentials::new("MOMO", &*planted.access_key, &*planted.secret_key).unwrap();
        self.stage.overheard.show(&credentials());
        let client = wires.lay(Client::builder(Test::at(base), credentials()));
        let other = wires.lay(blocking::Client::builder(Test::at(base), credentials()));
        let other = other.build().unwrap();
        self.stage.rehearsal(&client.build().unwrap(), &other)
    }

    fn calls(&self, clients: &Rehearsal<Momo>, what: &str, pay: impl Fn(&str)) {
        let planted = &self.planted;
        for (kind, how) in [
            ("paid", RequestType::CaptureWallet),
            ("held", RequestType::PayWithAtm),
            ("link", RequestType::LinkWallet),
        ] {
            let named = |driver: &str| format!("{what}-{kind}-{driver}");
            clients.both_and_ask(|driver| planted.payment(&named(driver), how.clone()));
            pay(&named("async"));
            pay(&named("blocking"));
            clients.both(|driver| payment_status(&named(driver)));
        }
        let held = |driver: &str| format!("{what}-held-{driver}");
        clients.both_and_ask(|driver| confirming(&held(driver), ConfirmType::Capture, 33_000));
        clients.both_and_ask(|driver| confirming(&held(driver), ConfirmType::Cancel, 33_000));
        let refunded = |driver: &str| format!("{what}-refund-{driver}");
        clients.both_and_ask(|driver| refund(&refunded(driver), 4_014_083_433, 33_000));
        clients.both(|driver| refund_status(&refunded(driver)));
        clients.settle();
    }

    fn against_the_sandbox(&mut self) {
        let overheard = &self.stage.overheard;
        let log = overheard.clone();
        let planted = &self.planted;
        let partner = Partner::new().secret_key(&planted.link_key);
        overheard.show(&partner);
        let config = Config::new()
            .credentials("MOMO", &planted.access_key, &planted.secret_key)
            .partner(partner)
            .kit(|kit| kit.log(move |line| log.say(line)));
        overheard.show(&config);
        let sandbox = start(config).unwrap();
        let (control, base) = (sandbox.control(), sandbox.base_url());
        let wires = self.stage.wires().unwrap();
        let clients = self.clients(&wires, base);
        self.calls(&clients, "well", |order_id| {
            control.pay(order_id).unwrap();
        });
        let play = |wires: &Wires, name: &str| {
            self.calls(&self.clients(wires, base), name, |_| ());
        };
        self.stage
            .under_faults(&control.faults(), "/*", play)
            .unwrap();
        // Refused credentials.
        let other = TestCredentials::new("MOMO", &*planted.access_key, "x".repeat(32));
        let client = wires.lay(blocking::Client::builder(Test::at(base), other.unwrap()));
        let client = client.build().unwrap();
        overheard.result(client.create_payment(planted.payment("o", RequestType::CaptureWallet)));

        overheard.show(&sandbox);
        overheard.show(&control);
        overheard.show(&control.ledger());
        overheard.show(&control.requests());
        overheard.show(&control.refunds());
        for order_id in ["well-paid-async", "well-held-async", "well-link-async"] {
            overheard.show(&control.payment(order_id));
            overheard.show(&control.ipns(order_id));
        }
        // The token that this sandbox drew.
        let ipns = control.ipns("well-link-async");
        let body = ipns.last().unwrap().body();
        self.stage.tap.note(body);
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        let token = body.get("callbackToken").unwrap().as_str().unwrap();
        let _ = self
            .planted
            .canaries
            .plant("the sandbox's callbackToken", token);
    }

    fn against_a_script(&self) {
        let planted = &self.planted;
        let shapes = [
            r#"{"resultCode":1006,"message":TEXT}"#,
            r#"{"resultCode":0,"message":TEXT,"orderId":1,"amount":TEXT}"#,
            r#"{"resultCode":TEXT,"message":TEXT}"#,
            r#"{"partnerCode":TEXT,"resultCode":0}"#,
        ];
        let text = format!(
            "{} {} {} {}",
            planted.secret_key,
            planted.access_key,
            planted.user.join(" "),
            planted.address
        );
        for act in self.stage.echoes(&shapes, &text) {
            let script = [CREATE, QUERY, REFUND, REFUND_QUERY, CONFIRM]
                .into_iter()
                .fold(ScriptedTransport::default(), |script, path| {
                    script.always(path, act.clone())
                });
            let clients = self.clients(&self.stage.script(&script), "https://pay.example");
            self.calls(&clients, "script", |_| ());
        }
    }

    fn results(&self) {
        let (overheard, planted) = (&self.stage.overheard, &self.planted);
        // They are hashed, and never sent.
        for key in [&planted.access_key, &planted.secret_key, &planted.link_key] {
            self.stage.tap.note(key);
        }
        let keys = IpnKeys::new(&*planted.access_key, &*planted.secret_key).unwrap();
        overheard.show(&keys);
        let ipns = Verifier::<Ipn>::new("sandbox", "shop", KeyRing::new("first", keys));
        let keys = RedirectResultKeys::new(&*planted.access_key, &*planted.secret_key).unwrap();
        let ring = KeyRing::new("first", keys);
        let redirects = Verifier::<RedirectResult>::new("sandbox", "shop", ring);
        overheard.show(&ipns);
        overheard.show(&redirects);
        let inbox = self.stage.inbox();
        for (key, expect) in [(&*planted.secret_key, true), ("another", false)] {
            let fields = planted.result(key);
            let body = serde_json::to_string(
                &fields
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), value.clone().into()))
                    .collect::<serde_json::Map<_, _>>(),
            );
            let body = body.unwrap();
            self.stage.tap.note(&body);
            let message = inbound(&[("content-type", JSON)], body.as_bytes());
            overheard.show(&message);
            overheard.say(&ipns.explain(&message));
            let found = overheard.result(ipns.verify(&message));
            assert_eq!(found.is_some(), expect);
            if let Some(found) = found {
                overheard.show(&*found);
                overheard.show(found.unsigned());
                overheard.show(found.inbound());
                assert_eq!(inbox.accept(&found), Ok(Accepted::New));
            }
            let pairs: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (*name, &**value))
                .collect();
            let query = payments_core::sandbox::encode_form(&pairs);
            let target = format!("/return?{query}");
            let message = Inbound::new(Method::GET, target, HeaderMap::new(), "");
            overheard.show(&message);
            overheard.say(&redirects.explain(&message));
            let found = overheard.result(redirects.verify(&message));
            assert_eq!(found.is_some(), expect);
            if let Some(found) = found {
                overheard.show(&*found);
                overheard.show(found.unsigned());
            }
        }
        let broken = inbound(&[("content-type", JSON)], b"{\"callbackToken\":");
        overheard.say(&ipns.explain(&broken));
        overheard.result(ipns.verify(&broken));
        self.stage.panic_over(&inbox);
        overheard.show(&expected("A-1"));
    }

    fn bills(&self) {
        let (overheard, planted) = (&self.stage.overheard, &self.planted);
        let links = || Links::<Bill>::new(planted.bill_keys()).address_host("shop.example");
        overheard.show(&planted.bill_keys());
        overheard.show(&links());
        let bill = Bill::builder()
            .request_id("R-1")
            .bill_id("B-1")
            .amount(dong(33_000))
            .callback_url("https://shop.example/back")
            .build()
            .unwrap();
        overheard.show(&bill);
        let link = overheard.result(links().write("momo://", &bill)).unwrap();
        let forged = link.as_str().replace("33000", "33001");
        for text in [link.as_str(), &forged, "momo://?a=%zz"] {
            overheard.result(links().read(text));
            overheard.say(&links().explain(text));
        }
        let inits = Receiver::<Init>::new("sandbox", "shop", caller());
        let asked = serde_json::json!({
            "requestId": "R-1", "reference1": planted.wallet_user, "paymentUrl": "momo://",
        });
        let asked = asked.to_string();
        self.stage.tap.note(&asked);
        for headers in [
            &[("content-type", JSON), CALLER][..],
            &[("content-type", JSON)],
        ] {
            let message = inbound(headers, asked.as_bytes());
            overheard.show(&message);
            if let Some(init) = overheard.result(inits.receive(&message)) {
                overheard.show(init.claims());
            }
        }
        overheard.show(&account(&planted.account, "R-1"));
        self.one_payment();
    }

    /// MoMo asks who the buyer is, the buyer opens a link, and MoMo notifies.
    fn one_payment(&self) {
        let (overheard, planted) = (&self.stage.overheard, &self.planted);
        self.stage.wait(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            let receiver = Receiver::<Init>::new("sandbox", "shop", caller());
            let bills = Inbox::in_memory();
            let notifications = Receiver::<Notification>::new("sandbox", "shop", caller());
            let people = self.planted.account.clone();
            let account = move |asked: &str| account(&people, asked);
            let router = axum::Router::new()
                .route(
                    "/api/v1/init",
                    payments_momo::axum::init(Replays::of(100), receiver, move |asked| {
                        let asked = &asked.claims().request_id;
                        std::future::ready(Some(account(asked)))
                    }),
                )
                .route(
                    "/notify",
                    payments_momo::axum::notified(bills.clone(), notifications, |told| {
                        let told = told.claims();
                        let reference = format!("REF-{}", told.bill_id);
                        payments_momo::one_payment::acknowledge(told, &reference).unwrap()
                    }),
                );
            tokio::spawn(async move { axum::serve(listener, router).await });
            let partner = Partner::new()
                .secret_key(&planted.link_key)
                .header(CALLER.0, CALLER.1)
                .host(&base)
                .notify_url(&format!("{base}/notify"));
            let sandbox = start(Config::new().partner(partner)).unwrap();
            let control = sandbox.control();
            let asked = control.init(&planted.wallet_user).unwrap();
            control.callbacks().idle().await;
            let answered = control.init_answer(&asked).unwrap();
            overheard.show(&answered);
            let told = answered.answer().unwrap().as_ref().unwrap();
            for text in [&told.name, &told.email, &told.mobile] {
                self.stage.tap.note(text);
            }
            let links = Links::<Bill>::new(planted.bill_keys());
            let bill = Bill::builder()
                .request_id("R-1")
                .bill_id("B-1")
                .amount(dong(33_000));
            let link = links.write("momo://", &bill.build().unwrap()).unwrap();
            control.open_link(link.as_str()).unwrap();
            control.charge("B-1").unwrap();
            control.callbacks().idle().await;
            overheard.show(&control.bill("B-1"));
            overheard.show(&control.notifications("B-1"));
            overheard.show(&control.callbacks().list());
            for sent in control.callbacks().list() {
                self.stage.tap.note(sent.body());
            }
            let message = bills.claim().unwrap();
            overheard.show(&message);
            overheard.show(message.row());
        });
    }
}

#[test]
fn no_canary_is_printed() {
    let mut play = Play {
        stage: Stage::in_postgres().unwrap(),
        planted: Planted::new(),
    };
    play.against_the_sandbox();
    let doors = |wires: &Wires, base: &str, name: &str| {
        play.calls(&play.clients(wires, base), name, |_| ());
    };
    play.stage.at_doors(doors).unwrap();
    play.against_a_script();
    play.results();
    play.bills();
    let canaries = &play.planted.canaries;
    let said = [
        "create_payment",
        "well-paid-async",
        "POST /v2/gateway/api/create 200",
    ];
    let leaked = play.stage.nothing_leaked(canaries, DESCRIPTION, &said);
    assert_eq!(leaked, Ok(()));
}
