//! Koppelingen (service accounts): programs of a provider that keep its figures by API. A service account is a user
//! account without a password: it has a secret of its own, and scopes.

pub mod actions;
pub mod api;
pub mod pages;
mod store;

const CLIENT_ID_PREFIX: &str = "koppeling-";

/// Whether a text could be the id of a client: the prefix and 16 hexadecimal digits.
pub fn is_client_id(text: &str) -> bool {
    text.strip_prefix(CLIENT_ID_PREFIX).is_some_and(|rest| {
        rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}
