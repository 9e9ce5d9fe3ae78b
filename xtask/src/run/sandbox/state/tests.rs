//! State over a restart, and files that are no state.

use std::fs;

use payments_core::sandbox::{Desk, Event, Listed};

use super::super::all::{self, for_tests};
use super::super::dashboard::tests::shop;
use super::*;
use crate::run::local::free_ports;

/// A file that is gone in the end.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let own = format!("payments-state-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(own))
    }

    fn text(&self) -> String {
        fs::read_to_string(&self.0).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Starts all with that file, on the ports that `port` begins.
fn start(place: &Place, port: u16) -> Result<Vec<Running>, String> {
    let (port, file) = (port.to_string(), place.0.to_str().unwrap());
    let words = [
        "--port",
        &port,
        "--state",
        file,
        "--shop",
        "http://127.0.0.1:9",
    ];
    all::start(&for_tests(&words))
}

fn desk<'r>(running: &'r [Running], provider: &str) -> &'r Desk {
    let found = running.iter().find(|one| one.provider == provider);
    &found.unwrap().serving.desk
}

/// What people see of all five.
fn seen(running: &[Running]) -> Vec<(Vec<Listed>, Vec<u64>)> {
    let running = running.iter();
    running
        .map(|one| {
            let desk = &one.serving.desk;
            let events = desk.last_events(1000);
            let numbers = events.iter().map(Event::number).collect();
            (desk.payments(), numbers)
        })
        .collect()
}

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let place = Place::new("restart");
    let port = free_ports(5);
    let running = start(&place, port).unwrap();
    for (provider, act) in [
        ("mobilepay", "accept"),
        ("mocasa", "pay"),
        ("mocopay", "authorize"),
        ("moka", "pay"),
        ("momo", "pay"),
    ] {
        let desk = desk(&running, provider);
        shop::start(provider, desk, "A-1", false).await;
        let id = desk.payments()[0].id().to_owned();
        desk.act(Some(&id), act, &[]).unwrap();
        desk.callbacks().idle().await;
    }
    desk(&running, "mocasa")
        .faults()
        .times("/payment/*", "slow-after:5".parse().unwrap(), 3);
    let armed = desk(&running, "mocasa").faults().armed();
    let before = seen(&running);
    let now = desk(&running, "moka").now();
    drop(running);

    let running = start(&place, port).unwrap();
    // Each has been looked at since, and what was due may have been sent again.
    for ((then, numbers), (now, again)) in before.iter().zip(seen(&running)) {
        assert_eq!(*then, now);
        assert!(again.ends_with(numbers), "{numbers:?} {again:?}");
    }
    assert!(desk(&running, "moka").now() >= now);
    assert_eq!(desk(&running, "mocasa").faults().armed(), armed);
    // It goes on: what is done now is there after another restart.
    let desk_of = desk(&running, "mocasa");
    let id = desk_of.payments()[0].id().to_owned();
    desk_of.act(Some(&id), "operator/refund", &[]).unwrap();
    shop::start("momo", desk(&running, "momo"), "A-2", false).await;
    drop(running);
    let running = start(&place, port).unwrap();
    assert_eq!(desk(&running, "mocasa").payments()[0].state(), "refunded");
    assert_eq!(desk(&running, "momo").payments().len(), 2);
    drop(running);

    let mut text = place.text();
    let elsewhere = start(&place, free_ports(5)).err().unwrap();
    assert!(
        elsewhere.contains("start it in the same way"),
        "{elsewhere}"
    );
    assert_eq!(place.text(), text);

    // Cut anywhere: refused, and left as it is.
    let whole = text.clone();
    let last_line = whole.trim_end().rfind('\n').unwrap() + 1;
    for at in [whole.len() - 1, whole.len() - 40, last_line, 30, 0] {
        text.clone_from(&whole);
        text.truncate(at);
        fs::write(&place.0, &text).unwrap();
        let error = start(&place, port).err().unwrap();
        assert!(error.contains("left as it is"), "{at}: {error}");
        assert_eq!(place.text(), text);
    }
    let changed = whole.replace("\"status\":200", "\"status\":201");
    fs::write(&place.0, &changed).unwrap();
    let error = start(&place, port).err().unwrap();
    assert!(error.contains("cannot be done again"), "{error}");
    assert_eq!(place.text(), changed);
}

#[test]
fn other_files_are_refused_and_left_as_they_are() {
    let place = Place::new("other");
    for (text, says) in [
        ("", "its first line is cut"),
        ("# a file of somebody's\n", "not a state of sandboxes"),
        (
            "{\"sandbox_state\":2,\"of\":\"the future\"}\n",
            "it is of version 2, and this program knows 1",
        ),
        ("{\"sandbox_state\":1}\n", "its first line is broken"),
    ] {
        fs::write(&place.0, text).unwrap();
        let error = Kept::read(&place.0).err().unwrap();
        assert!(
            error.contains(says) && error.contains("left as it is"),
            "{error}"
        );
        assert_eq!(place.text(), text);
    }
    let folder = Kept::read(&std::env::temp_dir()).err().unwrap();
    assert!(folder.starts_with("--state "), "{folder}");
    assert!(Kept::read(Path::new("/nowhere/at/all")).unwrap().is_none());
}

#[test]
fn two_programs_do_not_share_it() {
    let place = Place::new("shared");
    let running = start(&place, 0).unwrap();
    let text = place.text();
    let error = start(&place, 0).err().unwrap();
    let file = place.0.to_str().unwrap();
    assert_eq!(
        error,
        format!(
            "--state {file}: another program that runs has its state in this file; stop that one, or give another file"
        )
    );
    assert_eq!(place.text(), text);
    drop(running);
    assert!(Kept::read(&place.0).unwrap().is_some());
}

#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new("mode");
    drop(start(&place, 0).unwrap());
    let mode = fs::metadata(&place.0).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn any_free_ports_are_the_same_ones_after_a_restart() {
    let place = Place::new("ports");
    let addresses = |running: &[Running]| -> Vec<String> {
        let running = running.iter();
        running.map(|one| one.serving.base_url.clone()).collect()
    };
    let running = start(&place, 0).unwrap();
    let before = addresses(&running);
    drop(running);
    let running = start(&place, 0).unwrap();
    assert_eq!(addresses(&running), before);
    drop(running);

    let taken = before[0].trim_start_matches("http://");
    let taken = std::net::TcpListener::bind(taken).unwrap();
    let error = start(&place, 0).err().unwrap();
    assert!(error.contains("the state was there"), "{error}");
    drop(taken);
}
