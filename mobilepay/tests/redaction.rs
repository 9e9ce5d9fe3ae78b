//! Canaries in every secret, card and personal field: none turns up in what is printed, by this crate
//! or what it stands on. A program of its own, because who listens is a matter of the whole process.
#![cfg(all(
    feature = "aws-lc",
    feature = "axum",
    feature = "blocking",
    feature = "client",
    feature = "sandbox"
))]
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[allow(dead_code, reason = "the flows use the rest")]
#[path = "flows/psp.rs"]
mod psp;

use payments_mobilepay::auth::callbacks;
use payments_mobilepay::codes::{CardType, ReasonCode};
use payments_mobilepay::ext::{Attempt, Awaiting, Timing};
use payments_mobilepay::inbound::{AddressCallback, CardCallback, FailedCallback, TokenCallback};
use payments_mobilepay::payments_core::http::{HeaderMap, Method};
use payments_mobilepay::payments_core::incoming::{Accepted, Endpoint, Inbound, Receiver, danger};
use payments_mobilepay::payments_core::testing::{
    Act, Canaries, Rehearsal, ScriptedTransport, Stage, Wires,
};
use payments_mobilepay::sandbox::{Card, Config, Forgery, start};
use payments_mobilepay::types::{
    AllowedCardType, CreateMerchant, DeleteMerchant, InitiatePayment, ListMerchants, ReadMerchant,
    UpdatePayment,
};
use payments_mobilepay::{Client, Mobilepay, Test, TestCredentials, blocking};
use serde_json::{Value, json};

use psp::{Psp, cancel, capture, dkk, file, refund};

const DESCRIPTION: &str = include_str!("../openapi.yaml");

/// What each field holds that nobody may see.
struct Planted {
    canaries: Canaries,
    secret: String,
    card: String,
    phone: String,
    visa: Value,
    mastercard: Value,
    address: Value,
}

impl Planted {
    fn new() -> Self {
        let mut canaries = Canaries::new();
        let mut plant = |name: &str, text: &str| canaries.plant(name, text);
        let secret = plant("credentials.clientSecret", "Zx55+secret/of=a-psp:91Kq");
        let card = plant("the card's number", "4571994312845607");
        let phone = plant("the payer's phone", "+4528771493");
        let ends = json!({
            "month": plant("ExpirationDate.month", "month-0271"),
            "year": plant("ExpirationDate.year", "year-2093-77"),
        });
        let visa = json!({
            "vPaymentDataID": plant("TokenData.vPaymentDataID", "da17bd1568bdc8b418d71cf80c44ea02"),
            "cryptogramInfo": {
                "cryptogram": plant("CryptogramInfo.cryptogram", "/wAAAAwAUkMTObMAAAAAgS0AAAA="),
                "eci": "07",
            },
            "paymentInstrument": {
                "last4": plant("PaymentInstrument.last4", "last-8812-card"),
                "paymentAccountReference":
                    plant("PaymentInstrument.paymentAccountReference", "V0010013020217426481676671969"),
            },
            "tokenInfo": {
                "token": plant("TokenInfo.token", "4895737462013403"),
                "last4": plant("TokenInfo.last4", "last-6644-token"),
                "expirationDate": ends,
            },
        });
        let mastercard = json!({
            "token": {
                "paymentToken": plant("MastercardToken.paymentToken", "5226603115488031"),
                "tokenExpirationMonth": plant("MastercardToken.tokenExpirationMonth", "month-1188"),
                "tokenExpirationYear": plant("MastercardToken.tokenExpirationYear", "year-2087-31"),
                "paymentAccountReference":
                    plant("MastercardToken.paymentAccountReference", "50013K5XNUVTHOFBZ9SBNQ28Z3HIA"),
            },
            "dynamicData": {
                "dynamicDataValue":
                    plant("DynamicData.dynamicDataValue", "AlhlvxmN2ZKuAAESNFZ4GoABFA=="),
            },
        });
        let people = [
            ("FirstName", "Nguyễn Thị Ánh-CANARY"),
            ("Surname", "Çağrı Işıklı Ğ-CANARY"),
            ("Attention", "Søren Ærø-Kanariefugl"),
            ("CompanyName", "Blåbær & Smør \"Kanarie\" A/S"),
            ("AddressLine1", "Rådhuspladsen 77, 3. tv"),
            ("AddressLine2", "c/o Đặng Ý"),
            ("PostalCode", "DK-7714-Ø"),
            ("City", "Ærøskøbing Ø"),
        ];
        let mut address = serde_json::Map::new();
        for (name, text) in people {
            let text = plant(&format!("Address.{name}"), text);
            address.insert(name.to_owned(), text.into());
        }
        let masked = plant("TokenCallback.maskedCardNumber", "45719943XXXX5607");
        let token = |kind: &str, method: &str, data: &Value| {
            json!({
                "paymentId": "8dab9219-ab03-4524-bae7-f0ad55119da5",
                "authorizationAttemptId": "32eedb2b-a536-4eb6-b618-c2d6c1bf7aab",
                "cardType": kind, "cardIssuedInCountryCode": "DK", "maskedCardNumber": masked,
                "tokenMethod": method, "tokenData": data,
            })
        };
        Self {
            secret,
            card,
            phone,
            visa: token("VISA-CREDIT", "VTS", &visa),
            mastercard: token("MC-CREDIT", "MC S4C", &mastercard),
            address: json!({
                "PaymentId": "8dab9219-ab03-4524-bae7-f0ad55119da5",
                "AuthorizationAttemptId": "32eedb2b-a536-4eb6-b618-c2d6c1bf7aab",
                "Addresses": [address],
                "EmailAddress": plant("AddressCallback.EmailAddress", "anh@canarya.example"),
                "PhoneNumber": plant("AddressCallback.PhoneNumber", "+4571882046"),
            }),
            canaries,
        }
    }
}

fn merchant(id: &str) -> CreateMerchant {
    CreateMerchant::builder()
        .external_id(id)
        .merchant_category_code(5732)
        .name("Aarhus Trading")
        .billing_currency("DKK")
        .country_code("DK")
        .vat_number("12345678")
        .build()
        .unwrap()
}

fn payment(reference: &str) -> InitiatePayment {
    let card = AllowedCardType::builder()
        .name(CardType::VisaDebit)
        .encrypted_pan_callback_url("http://127.0.0.1:1/card");
    InitiatePayment::builder()
        .merchant_id(Config::MERCHANT_ID)
        .merchant_name("Shop")
        .merchant_logo_url("https://no-logo.png")
        .merchant_order_id(format!("ORDER-{reference}"))
        .merchant_url("https://shop.example")
        .psp_reference_id(reference)
        .amount(dkk(495))
        .allowed_card_types(vec![card.build().unwrap()])
        .public_key_id(i64::from(Config::FIRST_KEY_ID))
        .redirect_from_mobile_pay_url("https://shop.example/return")
        .build()
        .unwrap()
}

/// The provider's whole flow.
struct Play {
    stage: Stage,
    planted: Planted,
}

impl Play {
    fn clients(&self, wires: &Wires, base: &str) -> Rehearsal<Mobilepay> {
        let credentials = || TestCredentials::new("psp-client", &*self.planted.secret).unwrap();
        self.stage.overheard.show(&credentials());
        let client = wires.lay(Client::builder(Test::at(base), credentials()));
        let other = wires.lay(blocking::Client::builder(Test::at(base), credentials()));
        let other = other.build().unwrap();
        self.stage.rehearsal(&client.build().unwrap(), &other)
    }

    fn calls(&self, clients: &Rehearsal<Mobilepay>, what: &str) {
        let named = |driver: &str| format!("{what}-{driver}");
        clients.both(|_| ListMerchants::builder().build().unwrap());
        let [made, _] = clients.both(|driver| merchant(&named(driver)));
        let made = made.map_or("none".to_owned(), |reply| reply.merchant_id.clone());
        clients.both(|_| ReadMerchant::builder().merchant_id(&made).build().unwrap());
        clients.both(|_| {
            DeleteMerchant::builder()
                .merchant_id(&made)
                .build()
                .unwrap()
        });
        let [id, _] = clients.both(|driver| payment(&named(driver)));
        let id = id.map_or("none".to_owned(), |reply| reply.payment_id.clone());
        clients.both(|_| {
            let update = UpdatePayment::builder().payment_id(&id);
            let update = update.redirect_from_mobile_pay_url("https://shop.example/other");
            update.build().unwrap()
        });
        let attempt = Attempt::new(&*id, "32eedb2b-a536-4eb6-b618-c2d6c1bf7aab");
        self.stage.overheard.show(&attempt);
        clients.both(|_| attempt.authorize_succeeded().unwrap());
        clients.both(|_| {
            let failed = attempt.authorize_failed(ReasonCode::TemporaryError, "later");
            failed.build().unwrap()
        });
        clients.both(|_| capture(&id, "CAP-1", 100));
        clients.both(|_| cancel(&id, "CAN-1", 100));
        clients.both(|_| refund(&id, "REF-1", 100));
        clients.settle();
    }

    fn against_the_sandbox(&self) {
        let overheard = &self.stage.overheard;
        let log = overheard.clone();
        let config = Config::new()
            .credentials("psp-client", &self.planted.secret)
            .public_key(&file("pub.pem"))
            .kit(|kit| kit.log(move |line| log.say(line)));
        overheard.show(&config);
        let sandbox = start(config).unwrap();
        let (control, base) = (sandbox.control(), sandbox.base_url());
        let wires = self.stage.wires().unwrap();
        self.calls(&self.clients(&wires, base), "well");
        let play = |wires: &Wires, name: &str| self.calls(&self.clients(wires, base), name);
        self.stage
            .under_faults(&control.faults(), "/*", play)
            .unwrap();
        // Refused credentials.
        let other = TestCredentials::new("other", &*self.planted.secret).unwrap();
        let client = wires.lay(blocking::Client::builder(Test::at(base), other));
        overheard.result(client.build().unwrap().initiate_payment(payment("other")));
        overheard.show(&sandbox);
        overheard.show(&control);
        overheard.show(&control.ledger());
        overheard.show(&control.requests());
        overheard.show(&control.payments());
        overheard.show(&control.merchants());
    }

    fn against_a_script(&self) {
        let shapes = [
            r#"{"code":"2010","message":TEXT,"correlationId":"c"}"#,
            r#"{"error":TEXT}"#,
            r#"{"paymentId":7,"redirectToMobilePayUrl":TEXT}"#,
            r#"[TEXT]"#,
        ];
        let text = format!("{} {}", self.planted.secret, self.planted.card);
        for act in self.stage.echoes(&shapes, &text) {
            // Whatever the path: it has ids in it.
            let acts: Vec<Act> = std::iter::repeat_n(act, 40).collect();
            let clients = self.clients(
                &self.stage.script(&ScriptedTransport::new(acts)),
                "https://pay.example",
            );
            self.calls(&clients, "script");
        }
    }

    /// A card, from the payer's phone to the PSP's desk.
    fn cards(&mut self) {
        let overheard = &self.stage.overheard;
        let planted = &self.planted;
        let mut sealed = Vec::new();
        self.stage.wait(async {
            let log = overheard.clone();
            let config = Config::new().kit(|kit| kit.log(move |line| log.say(line)));
            let psp = Psp::with(config, Timing::SHORTEST, |builder| builder).await;
            overheard.show(psp.cards.unfinished());
            for reference in ["R-1", "R-2"] {
                let payment = psp.payment(reference);
                overheard.show(&payment);
                psp.begin(payment).await.unwrap();
                let phone = planted.phone.trim_start_matches('+');
                overheard.result(psp.control().enter_phone(reference, phone));
                let card = Card::new("VISA-DEBIT", &planted.card, 5, 30);
                overheard.show(&card);
                psp.control().accept_with(reference, card).unwrap();
                psp.settle().await;
                for forgery in [
                    Forgery::UnknownKey,
                    Forgery::Flipped,
                    Forgery::CutJson,
                    Forgery::Month13,
                ] {
                    overheard.show(&forgery);
                    psp.control().forge_card(reference, &forgery).unwrap();
                    psp.settle().await;
                }
                for sent in psp.control().card_callbacks(reference) {
                    overheard.show(&sent);
                    self.stage.tap.note(sent.body());
                    let body: Value = serde_json::from_slice(sent.body()).unwrap();
                    let ciphertext = body.get("EncryptedCardData").unwrap().as_str().unwrap();
                    sealed.push(ciphertext.to_owned());
                    let receiver = receiver::<CardCallback>();
                    let told = receiver.receive(&inbound(sent.body())).unwrap();
                    overheard.show(&told);
                    overheard.show(told.claims());
                    overheard.show(told.inbound());
                }
            }
            let kept = psp.kept.lock().unwrap();
            let card = kept.last().unwrap();
            // It travelled, sealed.
            assert_eq!(card.number().expose(), planted.card);
            self.stage.tap.note(&planted.card);
            self.stage.tap.note(&planted.phone);
            overheard.show(card);
            overheard.show(&**card);
            overheard.show(card.number());
            overheard.show(&*kept);
            overheard.show(&psp.cards.unreported().list());
            overheard.show(&*psp.waiting.lock().unwrap());
            overheard.show(&psp.inbox);
            overheard.show(&psp.control().payments());
            overheard.show(&psp.control().callbacks().list());
            overheard.show(&psp.sandbox);
        });
        for ciphertext in sealed {
            let name = "CardCallback.EncryptedCardData";
            let _ = self.planted.canaries.plant(name, &ciphertext);
        }
    }

    fn callbacks(&self) {
        let (overheard, planted) = (&self.stage.overheard, &self.planted);
        let psp = self.stage.wait(Psp::open());
        let inbox = self.stage.inbox();
        let id = "8dab9219-ab03-4524-bae7-f0ad55119da5";
        let awaiting = Awaiting::new(id, [CardType::VisaCredit, CardType::MastercardCredit]);
        overheard.show(&awaiting);
        overheard.show(&receiver::<TokenCallback>());
        for token in [&planted.visa, &planted.mastercard] {
            let body = token.to_string();
            self.stage.tap.note(&body);
            for body in [&*body, &body.replace("tokenMethod", "x"), &half(&body)] {
                let message = inbound(body.as_bytes());
                overheard.show(&message);
                let Some(told) = overheard.result(receiver::<TokenCallback>().receive(&message))
                else {
                    continue;
                };
                overheard.show(told.claims());
                overheard.show(told.inbound());
                for awaited in [None, Some(&awaiting)] {
                    overheard.result(psp.cards.token(&told, awaited));
                }
            }
        }
        let body = planted.address.to_string();
        self.stage.tap.note(&body);
        for body in [&*body, &body.replace("PaymentId", "x"), &half(&body)] {
            let message = inbound(body.as_bytes());
            overheard.show(&message);
            if let Some(told) = overheard.result(receiver::<AddressCallback>().receive(&message)) {
                overheard.show(told.claims());
                assert_eq!(inbox.accept(&told), Ok(Accepted::New));
            }
        }
        let failed = json!({ "Code": 100, "Reason": "Payment expired", "PaymentId": id });
        let failed = inbound(failed.to_string().as_bytes());
        let told = overheard.result(receiver::<FailedCallback>().receive(&failed));
        assert_eq!(inbox.accept(&told.unwrap()), Ok(Accepted::New));
        self.stage.panic_over(&inbox);
        overheard.show(psp.cards.unfinished());
    }
}

/// What is left of a body that was cut.
fn half(body: &str) -> String {
    body.chars().take(200).collect()
}

fn receiver<N: payments_mobilepay::payments_core::incoming::Notice>() -> Receiver<N> {
    callbacks("test", "psp", danger::authenticated_elsewhere())
}

fn inbound(body: &[u8]) -> Inbound {
    Inbound::new(Method::POST, "/card", HeaderMap::new(), body.to_vec())
}

#[test]
fn no_canary_is_printed() {
    let mut play = Play {
        stage: Stage::open().unwrap(),
        planted: Planted::new(),
    };
    play.against_the_sandbox();
    let doors = |wires: &Wires, base: &str, name: &str| {
        play.calls(&play.clients(wires, base), name);
    };
    play.stage.at_doors(doors).unwrap();
    play.against_a_script();
    play.cards();
    play.callbacks();
    let canaries = &play.planted.canaries;
    let said = [
        "initiate_payment",
        "well-async",
        "GET /api/v1/merchants 200",
    ];
    let leaked = play.stage.nothing_leaked(canaries, DESCRIPTION, &said);
    assert_eq!(leaked, Ok(()));
}
