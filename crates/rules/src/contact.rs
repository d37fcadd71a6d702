//! How somebody can be reached, in the plain forms that every program takes.

/// What is before the @ (RFC 5321, 4.5.3.1.1).
const LONGEST_LOCAL_PART: usize = 64;
/// A part of a host name (RFC 1035, 2.3.4).
const LONGEST_LABEL: usize = 63;

/// An e-mail address in the plain form that every mail program takes.
pub fn parse_email(text: &str) -> Result<String, &'static str> {
    let fits = text.split_once('@').is_some_and(|(local, host)| {
        // Parts between single dots (RFC 5321, 4.1.2): a mail server refuses an address with another dot, for good.
        let part_fits = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_%+-".contains(&b))
        };
        local.len() <= LONGEST_LOCAL_PART && local.split('.').all(part_fits) && is_host_name(host)
    });
    if fits && text.len() <= 200 {
        Ok(text.to_owned())
    } else {
        Err("vul een e-mailadres in van hoogstens 200 tekens, bijvoorbeeld aanmelden@voorbeeld.nl")
    }
}

/// The name of a host on the internet.
pub fn is_host_name(host: &str) -> bool {
    let part_fits = |part: &str| {
        !part.is_empty()
            && part.len() <= LONGEST_LABEL
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.contains('.') && host.split('.').all(part_fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_addresses() {
        let longest = format!("{}@voorbeeld.nl", "a".repeat(64));
        for text in ["aanmelden@voorbeeld.nl", "a.b+c@mail.voorbeeld-zorg.nl", &longest] {
            assert_eq!(parse_email(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "aanmelden",
            "@voorbeeld.nl",
            "a@voorbeeld",
            "a@.nl",
            "a@b@c.nl",
            "a b@voorbeeld.nl",
            "a@voorbeeld..nl",
            "a.@voorbeeld.nl",
            ".a@voorbeeld.nl",
            "a..b@voorbeeld.nl",
            "a@-voorbeeld.nl",
            "a@voorbeeld-.nl",
            "a@voorbeeld.nl\nBcc: b@voorbeeld.nl",
        ] {
            assert!(parse_email(text).is_err(), "{text:?}");
        }
        for long in [65, 200] {
            assert!(parse_email(&format!("{}@voorbeeld.nl", "a".repeat(long))).is_err());
        }
        assert!(parse_email(&format!("a@{}.nl", "b".repeat(64))).is_err());
    }
}
