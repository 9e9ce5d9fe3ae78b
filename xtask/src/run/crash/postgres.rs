//! Connections to the PostgreSQL of a run, and what is done to it.

use std::process::Command;
use std::time::Duration;

use payments_core::sandbox::Random;
use payments_core::store::tokio_postgres::{Client, Config, NoTls};
use payments_core::testing::Cluster;
use tokio::time::sleep;

use super::kills::Victim;
use super::said;

/// By which the receiver's connections are known among all.
const NAME: &str = "payments-crash";

/// How long a server may take to come back.
const TRIES: u32 = 6_000;
const PAUSE: Duration = Duration::from_millis(10);

/// A connection in a schema, as soon as the server takes one. `lost` is told when it has ended.
///
/// # Errors
/// What the server said last.
pub(super) async fn client(
    address: &str,
    schema: &str,
    lost: impl FnOnce() + Send + 'static,
) -> Result<Client, String> {
    let mut config: Config = address.parse().map_err(said)?;
    config.application_name(NAME);
    config.options(format!("-c search_path={schema}"));
    let mut tries = 0_u32;
    let (client, connection) = loop {
        match config.connect(NoTls).await {
            Ok(connected) => break connected,
            Err(error) if tries >= TRIES => return Err(said(error)),
            Err(_) => sleep(PAUSE).await,
        }
        tries = tries.saturating_add(1);
    };
    tokio::spawn(async move {
        // It ends where the client is dropped, too.
        connection.await.ok();
        lost();
    });
    Ok(client)
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
            let (client, backend) = backend(cluster, schema, random).await?;
            let end = "SELECT pg_terminate_backend($1)";
            client.query(end, &[&backend]).await.map_err(said)?;
            Ok(())
        }
        Victim::Backend => {
            let (_, backend) = backend(cluster, schema, random).await?;
            kill(&backend.to_string())
        }
        Victim::Postmaster => {
            let postmaster = cluster.postmaster().ok_or("there is no postmaster")?;
            kill(&postmaster.to_string())?;
            let mut tries = 0_u32;
            // Its children have to notice first.
            while let Err(error) = tokio::task::block_in_place(|| cluster.start()) {
                if tries >= TRIES {
                    return Err(error);
                }
                tries = tries.saturating_add(1);
                sleep(PAUSE).await;
            }
            Ok(())
        }
    }
}

/// One of the processes that serve the receiver, and a connection that is not one of them.
async fn backend(
    cluster: &Cluster,
    schema: &str,
    random: &mut Random,
) -> Result<(Client, i32), String> {
    let client = client(cluster.address(), schema, || ()).await?;
    let list = "SELECT pid FROM pg_stat_activity \
        WHERE application_name = $1 AND pid <> pg_backend_pid() ORDER BY pid";
    let mut tries = 0_u32;
    loop {
        let rows = client.query(list, &[&NAME]).await.map_err(said)?;
        let count = u64::try_from(rows.len()).map_err(said)?;
        let which = usize::try_from(random.below(count)).map_err(said)?;
        if let Some(row) = rows.get(which) {
            let backend = row.try_get(0).map_err(said)?;
            return Ok((client, backend));
        }
        if tries >= TRIES {
            return Err("the receiver has no connection".to_owned());
        }
        tries = tries.saturating_add(1);
        sleep(PAUSE).await;
    }
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
