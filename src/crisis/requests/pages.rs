//! The pages of crisis requests: the form of the desk, the list, one request, and its steps.

pub mod case;
pub mod correct;
pub mod list;
pub mod new;
pub mod outage;
pub mod request;
pub mod step;
pub mod triage;

/// The menu entry of these pages.
const SECTION: &str = "/crisis/aanvragen";
