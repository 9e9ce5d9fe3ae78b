//! A PostgreSQL for tests: the one of `DATABASE_URL`, else a private cluster of installed binaries.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio_postgres::{Client, NoTls};

use crate::store::{Postgres, StoreError};

/// Tells the clusters of one process apart.
static MADE: AtomicU32 = AtomicU32::new(0);

/// A PostgreSQL that is there for one test. A private one listens on a socket in a folder of its own,
/// and is stopped and removed when this is dropped, and when this process ends, however it does.
#[derive(Debug)]
pub struct Cluster {
    address: String,
    own: Option<Own>,
}

#[derive(Debug)]
struct Own {
    binaries: PathBuf,
    folder: PathBuf,
    user: Option<u32>,
    keeper: Option<Child>,
}

impl Cluster {
    /// The database of `DATABASE_URL`, else a server of its own, made with `initdb` and `pg_ctl` from the
    /// path or from where Debian has them; as `postgres` or `nobody` where this process is root.
    ///
    /// Nothing where there is no PostgreSQL, which is said in one line on standard error.
    ///
    /// # Errors
    /// What `initdb` or `pg_ctl` said; and that there is no PostgreSQL, where
    /// `PAYMENTS_TEST_POSTGRES` is set.
    pub fn find() -> Result<Option<Self>, String> {
        if let Ok(address) = std::env::var("DATABASE_URL") {
            return Ok(Some(Self { address, own: None }));
        }
        let Some(binaries) = binaries() else {
            let none = "no DATABASE_URL and no PostgreSQL installed";
            if std::env::var_os("PAYMENTS_TEST_POSTGRES").is_some() {
                return Err(none.to_owned());
            }
            eprintln!("skipped: {none}");
            return Ok(None);
        };
        let own = Own::made(binaries)?;
        own.start()?;
        let place = own.folder.display();
        Ok(Some(Self {
            address: format!("host={place} user=payments dbname=postgres"),
            own: Some(own),
        }))
    }

    /// What `tokio_postgres` connects to.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The folder of a private server's socket, for libraries that have a configuration of their own: its user
    /// is `payments`, its database `postgres`. Nothing for a server of `DATABASE_URL`.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.own.as_ref().map(|own| &*own.folder)
    }

    /// A client in a schema of this name, which is made where it is not there. Its connection is driven
    /// by the runtime that this is called in.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub async fn client(&self, schema: &str) -> Result<Client, tokio_postgres::Error> {
        let (client, connection) = tokio_postgres::connect(&self.address, NoTls).await?;
        tokio::spawn(connection);
        let schema = self.schema(schema);
        let set =
            format!(r#"CREATE SCHEMA IF NOT EXISTS "{schema}"; SET search_path = "{schema}""#);
        client.batch_execute(&set).await?;
        Ok(client)
    }

    /// The same in a schema that is empty: what was in it is dropped.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub async fn fresh(&self, schema: &str) -> Result<Client, tokio_postgres::Error> {
        let client = self.client(schema).await?;
        let schema = self.schema(schema);
        let anew = format!(r#"DROP SCHEMA "{schema}" CASCADE; CREATE SCHEMA "{schema}""#);
        client.batch_execute(&anew).await?;
        Ok(client)
    }

    /// A store in a schema that is empty, which opens its connections itself.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub async fn opened(&self, schema: &str) -> Result<Postgres, StoreError> {
        let failed = |error| crate::store::postgres::failed("emptying a schema", error);
        drop(self.fresh(schema).await.map_err(failed)?);
        self.opened_again(schema).await
    }

    /// The same in the schema as it is, which must be there.
    ///
    /// # Errors
    /// What PostgreSQL said.
    pub async fn opened_again(&self, schema: &str) -> Result<Postgres, StoreError> {
        let (address, schema) = (self.address.clone(), self.schema(schema));
        let set: Arc<str> = format!(r#"SET search_path = "{schema}""#).into();
        Postgres::connect_with(move || {
            let (address, set) = (address.clone(), Arc::clone(&set));
            async move {
                let (client, connection) = tokio_postgres::connect(&address, NoTls).await?;
                tokio::spawn(connection);
                client.batch_execute(&set).await?;
                Ok::<_, tokio_postgres::Error>(client)
            }
        })
        .await
    }

    /// The name that a schema has in the database: in one of `DATABASE_URL`, which may hold other things,
    /// it is `payments_test_`, the number of this process, and the name. There it stays behind.
    #[must_use]
    pub fn schema(&self, name: &str) -> String {
        match self.own {
            Some(_) => name.to_owned(),
            None => format!("payments_test_{}_{name}", std::process::id()),
        }
    }

    /// The process id of a private server, to be killed by; nothing for one of `DATABASE_URL`, and for
    /// one that is stopped.
    #[must_use]
    pub fn postmaster(&self) -> Option<u32> {
        let own = self.own.as_ref()?;
        let text = fs::read_to_string(own.data().join("postmaster.pid")).ok()?;
        text.lines().next()?.trim().parse().ok()
    }

    /// Stops a private server at once, as a crash would: connections break off.
    ///
    /// # Errors
    /// What `pg_ctl` said; and for a server of `DATABASE_URL`, which is not ours to stop.
    pub fn stop(&self) -> Result<(), String> {
        self.own()?.stop()
    }

    /// Starts a private server again that was stopped or killed. While processes of the killed one are
    /// ending this can fail: try again then.
    ///
    /// # Errors
    /// What `pg_ctl` said; and for a server of `DATABASE_URL`.
    pub fn start(&self) -> Result<(), String> {
        self.own()?.start()
    }

    fn own(&self) -> Result<&Own, String> {
        let own = self.own.as_ref();
        own.ok_or_else(|| "the server of DATABASE_URL is not ours to stop or start".to_owned())
    }
}

impl Own {
    /// Initializes a cluster in a folder that only this process uses.
    fn made(binaries: PathBuf) -> Result<Self, String> {
        let (process, number) = (std::process::id(), MADE.fetch_add(1, Ordering::SeqCst));
        let folder = std::env::temp_dir().join(format!("payments-pg-{process}-{number}"));
        // What a process of the same number left, perhaps.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).map_err(|error| told("making a folder", &error))?;
        // The server refuses to run as root.
        let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        let user = if is_root {
            let user = uid_of(&["postgres", "nobody"]);
            Some(user.ok_or("there is no user to run PostgreSQL as")?)
        } else {
            None
        };
        if user.is_some() {
            chown(&folder, user, None).map_err(|error| told("giving the folder away", &error))?;
        }
        let mut own = Self {
            binaries,
            folder,
            user,
            keeper: None,
        };
        own.keeper = Some(own.keep()?);
        let data = own.data().display().to_string();
        let trust = ["-A", "trust", "-U", "payments"];
        let text = ["-E", "UTF8", "--locale=C", "-N"];
        own.run("initdb", &[&["-D", &*data][..], &trust, &text].concat())?;
        Ok(own)
    }

    /// Starts a shell that outlives this process, killed or not, and cleans up then: its input ends with
    /// us. In a group of its own, so that Ctrl-C does not reach it.
    fn keep(&self) -> Result<Child, String> {
        const CLEAN_UP: &str = r#"cat; "$0" -D "$1/data" -m immediate stop; rm -rf "$1""#;
        let mut shell = Command::new("sh");
        shell
            .args(["-c", CLEAN_UP])
            .arg(self.binaries.join("pg_ctl"))
            .arg(&self.folder)
            .current_dir("/")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(user) = self.user {
            shell.uid(user);
        }
        shell.spawn().map_err(|error| told("sh", &error))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn start(&self) -> Result<(), String> {
        let (data, place) = (self.data(), self.folder.display());
        let options = format!("-c listen_addresses= -c unix_socket_directories={place}");
        let (data, log) = (data.display().to_string(), format!("{place}/log"));
        let arguments = ["-D", &data, "-w", "-l", &log, "-o", &options, "start"];
        self.run("pg_ctl", &arguments)
    }

    fn stop(&self) -> Result<(), String> {
        let data = self.data().display().to_string();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"])
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new(self.binaries.join(program));
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("LC_ALL", "C");
        if let Some(user) = self.user {
            command.uid(user);
        }
        // Not `output`: the server would keep its pipes open.
        let path = self.folder.join(format!("{program}.out"));
        let said = File::create(&path).and_then(|log| Ok((log.try_clone()?, log)));
        let (out, err) = said.map_err(|error| told(program, &error))?;
        let status = command.stdout(out).stderr(err).status();
        let status = status.map_err(|error| told(program, &error))?;
        if status.success() {
            return Ok(());
        }
        let said = fs::read_to_string(path).unwrap_or_default();
        Err(format!("{program}: {}", said.trim_end()))
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // One that is stopped already says so.
        let _ = self.stop();
        let _ = fs::remove_dir_all(&self.folder);
        if let Some(keeper) = &mut self.keeper {
            // Closes its input; it finds nothing left to do.
            let _ = keeper.wait();
        }
    }
}

fn told(doing: &str, error: &dyn std::error::Error) -> String {
    format!("{doing}: {error}")
}

fn binaries() -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    let versions = Path::new("/usr/lib/postgresql").read_dir();
    let versions = versions.into_iter().flatten().flatten();
    places.extend(versions.map(|entry| entry.path().join("bin")));
    let mut places = places.into_iter();
    places.find(|place| place.join("initdb").exists() && place.join("pg_ctl").exists())
}

fn uid_of(names: &[&str]) -> Option<u32> {
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let uid = |name: &&str| {
        let line = users
            .lines()
            .find(|line| line.split(':').next() == Some(name))?;
        line.split(':').nth(2)?.parse().ok()
    };
    names.iter().find_map(uid)
}
