//! The sandbox kit at the level of bytes: raw TCP against a server that echoes.
#![cfg(feature = "sandbox")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests are tests"
)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use payments_core::sandbox::{
    Callback, CallbackAnswer, CallbackMode, Context, DeliveryState, Fault, Fields, Provider, Reply,
    Request, RetryRules, SandboxClock, Server, Settings, StartError,
};

const SOON: Duration = Duration::from_secs(10);

/// Records each request as an effect, and what merchants answer to callbacks.
#[derive(Clone, Default)]
struct Echo {
    answers: Vec<Vec<u8>>,
}

impl Provider for Echo {
    fn handle(&mut self, request: &Request, context: &mut Context<'_>) -> Reply {
        context.record("echo", request.path(), None);
        Reply::json(200, format!("{{\"bytes\":{}}}", request.bytes().len()))
    }

    fn answered(&mut self, answer: &CallbackAnswer, _: &mut Context<'_>) {
        self.answers.push(answer.body().to_vec());
    }

    fn command(&mut self, name: &str, fields: &Fields, context: &mut Context<'_>) -> Option<Reply> {
        context.record("command", fields.value("of")?, None);
        (name == "note").then(|| Reply::new(204))
    }
}

fn start() -> Server<Echo> {
    let settings = Settings::new().clock(SandboxClock::still()).max_body(1000);
    Server::start(settings, Echo::default()).unwrap()
}

/// Writes `text`, reads to the end; an error counts as the end.
fn talk(port: u16, text: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(read @ 1..) = stream.read(&mut chunk) {
        answer.extend_from_slice(&chunk[..read]);
    }
    answer
}

fn get(port: u16, path: &str) -> String {
    let text = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    String::from_utf8_lossy(&talk(port, &text)).into_owned()
}

fn command(server: &Server<Echo>, method: &str, name: &str, body: &str) -> String {
    let token = server.control().token().to_owned();
    let text = format!(
        "{method} /_sandbox/{name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         sandbox-token: {token}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    String::from_utf8_lossy(&talk(server.port(), &text)).into_owned()
}

/// A merchant that answers each status in turn and reports the bodies that it got.
fn merchant(statuses: Vec<u16>) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for status in statuses {
            let (mut stream, _) = listener.accept().unwrap();
            let mut got = Vec::new();
            let mut chunk = [0; 4096];
            while !got.ends_with(b"END") {
                let read = stream.read(&mut chunk).unwrap();
                got.extend_from_slice(&chunk[..read]);
            }
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\nok");
            stream.write_all(answer.as_bytes()).unwrap();
            let got = String::from_utf8(got).unwrap();
            let body = got.split("\r\n\r\n").nth(1).unwrap().to_owned();
            tell.send(body).unwrap();
        }
    });
    (url, told)
}

fn send(server: &Server<Echo>, url: &str, body: &str) {
    let rules = RetryRules::accept(200..=200).every(Duration::from_secs(60));
    let callback = Callback::post("note", body, url, rules).content("text/plain", body.to_owned());
    server.control().with(|_, context| context.send(callback));
}

#[test]
fn each_fault_looks_on_the_wire_as_it_says() {
    let server = start();
    let control = server.control();
    let check = |fault: Fault, expect: &dyn Fn(&[u8]) -> bool| {
        let (name, reaches) = (fault.name(), fault.reaches_provider());
        control.faults().next("*", fault);
        let before = control.ledger().effects().len();
        let text = "GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let bytes = talk(server.port(), text);
        assert!(
            expect(&bytes),
            "{name}: {}",
            String::from_utf8_lossy(&bytes)
        );
        let happened = control.ledger().effects().len() > before;
        assert_eq!(happened, reaches, "{name}");
        assert_eq!(control.requests().last().unwrap().fault(), Some(name));
    };
    let has = |bytes: &[u8], part: &str| String::from_utf8_lossy(bytes).contains(part);
    let genuine = |bytes: &[u8]| has(bytes, "{\"bytes\":0}");
    let tick = Duration::from_millis(5);
    check(Fault::CloseBefore, &|bytes| bytes.is_empty());
    check(Fault::CloseAfter, &|bytes| bytes.is_empty());
    check(Fault::StatusBefore(503), &|bytes| has(bytes, " 503 "));
    check(Fault::StatusAfter(502), &|bytes| has(bytes, " 502 "));
    check(Fault::SlowBefore(tick), &genuine);
    check(Fault::SlowAfter(tick), &genuine);
    check(Fault::CutBody, &|bytes| {
        has(bytes, "content-length: 11") && bytes.ends_with(b"\r\n\r\n{\"byt")
    });
    check(Fault::ContentType("text/plain".to_owned()), &|bytes| {
        genuine(bytes) && has(bytes, "content-type: text/plain")
    });
    check(Fault::Html, &|bytes| {
        has(bytes, " 200 ") && has(bytes, "<html>")
    });
    check(Fault::InvalidUtf8, &|bytes| {
        std::str::from_utf8(bytes).is_err()
    });
    check(Fault::ReplaceBefore(Reply::json(200, "{}")), &|bytes| {
        bytes.ends_with(b"\n{}")
    });
    check(Fault::ReplaceAfter(Reply::new(299)), &|bytes| {
        has(bytes, " 299 ")
    });
    let before = control.ledger().effects().len();
    check(Fault::Twice, &genuine);
    assert_eq!(control.ledger().effects().len(), before + 2);
    check(Fault::CutHead, &|bytes| {
        has(bytes, "HTTP/1.1 200 OK\r\n") && !has(bytes, "\r\n\r\n")
    });
    check(Fault::CutChunked, &|bytes| {
        has(bytes, "transfer-encoding: chunked\r\n") && bytes.ends_with(b"\r\n\r\nb\r\n{\"byt")
    });
    check(Fault::CutUnframed, &|bytes| {
        !has(bytes, "content-length")
            && !has(bytes, "chunked")
            && bytes.ends_with(b"\r\n\r\n{\"byt")
    });
    check(Fault::Redirect(308), &|bytes| {
        let here = format!("location: {}/x\r\n", control.base_url());
        has(bytes, " 308 ") && has(bytes, &here)
    });
    check(Fault::OtherReply, &genuine);
    check(Fault::Stale, &genuine);
    assert!(
        genuine(get(server.port(), "/x").as_bytes()),
        "armed once only"
    );
}

#[test]
fn an_answer_that_comes_twice_leaves_the_connection_open() {
    let server = start();
    let faults = server.control().faults();
    faults.next("/x", Fault::ReplyTwice);
    let text = "GET /x HTTP/1.1\r\n\r\nGET /y HTTP/1.1\r\nConnection: close\r\n\r\n";
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let (first, second) = text.split_at(20);
    stream.write_all(first.as_bytes()).unwrap();
    let mut answers = Vec::new();
    while String::from_utf8_lossy(&answers)
        .matches("{\"bytes\":0}")
        .count()
        < 2
    {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).unwrap();
        assert!(read > 0, "closed");
        answers.extend_from_slice(&chunk[..read]);
    }
    assert_eq!(server.control().ledger().effects().len(), 1);
    stream.write_all(second.as_bytes()).unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    assert!(rest.contains(" 200 "), "{rest}");
    assert_eq!(server.control().ledger().count("echo", "/y"), 1);
}

#[test]
fn an_endless_answer_ends_when_the_caller_has_gone() {
    let server = start();
    server.control().faults().next("/x", Fault::Endless);
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream.write_all(b"GET /x HTTP/1.1\r\n\r\n").unwrap();
    let mut much = vec![0; 1 << 20];
    stream.read_exact(&mut much).unwrap();
    assert!(much.starts_with(b"HTTP/1.1 200 OK\r\ncontent-type: application/json"));
    assert!(much.ends_with(b"    "));
    drop(stream);
    // The only thread of the server goes on.
    assert!(get(server.port(), "/y").contains(" 200 "));
}

#[test]
fn a_watch_counts_what_arrives_and_waits_for_what_is_late() {
    let server = start();
    let control = server.control();
    let faults = control.faults();
    let watch = faults.watch("/late");
    get(server.port(), "/other");
    assert_eq!(watch.count(), 0);
    faults.next("/late", Fault::CloseBefore);
    get(server.port(), "/late");
    assert!(watch.wait_for(1, SOON));
    faults.next("/late", Fault::SlowBefore(Duration::from_millis(50)));
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.write_all(b"GET /late HTTP/1.1\r\n\r\n").unwrap();
    assert!(watch.wait_for(2, SOON));
    assert_eq!(control.ledger().count("echo", "/late"), 1);
    assert!(!watch.wait_for(3, Duration::ZERO));
}

#[test]
fn a_late_effect_happens_although_the_caller_has_gone() {
    let server = start();
    let control = server.control();
    let late = Duration::from_millis(50);
    control.faults().next("/late", Fault::SlowBefore(late));
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    stream.write_all(b"GET /late HTTP/1.1\r\n\r\n").unwrap();
    // Arrived, as far as one can tell from outside: the next request on another connection is later.
    while !get(server.port(), "/other").contains(" 200 ") {}
    drop(stream);
    while control.ledger().count("echo", "/late") == 0 {
        thread::yield_now();
    }
}

#[test]
fn refuses_what_is_not_for_it() {
    let server = start();
    let port = server.port();
    let status = |text: &str| {
        let answer = String::from_utf8_lossy(&talk(port, text)).into_owned();
        answer.get(9..12).unwrap_or_default().to_owned()
    };
    assert_eq!(
        status("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        "421"
    );
    assert_eq!(status("GET / HTTP/1.0\r\n\r\n"), "200");
    assert_eq!(
        status("POST / HTTP/1.0\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\n"),
        "413"
    );
    assert_eq!(status("GET /_sandbox/state HTTP/1.0\r\n\r\n"), "401");
    assert_eq!(
        status("GET /_sandbox/state HTTP/1.0\r\nsandbox-token: x\r\n\r\n"),
        "401"
    );
    assert_eq!(server.control().ledger().effects().len(), 1);
}

#[test]
fn a_held_server_answers_once_it_is_opened() {
    let server = Server::start(Settings::new().held(), Echo::default()).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let request = b"GET /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request).unwrap();
    let pause = Duration::from_millis(200);
    stream.set_read_timeout(Some(pause)).unwrap();
    assert!(stream.read(&mut [0; 16]).is_err());
    // What happens before it is opened comes first.
    let _ = server.control().handle(&Request::new("GET", "/before"));
    server.control().desk().open();
    stream.set_read_timeout(Some(SOON)).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let ledger = server.control().ledger();
    let paths: Vec<&str> = ledger.effects().iter().map(|one| one.reference()).collect();
    assert_eq!(paths, ["/before", "/a"]);
    // One that was never opened ends all the same.
    drop(Server::start(Settings::new().held(), Echo::default()).unwrap());
}

#[test]
fn a_port_in_use_is_said_so() {
    let server = start();
    let error = Server::start(Settings::new().port(server.port()), Echo::default()).unwrap_err();
    assert!(matches!(error, StartError::PortInUse(port) if port == server.port()));
    assert!(error.to_string().contains("is in use"));
}

#[test]
fn nothing_is_left_behind() {
    let server = start();
    let (control, port) = (server.control(), server.port());
    let mut open = TcpStream::connect(("127.0.0.1", port)).unwrap();
    open.set_read_timeout(Some(SOON)).unwrap();
    open.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let mut first = [0; 12];
    open.read_exact(&mut first).unwrap();
    drop(server);
    let mut rest = Vec::new();
    let _ = open.read_to_end(&mut rest);
    control.with(|_, context| {
        let rules = RetryRules::accept(200..=200);
        context.send(Callback::post(
            "never",
            "sent",
            "http://127.0.0.1:1/",
            rules,
        ));
    });
    assert!(
        control.callbacks().wait_until_idle(SOON),
        "there is nothing to wait for"
    );
    assert!(control.callbacks().list()[0].attempts().is_empty());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    assert!(TcpListener::bind(("127.0.0.1", port)).is_ok());
}

#[test]
fn callbacks_are_retried_on_the_clock() {
    let server = start();
    let control = server.control();
    let (url, told) = merchant(vec![500, 204, 200]);
    send(&server, &url, "oneEND");
    for attempts in 1..=3 {
        assert_eq!(told.recv_timeout(SOON).unwrap(), "oneEND");
        assert!(control.callbacks().wait_until_idle(SOON));
        assert_eq!(control.callbacks().list()[0].attempts().len(), attempts);
        control.advance(Duration::from_secs(60));
    }
    let delivery = &control.callbacks().list()[0];
    assert_eq!(delivery.state(), DeliveryState::Delivered);
    let statuses: Vec<_> = delivery
        .attempts()
        .iter()
        .map(|attempt| attempt.status())
        .collect();
    assert_eq!(statuses, [Some(500), Some(204), Some(200)]);
    assert_eq!(control.with(|echo, _| echo.answers.len()), 3);
    assert_eq!(control.with(|echo, _| echo.answers[0].clone()), b"ok");
}

#[test]
fn callbacks_come_late_twice_and_out_of_order() {
    let server = start();
    let callbacks = server.control().callbacks();
    let (url, told) = merchant(vec![200; 9]);
    callbacks.set_mode(CallbackMode::Held);
    send(&server, &url, "aEND");
    send(&server, &url, "bEND");
    assert!(callbacks.wait_until_idle(SOON));
    assert!(told.try_recv().is_err());
    callbacks.release_reversed();
    assert_eq!(told.recv_timeout(SOON).unwrap(), "bEND");
    assert_eq!(told.recv_timeout(SOON).unwrap(), "aEND");
    callbacks.set_mode(CallbackMode::Twice);
    send(&server, &url, "cEND");
    assert_eq!(told.recv_timeout(SOON).unwrap(), "cEND");
    assert_eq!(told.recv_timeout(SOON).unwrap(), "cEND");
    let id = callbacks.list()[0].id();
    callbacks.burst(id, 5).unwrap();
    for _ in 0..5 {
        assert_eq!(told.recv_timeout(SOON).unwrap(), "aEND");
    }
    assert!(callbacks.wait_until_idle(SOON));
    assert_eq!(callbacks.about("aEND")[0].attempts().len(), 6);
}

#[test]
fn a_callback_that_nobody_takes_says_why() {
    let server = start();
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    send(&server, &format!("http://{gone}/"), "END");
    send(&server, "https://127.0.0.1/", "END");
    assert!(server.control().callbacks().wait_until_idle(SOON));
    let list = server.control().callbacks().list();
    assert_eq!(
        list[0].attempts()[0].problem(),
        Some("cannot connect: connection refused")
    );
    assert_eq!(
        list[1].attempts()[0].problem(),
        Some("a sandbox sends to http:// only")
    );
}

#[test]
fn the_same_over_http() {
    let server = start();
    let ok = |answer: &str| assert!(answer.contains("{\"ok\":true}"), "{answer}");
    ok(&command(&server, "POST", "advance", "seconds=90"));
    ok(&command(
        &server,
        "POST",
        "fault",
        "fault=status-after:500&path=/a",
    ));
    assert!(get(server.port(), "/a").contains(" 500 "));
    ok(&command(&server, "POST", "fault/clear", ""));
    ok(&command(&server, "POST", "callback/mode", "mode=held"));
    send(&server, "http://127.0.0.1:1/", "x");
    ok(&command(
        &server,
        "POST",
        "callback/release",
        "order=reversed",
    ));
    ok(&command(&server, "POST", "callback/resend", "id=0&times=2"));
    assert!(command(&server, "POST", "note", "of=n").contains(" 204 "));
    let state = command(&server, "GET", "state", "");
    let state: serde_json::Value =
        serde_json::from_str(state.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(state["millis"], 90_000);
    assert_eq!(state["ledger"][0]["reference"], "/a");
    assert_eq!(state["ledger"][1]["kind"], "command");
    assert_eq!(state["requests"][0]["status"], 500);
    assert_eq!(state["requests"][0]["fault"], "status-after");
    assert_eq!(state["callbacks"][0]["label"], "note");
    for (name, body, status) in [
        ("advance", "seconds=x", " 400 "),
        ("advance", "seconds=%", " 400 "),
        ("fault", "fault=?", " 400 "),
        ("callback/resend", "id=7", " 400 "),
        ("nothing", "of=n", " 404 "),
    ] {
        let answer = command(&server, "POST", name, body);
        assert!(answer.contains(status), "{name}: {answer}");
    }
    assert!(command(&server, "PUT", "state", "").contains(" 405 "));
}

#[tokio::test]
async fn starts_and_stops_inside_a_runtime() {
    let server = start();
    let callbacks = server.control().callbacks();
    send(&server, "http://127.0.0.1:1/", "x");
    callbacks.idle().await;
    assert_eq!(callbacks.list()[0].attempts().len(), 1);
}
