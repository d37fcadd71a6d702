//! A small client: sends what a browser or a system sends, and keeps what comes back.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::Value;
use ureq::http::{HeaderMap, Request};

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.body))
    }

    /// The fields an invalid input was refused for, in order.
    pub fn wrong_fields(&self) -> Vec<String> {
        assert_eq!(self.status, 400, "{}", self.body);
        self.told_fields()
    }

    /// The fields that clash with each other or with what is there, in order.
    pub fn clashing_fields(&self) -> Vec<String> {
        assert_eq!(self.status, 409, "{}", self.body);
        self.told_fields()
    }

    fn told_fields(&self) -> Vec<String> {
        let problem = self.json();
        let list = problem["fouten"].as_array().unwrap_or_else(|| panic!("no list of errors: {problem}"));
        list.iter().map(|error| error["veld"].as_str().expect("a field").to_owned()).collect()
    }
}

/// A write that was done: who sent it, and what.
#[derive(Clone)]
pub struct Sent {
    pub browser: Browser,
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

thread_local! {
    static DONE: RefCell<Option<Vec<Sent>>> = const { RefCell::new(None) };
}

/// The writes that are done during some work, in order: good examples of what can be sent.
pub fn writes_of(work: impl FnOnce()) -> Vec<Sent> {
    DONE.set(Some(Vec::new()));
    work();
    DONE.take().unwrap_or_default()
}

/// Somebody who calls the server.
#[derive(Clone)]
pub struct Browser {
    agent: ureq::Agent,
    url: String,
    token: Option<String>,
    cookies: BTreeMap<String, String>,
    pub csrf: String,
}

impl Browser {
    pub fn new(url: &str) -> Self {
        // A connection of its own for each request: whether an idle one is still open when it is used again is a matter
        // of moments, which no test is about.
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_idle_connections(0)
            .build()
            .into();
        Self { agent, url: url.to_owned(), token: None, cookies: BTreeMap::new(), csrf: String::new() }
    }

    pub fn with_token(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    /// The same browser at another server.
    pub fn at(&self, url: &str) -> Self {
        Self { url: url.to_owned(), ..self.clone() }
    }

    /// Keeps the cookies that came with an answer, and forgets those it takes away.
    pub fn keep_cookies(&mut self, answer: &Answer) {
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("text");
            let (name, rest) = line.split_once('=').expect("name and value");
            let value = rest.split(';').next().unwrap_or_default();
            if line.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.get(name).cloned()
    }

    /// The same browser without one of its cookies.
    pub fn without_cookie(mut self, name: &str) -> Self {
        self.cookies.remove(name);
        self
    }

    /// Sends anything: method, path, further headers, body.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Answer {
        self.try_send(method, path, headers, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// The same, to a server that may be gone.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Result<Answer, ureq::Error> {
        let (status, headers, body) = self.exchange(method, path, headers, body.into())?;
        Ok(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// A file that is no text.
    pub fn download(&self, path: &str) -> Vec<u8> {
        let (status, _, body) = self.exchange("GET", path, &[], Vec::new()).expect("an answer");
        assert_eq!(status, 200, "{path}");
        body
    }

    fn exchange(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Result<(u16, HeaderMap, Vec<u8>), ureq::Error> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header("Cookie", pairs.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.clone()).expect("a request");
        let mut response = self.agent.run(request)?;
        let (status, answered) = (response.status().as_u16(), response.headers().clone());
        if method != "GET" && (200..400).contains(&status) {
            let sent = || Sent {
                browser: self.clone(),
                method: method.to_owned(),
                path: path.to_owned(),
                headers: headers
                    .iter()
                    .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                    .collect(),
                body: body.clone(),
            };
            DONE.with_borrow_mut(|done| done.iter_mut().for_each(|done| done.push(sent())));
        }
        let headers = answered;
        let body = response.body_mut().with_config().limit(50_000_000).read_to_vec()?;
        Ok((status, headers, body))
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    pub fn put(&self, path: &str, body: &Value) -> Answer {
        self.send("PUT", path, &[("Content-Type", "application/json")], body.to_string())
    }

    /// A change of the version that was read.
    pub fn put_version(&self, path: &str, version: &str, body: &Value) -> Answer {
        self.send(
            "PUT",
            path,
            &[("Content-Type", "application/json"), ("If-Match", version)],
            body.to_string(),
        )
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("Content-Type", "application/json")], body.to_string())
    }

    /// A form with a file, as a page of ours sends it.
    pub fn post_file(&self, path: &str, name: &str, content: &[u8]) -> Answer {
        const EDGE: &str = "een-grens-die-nergens-in-staat";
        let csrf = &self.csrf;
        let mut body = format!(
            "--{EDGE}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n\
             --{EDGE}\r\nContent-Disposition: form-data; name=\"bestand\"; filename=\"{name}\"\r\n\
             Content-Type: text/csv\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{EDGE}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        self.send("POST", path, &[("Content-Type", &kind), ("Origin", "https://jeugdhulp.example")], body)
    }

    /// A form, as a page of ours sends it: with the token of the session and from the right origin.
    pub fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_form_with(path, &[], fields)
    }

    /// The same with further headers, as a script of ours sends it.
    pub fn post_form_with(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        const USUAL: [(&str, &str); 2] =
            [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", "https://jeugdhulp.example")];
        let body = ureq_form(fields.iter().copied().chain([("csrf", self.csrf.as_str())]));
        self.send("POST", path, &[&USUAL, headers].concat(), body)
    }
}

fn ureq_form<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
