//! Canaries in every secret and personal field: none turns up in what is printed, by this crate or
//! what it stands on. A program of its own, because who listens is a matter of the whole process.
#![cfg(all(feature = "client", feature = "blocking", feature = "sandbox"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use payments_core::http::{HeaderMap, HeaderValue, Method};
use payments_core::incoming::{Accepted, CallerAuth, Endpoint, Expected, Inbound, Receiver};
use payments_core::sandbox::encode_form;
use payments_core::testing::{Canaries, Rehearsal, ScriptedTransport, Stage, Wires};
use payments_core::{Currency, Money};
use payments_mocopay::auth::{RULES, SignaturePlace, SignedQuery, browser_returns};
use payments_mocopay::inbound::{SessionNotification, TransactionNotification};
use payments_mocopay::sandbox::{Config, start};
use payments_mocopay::types::{InitPayment, VerifyBy, VerifyPayment};
use payments_mocopay::{Client, Credentials, Environment, Mocopay, Stored, blocking};

const DESCRIPTION: &str = include_str!("../openapi.yaml");

/// What each field holds that nobody may see.
struct Planted {
    canaries: Canaries,
    secret: String,
    user: String,
    address: String,
    phone: String,
    other_user: String,
    other_phone: String,
    told_user: String,
    told_phone: String,
}

impl Planted {
    fn new() -> Self {
        let mut canaries = Canaries::new();
        let user = canaries.plant("InitPayment.userId", "Nguyễn Thị Ánh-CANARY");
        let _ = canaries.plant("VerifyPayment.userId", &user);
        let mut plant = |name: &str, text: &str| canaries.plant(name, text);
        Self {
            secret: plant("credentials.apiSecret", "Zk7Wq9+secret/of=mocopay31"),
            user,
            address: plant("InitPayment.clientIp", "2001:db8:77:aa51::9c3e"),
            phone: plant("InitPayment.phone", "+385917755201"),
            other_user: plant("EndUser.userId", "Çağrı Işıklı Ğ-CANARY"),
            other_phone: plant("EndUser.phone", "00905336620417"),
            told_user: plant("SessionNotification.userId", "Đặng \"Ý\" kullanıcı İğdır"),
            told_phone: plant("SessionNotification.phone", "+84938847201"),
            canaries,
        }
    }

    fn init(&self, reference: &str) -> InitPayment {
        InitPayment::builder()
            .pid(Config::ONE_TIME)
            .mcc("999")
            .mnc("99")
            .user_id(&self.user)
            .client_ip(&self.address)
            .phone(&self.phone)
            .reference_id(reference)
            .build()
            .unwrap()
    }
}

fn verify(by: VerifyBy) -> VerifyPayment {
    VerifyPayment::builder().by(by).build().unwrap()
}

/// The provider's whole flow.
struct Play {
    stage: Stage,
    planted: Planted,
}

impl Play {
    fn clients(&self, wires: &Wires, base: &str, place: SignaturePlace) -> Rehearsal<Mocopay> {
        let here = || Environment::At(base.to_owned());
        let credentials = || Credentials::new(Config::API_KEY, &*self.planted.secret).unwrap();
        self.stage.overheard.show(&credentials());
        let provider = || Mocopay::new().signature_place(place);
        let client = wires.lay(Client::builder(here(), credentials()).provider(provider()));
        let other = blocking::Client::builder(here(), credentials()).provider(provider());
        let other = wires.lay(other).build().unwrap();
        self.stage.rehearsal(&client.build().unwrap(), &other)
    }

    fn calls(&self, clients: &Rehearsal<Mocopay>, what: &str, pay: impl Fn(&str)) {
        let named = |driver: &str| format!("{what}-{driver}");
        clients.both(|driver| self.planted.init(&named(driver)));
        pay(&named("async"));
        pay(&named("blocking"));
        for by in [
            VerifyBy::UserId(self.planted.user.clone()),
            VerifyBy::SessionId("0123456789abcdef".to_owned()),
            VerifyBy::TransactionId("0123456789abcdef".to_owned()),
        ] {
            clients.both(|_| verify(by.clone()));
        }
        clients.settle();
    }

    fn against_the_sandbox(&self) {
        let overheard = &self.stage.overheard;
        let log = overheard.clone();
        let config = Config::new()
            .credentials(Config::API_KEY, &self.planted.secret)
            .previous_secret(&self.planted.secret)
            .kit(|kit| kit.log(move |line| log.say(line)));
        overheard.show(&config);
        let sandbox = start(config).unwrap();
        let (control, base) = (sandbox.control(), sandbox.base_url());
        let wires = self.stage.wires().unwrap();
        for (place, name) in [
            (SignaturePlace::Header, "well"),
            (SignaturePlace::Parameter, "also"),
        ] {
            let clients = self.clients(&wires, base, place);
            self.calls(&clients, name, |reference| {
                control.authorize(reference).unwrap();
            });
            let play = |wires: &Wires, fault: &str| {
                let clients = self.clients(wires, base, place);
                self.calls(&clients, &format!("{name}-{fault}"), |_| ());
            };
            let faults = control.faults();
            self.stage.under_faults(&faults, "/v1/*", play).unwrap();
        }
        // Refused credentials.
        let other = Credentials::new("other", &*self.planted.secret).unwrap();
        let here = Environment::At(base.to_owned());
        let client = wires.lay(blocking::Client::builder(here, other));
        let client = client.build().unwrap();
        overheard.result(client.init_payment(self.planted.init("other")));

        overheard.show(&sandbox);
        overheard.show(&control);
        overheard.show(&control.ledger());
        overheard.show(&control.requests());
        overheard.show(&control.sessions());
        overheard.show(&control.notifications("well-async"));
    }

    fn against_a_script(&self) {
        let Planted {
            secret,
            user,
            other_user,
            other_phone,
            ..
        } = &self.planted;
        let buyer = serde_json::json!({ "userId": other_user, "phone": other_phone });
        let session = format!(
            r#"{{"sessionId":"s1","status":"Authorized","pid":"1","endUser":{buyer},"lang":"vi"}}"#
        );
        let shapes = [
            r#"{"requestId":7,"redirectUrl":TEXT}"#,
            r#"{"error":TEXT}"#,
            r#"{"status":"Authorized","chargedAmount":TEXT}"#,
            &session,
        ];
        let text = format!("{secret} {user} {other_user}");
        for act in self.stage.echoes(&shapes, &text) {
            let script = ScriptedTransport::default()
                .always("/v1/payment/initPayment/", act.clone())
                .always("/v1/payment/verifyPayment/", act);
            let wires = self.stage.script(&script);
            for place in [SignaturePlace::Header, SignaturePlace::Parameter] {
                let clients = self.clients(&wires, "https://pay.example/v1/payment", place);
                self.calls(&clients, "script", |_| ());
            }
            for request in script.seen() {
                self.stage.overheard.show(request.headers());
            }
        }
    }

    fn callbacks(&self) {
        let overheard = &self.stage.overheard;
        let Planted {
            secret,
            user,
            told_user,
            told_phone,
            ..
        } = &self.planted;
        self.stage.tap.note(secret);
        let known = || CallerAuth::check(|inbound| inbound.headers().contains_key("x-known"));
        overheard.show(&known());
        let inbox = self.stage.inbox();
        let query = |fields: &[(&str, &str)]| {
            let mut query = encode_form(fields);
            query.insert(0, '?');
            query
        };
        let people = [("userId", &**told_user), ("phone", told_phone)];
        let good = query(
            &[
                &[("sid", "s1"), ("status", "Authorized"), ("series", "1")],
                &people[..],
            ]
            .concat(),
        );
        let none = query(&people);
        let sessions = Receiver::<SessionNotification>::new("sandbox", "shop", known());
        overheard.show(&sessions);
        for (target, knows) in [
            (&good, true),
            (&good, false),
            (&none, true),
            (&"?a=%zz".to_owned(), true),
        ] {
            let message = inbound(target, knows);
            self.stage.tap.note(target);
            overheard.show(&message);
            if let Some(told) = overheard.result(sessions.receive(&message)) {
                overheard.show(told.claims());
                overheard.show(told.inbound());
                assert_eq!(inbox.accept(&told), Ok(Accepted::New));
            }
        }
        let transactions = Receiver::<TransactionNotification>::new("sandbox", "shop", known());
        let told = overheard
            .result(transactions.receive(&inbound(&good, true)))
            .unwrap();
        overheard.show(told.claims());
        assert_eq!(inbox.accept(&told), Ok(Accepted::New));
        let returns = browser_returns("sandbox", "shop");
        overheard.show(&returns);
        let told = overheard
            .result(returns.receive(&inbound(&good, true)))
            .unwrap();
        overheard.show(told.claims());
        self.stage.panic_over(&inbox);
        let expected = Expected::new("A-1", Money::from_minor(1_000, Currency::EUR));
        overheard.show(&Stored::of_buyer(expected, Config::ONE_TIME, user));
        let signed = encode_form(&[("phone", told_phone), ("userId", told_user)]);
        overheard.show(&SignedQuery::parse(&signed, &RULES).unwrap());
        let refused = SignedQuery::parse(&format!("{signed}&{signed}"), &RULES);
        overheard.result(refused);
    }
}

fn inbound(target: &str, knows: bool) -> Inbound {
    let mut headers = HeaderMap::new();
    if knows {
        headers.insert("x-known", HeaderValue::from_static("yes"));
    }
    Inbound::new(Method::GET, format!("/hook{target}"), headers, "")
}

#[test]
fn no_canary_is_printed() {
    let play = Play {
        stage: Stage::open().unwrap(),
        planted: Planted::new(),
    };
    play.against_the_sandbox();
    let doors = |wires: &Wires, base: &str, name: &str| {
        for place in [SignaturePlace::Header, SignaturePlace::Parameter] {
            let clients = play.clients(wires, base, place);
            play.calls(&clients, name, |_| ());
        }
    };
    play.stage.at_doors(doors).unwrap();
    play.against_a_script();
    play.callbacks();
    let canaries = &play.planted.canaries;
    let said = [
        "init_payment",
        "well-async",
        "GET /v1/payment/initPayment/ 200",
    ];
    let leaked = play.stage.nothing_leaked(canaries, DESCRIPTION, &said);
    assert_eq!(leaked, Ok(()));
}
