//! Crisisverblijf: what comes with a stay, when it is looked at again, and how it ends.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use crate::dutch::date;
use crate::personal_data::find_personal_data;
use crate::violations::Violations;

/// The longest name of a team.
pub const LONGEST_TEAM: usize = 100;

/// The longest a stay is extended at once, in days.
pub const LONGEST_EXTENSION: u64 = 92;

/// How many days ago help can have begun that is written down as begun.
const LONGEST_AGO: u64 = 31;

/// From how many days before the term on it is told that something is due.
const SOON: i64 = 3;

/// What goes with a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Company<'a> {
    /// Whether child and parents chose it, without a measure of the court.
    pub voluntary: bool,
    /// The team of the perspectiefregisseur.
    pub perspective_team: Option<&'a str>,
    /// Who gives the ambulant help that comes with it.
    pub companion: Option<i64>,
}

/// What is filled in of a stay when a child is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placing<'a> {
    /// The day on which the request came in.
    pub received_on: NaiveDate,
    /// The day on which the child comes.
    pub starts_on: NaiveDate,
    pub company: Company<'a>,
}

/// Checks a placing. Stay goes together with ambulant help, always; in a voluntary setting a local perspectiefregisseur is
/// named by team, never by person.
pub fn check_placing(placing: &Placing<'_>, today: NaiveDate) -> Violations {
    let mut violations = Violations::new();
    if placing.starts_on > today || placing.starts_on + Days::new(7) < today {
        violations.add("startOp", "buiten-grenzen", "vul vandaag in, of een dag van de afgelopen week");
    } else if placing.starts_on < placing.received_on {
        violations.add("startOp", "voor-aanvraag", before_request(placing.received_on));
    }
    check_company(placing.company, today, &mut violations);
    violations
}

/// Checks what goes with every stay, of a crisis or not.
pub fn check_company(company: Company<'_>, today: NaiveDate, violations: &mut Violations) {
    if company.companion.is_none() {
        let message = "verblijf gaat altijd samen met ambulante hulp: kies wie die geeft";
        violations.add("begeleider", "verplicht", message);
    }
    match company.perspective_team {
        None if company.voluntary => {
            let message = "noem bij een vrijwillig verblijf het team van de perspectiefregisseur";
            violations.add("perspectiefteam", "verplicht", message);
        }
        Some(team) if team.chars().count() > LONGEST_TEAM => {
            violations.add("perspectiefteam", "te-lang", "gebruik hooguit 100 tekens");
        }
        Some(team) if find_personal_data(team, today).is_some() => {
            violations.add("perspectiefteam", "persoonsgegeven", "noem een team, geen persoon");
        }
        _ => {}
    }
}

/// Help that began before the child came to the point could never be closed in a quarter.
fn before_request(received_on: NaiveDate) -> String {
    format!("de aanvraag kwam binnen op {}: vul die dag in, of een latere", date(received_on))
}

/// Checks the day on which ambulant help began: not before the request, not to come, and not longer ago than somebody
/// who writes down what happened remembers well.
pub fn check_start(
    field: &'static str,
    day: NaiveDate,
    received_on: NaiveDate,
    today: NaiveDate,
) -> Violations {
    let mut violations = Violations::new();
    if day < received_on {
        violations.add(field, "voor-aanvraag", before_request(received_on));
    } else if day + Days::new(LONGEST_AGO) < today {
        violations.add(field, "te-vroeg", "vul een dag van de afgelopen maand in");
    } else if day > today {
        violations.add(field, "toekomst", "vul vandaag in, of een eerdere dag");
    }
    violations
}

/// The last day for the evaluation and the perspectiefplan.
pub fn due_on(started_on: NaiveDate, term_days: u16) -> NaiveDate {
    started_on.checked_add_days(Days::new(term_days.into())).unwrap_or(NaiveDate::MAX)
}

/// How something with a term stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Due {
    /// So many days late.
    Overdue(u64),
    /// Today is the last day.
    Today,
    /// Only so many days are left.
    Soon(u64),
    /// So many days are left.
    Later(u64),
    /// Done so many days after the term.
    DoneLate(u64),
    /// Done in time.
    Done,
}

impl Due {
    /// By the term and the day on which it was done, if it was.
    pub fn new(due_on: NaiveDate, done_on: Option<NaiveDate>, today: NaiveDate) -> Self {
        let late = (done_on.unwrap_or(today) - due_on).num_days();
        let days = late.unsigned_abs();
        match (done_on.is_some(), late) {
            (true, 1..) => Self::DoneLate(days),
            (true, _) => Self::Done,
            (false, 1..) => Self::Overdue(days),
            (false, 0) => Self::Today,
            (false, late) if late >= -SOON => Self::Soon(days),
            (false, _) => Self::Later(days),
        }
    }

    /// Whether it asks for somebody's attention.
    pub const fn is_pressing(self) -> bool {
        matches!(self, Self::Overdue(_) | Self::Today | Self::Soon(_))
    }

    /// So many days late; fewer than none while there is time left, and none once it was done.
    pub fn days_late(self) -> i64 {
        match self {
            Self::Overdue(days) => i64::try_from(days).unwrap_or(i64::MAX),
            Self::Soon(days) | Self::Later(days) => -i64::try_from(days).unwrap_or(i64::MAX),
            Self::Today | Self::Done | Self::DoneLate(_) => 0,
        }
    }

    /// Whether it was done, in time or not.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::Done | Self::DoneLate(_))
    }

    /// `nog 2 dagen`, `3 dagen te laat`, `gedaan`.
    pub fn words(self) -> String {
        let days = |days: u64| if days == 1 { "1 dag".to_owned() } else { format!("{days} dagen") };
        match self {
            Self::Overdue(late) => format!("{} te laat", days(late)),
            Self::Today => "uiterlijk vandaag".to_owned(),
            Self::Soon(left) | Self::Later(left) => format!("nog {}", days(left)),
            Self::DoneLate(late) => format!("gedaan, {} te laat", days(late)),
            Self::Done => "gedaan".to_owned(),
        }
    }
}

/// Checks the day on which an evaluation was held, a plan made or a stay ended: within the stay, and not to come.
pub fn check_day(field: &'static str, day: NaiveDate, started_on: NaiveDate, today: NaiveDate) -> Violations {
    let mut violations = Violations::new();
    if day < started_on {
        violations.add(field, "te-vroeg", "vul een dag in op of na het begin van het verblijf");
    } else if day > today {
        violations.add(field, "toekomst", "vul vandaag in, of een eerdere dag");
    }
    violations
}

/// Checks until when a stay is extended: later than it would last now, and not without end.
pub fn check_extension(until: NaiveDate, lasts_until: NaiveDate, today: NaiveDate) -> Violations {
    let mut violations = Violations::new();
    if until <= lasts_until || until < today {
        violations.add("verlengdTot", "te-vroeg", "vul een latere dag in dan nu is afgesproken");
    } else if until > lasts_until.max(today) + Days::new(LONGEST_EXTENSION) {
        violations.add("verlengdTot", "te-laat", "verleng hooguit drie maanden tegelijk");
    }
    violations
}

/// Groepssamenstelling: which coded notes of a child clash with those of the children that stay in the group already.
///
/// `clashes` are the pairs of the region; the order within a pair makes no difference.
pub fn group_warnings(
    clashes: &[(String, String)],
    child: &BTreeSet<String>,
    group: &BTreeSet<String>,
) -> BTreeSet<(String, String)> {
    let both_ways = clashes.iter().flat_map(|(one, two)| [(one, two), (two, one)]);
    let clashing = both_ways.filter(|(one, two)| child.contains(*one) && group.contains(*two));
    clashing.map(|(one, two)| (one.clone(), two.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{day, today};

    fn codes(violations: &Violations) -> Vec<(String, &'static str)> {
        violations.iter().map(|violation| (violation.field.clone(), violation.code)).collect()
    }

    fn placing() -> Placing<'static> {
        Placing { received_on: day("2026-02-01"), starts_on: today(), company: COMPANY }
    }

    const COMPANY: Company<'static> =
        Company { voluntary: true, perspective_team: Some("Jeugdteam Zuid"), companion: Some(4) };

    fn with(company: Company<'_>) -> Placing<'_> {
        Placing { company, ..placing() }
    }

    #[test]
    fn a_stay_comes_with_ambulant_help_and_a_team() {
        let long = "x".repeat(LONGEST_TEAM + 1);
        let all = |fields: &[(&str, &'static str)]| {
            fields.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect::<Vec<_>>()
        };
        for (placing, wrong) in [
            (placing(), all(&[])),
            (with(Company { companion: None, ..COMPANY }), all(&[("begeleider", "verplicht")])),
            (with(Company { perspective_team: None, ..COMPANY }), all(&[("perspectiefteam", "verplicht")])),
            (with(Company { perspective_team: None, voluntary: false, ..COMPANY }), all(&[])),
            (
                with(Company { perspective_team: Some(&long), ..COMPANY }),
                all(&[("perspectiefteam", "te-lang")]),
            ),
            (
                with(Company { perspective_team: Some("mevrouw Jansen"), ..COMPANY }),
                all(&[("perspectiefteam", "persoonsgegeven")]),
            ),
            (Placing { starts_on: day("2026-02-23"), ..placing() }, all(&[])),
            (Placing { starts_on: day("2026-02-22"), ..placing() }, all(&[("startOp", "buiten-grenzen")])),
            (Placing { received_on: today(), ..placing() }, all(&[])),
            (
                Placing { received_on: today(), starts_on: day("2026-03-01"), ..placing() },
                all(&[("startOp", "voor-aanvraag")]),
            ),
            (
                Placing {
                    starts_on: day("2026-03-03"),
                    company: Company { companion: None, perspective_team: None, ..COMPANY },
                    ..placing()
                },
                all(&[
                    ("startOp", "buiten-grenzen"),
                    ("begeleider", "verplicht"),
                    ("perspectiefteam", "verplicht"),
                ]),
            ),
        ] {
            assert_eq!(codes(&check_placing(&placing, today())), wrong, "{placing:?}");
        }
    }

    #[test]
    fn evaluation_and_plan_are_due_within_two_weeks() {
        assert_eq!(due_on(day("2026-02-20"), 14), day("2026-03-06"));
        for (due, done, expected, words) in [
            ("2026-02-28", None, Due::Overdue(2), "2 dagen te laat"),
            ("2026-03-01", None, Due::Overdue(1), "1 dag te laat"),
            ("2026-03-02", None, Due::Today, "uiterlijk vandaag"),
            ("2026-03-03", None, Due::Soon(1), "nog 1 dag"),
            ("2026-03-05", None, Due::Soon(3), "nog 3 dagen"),
            ("2026-03-06", None, Due::Later(4), "nog 4 dagen"),
            ("2026-02-28", Some("2026-02-28"), Due::Done, "gedaan"),
            ("2026-02-28", Some("2026-03-01"), Due::DoneLate(1), "gedaan, 1 dag te laat"),
        ] {
            let found = Due::new(day(due), done.map(day), today());
            assert_eq!((found, found.words().as_str()), (expected, words), "{due} {done:?}");
        }
    }

    #[test]
    fn days_lie_within_the_stay() {
        for (on, code) in [
            ("2026-02-19", Some("te-vroeg")),
            ("2026-02-20", None),
            ("2026-03-02", None),
            ("2026-03-03", Some("toekomst")),
        ] {
            let violations = check_day("eindOp", day(on), day("2026-02-20"), today());
            assert_eq!(violations.iter().map(|violation| violation.code).next(), code, "{on}");
        }
    }

    #[test]
    fn help_begins_with_the_request_or_later() {
        for (on, received_on, code) in [
            ("2026-02-24", "2026-02-25", Some("voor-aanvraag")),
            ("2026-02-25", "2026-02-25", None),
            ("2026-03-02", "2026-02-25", None),
            ("2026-03-03", "2026-02-25", Some("toekomst")),
            ("2026-01-29", "2026-01-01", Some("te-vroeg")),
            ("2026-01-30", "2026-01-01", None),
        ] {
            let violations = check_start("gestartOp", day(on), day(received_on), today());
            let found = violations.iter().map(|violation| violation.code).next();
            assert_eq!(found, code, "{on} {received_on}");
        }
    }

    #[test]
    fn an_extension_lasts_longer_but_not_for_ever() {
        for (until, lasts_until, code) in [
            ("2026-03-16", "2026-03-16", Some("te-vroeg")),
            ("2026-03-17", "2026-03-16", None),
            ("2026-06-16", "2026-03-16", None),
            ("2026-06-17", "2026-03-16", Some("te-laat")),
            ("2026-03-01", "2026-02-16", Some("te-vroeg")),
            ("2026-03-02", "2026-02-16", None),
        ] {
            let violations = check_extension(day(until), day(lasts_until), today());
            assert_eq!(
                violations.iter().map(|violation| violation.code).next(),
                code,
                "{until} {lasts_until}"
            );
        }
    }

    #[test]
    fn a_clash_is_seen_from_both_sides() {
        let set = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<BTreeSet<_>>();
        let clashes = [("a".to_owned(), "b".to_owned()), ("c".to_owned(), "c".to_owned())];
        for (child, group, warnings) in [
            (&["a"][..], &["b"][..], 1),
            (&["b"], &["a"], 1),
            (&["a"], &["a"], 0),
            (&["c"], &["c"], 1),
            (&["a", "c"], &["b", "c"], 2),
            (&["a"], &[], 0),
            (&[], &["a", "b"], 0),
        ] {
            assert_eq!(
                group_warnings(&clashes, &set(child), &set(group)).len(),
                warnings,
                "{child:?} {group:?}"
            );
        }
    }
}
