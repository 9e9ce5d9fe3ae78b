//! Family A: MoMo calls the partner's Init, opens the deep link, charges, and notifies. Nothing here
//! knows the gateway: neither its keys nor its codes.

use std::fmt;

use payments_core::sandbox::{Callback, CallbackAnswer, Context, Fields, JsonObject, RetryRules};

use super::body::{Body, dong, unquote};
use super::config::{Config, InitReader, Partner};
use super::signing::holds;

/// The label of Init.
pub(super) const INIT: &str = "init";
/// The label of a genuine payment notification.
pub(super) const NOTIFICATION: &str = "notification";

/// What the partner told of its buyer.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The partner's id of the buyer.
    pub id: String,
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// The phone number.
    pub mobile: String,
    /// The partner's page.
    pub url: String,
    /// The reply's own id.
    pub reference_id: Option<String>,
}

/// Without the person.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// A call of the partner's Init.
#[derive(Clone, Debug)]
pub struct Init {
    request_id: String,
    answer: Option<Result<Account, String>>,
}

impl Init {
    /// MoMo's id of the call.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The account, or what is wrong with the answer; `None` while there is none.
    #[must_use]
    pub const fn answer(&self) -> Option<&Result<Account, String>> {
        self.answer.as_ref()
    }
}

/// Where a bill stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BillState {
    /// The app shows it.
    Open,
    /// The user has paid.
    Paid,
    /// It came to nothing, with this code.
    Failed(i64),
}

/// A bill that a link brought into the app.
#[derive(Clone, Debug)]
pub struct Bill {
    bill_id: String,
    request_id: String,
    amount: u64,
    callback_url: String,
    state: BillState,
    momo_trans_id: String,
    reference_id: String,
    acknowledgements: Vec<Result<String, String>>,
}

impl Bill {
    /// The partner's number.
    #[must_use]
    pub fn bill_id(&self) -> &str {
        &self.bill_id
    }

    /// The amount in dong.
    #[must_use]
    pub const fn amount(&self) -> u64 {
        self.amount
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> BillState {
        self.state
    }

    /// Where the user is sent afterwards; empty for nowhere. With which parameters is unknown: none.
    #[must_use]
    pub fn callback_url(&self) -> &str {
        &self.callback_url
    }

    /// What the partner answered to each notification: its `paymentRef`, or what is wrong.
    pub fn acknowledgements(&self) -> &[Result<String, String>] {
        &self.acknowledgements
    }
}

/// Why the app does not take a link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// It does not begin as `paymentUrl` says, or its query cannot be decoded.
    #[error("not a link of this app")]
    NotALink,
    /// This parameter is missing, stands twice, or is not as documented or as given at integration.
    #[error("the parameter {0} is not as it should be")]
    Parameter(&'static str),
    /// The checksum does not hold.
    #[error("the checksum does not hold")]
    Checksum,
    /// A bill of that number was opened before with other values.
    #[error("there is another bill of this billId")]
    BillExists,
}

/// What is wrong with a forged notification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FalseNotice {
    /// It comes without the header that the partner knows MoMo by.
    Unauthenticated,
    /// This field says something else.
    Changed(&'static str, String),
}

/// MoMo's side of family A.
#[derive(Clone)]
pub(super) struct OnePayment {
    pub(super) partner: Partner,
    reader: InitReader,
    require_init_trans_be: bool,
    amount_as_text: bool,
    pub(super) inits: Vec<Init>,
    pub(super) bills: Vec<Bill>,
}

/// 200 exactly. Whether MoMo sends again is unknown.
const RULES: RetryRules = RetryRules::accept(200..=200);

impl OnePayment {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            partner: config.partner.clone(),
            reader: config.init_reader,
            require_init_trans_be: config.require_init_trans_be,
            amount_as_text: config.amount_as_text,
            inits: Vec::new(),
            bills: Vec::new(),
        }
    }

    pub(super) fn set_partner(&mut self, change: impl FnOnce(Partner) -> Partner) {
        self.partner = change(self.partner.clone());
    }

    /// Calls the partner's Init for a user; gives the `requestId`.
    pub(super) fn init(&mut self, user: &str, context: &mut Context<'_>) -> Option<String> {
        let url = self.partner.init_url.clone()?;
        let request_id = format!("INIT_{}", context.random().hex());
        let body = JsonObject::new()
            .text("requestId", &request_id)
            .text("reference1", user)
            .text("paymentUrl", &self.partner.payment_url)
            .finish();
        context.send(self.post(INIT, &request_id, &url, body, true));
        self.inits.push(Init {
            request_id: request_id.clone(),
            answer: None,
        });
        Some(request_id)
    }

    fn post(&self, label: &str, about: &str, url: &str, body: String, known: bool) -> Callback {
        let callback = Callback::post(label, about, url, RULES).content("application/json", body);
        match &self.partner.header {
            Some((name, value)) if known => callback.header(name, value),
            Some(_) | None => callback,
        }
    }

    /// Opens a link as the app would.
    pub(super) fn open_link(
        &mut self,
        link: &str,
        context: &mut Context<'_>,
    ) -> Result<String, LinkError> {
        let partner = &self.partner;
        let rest = link
            .strip_prefix(&partner.payment_url)
            .ok_or(LinkError::NotALink)?;
        let query = rest.strip_prefix(['?', '&']).unwrap_or(rest);
        let fields = Fields::parse(query.as_bytes()).map_err(|_| LinkError::NotALink)?;
        let given = |name: &'static str| {
            let mut values = fields.iter().filter(|(known, _)| *known == name);
            match (values.next(), values.next()) {
                (Some((_, value)), None) => Ok(value),
                _ => Err(LinkError::Parameter(name)),
            }
        };
        for (name, expected) in [
            ("action", "payment"),
            ("code", &partner.code),
            ("serviceCode", &partner.service_code),
            ("partnerName", &partner.partner_name),
            ("partnerId", &partner.partner_id),
            ("version", &partner.version),
        ] {
            if given(name)? != expected {
                return Err(LinkError::Parameter(name));
            }
        }
        if !["webinapp", "appinapp"].contains(&given("client")?) {
            return Err(LinkError::Parameter("client"));
        }
        let trans_be = fields.iter().any(|(name, _)| name == "initTransBE");
        if (trans_be || self.require_init_trans_be) && given("initTransBE")? != "true" {
            return Err(LinkError::Parameter("initTransBE"));
        }
        for name in ["description", "formData", "callbackUrl"] {
            given(name)?;
        }
        let (request_id, bill_id) = (given("requestId")?, given("billId")?);
        for (name, value) in [("requestId", request_id), ("billId", bill_id)] {
            if value.is_empty() {
                return Err(LinkError::Parameter(name));
            }
        }
        let digits = given("amount")?;
        let amount = dong(digits)
            .filter(|amount| *amount > 0)
            .ok_or(LinkError::Parameter("amount"))?;
        let pairs = [
            ("partnerId", partner.partner_id.as_str()),
            ("requestId", request_id),
            ("billId", bill_id),
            ("amount", digits),
        ];
        if !holds(&partner.secret_key, &pairs, given("checksum")?) {
            return Err(LinkError::Checksum);
        }
        if let Some(bill) = self.bills.iter().find(|bill| bill.bill_id == bill_id) {
            return if bill.request_id == request_id && bill.amount == amount {
                Ok(bill.bill_id.clone())
            } else {
                Err(LinkError::BillExists)
            };
        }
        let bill = Bill {
            bill_id: bill_id.to_owned(),
            request_id: request_id.to_owned(),
            amount,
            callback_url: given("callbackUrl")?.to_owned(),
            state: BillState::Open,
            momo_trans_id: context.random().hex(),
            reference_id: format!("TRACE_{}", context.random().hex()),
            acknowledgements: Vec::new(),
        };
        context.record("order", bill_id, Some(digits));
        self.bills.push(bill);
        Ok(bill_id.to_owned())
    }

    /// Charges a bill or lets it fail, once, and notifies. `None` without such a bill.
    pub(super) fn end(
        &mut self,
        bill_id: &str,
        state: BillState,
        context: &mut Context<'_>,
    ) -> Option<BillState> {
        let bill = self.bills.iter_mut().find(|bill| bill.bill_id == bill_id)?;
        if bill.state != BillState::Open {
            return Some(bill.state);
        }
        bill.state = state;
        if state == BillState::Paid {
            context.record("payment", bill_id, Some(&bill.amount.to_string()));
        }
        if let Some(callback) = self.notification(bill_id, None) {
            context.send(callback);
        }
        Some(state)
    }

    /// The notification of a bill, or one with something wrong about it.
    pub(super) fn notification(
        &self,
        bill_id: &str,
        wrong: Option<&FalseNotice>,
    ) -> Option<Callback> {
        let bill = self.bills.iter().find(|bill| bill.bill_id == bill_id)?;
        let url = self.partner.notify_url.as_deref()?;
        let (code, message) = match bill.state {
            BillState::Paid => (0, "Success"),
            BillState::Failed(code) => (code, "Failed"),
            BillState::Open => (0, "Success"),
        };
        let mut fields = vec![
            ("requestId", bill.request_id.clone()),
            ("referenceId", bill.reference_id.clone()),
            ("resultCode", code.to_string()),
            ("message", message.to_owned()),
            ("billId", bill.bill_id.clone()),
            ("momoTransId", bill.momo_trans_id.clone()),
            ("amount", bill.amount.to_string()),
        ];
        if let Some(FalseNotice::Changed(name, value)) = wrong {
            for (known, old) in &mut fields {
                if known == name {
                    old.clone_from(value);
                }
            }
        }
        let mut object = JsonObject::new();
        for (name, value) in &fields {
            let number = match *name {
                "resultCode" => true,
                "amount" => !self.amount_as_text,
                _ => false,
            };
            object = match payments_core::sandbox::JsonNumber::parse(value) {
                Some(digits) if number => object.number(name, &digits),
                Some(_) | None => object.text(name, value),
            };
        }
        let known = wrong != Some(&FalseNotice::Unauthenticated);
        let label = if wrong.is_some() {
            "forged"
        } else {
            NOTIFICATION
        };
        Some(self.post(label, bill_id, url, object.finish(), known))
    }

    /// Reads what the partner answered to Init or to a notification.
    pub(super) fn answered(&mut self, answer: &CallbackAnswer) {
        let delivery = answer.delivery();
        let about = delivery.reference();
        match delivery.label() {
            INIT => {
                let read = accepted(answer).and_then(|body| read_init(&body, about, self.reader));
                if let Some(init) = self.inits.iter_mut().find(|one| one.request_id == about) {
                    init.answer = Some(read);
                }
            }
            NOTIFICATION => {
                if let Some(bill) = self.bills.iter_mut().find(|bill| bill.bill_id == about) {
                    let earlier = bill
                        .acknowledgements
                        .iter()
                        .find_map(|one| one.clone().ok());
                    let read = accepted(answer)
                        .and_then(|body| read_acknowledgement(&body, &bill.request_id))
                        .and_then(|reference| match earlier {
                            Some(earlier) if earlier != reference => {
                                Err("another paymentRef for the same payment".to_owned())
                            }
                            Some(_) | None => Ok(reference),
                        });
                    bill.acknowledgements.push(read);
                }
            }
            _ => {}
        }
    }

    pub(super) fn run_command(
        &mut self,
        name: &str,
        fields: &Fields,
        context: &mut Context<'_>,
    ) -> Option<bool> {
        let bill_id = fields.value("bill").unwrap_or_default();
        Some(match name {
            "init" => {
                let user = fields.value("user").unwrap_or("sandbox-user");
                self.init(user, context).is_some()
            }
            "open-link" => {
                let link = fields.value("link").unwrap_or_default();
                self.open_link(link, context).is_ok()
            }
            "charge" => self.end(bill_id, BillState::Paid, context).is_some(),
            "fail" => {
                let code = fields.value("code").and_then(|text| text.parse().ok());
                let failed = BillState::Failed(code.unwrap_or(1));
                self.end(bill_id, failed, context).is_some()
            }
            "notification" => context
                .last_callback(NOTIFICATION, bill_id)
                .is_some_and(|id| context.resend(id, 1)),
            _ => return None,
        })
    }

    pub(super) fn state(&self) -> JsonObject {
        let inits = self.inits.iter().map(|init| {
            let said = match &init.answer {
                None => "waiting",
                Some(Ok(_)) => "ok",
                Some(Err(problem)) => problem,
            };
            JsonObject::new()
                .text("requestId", &init.request_id)
                .text("answer", said)
        });
        let bills = self.bills.iter().map(|bill| {
            let state = match bill.state {
                BillState::Open => "open",
                BillState::Paid => "paid",
                BillState::Failed(_) => "failed",
            };
            let wrong = bill
                .acknowledgements
                .iter()
                .filter_map(|one| one.as_ref().err());
            JsonObject::new()
                .text("billId", &bill.bill_id)
                .integer("amount", bill.amount)
                .text("state", state)
                .texts("wrongAcknowledgements", wrong.map(String::as_str))
        });
        JsonObject::new()
            .objects("inits", inits)
            .objects("bills", bills)
    }
}

/// Reads what a partner answers to Init, as the sandbox does.
///
/// # Errors
/// What is wrong with it.
pub fn read_init_answer(
    bytes: &[u8],
    request_id: &str,
    reader: InitReader,
) -> Result<Account, String> {
    let body = Body::parse(bytes).ok_or_else(|| "not a JSON object".to_owned())?;
    read_init(&body, request_id, reader)
}

/// The body of an answer with status 200.
fn accepted(answer: &CallbackAnswer) -> Result<Body, String> {
    match answer.status() {
        Some(200) => Body::parse(answer.body()).ok_or_else(|| "not a JSON object".to_owned()),
        Some(status) => Err(format!("status {status}")),
        None => Err("no answer".to_owned()),
    }
}

fn text(body: &Body, name: &str) -> Result<String, String> {
    body.text(name)
        .ok_or_else(|| format!("{name} is missing or no text"))
}

/// 0, as a number.
fn success(body: &Body) -> Result<(), String> {
    match body.raw("resultCode") {
        Some("0") => Ok(()),
        Some(other) => Err(format!("resultCode is {other}")),
        None => Err("resultCode is missing".to_owned()),
    }
}

fn once(body: &Body) -> Result<(), String> {
    match body.repeated() {
        Some(name) => Err(format!("{name} stands twice")),
        None => Ok(()),
    }
}

fn read_init(body: &Body, request_id: &str, reader: InitReader) -> Result<Account, String> {
    once(body)?;
    if text(body, "requestId")? != request_id {
        return Err("another requestId".to_owned());
    }
    success(body)?;
    text(body, "message")?;
    let account = body
        .object("accountInfo")
        .ok_or_else(|| "accountInfo is missing".to_owned())?;
    let reference_id = body.text("referenceId");
    let names: Vec<&str> = account.all("name").collect();
    let twice = |name: &&str| account.all(name).count() > 1;
    if reader == InitReader::Strict || ["id", "email", "mobile"].iter().any(twice) {
        once(&account)?;
    }
    let (id, name) = match (reader, names.as_slice()) {
        (InitReader::Lenient, [id, name]) if account.raw("id").is_none() => {
            (unquote(id), unquote(name))
        }
        (InitReader::Strict, _) => {
            if reference_id.as_deref().is_none_or(str::is_empty) {
                return Err("referenceId is missing".to_owned());
            }
            (account.text("id"), account.text("name"))
        }
        (InitReader::Lenient, _) => (account.text("id"), account.text("name")),
    };
    Ok(Account {
        id: id.ok_or_else(|| "accountInfo.id is missing".to_owned())?,
        name: name.ok_or_else(|| "accountInfo.name is missing".to_owned())?,
        email: text(&account, "email")?,
        mobile: text(&account, "mobile")?,
        url: text(body, "url")?,
        reference_id,
    })
}

fn read_acknowledgement(body: &Body, request_id: &str) -> Result<String, String> {
    once(body)?;
    if text(body, "requestId")? != request_id {
        return Err("another requestId".to_owned());
    }
    success(body)?;
    if text(body, "message")?.chars().count() > 100 {
        return Err("message has more than 100 characters".to_owned());
    }
    let reference = text(body, "paymentRef")?;
    if reference.is_empty() || reference.chars().count() > 50 {
        return Err("paymentRef is empty or has more than 50 characters".to_owned());
    }
    Ok(reference)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P2, the provider's own sample.
    const SAMPLE: &str = r#"{"requestId":"R","resultCode":0,"message":"Success","accountInfo":{"name":"PARTNER_USER_ID_asnfhiwur","name":"Nguyễn Văn A","email":"test@gmail.com","mobile":"0987654321"},"url":"https://momo.partner.com/login"}"#;

    #[test]
    fn the_sample_is_read_by_the_lenient_reader_only() {
        let body = Body::parse(SAMPLE.as_bytes()).unwrap();
        let read = read_init(&body, "R", InitReader::Lenient).unwrap();
        assert_eq!(read.id, "PARTNER_USER_ID_asnfhiwur");
        assert_eq!(read.name, "Nguyễn Văn A");
        assert_eq!(read.reference_id, None);
        let strict = read_init(&body, "R", InitReader::Strict);
        assert_eq!(strict.unwrap_err(), "name stands twice");
        assert!(read_init(&body, "S", InitReader::Lenient).is_err());
    }

    #[test]
    fn an_acknowledgement_is_as_documented() {
        let check = |text: &str, expect: Result<&str, &str>| {
            let body = Body::parse(text.as_bytes()).unwrap();
            let read = read_acknowledgement(&body, "R");
            assert_eq!(read.as_deref().map_err(String::as_str), expect, "{text}");
        };
        check(
            r#"{"requestId":"R","paymentRef":"732854576348","resultCode":0,"message":"Success"}"#,
            Ok("732854576348"),
        );
        check(
            r#"{"requestId":"S","paymentRef":"7","resultCode":0,"message":""}"#,
            Err("another requestId"),
        );
        check(
            r#"{"requestId":"R","paymentRef":"7","resultCode":"0","message":""}"#,
            Err(r#"resultCode is "0""#),
        );
        let long = format!(
            r#"{{"requestId":"R","paymentRef":"{}","resultCode":0,"message":""}}"#,
            "7".repeat(51)
        );
        check(
            &long,
            Err("paymentRef is empty or has more than 50 characters"),
        );
        let wordy = format!(
            r#"{{"requestId":"R","paymentRef":"7","resultCode":0,"message":"{}"}}"#,
            "é".repeat(101)
        );
        check(&wordy, Err("message has more than 100 characters"));
    }
}
