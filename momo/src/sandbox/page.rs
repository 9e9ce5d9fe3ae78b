//! The wallet's page behind a `payUrl`, in Vietnamese or English.

use payments_core::sandbox::{Context, Fields, Form, Page, Reply, Request};

use super::app;
use super::codes;
use super::gateway::{Decision, Gateway};
use super::records::{Payment, PaymentState};

/// Shows the payment on GET; takes the buyer's decision on POST and sends the browser back with the
/// signed result.
pub(super) fn serve(gateway: &mut Gateway, request: &Request, context: &mut Context<'_>) -> Reply {
    let link = format!("{}{}", context.base_url(), request.path());
    gateway.expire_due(context);
    let Some(payment) = gateway.payments.iter().find(|one| one.link == link) else {
        return Page::new("en", "No such payment").reply(404);
    };
    let order_id = payment.order_id.clone();
    context.concerns(&order_id);
    match request.method() {
        "GET" => {
            let app = gateway
                .config
                .app_links
                .then(|| payment.app_link("payWithApp"));
            show(payment, request.path(), app.as_deref())
        }
        "POST" => {
            let fields = Fields::parse(request.bytes()).unwrap_or_default();
            let decision = match (fields.value("choice"), fields.value("code")) {
                (Some("pay"), _) => Decision::Approve,
                (Some("decline"), _) => Decision::Decline(codes::DENIED_BY_USER),
                (Some("expire"), _) => Decision::Decline(codes::EXPIRED),
                (Some("code"), Some(code)) => match code.parse() {
                    Ok(code) if code != codes::DONE => Decision::Decline(code),
                    Ok(_) | Err(_) => return Page::new("en", "Not a code").reply(400),
                },
                _ => return Page::new("en", "Neither paid nor declined").reply(400),
            };
            match gateway.decide(&order_id, decision, context) {
                Some(_) => Reply::see_other(&gateway.return_url(&order_id).unwrap_or_default()),
                None => Page::new("en", "No such payment").reply(404),
            }
        }
        _ => Page::new("en", "Not here")
            .reply(405)
            .header("allow", "GET, POST"),
    }
}

/// The words of the page.
struct Words {
    lang: &'static str,
    title: &'static str,
    facts: [&'static str; 3],
    pay: &'static str,
    decline: &'static str,
    expire: &'static str,
    code: &'static str,
    over: &'static str,
    back: &'static str,
    app: &'static str,
    sandbox: &'static str,
}

const VIETNAMESE: Words = Words {
    lang: "vi",
    title: "Thanh toán bằng ví MoMo",
    facts: ["Mã đơn hàng", "Nội dung", "Số tiền"],
    pay: "Thanh toán",
    decline: "Từ chối",
    expire: "Hết hạn",
    code: "Kết thúc với mã",
    over: "Giao dịch đã kết thúc với mã",
    back: "Quay về cửa hàng",
    app: "Mở ứng dụng MoMo",
    sandbox: "Chỉ có trong sandbox",
};

const ENGLISH: Words = Words {
    lang: "en",
    title: "Pay with MoMo",
    facts: ["Order", "Description", "Amount"],
    pay: "Pay",
    decline: "Decline",
    expire: "Let it expire",
    code: "End with code",
    over: "This payment has ended with code",
    back: "Back to the shop",
    app: "Open the MoMo app",
    sandbox: "Sandbox only",
};

/// The path of a payment's page.
pub(super) fn path(payment: &Payment) -> &str {
    let at = payment.link.find("/pay/");
    at.and_then(|at| payment.link.get(at..)).unwrap_or_default()
}

/// The payment with what the buyer can do, on its page at `path` or in the app, which `app` opens.
pub(super) fn show(payment: &Payment, path: &str, app: Option<&str>) -> Reply {
    let words = if payment.vietnamese {
        VIETNAMESE
    } else {
        ENGLISH
    };
    let [order, info, amount] = words.facts;
    let dong = format!("{} VND", payment.amount);
    let page = Page::new(words.lang, words.title)
        .amount(amount, &dong)
        .facts(&[(order, &payment.order_id), (info, &payment.order_info)]);
    let choice = |name: &str, label: &str| Form::post(path, label).hidden("choice", name);
    match payment.state {
        PaymentState::Waiting => {
            let page = page
                .form(choice("pay", words.pay))
                .form(choice("decline", words.decline).second());
            let page = match app {
                Some(link) => page.link(&app::url(link), words.app),
                None => page,
            };
            let code = choice("code", words.code).second();
            page.aside(
                words.sandbox,
                [
                    choice("expire", words.expire).second(),
                    code.digits(words.code, "code", "1001"),
                ],
            )
            .reply(200)
        }
        PaymentState::Pending(_)
        | PaymentState::Authorised
        | PaymentState::Paid
        | PaymentState::Failed(_) => page
            .status(&format!("{} {}", words.over, payment.state.code()))
            .link(&payment.redirect_url, words.back)
            .reply(200),
    }
}
