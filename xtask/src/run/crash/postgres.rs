//! Connections to the PostgreSQL of a run, and what is done to it.

use std::future::ready;
use std::process::Command;
use std::time::Duration;

use payments_core::sandbox::Random;
use payments_core::store::Postgres;
use payments_core::store::tokio_postgres::{Client, Config, Error, NoTls};
use payments_core::testing::Cluster;
use tokio::task::block_in_place;
use tokio::time::sleep;

use super::kills::Victim;
use super::said;

/// By which the connections of receiver and payer are known among all.
const NAME: &str = "payments-crash";

/// How long a server may take to come back.
const TRIES: u32 = 6_000;
const PAUSE: Duration = Duration::from_millis(10);

/// A connection in a schema, if the server takes one now.
///
/// # Errors
/// What the server said.
pub(super) async fn connect(address: &str, schema: &str) -> Result<Client, Error> {
    let mut config: Config = address.parse()?;
    config.application_name(NAME);
    config.options(format!("-c search_path={schema}"));
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

/// The same, as soon as the server takes one.
///
/// # Errors
/// What the server said last.
pub(super) async fn client(address: &str, schema: &str) -> Result<Client, String> {
    patiently(|| async { connect(address, schema).await.map_err(said) }).await
}

/// A store that opens a new connection where one was lost.
///
/// # Errors
/// What the server said.
pub(super) async fn store(address: &str, schema: &str) -> Result<Postgres, String> {
    let (address, schema) = (address.to_owned(), schema.to_owned());
    let connect = move || {
        let (address, schema) = (address.clone(), schema.clone());
        async move { connect(&address, &schema).await }
    };
    Postgres::connect_with(connect).await.map_err(said)
}

/// Tries until the server is there and has done it.
///
/// # Errors
/// What went wrong last.
pub(super) async fn patiently<T, F: Future<Output = Result<T, String>>>(
    mut work: impl FnMut() -> F,
) -> Result<T, String> {
    let mut tries = 0_u32;
    loop {
        match work().await {
            Err(_) if tries < TRIES => sleep(PAUSE).await,
            done => return done,
        }
        tries = tries.saturating_add(1);
    }
}

/// Does that to the server of the receiver.
///
/// # Errors
/// If it cannot be done, or the server does not come back.
pub(super) async fn strike(
    cluster: &Cluster,
    schema: &str,
    victim: Victim,
    random: &mut Random,
) -> Result<(), String> {
    match victim {
        Victim::Receiver | Victim::Payer => Err("that is no server".to_owned()),
        Victim::Connection => {
            let draw = random.draw();
            patiently(|| async {
                let (client, backend) = backend(cluster, schema, draw).await?;
                let end = "SELECT pg_terminate_backend($1)";
                client.query(end, &[&backend]).await.map_err(said)
            })
            .await
            .map(drop)
        }
        Victim::Backend => {
            let draw = random.draw();
            patiently(|| async {
                let (_, backend) = backend(cluster, schema, draw).await?;
                kill(&backend.to_string())
            })
            .await
        }
        Victim::Postmaster => {
            let postmaster = cluster.postmaster().ok_or("there is no postmaster")?;
            kill(&postmaster.to_string())?;
            // Its children have to notice first.
            patiently(|| ready(block_in_place(|| cluster.start()))).await
        }
    }
}

/// One of the processes that serve receiver and payer, and a connection that is not one of them.
async fn backend(cluster: &Cluster, schema: &str, draw: u64) -> Result<(Client, i32), String> {
    let client = connect(cluster.address(), schema).await.map_err(said)?;
    let list = "SELECT pid FROM pg_stat_activity \
        WHERE application_name = $1 AND pid <> pg_backend_pid() ORDER BY pid";
    let rows = client.query(list, &[&NAME]).await.map_err(said)?;
    let count = u64::try_from(rows.len()).map_err(said)?;
    let which = usize::try_from(draw.checked_rem(count).unwrap_or_default()).map_err(said)?;
    let row = rows.get(which).ok_or("there is no connection to end")?;
    let backend = row.try_get(0).map_err(said)?;
    Ok((client, backend))
}

/// Kills a process that is not a child of this one.
fn kill(process: &str) -> Result<(), String> {
    let status = Command::new("sh")
        .args(["-c", "kill -KILL \"$1\"", "sh", process])
        .status()
        .map_err(said)?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("process {process} cannot be killed"))
    }
}
