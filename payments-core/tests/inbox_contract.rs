//! Every store of the inbox passes one suite.
#![expect(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use payments_core::incoming::Memory;
use payments_core::store::Sqlite;
use payments_core::testing::inbox_contract;

#[path = "store/files.rs"]
mod files;

#[tokio::test]
async fn memory_does() {
    let held = inbox_contract(async |clock| Memory::new(clock)).await;
    assert_eq!(held, Ok(()));
}

#[tokio::test]
async fn sqlite_in_memory_does() {
    let held = inbox_contract(async |clock| Sqlite::in_memory().unwrap().with_clock(clock)).await;
    assert_eq!(held, Ok(()));
}

#[tokio::test]
async fn sqlite_on_a_file_does() {
    let made = Arc::new(AtomicUsize::new(0));
    let held = inbox_contract(async |clock| {
        let number = made.fetch_add(1, Ordering::SeqCst);
        let path = files::file(&format!("contract{number}"));
        Sqlite::open(path).unwrap().with_clock(clock)
    })
    .await;
    assert_eq!(held, Ok(()));
}

/// Without a runtime every step is done on the thread that asks.
#[test]
fn sqlite_does_without_a_runtime() {
    let mut steps = std::pin::pin!(inbox_contract(async |clock| {
        Sqlite::in_memory().unwrap().with_clock(clock)
    }));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(held) = steps.as_mut().poll(&mut context) else {
        panic!("it waits for something");
    };
    assert_eq!(held, Ok(()));
}
