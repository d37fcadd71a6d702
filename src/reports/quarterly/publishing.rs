//! The public edition: what is shown of each count, and the attack that it must withstand before anybody sees it.

use chrono::{DateTime, Utc};
use rules::crisis::codes::{AgeGroup, ProvisionKind};
use rules::crisis::quarter::Quarter;
use rules::crisis::records::{Facts, Scope};
use rules::crisis::report::{Cell, Frame, Part, Place, Report};
use rules::disclosure::attack::attack;
use rules::disclosure::edition::{Counts, EditionError, Method, protect};
use rules::disclosure::{Edition, Guard, Shown, Sum};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actions::{frame_of, words_of};
use super::model::{Publication, Words};
use super::store::{self, NewPublication, PublicationRow};
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::crisis::distribution::ending::take_turn;
use crate::crisis::registration::actions::{frozen_records, list_versions};
use crate::crisis::registration::model::ClosedQuarter;
use crate::crisis::settings::actions::find_point;
use crate::db::{self, Connection};
use crate::error::{Error, Result};

/// Averages over fewer children than this are not published.
pub const LEAST_FOR_A_MEAN: u32 = 8;

/// Nobody may know the days of so few children together closer than this for each of them.
const DAYS_UNKNOWN: u32 = 7;

/// A cell as an edition keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct ShownCell {
    #[serde(rename = "onderdeel")]
    part: String,
    #[serde(rename = "gemeente", skip_serializing_if = "Option::is_none", default)]
    place: Option<String>,
    #[serde(rename = "rij", skip_serializing_if = "Option::is_none", default)]
    item: Option<String>,
    #[serde(rename = "leeftijdsgroep", skip_serializing_if = "Option::is_none", default)]
    age_group: Option<String>,
    /// The least and the most it can be by what is shown of it; none when nothing is.
    #[serde(rename = "getoond")]
    shown: Option<(u32, u32)>,
    /// Of days: what is shown is their mean.
    #[serde(rename = "gemiddelde", skip_serializing_if = "Option::is_none", default)]
    mean: Option<u32>,
}

fn frozen(report: &Report, cell: &Cell, shown: Shown) -> ShownCell {
    let has_mean = cell.part == Part::Days && leavers_of(report, cell) >= LEAST_FOR_A_MEAN;
    ShownCell {
        mean: (has_mean && shown != Shown::Hidden).then(|| mean_of(report, cell)),
        part: cell.part.code().to_owned(),
        place: cell.place.as_ref().map(|place| place.code().to_owned()),
        item: cell.item.clone(),
        age_group: cell.age_group.map(|age| age.code().to_owned()),
        shown: match shown {
            Shown::Exact(number) => Some((number, number)),
            Shown::Between(least, most) => Some((least, most)),
            Shown::Hidden => None,
        },
    }
}

fn thawed(cell: ShownCell) -> Result<(Cell, Shown)> {
    let unknown = || Error::internal("a public edition holds a cell that is not known");
    let part = Part::parse(&cell.part).ok_or_else(unknown)?;
    let place = cell
        .place
        .map(|code| if code == Place::OUTSIDE { Place::Outside } else { Place::Municipality(code) });
    let age_group = cell.age_group.map(|code| AgeGroup::parse(&code).ok_or_else(unknown)).transpose()?;
    let shown = match cell.shown {
        Some((least, most)) if least == most => Shown::Exact(least),
        Some((least, most)) => Shown::Between(least, most),
        None => Shown::Hidden,
    };
    Ok((Cell::total(part).at(place).of(cell.item.as_deref()).aged(age_group), shown))
}

fn read_publication(row: PublicationRow) -> Result<(i64, Publication)> {
    let (id, year, number, version, method, shown, hidden, published_at, published_by) = row;
    let quarter = u16::try_from(year).ok().zip(u8::try_from(number).ok());
    let quarter = quarter.and_then(|(year, number)| Quarter::new(year, number));
    let cells: Vec<ShownCell> = serde_json::from_str(&shown).map_err(Error::internal)?;
    let means = cells.iter().filter_map(|cell| cell.mean.map(|mean| Ok((thawed(cell.clone())?.0, mean))));
    let means: Vec<(Cell, u32)> = means.collect::<Result<_>>()?;
    let shown: Vec<(Cell, Shown)> = cells.into_iter().map(thawed).collect::<Result<_>>()?;
    let publication = Publication {
        quarter: quarter.ok_or_else(|| Error::internal("a public edition of no quarter"))?,
        version,
        method: Method::parse(&method).ok_or_else(|| Error::internal("unknown method of an edition"))?,
        frame: Report::new(&Facts::default(), &frame_of_cells(&shown)),
        means,
        shown,
        hidden,
        published_at: published_at.and_utc(),
        published_by,
    };
    Ok((id, publication))
}

/// The rows that an edition has, in its order.
fn frame_of_cells(shown: &[(Cell, Shown)]) -> Frame {
    let mut frame = Frame::default();
    for (cell, _) in shown {
        if let Some(Place::Municipality(code)) = &cell.place
            && !frame.municipalities.contains(code)
        {
            frame.municipalities.push(code.clone());
        }
        if let Some(item) = &cell.item {
            let items = frame.items.entry(cell.part).or_default();
            if !items.contains(item) {
                items.push(item.clone());
            }
        }
    }
    frame
}

/// Every public edition of a region, the newest first.
pub fn list_publications(conn: &mut Connection, region_id: i64) -> Result<Vec<Publication>> {
    let rows = store::list_publications(conn, region_id)?;
    rows.into_iter().map(|row| read_publication(row).map(|(_, publication)| publication)).collect()
}

/// The words in which a region's editions are shown.
pub fn public_words(conn: &mut Connection, region_id: i64) -> Result<Words> {
    words_of(conn, region_id)
}

/// Publishes the newest version of a closed quarter. Refused with the cells when the attack finds something: over this
/// edition, earlier ones of the same quarter, and those of the quarters it is compared with, all at once.
pub fn publish_quarter(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    quarter: Quarter,
    method: Method,
) -> Result<()> {
    let region_id = actor.region_id().ok_or(Error::Forbidden)?;
    db::write(conn, |conn| write_publication(conn, actor, now, (region_id, quarter), method))
}

/// The same within a transaction of the caller.
pub fn write_publication(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (region_id, quarter): (i64, Quarter),
    method: Method,
) -> Result<()> {
    // Editions are attacked together with what is public already, so two quarters are never published beside each other.
    take_turn(conn, region_id)?;
    let versions = list_versions(conn, region_id, None)?;
    let newest = versions.iter().find(|closed| closed.quarter == quarter);
    let closed =
        newest.ok_or_else(|| Error::Conflict(format!("Het {} is nog niet afgesloten.", quarter.name())))?;
    if store::list_publications(conn, region_id)?.iter().any(|row| row.0 == closed.id) {
        return Err(already_public(closed));
    }
    let earlier = list_related(conn, region_id, closed, &versions)?;
    let report = report_of(conn, region_id, closed)?;
    let mut joint = Joint::new(&report, method);
    for (publication, report) in &earlier {
        joint.add_earlier(publication, report, publication.quarter == quarter);
    }
    let words = words_of(conn, region_id)?;
    let edition = protect(&joint.counts).map_err(|error| refusal(&error, &joint, &words))?;
    let shown: Vec<ShownCell> =
        joint.cells.iter().zip(&edition.shown).map(|(cell, shown)| frozen(&report, cell, *shown)).collect();
    let leaks = attack_published(&joint, &edition, &shown)?;
    if !leaks.is_empty() {
        return Err(exposed(&leaks, &joint, &words));
    }
    let hidden =
        edition.shown.iter().take(joint.cells.len()).filter(|shown| **shown == Shown::Hidden).count();
    let new = NewPublication {
        crisis_quarter_id: closed.id,
        method: method.code(),
        shown: serde_json::to_string(&shown).map_err(Error::internal)?,
        leaks: 0,
        hidden: i32::try_from(hidden).map_err(Error::internal)?,
        published_at: now.naive_utc(),
        published_by: actor
            .identity
            .as_ref()
            .map_or_else(|| "Systeem".to_owned(), |identity| identity.display_name.clone()),
    };
    // Of two at the same moment one is first.
    store::insert_publication(conn, &new).map_err(|error| match error {
        Error::Conflict(_) => already_public(closed),
        other => other,
    })?;
    let event = Event::done("crisisrapportage-publiceren", "crisiskwartaal", quarter).change(
        None,
        &json!({ "versie": closed.version, "werkwijze": method.code(), "weggelaten": hidden, "lekken": 0 }),
    )?;
    audit::record(conn, actor, now, &event)
}

fn already_public(closed: &ClosedQuarter) -> Error {
    Error::Conflict(format!("Versie {} van het {} is al openbaar.", closed.version, closed.quarter.name()))
}

/// Editions that can be laid beside this one, with the reports they are of.
fn list_related(
    conn: &mut Connection,
    region_id: i64,
    closed: &ClosedQuarter,
    versions: &[ClosedQuarter],
) -> Result<Vec<(Publication, Report)>> {
    let quarter = closed.quarter;
    let compared = [quarter, quarter.previous(), quarter.next(), quarter.a_year_earlier()];
    let mut related = Vec::new();
    for row in store::list_publications(conn, region_id)? {
        let (id, publication) = read_publication(row)?;
        let version = versions.iter().find(|version| version.id == id);
        if let Some(version) = version.filter(|version| compared.contains(&version.quarter)) {
            let report = report_of(conn, region_id, version)?;
            related.push((publication, report));
        }
    }
    Ok(related)
}

fn report_of(conn: &mut Connection, region_id: i64, closed: &ClosedQuarter) -> Result<Report> {
    let words = words_of(conn, region_id)?;
    let served = find_point(conn, region_id)?.municipalities.len();
    let frame = frame_of(&words, &Scope::Region, served);
    let facts = Facts::of(&frozen_records(conn, closed)?, closed.quarter, &Scope::Region);
    Ok(Report::new(&facts, &frame))
}

/// The counts of an edition and of those beside it, in one list.
struct Joint {
    counts: Counts,
    /// Those of the edition itself, which come first.
    cells: Vec<Cell>,
}

impl Joint {
    fn new(report: &Report, method: Method) -> Self {
        let mut joint = Self { counts: Counts::default(), cells: report.cells() };
        let cells = joint.cells.clone();
        for cell in &cells {
            let (shown, guard) = first_shown(report, cell, method);
            joint.add(report, cell, (shown, guard), false);
        }
        joint.relate(report, &cells, 0);
        joint
    }

    fn add(&mut self, report: &Report, cell: &Cell, (shown, guard): (Shown, Guard), is_fixed: bool) {
        self.counts.counts.push(report.count(cell));
        self.counts.guards.push(guard);
        self.counts.first.push(shown);
        self.counts.is_fixed.push(is_fixed);
        self.counts.worth.push(cell.totals() * 10);
    }

    /// Everything that adds up in a report of which the cells begin at this place.
    fn relate(&mut self, report: &Report, cells: &[Cell], start: usize) {
        let place = |cell: &Cell| cells.iter().position(|known| known == cell).map(|at| at + start);
        for sum in report.sums() {
            let parts: Option<Vec<usize>> = sum.parts.iter().map(place).collect();
            if let Some((total, parts)) = place(&sum.total).zip(parts) {
                self.counts.sums.push(Sum { total, parts });
            }
        }
        // A child has one line at least, and one without help has one that says so.
        let lines = Cell::total(Part::Lines);
        let nothing = lines.clone().of(Some(ProvisionKind::Nothing.code()));
        for (less, more) in [(Cell::total(Part::Referrers), lines), (Cell::total(Part::NotPlaced), nothing)] {
            self.counts.at_most.extend(place(&less).zip(place(&more)));
        }
    }

    /// An edition that is public already. Of the same quarter, what was not corrected is the same number still.
    fn add_earlier(&mut self, publication: &Publication, report: &Report, is_same_quarter: bool) {
        let start = self.counts.counts.len();
        let cells: Vec<Cell> = publication.shown.iter().map(|(cell, _)| cell.clone()).collect();
        for (at, (cell, shown)) in publication.shown.iter().enumerate() {
            let (_, guard) = first_shown(report, cell, publication.method);
            self.add(report, cell, (*shown, guard), true);
            let own = self.cells.iter().position(|known| known == cell).filter(|_| is_same_quarter);
            if let Some(own) = own.filter(|own| self.counts.counts[*own] == report.count(cell)) {
                self.counts.sums.push(Sum { total: own, parts: vec![start + at] });
                if matches!(shown, Shown::Exact(_)) {
                    // It is known already.
                    self.counts.first[own] = *shown;
                }
            }
        }
        // By the rows that it had: the lists of the region may have grown since.
        self.relate(&publication.frame, &cells, start);
    }
}

/// What is shown of a cell before anything else is looked at, and how it is protected.
fn first_shown(report: &Report, cell: &Cell, method: Method) -> (Shown, Guard) {
    let count = report.count(cell);
    if cell.part != Part::Days {
        return (method.show(count), method.guard(count));
    }
    // Of the days only the mean is shown, in whole days; who knows how many left, knows about how many days that is.
    let leavers = leavers_of(report, cell);
    let free = Guard { reaches: 0, width: 0 };
    match leavers {
        0 => (Shown::Exact(0), free),
        1..LEAST_FOR_A_MEAN => (Shown::Hidden, Guard { reaches: 0, width: leavers * DAYS_UNKNOWN }),
        _ => {
            let mean = mean_of(report, cell);
            let half = leavers / 2;
            (Shown::Between((mean * leavers).saturating_sub(half), mean * leavers + half), free)
        }
    }
}

/// How many left, of whom these are the days.
fn leavers_of(report: &Report, days: &Cell) -> u32 {
    report.count(&Cell { part: Part::Leavers, ..days.clone() })
}

/// The mean stay in whole days.
fn mean_of(report: &Report, days: &Cell) -> u32 {
    let leavers = leavers_of(report, days).max(1);
    (report.count(days) * 2 + leavers) / (leavers * 2)
}

/// The attack once more, on what will be published and not on what it was made from.
fn attack_published(joint: &Joint, edition: &Edition, shown: &[ShownCell]) -> Result<Vec<usize>> {
    let mut read = Vec::with_capacity(edition.shown.len());
    for cell in shown {
        read.push(thawed(cell.clone())?.1);
    }
    read.extend(edition.shown.iter().skip(shown.len()).copied());
    let published =
        Edition { shown: read, sums: joint.counts.sums.clone(), at_most: joint.counts.at_most.clone() };
    let leaks = attack(&published, &joint.counts.guards).map_err(Error::internal)?;
    Ok(leaks.into_iter().map(|leak| leak.cell).collect())
}

fn refusal(error: &EditionError, joint: &Joint, words: &Words) -> Error {
    match error {
        EditionError::Exposed(cells) => exposed(cells, joint, words),
        EditionError::Attack(error) => Error::internal(error.to_string()),
    }
}

/// The refusal, with the cells that could be worked out.
fn exposed(leaks: &[usize], joint: &Joint, words: &Words) -> Error {
    const NAMED: usize = 5;
    let name = |cell: &Cell| {
        let sides = [
            cell.place.as_ref().map(|place| words.place(place)),
            cell.item.as_deref().map(|item| words.item(cell.part, item)),
            cell.age_group.map(|age| age.sign().to_owned()),
        ];
        let sides: Vec<String> = sides.into_iter().flatten().collect();
        format!("{} ({})", cell.part.name(), sides.join(", "))
    };
    let named: Vec<String> = leaks
        .iter()
        .take(NAMED)
        .map(|at| joint.cells.get(*at).map_or_else(|| "een eerdere uitgave".to_owned(), name))
        .collect();
    Error::Conflict(format!(
        "Deze uitgave is niet gepubliceerd: {} weggelaten aantallen zijn te berekenen, zoals {}.",
        leaks.len(),
        named.join("; ")
    ))
}
