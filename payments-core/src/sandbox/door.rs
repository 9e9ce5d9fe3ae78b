//! Ways in that do not work: what fails before a request has a path.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::server::StartError;

/// How a [`Door`] does not work.
///
/// Each can be written as text: `refuse`, `close`, `tls-cut`, `tls-expired`, `tls-self-signed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blocked {
    /// Nothing listens on the port.
    Refuse,
    /// The connection is taken and closed at once.
    Close,
    /// The connection is closed in the middle of the TLS handshake.
    TlsCut,
    /// The certificate has expired; it is of [`Door::root_certificate`] otherwise.
    TlsExpired,
    /// The certificate vouches for itself.
    TlsSelfSigned,
}

impl Blocked {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Refuse,
        Self::Close,
        Self::TlsCut,
        Self::TlsExpired,
        Self::TlsSelfSigned,
    ];

    /// The name, as in text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Close => "close",
            Self::TlsCut => "tls-cut",
            Self::TlsExpired => "tls-expired",
            Self::TlsSelfSigned => "tls-self-signed",
        }
    }

    /// Whether a request may leave before the caller knows.
    #[must_use]
    pub const fn lets_a_request_leave(self) -> bool {
        match self {
            Self::Close => true,
            Self::Refuse | Self::TlsCut | Self::TlsExpired | Self::TlsSelfSigned => false,
        }
    }

    const fn scheme(self) -> &'static str {
        match self {
            Self::Refuse | Self::Close => "http",
            Self::TlsCut | Self::TlsExpired | Self::TlsSelfSigned => "https",
        }
    }
}

/// A text is not a [`Blocked`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a door: write refuse, close, tls-cut, tls-expired or tls-self-signed")]
pub struct UnknownDoor(());

impl FromStr for Blocked {
    type Err = UnknownDoor;

    fn from_str(text: &str) -> Result<Self, UnknownDoor> {
        let mut all = Self::ALL.into_iter();
        all.find(|kind| kind.name() == text).ok_or(UnknownDoor(()))
    }
}

/// A port of 127.0.0.1 that goes wrong before any request can be read, for clients that are sent there
/// instead of to a sandbox. Dropping it closes it.
///
/// ```
/// use payments_core::sandbox::{Blocked, Door};
///
/// let door = Door::open(Blocked::Refuse)?;
/// let (_, address) = door.url().split_once("://").unwrap();
/// assert!(std::net::TcpStream::connect(address).is_err());
/// # Ok::<(), payments_core::sandbox::StartError>(())
/// ```
pub struct Door {
    kind: Blocked,
    url: String,
    connections: Arc<AtomicU64>,
    /// Bound, so that nobody else gets the port, and not listening.
    _bound: Option<TcpSocket>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// Opens one on any free port.
    ///
    /// # Errors
    ///
    /// When the system is out of means.
    pub fn open(kind: Blocked) -> Result<Self, StartError> {
        let listen = |source| StartError::Listen { port: 0, source };
        let socket = TcpSocket::new_v4().map_err(listen)?;
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        socket.bind(any).map_err(listen)?;
        let address = socket.local_addr().map_err(listen)?;
        let mut door = Self {
            kind,
            url: format!("{}://{address}", kind.scheme()),
            connections: Arc::default(),
            _bound: None,
            stop: None,
            thread: None,
        };
        let tls = match kind {
            Blocked::Refuse => {
                door._bound = Some(socket);
                return Ok(door);
            }
            Blocked::Close | Blocked::TlsCut => None,
            Blocked::TlsExpired => Some(acceptor(
                include_bytes!("certificates/expired.pem"),
                include_bytes!("certificates/expired.key"),
            )?),
            Blocked::TlsSelfSigned => Some(acceptor(
                include_bytes!("certificates/self-signed.pem"),
                include_bytes!("certificates/self-signed.key"),
            )?),
        };
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StartError::Thread)?;
        let listener = {
            let _inside = runtime.enter();
            socket.listen(1024).map_err(listen)?
        };
        let (stop, stopped) = oneshot::channel();
        let connections = Arc::clone(&door.connections);
        let thread = std::thread::Builder::new()
            .name(format!("door-{}", kind.name()))
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        () = accept(listener, kind, tls, &connections) => {}
                    }
                });
                runtime.shutdown_background();
            })
            .map_err(StartError::Thread)?;
        door.stop = Some(stop);
        door.thread = Some(thread);
        Ok(door)
    }

    /// How it does not work.
    #[must_use]
    pub const fn kind(&self) -> Blocked {
        self.kind
    }

    /// Where it is, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often somebody came in; nobody does where the port refuses.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Acquire)
    }

    /// The root (PEM) of the certificate that has expired: a client that trusts it has no other reason
    /// to refuse it. Its key is thrown away.
    #[must_use]
    pub const fn root_certificate() -> &'static [u8] {
        include_bytes!("certificates/root.pem")
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door")
            .field("kind", &self.kind)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

fn acceptor(certificate: &[u8], key: &[u8]) -> Result<TlsAcceptor, StartError> {
    let said = |error: &dyn fmt::Display| StartError::Configuration(error.to_string());
    let chain = CertificateDer::from_pem_slice(certificate).map_err(|error| said(&error))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|error| said(&error))?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| said(&error))?
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .map_err(|error| said(&error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn accept(
    listener: TcpListener,
    kind: Blocked,
    tls: Option<TlsAcceptor>,
    connections: &AtomicU64,
) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.fetch_add(1, Ordering::AcqRel);
                tokio::spawn(turn_away(stream, kind, tls.clone()));
            }
            // Out of file descriptors, as a rule: some will come free.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn turn_away(mut stream: TcpStream, kind: Blocked, tls: Option<TlsAcceptor>) {
    if let Some(tls) = tls {
        // Whoever looks at the certificate goes away by himself; whoever does not is closed on.
        let _ = tls.accept(stream).await;
    } else if kind == Blocked::TlsCut {
        let mut hello = [0; 16];
        let _ = stream.read(&mut hello).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_its_own_names() {
        for kind in Blocked::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!("tls".parse::<Blocked>().is_err());
    }
}
