//! A provider with several hosts, and environments with credentials of their own.

use payments_core::client::Hosts;

use super::*;

/// Credentials of one environment.
struct TestCredentials(&'static str);

impl From<TestCredentials> for Credentials {
    fn from(credentials: TestCredentials) -> Self {
        Self::new(credentials.0)
    }
}

fn two_hosts(
    transport: &ScriptedTransport,
    hosts: Hosts,
) -> Builder<Toy, Client<Toy>, TestCredentials> {
    Builder::new(Toy, hosts, TestCredentials("shop"))
        .transport(Arc::new(transport.clone()))
        .clock(Arc::new(Slept::default()))
}

fn hosts() -> Hosts {
    Hosts::new("https://pay.example").with("page", "https://page.example/v1")
}

#[test]
fn a_request_goes_to_its_host() {
    let transport = ScriptedTransport::new([Act::status(200, ""), Act::status(200, "")])
        .always("/login", Act::json(TOKEN));
    let client = two_hosts(&transport, hosts()).build().unwrap();
    finish(client.raw_read(Request::get("/a"))).unwrap();
    finish(client.raw_read(Request::get("/a").to_host("page"))).unwrap();
    let seen: Vec<String> = transport
        .seen()
        .iter()
        .map(|sent| sent.uri().to_string())
        .collect();
    assert_eq!(
        seen,
        [
            "https://pay.example/login",
            "https://pay.example/a",
            "https://page.example/v1/a"
        ]
    );
    let other = client.raw_read(Request::get("/a").to_host("desk"));
    assert_eq!(
        finish(other).unwrap_err().to_string(),
        "misuse: `desk` is no host of this client"
    );
}

#[test]
fn records_name_the_host_and_are_taken_for_each() {
    let transport = ScriptedTransport::new([Act::Cut, Act::json(OK), Act::json(OK)])
        .always("/login", Act::json(TOKEN));
    let client = two_hosts(&transport, hosts()).build().unwrap();
    let request = Request::post("/pay").to_host("page");
    let error = finish(client.raw(request.clone())).unwrap_err();
    let Error::Unknown(unknown) = error else {
        panic!("{error}");
    };
    assert_eq!(unknown.record().environment(), "https://page.example/v1");
    assert_ne!(request.digest(), Request::post("/pay").digest());
    for (base, known) in [
        ("https://pay.example", true),
        ("https://page.example/v1", true),
        ("https://page.example", false),
    ] {
        let asked = finish(client.resolve(&pending_at(base)));
        assert_eq!(asked.is_ok(), known, "{base}");
    }
}

#[test]
fn every_base_is_checked() {
    let wrong = |hosts: Hosts| {
        let built = two_hosts(&ScriptedTransport::default(), hosts).build();
        built.unwrap_err().to_string()
    };
    assert_eq!(
        wrong(Hosts::new("http://pay.example")),
        "misuse: `base_url` must be https; http is for loopback only"
    );
    assert_eq!(
        wrong(hosts().with("page", "http://page.example")),
        "misuse: `page` must be https; http is for loopback only"
    );
    assert_eq!(hosts().main(), "https://pay.example");
    assert_eq!(hosts().named("page"), Some("https://page.example/v1"));
    assert_eq!(hosts().named("desk"), None);
}

#[test]
fn a_source_gives_credentials_of_the_environment() {
    let transport = ScriptedTransport::new([Act::json(OK)]).always("/login", Act::json(TOKEN));
    let client = two_hosts(&transport, hosts())
        .credentials_from(|| Ok(TestCredentials("rotated")))
        .build()
        .unwrap();
    finish(client.call(Status::of("A-1"))).unwrap();
    assert_eq!(transport.seen()[0].headers()["x-user"], "rotated");
}
