//! A provider that signs the path as it is sent, and looks at the credentials of a client.

use http::HeaderName;
use payments_core::Secret;
use payments_core::client::danger::plain_http;
use payments_core::client::{NoLogin, Provider};
use payments_core::error::Misuse;

use super::*;

#[derive(Clone)]
struct Signing;

impl Provider for Signing {
    const NAME: &'static str = "signing";
    type Credentials = Credentials;
    type Login = NoLogin;

    fn check(&self, credentials: &Credentials) -> Result<(), Misuse> {
        if credentials.user() == "nobody" {
            return Err(Misuse::new("user", "must be somebody"));
        }
        Ok(())
    }

    fn authorize(
        &self,
        request: &mut Request,
        _: &Credentials,
        _: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        *request = request.clone().with_path(format!("{}/", request.path()));
        let path = request.sent_path();
        request.set_header(HeaderName::from_static("x-path"), &path, false)
    }
}

fn builder(
    base: &str,
    user: &str,
    transport: &ScriptedTransport,
) -> Builder<Signing, Client<Signing>> {
    Builder::new(Signing, base.to_owned(), Credentials::new(user))
        .transport(Arc::new(transport.clone()))
}

#[test]
fn the_path_that_is_authorized_is_the_one_that_is_sent() {
    for (base, expect) in [
        ("https://pay.example/v1/pay/", "/v1/pay/a/"),
        ("https://pay.example", "/a/"),
    ] {
        let transport = ScriptedTransport::new([Act::status(200, "")]);
        let client = builder(base, "shop", &transport).build().unwrap();
        finish(client.raw_read(Request::get("/a"))).unwrap();
        let sent = transport.seen().remove(0);
        assert_eq!(sent.uri().path(), expect);
        assert_eq!(sent.headers()["x-path"], expect);
    }
}

#[test]
fn credentials_are_looked_at_when_a_client_is_built() {
    let transport = ScriptedTransport::default();
    let built = builder("https://pay.example", "nobody", &transport).build();
    assert_eq!(
        built.unwrap_err().to_string(),
        "misuse: `user` must be somebody"
    );
}

#[test]
fn plain_http_is_spoken_where_it_is_asked_for() {
    let transport = ScriptedTransport::new([Act::status(200, "")]);
    let base = "http://pay.example";
    assert!(builder(base, "shop", &transport).build().is_err());
    let client = plain_http(builder(base, "shop", &transport))
        .build()
        .unwrap();
    finish(client.raw_read(Request::get("/a"))).unwrap();
    assert_eq!(transport.seen().remove(0).uri(), "http://pay.example/a/");
}

#[test]
fn what_cannot_be_sent_is_refused_before_a_login() {
    for path in ["no-slash", "/with a blank", "", "/a\nb"] {
        let desk = desk(once_each(), []);
        let request = Request::post(path);
        let error = finish(desk.client.raw(request.clone())).unwrap_err();
        assert!(error.to_string().starts_with("misuse: `path` "), "{error}");
        let read = finish(desk.client.raw_read(request));
        assert_eq!(outcome(read), "misuse", "{path}");
        assert!(desk.transport.seen().is_empty(), "{path}");
    }
    let desk = desk(once_each(), []);
    assert_eq!(outcome(finish(desk.client.call(toy::Unsignable))), "misuse");
    assert!(desk.transport.seen().is_empty());
}
