//! The one-payment family: the partner's page inside the MoMo app.
//!
//! It shares neither keys nor codes with the gateway. MoMo calls the partner ([`Init`],
//! [`Notification`]); the partner's page opens a link ([`Integration::link`]). Nothing that comes in
//! is signed, so each endpoint says how its caller is known ([`CallerAuth`]).

use payments_core::error::Misuse;
use payments_core::incoming::{
    Basis, BodyFormat, CallerAuth, Confirmation, Confirmed, Expected, Fields, Receiver, Unverified,
};
use payments_core::money::wire::Form;
use payments_core::signing::{
    KeyPart, Keys, Place, Scheme, SignatureRule, Signed, Signer, TagText, check_given,
    check_secret, tag_text,
};
use payments_core::{AllowedLinks, Canonical, Currency, Link, Money, Secret};

use super::agrees;
pub use crate::codes::BillCode;
pub use crate::inbound::{Init, Notification};
pub use crate::types::{AccountInfo, Acknowledgement, InitAnswer};

/// What MoMo gives a partner at integration, and how links are written.
#[derive(Clone, Debug)]
pub struct Integration {
    given: [(&'static str, String); 5],
    pub(crate) partner_id: String,
    secret_key: Secret<String>,
    prefixes: AllowedLinks,
    callbacks: AllowedLinks,
    client: String,
    init_trans_be: bool,
    percent: bool,
}

impl Keys for Integration {
    fn mac_key(&self) -> Option<&[u8]> {
        Some(self.secret_key.key_bytes())
    }
}

impl Integration {
    /// Takes the values of the integration, all of them from MoMo.
    ///
    /// # Errors
    /// [`Misuse`] for one that is empty, for a joining or control character in `partner_id`, and for
    /// a key of under 16 bytes.
    pub fn new(
        code: &str,
        service_code: &str,
        partner_name: &str,
        partner_id: &str,
        version: &str,
        secret_key: impl Into<Secret<String>>,
    ) -> Result<Self, Misuse> {
        let given = [
            ("code", code),
            ("serviceCode", service_code),
            ("partnerId", partner_id),
            ("partnerName", partner_name),
            ("version", version),
        ];
        for (name, value) in given {
            check_given(name, value)?;
        }
        if partner_id.contains(['&', '=']) || partner_id.contains(char::is_control) {
            return Err(Misuse::new(
                "partnerId",
                "must not hold `&`, `=` or control characters",
            ));
        }
        let secret_key = secret_key.into();
        check_secret("secretKey", &secret_key)?;
        Ok(Self {
            given: given.map(|(name, value)| (name, value.to_owned())),
            partner_id: partner_id.to_owned(),
            secret_key,
            prefixes: AllowedLinks::default().scheme("momo"),
            callbacks: AllowedLinks::default(),
            client: "webinapp".to_owned(),
            init_trans_be: true,
            percent: false,
        })
    }

    /// The same, for `paymentUrl`s that are https links to this host, too.
    #[must_use]
    pub fn https_host(mut self, host: &str) -> Self {
        self.prefixes = self.prefixes.https_host(host);
        self
    }

    /// The same, for bills whose buyer is sent back to https addresses of this host. No other
    /// `callbackUrl` is written or read: the checksum does not cover it.
    #[must_use]
    pub fn callback_host(mut self, host: &str) -> Self {
        self.callbacks = self.callbacks.https_host(host);
        self
    }

    /// The same, for `paymentUrl`s of this scheme too, whatever their host: whoever sends Init
    /// chooses then where the buyer goes.
    #[must_use]
    pub fn danger_scheme(mut self, scheme: &str) -> Self {
        self.prefixes = self.prefixes.scheme(scheme);
        self
    }

    /// The same with another `client` than `webinapp`, such as `appinapp` of the provider's sample.
    #[must_use]
    pub fn client(mut self, client: &str) -> Self {
        client.clone_into(&mut self.client);
        self
    }

    /// The same without `initTransBE`, which the table requires and the sample lacks.
    #[must_use]
    pub fn without_init_trans_be(mut self) -> Self {
        self.init_trans_be = false;
        self
    }

    /// The same with blanks written as `%20`, not `+`.
    #[must_use]
    pub fn percent_blanks(mut self) -> Self {
        self.percent = true;
        self
    }

    fn value(&self, name: &str) -> &str {
        let found = self.given.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    }

    /// Whether a bill may be in a link, whoever wrote it.
    fn check(&self, bill: &Bill) -> Result<(), Misuse> {
        bill.check()?;
        if !bill.callback_url.is_empty() {
            self.callbacks.read("callbackUrl", &bill.callback_url)?;
        }
        Ok(())
    }

    /// The link that opens the payment of a bill in the app. `payment_url` is that of [`Init`].
    ///
    /// No signature of the provider's confirms the checksum: the key of its one sample is not known.
    ///
    /// # Errors
    /// [`Misuse`] for a link or a `callbackUrl` that is not allowed, an empty number, an amount that
    /// is not positive, control characters anywhere, and for `&` or `=` in what the checksum covers.
    pub fn link(&self, payment_url: &str, bill: &Bill) -> Result<Link, Misuse> {
        self.check(bill)?;
        let checksum = tag_text(bill, self, Bill::SIGNATURE)?;
        let amount = bill.amount.minor().to_string();
        let trans_be = if self.init_trans_be { "true" } else { "" };
        let parts = [
            ("action", "payment"),
            ("client", &self.client),
            ("initTransBE", trans_be),
            ("code", self.value("code")),
            ("serviceCode", self.value("serviceCode")),
            ("description", &bill.description),
            ("formData", &bill.form_data),
            ("partnerId", &self.partner_id),
            ("partnerName", self.value("partnerName")),
            ("version", self.value("version")),
            ("requestId", &bill.request_id),
            ("callbackUrl", &bill.callback_url),
            ("billId", &bill.bill_id),
            ("amount", &amount),
            ("checksum", &checksum),
        ];
        let written = parts
            .into_iter()
            .filter(|(name, _)| *name != "initTransBE" || self.init_trans_be);
        let link = self.prefixes.read("link", payment_url)?;
        let link = written.fold(link, |link, (name, value)| {
            if self.percent {
                link.with_percent(name, value)
            } else {
                link.with(name, value)
            }
        });
        link.pairs()?; // The prefix may hold one of these names.
        Ok(link)
    }

    /// Reads a link back and checks it as the app would.
    ///
    /// # Errors
    /// [`Misuse`] for a link that is not allowed or not one of this integration, for what
    /// [`Self::link`] would not write, and for a checksum that does not hold.
    pub fn read(&self, link: &str) -> Result<Bill, Misuse> {
        let pairs = self.prefixes.read("link", link)?.pairs()?;
        let text = |name: &'static str| {
            let found = pairs.iter().find(|(known, _)| known == name);
            let found = found.map(|(_, value)| value.as_str());
            found.ok_or_else(|| Misuse::new(name, "is missing"))
        };
        for (name, ours) in &self.given {
            if text(name)? != ours {
                return Err(Misuse::new(*name, "is not that of this integration"));
            }
        }
        let amount = Form::Minor.parse(text("amount")?, Currency::VND);
        let amount = amount.map_err(|_| Misuse::new("amount", "is no plain whole number"))?;
        let bill = Bill::new(text("requestId")?, text("billId")?, amount)
            .description(text("description")?)
            .callback_url(text("callbackUrl")?)
            .form_data(text("formData")?);
        self.check(&bill)?;
        if !Signer::new(self.clone()).verify(&bill, Bill::SIGNATURE, text("checksum")?) {
            return Err(Misuse::new("checksum", "does not hold"));
        }
        Ok(bill)
    }
}

/// What is to be paid in the app. The checksum covers its numbers and the amount, not its texts: who
/// passes the link on can change those.
#[derive(Clone, Debug, PartialEq, Eq, Canonical)]
#[canonical(
    keys = Integration,
    pairs = "&",
    order("$partnerId", "requestId", "billId", "amount"),
)]
pub struct Bill {
    #[wire("requestId")]
    request_id: String,
    #[wire("billId")]
    bill_id: String,
    #[wire("amount", money = "minor")]
    amount: Money,
    #[wire("description")]
    description: String,
    #[wire("callbackUrl")]
    callback_url: String,
    #[wire("formData")]
    form_data: String,
}

impl Signed for Bill {
    const SIGNATURE: SignatureRule = SignatureRule {
        scheme: Scheme::HmacSha256,
        text: TagText::Hex,
        place: Place::Field("checksum"),
    };
}

impl Bill {
    /// A bill of this amount. Neither number is ever used twice; a bill should be short-lived,
    /// because another app may claim the scheme of the link.
    #[must_use]
    pub fn new(request_id: &str, bill_id: &str, amount: Money) -> Self {
        Self {
            request_id: request_id.to_owned(),
            bill_id: bill_id.to_owned(),
            amount,
            description: String::new(),
            callback_url: String::new(),
            form_data: String::new(),
        }
    }

    /// The same with a text for the buyer, without control characters.
    #[must_use]
    pub fn description(mut self, text: &str) -> Self {
        text.clone_into(&mut self.description);
        self
    }

    /// The same with where the buyer is sent afterwards, on a host that the integration allows
    /// ([`Integration::callback_host`]). The return is for display only.
    #[must_use]
    pub fn callback_url(mut self, url: &str) -> Self {
        url.clone_into(&mut self.callback_url);
        self
    }

    /// The same with `formData`, whose meaning is not documented.
    #[must_use]
    pub fn form_data(mut self, text: &str) -> Self {
        text.clone_into(&mut self.form_data);
        self
    }

    /// What the merchant's database holds of it, for [`confirm`].
    #[must_use]
    pub fn expected(&self) -> Expected {
        Expected::new(&*self.bill_id, self.amount)
    }

    fn check(&self) -> Result<(), Misuse> {
        check_given("requestId", &self.request_id)?;
        check_given("billId", &self.bill_id)?;
        for (name, text) in [
            ("description", &self.description),
            ("formData", &self.form_data),
        ] {
            if text.contains(char::is_control) {
                return Err(Misuse::new(name, "must not hold control characters"));
            }
        }
        if self.amount.currency() == Currency::VND && self.amount.minor() > 0 {
            Ok(())
        } else {
            Err(Misuse::new("amount", "must be a positive amount of dong"))
        }
    }
}

/// The receiver of Init, whose caller is known by `caller`.
#[must_use]
pub fn inits(environment: &str, account: &str, caller: CallerAuth) -> Receiver<Init> {
    Receiver::new(environment, account, caller)
}

/// The receiver of notifications, whose caller is known by `caller`.
#[must_use]
pub fn notifications(
    environment: &str,
    account: &str,
    caller: CallerAuth,
) -> Receiver<Notification> {
    Receiver::new(environment, account, caller)
}

/// The acknowledgement of a notification. `payment_ref` is the partner's own number of the payment:
/// a repeat gets the same.
///
/// # Errors
/// [`Misuse`] for a number that is empty or has more than 50 characters.
pub fn acknowledge(
    notification: &Notification,
    payment_ref: &str,
) -> Result<Acknowledgement, Misuse> {
    Acknowledgement::builder()
        .request_id(&*notification.request_id)
        .payment_ref(payment_ref)
        .result_code(0)
        .message("Success")
        .build()
}

/// Confirms a bill by what the merchant's own database says of it: there is no query. Any code but
/// success leaves it open, because no other is documented.
///
/// # Errors
/// [`Misuse`] if the request, the bill or the amount is not the expected one.
pub fn confirm(
    message: &Unverified<Notification>,
    request_id: &str,
    expected: &Expected,
) -> Result<Confirmation<Notification>, Misuse> {
    let claims = message.claims();
    if claims.request_id != request_id {
        return Err(Misuse::new("expected", "is of another `requestId`"));
    }
    agrees(expected, &claims.bill_id, claims.amount)?;
    Ok(match claims.result_code {
        BillCode::Success => Confirmation::Confirmed(Confirmed::by_provider_crate(
            claims.clone(),
            expected.clone(),
            Basis::CallerAuthenticated,
        )),
        _ => Confirmation::Open(claims.clone()),
    })
}

/// The answer to an init as MoMo reads it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadAnswer {
    /// That of the question.
    pub request_id: String,
    /// MoMo's sample leaves it out.
    pub reference_id: Option<String>,
    /// 0 for success.
    pub result_code: i64,
    /// A text for people.
    pub message: String,
    /// The buyer.
    pub account: AccountInfo,
    /// The partner's page.
    pub url: String,
}

impl ReadAnswer {
    /// Reads an answer. MoMo's own sample is refused: it has `name` twice.
    ///
    /// # Errors
    /// [`Misuse`] for what is missing, doubled, or not as described.
    pub fn read(body: &[u8]) -> Result<Self, Misuse> {
        Self::read_with(body, str::to_owned)
    }

    /// The same for a sender that writes as MoMo's sample does: where the account has `name` twice,
    /// the first is the id.
    ///
    /// # Errors
    /// As [`ReadAnswer::read`].
    pub fn read_leniently(body: &[u8]) -> Result<Self, Misuse> {
        Self::read_with(body, |account| {
            match Fields::read(account.as_bytes(), BodyFormat::Json) {
                Ok(_) => account.to_owned(),
                Err(_) => account.replacen(r#""name""#, r#""id""#, 1),
            }
        })
    }

    fn read_with(body: &[u8], account: impl Fn(&str) -> String) -> Result<Self, Misuse> {
        let refuse = || Misuse::new("init reply", "is not as described");
        let fields = Fields::read(body, BodyFormat::Json).map_err(|_| refuse())?;
        let nested = fields.iter().find(|(name, _)| *name == "accountInfo");
        let nested = account(nested.ok_or_else(refuse)?.1);
        let buyer = Fields::read(nested.as_bytes(), BodyFormat::Json).map_err(|_| refuse())?;
        let text =
            |fields: &Fields<'_>, name| fields.text(name).map(str::to_owned).ok_or_else(refuse);
        Ok(Self {
            request_id: text(&fields, "requestId")?,
            reference_id: text(&fields, "referenceId").ok(),
            result_code: fields.required("resultCode").map_err(|_| refuse())?,
            message: text(&fields, "message")?,
            account: AccountInfo::builder()
                .id(text(&buyer, "id")?)
                .name(text(&buyer, "name")?)
                .email(text(&buyer, "email")?)
                .mobile(text(&buyer, "mobile")?)
                .build()?,
            url: text(&fields, "url")?,
        })
    }
}
