//! What is filled in, against the region: its municipalities, its lists and its providers.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use rules::crisis::codes::{AgeGroup, CategoryList, Handler, Urgency};
use rules::crisis::life::Step;
use rules::crisis::triage::Answered;
use rules::violations::Violations;
use rules::waiting::note::Note;
use rules::waiting::registration::ReferrerKind;

use super::Taking;
use crate::actor::{Actor, Role};
use crate::clock::dutch_day;
use crate::crisis::requests::model::{Answer, CrisisRequest, HomeDraft, RequestDraft};
use crate::crisis::requests::store;
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::crisis::settings::model::{CrisisPoint, ListItem, Lists, Referral};
use crate::db::Connection;
use crate::error::{Error, Result};

/// How long ago a request can have come in that is written down from a note. Older ones are for the registration.
const OLDEST_NOTE: Duration = Duration::days(31);

/// A request that holds.
pub(super) struct Checked {
    pub(super) received_at: DateTime<Utc>,
    /// The id and the code; none is outside the region.
    pub(super) municipality: Option<(i64, String)>,
    pub(super) age: Option<u8>,
    pub(super) age_group: AgeGroup,
    pub(super) referrer: ReferrerKind,
    pub(super) asked: String,
    pub(super) urgency: Urgency,
    pub(super) safety: Vec<String>,
    pub(super) current_provider: Option<i64>,
    pub(super) note: Option<String>,
    pub(super) referral: Referral,
    pub(super) point: CrisisPoint,
    pub(super) lists: Lists,
}

/// Where a child lives, as a point knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    Municipality(i64),
    OutsideRegion,
}

impl Home {
    /// None when the point does not serve the municipality.
    pub(super) fn of(point: &CrisisPoint, draft: &HomeDraft) -> Option<Self> {
        match draft {
            HomeDraft::Outside => Some(Self::OutsideRegion),
            HomeDraft::Municipality(code) => {
                let found = point.municipalities.iter().find(|found| found.code == *code)?;
                Some(Self::Municipality(found.id))
            }
        }
    }

    pub(super) const fn municipality_id(self) -> Option<i64> {
        match self {
            Self::Municipality(id) => Some(id),
            Self::OutsideRegion => None,
        }
    }
}

/// A request that holds, or everything that is wrong with it.
pub(super) fn check(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    draft: &RequestDraft,
) -> Result<std::result::Result<Checked, Violations>> {
    let who = super::identity(actor)?;
    let point = find_point(conn, who.region_id)?;
    let lists = find_lists(conn, who.region_id)?;
    let today = dutch_day(now);
    let mut violations = Violations::new();
    let municipality = check_home(conn, actor, &point, draft, &mut violations)?;
    let received_at = draft.received_at.unwrap_or(now);
    if received_at > now {
        violations.add("ontvangenOp", "in-toekomst", "kies een moment dat al geweest is");
    } else if now - received_at > OLDEST_NOTE {
        let message = "dit is meer dan 31 dagen geleden; geef het door aan de registratie";
        violations.add("ontvangenOp", "te-lang-geleden", message);
    }
    // A form tells of an empty choice by its shape; whoever asks only for the rules hears of it here.
    for (name, is_missing, message) in [
        ("verwijzer", draft.referrer.is_none(), "kies wie verwijst"),
        ("urgentie", draft.urgency.is_none(), "kies de urgentie"),
    ] {
        if is_missing {
            violations.add(name, "verplicht", message);
        }
    }
    let facts = check_facts(conn, &lists, today, draft, None, &mut violations)?;
    if !violations.is_empty() {
        return Ok(Err(violations));
    }
    let missing = || Error::internal("a required field of a crisis request is missing");
    let Facts { age, age_group, asked, safety, current_provider, note } = facts.ok_or_else(missing)?;
    let id = municipality.as_ref().map(|(id, _)| *id);
    Ok(Ok(Checked {
        received_at,
        age,
        age_group,
        referrer: draft.referrer.ok_or_else(missing)?,
        urgency: draft.urgency.ok_or_else(missing)?,
        safety,
        current_provider,
        note,
        referral: point.route(received_at, id, lists.asked_kind(&asked))?,
        municipality,
        asked,
        point,
        lists,
    }))
}

/// What is noted of a child, and can be corrected later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) age: Option<u8>,
    pub(super) age_group: AgeGroup,
    pub(super) asked: String,
    pub(super) safety: Vec<String>,
    pub(super) current_provider: Option<i64>,
    pub(super) note: Option<String>,
}

/// What is noted of a child, or nothing when something is wrong with it. What a request had already stays good: an item
/// that left its list since, and a note that was looked at then.
pub(super) fn check_facts(
    conn: &mut Connection,
    lists: &Lists,
    today: NaiveDate,
    draft: &RequestDraft,
    before: Option<&CrisisRequest>,
    violations: &mut Violations,
) -> Result<Option<Facts>> {
    let wrong_before = violations.len();
    let age_group = match (draft.age.map(AgeGroup::of_age), draft.age_group) {
        (Some(by_age), Some(named)) if by_age != named => {
            violations.add("leeftijdsgroep", "strijdig", "past niet bij de leeftijd");
            None
        }
        (by_age, named) => by_age.or(named),
    };
    if age_group.is_none() {
        violations.add("leeftijd", "verplicht", "vul de leeftijd in, bijvoorbeeld 14, of 12- of 12+");
    }
    let had_asked = |code: &str| before.is_some_and(|before| before.asked == code);
    let had_safety = |code: &String| before.is_some_and(|before| before.safety.contains(code));
    match &draft.asked {
        None => violations.add("vraag", "verplicht", "kies wat er gevraagd wordt"),
        Some(code) if !had_asked(code) && !chosen(lists, CategoryList::Asked, code, today) => {
            violations.add("vraag", "onbekende-keuze", "kies wat er gevraagd wordt uit de lijst");
        }
        Some(_) => {}
    }
    let is_wrong = |code: &&String| !had_safety(code) && !chosen(lists, CategoryList::Safety, code, today);
    for code in draft.safety.iter().filter(is_wrong) {
        violations.add("veiligheid", "onbekende-keuze", format!("‘{code}’ staat niet in de lijst"));
    }
    let current_provider = match &draft.current_provider {
        None => None,
        Some(agb) => {
            let found = store::find_provider_id(conn, agb.as_str())?;
            if found.is_none() {
                violations.add(
                    "huidigeAanbieder",
                    "onbekend",
                    format!("er is geen aanbieder met AGB-code {agb}"),
                );
            }
            found
        }
    };
    let note = match before.and_then(|before| before.note.as_ref()) {
        Some(kept) if draft.note.as_ref() == Some(kept) => Some(kept.clone()),
        _ => Note::check("toelichting", draft.note.as_deref(), draft.digits_are, today, violations)
            .map(|note| note.as_str().to_owned()),
    };
    let mut safety = draft.safety.clone();
    safety.sort_unstable();
    safety.dedup();
    let (Some(age_group), Some(asked)) = (age_group, draft.asked.clone()) else { return Ok(None) };
    let is_right = violations.len() == wrong_before;
    Ok(is_right.then_some(Facts { age: draft.age, age_group, asked, safety, current_provider, note }))
}

fn check_home(
    conn: &mut Connection,
    actor: &Actor,
    point: &CrisisPoint,
    draft: &RequestDraft,
    violations: &mut Violations,
) -> Result<Option<(i64, String)>> {
    let Some(home) = &draft.home else {
        violations.add("gemeente", "verplicht", "kies een gemeente, of buiten de regio");
        return Ok(None);
    };
    if draft.home_contradicts {
        violations.add("buitenRegio", "strijdig", "kies een gemeente, of buiten de regio");
        return Ok(None);
    }
    let is_toegang_only = actor.has_role(Role::Toegang) && !actor.has_role(Role::CrisisLoket);
    match (Home::of(point, home), home) {
        (None, _) => {
            let message = "deze gemeente hoort niet bij het crisispunt; kies dan ‘buiten de regio’";
            violations.add("gemeente", "niet-in-regio", message);
            Ok(None)
        }
        (Some(Home::OutsideRegion), _) if is_toegang_only => {
            violations.add("gemeente", "niet-van-u", "kies een gemeente waarvoor u werkt");
            Ok(None)
        }
        (Some(Home::Municipality(id)), HomeDraft::Municipality(code)) => {
            if is_toegang_only && !super::list_own_municipalities(conn, actor)?.contains(&id) {
                violations.add("gemeente", "niet-van-u", "kies een gemeente waarvoor u werkt");
            }
            Ok(Some((id, code.to_string())))
        }
        _ => Ok(None),
    }
}

fn chosen(lists: &Lists, list: CategoryList, code: &str, today: NaiveDate) -> bool {
    lists.find(list, code).is_some_and(|item| item.is_valid_on(today))
}

/// What a step needs and was not filled in.
fn missing(step: Step, taking: &Taking) -> Violations {
    let mut violations = Violations::new();
    if reasons_for(step).is_some() && taking.reason.is_none() {
        violations.add("reden", "verplicht", "kies een reden");
    }
    if step == Step::Refer && taking.handler.is_none_or(|handler| handler == Handler::Point) {
        violations.add("naar", "verplicht", "kies wie het oppakt");
    }
    if step == Step::Reopen && taking.detail.as_deref().is_none_or(|text| text.trim().is_empty()) {
        violations.add("toelichting", "verplicht", "schrijf waarom de aanvraag weer open gaat");
    }
    violations
}

/// The list from which the desk chooses why it takes a step.
const fn reasons_for(step: Step) -> Option<CategoryList> {
    match step {
        Step::TakeOver => Some(CategoryList::TakeOver),
        Step::Refer | Step::CloseWithoutHelp | Step::Withdraw => Some(CategoryList::NoneReason),
        _ => None,
    }
}

/// What goes with a step of the desk: the reason is one of the list, and the timeline says it in words.
pub(super) fn check_step(lists: &Lists, step: Step, taking: Taking, today: NaiveDate) -> Result<Taking> {
    let mut violations = missing(step, &taking);
    let item: Option<&ListItem> = match (reasons_for(step), &taking.reason) {
        (None, _) | (_, None) => None,
        (Some(list), Some(code)) => {
            // Who takes back what it asked says why, and not who handles it.
            let fits = |item: &&ListItem| {
                item.is_valid_on(today) && (step != Step::Withdraw || item.effect.is_none())
            };
            let found = lists.find(list, code).filter(fits);
            if found.is_none() {
                violations.add("reden", "onbekende-keuze", "kies een reden uit de lijst");
            }
            found
        }
    };
    let note = Note::check("toelichting", taking.detail.as_deref(), None, today, &mut violations);
    let mut words: Vec<&str> = Vec::new();
    words.extend(taking.handler.map(Handler::name));
    words.extend(item.map(|item| item.name.as_str()));
    words.extend(note.as_ref().map(Note::as_str));
    let detail = (!words.is_empty()).then(|| words.join(". "));
    let reason = item.map(|item| item.code.clone());
    Error::refuse_collisions(violations, Taking { reason, detail, ..taking })
}

/// The answers against the questions of the region, each with its question in words. Every question that counts for
/// the urgency is answered; unknown is an answer.
pub(super) fn check_answers(
    lists: &Lists,
    answers: &[Answer],
    today: NaiveDate,
) -> Result<Vec<(Answered, String)>> {
    let mut violations = Violations::new();
    let mut answered = Vec::new();
    for given in answers {
        match lists.find(CategoryList::Triage, &given.question).filter(|item| item.is_valid_on(today)) {
            None => violations.add(
                given.question.clone(),
                "onbekende-vraag",
                format!("‘{}’ is geen vraag van deze regio", given.question),
            ),
            Some(item) => {
                let makes_acute = item.effect.as_deref() == Some(Urgency::Acute.code());
                answered.push((Answered { makes_acute, answer: given.answer }, item.name.clone()));
            }
        }
    }
    for item in lists.choices(CategoryList::Triage, today) {
        let count = answers.iter().filter(|given| given.question == item.code).count();
        if count == 0 {
            violations.add(item.code.clone(), "verplicht", "kies ja, nee of onbekend");
        } else if count > 1 {
            violations.add(item.code.clone(), "dubbel", "is meer dan één keer beantwoord");
        }
    }
    Error::refuse_collisions(violations, answered)
}
