//! The tables of a report as they are shown: on a page, in a workbook, complete or public.

use rules::crisis::codes::{AgeGroup, ProvisionKind};
use rules::crisis::quarter::Quarter;
use rules::crisis::records::Scope;
use rules::crisis::report::{Cell, Part, Place, Report};
use rules::disclosure::Shown;
use rules::disclosure::edition::{Method, rounded};

use super::model::{Publication, QuarterReport, Words};
use crate::web::format;
use crate::web::lists::link;

/// Several columns under one head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadGroup {
    pub name: String,
    pub columns: usize,
}

/// A table of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableView {
    /// Unique on its page.
    pub id: String,
    pub part: Part,
    pub title: String,
    /// What its rows are.
    pub row_head: &'static str,
    /// Empty when every column has a head of its own.
    pub groups: Vec<HeadGroup>,
    pub heads: Vec<String>,
    pub rows: Vec<RowView>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowView {
    pub name: String,
    pub is_total: bool,
    pub cells: Vec<CellView>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellView {
    pub text: String,
    /// The records behind it, for who may see them.
    pub href: Option<String>,
}

/// How one cell is written.
type Write<'a> = &'a dyn Fn(&Cell) -> CellView;

const AGES: [(Option<AgeGroup>, &str); 3] =
    [(Some(AgeGroup::Under12), "12-"), (Some(AgeGroup::From12), "12+"), (None, "samen")];

/// The tables of a complete report. With links to the records behind each cell when they may be seen.
pub(super) fn complete_tables(view: &QuarterReport, with_links: bool) -> Vec<TableView> {
    let write = |cell: &Cell| {
        let count = view.report.count(cell);
        let href = (with_links && count > 0).then(|| behind(view, view.quarter, cell));
        CellView { text: count.to_string(), href }
    };
    let mean = |cell: &Cell| mean_view(view, (view.quarter, &view.report), cell, with_links);
    let mut tables = tables(&view.report, &view.words, is_outside_shown(view), (&write, &mean));
    for table in &mut tables {
        add_comparison(table, view, with_links);
    }
    tables
}

/// The mean of the days in a cell, with the records it is the mean of.
fn mean_view(
    view: &QuarterReport,
    (quarter, report): (Quarter, &Report),
    cell: &Cell,
    with_links: bool,
) -> CellView {
    let mean = report.mean_days(cell.place.clone(), cell.age_group);
    let href = (with_links && mean.is_some()).then(|| behind(view, quarter, cell));
    CellView { text: mean_words(mean), href }
}

/// A mean as it is written; nobody left when there is none.
pub(super) fn mean_words(tenths: Option<u32>) -> String {
    tenths.map_or_else(|| "–".to_owned(), |tenths| format::decimal(f64::from(tenths) / 10.0))
}

fn is_outside_shown(view: &QuarterReport) -> bool {
    matches!(view.scope, Scope::Region)
        || view.report.count(&Cell::total(Part::Lines).at(Some(Place::Outside))) > 0
        || view.report.count(&Cell::total(Part::Leavers).at(Some(Place::Outside))) > 0
}

/// The address of the records behind a cell of a quarter.
pub(super) fn behind(view: &QuarterReport, quarter: Quarter, cell: &Cell) -> String {
    let quarter = quarter.to_string();
    let mut query = vec![("kwartaal", quarter.as_str()), ("onderdeel", cell.part.code())];
    match &view.scope {
        Scope::Region => {}
        Scope::Municipality(code) => query.push(("van-gemeente", code)),
        Scope::Provider(agb) => query.push(("van-aanbieder", agb)),
    }
    if let Some(place) = &cell.place {
        query.push(("gemeente", place.code()));
    }
    if let Some(item) = &cell.item {
        query.push(("rij", item));
    }
    if let Some(age) = cell.age_group {
        query.push(("leeftijdsgroep", age.code()));
    }
    link("/rapportages/crisis/aanvragen", &query)
}

/// Beside the totals: the quarter before, and the same quarter of the year before.
fn add_comparison(table: &mut TableView, view: &QuarterReport, with_links: bool) {
    let part = table.part;
    let cells = row_cells(&view.report, part, is_outside_shown(view));
    table.heads.extend(["vorig kwartaal".to_owned(), "jaar eerder".to_owned()]);
    if !table.groups.is_empty() {
        table.groups.push(HeadGroup { name: "Vergelijking".to_owned(), columns: 2 });
    }
    let compared =
        [(view.quarter.previous(), &view.previous), (view.quarter.a_year_earlier(), &view.a_year_earlier)];
    for (row, (_, cell)) in table.rows.iter_mut().zip(cells) {
        for (quarter, report) in compared {
            let Some(report) = report else {
                row.cells.push(CellView { text: "–".to_owned(), href: None });
                continue;
            };
            let count = report.count(&cell);
            row.cells.push(if part == Part::Days {
                mean_view(view, (quarter, report), &cell, with_links)
            } else {
                let href = (with_links && count > 0).then(|| behind(view, quarter, &cell));
                CellView { text: count.to_string(), href }
            });
        }
    }
}

/// The rows of a part with the cell of each, its total last.
fn row_cells(report: &Report, part: Part, with_outside: bool) -> Vec<(Option<String>, Cell)> {
    let total = Cell::total(part);
    if matches!(part, Part::Lines | Part::Leavers | Part::Days) {
        let places = report.places().into_iter().filter(|place| with_outside || *place != Place::Outside);
        let rows = places.map(|place| (Some(place.code().to_owned()), total.clone().at(Some(place))));
        return rows.chain([(None, total.clone())]).collect();
    }
    let items = report.items(part).iter().map(|item| (Some(item.clone()), total.clone().of(Some(item))));
    items.chain([(None, total.clone())]).collect()
}

fn tables(
    report: &Report,
    words: &Words,
    with_outside: bool,
    (write, mean): (Write<'_>, Write<'_>),
) -> Vec<TableView> {
    let row_name = |part: Part, cell: &Cell| match (&cell.place, &cell.item) {
        (Some(place), _) => words.place(place),
        (_, Some(item)) => words.item(part, item),
        (None, None) => "Totaal".to_owned(),
    };
    let make = |part: Part, columns: &dyn Fn(&Cell) -> Vec<CellView>| -> Vec<RowView> {
        let cells = row_cells(report, part, with_outside);
        cells
            .into_iter()
            .map(|(code, cell)| RowView {
                name: row_name(part, &cell),
                is_total: code.is_none(),
                cells: columns(&cell),
            })
            .collect()
    };
    let ages = |cell: &Cell, write: Write<'_>| -> Vec<CellView> {
        AGES.iter().map(|(age, _)| write(&cell.clone().aged(*age))).collect()
    };
    let heads = || AGES.iter().map(|(_, name)| (*name).to_owned()).collect::<Vec<_>>();
    let table = |part: Part, title: &str, row_head, rows| TableView {
        id: format!("deel-{}", part.code()),
        part,
        title: title.to_owned(),
        row_head,
        groups: Vec::new(),
        heads: heads(),
        rows,
    };
    let kinds: Vec<Option<&str>> =
        ProvisionKind::ALL.iter().map(|kind| Some(kind.code())).chain([None]).collect();
    let lines = TableView {
        groups: kinds
            .iter()
            .map(|kind| HeadGroup {
                name: kind.map_or_else(|| "Totaal".to_owned(), |kind| words.item(Part::Lines, kind)),
                columns: AGES.len(),
            })
            .collect(),
        heads: kinds.iter().flat_map(|_| heads()).collect(),
        ..table(
            Part::Lines,
            "1. Inzet naar soort en gemeente",
            "Gemeente",
            make(Part::Lines, &|cell| {
                kinds.iter().flat_map(|kind| ages(&cell.clone().of(*kind), write)).collect()
            }),
        )
    };
    let stays = |part, title: &str, write: Write<'_>| {
        table(part, title, "Gemeente", make(part, &|cell| ages(cell, write)))
    };
    let listed =
        |part: Part, title: &str| table(part, title, "Vervolg", make(part, &|cell| ages(cell, write)));
    let plain = |part: Part, title: &str, row_head| TableView {
        heads: vec!["aanvragen".to_owned()],
        ..table(part, title, row_head, make(part, &|cell| vec![write(cell)]))
    };
    vec![
        lines,
        stays(Part::Leavers, "2a. Vertrokken uit crisisverblijf", write),
        stays(Part::Days, "2b. Gemiddelde verblijfsduur in dagen", mean),
        listed(Part::AfterAmbulant, "3. Vervolg na ambulante crisishulp"),
        listed(Part::AfterStay, "4. Vervolg na crisisverblijf"),
        plain(Part::Referrers, "5a. Aanvragen naar verwijzer", "Verwijzer"),
        plain(Part::NotPlaced, "5b. Niet of elders geplaatst", "Reden"),
    ]
}

/// What a reader sees of a count that is not shown.
pub(super) const SIGN: &str = "*";

/// The tables of a public edition: what is not shown has a sign.
pub(super) fn public_tables(publication: &Publication, words: &Words) -> Vec<TableView> {
    let text = |text: String| CellView { text, href: None };
    let write = |cell: &Cell| {
        text(match (publication.method, publication.shown_of(cell)) {
            (_, Shown::Exact(number)) => number.to_string(),
            (Method::Rounded, Shown::Between(least, most)) if least >= 8 => {
                rounded(least.midpoint(most)).to_string()
            }
            (_, Shown::Between(..) | Shown::Hidden) => SIGN.to_owned(),
        })
    };
    let mean = |cell: &Cell| {
        let leavers = publication.shown_of(&Cell { part: Part::Leavers, ..cell.clone() });
        text(match (leavers, publication.mean_of(cell)) {
            (Shown::Exact(0), _) => "–".to_owned(),
            (Shown::Exact(_) | Shown::Between(8.., _), Some(mean)) => mean.to_string(),
            _ => SIGN.to_owned(),
        })
    };
    tables(&publication.frame, words, true, (&write, &mean))
}

impl TableView {
    /// The whole name of each column.
    pub fn columns(&self) -> Vec<String> {
        if self.groups.is_empty() {
            return self.heads.clone();
        }
        let groups = self.groups.iter().flat_map(|group| std::iter::repeat_n(&group.name, group.columns));
        groups.zip(&self.heads).map(|(group, head)| format!("{group}, {head}")).collect()
    }
}
