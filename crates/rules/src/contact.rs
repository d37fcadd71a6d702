//! How somebody can be reached, in the plain forms that every program takes.

/// An e-mail address in the plain form that every mail program takes.
pub fn parse_email(text: &str) -> Result<String, &'static str> {
    let fits = text.split_once('@').is_some_and(|(local, host)| {
        let local_fits =
            !local.is_empty() && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"._%+-".contains(&b));
        local_fits && is_host_name(host)
    });
    if fits && text.len() <= 200 {
        Ok(text.to_owned())
    } else {
        Err("vul een e-mailadres in van hoogstens 200 tekens, bijvoorbeeld aanmelden@voorbeeld.nl")
    }
}

/// The name of a host on the internet.
pub fn is_host_name(host: &str) -> bool {
    let part_fits =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    host.contains('.') && host.split('.').all(part_fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn email_addresses() {
        for text in ["aanmelden@voorbeeld.nl", "a.b+c@mail.voorbeeld-zorg.nl"] {
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
            "a@voorbeeld.nl\nBcc: b@voorbeeld.nl",
        ] {
            assert!(parse_email(text).is_err(), "{text:?}");
        }
        assert!(parse_email(&format!("{}@voorbeeld.nl", "a".repeat(200))).is_err());
    }
}
