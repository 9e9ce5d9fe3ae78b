//! The journal in a SQLite file against the sandbox: two clicks, and a process that is killed.
#![cfg(all(feature = "client", feature = "sandbox", feature = "sqlite-bundled"))]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests are tests"
)]

#[path = "journal/killed.rs"]
mod killed;
#[path = "journal/twice.rs"]
mod twice;

use std::path::{Path, PathBuf};

use payments_core::client::{Builder, RetryPolicy};
use payments_core::journal::Journal;
use payments_core::store::Sqlite;
use payments_core::{Currency, Error, Money};
use payments_mocasa::sandbox::{Config, Sandbox, SandboxClock, start};
use payments_mocasa::types::{CreateBeneficiary, CreateOrder, Refund, Transfer};
use payments_mocasa::{Client, Credentials, Environment, Mocasa};

fn sandbox() -> Sandbox {
    start(Config::new().kit(|kit| kit.clock(SandboxClock::still()))).unwrap()
}

/// A file of its own for each test; what an earlier run left is removed.
fn file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mocasa-journal");
    std::fs::create_dir_all(&folder).unwrap();
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("{name}.db{ending}")));
    }
    folder.join(format!("{name}.db"))
}

fn builder(base_url: &str) -> Builder<Mocasa, Client> {
    let credentials = Credentials::new(Config::CLIENT_KEY, Config::CLIENT_SECRET).unwrap();
    let environment = Environment::At(base_url.to_owned());
    Client::builder(environment, credentials).retry(RetryPolicy::never())
}

fn journal(path: &Path) -> Journal {
    Journal::new(Sqlite::open(path).unwrap(), "shop")
}

/// As a process does when it starts: everything that it has is the file.
fn started(base_url: &str, path: &Path) -> Client {
    builder(base_url)
        .build()
        .unwrap()
        .with_journal(journal(path))
}

fn php(text: &str) -> Money {
    Money::from_decimal(text, Currency::PHP).unwrap()
}

fn order(order_no: &str) -> CreateOrder {
    let builder = CreateOrder::builder()
        .order_no(order_no)
        .amount(php("1499.00"))
        .product_name("Tea")
        .customer_id("C-1")
        .return_url("https://shop.example/back");
    builder.build().unwrap()
}

fn refund(order_no: &str) -> Refund {
    let builder = Refund::builder().order_no(order_no).reason("returned");
    builder.build().unwrap()
}

fn beneficiary() -> CreateBeneficiary {
    let builder = CreateBeneficiary::builder()
        .id_type("passport")
        .id_no("P-1234567")
        .beneficiary_name("Ana Reyes")
        .phone("+639170000001")
        .business_license("L-1")
        .shop_name("Ana's");
    builder.build().unwrap()
}

fn transfer(serial_no: &str, payee: &str) -> Transfer {
    let builder = Transfer::builder()
        .transfer_serial_no(serial_no)
        .amount(php("250.50"))
        .payee_account_no(payee)
        .purpose("payout");
    builder.build().unwrap()
}

/// How often this happened to this reference.
fn happened(sandbox: &Sandbox, kind: &str, reference: &str) -> usize {
    sandbox.control().ledger().count(kind, reference)
}

/// How many requests to this path arrived.
fn arrived(sandbox: &Sandbox, path: &str) -> usize {
    let requests = sandbox.control().requests();
    requests.iter().filter(|seen| seen.path() == path).count()
}

fn why<T>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Unknown(unknown)) => unknown.why().to_owned(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it went well"),
    }
}
