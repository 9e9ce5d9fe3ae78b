//! A PostgreSQL for tests: the one of `DATABASE_URL`, else a private cluster of installed binaries.

use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tokio_postgres::{Client, NoTls};

/// A server that is there for one test, and stopped when it is dropped.
pub(crate) struct Cluster {
    address: String,
    /// Stopped and removed with the cluster.
    _own: Option<Own>,
}

struct Own {
    binaries: PathBuf,
    folder: PathBuf,
    user: Option<u32>,
}

impl Cluster {
    /// Nothing where there is no PostgreSQL, which is said in one line. With `PAYMENTS_TEST_POSTGRES`
    /// set, that is a failure.
    pub(crate) fn find() -> Option<Self> {
        if let Ok(address) = std::env::var("DATABASE_URL") {
            return Some(Self {
                address,
                _own: None,
            });
        }
        let Some(binaries) = binaries() else {
            let required = std::env::var_os("PAYMENTS_TEST_POSTGRES").is_some();
            assert!(!required, "no DATABASE_URL and no PostgreSQL installed");
            eprintln!("skipped: no DATABASE_URL and no PostgreSQL installed");
            return None;
        };
        let folder = std::env::temp_dir().join(format!("payments-pg-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        // The server refuses to run as root.
        let is_root = std::fs::metadata("/proc/self").unwrap().uid() == 0;
        let user = is_root.then(|| uid_of(&["postgres", "nobody"]));
        if user.is_some() {
            chown(&folder, user, None).unwrap();
        }
        let own = Own {
            binaries,
            folder,
            user,
        };
        let (data, place) = (own.folder.join("data"), own.folder.display().to_string());
        let data = data.display().to_string();
        own.run(
            "initdb",
            &[
                "-D",
                &data,
                "-A",
                "trust",
                "-U",
                "payments",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
        );
        let options = format!("-c listen_addresses= -c unix_socket_directories={place}");
        let log = format!("{place}/log");
        own.run(
            "pg_ctl",
            &["-D", &data, "-w", "-l", &log, "-o", &options, "start"],
        );
        Some(Self {
            address: format!("host={place} user=payments dbname=postgres"),
            _own: Some(own),
        })
    }

    /// A client in a schema of this name, which is made where it is not there.
    pub(crate) async fn client(&self, schema: &str) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.address, NoTls).await.unwrap();
        tokio::spawn(connection);
        let set = format!("CREATE SCHEMA IF NOT EXISTS {schema}; SET search_path = {schema}");
        client.batch_execute(&set).await.unwrap();
        client
    }

    /// The same in a schema that is empty.
    pub(crate) async fn fresh(&self, schema: &str) -> Client {
        let client = self.client(schema).await;
        let anew = format!("DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}");
        client.batch_execute(&anew).await.unwrap();
        client
    }
}

impl Own {
    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.binaries.join(program));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("LC_ALL", "C");
        if let Some(user) = self.user {
            command.uid(user);
        }
        // Not `output`: the server would keep its pipes open.
        let log = std::fs::File::create(self.folder.join(format!("{program}.out"))).unwrap();
        command.stdout(log.try_clone().unwrap()).stderr(log);
        let status = command.status().unwrap();
        let said = std::fs::read_to_string(self.folder.join(format!("{program}.out")));
        assert!(status.success(), "{program}: {}", said.unwrap_or_default());
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let data = self.folder.join("data").display().to_string();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]);
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn binaries() -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    let versions = Path::new("/usr/lib/postgresql").read_dir();
    places.extend(
        versions
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path().join("bin")),
    );
    places
        .into_iter()
        .find(|place| place.join("initdb").exists())
}

fn uid_of(names: &[&str]) -> u32 {
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let uid = |name: &&str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        line.split(':').nth(2)?.parse().ok()
    };
    names.iter().find_map(uid).unwrap()
}
