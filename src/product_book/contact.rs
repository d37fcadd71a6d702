//! How a region or a provider is reached: telephone, mail and website, each of which may be unknown.
//!
//! The website ends up in a link, so only http and https will do.

use crate::web::fields::Fields;

/// Telephone, mail address and website; empty is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    pub phone: String,
    pub email: String,
    pub website: String,
}

/// Reads `telefoon`, `email` and `website`.
pub fn read_contact(fields: &mut Fields) -> Contact {
    Contact {
        phone: fields.optional_parsed("telefoon", "geen-telefoonnummer", parse_phone).unwrap_or_default(),
        email: fields.optional_parsed("email", "geen-mailadres", parse_email).unwrap_or_default(),
        website: fields.optional_parsed("website", "geen-webadres", parse_website).unwrap_or_default(),
    }
}

fn parse_phone(text: &str) -> Result<String, &'static str> {
    let fits = text.is_empty()
        || ((3..=25).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_digit() || c == '+' || c == '(')
            && text.chars().all(|c| c.is_ascii_digit() || "+() .-".contains(c)));
    if fits { Ok(text.to_owned()) } else { Err("vul een telefoonnummer in, bijvoorbeeld 0341 12 34 56") }
}

fn parse_email(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || (text.len() <= 254 && is_email(text)) {
        Ok(text.to_owned())
    } else {
        Err("vul een e-mailadres in, bijvoorbeeld info@organisatie.nl")
    }
}

fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let name_fits = (1..=64).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_{|}~.-".contains(c));
    let part_fits = |part: &str| {
        (1..=63).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    name_fits && host.contains('.') && host.split('.').all(part_fits)
}

fn parse_website(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || (text.len() <= 300 && is_website(text)) {
        Ok(text.to_owned())
    } else {
        Err("vul een webadres in dat met https:// begint, bijvoorbeeld https://www.organisatie.nl")
    }
}

fn is_website(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else { return false };
    let (place, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port)));
    !host.is_empty()
        && host.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
        && port.is_none_or(|port| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()))
        && path.chars().all(|c| c.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_may_be_empty() {
        assert_eq!(parse_phone(""), Ok(String::new()));
        assert_eq!(parse_email(""), Ok(String::new()));
        assert_eq!(parse_website(""), Ok(String::new()));
    }

    #[test]
    fn telephone_numbers() {
        for (text, fits) in [
            ("0341 00 00 00", true),
            ("+31 (0)341-000000", true),
            ("(0341) 00 00 00", true),
            ("14 0341", true),
            ("12", false),
            ("-112", false),
            ("bel ons", false),
            ("0341 00 00 00 00 00 00 00 00", false),
        ] {
            assert_eq!(parse_phone(text).is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn mail_addresses() {
        for (text, fits) in [
            ("info@regio.example", true),
            ("aan.melden+zorg@mail.regio.example", true),
            ("info@regio", false),
            ("info@regio.", false),
            ("@regio.example", false),
            ("info@@regio.example", false),
            ("een naam <info@regio.example>", false),
        ] {
            assert_eq!(parse_email(text).is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn websites_are_http_or_https() {
        for (text, fits) in [
            ("https://www.regio.example", true),
            ("http://regio.example:8080/pad?vraag=1#deel", true),
            ("https://regio.example/a\"b", true),
            ("www.regio.example", false),
            ("javascript:alert(1)", false),
            ("https://", false),
            ("https://regio example", false),
            ("https://regio.example/é", false),
            ("https://regio.example:", false),
        ] {
            assert_eq!(parse_website(text).is_ok(), fits, "{text}");
        }
    }
}
