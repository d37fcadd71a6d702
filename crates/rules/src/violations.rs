//! What is wrong with input, told all at once and field by field.

use std::fmt;

/// Invoerfout: one thing that is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Violation {
    /// The field by its Dutch name in the interface, for example `plekkenVrij`.
    pub field: String,
    /// A stable Dutch code for programs, for example `te-hoog`.
    pub code: &'static str,
    /// What to do about it, in plain Dutch and without a trailing dot.
    pub message: String,
}

/// Invoerfouten: everything that is wrong with one piece of input.
///
/// Rules collect here instead of stopping at the first mistake, because somebody who fills in a form wants to
/// correct it in one go.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// No violations yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds one violation.
    pub fn add(&mut self, field: impl Into<String>, code: &'static str, message: impl Into<String>) {
        self.0.push(Violation { field: field.into(), code, message: message.into() });
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many things are wrong.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The violations in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.0.iter()
    }

    /// The violations as a plain list.
    pub fn into_vec(self) -> Vec<Violation> {
        self.0
    }

    /// Adds the violations of a part, with the place of that part before the field name:
    /// prefix `regels[2]` and field `status` become `regels[2].status`.
    pub fn extend_with_prefix(&mut self, prefix: &str, other: Self) {
        self.0.extend(other.0.into_iter().map(|violation| {
            let field = match (prefix, violation.field.as_str()) {
                ("", field) => field.to_owned(),
                (prefix, "") => prefix.to_owned(),
                (prefix, field) => format!("{prefix}.{field}"),
            };
            Violation { field, ..violation }
        }));
    }

    /// Adds what fields have together or with what is stored, except at fields that are wrong by themselves.
    pub fn add_joint(&mut self, other: Self) {
        let own = self.0.len();
        for violation in other.0 {
            if !self.0[..own].iter().any(|known| known.field == violation.field) {
                self.0.push(violation);
            }
        }
    }

    /// Whether something is wrong with one of these fields.
    pub fn concern(&self, fields: &[&str]) -> bool {
        self.0.iter().any(|violation| fields.contains(&violation.field.as_str()))
    }

    /// The value when nothing is wrong, otherwise the violations.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Fields and codes only: this text ends up in logs, where nothing that a person typed may appear.
impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid input")?;
        for (index, violation) in self.iter().enumerate() {
            let separator = if index == 0 { ": " } else { ", " };
            write!(f, "{separator}{} ({})", violation.field, violation.code)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Violations {
        let mut violations = Violations::new();
        violations.add("plekkenVrij", "te-hoog", "vul hooguit 9999 in");
        violations.add(String::from("status"), "strijdig", String::from("kies Wachtlijst"));
        violations
    }

    #[test]
    fn collects_in_order() {
        let fields: Vec<String> = two().into_iter().map(|violation| violation.field).collect();
        assert_eq!(fields, ["plekkenVrij", "status"]);
        assert_eq!(two().len(), 2);
        assert_eq!((&two()).into_iter().count(), two().into_vec().len());
    }

    #[test]
    fn what_is_wrong_by_itself_is_told_once() {
        let mut violations = two();
        let mut joint = Violations::new();
        joint.add("status", "onbekend", "deze status bestaat niet");
        joint.add("geldigTot", "einde-voor-begin", "ligt voor het begin");
        joint.add("geldigTot", "overlapt", "overlapt met een ander");
        violations.add_joint(joint);
        let told: Vec<(&str, &str)> = violations.iter().map(|one| (one.field.as_str(), one.code)).collect();
        let expected = [
            ("plekkenVrij", "te-hoog"),
            ("status", "strijdig"),
            ("geldigTot", "einde-voor-begin"),
            ("geldigTot", "overlapt"),
        ];
        assert_eq!(told, expected);
        assert!(violations.concern(&["naam", "status"]) && !violations.concern(&["naam"]));
    }

    #[test]
    fn gives_the_value_only_when_nothing_is_wrong() {
        assert_eq!(Violations::new().into_result(4), Ok(4));
        assert_eq!(two().into_result(4), Err(two()));
    }

    #[test]
    fn puts_the_place_before_the_field() {
        for (prefix, field, expected) in [
            ("regels[2]", "status", "regels[2].status"),
            ("", "status", "status"),
            ("regels[2]", "", "regels[2]"),
        ] {
            let mut part = Violations::new();
            part.add(field, "strijdig", "kies Wachtlijst");
            let mut whole = Violations::new();
            whole.extend_with_prefix(prefix, part);
            assert_eq!(whole.iter().next().map(|violation| violation.field.as_str()), Some(expected));
        }
    }

    #[test]
    fn the_log_text_has_fields_and_codes_only() {
        assert_eq!(two().to_string(), "invalid input: plekkenVrij (te-hoog), status (strijdig)");
    }
}
