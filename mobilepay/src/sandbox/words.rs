//! What the landing page says.

/// The words of one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) lang: &'static str,
    pub(super) title: &'static str,
    pub(super) merchant: &'static str,
    pub(super) order: &'static str,
    pub(super) amount: &'static str,
    pub(super) phone: &'static str,
    pub(super) next: &'static str,
    pub(super) accept: &'static str,
    pub(super) reject: &'static str,
    pub(super) back: &'static str,
    pub(super) expire: &'static str,
    pub(super) again: &'static str,
    pub(super) waiting: &'static str,
    pub(super) step_up: &'static str,
    pub(super) reload: &'static str,
    pub(super) over: &'static str,
    /// Above what no real page has.
    pub(super) sandbox: &'static str,
}

pub(super) const ENGLISH: Words = Words {
    lang: "en",
    title: "Pay with MobilePay",
    merchant: "Shop",
    order: "Order",
    amount: "Amount",
    phone: "Mobile number",
    next: "Continue",
    accept: "Pay with",
    reject: "Reject",
    back: "Back to the shop",
    expire: "Let the time run out",
    again: "That did not work. Choose another card.",
    waiting: "Waiting for the shop.",
    step_up: "The shop asks you to confirm the payment on its page.",
    reload: "See how it stands",
    over: "You are on your way back to the shop.",
    sandbox: "Sandbox only",
};

pub(super) const DANISH: Words = Words {
    lang: "da",
    title: "Betal med MobilePay",
    merchant: "Butik",
    order: "Ordre",
    amount: "Beløb",
    phone: "Mobilnummer",
    next: "Fortsæt",
    accept: "Betal med",
    reject: "Afvis",
    back: "Tilbage til butikken",
    expire: "Lad tiden løbe ud",
    again: "Det lykkedes ikke. Vælg et andet kort.",
    waiting: "Venter på butikken.",
    step_up: "Butikken beder dig bekræfte betalingen på dens side.",
    reload: "Se status",
    over: "Du er på vej tilbage til butikken.",
    sandbox: "Kun i sandkassen",
};

pub(super) const FINNISH: Words = Words {
    lang: "fi",
    title: "Maksa MobilePaylla",
    merchant: "Kauppa",
    order: "Tilaus",
    amount: "Summa",
    phone: "Puhelinnumero",
    next: "Jatka",
    accept: "Maksa kortilla",
    reject: "Hylkää",
    back: "Takaisin kauppaan",
    expire: "Anna ajan kulua loppuun",
    again: "Maksu ei onnistunut. Valitse toinen kortti.",
    waiting: "Odotetaan kauppaa.",
    step_up: "Kauppa pyytää vahvistamaan maksun omalla sivullaan.",
    reload: "Katso tilanne",
    over: "Sinut ohjataan takaisin kauppaan.",
    sandbox: "Vain hiekkalaatikossa",
};
