//! The page behind a payment link.

use payments_core::sandbox::{Context, Fields, Form, Page, Reply, Request};

use super::gateway::Gateway;
use super::records::{Order, OrderState};

/// Shows the order on GET; takes the buyer's decision on POST and sends the browser back.
///
/// Nothing is added to `returnUrl`: its parameters are unknown.
pub(super) fn serve(gateway: &mut Gateway, request: &Request, context: &mut Context<'_>) -> Reply {
    let link = format!("{}{}", context.base_url(), request.path());
    let Some(order) = gateway.orders.iter().find(|order| order.link == link) else {
        return Page::new("en", "No such payment").reply(404);
    };
    context.concerns(&order.order_no);
    match request.method() {
        "GET" => show(order, request.path()),
        "POST" => {
            let fields = Fields::parse(request.bytes()).unwrap_or_default();
            let pay = match fields.value("choice") {
                Some("pay") => true,
                Some("decline") => false,
                Some(_) | None => return Page::new("en", "Neither paid nor declined").reply(400),
            };
            match gateway.decide(&link, pay, context) {
                Some(order) => Reply::see_other(&order.return_url),
                None => Page::new("en", "No such payment").reply(404),
            }
        }
        _ => Page::new("en", "Not here")
            .reply(405)
            .header("allow", "GET, POST"),
    }
}

fn show(order: &Order, path: &str) -> Reply {
    let amount = format!("{} PHP", order.amount.text());
    let page = Page::new("en", "Pay with Mocasa")
        .amount("Amount", &amount)
        .facts(&[("Order", &order.order_no), ("Product", &order.product_name)]);
    let outcome = match order.state {
        OrderState::Unpaid => {
            return page
                .form(Form::post(path, "Pay").hidden("choice", "pay"))
                .form(
                    Form::post(path, "Decline")
                        .second()
                        .hidden("choice", "decline"),
                )
                .reply(200);
        }
        OrderState::Success => "This order has been paid.",
        OrderState::Failed => "This order has been declined.",
        OrderState::Refunded => "This order has been refunded.",
    };
    page.status(outcome)
        .link(&order.return_url, "Back to the shop")
        .reply(200)
}
