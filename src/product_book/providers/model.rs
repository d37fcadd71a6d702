//! Providers, and the shape of the ways to reach them.

use rules::contact::is_host_name;
pub use rules::contact::parse_email;
use serde::Serialize;

/// Soort aanbieder: who holds the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// Hoofdaannemer: has contracts of its own.
    Main,
    /// Onderaannemer: works under the contracts of a main contractor.
    Sub,
}

impl ProviderKind {
    /// The words of the API and the forms.
    pub const CHOICES: [(&'static str, Self); 2] =
        [("hoofdaannemer", Self::Main), ("onderaannemer", Self::Sub)];

    /// The code in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Sub => "sub",
        }
    }

    /// From the code in the database, which allows no other than these two.
    pub fn from_code(code: &str) -> Self {
        if code == "sub" { Self::Sub } else { Self::Main }
    }

    /// The word of the API and the forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Main => "hoofdaannemer",
            Self::Sub => "onderaannemer",
        }
    }
}

/// A provider as another names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProviderName {
    pub agb: String,
    pub name: String,
}

/// Aanbieder: a care organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Provider {
    pub agb: String,
    pub name: String,
    pub kind: ProviderKind,
    /// For a sub-contractor: under whose contracts it works.
    pub main_provider: Option<ProviderName>,
    /// How referrers reach it; empty when not known. Not for everybody to see.
    pub phone: String,
    pub email: String,
    pub website: String,
    /// Whether it gives help online, so that distance matters less.
    pub online_help: bool,
    pub description: String,
}

/// What a list of providers is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderFilter {
    /// Part of the name.
    pub name: Option<String>,
    pub kind: Option<ProviderKind>,
}

/// What a list of providers is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderColumn {
    Name,
    Agb,
}

/// A phone number as people write it: digits with spaces, hyphens or brackets between, `+` in front for abroad.
pub fn parse_phone(text: &str) -> Result<String, &'static str> {
    const WRONG: &str = "vul een telefoonnummer in van hoogstens 40 tekens, bijvoorbeeld 0341 00 01 01";
    let rest = text.strip_prefix(['+', '(']).unwrap_or(text);
    let mut digits = 0;
    let mut between = 0;
    for c in rest.chars() {
        match c {
            '0'..='9' => {
                digits += 1;
                between = 0;
            }
            ' ' | '-' | '(' | ')' if digits > 0 && between < 3 => between += 1,
            _ => return Err(WRONG),
        }
    }
    let fits = (6..=15).contains(&digits) && between == 0 && text.len() <= 40;
    if fits { Ok(text.to_owned()) } else { Err(WRONG) }
}

/// The address of a website. Only `https://`, because the page shows it as a link.
pub fn parse_website(text: &str) -> Result<String, &'static str> {
    let fits = text.strip_prefix("https://").is_some_and(|rest| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        let path_fits =
            path.bytes().all(|b| b.is_ascii_alphanumeric() || b"._~:/?#@!$&'()*+,;=%-".contains(&b));
        is_host_name(host) && path_fits
    });
    if fits && text.len() <= 200 {
        Ok(text.to_owned())
    } else {
        Err(
            "vul een adres in dat begint met https://, van hoogstens 200 tekens, bijvoorbeeld https://www.voorbeeld.nl",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers() {
        for text in [
            "0341 00 01 01",
            "0341-000101",
            "(0341) 00 01 01",
            "+31 (0)341 00 01 01",
            "06 - 12345678",
            "14 0341",
        ] {
            assert_eq!(parse_phone(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "0341",
            "0341 0001 0101 0101 01",
            "bel 0341000101",
            "0341 00 01 01 ",
            "0341    000101",
            "--------",
            "++31341000101",
        ] {
            assert!(parse_phone(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn websites_are_https_only() {
        for text in ["https://www.voorbeeld.nl", "https://voorbeeld.nl/jeugd?soort=1#top"] {
            assert_eq!(parse_website(text).as_deref(), Ok(text));
        }
        for text in [
            "",
            "http://www.voorbeeld.nl",
            "www.voorbeeld.nl",
            "https://",
            "https://voorbeeld",
            "https://a.nl/\"><script>",
            "javascript:alert(1)",
        ] {
            assert!(parse_website(text).is_err(), "{text:?}");
        }
    }
}
