//! A provider without a login, its one call, and that call as a journal has it.

use std::sync::Arc;

use payments_core::Secret;
use payments_core::call::{Call, Effect, Fault};
use payments_core::client::{Builder, Client, NoLogin, Provider, Transport};
use payments_core::error::Misuse;
use payments_core::exchange::{CallRecord, Request, Response};
use payments_core::journal::{Entry, Journal, JournalStore};
use payments_core::testing::ScriptedTransport;

pub(crate) fn entry(operation: &str) -> Entry {
    let request = Request::post("/pay").with_query(operation);
    let host = "https://pay.example";
    let record = CallRecord::new("plain", host, "pay", Some(operation), &request, 1_000);
    Entry::new("shop", operation, record)
}

#[derive(Clone)]
pub(crate) struct Plain;

impl Provider for Plain {
    const NAME: &'static str = "plain";
    type Credentials = ();
    type Login = NoLogin;

    fn authorize(
        &self,
        _: &mut Request,
        (): &(),
        _: Option<&Secret<String>>,
    ) -> Result<(), Misuse> {
        Ok(())
    }
}

pub(crate) struct Pay(pub(crate) &'static str);

impl Call for Pay {
    const NAME: &'static str = "pay";
    const EFFECT: Effect = Effect::Once;
    type Reply = usize;

    fn reference(&self) -> Option<&str> {
        Some(self.0)
    }

    fn request(&self) -> Result<Request, Misuse> {
        Ok(Request::post("/pay").with_query(self.0))
    }

    fn reply(&self, response: &Response) -> Result<usize, Fault> {
        Ok(response.body().len())
    }
}

pub(crate) fn client(
    transport: &ScriptedTransport,
    store: impl JournalStore + 'static,
) -> Client<Plain> {
    client_over(Arc::new(transport.clone()), store)
}

pub(crate) fn client_over(
    transport: Arc<dyn Transport>,
    store: impl JournalStore + 'static,
) -> Client<Plain> {
    let client: Client<Plain> = Builder::new(Plain, "https://pay.example".to_owned(), ())
        .transport(transport)
        .build()
        .unwrap();
    client.with_journal(Journal::new(store, "shop"))
}
