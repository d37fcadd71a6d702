//! A mail, from the moment something causes it until it has been delivered.

use chrono::NaiveDateTime;

/// A mail to one person, in two forms that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// What sort of mail it is, such as `herinnering`.
    pub kind: &'static str,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
}

/// What a mail is for, beside what it says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Purpose<'a> {
    /// Where its reader ends mails of this kind.
    pub unsubscribe_url: Option<&'a str>,
    /// The reminder that it brings.
    pub reminder_id: Option<i64>,
}

/// A mail that one server holds to send it.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    pub id: i64,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Where its reader ends mails of this kind, with one click of the mail program.
    pub unsubscribe_url: Option<String>,
    /// The part of the Message-ID before the @.
    pub message_id: String,
    pub created_at: NaiveDateTime,
    /// Attempts so far, this one included.
    pub attempts: i32,
    pub give_up_at: NaiveDateTime,
}

/// How an attempt to deliver ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The mail server took it.
    Sent,
    /// It may work later: the server is away, slow, full or unwilling for now.
    Failed(String),
    /// It will never work: the server refuses this reader or this mail.
    Refused(String),
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailState {
    Waiting,
    Failed,
    Sent,
}

impl MailState {
    pub const ALL: [Self; 3] = [Self::Failed, Self::Waiting, Self::Sent];

    /// The code in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Waiting => "wacht",
            Self::Failed => "mislukt",
            Self::Sent => "verzonden",
        }
    }
}

/// A mail as the administrator sees it: never what it says, and not the whole address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailLine {
    pub id: i64,
    pub kind: String,
    /// Such as `j…@voorbeeld.nl`; empty once erased.
    pub to: String,
    pub created_at: NaiveDateTime,
    pub attempts: i32,
    pub next_attempt_at: NaiveDateTime,
    pub sent_at: Option<NaiveDateTime>,
    pub failed_at: Option<NaiveDateTime>,
    pub last_error: Option<String>,
    pub erased: bool,
}

/// How full the outbox is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Queue {
    pub waiting: i64,
    pub failed: i64,
    /// When the mail that waits longest was written.
    pub oldest: Option<NaiveDateTime>,
}

/// An address that a person recognises and nobody else can use: `jan@voorbeeld.nl` becomes `j…@voorbeeld.nl`.
pub fn masked(address: &str) -> String {
    match (address.chars().next(), address.rsplit_once('@')) {
        (Some(first), Some((_, domain))) => format!("{first}…@{domain}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn an_address_shows_its_first_letter_and_its_domain() {
        assert_eq!(masked("intake@haven.example"), "i…@haven.example");
        assert_eq!(masked("é\"@\"@haven.example"), "é…@haven.example");
        assert_eq!((masked(""), masked("geen adres")), (String::new(), String::new()));
    }
}
