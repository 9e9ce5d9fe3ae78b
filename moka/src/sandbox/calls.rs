//! What is the same for every service: who asks, in which wrapper, and magic.

use payments_core::sandbox::{Context, Reply, Request};

use super::body::Block;
use super::codes::{self, Magic, Service};
use super::create;
use super::gateway::Gateway;
use super::hashes::check_key;
use super::lists;
use super::money;
use super::records::{ExtraField, Payment};
use super::refusal::{self, Answer, Refusal};

const AUTHENTICATION: &str = "PaymentDealerAuthentication";

/// A service, its wrapper, and the fields that its page lists.
pub(super) struct Call {
    path: &'static str,
    service: &'static Service,
    wrapper: &'static str,
    fields: &'static [&'static str],
    answer: fn(&mut Gateway, &Block, &mut Context<'_>) -> Result<Answer, Refusal>,
}

static CALLS: [Call; 9] = [
    Call {
        path: "/Api/WebPos/CreateWebPosRequest",
        service: &codes::CREATE,
        wrapper: "WebPosRequest",
        fields: &create::FIELDS,
        answer: create::answer,
    },
    Call {
        path: "/PaymentDealer/GetDealerPaymentTrxDetailList",
        service: &codes::DETAIL,
        wrapper: "PaymentDealerRequest",
        fields: &["PaymentId", "OtherTrxCode"],
        answer: lists::detail,
    },
    Call {
        path: "/PaymentDealer/GetPaymentList",
        service: &codes::PAYMENTS,
        wrapper: "PaymentDealerRequest",
        fields: &[
            "PaymentStartDate",
            "PaymentEndDate",
            "PaymentStatus",
            "TrxStatus",
        ],
        answer: lists::payments,
    },
    Call {
        path: "/PaymentDealer/GetPaymentTrxList",
        service: &codes::TRANSACTIONS,
        wrapper: "PaymentDealerRequest",
        fields: &["TrxStartDate", "TrxEndDate", "TrxType", "TrxStatus"],
        answer: lists::transactions,
    },
    Call {
        path: "/PaymentDealer/DoCapture",
        service: &codes::CAPTURE,
        wrapper: "PaymentDealerRequest",
        fields: &["VirtualPosOrderId", "OtherTrxCode", "Amount", "ClientIP"],
        answer: money::capture,
    },
    Call {
        path: "/PaymentDealer/DoVoid",
        service: &codes::VOID,
        wrapper: "PaymentDealerRequest",
        fields: &[
            "VirtualPosOrderId",
            "OtherTrxCode",
            "ClientIP",
            "VoidRefundReason",
        ],
        answer: money::void,
    },
    Call {
        path: "/PaymentDealer/DoCreateRefundRequest",
        service: &codes::REFUND,
        wrapper: "PaymentDealerRequest",
        fields: &["VirtualPosOrderId", "OtherTrxCode", "Amount"],
        answer: money::refund,
    },
    Call {
        path: "/PaymentDealer/DoApprovePoolPayment",
        service: &codes::APPROVE,
        wrapper: "PaymentDealerRequest",
        fields: &["VirtualPosOrderId", "OtherTrxCode"],
        answer: money::approve,
    },
    Call {
        path: "/PaymentDealer/UndoApprovePoolPayment",
        service: &codes::UNDO,
        wrapper: "PaymentDealerRequest",
        fields: &["VirtualPosOrderId", "OtherTrxCode"],
        answer: money::undo,
    },
];

pub(super) fn find(path: &str) -> Option<&'static Call> {
    CALLS.iter().find(|call| call.path == path)
}

/// Whether there is a service of that name.
pub(super) fn service(name: &str) -> Option<&'static Service> {
    codes::SERVICES
        .into_iter()
        .find(|service| service.name == name)
}

pub(super) fn answer(
    gateway: &mut Gateway,
    call: &Call,
    request: &Request,
    context: &mut Context<'_>,
) -> Reply {
    let answer = serve(gateway, call, request, context);
    refusal::reply(&gateway.config, answer)
}

fn serve(
    gateway: &mut Gateway,
    call: &Call,
    request: &Request,
    context: &mut Context<'_>,
) -> Result<Answer, Refusal> {
    let block = open(gateway, call, request)?;
    for name in block.names() {
        if !call.fields.contains(&name) {
            gateway.extra_fields.push(ExtraField {
                path: call.path.to_owned(),
                name: name.to_owned(),
            });
        }
    }
    let code = code_of(gateway, &block);
    if !code.is_empty() {
        context.concerns(&code);
    }
    let magic = gateway
        .disarm(call.service.name)
        .or_else(|| call.service.magic_in(&code));
    match magic {
        Some(Magic::Refuse(code)) => Err(Refusal::Code(code)),
        Some(Magic::Decline(bank)) => Err(Refusal::Declined(bank)),
        None => (call.answer)(gateway, &block, context),
    }
}

/// Checks who asks, and takes the request out of its wrapper.
///
/// Wrong credentials are `InvalidAccount`; a wrong `CheckKey`, wrapper or JSON is `InvalidRequest`.
fn open(gateway: &Gateway, call: &Call, request: &Request) -> Result<Block, Refusal> {
    let creates = call.service.name == codes::CREATE.name;
    let invalid_request = || {
        Refusal::Code(if creates {
            call.service.code("InvalidRequest")
        } else {
            codes::common_invalid_request()
        })
    };
    let invalid_account = || {
        Refusal::Code(if creates {
            call.service.code("InvalidAccount")
        } else {
            codes::common_invalid_account()
        })
    };
    if !request.is_media_type("application/json") {
        return Err(invalid_request());
    }
    let body = Block::parse(request.bytes()).ok_or_else(invalid_request)?;
    let given = body.object(AUTHENTICATION).ok_or_else(invalid_request)?;
    let config = &gateway.config;
    if given.text("DealerCode") != config.dealer_code
        || given.text("Username") != config.username
        || given.text("Password") != config.password
    {
        return Err(invalid_account());
    }
    let key = check_key(&config.dealer_code, &config.username, &config.password);
    if given.text("CheckKey") != key {
        return Err(invalid_request());
    }
    body.object(call.wrapper).ok_or_else(invalid_request)
}

/// The merchant's code that a request is about, however the payment is addressed.
fn code_of(gateway: &Gateway, block: &Block) -> String {
    let other_trx_code = block.text("OtherTrxCode");
    if !other_trx_code.is_empty() {
        return other_trx_code;
    }
    let order_id = block.text("VirtualPosOrderId");
    gateway
        .payments
        .iter()
        .find(|payment| payment.virtual_pos_order_id == order_id)
        .map(Payment::other_trx_code)
        .unwrap_or_default()
        .to_owned()
}
