//! Waiting clients on pages.

pub mod bulk;
pub mod client;
pub mod list;
pub mod register;
pub mod registrations;
pub mod settings;
pub mod step;

/// The entry of the menu that all these pages belong to.
const SECTION: &str = "/wachtlijst";

/// The row of pages about one client, on each of them.
#[derive(Debug, Clone)]
pub struct Tabs {
    pub code: String,
    /// The last part of the address of the page that is current.
    pub current: &'static str,
}

impl Tabs {
    /// Last part of the address, and what the tab says.
    const ALL: [(&'static str, &'static str); 4] = [
        ("", "Overzicht"),
        ("/reacties", "Reacties"),
        ("/voorstel", "Voorstel"),
        ("/overbrugging", "Overbrugging"),
    ];

    pub fn new(code: impl ToString, current: &'static str) -> Self {
        Self { code: code.to_string(), current }
    }

    /// Address, text, and whether it is the page itself.
    pub fn items(&self) -> Vec<(String, &'static str, bool)> {
        let item = |(part, text): (&'static str, &'static str)| {
            (format!("/wachtlijst/{}{part}", self.code), text, part == self.current)
        };
        Self::ALL.into_iter().map(item).collect()
    }
}
