//! The payment form: an SMS to a short code, or a button where the operator is billed directly.

use payments_core::sandbox::{Context, Fields, Form, Page, Reply, Request};

use super::config::Billing;
use super::gateway::{Gateway, with_fields};
use super::records::Session;

/// Shows the form on GET; takes what the buyer does on POST and sends the browser back by 302.
pub(super) fn serve(gateway: &mut Gateway, request: &Request, context: &mut Context<'_>) -> Reply {
    let link = format!("{}{}", context.base_url(), request.path());
    let Some(at) = gateway
        .sessions
        .iter()
        .position(|session| session.link == link)
    else {
        return Page::new("en", "No such payment").reply(404);
    };
    if let Some(session) = gateway.sessions.get(at) {
        context.concerns(session.reference());
    }
    let billing = gateway.config.billing;
    match request.method() {
        "GET" => match gateway.sessions.get(at) {
            Some(session) => show(session, billing, request.path()),
            None => Reply::new(404),
        },
        "POST" => {
            let fields = Fields::parse(request.bytes()).unwrap_or_default();
            let done = match (fields.value("choice"), billing) {
                (Some("sms"), Billing::Sms) | (Some("confirm"), Billing::Direct) => {
                    gateway.authorize(at, context)
                }
                (Some("cancel"), _) => match gateway.sessions.get(at) {
                    Some(session) if session.status == "Initialized" => gateway.cancel(at, context),
                    Some(_) | None => Some(()),
                },
                (_, _) => None,
            };
            if done.is_none() {
                return Page::new("en", "Neither paid nor canceled").reply(400);
            }
            back(gateway, at)
        }
        _ => Page::new("en", "Not here")
            .reply(405)
            .header("allow", "GET, POST"),
    }
}

fn show(session: &Session, billing: Billing, path: &str) -> Reply {
    let price = format!("{} TES", session.product.price);
    let page = Page::new("en", "Pay by phone bill").amount("Price", &price);
    let page = page.facts(&[
        ("Product", &session.product.pid),
        ("Kind", session.kind()),
        ("Operator", "999/99"),
    ]);
    if session.status != "Initialized" {
        return page
            .status(&format!("This payment is {}.", session.status))
            .reply(200);
    }
    let page = match billing {
        Billing::Sms => page
            .steps(&[
                "Open the messages of your phone.",
                "Send PAY to the short code 99926.",
                "A billing message comes back: the amount is on your phone bill.",
            ])
            .form(Form::post(path, "I have sent the message").hidden("choice", "sms")),
        Billing::Direct => page
            .paragraph("Your operator bills you directly.")
            .form(Form::post(path, "Buy now").hidden("choice", "confirm")),
    };
    page.form(
        Form::post(path, "Cancel")
            .second()
            .hidden("choice", "cancel"),
    )
    .reply(200)
}

fn back(gateway: &Gateway, at: usize) -> Reply {
    let session = gateway.sessions.get(at);
    let url = session.and_then(|session| {
        let url = session
            .callback_url
            .as_ref()
            .or(gateway.config.callback_url.as_ref())?;
        Some(with_fields(url, &session.return_fields()))
    });
    match url {
        Some(url) => Reply::new(302).header("location", &url),
        None => Page::new("en", "Thank you")
            .paragraph("The shop has been told.")
            .reply(200),
    }
}
