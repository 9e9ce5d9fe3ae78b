//! What the clients send through: the real transports, and a detour for the call that is to go wrong.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payments_core::bytes::Bytes;
use payments_core::client::{
    BlockingTransport, ReqwestTransport, SendError, Transport, TransportOptions, UreqTransport,
};
use payments_core::exchange::Response;
use payments_core::http::{Request, Uri};
use payments_core::sandbox::Door;
use tokio::sync::Notify;

use super::kind::{HASTE, Halt};

/// The transports of one worker. Clones are one.
#[derive(Clone)]
pub(super) struct Lane {
    inner: Arc<Inner>,
}

struct Inner {
    patient: (ReqwestTransport, UreqTransport),
    hasty: (ReqwestTransport, UreqTransport),
    detour: Mutex<Option<Detour>>,
    /// Told where a request waits for ever.
    halted: Notify,
}

/// Where the next requests to a path go, and how patient they are.
struct Detour {
    path: String,
    /// Another base URL.
    door: Option<String>,
    is_hasty: bool,
    halt: Option<Halt>,
    left: u32,
    elsewhere: u64,
    as_usual: u64,
}

impl Lane {
    /// Sets the transports up: one pair waits long enough for a busy machine, the other does not wait.
    ///
    /// # Errors
    /// A system without certificates.
    pub(super) fn open() -> Result<Self, String> {
        let mut options = TransportOptions::default();
        options
            .root_certificates
            .push(Door::root_certificate().to_vec());
        options.max_body = 64 * 1024;
        let pair = |options: &TransportOptions| -> Result<_, String> {
            let said = |error: payments_core::error::Misuse| error.to_string();
            Ok((
                ReqwestTransport::new(options).map_err(said)?,
                UreqTransport::new(options).map_err(said)?,
            ))
        };
        options.read_timeout = Duration::from_secs(20);
        let patient = pair(&options)?;
        options.read_timeout = HASTE;
        let hasty = pair(&options)?;
        Ok(Self {
            inner: Arc::new(Inner {
                patient,
                hasty,
                detour: Mutex::new(None),
                halted: Notify::new(),
            }),
        })
    }

    /// Sends the next `times` requests to `path` to the door, if there is one, and without patience if
    /// told so. At `halt` they wait for ever.
    pub(super) fn divert(
        &self,
        path: &str,
        door: Option<&Door>,
        is_hasty: bool,
        halt: Option<Halt>,
        times: u32,
    ) {
        *self.detour() = Some(Detour {
            path: path.to_owned(),
            door: door.map(|door| door.url().to_owned()),
            is_hasty,
            halt,
            left: times,
            elsewhere: 0,
            as_usual: 0,
        });
    }

    /// Everything goes its usual way again. How many requests to the path took the other, and how many
    /// their usual way.
    pub(super) fn clear(&self) -> (u64, u64) {
        let detour = self.detour().take();
        detour.map_or((0, 0), |detour| (detour.elsewhere, detour.as_usual))
    }

    /// Until a request waits for ever.
    pub(super) async fn halted(&self) {
        self.inner.halted.notified().await;
    }

    async fn halt(&self) -> Result<Response, SendError> {
        self.inner.halted.notify_one();
        std::future::pending().await
    }

    fn detour(&self) -> MutexGuard<'_, Option<Detour>> {
        let detour = self.inner.detour.lock();
        detour.unwrap_or_else(PoisonError::into_inner)
    }

    /// The transports for a request, which may have to go elsewhere.
    fn route(&self, request: &mut Request<Bytes>) -> Result<Route<'_>, SendError> {
        let mut detour = self.detour();
        let Some(detour) = detour
            .as_mut()
            .filter(|detour| is_same(request.uri().path(), &detour.path))
        else {
            return Ok((&self.inner.patient, None));
        };
        if detour.left == 0 {
            detour.as_usual = detour.as_usual.saturating_add(1);
            return Ok((&self.inner.patient, None));
        }
        detour.left = detour.left.saturating_sub(1);
        detour.elsewhere = detour.elsewhere.saturating_add(1);
        if let Some(door) = &detour.door {
            let target = request.uri().path_and_query();
            let target = target.map_or("/", |target| target.as_str());
            let elsewhere: Uri = format!("{door}{target}")
                .parse()
                .map_err(|_| SendError::not_sent("no way to the door", None))?;
            *request.uri_mut() = elsewhere;
        }
        let transports = if detour.is_hasty {
            &self.inner.hasty
        } else {
            &self.inner.patient
        };
        Ok((transports, detour.halt))
    }
}

/// Both transports, and where a request through them waits for ever.
type Route<'a> = (&'a (ReqwestTransport, UreqTransport), Option<Halt>);

/// A provider may put a slash behind its paths.
fn is_same(path: &str, other: &str) -> bool {
    path.trim_end_matches('/') == other.trim_end_matches('/')
}

#[async_trait::async_trait]
impl Transport for Lane {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response, SendError> {
        let ((transport, _), halt) = self.route(&mut request)?;
        match halt {
            Some(Halt::Unsent) => self.halt().await,
            Some(Halt::Answered) => {
                let _ = transport.send(request).await;
                self.halt().await
            }
            Some(Halt::UnderWay) => {
                let _ = transport.send(request).await;
                std::future::pending().await
            }
            None => transport.send(request).await,
        }
    }
}

impl BlockingTransport for Lane {
    fn send(&self, mut request: Request<Bytes>) -> Result<Response, SendError> {
        let ((_, transport), _) = self.route(&mut request)?;
        transport.send(request)
    }
}
