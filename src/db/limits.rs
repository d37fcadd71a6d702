//! How long a PostgreSQL that does not answer is waited for. A server that is gone says so; one behind a broken cable, or
//! stopped, says nothing at all.

/// What a connection gets unless its URL says otherwise: seconds to connect, and seconds of silence after which the
/// machine gives up what was sent.
pub(super) const OF_EVERY_CONNECTION: [(&str, &str); 5] = [
    ("connect_timeout", "2"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];

/// What is asked for a request or by the background is done in portions: none takes a minute. Signs that would divide
/// the URL are written as numbers.
pub(super) const OF_REQUESTS: [(&str, &str); 1] = [("options", "-cstatement_timeout%3D60000")];

/// The URL with these parameters, as far as it does not have them. One of SQLite stays as it is.
pub(super) fn add(url: &str, parameters: &[(&str, &str)]) -> String {
    let mut whole = url.to_owned();
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return whole;
    }
    let given: Vec<&str> = url
        .split_once('?')
        .map(|(_, query)| query.split('&').filter_map(|pair| pair.split('=').next()).collect())
        .unwrap_or_default();
    for (name, value) in parameters.iter().filter(|(name, _)| !given.contains(name)) {
        whole.push(if whole.contains('?') { '&' } else { '?' });
        whole.push_str(name);
        whole.push('=');
        whole.push_str(value);
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_added_and_what_is_set_stays() {
        let some = [("connect_timeout", "2"), ("tcp_user_timeout", "10000")];
        for (url, whole) in [
            ("sqlite:///srv/a.sqlite", "sqlite:///srv/a.sqlite"),
            ("postgres://db/x", "postgres://db/x?connect_timeout=2&tcp_user_timeout=10000"),
            (
                "postgresql://db/x?sslmode=require&connect_timeout=9",
                "postgresql://db/x?sslmode=require&connect_timeout=9&tcp_user_timeout=10000",
            ),
        ] {
            assert_eq!(add(url, &some), whole);
        }
    }
}
