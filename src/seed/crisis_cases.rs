//! Made-up crisis cases: two years of requests, each with what came of it.
//!
//! Pure, and the same for the same moment, as [`super::history`] is. They are written down as lines of a file would be.

use chrono::{Days, NaiveDate};
use rules::crisis::codes::{AgeGroup, ProvisionKind};
use rules::crisis::quarter::Quarter;
use rules::waiting::client_code::ClientCode;

use super::crisis_turns::{Turn, Turns};
use super::history::Chance;
use crate::crisis::registration::model::{LineDraft, RequestFacts};

/// Quarters before the one of today.
const QUARTERS: usize = 8;
/// Requests of a quarter: this many, and up to as many more as the second number.
const REQUESTS: (i64, i64) = (66, 22);

/// How often something occurs, in hundredths.
type Odds = &'static [(&'static str, i64)];

const MUNICIPALITIES: Odds = &[
    ("GM0034", 52),
    ("GM0995", 12),
    ("GM0171", 11),
    ("GM0303", 9),
    ("GM0050", 6),
    ("GM0184", 4),
    ("buiten", 6),
];
const REFERRERS: Odds = &[
    ("gemeentelijke-toegang", 44),
    ("gecertificeerde-instelling", 21),
    ("huisarts", 17),
    ("medisch-specialist", 6),
    ("jeugdarts", 4),
    ("rechter-rvdk-om", 5),
    ("geen-verwijzer", 3),
];
const REASONS: Odds = &[("alternatief", 40), ("ingetrokken", 26), ("geen-plek", 20), ("andere", 14)];
const AFTER_AMBULANT: Odds = &[
    ("casusregie", 14),
    ("netwerkondersteuning", 7),
    ("behandeladvies", 6),
    ("behandeling-jeugdige", 13),
    ("behandeling-gezin", 24),
    ("begeleiding-gezin", 19),
    ("nader-onderzoek", 6),
    ("uithuisplaatsing-netwerk", 3),
    ("uithuisplaatsing-pleegzorg", 2),
    ("uithuisplaatsing-groep", 3),
    ("anders", 3),
];
const AFTER_STAY: Odds = &[
    ("naar-huis-zonder-hulp", 5),
    ("naar-huis-met-hulp", 42),
    ("netwerkplaatsing", 11),
    ("uithuisplaatsing-pleegzorg", 14),
    ("uithuisplaatsing-groep", 16),
    ("uithuisplaatsing-gesloten", 3),
    ("begeleid-wonen", 4),
    ("fasehuis", 3),
    ("zelfstandigheidstraining", 2),
];
const AMBULANT_PROVIDERS: Odds = &[("98990201", 42), ("98990202", 33), ("98990203", 25)];
const STAY_PROVIDERS: Odds = &[("98990204", 56), ("98990201", 26), ("98990203", 18)];
const FOSTER_PROVIDER: &str = "98990205";

/// A request with what came of it.
pub(super) struct Case {
    pub(super) code: ClientCode,
    pub(super) facts: RequestFacts,
    pub(super) lines: Vec<LineDraft>,
    /// Who were asked to give ambulant help.
    pub(super) turns: Vec<Turn>,
}

/// All cases, in the order in which they came in.
pub(super) fn cases(today: NaiveDate, turns: &mut Turns) -> Vec<Case> {
    let mut chance = Chance::new("crisis");
    let newest = Quarter::of(today);
    let mut quarters: Vec<Quarter> =
        std::iter::successors(Some(newest), |quarter| Some(quarter.previous())).take(QUARTERS + 1).collect();
    quarters.reverse();
    let mut cases = Vec::new();
    for quarter in quarters {
        let count = REQUESTS.0 + chance.below(REQUESTS.1);
        let day = |chance: &mut Chance| quarter.first_day() + Days::new(chance.below(90).unsigned_abs());
        let mut days: Vec<NaiveDate> = (0..count).map(|_| day(&mut chance)).collect();
        days.sort_unstable();
        // Of what is still to come nobody knows.
        let days = days.into_iter().filter(|received_on| *received_on < today);
        cases.extend(days.map(|received_on| case(&mut chance, turns, received_on, today)));
    }
    cases
}

fn pick(chance: &mut Chance, odds: Odds) -> String {
    let mut left = chance.below(odds.iter().map(|(_, weight)| weight).sum());
    for (code, weight) in odds {
        left -= weight;
        if left < 0 {
            return (*code).to_owned();
        }
    }
    String::new()
}

fn case(chance: &mut Chance, turns: &mut Turns, received_on: NaiveDate, today: NaiveDate) -> Case {
    let code = ClientCode::from_random(chance.next().to_le_bytes());
    let home = pick(chance, MUNICIPALITIES);
    let is_outside = home == "buiten";
    let age_group = if chance.below(100) < 36 { AgeGroup::Under12 } else { AgeGroup::From12 };
    let referrer = pick(chance, REFERRERS);
    let municipality = (!is_outside).then_some(home);
    let mut lines = Vec::new();
    let mut asked = Vec::new();
    if is_outside {
        lines.push(nothing("buiten-regio"));
    } else if chance.below(100) < 30 {
        lines.push(nothing(&pick(chance, REASONS)));
    } else {
        let is_stay = chance.below(100) < 34;
        let is_foster = is_stay && age_group == AgeGroup::Under12 && chance.below(100) < 60;
        let start = received_on + Days::new(chance.below(3).unsigned_abs());
        if is_stay {
            let (kind, provider) = if is_foster {
                (ProvisionKind::FosterCare, FOSTER_PROVIDER.to_owned())
            } else {
                (ProvisionKind::CrisisBed, pick(chance, STAY_PROVIDERS))
            };
            lines.push(help(chance, kind, (start, 6, 40), provider, today));
            let companion = pick(chance, AMBULANT_PROVIDERS);
            let beside = help(chance, ProvisionKind::Ambulant, (start, 20, 30), companion, today);
            lines.push(LineDraft { companion_of: Some(1), ..beside });
        } else {
            let home = municipality.as_deref().unwrap_or_default();
            asked = turns.divide(chance, (received_on, home, age_group));
            let provider = asked
                .last()
                .map_or_else(|| pick(chance, AMBULANT_PROVIDERS), |turn| turn.provider.agb.clone());
            lines.push(help(chance, ProvisionKind::Ambulant, (start, 14, 28), provider, today));
        }
        // Something else was asked besides, and not given.
        if chance.below(100) < 12 {
            lines.push(nothing(&pick(chance, REASONS)));
        }
    }
    let facts = RequestFacts { received_on, municipality, age_group, referrer };
    Case { code, facts, lines, turns: asked }
}

fn nothing(reason: &str) -> LineDraft {
    LineDraft {
        kind: ProvisionKind::Nothing,
        companion_of: None,
        provider: None,
        none_reason: Some(reason.to_owned()),
        started_on: None,
        ended_on: None,
        follow_up: None,
    }
}

/// Help that began on a day and lasts at least so many days, or up to so many more; what is not over yet has no end.
fn help(
    chance: &mut Chance,
    kind: ProvisionKind,
    (start, least, spread): (NaiveDate, i64, i64),
    provider: String,
    today: NaiveDate,
) -> LineDraft {
    let end = start + Days::new((least + chance.below(spread)).unsigned_abs());
    let follow_up = pick(chance, if kind.is_stay() { AFTER_STAY } else { AFTER_AMBULANT });
    let is_over = end <= today;
    // Of what ended lately the follow-up is not always filled in yet.
    let is_known = end < today - Days::new(75) || chance.below(100) < 80;
    LineDraft {
        kind,
        companion_of: None,
        provider: Some(provider),
        none_reason: None,
        started_on: Some(start.min(today)),
        ended_on: is_over.then_some(end),
        follow_up: (is_over && is_known).then_some(follow_up),
    }
}
