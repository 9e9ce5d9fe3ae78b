//! Servers on loopback that misbehave at the level of bytes, and both transports behind one face.

use std::fmt::Debug;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use payments_core::bytes;
use payments_core::exchange::Response;
use payments_core::http;
use payments_core::outgoing::transport::{
    BlockingTransport, ReqwestTransport, SendError, Transport, TransportOptions, UreqTransport,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How long a server waits for a client that should long have given up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);
/// What a test allows where it expects a timeout.
pub(crate) const SHORT: Duration = Duration::from_millis(250);
/// The root that signed the certificate of [`Server::tls`].
pub(crate) const ROOT: &[u8] = include_bytes!("root.pem");

/// One of the two transports.
pub(crate) struct Client {
    pub(crate) name: &'static str,
    send: Box<dyn Fn(Request<Bytes>) -> Result<Response, SendError>>,
}

impl Client {
    pub(crate) fn send(&self, request: Request<Bytes>) -> Result<Response, SendError> {
        (self.send)(request)
    }

    pub(crate) fn get(&self, url: &str) -> Result<Response, SendError> {
        self.send(request(Method::GET, url))
    }

    pub(crate) fn post(&self, url: &str) -> Result<Response, SendError> {
        self.send(request(Method::POST, url))
    }
}

/// Runs a test with each transport.
pub(crate) fn both(options: &TransportOptions, test: impl Fn(&Client)) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let reqwest = ReqwestTransport::new(options).unwrap();
    test(&Client {
        name: "reqwest",
        send: Box::new(move |request| runtime.block_on(reqwest.send(request))),
    });
    let ureq = UreqTransport::new(options).unwrap();
    test(&Client {
        name: "ureq",
        send: Box::new(move |request| ureq.send(request)),
    });
}

/// Generous timeouts, so that a test fails by the one that it shortens.
pub(crate) fn options(set: impl FnOnce(&mut TransportOptions)) -> TransportOptions {
    let mut options = TransportOptions::default();
    set(&mut options);
    options
}

/// A request with a token; a POST has a body.
pub(crate) fn request(method: Method, url: &str) -> Request<Bytes> {
    let body = if method == Method::POST {
        Bytes::from_static(b"{\"order\":1}")
    } else {
        Bytes::new()
    };
    Request::builder()
        .method(method)
        .uri(url)
        .header("x-token", "t0ken")
        .body(body)
        .unwrap()
}

/// What is asserted of an error.
#[track_caller]
pub(crate) fn assert_error<T: Debug>(
    client: &Client,
    result: Result<T, SendError>,
    arrived: bool,
    what: &str,
) {
    let error = result.expect_err(client.name);
    assert_eq!(
        (error.to_string().as_str(), error.may_have_arrived()),
        (what, arrived),
        "{}: {error:?}",
        client.name
    );
}

/// A connection, plain or TLS.
pub(crate) trait Stream: Read + Write {
    fn tcp(&self) -> &TcpStream;
}

impl Stream for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref()
    }
}

/// Whether the server reads another request from this connection.
pub(crate) enum Then {
    Next,
    Close,
}

/// A server that keeps every request that it has read whole, as text.
pub(crate) struct Server {
    address: SocketAddr,
    scheme: &'static str,
    seen: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// A server on plain TCP.
    pub(crate) fn plain(
        answer: impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        Self::start("http", |stream, _| Box::new(stream), answer)
    }

    /// A server on TLS that offers HTTP/2, though it speaks only HTTP/1: who accepts the offer fails.
    pub(crate) fn tls() -> Self {
        Self::tls_paced(|_| {}, |_, stream| reply(stream, "200 OK", "", b"tls"))
    }

    /// The same, which does something before it shakes hands over each connection, told which one: 1
    /// is the first.
    pub(crate) fn tls_paced(
        before: impl Fn(usize) + Send + Sync + 'static,
        answer: impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        let chain = CertificateDer::from_pem_slice(include_bytes!("cert.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![chain], key)
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let config = Arc::new(config);
        Self::start(
            "https",
            move |stream, number| {
                before(number);
                let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
                Box::new(StreamOwned::new(connection, stream))
            },
            answer,
        )
    }

    fn start(
        scheme: &'static str,
        wrap: impl Fn(TcpStream, usize) -> Box<dyn Stream> + Send + Sync + 'static,
        answer: impl Fn(&str, &mut dyn Stream) -> io::Result<Then> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let shared = Arc::new((wrap, answer));
        thread::spawn(move || {
            for (number, stream) in (1..).zip(listener.incoming().map_while(Result::ok)) {
                count.fetch_add(1, Ordering::SeqCst);
                let (shared, log) = (Arc::clone(&shared), Arc::clone(&log));
                thread::spawn(move || {
                    stream.set_read_timeout(Some(PATIENCE)).unwrap();
                    let mut stream = (shared.0)(stream, number);
                    while let Ok(Some(request)) = read_request(&mut stream) {
                        log.lock().unwrap().push(request.clone());
                        match (shared.1)(&request, &mut *stream) {
                            Ok(Then::Next) => {}
                            Ok(Then::Close) | Err(_) => break,
                        }
                    }
                });
            }
        });
        Self {
            address,
            scheme,
            seen,
            connections,
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// Writes a response with its length.
pub(crate) fn reply(
    stream: &mut dyn Stream,
    status: &str,
    headers: &str,
    body: &[u8],
) -> io::Result<Then> {
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n"
    )?;
    stream.write_all(body)?;
    stream.flush()?;
    Ok(Then::Next)
}

/// Waits until the client hangs up, but not for ever.
pub(crate) fn hold(stream: &mut dyn Stream, how_long: Duration) -> io::Result<()> {
    stream.tcp().set_read_timeout(Some(how_long))?;
    match stream.read(&mut [0]) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
        _ => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

/// One request with its body; `None` if the client closed before the first byte.
fn read_request(stream: &mut dyn Read) -> io::Result<Option<String>> {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        text.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&text).into_owned();
    let length = header(&head, "content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    Ok(Some(format!("{head}{}", String::from_utf8_lossy(&body))))
}

/// The value of a header of a request as text.
pub(crate) fn header(request: &str, name: &str) -> Option<String> {
    request.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

/// The names of the headers of a request, sorted.
pub(crate) fn header_names(request: &str) -> Vec<String> {
    let mut names: Vec<String> = request
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(':'))
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect();
    names.sort();
    names
}
