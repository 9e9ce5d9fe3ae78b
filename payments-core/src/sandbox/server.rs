//! The thread that listens, answers and sends.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::clock::Clock;

use super::kit::Control;
use super::outbox::Batch;
use super::post;
use super::provider::Provider;
use super::serve::{LastWords, Service};
use super::settings::Settings;

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Something else listens on that port.
    #[error("port {0} of 127.0.0.1 is in use; choose another, or 0 for any")]
    PortInUse(u16),
    /// The system refused to listen.
    #[error("cannot listen on port {port} of 127.0.0.1")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// The system refused a thread or what it needs.
    #[error("cannot start a thread for the sandbox")]
    Thread(#[source] io::Error),
    /// The configuration does not hold together.
    #[error("{0}")]
    Configuration(String),
}

/// A running sandbox. Dropping it closes every connection, forgets what was to be sent, and waits
/// for its thread.
pub struct Server<P> {
    control: Control<P>,
    port: u16,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl<P: Provider> Server<P> {
    /// Starts listening on 127.0.0.1, from synchronous or asynchronous code: the server has a thread
    /// and a runtime of its own.
    ///
    /// # Errors
    ///
    /// When the port is in use or the system is out of means.
    pub fn start(settings: Settings, provider: P) -> Result<Self, StartError> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(StartError::Thread)?;
        let listener = listen(&runtime, settings.port)?;
        let port = listener
            .local_addr()
            .map_err(|source| StartError::Listen {
                port: settings.port,
                source,
            })?
            .port();
        let control = Control::new(&settings, provider, format!("http://127.0.0.1:{port}"));
        let service = Arc::new(Service {
            control: control.clone(),
            max_body: settings.max_body,
            log: settings.log,
        });
        let (stop, stopped) = oneshot::channel();
        let sender = control.clone();
        let thread = std::thread::Builder::new()
            .name(format!("sandbox-{port}"))
            .spawn(move || {
                let work = async {
                    sender.kit.gate.opened().await;
                    tokio::join!(accept(listener, service), send_callbacks(sender.clone()))
                };
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        ((), ()) = work => {}
                    }
                });
                runtime.shutdown_background();
            })
            .map_err(StartError::Thread)?;
        Ok(Self {
            control,
            port,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it is reached, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.control.base_url()
    }

    /// The port it listens on.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// A handle for tests and people; it may outlive the server.
    #[must_use]
    pub fn control(&self) -> Control<P> {
        self.control.clone()
    }
}

impl<P> Drop for Server<P> {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so already.
            let _ = thread.join();
        }
        self.control.kit.stop();
    }
}

impl<P> fmt::Debug for Server<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

fn listen(runtime: &Runtime, port: u16) -> Result<TcpListener, StartError> {
    let _inside = runtime.enter();
    std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .and_then(|listener| {
            listener.set_nonblocking(true)?;
            TcpListener::from_std(listener)
        })
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse(port),
            _ => StartError::Listen { port, source },
        })
}

async fn accept<P: Provider>(listener: TcpListener, service: Arc<Service<P>>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(converse(stream, Arc::clone(&service)));
            }
            // Out of file descriptors, as a rule: some will come free.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn converse<P: Provider>(mut stream: TcpStream, service: Arc<Service<P>>) {
    // Only makes small answers wait when it fails.
    let _ = stream.set_nodelay(true);
    loop {
        let last_words = LastWords::default();
        let answer = service_fn(|request| Box::pin(service.serve(request, &last_words)));
        let mut connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(30))
            .serve_connection(TokioIo::new(stream), answer);
        // Ended on purpose, or by a caller who went away.
        let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
        stream = connection.into_parts().io.into_inner();
        match last_words.take() {
            None => break,
            Some(raw) => {
                if !raw.write(&mut stream).await {
                    return;
                }
            }
        }
    }
    // Whoever went away does not hear it.
    let _ = stream.shutdown().await;
}

/// Sends what is due, then waits for a change, for the clock, or for the next moment.
async fn send_callbacks<P: Provider>(control: Control<P>) {
    let mut changes = control.kit.subscribe();
    let mut clock = control.clock().subscribe();
    loop {
        let (batches, next) = control.take_due();
        for batch in batches {
            tokio::spawn(send_batch(control.clone(), batch));
        }
        let pause = next.map_or(Duration::from_secs(3600), |at| {
            at.saturating_sub(control.clock().monotonic())
        });
        tokio::select! {
            _ = changes.changed() => {}
            _ = clock.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn send_batch<P: Provider>(control: Control<P>, batch: Batch) {
    for job in batch {
        let callback = control.kit.lock().outbox.begin(job);
        match callback {
            Some(callback) => control.finish(job, post::send(&callback).await),
            None => control.kit.wake(),
        }
    }
}
