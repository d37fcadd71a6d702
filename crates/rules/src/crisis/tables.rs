//! Tabellen terug naar aanvragen: case records that give exactly these tables.
//!
//! For a report of which only the tables are left. The records are made up, but counted they come back to the cell.

use std::collections::{BTreeMap, VecDeque};

use chrono::{Days, NaiveDate};
use thiserror::Error;

use super::quarter::Quarter;
use super::records::{AgeGroup, CaseRecord, ProvisionKind, ProvisionLine, UNKNOWN};
use super::report::{Cell, Part, Place};

/// Gegeven tabellen. What is not given is nought, or free where that is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    /// The innermost counts of each part, without totals.
    pub cells: BTreeMap<Cell, u32>,
    /// Mean stays in tenths of days, for who left. Without counts of leavers these are chosen to fit.
    pub means: BTreeMap<(Place, AgeGroup), u32>,
    /// Children. Free when not given: as many as there are referrals, or else a child for each line.
    pub requests: Option<u32>,
}

/// Why no records can give these tables.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Impossible {
    #[error("er zijn {requests} aanvragen, maar samen {referrals} verwijzingen")]
    Referrers { requests: u32, referrals: u32 },
    #[error(
        "{requests} aanvragen, waarvan {not_placed} niet geplaatst, passen niet bij {help} regels hulp en {nothing} regels geen"
    )]
    Requests { requests: u32, not_placed: u32, help: u32, nothing: u32 },
    #[error(
        "er vertrokken {leavers} jeugdigen ({age}) uit verblijf, maar er is van {follow_ups} een vervolg"
    )]
    Leavers { age: &'static str, leavers: u32, follow_ups: u32 },
    #[error(
        "een gemiddelde verblijfsduur van {tenths} tienden van een dag kan niet bij {leavers} vertrokken jeugdigen"
    )]
    Mean { tenths: u32, leavers: u32 },
    #[error("er zijn dagen in verblijf gegeven voor een gemeente en leeftijd waar niemand vertrok")]
    DaysWithoutLeavers,
}

/// Case records that give these tables for this quarter. `code` gives a new code for a request each time.
pub fn make_records(
    given: &Given,
    quarter: Quarter,
    code: &mut dyn FnMut() -> String,
) -> Result<Vec<CaseRecord>, Impossible> {
    let mut making = Making { quarter, records: make_requests(given, quarter)?, earlier: Vec::new() };
    let stays = stays_ended(given)?;
    let mut after_ambulant = follow_ups(given, Part::AfterAmbulant);
    for stay in stays {
        let companion = after_ambulant.entry(stay.age_group).or_default().pop_front();
        making.end_stay(stay, companion);
    }
    for (age_group, items) in after_ambulant {
        for item in items {
            making.end_ambulant(age_group, item, given);
        }
    }
    let mut records = making.earlier;
    records.append(&mut making.records);
    for record in &mut records {
        record.code = code();
    }
    Ok(records)
}

/// Where lines can stand together: the child of a request has one municipality and one age.
type Group = (Place, AgeGroup);

#[derive(Debug, Default)]
struct Lines {
    help: VecDeque<ProvisionKind>,
    nothing: u32,
    placed: u32,
    not_placed: u32,
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn sum(given: &Given, part: Part) -> u32 {
    given.cells.iter().filter(|(cell, _)| cell.part == part).map(|(_, count)| count).sum()
}

/// Every item of a part, as often as it was counted.
fn items(given: &Given, part: Part) -> VecDeque<String> {
    let of_part = given.cells.iter().filter(|(cell, _)| cell.part == part);
    of_part
        .flat_map(|(cell, count)| {
            let item = cell.item.clone().unwrap_or_else(|| UNKNOWN.to_owned());
            std::iter::repeat_n(item, *count as usize)
        })
        .collect()
}

fn follow_ups(given: &Given, part: Part) -> BTreeMap<AgeGroup, VecDeque<String>> {
    let mut found: BTreeMap<AgeGroup, VecDeque<String>> = BTreeMap::new();
    for (cell, count) in given.cells.iter().filter(|(cell, _)| cell.part == part) {
        let (Some(age), Some(item)) = (cell.age_group, &cell.item) else { continue };
        found.entry(age).or_default().extend(std::iter::repeat_n(item.clone(), *count as usize));
    }
    found
}

fn lines_by_group(given: &Given) -> BTreeMap<Group, Lines> {
    let mut groups: BTreeMap<Group, Lines> = BTreeMap::new();
    for (cell, count) in given.cells.iter().filter(|(cell, count)| cell.part == Part::Lines && **count > 0) {
        let kind = cell.item.as_deref().and_then(ProvisionKind::parse);
        let (Some(place), Some(age), Some(kind)) = (&cell.place, cell.age_group, kind) else { continue };
        let lines = groups.entry((place.clone(), age)).or_default();
        if kind.is_help() {
            lines.help.extend(std::iter::repeat_n(kind, *count as usize));
        } else {
            lines.nothing += count;
        }
    }
    groups
}

/// Chooses how many children each group has, and gives them their lines.
fn make_requests(given: &Given, quarter: Quarter) -> Result<Vec<CaseRecord>, Impossible> {
    let mut groups = lines_by_group(given);
    let help: u32 = groups.values().map(|lines| count(lines.help.len())).sum();
    let nothing: u32 = groups.values().map(|lines| lines.nothing).sum();
    let least_placed = count(groups.values().filter(|lines| !lines.help.is_empty()).count());
    let mut reasons = items(given, Part::NotPlaced);
    let mut referrers = items(given, Part::Referrers);
    let referrals = count(referrers.len());
    let wanted = given.requests.or((referrals > 0).then_some(referrals));
    let not_placed = match (count(reasons.len()), wanted) {
        (0, Some(all)) => nothing.min(all.saturating_sub(least_placed)),
        (0, None) => nothing,
        (known, _) => known,
    };
    let requests = wanted.unwrap_or(help + not_placed);
    if referrals > 0 && referrals != requests {
        return Err(Impossible::Referrers { requests, referrals });
    }
    let impossible = Impossible::Requests { requests, not_placed, help, nothing };
    let placed = requests.checked_sub(not_placed).ok_or_else(|| impossible.clone())?;
    // Every group with lines needs a child to hang them on, and no child can do without a line.
    for lines in groups.values_mut() {
        lines.placed = u32::from(!lines.help.is_empty());
        lines.not_placed = u32::from(lines.help.is_empty());
    }
    let filled = fill(&mut groups, placed, |lines| (count(lines.help.len()), &mut lines.placed))
        && fill(&mut groups, not_placed, |lines| (lines.nothing, &mut lines.not_placed));
    if !filled {
        return Err(impossible);
    }
    let mut records = Vec::new();
    for (group, lines) in groups {
        records.extend(records_of(&group, lines, &mut reasons));
    }
    let days = (quarter.last_day() - quarter.first_day()).num_days().unsigned_abs() + 1;
    let total = records.len().max(1) as u64;
    for (place, record) in (0_u64..).zip(&mut records) {
        // Spread over the quarter, so that the records do not all lie on its first day.
        record.received_on = quarter.first_day() + Days::new(place * days / total);
        record.referrer = referrers.pop_front().unwrap_or_else(|| UNKNOWN.to_owned());
        start_help(record);
    }
    Ok(records)
}

/// Help begins on the day of the request. A child sleeps in one place: of more stays only the first has begun.
fn start_help(record: &mut CaseRecord) {
    let mut has_stay = false;
    for line in record.lines.iter_mut().filter(|line| line.kind.is_help()) {
        let is_second_stay = line.kind.is_stay() && has_stay;
        has_stay |= line.kind.is_stay();
        line.started_on = (!is_second_stay).then_some(record.received_on);
    }
}

/// Adds to the groups until there are this many; whether they can hold them.
fn fill(
    groups: &mut BTreeMap<Group, Lines>,
    wanted: u32,
    side: impl Fn(&mut Lines) -> (u32, &mut u32),
) -> bool {
    let have: u32 = groups.values_mut().map(|lines| *side(lines).1).sum();
    let Some(mut left) = wanted.checked_sub(have) else { return false };
    for lines in groups.values_mut() {
        let (most, number) = side(lines);
        let more = left.min(most.saturating_sub(*number));
        *number += more;
        left -= more;
    }
    left == 0
}

fn records_of(group: &Group, lines: Lines, reasons: &mut VecDeque<String>) -> Vec<CaseRecord> {
    let Lines { mut help, mut nothing, placed, not_placed } = lines;
    let mut records = Vec::new();
    for place in 0..placed {
        // The first child has all lines that are more than one for each.
        let own = if place == 0 { help.len() + 1 - placed as usize } else { 1 };
        let mut record = empty_record(group);
        for kind in help.drain(..own) {
            record.lines.push(line(kind));
            if kind.is_stay() {
                record.lines.push(ProvisionLine { is_companion: true, ..line(ProvisionKind::Ambulant) });
            }
        }
        records.push(record);
    }
    for _ in 0..not_placed {
        let mut record = empty_record(group);
        record.lines.push(refusal(reasons.pop_front()));
        nothing -= 1;
        records.push(record);
    }
    // What was asked besides, and not given.
    if let Some(host) = records.last_mut() {
        let reason = host.lines.first().and_then(|line| line.none_reason.clone());
        host.lines.extend((0..nothing).map(|_| refusal(reason.clone())));
    }
    records
}

fn empty_record((place, age_group): &Group) -> CaseRecord {
    let municipality = match place {
        Place::Municipality(code) => Some(code.clone()),
        Place::Outside => None,
    };
    CaseRecord {
        code: String::new(),
        received_on: NaiveDate::default(),
        municipality,
        age_group: *age_group,
        referrer: UNKNOWN.to_owned(),
        lines: Vec::new(),
    }
}

fn line(kind: ProvisionKind) -> ProvisionLine {
    ProvisionLine {
        kind,
        is_companion: false,
        provider: None,
        none_reason: None,
        started_on: None,
        ended_on: None,
        follow_up: None,
    }
}

/// The reason that lists everywhere have, for what the tables give none of.
const OTHER: &str = "andere";

fn refusal(reason: Option<String>) -> ProvisionLine {
    let none_reason = Some(reason.unwrap_or_else(|| OTHER.to_owned()));
    ProvisionLine { none_reason, ..line(ProvisionKind::Nothing) }
}

struct Stay {
    place: Place,
    age_group: AgeGroup,
    days: u32,
    follow_up: String,
}

/// Every stay that ended, with its days and where the child went.
fn stays_ended(given: &Given) -> Result<Vec<Stay>, Impossible> {
    let mut after = follow_ups(given, Part::AfterStay);
    let knows_follow_ups = after.values().any(|items| !items.is_empty());
    let mut stays = Vec::new();
    for age_group in AgeGroup::ALL {
        let mut items = after.remove(age_group).unwrap_or_default();
        let groups = leavers(given, *age_group, count(items.len()))?;
        let leaving: u32 = groups.iter().map(|(_, leaving, _)| leaving).sum();
        if knows_follow_ups && leaving != count(items.len()) {
            let follow_ups = count(items.len());
            return Err(Impossible::Leavers { age: age_group.sign(), leavers: leaving, follow_ups });
        }
        for (place, leaving, days) in groups {
            for nth in 0..leaving {
                stays.push(Stay {
                    place: place.clone(),
                    age_group: *age_group,
                    days: days / leaving + u32::from(nth < days % leaving),
                    follow_up: items.pop_front().unwrap_or_else(|| UNKNOWN.to_owned()),
                });
            }
        }
    }
    Ok(stays)
}

/// By municipality: how many left, and their days together.
fn leavers(
    given: &Given,
    age_group: AgeGroup,
    follow_ups: u32,
) -> Result<Vec<(Place, u32, u32)>, Impossible> {
    let of = |part: Part| -> BTreeMap<Place, u32> {
        let cells = given.cells.iter();
        cells
            .filter(|(cell, count)| cell.part == part && cell.age_group == Some(age_group) && **count > 0)
            .filter_map(|(cell, count)| cell.place.clone().map(|place| (place, *count)))
            .collect()
    };
    let (mut leaving, days) = (of(Part::Leavers), of(Part::Days));
    let means: BTreeMap<&Place, u32> = given
        .means
        .iter()
        .filter(|((_, age), _)| *age == age_group)
        .map(|((place, _), m)| (place, *m))
        .collect();
    if sum(given, Part::Leavers) == 0 {
        leaving = fitting_leavers(&means, follow_ups);
    }
    if days.keys().chain(means.keys().copied()).any(|place| !leaving.contains_key(place)) {
        return Err(Impossible::DaysWithoutLeavers);
    }
    leaving
        .into_iter()
        .map(|(place, count)| {
            let from_mean = means.get(&place).map(|tenths| {
                days_for(*tenths, count).ok_or(Impossible::Mean { tenths: *tenths, leavers: count })
            });
            let days = days.get(&place).copied().map(Ok).or(from_mean).unwrap_or(Ok(0))?;
            Ok((place, count, days))
        })
        .collect()
}

/// Numbers of leavers that fit these means and add up to as many as there are follow-ups.
fn fitting_leavers(means: &BTreeMap<&Place, u32>, follow_ups: u32) -> BTreeMap<Place, u32> {
    // A mean in tenths is that of ten or fewer.
    let mut chosen: BTreeMap<Place, u32> = means
        .iter()
        .filter_map(|(place, tenths)| {
            let least = (1..=10).find(|number| days_for(*tenths, *number).is_some())?;
            Some(((*place).clone(), least))
        })
        .collect();
    if means.is_empty() {
        return if follow_ups > 0 { BTreeMap::from([(Place::Outside, follow_ups)]) } else { chosen };
    }
    let mut left = follow_ups.saturating_sub(chosen.values().sum());
    for (place, number) in &mut chosen {
        let tenths = means.get(place).copied().unwrap_or_default();
        let more = (0..=left).rev().find(|more| days_for(tenths, *number + more).is_some()).unwrap_or(0);
        *number += more;
        left -= more;
    }
    chosen
}

/// The whole days of which this is the mean for so many, if there are.
fn days_for(tenths: u32, leavers: u32) -> Option<u32> {
    let nearest = (tenths * leavers + 5) / 10;
    let mean = |days: u32| (days * 20 + leavers) / (leavers * 2);
    (nearest.saturating_sub(1)..=nearest + 1).find(|days| mean(*days) == tenths)
}

struct Making {
    quarter: Quarter,
    /// Requests of the quarter.
    records: Vec<CaseRecord>,
    /// Requests of before, of which help ended in the quarter.
    earlier: Vec<CaseRecord>,
}

impl Making {
    /// Ends a stay of a request of the quarter if one fits, and otherwise of one from before.
    fn end_stay(&mut self, stay: Stay, companion: Option<String>) {
        let last = self.quarter.last_day();
        let ends_by = |record: &CaseRecord| record.received_on.checked_add_days(Days::new(stay.days.into()));
        let fitting = self.records.iter_mut().find(|record| {
            Place::new(record.municipality.as_deref()) == stay.place
                && record.age_group == stay.age_group
                && ends_by(record).is_some_and(|day| day <= last)
                && record.lines.iter().any(|line| line.kind.is_stay() && line.ended_on.is_none())
        });
        let record = if let Some(record) = fitting {
            record
        } else {
            let mut record = empty_record(&(stay.place.clone(), stay.age_group));
            let admitted = self.quarter.last_day() - Days::new(stay.days.into());
            record.received_on = admitted.min(self.quarter.previous().last_day());
            record.lines.push(line(ProvisionKind::CrisisBed));
            record.lines.push(ProvisionLine { is_companion: true, ..line(ProvisionKind::Ambulant) });
            self.earlier.push(record);
            let place = self.earlier.len() - 1;
            &mut self.earlier[place]
        };
        // A request of before may have waited for its place until the quarter began.
        let latest_end = record.received_on.max(self.quarter.first_day() - Days::new(stay.days.into()));
        let (start, end) = (latest_end, latest_end + Days::new(stay.days.into()));
        let Some(at) = record.lines.iter().position(|line| line.kind.is_stay() && line.ended_on.is_none())
        else {
            return;
        };
        end_line(&mut record.lines[at], start, end, stay.follow_up);
        let beside = &mut record.lines[at + 1];
        beside.started_on = Some(start);
        if let Some(follow_up) = companion {
            end_line(beside, start, end, follow_up);
        }
    }

    fn end_ambulant(&mut self, age_group: AgeGroup, follow_up: String, given: &Given) {
        let open = |line: &ProvisionLine| {
            line.kind == ProvisionKind::Ambulant && !line.is_companion && line.ended_on.is_none()
        };
        let fitting = self
            .records
            .iter_mut()
            .find(|record| record.age_group == age_group && record.lines.iter().any(open));
        if let Some(record) = fitting {
            let (start, end) = (record.received_on, self.quarter.last_day());
            if let Some(line) = record.lines.iter_mut().find(|line| open(line)) {
                end_line(line, start, end, follow_up);
            }
            return;
        }
        let place = given.cells.keys().find_map(|cell| cell.place.clone()).unwrap_or(Place::Outside);
        let mut record = empty_record(&(place, age_group));
        record.received_on = self.quarter.previous().last_day();
        let mut ended = line(ProvisionKind::Ambulant);
        end_line(&mut ended, record.received_on, self.quarter.first_day(), follow_up);
        record.lines.push(ended);
        self.earlier.push(record);
    }
}

fn end_line(line: &mut ProvisionLine, start: NaiveDate, end: NaiveDate, follow_up: String) {
    line.started_on = Some(start);
    line.ended_on = Some(end);
    line.follow_up = Some(follow_up);
}
