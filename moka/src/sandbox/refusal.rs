//! How the provider answers: one envelope around everything, status 200 for errors too.

use payments_core::sandbox::{JsonObject, Reply};

use super::codes::BankCode;
use super::config::Config;

/// What a service has to say.
#[derive(Debug)]
pub(super) enum Answer {
    /// Processed, with this `Data`.
    Data(JsonObject),
    /// Processed, with this bare string as `Data`.
    Text(String),
}

/// Why a service says no.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// `Data` is null and this is the code; `EX` is one.
    Code(String),
    /// Processed and declined.
    Declined(&'static BankCode),
}

/// An envelope with `Data` as a success or not.
pub(super) fn reply(config: &Config, answer: Result<Answer, Refusal>) -> Reply {
    match answer {
        Ok(Answer::Data(data)) => success(JsonObject::new().object("Data", data)),
        Ok(Answer::Text(text)) => success(JsonObject::new().text("Data", &text)),
        Err(Refusal::Declined(bank)) => {
            let data = JsonObject::new()
                .boolean("IsSuccessful", false)
                .text("ResultCode", bank.code)
                .text("ResultMessage", bank.turkish)
                .text("VirtualPosOrderId", "");
            success(JsonObject::new().object("Data", data))
        }
        Err(Refusal::Code(code)) => refused(config, &code),
    }
}

fn success(data: JsonObject) -> Reply {
    let envelope = data
        .text("ResultCode", "Success")
        .text("ResultMessage", "")
        .null("Exception");
    Reply::json(200, envelope.finish())
}

/// The unexpected error has a text, in `Exception` or, as one page has it, in `ResultMessage`.
fn refused(config: &Config, code: &str) -> Reply {
    let text = "Beklenmeyen bir hata oluştu";
    let blank = if config.trailing_blank { " " } else { "" };
    let envelope = JsonObject::new()
        .null("Data")
        .text("ResultCode", &format!("{code}{blank}"));
    let envelope = match code {
        "EX" if config.exception_in_message => {
            envelope.text("ResultMessage", text).null("Exception")
        }
        "EX" => envelope.text("ResultMessage", "").text("Exception", text),
        _ => envelope.text("ResultMessage", "").null("Exception"),
    };
    Reply::json(config.error_status, envelope.finish())
}
