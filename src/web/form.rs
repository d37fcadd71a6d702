//! A form that can be shown again: what was typed, what is wrong with it, and what somebody else made of it.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::page::{ErrorLink, Page};

/// The fields of a form with the label of each, in the order of the form.
pub type Labels = &'static [(&'static str, &'static str)];

/// What a form shows for something stored, by field. A box that can be ticked is `ja` or `nee`.
pub type Values = Vec<(&'static str, String)>;

/// The hidden field with the version a change is based on.
const VERSION_FIELD: &str = "versie";
const TICKED: &str = "ja";
const NOT_TICKED: &str = "nee";

/// A form as a template shows it.
#[derive(Debug, Clone, Default)]
pub struct Form {
    /// Empty for something new.
    pub version: String,
    pub errors: Vec<ErrorLink>,
    /// Whether somebody else saved since this form was opened.
    pub outdated: bool,
    /// What that other person saved differently.
    pub differences: Vec<Difference>,
    labels: Labels,
    values: BTreeMap<&'static str, String>,
}

/// One field in which what somebody typed differs from what another has saved in the meantime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub label: &'static str,
    pub typed: String,
    pub stored: String,
}

/// What becomes of a form that was not saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The messages say what to mend.
    Mend,
    /// Somebody else was first: read what is stored now and [`Form::compare`] it.
    Outdated,
}

impl Form {
    /// An empty form, for something new.
    pub fn new(labels: Labels) -> Self {
        Self { labels, ..Self::default() }
    }

    /// A form to change what is stored.
    pub fn of_stored(labels: Labels, version: i32, values: Values) -> Self {
        Self { version: version.to_string(), labels, values: values.into_iter().collect(), ..Self::default() }
    }

    /// The form as it came in, to show again.
    pub fn of_typed(labels: Labels, fields: &Fields) -> Self {
        let values = labels.iter().map(|(name, _)| (*name, fields.raw(name))).collect();
        Self { version: fields.raw(VERSION_FIELD), labels, values, ..Self::default() }
    }

    pub fn is_new(&self) -> bool {
        self.version.is_empty()
    }

    /// A starting value for something new.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.insert(name, value.into());
        self
    }

    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    pub fn is_ticked(&self, name: &str) -> bool {
        self.value(name) == TICKED
    }

    pub fn label<'a>(&self, name: &'a str) -> &'a str {
        self.labels.iter().find(|(known, _)| *known == name).map_or(name, |(_, label)| label)
    }

    /// The message at a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == name).map(|error| error.text.as_str())
    }

    /// Takes up why the form was not saved, in the order of the form. A clash with what is there already is told at the field `key`;
    /// what no input can mend is handed back.
    pub fn refuse(&mut self, error: Error, key: &str) -> Result<Refusal> {
        match error {
            Error::Invalid(violations) => {
                let place = |field: &str| self.labels.iter().position(|(name, _)| *name == field);
                let mut errors = ErrorLink::list(&violations, |field| self.label(field).to_owned());
                errors.sort_by_key(|error| place(&error.field).unwrap_or(usize::MAX));
                self.errors = errors;
                Ok(Refusal::Mend)
            }
            Error::Conflict(message) => {
                self.errors = vec![ErrorLink::new(key, format!("{}: {message}", self.label(key)))];
                Ok(Refusal::Mend)
            }
            Error::Outdated { .. } => Ok(Refusal::Outdated),
            other => Err(other),
        }
    }

    /// Puts what was typed beside what somebody else stored, and bases the form on that version.
    pub fn compare(&mut self, version: i32, stored: Values) {
        self.version = version.to_string();
        self.outdated = true;
        let differs = |(name, stored): (&'static str, String)| {
            let typed = match self.value(name) {
                "" if stored == TICKED || stored == NOT_TICKED => NOT_TICKED,
                typed => typed,
            };
            let typed = typed.replace("\r\n", "\n").trim().to_owned();
            (typed != stored).then(|| Difference { label: self.label(name), typed, stored })
        };
        self.differences = stored.into_iter().filter_map(differs).collect();
    }

    /// The frame for a page with this form on it.
    pub fn page(&self, ctx: &Context) -> Page {
        let mut page = Page::new(ctx, "/beheer");
        page.has_errors = self.outdated || !self.errors.is_empty();
        page
    }

    /// 200 for a form to fill in, 400 for one to mend, 409 for one that somebody else was ahead of.
    pub fn status(&self) -> StatusCode {
        if self.outdated {
            StatusCode::CONFLICT
        } else if self.errors.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        }
    }
}

/// The page of a form, with the status of [`Form::status`].
pub fn form_page<T: Template>(status: StatusCode, page: &T) -> Result<HttpResponse> {
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(page.render()?))
}

/// A yes or no as the value of a box that can be ticked.
pub fn ticked(flag: bool) -> String {
    if flag { TICKED } else { NOT_TICKED }.to_owned()
}

/// A value that may be unknown, as it stands in a field.
pub fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: Labels = &[("naam", "Naam"), ("omschrijving", "Omschrijving"), ("tot23", "Tot 23 jaar")];

    fn typed() -> Form {
        Form::of_typed(LABELS, &Fields::from_query("versie=1&naam=Wonen&omschrijving=een%0D%0Atwee"))
    }

    #[test]
    fn a_form_comes_back_with_what_was_typed() {
        let form = typed();
        assert_eq!((form.value("naam"), form.value("tot23"), form.is_new()), ("Wonen", "", false));
        assert_eq!(form.status(), StatusCode::OK);
    }

    #[test]
    fn messages_stand_at_their_field() {
        let mut form = typed();
        assert_eq!(
            form.refuse(Error::invalid("naam", "verplicht", "vul dit in"), "code").ok(),
            Some(Refusal::Mend)
        );
        assert_eq!(form.error("naam"), Some("Naam: vul dit in"));
        assert_eq!(form.status(), StatusCode::BAD_REQUEST);
        assert_eq!(form.refuse(Error::Conflict("dit bestaat al".into()), "naam").ok(), Some(Refusal::Mend));
        assert_eq!(form.error("naam"), Some("Naam: dit bestaat al"));
        assert!(form.refuse(Error::Forbidden, "naam").is_err());
    }

    #[test]
    fn only_what_somebody_else_changed_is_compared() {
        let mut form = typed();
        assert_eq!(form.refuse(Error::Outdated { current: None }, "naam").ok(), Some(Refusal::Outdated));
        let stored =
            vec![("naam", "Logeren".into()), ("omschrijving", "een\ntwee".into()), ("tot23", "nee".into())];
        form.compare(2, stored);
        let expected = Difference { label: "Naam", typed: "Wonen".into(), stored: "Logeren".into() };
        assert_eq!(form.differences, [expected]);
        assert_eq!((form.version.as_str(), form.status()), ("2", StatusCode::CONFLICT));
    }
}
