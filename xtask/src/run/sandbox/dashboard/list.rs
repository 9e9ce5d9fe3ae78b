//! The payments of all providers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use payments_core::sandbox::Listed;

use super::super::all::Running;
use super::html::{Html, Page};
use super::{Answer, Board, navigation};

pub(super) async fn show(State(board): State<Arc<Board>>) -> Answer {
    let version = board.version();
    let sandboxes = board.sandboxes.iter();
    let content = sandboxes.fold(Html::new(), |html, one| html.add(&of_one(one)));
    let page = Page {
        title: "Payments".to_owned(),
        navigation: navigation(&board),
        notice: None,
        live: Some(version),
        content,
    };
    Ok(page.answer(StatusCode::OK))
}

/// Those of one provider, the newest first.
fn of_one(one: &Running) -> Html {
    let payments = one.serving.desk.payments();
    let html = Html::new().heading(one.provider);
    if payments.is_empty() {
        return html
            .and("<p>Nothing yet. Its base URL is <code>")
            .text(&one.serving.base_url)
            .and("</code>.</p>\n");
    }
    let count = payments.len().to_string();
    let html = html.and("<table>\n<caption>").text(&count).and(
        ", the newest first</caption>\n<thead><tr><th scope=\"col\">Reference</th>\
             <th scope=\"col\">Kind</th><th scope=\"col\">Amount</th><th scope=\"col\">State</th>\
             </tr></thead>\n<tbody>\n",
    );
    let rows = payments.iter().rev();
    let html = rows.fold(html, |html, payment| row(html, one.provider, payment));
    html.and("</tbody>\n</table>\n")
}

fn row(html: Html, provider: &'static str, payment: &Listed) -> Html {
    html.and("<tr><th scope=\"row\"><a href=\"")
        .text(&path(provider, payment.id()))
        .and("\">")
        .text(shown(payment))
        .and("</a></th><td>")
        .text(payment.what())
        .and("</td><td class=\"amount\">")
        .text(payment.amount())
        .and("</td><td>")
        .text(payment.state())
        .and("</td></tr>\n")
}

/// The reference, or the id where the merchant gave none.
pub(super) fn shown(payment: &Listed) -> &str {
    match payment.reference() {
        "" => payment.id(),
        reference => reference,
    }
}

/// Where the page of a payment is.
pub(super) fn path(provider: &str, id: &str) -> String {
    let mut path = format!("/payments/{provider}/");
    for byte in id.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_segment_for_any_id() {
        assert_eq!(path("moka", "order-A_1.x~"), "/payments/moka/order-A_1.x~");
        assert_eq!(
            path("moka", "a/b?c d#é"),
            "/payments/moka/a%2Fb%3Fc%20d%23%C3%A9"
        );
    }
}
