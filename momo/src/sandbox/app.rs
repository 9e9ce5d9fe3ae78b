//! The app's screen for a deep link: that of a payment of the gateway, or that of a bill.

use payments_core::Link;
use payments_core::sandbox::{Context, Fields, Form, Page, Reply, Request};

use super::gateway::Gateway;
use super::one_payment::{Bill, BillState, LinkError};
use super::page;

/// Where a browser that cannot open `momo://` finds the app: a phone has it under that scheme.
pub(super) const PATH: &str = "/app";

/// Where the screen for a link is.
pub(super) fn url(link: &str) -> String {
    let query = payments_core::sandbox::encode_form(&[("link", link)]);
    format!("{PATH}?{query}")
}

/// Opens the `link` of the query, or asks for one; takes the user's decision on POST.
pub(super) fn serve(gateway: &mut Gateway, request: &Request, context: &mut Context<'_>) -> Reply {
    let fields = match request.method() {
        "GET" => Fields::parse(request.query().unwrap_or_default().as_bytes()),
        "POST" => Fields::parse(request.bytes()),
        _ => {
            return Page::new("en", "Not here")
                .reply(405)
                .header("allow", "GET, POST");
        }
    };
    let fields = fields.unwrap_or_default();
    let Some(link) = fields.value("link").filter(|link| !link.is_empty()) else {
        return ask(None).reply(200);
    };
    if let Some(id) = link_id(link) {
        return match gateway.payments.iter().find(|one| one.link_id() == id) {
            Some(payment) => page::show(payment, page::path(payment), None),
            None => ask(Some("There is no such payment.")).reply(404),
        };
    }
    let bill_id = match gateway.one_payment.open_link(link, context) {
        Ok(bill_id) => bill_id,
        Err(error) => return refused(error),
    };
    let end = match (fields.value("choice"), fields.value("code")) {
        (None, _) => None,
        (Some("pay"), _) => Some(BillState::Paid),
        (Some("fail"), Some(code)) if code.parse::<i64>().is_ok_and(|code| code != 0) => {
            code.parse().ok().map(BillState::Failed)
        }
        (Some(_), _) => return Page::new("en", "Neither paid nor failed").reply(400),
    };
    if let Some(end) = end {
        gateway.one_payment.end(&bill_id, end, context);
    }
    let mut bills = gateway.one_payment.bills.iter();
    match bills.find(|bill| bill.bill_id() == bill_id) {
        Some(bill) => show(bill, link).reply(200),
        None => ask(Some("There is no such bill.")).reply(404),
    }
}

/// The `sid` of a link that the gateway's create reply has.
fn link_id(link: &str) -> Option<String> {
    let rest = link.strip_prefix("momo://app?")?;
    let fields = Fields::parse(rest.as_bytes()).ok()?;
    fields.value("sid").map(str::to_owned)
}

fn ask(problem: Option<&str>) -> Page {
    let page = Page::new("en", "MoMo app");
    let page = match problem {
        Some(problem) => page.alert(problem),
        None => page.paragraph("Paste a link that the app is opened with."),
    };
    page.form(Form::post(PATH, "Open").input("Link", "link", ""))
}

fn refused(error: LinkError) -> Reply {
    ask(Some(&format!("The app refuses this link: {error}."))).reply(400)
}

fn show(bill: &Bill, link: &str) -> Page {
    let dong = format!("{} VND", bill.amount());
    let page = Page::new("en", "MoMo app")
        .amount("Amount", &dong)
        .facts(&[("Bill", bill.bill_id())]);
    let choice = |name: &str, label: &str| {
        let form = Form::post(PATH, label).hidden("choice", name);
        form.hidden("link", link)
    };
    let fail = choice("fail", "End with code").second();
    match bill.state() {
        BillState::Open => page
            .form(choice("pay", "Pay"))
            .aside("Sandbox only", [fail.digits("Code", "code", "")]),
        BillState::Paid => back(page.status("This bill is paid."), bill),
        BillState::Failed(code) => back(
            page.status(&format!("This bill has ended with code {code}.")),
            bill,
        ),
    }
}

/// Back to the partner, as the link says, if it is a page.
fn back(page: Page, bill: &Bill) -> Page {
    let url = bill.callback_url();
    match url.parse::<Link>() {
        Ok(link) if link.is_private() => page.link(url, "Back to the shop"),
        Ok(_) | Err(_) => page,
    }
}
