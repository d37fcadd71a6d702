//! A mail.

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
