//! What `/_sandbox/` understands beside the kit's own commands.

use payments_core::sandbox::{Context, Fields, JsonObject, Reply};

use super::callbacks::integer;
use super::cards::Card;
use super::config::Config;
use super::forgery::{self, Forgery};
use super::gateway::Gateway;
use super::records::PaymentState;
use super::user;

/// A command; `None` when there is no such command.
pub(super) fn run(
    gateway: &mut Gateway,
    name: &str,
    fields: &Fields,
    context: &mut Context<'_>,
) -> Option<Reply> {
    let value = |name| fields.value(name).unwrap_or_default();
    let reference = value("payment");
    match name {
        "public-key" => return Some(register(gateway, value("pem"))),
        "fail" => {
            gateway.armed.push(value("code").to_owned());
            return Some(done(true));
        }
        "out-of-order" => {
            gateway.out_of_order = value("on") != "0";
            return Some(done(true));
        }
        "phone" | "accept" | "reject" | "back" | "expire" | "forge" => {}
        _ => return None,
    }
    let Some(place) = gateway.place(reference) else {
        return Some(done(false));
    };
    Some(done(match name {
        "phone" => {
            let phone = fields.value("phone").unwrap_or(user::PHONE);
            user::enter_phone(gateway, place, phone)
        }
        "accept" => {
            let first = || user::cards(gateway.payments.get(place)?).into_iter().next();
            let card = fields.value("card").map_or_else(first, Card::test);
            card.is_some_and(|card| user::accept(gateway, place, card, context))
        }
        "reject" => user::end(gateway, place, PaymentState::Rejected, context),
        "back" => user::end(gateway, place, PaymentState::Cancelled, context),
        "expire" => user::expire(gateway, place, context),
        _ => {
            let forgery = match value("forgery") {
                "moved" => Some(Forgery::MovedFrom(value("from").to_owned())),
                "unknown-payment" => Some(Forgery::UnknownPayment),
                "unknown-attempt" => Some(Forgery::UnknownAttempt),
                "unknown-key" => Some(Forgery::UnknownKey),
                "flipped" => Some(Forgery::Flipped),
                "short" => Some(Forgery::Short),
                "url-safe" => Some(Forgery::UrlSafe),
                "pkcs1" => Some(Forgery::Pkcs1),
                "cut-json" => Some(Forgery::CutJson),
                "month-13" => Some(Forgery::Month13),
                "plain" => Some(Forgery::Plain(value("text").to_owned())),
                "keys-twice" => Some(Forgery::KeysTwice),
                _ => None,
            };
            forgery.is_some_and(|forgery| forgery::send(gateway, reference, &forgery, context))
        }
    }))
}

fn done(ok: bool) -> Reply {
    let body = JsonObject::new().boolean("ok", ok).finish();
    Reply::json(if ok { 200 } else { 400 }, body)
}

fn register(gateway: &mut Gateway, pem: &str) -> Reply {
    match gateway.keys.register(pem, Config::FIRST_KEY_ID) {
        Ok(id) => Reply::json(200, integer(JsonObject::new(), "publicKeyId", id).finish()),
        Err(problem) => Reply::json(400, JsonObject::new().text("problem", problem).finish()),
    }
}
