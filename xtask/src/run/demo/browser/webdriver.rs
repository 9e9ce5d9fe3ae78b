//! A Chromium without a screen, told what to do through chromedriver, which speaks WebDriver.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use payments_core::clock::{Clock as _, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};

use super::den::Den;

/// How long something may take to appear: far more than it does.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(100);
/// By this name a reply refers to an element, says the standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// chromedriver, for as long as this value lives, and what it starts and writes.
pub(super) struct ChromeDriver {
    process: Child,
    port: u16,
    client: reqwest::Client,
    /// Removed last.
    _den: Den,
}

impl ChromeDriver {
    /// Starts it on a port that is free.
    ///
    /// # Errors
    /// That there is none.
    pub(super) fn start() -> Result<Self, String> {
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.map_err(|error| error.to_string())?;
        let den = Den::new()?;
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", den.path())
            // Ctrl-C is for this program, which then ends the browser in order.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                format!("no browser: chromedriver does not start ({error}); on Debian, install chromium and chromium-driver")
            })?;
        let port = process.stdout.take().and_then(|output| {
            let mut lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.find_map(|line| {
                let (_, rest) = line.split_once("successfully on port ")?;
                rest.trim_end_matches('.').parse::<u16>().ok()
            })
        });
        let Some(port) = port else {
            // It is gone already, or goes now.
            let _ = process.kill();
            let _ = process.wait();
            return Err("chromedriver does not say on which port it is".to_owned());
        };
        Ok(Self {
            process,
            port,
            client,
            _den: den,
        })
    }

    /// Opens a window of that size; a narrow one is a phone.
    ///
    /// # Errors
    /// That Chromium does not start.
    pub(super) async fn open(&self, width: u32, height: u32) -> Result<Window, String> {
        let size = format!("--window-size={width},{height}");
        let mut arguments = vec!["--headless=new".to_owned(), size];
        // Chromium refuses to run in its own box as root, which a container often is.
        if is_root() {
            arguments.push("--no-sandbox".to_owned());
        }
        let mut options = json!({ "args": arguments });
        if width < 500
            && let Some(options) = options.as_object_mut()
        {
            let metrics =
                json!({ "width": width, "height": height, "pixelRatio": 2, "touch": true });
            options.insert(
                "mobileEmulation".to_owned(),
                json!({ "deviceMetrics": metrics }),
            );
        }
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
        } } });
        let url = format!("http://127.0.0.1:{}/session", self.port);
        let session = ask(&self.client, Method::POST, &url, Some(&wanted)).await?;
        let id = session.get("sessionId").and_then(Value::as_str);
        let id = id.ok_or("chromedriver gives no session")?;
        Ok(Window {
            client: self.client.clone(),
            session: format!("{url}/{id}"),
        })
    }
}

/// It is asked to end, because it takes its windows along then; and if it does not, it is ended.
impl Drop for ChromeDriver {
    fn drop(&mut self) {
        let _ = ask_to_end(self.port);
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits until it has closed its windows.
fn ask_to_end(port: u16) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!("GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    stream.read_to_end(&mut Vec::new()).map(drop)
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

async fn ask(
    client: &reqwest::Client,
    method: Method,
    url: &str,
    body: Option<&Value>,
) -> Result<Value, String> {
    let mut request = client.request(method, url);
    if let Some(body) = body {
        request = request.body(body.to_string());
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let text = answer.text().await.map_err(|error| error.to_string())?;
    let mut answer: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
    match value.get("error") {
        Some(error) => Err(format!(
            "{error}: {}",
            value.get("message").unwrap_or(&Value::Null)
        )),
        None => Ok(value),
    }
}

/// One window of a browser, with what it remembers.
pub(super) struct Window {
    client: reqwest::Client,
    session: String,
}

impl Window {
    async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        let url = format!("{}/{path}", self.session);
        ask(&self.client, Method::POST, &url, Some(&body)).await
    }

    pub(super) async fn go(&self, url: &str) -> Result<(), String> {
        self.post("url", json!({ "url": url })).await.map(drop)
    }

    /// Waits until there is an element, by its CSS selector; gives its id.
    pub(super) async fn find(&self, css: &str) -> Result<String, String> {
        let clock = SystemClock::new();
        let start = clock.monotonic();
        loop {
            let wanted = json!({ "using": "css selector", "value": css });
            let found = self.post("element", wanted).await;
            let id = found
                .as_ref()
                .ok()
                .and_then(|found| found.get(ELEMENT)?.as_str());
            match (id, &found) {
                (Some(id), _) => return Ok(id.to_owned()),
                (None, Err(error)) if clock.monotonic().saturating_sub(start) > PATIENCE => {
                    return Err(format!("{css} does not appear: {error}"));
                }
                (None, _) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    /// Waits until there is an element, by its CSS selector, with this text in it.
    pub(super) async fn read(&self, css: &str, text: &str) -> Result<(), String> {
        let script = "return [...document.querySelectorAll(arguments[0])]\
                      .some(one => one.textContent.includes(arguments[1]))";
        self.until(script, json!([css, text]))
            .await
            .map_err(|()| format!("{css} does not say {text:?}"))
    }

    /// Waits until there are so many elements.
    pub(super) async fn count(&self, css: &str, count: usize) -> Result<(), String> {
        let script = "return document.querySelectorAll(arguments[0]).length == arguments[1]";
        if self.until(script, json!([css, count])).await.is_ok() {
            return Ok(());
        }
        let script = "return document.querySelectorAll(arguments[0]).length";
        let found = self.run(script, json!([css])).await?;
        Err(format!(
            "there are {found} of {css} in the end, not {count}"
        ))
    }

    /// Waits until a script says so. A page that is just going away says nothing.
    async fn until(&self, script: &str, arguments: Value) -> Result<(), ()> {
        let clock = SystemClock::new();
        let start = clock.monotonic();
        while self.run(script, arguments.clone()).await != Ok(Value::Bool(true)) {
            if clock.monotonic().saturating_sub(start) > PATIENCE {
                return Err(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// What a script on the page gives.
    pub(super) async fn run(&self, script: &str, arguments: Value) -> Result<Value, String> {
        let body = json!({ "script": script, "args": arguments });
        self.post("execute/sync", body).await
    }

    /// Does something with an element; with the one that is there instead, where the page has just renewed
    /// itself.
    async fn with(
        &self,
        css: &str,
        act: impl AsyncFn(&str) -> Result<Value, String>,
    ) -> Result<Value, String> {
        loop {
            let id = self.find(css).await?;
            match act(&format!("element/{id}")).await {
                Err(error) if error.contains("stale element") => {}
                done => return done.map_err(|error| format!("{css}: {error}")),
            }
        }
    }

    pub(super) async fn click(&self, css: &str) -> Result<(), String> {
        let click = async |element: &str| self.post(&format!("{element}/click"), json!({})).await;
        self.with(css, click).await.map(drop)
    }

    pub(super) async fn fill(&self, css: &str, text: &str) -> Result<(), String> {
        let fill = async |element: &str| {
            self.post(&format!("{element}/clear"), json!({})).await?;
            let text = json!({ "text": text });
            self.post(&format!("{element}/value"), text).await
        };
        self.with(css, fill).await.map(drop)
    }

    /// What is filled in or hidden in a field.
    pub(super) async fn value(&self, css: &str) -> Result<String, String> {
        let value = async |element: &str| {
            let url = format!("{}/{element}/property/value", self.session);
            ask(&self.client, Method::GET, &url, None).await
        };
        let value = self.with(css, value).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Goes into a frame: what comes then is about it.
    pub(super) async fn enter(&self, css: &str) -> Result<(), String> {
        let id = self.find(css).await?;
        self.post("frame", json!({ "id": { ELEMENT: id } }))
            .await
            .map(drop)
    }

    /// Back to the page around all frames.
    pub(super) async fn leave(&self) -> Result<(), String> {
        self.post("frame", json!({ "id": null })).await.map(drop)
    }

    /// Writes what is seen into a file.
    pub(super) async fn shoot(&self, file: &Path) -> Result<(), String> {
        let url = format!("{}/screenshot", self.session);
        let image = ask(&self.client, Method::GET, &url, None).await?;
        let image = STANDARD.decode(image.as_str().unwrap_or_default());
        let image = image.map_err(|error| error.to_string())?;
        std::fs::write(file, image).map_err(|error| format!("{}: {error}", file.display()))
    }

    pub(super) async fn close(self) -> Result<(), String> {
        let closed = ask(&self.client, Method::DELETE, &self.session, None);
        closed.await.map(drop)
    }
}
