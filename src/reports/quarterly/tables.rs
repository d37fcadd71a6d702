//! The report as a file: a line for each row of a table, and back to what records are made from.

use rules::crisis::codes::AgeGroup;
use rules::crisis::report::{Cell, Part, Place, Report};
use rules::crisis::tables::Given;

use super::about::Section;
use crate::error::Result;
use crate::web::csv::Sheet;
use crate::web::csv::reading::{Fault, read_table};
use crate::web::fields::Fields;

/// What the columns of the file are.
pub const COLUMNS: [&str; 6] = ["onderdeel", "gemeente", "rij", "jongerDan12", "vanaf12", "totaal"];

/// In the column of a side: the sum over that side.
const TOTAL: &str = "totaal";
/// The number of children, as a row of its own.
const REQUESTS: &str = "aanvragen";
/// The mean stay in days, in place of the days together.
const MEAN: &str = "gemiddelde";

/// A row with a sentence on the report: no count.
const ABOUT: &str = "toelichting";

/// The largest count that a file can hold.
const MOST: u32 = 1_000_000;

/// Given tables: what records are made from, and the totals that must come out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables {
    pub given: Given,
    pub totals: Vec<(Cell, u32)>,
}

/// Whether a part has municipalities, items and age groups.
const fn sides(part: Part) -> (bool, bool, bool) {
    match part {
        Part::Lines => (true, true, true),
        Part::Leavers | Part::Days => (true, false, true),
        Part::AfterAmbulant | Part::AfterStay => (false, true, true),
        Part::Referrers | Part::NotPlaced => (false, true, false),
    }
}

/// Reads a file of tables; what is wrong is told by line, all at once.
pub fn read_tables(bytes: &[u8]) -> std::result::Result<Tables, Vec<Fault>> {
    let table = read_table(bytes, &COLUMNS);
    let mut faults = table.faults;
    let mut tables = Tables::default();
    for row in table.rows {
        let line = row.line;
        let mut wrong = |column: &str, message: &str| {
            faults.push(Fault { line, column: column.to_owned(), message: message.to_owned() });
        };
        read_row(&row.fields, &mut tables, &mut wrong);
    }
    if faults.is_empty() { Ok(tables) } else { Err(faults) }
}

fn read_row(fields: &Fields, tables: &mut Tables, wrong: &mut dyn FnMut(&str, &str)) {
    let text = |name: &str| fields.raw(name).trim().to_owned();
    let mut number = |name: &str| -> Option<u32> {
        let text = text(name);
        let parsed = text.parse().ok().filter(|number| *number <= MOST);
        if parsed.is_none() && !text.is_empty() {
            wrong(name, "vul een aantal in, bijvoorbeeld 12");
        }
        parsed
    };
    let part_code = text("onderdeel");
    if part_code == ABOUT {
        return;
    }
    if part_code == REQUESTS {
        match number("totaal") {
            Some(count) => tables.given.requests = Some(count),
            None if text("totaal").is_empty() => wrong("totaal", "vul het aantal aanvragen in"),
            None => {}
        }
        return;
    }
    let is_mean = part_code == MEAN;
    let part = if is_mean { Some(Part::Days) } else { Part::parse(&part_code) };
    let Some(part) = part else {
        let codes: Vec<&str> = Part::ALL.iter().map(|part| part.code()).collect();
        wrong("onderdeel", &format!("kies {}, {MEAN} of {REQUESTS}", codes.join(", ")));
        return;
    };
    let (with_place, with_item, with_age) = sides(part);
    let place = match text("gemeente").as_str() {
        "" | TOTAL => None,
        Place::OUTSIDE => Some(Place::Outside),
        code => match rules::codes::MunicipalityCode::parse(code) {
            Ok(code) => Some(Place::Municipality(code.to_string())),
            Err(error) => return wrong("gemeente", &error.to_string()),
        },
    };
    let item = Some(text("rij")).filter(|item| !item.is_empty() && item != TOTAL);
    if place.is_some() && !with_place {
        return wrong("gemeente", "dit onderdeel heeft geen gemeenten; laat de cel leeg");
    }
    if item.is_some() && !with_item {
        return wrong("rij", "dit onderdeel heeft geen rijen; laat de cel leeg");
    }
    let base = Cell::total(part).at(place.clone()).of(item.as_deref());
    let is_total = (with_place && place.is_none()) || (with_item && item.is_none());
    if is_mean {
        for (name, age) in [("jongerDan12", AgeGroup::Under12), ("vanaf12", AgeGroup::From12)] {
            let text = text(name);
            match (&place, tenths(&text)) {
                (_, None) if text.is_empty() => {}
                (Some(place), Some(tenths)) => {
                    tables.given.means.insert((place.clone(), age), tenths);
                }
                // The mean over all follows from the others.
                (None, Some(_)) => {}
                (_, None) => wrong(name, "vul een aantal dagen in, bijvoorbeeld 20,5"),
            }
        }
        return;
    }
    let mut number = |name: &str| -> Option<u32> {
        let text = text(name);
        let parsed = text.parse().ok().filter(|number| *number <= MOST);
        if parsed.is_none() && !text.is_empty() {
            wrong(name, "vul een aantal in, bijvoorbeeld 12");
        }
        parsed
    };
    let (under, from, total) = (number("jongerDan12"), number("vanaf12"), number("totaal"));
    let mut add = |cell: Cell, count: u32| {
        if is_total || (with_age && cell.age_group.is_none()) {
            tables.totals.push((cell, count));
        } else {
            *tables.given.cells.entry(cell).or_default() += count;
        }
    };
    if with_age {
        if !is_total && under.is_none() && from.is_none() {
            return wrong("jongerDan12", "vul de aantallen per leeftijdsgroep in");
        }
        for (age, count) in [(AgeGroup::Under12, under), (AgeGroup::From12, from)] {
            if let Some(count) = count {
                add(base.clone().aged(Some(age)), count);
            }
        }
    }
    match total {
        Some(count) => add(base, count),
        None if !with_age && text("totaal").is_empty() => wrong("totaal", "vul het aantal in"),
        None => {}
    }
}

/// A number of days in tenths: `20,5` is 205.
fn tenths(text: &str) -> Option<u32> {
    let (whole, tenth) = text.split_once([',', '.']).unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(tenth) || tenth.len() != 1 {
        return None;
    }
    let whole: u32 = whole.parse().ok().filter(|whole| *whole <= MOST)?;
    Some(whole * 10 + tenth.parse::<u32>().ok()?)
}

/// The whole report, with its totals, and after it what it says of itself. Rows in which nothing counts are left out, so that
/// two files can be compared.
pub fn write_tables(report: &Report, about: &[Section]) -> Result<Sheet> {
    let mut sheet = Sheet::for_spreadsheets(&COLUMNS)?;
    let requests = report.requests().to_string();
    sheet.row(&[REQUESTS.into(), String::new(), String::new(), String::new(), String::new(), requests])?;
    for row in rows(report) {
        sheet.row(&row)?;
    }
    for section in about {
        for line in &section.lines {
            let text = format!("{}: {line}", section.title);
            sheet.row(&[ABOUT.into(), String::new(), text, String::new(), String::new(), String::new()])?;
        }
    }
    Ok(sheet)
}

/// Every row of every part that counts something, totals last.
fn rows(report: &Report) -> Vec<[String; 6]> {
    let mut rows = Vec::new();
    for part in Part::ALL {
        let (with_place, with_item, with_age) = sides(*part);
        let places: Vec<Option<Place>> = if with_place {
            report.places().into_iter().map(Some).chain([None]).collect()
        } else {
            vec![None]
        };
        let items: Vec<Option<&str>> = if with_item {
            report.items(*part).iter().map(|item| Some(item.as_str())).chain([None]).collect()
        } else {
            vec![None]
        };
        for place in &places {
            for item in &items {
                let cell = Cell::total(*part).at(place.clone()).of(*item);
                if report.count(&cell) == 0 {
                    continue;
                }
                let aged = |age| {
                    if with_age {
                        report.count(&cell.clone().aged(Some(age))).to_string()
                    } else {
                        String::new()
                    }
                };
                let side = |with: bool, code: Option<&str>| match code {
                    Some(code) => code.to_owned(),
                    None if with => TOTAL.to_owned(),
                    None => String::new(),
                };
                rows.push([
                    part.code().to_owned(),
                    side(with_place, place.as_ref().map(Place::code)),
                    side(with_item, *item),
                    aged(AgeGroup::Under12),
                    aged(AgeGroup::From12),
                    report.count(&cell).to_string(),
                ]);
            }
        }
    }
    rows
}

/// Where a report differs from given tables, in words; nothing when it is the same to the cell.
pub fn compare(tables: &Tables, report: &Report) -> Vec<String> {
    let name = |cell: &Cell| {
        let sides = [
            cell.place.as_ref().map(|place| place.code().to_owned()),
            cell.item.clone(),
            cell.age_group.map(|age| age.sign().to_owned()),
        ];
        let sides: Vec<String> = sides.into_iter().flatten().collect();
        format!("{} {}", cell.part.code(), if sides.is_empty() { TOTAL.to_owned() } else { sides.join(", ") })
    };
    let mut found: Vec<String> = tables
        .given
        .cells
        .iter()
        .chain(tables.totals.iter().map(|(cell, count)| (cell, count)))
        .filter(|(cell, count)| report.count(cell) != **count)
        .map(|(cell, count)| format!("{}: gegeven {count}, geteld {}", name(cell), report.count(cell)))
        .collect();
    for ((place, age), tenths) in &tables.given.means {
        let counted = report.mean_days(Some(place.clone()), Some(*age));
        if counted != Some(*tenths) {
            found.push(format!(
                "gemiddelde {}, {}: gegeven {tenths} tienden, geteld {}",
                place.code(),
                age.sign(),
                counted.map_or_else(|| "niets".to_owned(), |tenths| tenths.to_string())
            ));
        }
    }
    let requests = tables.given.requests.filter(|requests| *requests != report.requests());
    found.extend(requests.map(|given| format!("aanvragen: gegeven {given}, geteld {}", report.requests())));
    // What was counted in a part that was given, and was not given there.
    for part in Part::ALL {
        let given: u32 =
            tables.given.cells.iter().filter(|(cell, _)| cell.part == *part).map(|(_, count)| count).sum();
        let counted = report.count(&Cell::total(*part));
        if given > 0 && given != counted {
            found.push(format!("{}: gegeven samen {given}, geteld {counted}", part.code()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "onderdeel;gemeente;rij;jongerDan12;vanaf12;totaal\n\
        aanvragen;;;;;3\n\
        voorzieningen;GM0034;ambulant;1;2;3\n\
        voorzieningen;buiten;geen;;1;\n\
        voorzieningen;totaal;totaal;1;3;4\n\
        gemiddelde;GM0034;;20,5;;\n\
        vervolg-verblijf;;naar-huis-met-hulp;2;;\n\
        niet-geplaatst;;buiten-regio;;;1\n\
        toelichting;;Begrippen: een aanvraag is een jeugdige;;;\n";

    #[test]
    fn a_file_of_tables_is_read_with_its_totals_apart() {
        let tables = read_tables(FILE.as_bytes()).expect("tables");
        assert_eq!(tables.given.requests, Some(3));
        let almere = Place::Municipality("GM0034".to_owned());
        let lines = Cell::total(Part::Lines);
        let cell = lines.clone().at(Some(almere.clone())).of(Some("ambulant"));
        assert_eq!(tables.given.cells.get(&cell.clone().aged(Some(AgeGroup::From12))), Some(&2));
        assert_eq!(tables.given.means.get(&(almere, AgeGroup::Under12)), Some(&205));
        assert!(tables.totals.contains(&(cell, 3)) && tables.totals.contains(&(lines, 4)));
        assert_eq!(tables.given.cells.len(), 5);
    }

    #[test]
    fn what_is_wrong_is_told_by_line() {
        let file = "onderdeel;gemeente;rij;jongerDan12;vanaf12;totaal\n\
            iets;;;;;1\n\
            voorzieningen;Almere;ambulant;1;2;\n\
            vervolg-verblijf;GM0034;x;1;;\n\
            verwijzers;;huisarts;;;veel\n\
            vertrokken;GM0034;;;;3\n";
        let faults = read_tables(file.as_bytes()).expect_err("faults");
        let told: Vec<(u64, &str)> = faults.iter().map(|fault| (fault.line, fault.column.as_str())).collect();
        let expected =
            [(2, "onderdeel"), (3, "gemeente"), (4, "gemeente"), (5, "totaal"), (6, "jongerDan12")];
        assert_eq!(told, expected);
    }
}
