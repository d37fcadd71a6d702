//! A form that can be shown again: what was typed, what is wrong with it, and what somebody else made of it.
//! `web/parts/field.html` has its fields and `web/parts/form_top.html` what stands above it.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::NaiveDate;

use crate::error::{Error, Result, this};
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_day};
use crate::web::format;
use crate::web::page::{ErrorLink, Page, render};

/// The fields of a form with the label of each, in the order of the form. A field that people do not see has no label.
pub type Labels = &'static [(&'static str, &'static str)];

/// What a form shows for something stored, by field. A box that can be ticked is `ja` or `nee`.
pub type Values = Vec<(&'static str, String)>;

/// What a list lets people choose from: code and words.
pub type Choices = Vec<(String, String)>;

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
    labels: Labels,
    /// Labels that a region words itself.
    own_labels: BTreeMap<&'static str, String>,
    values: BTreeMap<&'static str, String>,
    choices: BTreeMap<&'static str, Choices>,
    /// What somebody else saved since this form was opened.
    newer: Option<Values>,
}

/// One field in which what was typed differs from what somebody else saved in the meantime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub label: String,
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

    /// What a field is called here, instead of what the program calls it.
    #[must_use]
    pub fn with_label(mut self, name: &'static str, label: String) -> Self {
        self.own_labels.insert(name, label);
        self
    }

    /// What the list `name` lets people choose from.
    #[must_use]
    pub fn with_choices(mut self, name: &'static str, choices: Choices) -> Self {
        self.choices.insert(name, choices);
        self
    }

    /// These fields are days: however one was typed, it is shown again as it was understood.
    #[must_use]
    pub fn with_days(mut self, names: &[&str]) -> Self {
        for (_, value) in self.values.iter_mut().filter(|(name, _)| names.contains(name)) {
            if let Some(day) = parse_day(value) {
                *value = format::day_field(day);
            }
        }
        self
    }

    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map_or("", String::as_str)
    }

    pub fn is_ticked(&self, name: &str) -> bool {
        self.value(name) == TICKED
    }

    pub fn choices(&self, name: &str) -> &[(String, String)] {
        self.choices.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn label(&self, name: &str) -> &str {
        let of_program =
            || self.labels.iter().find(|(known, _)| *known == name).map_or("", |(_, label)| label);
        self.own_labels.get(name).map_or_else(of_program, String::as_str)
    }

    /// The message at a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|error| error.field == name).map(|error| error.text.as_str())
    }

    /// Takes up why the form was not saved, in the order of the form. Something that does not exist is told at the field
    /// with its name as label, any other clash with what is there at the field `key`. What no input can mend is handed back.
    pub fn refuse(&mut self, error: Error, key: &str) -> Result<Refusal> {
        match error {
            Error::Invalid(violations) | Error::Collision(violations) => {
                let place = |field: &str| self.labels.iter().position(|(name, _)| *name == field);
                let mut errors = ErrorLink::list(&violations, |field| match self.label(field) {
                    "" => field.to_owned(),
                    label => label.to_owned(),
                });
                errors.sort_by_key(|error| place(&error.field).unwrap_or(usize::MAX));
                self.errors = errors;
            }
            Error::NotFound(what) => {
                let field = self.labels.iter().find(|(_, label)| label.to_lowercase() == what);
                let (name, label) = *field.ok_or(Error::NotFound(what))?;
                let text = format!("{label}: {} bestaat niet", this(what).to_lowercase());
                self.errors = vec![ErrorLink::new(name, text)];
            }
            Error::Conflict(message) => {
                let mut letters = message.trim_end_matches('.').chars();
                let first = letters.next().into_iter().flat_map(char::to_lowercase);
                let message: String = first.chain(letters).collect();
                self.errors = vec![ErrorLink::new(key, format!("{}: {message}", self.label(key)))];
            }
            Error::Outdated { .. } => return Ok(Refusal::Outdated),
            other => return Err(other),
        }
        Ok(Refusal::Mend)
    }

    /// Puts what was typed beside what somebody else stored, and bases the form on that version.
    pub fn compare(&mut self, version: i32, stored: Values) {
        self.version = version.to_string();
        self.newer = Some(stored);
    }

    /// Whether somebody else saved since this form was opened.
    pub fn is_outdated(&self) -> bool {
        self.newer.is_some()
    }

    /// What that other person saved differently, in the words that people see.
    pub fn differences(&self) -> Vec<Difference> {
        let differs = |(name, stored): &(&'static str, String)| {
            let typed = match self.value(name) {
                "" if stored == TICKED || stored == NOT_TICKED => NOT_TICKED,
                typed => typed,
            };
            let typed = typed.replace("\r\n", "\n").trim().to_owned();
            (typed != *stored).then(|| Difference {
                label: self.label(name).to_owned(),
                typed: self.words(name, &typed),
                stored: self.words(name, stored),
            })
        };
        self.newer.iter().flatten().filter_map(differs).collect()
    }

    /// What people see for a value: the words of a choice, or the value itself.
    fn words(&self, name: &str, value: &str) -> String {
        let choice = self.choices(name).iter().find(|(code, _)| code == value);
        choice.map_or(value, |(_, words)| words).to_owned()
    }

    /// The frame for a page with this form on it; `section` is the path of the menu entry that is current.
    pub fn page(&self, ctx: &Context, section: &str) -> Page {
        let mut page = Page::new(ctx, section);
        page.has_errors = self.is_outdated() || !self.errors.is_empty();
        page
    }

    /// 200 for a form to fill in, 400 for one to mend, 409 for one that somebody else was ahead of.
    pub fn status(&self) -> StatusCode {
        if self.is_outdated() {
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
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(render(page)?))
}

/// Reads the version a change is based on; something new has none.
pub fn read_version(fields: &mut Fields) -> Option<i32> {
    fields.optional_small(VERSION_FIELD, 1, i64::from(i32::MAX))
}

/// A list to choose from that begins with no choice.
pub fn choices(first: &str, rest: impl IntoIterator<Item = (String, String)>) -> Choices {
    std::iter::once((String::new(), first.to_owned())).chain(rest).collect()
}

/// A yes or no as the value of a box that can be ticked.
pub fn ticked(flag: bool) -> String {
    if flag { TICKED } else { NOT_TICKED }.to_owned()
}

/// A value that may be unknown, as it stands in a field.
pub fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

/// A day that may be unknown, as it stands in a field.
pub fn shown_day(day: Option<NaiveDate>) -> String {
    day.map(format::day_field).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LABELS: Labels = &[
        ("nummer", ""),
        ("naam", "Naam"),
        ("omschrijving", "Omschrijving"),
        ("pc4", "Postcode"),
        ("segment", "Segment"),
        ("geldigTot", "Laatste dag"),
        ("tot23", "Tot 23 jaar"),
    ];

    fn typed() -> Form {
        let query = "versie=1&naam=Wonen&omschrijving=een%0D%0Atwee&segment=2&geldigTot=2027-01-31";
        Form::of_typed(LABELS, &Fields::from_query(query))
    }

    #[test]
    fn a_form_comes_back_with_what_was_typed() {
        let form = typed();
        assert_eq!((form.value("naam"), form.value("tot23"), form.is_new()), ("Wonen", "", false));
        assert_eq!(form.value("geldigTot"), "2027-01-31");
        assert_eq!(form.with_days(&["geldigTot"]).value("geldigTot"), "31-01-2027", "as it was understood");
        let wrong = Form::of_typed(LABELS, &Fields::from_query("geldigTot=31-31-2027"));
        assert_eq!(wrong.with_days(&["geldigTot"]).value("geldigTot"), "31-31-2027", "as it was typed");
    }

    #[test]
    fn messages_stand_at_their_field() {
        for (error, field, text) in [
            (Error::invalid("naam", "verplicht", "vul dit in"), "naam", "Naam: vul dit in"),
            (Error::collision("naam", "dubbel", "bestaat al"), "naam", "Naam: bestaat al"),
            (Error::Conflict("Dit bestaat al.".into()), "naam", "Naam: dit bestaat al"),
            (Error::NotFound("segment"), "segment", "Segment: dit segment bestaat niet"),
            (Error::NotFound("postcode"), "pc4", "Postcode: deze postcode bestaat niet"),
        ] {
            let mut form = typed();
            assert_eq!(form.status(), StatusCode::OK);
            assert_eq!(form.refuse(error, "naam").ok(), Some(Refusal::Mend), "{text}");
            assert_eq!((form.error(field), form.status()), (Some(text), StatusCode::BAD_REQUEST));
        }
    }

    #[test]
    fn what_no_input_can_mend_is_handed_back() {
        for error in [Error::Forbidden, Error::NotFound("contract")] {
            assert!(typed().refuse(error, "naam").is_err());
        }
    }

    #[test]
    fn only_what_somebody_else_changed_is_compared_in_words() {
        let mut form = typed().with_days(&["geldigTot"]);
        assert_eq!(form.refuse(Error::Outdated { current: None }, "naam").ok(), Some(Refusal::Outdated));
        form.compare(
            2,
            vec![
                ("naam", "Wonen".into()),
                ("omschrijving", "een\ntwee".into()),
                ("segment", String::new()),
                ("geldigTot", "31-01-2027".into()),
                ("tot23", "nee".into()),
            ],
        );
        let form = form.with_choices("segment", choices("Alle segmenten", [("2".into(), "2 Wonen".into())]));
        let expected =
            Difference { label: "Segment".into(), typed: "2 Wonen".into(), stored: "Alle segmenten".into() };
        assert_eq!(form.differences(), [expected]);
        assert_eq!((form.version.as_str(), form.status()), ("2", StatusCode::CONFLICT));
    }
}
