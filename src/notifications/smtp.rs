//! Delivering one mail to the mail server.
//!
//! Every reply is waited for with a limit of its own, and what the limit cuts off is never used again: a connection
//! that answers one reply late would answer every next question with the reply to the one before it.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use chrono::NaiveDateTime;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};

use super::model::{Outcome, Outgoing};

/// How long the mail server may take for each step.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until it is connected, encryption included.
    pub connect: Duration,
    /// For each reply.
    pub reply: Duration,
    /// For the reply to the mail itself, which the server may want to look through first.
    pub acceptance: Duration,
}

impl Patience {
    pub const USUAL: Self = Self {
        connect: Duration::from_secs(10),
        reply: Duration::from_secs(30),
        acceptance: Duration::from_mins(2),
    };

    /// The longest that one delivery can take.
    pub fn longest(self) -> Duration {
        // Greeting and EHLO, STARTTLS, sign-in in at most a few steps, MAIL, RCPT, DATA.
        self.connect * 2 + self.reply * 4 + self.acceptance
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encryption {
    None,
    /// From the first byte.
    Whole,
    /// After a greeting in the clear; nothing is sent when the server does not want to.
    StartTls,
}

/// The mail server, and on whose behalf mails are sent.
#[derive(Clone)]
pub struct Mailer {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    from: Mailbox,
    patience: Patience,
}

impl Mailer {
    /// From the settings: `smtps://` or `smtp://` with name, password, host and port, and the sender.
    pub fn new(url: &str, from: &str, patience: Patience) -> Result<Self, String> {
        let from = from.parse().map_err(|_| {
            "mail_from (MAIL_FROM) must be an address, such as Jeugdhulp <jeugdhulp@voorbeeld.nl>".to_owned()
        })?;
        let wrong = || {
            "smtp_url (SMTP_URL) must look like smtps://name:password@mail.voorbeeld.nl or smtp://mail.voorbeeld.nl:587"
                .to_owned()
        };
        let url = url::Url::parse(url).map_err(|_| wrong())?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(wrong)?.to_owned();
        let (encryption, port) = match (url.scheme(), url.query()) {
            ("smtps", None) => (Encryption::Whole, 465),
            ("smtp", None) => (Encryption::StartTls, 587),
            ("smtp", Some("tls=none")) => (Encryption::None, 25),
            _ => return Err(wrong()),
        };
        let decoded =
            |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().map(Cow::into_owned);
        let credentials = match url.password() {
            Some(password) => Some(Credentials::new(
                decoded(url.username()).map_err(|_| wrong())?,
                decoded(password).map_err(|_| wrong())?,
            )),
            None => None,
        };
        Ok(Self { port: url.port().unwrap_or(port), host, encryption, credentials, from, patience })
    }

    /// Whether the way to the mail server can be read by others.
    pub fn is_open_to_others(&self) -> bool {
        let here = ["localhost", "127.0.0.1", "[::1]"].contains(&self.host.as_str());
        self.encryption == Encryption::None && !here
    }

    pub fn patience(&self) -> Patience {
        self.patience
    }

    /// Delivers a mail. What happened is in the outcome; there are no other errors.
    pub async fn deliver(&self, mail: &Outgoing) -> Outcome {
        match self.offer(mail).await {
            Ok(offered) => offered.hand_over().await,
            Err(outcome) => outcome,
        }
    }

    /// Comes as far as the mail server wanting to have the mail. Nothing has been given to it yet.
    pub async fn offer(&self, mail: &Outgoing) -> Result<Offered, Outcome> {
        let Some((message, to)) = self.message(mail) else {
            return Err(Outcome::Refused("the mail cannot be written: its address is not right".into()));
        };
        // Whatever is wrong before the reader is named has nothing to do with this mail: the server is away, or the
        // settings are wrong. That passes or is mended, so the mail stays.
        let mut conn = match self.connect().await {
            Ok(conn) => conn,
            Err(error) => return Err(Outcome::Failed(error)),
        };
        let reply = self.patience.reply;
        let sender = MailFrom::new(Some(self.from.email.clone()), Vec::new());
        if let Err(error) = within(reply, conn.command(sender)).await {
            return Err(Outcome::Failed(error.text("MAIL", &mail.to)));
        }
        if let Err(error) = within(reply, conn.command(Rcpt::new(to, Vec::new()))).await {
            return Err(error.outcome("RCPT", &mail.to));
        }
        if let Err(error) = within(reply, conn.command(Data)).await {
            return Err(error.outcome("DATA", &mail.to));
        }
        Ok(Offered { conn, message, to: mail.to.clone(), patience: self.patience })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let name = ClientId::default();
        let tls = || TlsParameters::new(self.host.clone()).map_err(|error| error.to_string());
        let whole = if self.encryption == Encryption::Whole { Some(tls()?) } else { None };
        let Patience { connect, reply, .. } = self.patience;
        let address = (self.host.as_str(), self.port);
        let opening = AsyncSmtpConnection::connect_tokio1(address, Some(connect), &name, whole, None);
        // Name lookup, connecting, encryption, greeting and EHLO.
        let mut conn =
            within(connect + reply, opening).await.map_err(|error| error.text("connecting", ""))?;
        if self.encryption == Encryption::StartTls {
            within(connect, conn.starttls(tls()?, &name))
                .await
                .map_err(|error| error.text("STARTTLS", ""))?;
        }
        if let Some(credentials) = &self.credentials {
            within(reply, conn.auth(DEFAULT_MECHANISMS, credentials))
                .await
                .map_err(|error| error.text("AUTH", ""))?;
        }
        Ok(conn)
    }

    fn message(&self, mail: &Outgoing) -> Option<(Vec<u8>, Address)> {
        let to: Address = mail.to.parse().ok()?;
        if !mail.to.is_ascii() {
            return None;
        }
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to.clone()))
            .subject(mail.subject.as_str())
            .message_id(Some(format!("<{}@{}>", mail.message_id, self.from.email.domain())))
            .date(system_time(mail.created_at))
            .header(AutoSubmitted);
        if let Some(url) = &mail.unsubscribe_url {
            builder = builder.header(ListUnsubscribe(format!("<{url}>"))).header(OneClick);
        }
        let parts = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
        Some((builder.multipart(parts).ok()?.formatted(), to))
    }
}

/// A mail that the mail server waits for.
pub struct Offered {
    conn: AsyncSmtpConnection,
    message: Vec<u8>,
    to: String,
    patience: Patience,
}

impl Offered {
    /// Gives it the mail. From here until the outcome is written down, a server that dies sends the mail again.
    pub async fn hand_over(self) -> Outcome {
        let Self { mut conn, message, to, patience } = self;
        if let Err(error) = within(patience.acceptance, conn.message(&message)).await {
            return error.outcome("the mail itself", &to);
        }
        // It has been taken. How the server says goodbye changes nothing about that, and nobody waits for it.
        tokio::spawn(async move {
            let _ = within(patience.connect, conn.quit()).await;
        });
        Outcome::Sent
    }
}

fn system_time(at: NaiveDateTime) -> SystemTime {
    at.and_utc().into()
}

/// Why a step did not succeed.
enum StepError {
    TookTooLong,
    Smtp(lettre::transport::smtp::Error),
}

impl StepError {
    fn text(&self, step: &str, to: &str) -> String {
        let text = match self {
            Self::TookTooLong => format!("{step}: no reply in time"),
            Self::Smtp(error) => format!("{step}: {error}"),
        };
        // Servers repeat the address; an error is kept longer than the address may be.
        let text = if to.is_empty() { text } else { text.replace(to, "…") };
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(300).collect()
    }

    fn outcome(&self, step: &str, to: &str) -> Outcome {
        let text = self.text(step, to);
        match self {
            Self::Smtp(error) if error.is_permanent() => Outcome::Refused(text),
            _ => Outcome::Failed(text),
        }
    }
}

async fn within<T>(
    limit: Duration,
    step: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, StepError> {
    match tokio::time::timeout(limit, step).await {
        Ok(result) => result.map_err(StepError::Smtp),
        Err(_) => Err(StepError::TookTooLong),
    }
}

/// A header that lettre has no type for.
macro_rules! header {
    ($(#[$doc:meta])* $type:ident $(($field:ty))?, $name:literal, $value:expr) => {
        $(#[$doc])*
        #[derive(Clone)]
        struct $type $(($field))?;

        impl Header for $type {
            fn name() -> HeaderName {
                HeaderName::new_from_ascii_str($name)
            }

            fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
                Err("headers are written here, never read".into())
            }

            fn display(&self) -> HeaderValue {
                let value: fn(&Self) -> String = $value;
                HeaderValue::new(Self::name(), value(self))
            }
        }
    };
}

header!(
    /// Tells automatic answers to stay away (RFC 3834).
    AutoSubmitted, "Auto-Submitted", |_| "auto-generated".to_owned()
);
header!(
    /// RFC 2369.
    ListUnsubscribe(String), "List-Unsubscribe", |header| header.0.clone()
);
header!(
    /// RFC 8058: the mail program may send the form behind the address by itself.
    OneClick, "List-Unsubscribe-Post", |_| "List-Unsubscribe=One-Click".to_owned()
);

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "Jeugdhulp <jeugdhulp@voorbeeld.nl>";

    fn mailer(url: &str) -> Result<Mailer, String> {
        Mailer::new(url, FROM, Patience::USUAL)
    }

    #[test]
    fn the_address_of_the_mail_server_says_how_to_reach_it() {
        for (url, port, encryption) in [
            ("smtps://mail.voorbeeld.nl", 465, Encryption::Whole),
            ("smtps://mail.voorbeeld.nl:4650", 4650, Encryption::Whole),
            ("smtp://mail.voorbeeld.nl", 587, Encryption::StartTls),
            ("smtp://localhost:2525?tls=none", 2525, Encryption::None),
        ] {
            let mailer = mailer(url).expect(url);
            assert_eq!((mailer.port, mailer.encryption), (port, encryption), "{url}");
        }
        for url in ["", "mail.voorbeeld.nl", "https://mail.voorbeeld.nl", "smtp://", "smtp://x?tls=maybe"] {
            assert!(mailer(url).is_err(), "{url}");
        }
        assert!(Mailer::new("smtp://localhost", "geen adres", Patience::USUAL).is_err());
        assert!(mailer("smtp://mail.voorbeeld.nl?tls=none").is_ok_and(|mailer| mailer.is_open_to_others()));
        assert!(mailer("smtp://localhost?tls=none").is_ok_and(|mailer| !mailer.is_open_to_others()));
    }

    #[test]
    fn a_mail_has_both_forms_and_says_who_it_is_from() {
        let created_at = chrono::DateTime::from_timestamp(1_795_251_600, 0).expect("a time").naive_utc();
        let mail = Outgoing {
            id: 1,
            to: "intake@haven.example".into(),
            subject: "Klopt alles nog? Één klik".into(),
            text: "Klopt het nog?".into(),
            html: "<p>Klopt het nog?</p>".into(),
            unsubscribe_url: Some("https://jeugdhulp.example/volgen/abc".into()),
            message_id: "0a1b".into(),
            created_at,
            attempts: 1,
            give_up_at: created_at,
        };
        let (message, _) = mailer("smtp://localhost").expect("settings").message(&mail).expect("a message");
        let message = String::from_utf8(message).expect("ascii");
        for part in [
            "From: Jeugdhulp <jeugdhulp@voorbeeld.nl>",
            "To: intake@haven.example",
            "Message-ID: <0a1b@voorbeeld.nl>",
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe: <https://jeugdhulp.example/volgen/abc>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Content-Type: multipart/alternative",
            "<p>Klopt het nog?</p>",
        ] {
            assert!(message.contains(part), "{part} in {message}");
        }
        let wrong = Outgoing { to: "jan@bücher.example".into(), ..mail };
        assert!(mailer("smtp://localhost").expect("settings").message(&wrong).is_none());
    }
}
