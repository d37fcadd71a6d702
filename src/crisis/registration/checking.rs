//! What can be wrong with a correction, told all at once.

use chrono::{DateTime, Utc};
use rules::crisis::codes::{CategoryList, ProvisionKind};
use rules::crisis::quarter::Quarter;
use rules::violations::Violations;

use super::model::{Kept, LineDraft, RecordLine};
use super::store::ProvisionRow;
use crate::clock::dutch_day;
use crate::crisis::distribution::shares::find_provider;
use crate::crisis::settings::model::Lists;
use crate::db::Connection;
use crate::error::{Error, Result};

/// Everything that is wrong with what was given, at once; or the row to write, if there is a line.
pub(super) fn check(
    conn: &mut Connection,
    (region_id, lists): (i64, &Lists),
    now: DateTime<Utc>,
    found: Option<&Kept>,
    number: usize,
    given: &RecordLine,
) -> Result<Option<ProvisionRow>> {
    let mut wrong = Violations::default();
    let today = dutch_day(now);
    if given.facts.received_on > today {
        wrong.add("ontvangenOp", "toekomst", "kies vandaag of een dag ervoor");
    }
    if Quarter::of(given.facts.received_on).first_day() > given.facts.received_on {
        wrong.add("ontvangenOp", "te-vroeg", "kies een dag vanaf 2000");
    }
    let lines = found.map_or(0, |kept| kept.lines.len());
    match (&given.line, number) {
        (Some(_), 0) => wrong.add("soort", "zonder-regel", "regel 0 is de aanvraag zelf; laat de soort leeg"),
        (None, 1..) => wrong.add("soort", "verplicht", "kies wat er is gegeven"),
        (Some(_), number) if number > lines + 1 => {
            wrong.add(
                "regel",
                "volgorde",
                format!("er zijn {lines} regels; de volgende is regel {}", lines + 1),
            );
        }
        _ => {}
    }
    let mut row = None;
    if let Some(line) = &given.line {
        row = Some(check_line(conn, (region_id, lists), (found, number), given, line, &mut wrong)?);
        if line.ended_on.is_some_and(|day| day > today) {
            wrong.add("einde", "toekomst", "kies vandaag of een dag ervoor");
        }
        check_place(found, number, line, &mut wrong);
    }
    Error::refuse_collisions(wrong, row)
}

fn check_line(
    conn: &mut Connection,
    (region_id, lists): (i64, &Lists),
    (found, number): (Option<&Kept>, usize),
    given: &RecordLine,
    line: &LineDraft,
    wrong: &mut Violations,
) -> Result<ProvisionRow> {
    let is_help = line.kind.is_help();
    let mut provider_id = None;
    if let Some(agb) = &line.provider {
        provider_id = find_provider(conn, region_id, agb)?.map(|provider| provider.id);
        if provider_id.is_none() {
            wrong.add("aanbieder", "onbekend", "deze aanbieder heeft geen contract in de regio");
        }
    }
    if !is_help && (line.provider.is_some() || line.started_on.is_some() || line.ended_on.is_some()) {
        wrong.add("soort", "geen-inzet", "bij geen hulp horen geen aanbieder, begin of einde");
    }
    if is_help && line.none_reason.is_some() {
        wrong.add("redenGeen", "wel-inzet", "een reden van geen hulp hoort niet bij hulp");
    }
    if let Some(reason) = &line.none_reason
        && lists.find(CategoryList::NoneReason, reason).is_none()
    {
        wrong.add("redenGeen", "onbekend", "deze reden staat niet in de lijst van de regio");
    }
    let list = if line.kind.is_stay() { CategoryList::FollowUpStay } else { CategoryList::FollowUpAmbulant };
    if let Some(follow_up) = &line.follow_up {
        if line.ended_on.is_none() {
            wrong.add("vervolg", "loopt-nog", "vul eerst het einde van de hulp in");
        } else if lists.find(list, follow_up).is_none() {
            wrong.add("vervolg", "onbekend", "dit vervolg staat niet in de lijst van de regio");
        }
    }
    match (line.started_on, line.ended_on) {
        (None, Some(_)) => wrong.add("begin", "verplicht", "vul in wanneer de hulp begon"),
        (Some(start), Some(end)) if end < start => {
            wrong.add("einde", "volgorde", "kies een dag op of na het begin");
        }
        _ => {}
    }
    if line.started_on.is_some_and(|start| start < given.facts.received_on) {
        wrong.add("begin", "voor-aanvraag", "kies een dag op of na de aanvraag");
    }
    let mut companion_of = None;
    if let Some(stay) = line.companion_of {
        let beside = found.and_then(|kept| Some((kept, stay.checked_sub(1)?)));
        companion_of = beside
            .filter(|(kept, at)| {
                stay != number && kept.record.lines.get(*at).is_some_and(|line| line.kind.is_stay())
            })
            .and_then(|(kept, at)| kept.lines.get(at).map(|line| line.id));
        if companion_of.is_none() {
            wrong.add("begeleidt", "geen-verblijf", "noem de regel van een verblijf van dezelfde aanvraag");
        }
        if line.kind != ProvisionKind::Ambulant {
            wrong.add("begeleidt", "niet-ambulant", "alleen ambulante hulp begeleidt een verblijf");
        }
    }
    Ok(ProvisionRow {
        kind: line.kind.code(),
        companion_of,
        provider_id,
        none_reason: line.none_reason.clone(),
        started_on: line.started_on,
        ended_on: line.ended_on,
        follow_up: line.follow_up.clone(),
    })
}

/// A child that was given a place leaves it when the stay ends. Until then the stay is what the place is for, and afterwards
/// the place is no longer this child's: another may stay there.
fn check_place(found: Option<&Kept>, number: usize, line: &LineDraft, wrong: &mut Violations) {
    let stored = found.and_then(|kept| {
        let at = number.checked_sub(1)?;
        kept.lines.get(at)?.place_id.and(kept.record.lines.get(at))
    });
    let Some(stored) = stored else { return };
    let (was_over, is_over) = (stored.ended_on.is_some(), line.ended_on.is_some());
    if was_over && !is_over {
        let message = "bij dit einde kwam de crisisplaats vrij, en er kan al een ander kind zijn: laat het einde staan en geef zo nodig opnieuw een plaats";
        wrong.add("einde", "plaats-vrijgegeven", message);
    }
    if !was_over && !is_over && line.kind != stored.kind {
        let message = "het kind verblijft nu in een crisisplaats: vul eerst het einde in";
        wrong.add("soort", "verblijft-nu", message);
    }
    if !is_over && line.started_on.is_none() && stored.started_on.is_some() {
        wrong.add("begin", "verplicht", "vul in wanneer het kind in de crisisplaats kwam");
    }
}
