//! Kwartaalrapportage: the five parts of the report of a crisis point, as counts with all their totals.
//!
//! Every part is a block of counts along at most three sides (municipality, item of a list, age group). A total is the
//! sum over a side, so that which counts add up to which follows from the block and is written down nowhere else. The
//! disclosure control reads the same.

use std::collections::{BTreeMap, BTreeSet};

use super::records::{AgeGroup, EndFact, Facts, LineFact, ProvisionKind, RequestFact, UNKNOWN};

coded_enum! {
    /// Onderdeel van de rapportage: what is counted.
    pub enum Part {
        /// Provisions of requests that came in during the quarter, without companions of a stay.
        Lines = "voorzieningen", "Voorzieningen";
        /// Children who left crisis stay in the quarter.
        Leavers = "vertrokken", "Vertrokken uit crisisverblijf";
        /// The nights they stayed, together.
        Days = "dagen", "Dagen in crisisverblijf";
        /// Where children went after ambulant help that ended in the quarter, companions included.
        AfterAmbulant = "vervolg-ambulant", "Vervolg na ambulante crisishulp";
        /// Where children went after crisis stay that ended in the quarter.
        AfterStay = "vervolg-verblijf", "Vervolg na crisisverblijf";
        /// Children, by who referred them.
        Referrers = "verwijzers", "Aanvragen naar verwijzer";
        /// Children who were not placed here, by reason.
        NotPlaced = "niet-geplaatst", "Niet of elders geplaatst";
    }
}

impl Part {
    /// The number of the part in which this stands.
    pub const fn number(self) -> u8 {
        match self {
            Self::Lines => 1,
            Self::Leavers | Self::Days => 2,
            Self::AfterAmbulant => 3,
            Self::AfterStay => 4,
            Self::Referrers | Self::NotPlaced => 5,
        }
    }
}

/// Gemeente of buiten de regio.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// By its CBS code.
    Municipality(String),
    Outside,
}

impl Place {
    /// How an outside municipality is written in files.
    pub const OUTSIDE: &'static str = "buiten";

    pub fn new(municipality: Option<&str>) -> Self {
        municipality.map_or(Self::Outside, |code| Self::Municipality(code.to_owned()))
    }

    pub fn code(&self) -> &str {
        match self {
            Self::Municipality(code) => code,
            Self::Outside => Self::OUTSIDE,
        }
    }
}

/// Cel: one count of the report. A side that is none is the total over that side, or the part does not have it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    pub part: Part,
    pub place: Option<Place>,
    pub item: Option<String>,
    pub age_group: Option<AgeGroup>,
}

impl Cell {
    pub const fn total(part: Part) -> Self {
        Self { part, place: None, item: None, age_group: None }
    }

    #[must_use]
    pub fn at(mut self, place: Option<Place>) -> Self {
        self.place = place;
        self
    }

    #[must_use]
    pub fn of(mut self, item: Option<&str>) -> Self {
        self.item = item.map(str::to_owned);
        self
    }

    #[must_use]
    pub fn aged(mut self, age_group: Option<AgeGroup>) -> Self {
        self.age_group = age_group;
        self
    }

    /// The cells in which something with these sides counts: itself, and every total over it.
    fn with_totals(&self) -> BTreeSet<Self> {
        let mut cells = BTreeSet::from([self.clone()]);
        for side in Side::ALL {
            cells.extend(cells.clone().into_iter().map(|cell| cell.without(side)));
        }
        cells
    }

    fn without(mut self, side: Side) -> Self {
        match side {
            Side::Place => self.place = None,
            Side::Item => self.item = None,
            Side::Age => self.age_group = None,
        }
        self
    }

    fn has(&self, side: Side) -> bool {
        match side {
            Side::Place => self.place.is_some(),
            Side::Item => self.item.is_some(),
            Side::Age => self.age_group.is_some(),
        }
    }

    /// Over how many sides this is a total.
    pub fn totals(&self) -> u32 {
        Side::ALL.into_iter().filter(|side| !self.has(*side)).map(|_| 1).sum()
    }

    /// Whether a provision that a request of the quarter led to counts here.
    pub fn counts_line(&self, fact: &LineFact) -> bool {
        self.covers(&line_cell(fact))
    }

    /// Whether help that ended in the quarter counts here.
    pub fn counts_end(&self, fact: &EndFact) -> bool {
        end_cells(fact).iter().any(|cell| self.covers(cell))
    }

    /// Whether a request of the quarter counts here.
    pub fn counts_request(&self, fact: &RequestFact) -> bool {
        request_cells(fact).iter().any(|cell| self.covers(cell))
    }

    /// Whether what counts in that innermost cell counts in this one.
    fn covers(&self, inner: &Self) -> bool {
        self.part == inner.part
            && (self.place.is_none() || self.place == inner.place)
            && (self.item.is_none() || self.item == inner.item)
            && (self.age_group.is_none() || self.age_group == inner.age_group)
    }
}

/// Side of a block, over which there are totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Place,
    Item,
    Age,
}

impl Side {
    const ALL: [Self; 3] = [Self::Place, Self::Item, Self::Age];
}

fn line_cell(fact: &LineFact) -> Cell {
    let place = Place::new(fact.municipality.as_deref());
    Cell::total(Part::Lines).at(Some(place)).of(Some(fact.kind.code())).aged(Some(fact.age_group))
}

fn end_cells(fact: &EndFact) -> Vec<Cell> {
    let item = Some(fact.follow_up.as_deref().unwrap_or(UNKNOWN));
    let aged = |part| Cell::total(part).aged(Some(fact.age_group));
    if fact.is_stay {
        let place = Some(Place::new(fact.municipality.as_deref()));
        vec![
            aged(Part::Leavers).at(place.clone()),
            aged(Part::Days).at(place),
            aged(Part::AfterStay).of(item),
        ]
    } else {
        vec![aged(Part::AfterAmbulant).of(item)]
    }
}

fn request_cells(fact: &RequestFact) -> Vec<Cell> {
    let referrer = Cell::total(Part::Referrers).of(Some(&fact.referrer));
    let reason = fact.not_placed.as_deref();
    let not_placed = reason.map(|reason| Cell::total(Part::NotPlaced).of(Some(reason)));
    std::iter::once(referrer).chain(not_placed).collect()
}

/// Optelling: the first count is the sum of the others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sum {
    pub total: Cell,
    pub parts: Vec<Cell>,
}

/// Which municipalities and items a report shows, in order, even when nothing counts in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// The municipalities that the crisis point serves.
    pub municipalities: Vec<String>,
    /// The items of each list.
    pub items: BTreeMap<Part, Vec<String>>,
}

/// Kwartaalrapportage: all counts and totals of one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    counts: BTreeMap<Cell, u32>,
    frame: Frame,
}

impl Report {
    /// Counts. What occurs and is not in the frame gets a place after it, so that nothing falls out of a total.
    pub fn new(facts: &Facts, frame: &Frame) -> Self {
        let mut report = Self { counts: BTreeMap::new(), frame: frame.clone() };
        report
            .frame
            .items
            .insert(Part::Lines, ProvisionKind::ALL.iter().map(|kind| kind.code().to_owned()).collect());
        for (fact, count) in &facts.requests {
            for cell in request_cells(fact) {
                report.add(&cell, *count);
            }
        }
        for (fact, count) in &facts.lines {
            report.add(&line_cell(fact), *count);
        }
        for (fact, ended) in &facts.ends {
            for cell in end_cells(fact) {
                let count = if cell.part == Part::Days { ended.days } else { ended.lines };
                report.add(&cell, count);
            }
        }
        report
    }

    fn add(&mut self, cell: &Cell, count: u32) {
        if let Some(Place::Municipality(code)) = &cell.place
            && !self.frame.municipalities.contains(code)
        {
            self.frame.municipalities.push(code.clone());
        }
        if let Some(item) = &cell.item {
            let items = self.frame.items.entry(cell.part).or_default();
            if !items.contains(item) {
                items.push(item.clone());
            }
        }
        for cell in cell.with_totals() {
            *self.counts.entry(cell).or_default() += count;
        }
    }

    pub fn count(&self, cell: &Cell) -> u32 {
        self.counts.get(cell).copied().unwrap_or(0)
    }

    /// The municipalities in order, and what lies out of the region.
    pub fn places(&self) -> Vec<Place> {
        let inside = self.frame.municipalities.iter().cloned().map(Place::Municipality);
        inside.chain([Place::Outside]).collect()
    }

    pub fn items(&self, part: Part) -> &[String] {
        self.frame.items.get(&part).map_or(&[], Vec::as_slice)
    }

    /// Verblijfsduur: the mean number of days of those who left, in tenths, rounded; none when nobody left.
    pub fn mean_days(&self, place: Option<Place>, age_group: Option<AgeGroup>) -> Option<u32> {
        let at = |part| self.count(&Cell::total(part).at(place.clone()).aged(age_group));
        let (days, leavers) = (at(Part::Days), at(Part::Leavers));
        (leavers > 0).then(|| (days * 20 + leavers) / (leavers * 2))
    }

    /// Children.
    pub fn requests(&self) -> u32 {
        self.count(&Cell::total(Part::Referrers))
    }

    /// Lines in which help was given.
    pub fn help_lines(&self) -> u32 {
        let lines = Cell::total(Part::Lines);
        self.count(&lines) - self.count(&lines.of(Some(ProvisionKind::Nothing.code())))
    }

    /// Every cell that the report shows, totals included.
    pub fn cells(&self) -> Vec<Cell> {
        Part::ALL.iter().flat_map(|part| self.cells_of(*part)).collect()
    }

    fn cells_of(&self, part: Part) -> Vec<Cell> {
        let (with_place, with_item, with_age) = sides(part);
        let places: Vec<Option<Place>> =
            if with_place { self.places().into_iter().map(Some).chain([None]).collect() } else { vec![None] };
        let items: Vec<Option<&str>> = if with_item {
            self.items(part).iter().map(|item| Some(item.as_str())).chain([None]).collect()
        } else {
            vec![None]
        };
        let ages: &[Option<AgeGroup>] =
            if with_age { &[Some(AgeGroup::Under12), Some(AgeGroup::From12), None] } else { &[None] };
        let mut cells = Vec::new();
        for place in &places {
            for item in &items {
                for age in ages {
                    cells.push(Cell::total(part).at(place.clone()).of(*item).aged(*age));
                }
            }
        }
        cells
    }

    /// Everything that adds up in the report, within a part and between parts.
    pub fn sums(&self) -> Vec<Sum> {
        let mut sums = Vec::new();
        for part in Part::ALL {
            let cells = self.cells_of(*part);
            for side in Side::ALL {
                let mut parts: BTreeMap<Cell, Vec<Cell>> = BTreeMap::new();
                for cell in cells.iter().filter(|cell| cell.has(side)) {
                    parts.entry(cell.clone().without(side)).or_default().push(cell.clone());
                }
                sums.extend(parts.into_iter().map(|(total, parts)| Sum { total, parts }));
            }
        }
        // Who left a stay is counted by municipality, and once more by where they went.
        for age in [Some(AgeGroup::Under12), Some(AgeGroup::From12), None] {
            let cell = |part| Cell::total(part).aged(age);
            sums.push(Sum { total: cell(Part::Leavers), parts: vec![cell(Part::AfterStay)] });
        }
        sums
    }
}

/// Along which sides a part is counted: municipality, item, age group.
const fn sides(part: Part) -> (bool, bool, bool) {
    match part {
        Part::Lines => (true, true, true),
        Part::Leavers | Part::Days => (true, false, true),
        Part::AfterAmbulant | Part::AfterStay => (false, true, true),
        Part::Referrers | Part::NotPlaced => (false, true, false),
    }
}
