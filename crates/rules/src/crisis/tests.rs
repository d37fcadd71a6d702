//! The report as a whole: from records to tables, and from tables to records and back.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::completeness::{Lack, Missing, missing};
use super::quarter::Quarter;
use super::records::{AgeGroup, CaseRecord, EndFact, Facts, LineFact, ProvisionKind, ProvisionLine, Scope};
use super::report::{Cell, Frame, Part, Place, Report};
use super::tables::{Given, Impossible, make_records};
use super::versions::{Difference, differences};
use crate::testing::day;

const ALMERE: &str = "GM0034";
const URK: &str = "GM0184";

fn quarter() -> Quarter {
    "2026-2".parse().expect("a quarter")
}

fn line(kind: ProvisionKind) -> ProvisionLine {
    ProvisionLine {
        kind,
        is_companion: false,
        provider: Some("22220001".to_owned()),
        none_reason: None,
        started_on: None,
        ended_on: None,
        follow_up: None,
    }
}

fn stay(from: &str, until: &str, follow_up: &str) -> [ProvisionLine; 2] {
    let ended = |kind, is_companion, follow_up: &str| ProvisionLine {
        is_companion,
        started_on: Some(day(from)),
        ended_on: Some(day(until)),
        follow_up: Some(follow_up.to_owned()),
        ..line(kind)
    };
    [ended(ProvisionKind::CrisisBed, false, follow_up), ended(ProvisionKind::Ambulant, true, "casusregie")]
}

fn nothing(reason: &str) -> ProvisionLine {
    ProvisionLine { provider: None, none_reason: Some(reason.to_owned()), ..line(ProvisionKind::Nothing) }
}

fn record(code: &str, received_on: &str, municipality: Option<&str>, age_group: AgeGroup) -> CaseRecord {
    CaseRecord {
        code: code.to_owned(),
        received_on: day(received_on),
        municipality: municipality.map(str::to_owned),
        age_group,
        referrer: "huisarts".to_owned(),
        lines: Vec::new(),
    }
}

fn with(mut record: CaseRecord, lines: impl IntoIterator<Item = ProvisionLine>) -> CaseRecord {
    record.lines.extend(lines);
    record
}

fn records() -> Vec<CaseRecord> {
    vec![
        // A stay with its companion, and something besides that was not given.
        with(
            record("A", "2026-04-01", Some(ALMERE), AgeGroup::Under12),
            [stay("2026-04-01", "2026-04-15", "naar-huis-met-hulp").to_vec(), vec![nothing("geen-plek")]]
                .concat(),
        ),
        with(record("B", "2026-06-30", Some(ALMERE), AgeGroup::From12), [line(ProvisionKind::Ambulant)]),
        // Came in before the quarter, left on its last day.
        with(
            record("C", "2026-03-31", Some(URK), AgeGroup::From12),
            stay("2026-03-31", "2026-06-30", "uithuisplaatsing-groep"),
        ),
        // Came in after it.
        with(record("D", "2026-07-01", Some(URK), AgeGroup::From12), [line(ProvisionKind::Ambulant)]),
        with(record("E", "2026-05-05", None, AgeGroup::From12), [nothing("buiten-regio")]),
    ]
}

fn report_of(records: &[CaseRecord], scope: &Scope) -> Report {
    Report::new(&Facts::of(records, quarter(), scope), &Frame::default())
}

#[test]
fn children_and_lines_are_counted_apart_and_a_companion_is_no_line() {
    let report = report_of(&records(), &Scope::Region);
    assert_eq!(report.requests(), 3, "children who came in");
    let lines = Cell::total(Part::Lines);
    let count = |cell: Cell| report.count(&cell);
    assert_eq!(count(lines.clone()), 4);
    assert_eq!(report.help_lines(), 2);
    for (kind, expected) in [("ambulant", 1), ("crisisbed", 1), ("pleegzorg", 0), ("geen", 2)] {
        assert_eq!(count(lines.clone().of(Some(kind))), expected, "{kind}");
    }
    let almere = Some(Place::Municipality(ALMERE.to_owned()));
    assert_eq!(count(lines.clone().at(almere.clone())), 3);
    assert_eq!(count(lines.clone().at(almere).aged(Some(AgeGroup::Under12))), 2);
    assert_eq!(count(lines.at(Some(Place::Outside)).of(Some("geen"))), 1);
}

#[test]
fn what_ended_in_the_quarter_counts_whenever_it_came_in() {
    let report = report_of(&records(), &Scope::Region);
    let count = |cell: Cell| report.count(&cell);
    assert_eq!(count(Cell::total(Part::Leavers)), 2);
    assert_eq!(count(Cell::total(Part::AfterStay)), 2);
    assert_eq!(count(Cell::total(Part::AfterAmbulant)), 2, "companions count after ambulant help");
    // From 31 March until 30 June are 91 nights.
    assert_eq!(count(Cell::total(Part::Days)), 14 + 91);
    assert_eq!(report.mean_days(None, None), Some(525));
    assert_eq!(report.mean_days(None, Some(AgeGroup::Under12)), Some(140));
    assert_eq!(report.mean_days(Some(Place::Outside), None), None, "nobody is not nought days");
    let under = Cell::total(Part::AfterStay).aged(Some(AgeGroup::Under12));
    assert_eq!(count(under.of(Some("naar-huis-met-hulp"))), 1);
}

#[test]
fn a_child_is_not_placed_only_when_nothing_is_help() {
    let report = report_of(&records(), &Scope::Region);
    assert_eq!(report.count(&Cell::total(Part::NotPlaced)), 1);
    assert_eq!(report.count(&Cell::total(Part::NotPlaced).of(Some("buiten-regio"))), 1);
    assert_eq!(report.count(&Cell::total(Part::Referrers).of(Some("huisarts"))), 3);
}

#[test]
fn a_municipality_and_a_provider_see_their_own() {
    let urk = report_of(&records(), &Scope::Municipality(URK.to_owned()));
    assert_eq!((urk.requests(), urk.count(&Cell::total(Part::Leavers))), (0, 1));
    let mut records = records();
    records[0].lines[0].provider = Some("22220002".to_owned());
    let other = report_of(&records, &Scope::Provider("22220002".to_owned()));
    assert_eq!((other.requests(), other.count(&Cell::total(Part::Lines))), (1, 1));
    assert_eq!(other.count(&Cell::total(Part::AfterAmbulant)), 0, "the companion is of another provider");
}

#[test]
fn what_nobody_filled_in_is_shown_as_unknown_and_stays_in_the_total() {
    let mut records = records();
    records[0].lines[0].follow_up = None;
    let report = report_of(&records, &Scope::Region);
    assert_eq!(report.count(&Cell::total(Part::AfterStay)), 2);
    assert_eq!(report.count(&Cell::total(Part::AfterStay).of(Some("onbekend"))), 1);
    assert!(report.items(Part::AfterStay).iter().any(|item| item == "onbekend"));
}

#[test]
fn every_sum_of_the_report_comes_out() {
    let report = report_of(&records(), &Scope::Region);
    let sums = report.sums();
    assert!(sums.len() > 50, "{}", sums.len());
    for sum in sums {
        let parts: u32 = sum.parts.iter().map(|cell| report.count(cell)).sum();
        assert_eq!(parts, report.count(&sum.total), "{:?}", sum.total);
    }
}

#[test]
fn a_cell_names_what_counts_in_it() {
    let fact = LineFact {
        municipality: Some(ALMERE.to_owned()),
        age_group: AgeGroup::Under12,
        kind: ProvisionKind::CrisisBed,
    };
    let almere = Cell::total(Part::Lines).at(Some(Place::Municipality(ALMERE.to_owned())));
    assert!(almere.counts_line(&fact));
    assert!(almere.clone().of(Some("crisisbed")).counts_line(&fact));
    assert!(!almere.clone().of(Some("ambulant")).counts_line(&fact));
    assert!(!almere.clone().aged(Some(AgeGroup::From12)).counts_line(&fact));
    let end = EndFact {
        municipality: None,
        age_group: AgeGroup::From12,
        is_stay: true,
        follow_up: Some("fasehuis".to_owned()),
    };
    assert!(Cell::total(Part::Leavers).at(Some(Place::Outside)).counts_end(&end));
    assert!(Cell::total(Part::AfterStay).of(Some("fasehuis")).counts_end(&end));
    assert!(!Cell::total(Part::AfterAmbulant).counts_end(&end));
    assert!(!almere.counts_end(&end));
}

#[test]
fn a_record_tells_what_it_lacks_before_its_quarter_closes() {
    let today = day("2026-07-10");
    let lacks = |record: &CaseRecord| -> Vec<(Option<usize>, Lack)> {
        let found = missing(record, quarter(), today).into_iter();
        found.map(|Missing { line, lack }| (line, lack)).collect()
    };
    let all = records();
    assert_eq!(lacks(&all[0]), []);
    assert_eq!(lacks(&all[1]), [(Some(1), Lack::Start)]);
    assert_eq!(lacks(&all[3]), [], "of another quarter");
    assert_eq!(lacks(&record("F", "2026-04-04", None, AgeGroup::From12)), [(None, Lack::Outcome)]);
    let [mut stay, companion] = stay("2026-04-03", "2026-04-01", "x");
    (stay.provider, stay.follow_up) = (None, None);
    let wrong = with(record("G", "2026-04-04", None, AgeGroup::From12), [stay]);
    assert_eq!(
        lacks(&wrong),
        [
            (None, Lack::Companion),
            (Some(1), Lack::Provider),
            (Some(1), Lack::StartTooEarly),
            (Some(1), Lack::EndTooEarly),
            (Some(1), Lack::FollowUp),
        ]
    );
    let late = ProvisionLine { ended_on: Some(day("2026-07-11")), ..companion };
    let late = with(record("H", "2026-04-01", None, AgeGroup::From12), [late]);
    assert_eq!(lacks(&late), [(Some(1), Lack::EndInFuture)]);
    let no_reason = ProvisionLine { none_reason: None, ..nothing("x") };
    let no_reason = with(record("I", "2026-04-01", None, AgeGroup::From12), [no_reason]);
    assert_eq!(lacks(&no_reason), [(Some(1), Lack::Reason)]);
}

#[test]
fn a_new_version_tells_what_differs_whatever_the_order() {
    let before = records();
    let mut after = records();
    assert_eq!(differences(&before, &after), []);
    after.reverse();
    assert_eq!(differences(&before, &after), []);
    after[4].lines[0].ended_on = Some(day("2026-04-20"));
    after[3].municipality = None;
    let lost = after.remove(2);
    let found = differences(&before, &after);
    let difference = |line, field, before: &str, after: &str, code: &str| Difference {
        code: code.to_owned(),
        line,
        field,
        before: before.to_owned(),
        after: after.to_owned(),
    };
    assert_eq!(found[0], difference(Some(1), "einde", "2026-04-15", "2026-04-20", "A"));
    assert_eq!(found[1], difference(None, "gemeente", ALMERE, "buiten", "B"));
    assert!(found[2..].iter().all(|found| found.code == lost.code && found.after.is_empty()));
    assert_eq!(differences(&after, &before).len(), found.len());
}

fn codes() -> impl FnMut() -> String {
    let mut number = 0;
    move || {
        number += 1;
        format!("K{number}")
    }
}

/// The records of given tables, and the report over them.
fn back(given: &Given) -> (Vec<CaseRecord>, Report) {
    let records = make_records(given, quarter(), &mut codes()).expect("records");
    let report = report_of(&records, &Scope::Region);
    (records, report)
}

fn same_cells(given: &Given, report: &Report) {
    for part in Part::ALL {
        let given_part = given.cells.iter().filter(|(cell, _)| cell.part == *part);
        let total: u32 = given_part.clone().map(|(_, count)| count).sum();
        if total == 0 {
            continue;
        }
        for (cell, count) in given_part {
            assert_eq!(report.count(cell), *count, "{cell:?}");
        }
        assert_eq!(report.count(&Cell::total(*part)), total, "nothing besides in {part:?}");
    }
}

/// 79 children, 92 lines, 63 of them help and 29 not, over seven places.
fn given_quarter() -> Given {
    let municipalities = [ALMERE, "GM0303", "GM0995", "GM0171", URK, "GM0050"];
    let mut given = Given { requests: Some(79), ..Given::default() };
    let mut add = |cell: Cell, count| given.cells.insert(cell, count);
    for (at, code) in municipalities.iter().enumerate() {
        let place = Some(Place::Municipality((*code).to_owned()));
        for (kind, numbers) in [
            ("ambulant", [[12, 15], [2, 3], [0, 0], [4, 5], [0, 0], [1, 2]]),
            ("crisisbed", [[3, 6], [0, 1], [1, 2], [0, 1], [0, 1], [0, 0]]),
            ("pleegzorg", [[2, 0], [1, 0], [0, 0], [1, 0], [0, 0], [0, 0]]),
            ("geen", [[4, 9], [1, 2], [0, 2], [2, 3], [0, 1], [0, 1]]),
        ] {
            for (age, count) in AgeGroup::ALL.iter().zip(numbers[at]) {
                add(Cell::total(Part::Lines).at(place.clone()).of(Some(kind)).aged(Some(*age)), count);
            }
        }
    }
    let outside = Cell::total(Part::Lines).at(Some(Place::Outside)).of(Some("geen"));
    add(outside.aged(Some(AgeGroup::From12)), 4);
    for (reason, count) in [("alternatief-voorhanden", 11), ("aanvraag-ingetrokken", 6), ("geen-plek", 4)] {
        add(Cell::total(Part::NotPlaced).of(Some(reason)), count);
    }
    given
}

#[test]
fn the_numbers_of_a_quarter_come_back_from_made_records() {
    let given = given_quarter();
    let (records, report) = back(&given);
    assert_eq!((records.len(), report.requests()), (79, 79));
    assert_eq!(report.count(&Cell::total(Part::Lines)), 92);
    assert_eq!(report.help_lines(), 63);
    assert_eq!(report.count(&Cell::total(Part::Lines).of(Some("geen"))), 29);
    same_cells(&given, &report);
}

#[test]
fn mean_stays_without_numbers_get_numbers_that_fit() {
    let mut given = Given::default();
    let place = |code: &str| Place::Municipality(code.to_owned());
    given.means.insert((place(ALMERE), AgeGroup::From12), 205);
    given.means.insert((place(URK), AgeGroup::From12), 140);
    let groups = Cell::total(Part::AfterStay).aged(Some(AgeGroup::From12));
    given.cells.insert(groups.of(Some("naar-huis-met-hulp")), 9);
    let (_, report) = back(&given);
    assert_eq!(report.mean_days(Some(place(ALMERE)), Some(AgeGroup::From12)), Some(205));
    assert_eq!(report.mean_days(Some(place(URK)), Some(AgeGroup::From12)), Some(140));
    assert_eq!(report.count(&Cell::total(Part::Leavers)), 9);
    same_cells(&given, &report);
}

#[test]
fn tables_that_no_records_can_give_are_refused_with_the_reason() {
    let refused = |given: &Given| make_records(given, quarter(), &mut codes()).expect_err("refused");
    let lines = |count| {
        let cell = Cell::total(Part::Lines).at(Some(Place::Outside)).of(Some("ambulant"));
        BTreeMap::from([(cell.aged(Some(AgeGroup::From12)), count)])
    };
    let too_many = Given { cells: lines(3), requests: Some(4), ..Given::default() };
    assert!(matches!(refused(&too_many), Impossible::Requests { requests: 4, .. }));
    let mut referrals = Given { cells: lines(3), requests: Some(3), ..Given::default() };
    referrals.cells.insert(Cell::total(Part::Referrers).of(Some("huisarts")), 2);
    assert_eq!(refused(&referrals), Impossible::Referrers { requests: 3, referrals: 2 });
    let left = Cell::total(Part::Leavers).at(Some(Place::Outside)).aged(Some(AgeGroup::From12));
    let mut given = Given { cells: BTreeMap::from([(left.clone(), 3)]), ..Given::default() };
    given.cells.insert(Cell::total(Part::AfterStay).of(Some("x")).aged(Some(AgeGroup::From12)), 2);
    assert_eq!(refused(&given), Impossible::Leavers { age: "12+", leavers: 3, follow_ups: 2 });
    let mean = Given {
        cells: BTreeMap::from([(left, 3)]),
        means: BTreeMap::from([((Place::Outside, AgeGroup::From12), 145)]),
        requests: None,
    };
    assert_eq!(refused(&mean), Impossible::Mean { tenths: 145, leavers: 3 });
}

/// Random tables of the shape of the report, as a crisis point could have published them.
fn any_given() -> impl Strategy<Value = Given> {
    let places =
        [Place::Municipality(ALMERE.to_owned()), Place::Municipality(URK.to_owned()), Place::Outside];
    let group = (0_u32..9, 0_u32..5, 0_u32..4, 0_u32..6, 0_u32..5, 0_u32..400);
    let follow_ups = prop::collection::vec(0_u32..7, 6);
    let shares = (0_u32..=100, 0_u32..=100, prop::collection::vec(0_u32..100, 4));
    (prop::collection::vec(group, 6), follow_ups, shares).prop_map(move |(groups, follow_ups, shares)| {
        let mut given = Given::default();
        let (mut least, mut most, mut nothing, mut least_refused) = (0, 0, 0, 0);
        let mut leavers = BTreeMap::from([(AgeGroup::Under12, 0), (AgeGroup::From12, 0)]);
        for (at, (ambulant, beds, foster, geen, left, days)) in groups.into_iter().enumerate() {
            let (place, age) = (Some(places[at / 2].clone()), AgeGroup::ALL[at % 2]);
            let mut add = |part, item: Option<&str>, count| {
                let cell = Cell::total(part).at(place.clone()).of(item).aged(Some(age));
                given.cells.insert(cell, count);
            };
            add(Part::Lines, Some("ambulant"), ambulant);
            add(Part::Lines, Some("crisisbed"), beds);
            add(Part::Lines, Some("pleegzorg"), foster);
            add(Part::Lines, Some("geen"), geen);
            add(Part::Leavers, None, left);
            add(Part::Days, None, if left == 0 { 0 } else { days });
            let help = ambulant + beds + foster;
            least += u32::from(help > 0);
            most += help;
            nothing += geen;
            least_refused += u32::from(help == 0 && geen > 0);
            *leavers.entry(age).or_default() += left;
        }
        for (age, left) in leavers {
            let home = left * shares.0 / 100;
            for (item, count) in [("naar-huis-met-hulp", home), ("fasehuis", left - home)] {
                given.cells.insert(Cell::total(Part::AfterStay).of(Some(item)).aged(Some(age)), count);
            }
        }
        for (at, count) in follow_ups.into_iter().enumerate() {
            let item = ["casusregie", "behandeladvies", "anders"][at / 2];
            let cell = Cell::total(Part::AfterAmbulant).of(Some(item)).aged(Some(AgeGroup::ALL[at % 2]));
            given.cells.insert(cell, count);
        }
        let placed = least + (most - least) * shares.1 / 100;
        let refused = least_refused + (nothing - least_refused) * shares.0 / 100;
        for (item, count) in [("geen-plek", refused / 2), ("buiten-regio", refused - refused / 2)] {
            given.cells.insert(Cell::total(Part::NotPlaced).of(Some(item)), count);
        }
        let mut left = placed + refused;
        for (at, share) in shares.2.iter().enumerate() {
            let count = if at == 3 { left } else { left * share / 100 };
            left -= count;
            let item = ["huisarts", "jeugdarts", "gemeentelijke-toegang", "onbekend"][at];
            given.cells.insert(Cell::total(Part::Referrers).of(Some(item)), count);
        }
        given.requests = Some(placed + refused);
        given
    })
}

proptest! {
    #[test]
    fn random_tables_come_back_to_the_cell(given in any_given()) {
        let (records, report) = back(&given);
        same_cells(&given, &report);
        prop_assert_eq!(Some(report.requests()), given.requests);
        for sum in report.sums() {
            let parts: u32 = sum.parts.iter().map(|cell| report.count(cell)).sum();
            prop_assert_eq!(parts, report.count(&sum.total));
        }
        for record in &records {
            for line in &record.lines {
                let started = line.started_on.unwrap_or(record.received_on);
                prop_assert!(started >= record.received_on);
                prop_assert!(line.ended_on.is_none_or(|end| end >= started));
            }
        }
    }

    #[test]
    fn a_cell_names_exactly_what_it_counts(given in any_given()) {
        let (records, report) = back(&given);
        let facts = Facts::of(&records, quarter(), &Scope::Region);
        for cell in report.cells() {
            let lines = facts.lines.iter().filter(|(fact, _)| cell.counts_line(fact));
            let ends = facts.ends.iter().filter(|(fact, _)| cell.counts_end(fact));
            let requests = facts.requests.iter().filter(|(fact, _)| cell.counts_request(fact));
            let days = cell.part == Part::Days;
            let named = lines.map(|(_, count)| *count).sum::<u32>()
                + ends.map(|(_, ended)| if days { ended.days } else { ended.lines }).sum::<u32>()
                + requests.map(|(_, count)| *count).sum::<u32>();
            prop_assert_eq!(named, report.count(&cell), "{:?}", cell);
        }
    }
}
