//! A browser without a screen: it opens pages, fills in forms and follows where it is sent.

use payments_core::sandbox::encode_form;

/// A page as it is shown.
pub(super) struct Page {
    pub(super) url: String,
    pub(super) status: u16,
    pub(super) html: String,
}

pub(super) struct Browser(reqwest::Client);

impl Browser {
    pub(super) fn new() -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        Self(client.build().unwrap())
    }

    pub(super) async fn open(&self, url: &str) -> Page {
        self.follow(url.to_owned(), self.0.get(url)).await
    }

    /// Fills in the form that has `mark` in it and sends it, as a browser on that page does.
    pub(super) async fn send(&self, page: &Page, mark: &str, fill: &[(&str, &str)]) -> Page {
        let (action, fields) = form(page, mark, fill);
        self.post(&absolute(&page.url, &action), &origin(&page.url), &fields)
            .await
    }

    pub(super) async fn post(&self, url: &str, origin: &str, fields: &[(String, String)]) -> Page {
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let request = self
            .0
            .post(url)
            .header("origin", origin)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encode_form(&pairs));
        self.follow(url.to_owned(), request).await
    }

    async fn follow(&self, mut url: String, request: reqwest::RequestBuilder) -> Page {
        let mut response = request.send().await.unwrap();
        while response.status().is_redirection() {
            let to = response.headers()["location"].to_str().unwrap();
            url = absolute(&url, to);
            response = self.0.get(&url).send().await.unwrap();
        }
        let status = response.status().as_u16();
        let html = response.text().await.unwrap();
        Page { url, status, html }
    }
}

fn origin(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

fn absolute(page: &str, target: &str) -> String {
    if target.starts_with('/') {
        origin(page) + target
    } else {
        target.to_owned()
    }
}

/// Where the form with `mark` in it goes, and its fields.
pub(super) fn form(
    page: &Page,
    mark: &str,
    fill: &[(&str, &str)],
) -> (String, Vec<(String, String)>) {
    let mut forms = page.html.split("<form").skip(1);
    let form = forms
        .find_map(|rest| {
            let form = rest.split("</form>").next()?;
            form.contains(mark).then_some(form)
        })
        .unwrap_or_else(|| panic!("no form with {mark:?} on {}: {}", page.url, page.html));
    let action = attribute(form, "action").unwrap();
    let mut fields = Vec::new();
    for input in form.split("<input").skip(1) {
        let tag = input.split('>').next().unwrap();
        let name = attribute(tag, "name").unwrap();
        let filled = fill.iter().find(|(known, _)| *known == name);
        match filled {
            Some((_, value)) => fields.push((name, (*value).to_owned())),
            None => fields.push((name, attribute(tag, "value").unwrap_or_default())),
        }
    }
    // The button that was pressed, where it has a name.
    let button = form
        .split("<button")
        .skip(1)
        .find(|rest| rest.contains(mark));
    let tag = button
        .and_then(|rest| rest.split('>').next())
        .unwrap_or_default();
    if let Some(name) = attribute(tag, "name") {
        fields.push((name, attribute(tag, "value").unwrap_or_default()));
    }
    (action, fields)
}

/// An attribute of a tag, as it was before it was escaped.
pub(super) fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    Some(
        plain
            .iter()
            .fold(value.to_owned(), |text, (from, to)| text.replace(from, to)),
    )
}
