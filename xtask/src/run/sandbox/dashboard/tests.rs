//! The dashboard over real HTTP.

mod access;
mod actions;
mod pages;
pub(in super::super) mod shop;

use axum::http::{HeaderMap, StatusCode};
use payments_core::sandbox::{Desk, encode_form};

use super::super::all::{self, for_tests};
use super::Dashboard;

/// A dashboard of five sandboxes, whose callbacks go to `shop`, and a browser that was let in.
struct Desktop {
    base: String,
    token: String,
    cookie: String,
    browser: reqwest::Client,
    desks: Vec<(&'static str, Desk)>,
}

/// What came back.
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }
}

impl Desktop {
    /// With callbacks that go nowhere.
    async fn open() -> Self {
        Self::with_shop("http://127.0.0.1:9").await
    }

    async fn with_shop(shop: &str) -> Self {
        let running = all::start(&for_tests(&["--port", "0", "--shop", shop])).unwrap();
        let desks = running
            .iter()
            .map(|one| (one.provider, one.serving.desk.clone()));
        let desks = desks.collect();
        let listener = Dashboard::listen(0).await.unwrap();
        let dashboard = Dashboard::new(running, &listener).unwrap();
        let url = dashboard.url();
        let (base, token) = url.split_once("/?token=").unwrap();
        tokio::spawn(dashboard.serve(listener));
        let browser = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let mut desktop = Self {
            base: base.to_owned(),
            token: token.to_owned(),
            cookie: String::new(),
            browser,
            desks,
        };
        let entry = desktop.get(&format!("/?token={token}")).await;
        let cookie = entry.header("set-cookie").split(';').next();
        desktop.cookie = cookie.unwrap_or_default().to_owned();
        desktop
    }

    fn desk(&self, provider: &str) -> &Desk {
        let found = self.desks.iter().find(|(name, _)| *name == provider);
        &found.unwrap().1
    }

    async fn get(&self, path: &str) -> Reply {
        let request = self.browser.get(format!("{}{path}", self.base));
        read(request.header("cookie", &self.cookie)).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let request = self.browser.post(format!("{}{path}", self.base));
        let form = "application/x-www-form-urlencoded";
        let request = request
            .header("content-type", form)
            .body(encode_form(fields));
        read(request.header("cookie", &self.cookie)).await
    }

    /// Opens a page and sends one of its forms, with these fields beside those of the page.
    async fn send(&self, page: &str, to: &str, fields: &[(&str, &str)]) -> Reply {
        let id = form_id(&self.get(page).await.text);
        let mut all = vec![("form", id.as_str())];
        all.extend_from_slice(fields);
        self.post(to, &all).await
    }
}

async fn read(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    Reply {
        status: response.status(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// The id that the forms of a page carry.
fn form_id(html: &str) -> String {
    let (_, rest) = html.split_once("name=\"form\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_port_in_use_is_named_with_its_option() {
    let taken = Dashboard::listen(0).await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Dashboard::listen(port).await.unwrap_err();
    assert_eq!(
        error,
        format!(
            "port {port} of 127.0.0.1, for the dashboard, is in use; choose another with --dashboard-port, or 0 for any"
        )
    );
}
