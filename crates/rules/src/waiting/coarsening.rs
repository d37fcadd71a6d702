//! Vergroven: how coarsely providers see the waiting children of a region, so that no row points at one child.
//!
//! # The rule
//!
//! A row shows a product, an age, a municipality and a date of referral. Every combination that is shown is shared by
//! at least k children (five unless the region wants more); what fewer share is shown more coarsely, until it is so:
//! age in years, then in bands, then 12-/12+, then not at all; municipality, then the region; month, then quarter, then
//! older or newer, then not at all. A product for which fewer than k children wait is **withheld**: no rows, no number,
//! and no difference from a product for which nobody waits. Such children are not out of sight. The toegang sees them,
//! and brings each to the providers it chooses, which is a disclosure with a purpose instead of one to all.
//!
//! # How
//!
//! Per product, from the top: all children are one group that shows nothing but the product. A group is divided by the
//! next level, in a fixed order, which goes from what a provider needs most to what it needs least. Parts
//! of at least k go on with the finer value. The children in smaller parts stay behind together with the coarser value,
//! and take the smallest of the large parts with them when they would be fewer than k. Whoever stays behind can still be
//! divided by something else. A group is final when nothing divides it any more.
//!
//! Only how many children share which values decides, never the order of the input nor chance, so the same list always
//! gives the same view. The order of levels is fixed, and not chosen by what fits best today, because a choice that
//! jumps when one child comes or goes tells about that child.
//!
//! # What it holds against, and what not
//!
//! * **Filters and counts.** Select on the values *shown*. Every selection is then a union of groups of at least k,
//!   or empty. Selecting on the real municipality would tell it of a row that shows none.
//! * **Several lists side by side.** The groups are made over the whole region and are the same for every provider that is
//!   kept from nobody, so two of those who compare know no more than one. A child is passed in once, with the product it waits for; a second
//!   row under an alternative product would be a second, crossing division.
//! * **Order.** Rows come in order of what they show. Within a group they are in the order of the `handle`, which must
//!   be random and new for each publication: an id would tell who came first, and would carry what a row once showed over
//!   to a later, coarser view of it.
//! * **Views of one child side by side.** Handles change, so that two views cannot be joined. What would join them all the
//!   same is the provider's own response: it is kept beside the view on which it was given and no other. From the next
//!   publication on the child is out of the list of that provider, and what was shown stands with the response. Its
//!   groups are made anew among the others ([`coarsen_for`]): a group of k that misses one would point at the one that is
//!   missed. After the response ended the child is back only while it shows what it showed then.
//! * **Changes.** Dates go by calendar month, quarter and half-year, and ages change by quarter of birth, so many rows
//!   change at once, and not one on its birthday. Two lists shortly after each other can still tell that a child with
//!   certain values came or went; the group it came to or left has at least k others or former others, but an observer who
//!   knows from elsewhere who it was learns for what it waits. Publish at set moments, not after each change.
//! * **The same for all.** When all k children in a group wait for one product (they always do: it is part of the row),
//!   somebody who knows that a certain child is among them knows the product. k-anonymity hides who, not what.
//!   Leaving out more values does not help; leaving out the product would make the list useless.
//! * **Knowing how it works.** A group that stayed behind tells that its children are not in the finer groups beside
//!   it. It still holds at least k, which nothing shown can tell apart.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{Datelike, Months, NaiveDate};
use thiserror::Error;

use crate::codes::{MunicipalityCode, ProductCode};
use crate::dutch::month_name;

/// Why a number is no size of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum GroupSizeError {
    /// Fewer than five.
    #[error("een groep heeft minstens 5 kinderen")]
    TooSmall,
}

/// Kleinste groep (k): how many children at least share what a provider sees of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupSize(u16);

impl GroupSize {
    /// At least five.
    pub const fn new(size: u16) -> Result<Self, GroupSizeError> {
        if size < 5 { Err(GroupSizeError::TooSmall) } else { Ok(Self(size)) }
    }

    /// The number.
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl Default for GroupSize {
    fn default() -> Self {
        Self(5)
    }
}

/// A child on the region's open list, as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenClient<'a> {
    /// A random number that stands for the child in this publication only.
    pub handle: u64,
    /// Product for which the child waits.
    pub product: &'a ProductCode,
    /// Gemeente.
    pub municipality: &'a MunicipalityCode,
    /// Leeftijd in years.
    pub age: u8,
    /// Datum van verwijzing.
    pub referred_on: NaiveDate,
}

/// Leeftijd as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShownAge {
    /// In years.
    Years(u8),
    /// In a band, both ages included; the last has no end.
    Band {
        /// The lowest age.
        from: u8,
        /// The highest age.
        to: Option<u8>,
    },
    /// 12-: younger than 12.
    Under12,
    /// 12+: 12 or older.
    From12,
    /// Not at all.
    Hidden,
}

/// Datum van verwijzing as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShownDate {
    /// The month.
    Month {
        /// The year.
        year: i32,
        /// 1 to 12.
        month: u32,
    },
    /// The quarter.
    Quarter {
        /// The year.
        year: i32,
        /// 1 to 4.
        quarter: u32,
    },
    /// In this quarter or the one before.
    Newer,
    /// Before the previous quarter.
    Older,
    /// Not at all.
    Hidden,
}

/// A child as providers see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown<'a> {
    /// Product for which the child waits.
    pub product: &'a ProductCode,
    /// Gemeente, or none for the region as a whole. Those with a municipality come first.
    pub municipality: ShownMunicipality<'a>,
    /// Leeftijd.
    pub age: ShownAge,
    /// Datum van verwijzing.
    pub referred: ShownDate,
    /// The random number that stands for the child in this publication.
    pub handle: u64,
}

/// Gemeente as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShownMunicipality<'a> {
    /// The municipality.
    One(&'a MunicipalityCode),
    /// Somewhere in the region.
    Region,
}

impl fmt::Display for ShownAge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Years(years) => write!(f, "{years} jaar"),
            Self::Band { from, to: Some(to) } => write!(f, "{from} t/m {to} jaar"),
            Self::Band { from, to: None } => write!(f, "{from} jaar of ouder"),
            Self::Under12 => f.write_str("jonger dan 12 jaar"),
            Self::From12 => f.write_str("12 jaar of ouder"),
            Self::Hidden => f.write_str("leeftijd niet getoond"),
        }
    }
}

impl fmt::Display for ShownDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month { year, month } => write!(f, "verwezen in {} {year}", month_name(*month)),
            Self::Quarter { year, quarter } => write!(f, "verwezen in kwartaal {quarter} van {year}"),
            Self::Newer => f.write_str("verwezen in dit of het vorige kwartaal"),
            Self::Older => f.write_str("verwezen voor het vorige kwartaal"),
            Self::Hidden => f.write_str("datum niet getoond"),
        }
    }
}

impl ShownAge {
    /// The lowest and the highest age that are shown; none when there is no such end. No two ways of showing an age have
    /// the same, so that it can be stored by them.
    pub const fn ends(self) -> (Option<u8>, Option<u8>) {
        match self {
            Self::Years(years) => (Some(years), Some(years)),
            Self::Band { from, to } => (Some(from), to),
            Self::Under12 => (None, Some(11)),
            Self::From12 => (Some(12), None),
            Self::Hidden => (None, None),
        }
    }

    /// The age as it was shown by its two ends.
    pub const fn from_ends(ends: (Option<u8>, Option<u8>)) -> Self {
        match ends {
            (Some(from), Some(to)) if from == to => Self::Years(from),
            (None, Some(_)) => Self::Under12,
            (Some(12), None) => Self::From12,
            (Some(from), to) => Self::Band { from, to },
            (None, None) => Self::Hidden,
        }
    }

    /// Whether a child that shows this can be of one of these ages, both included.
    pub const fn may_be_within(self, min: u8, max: u8) -> bool {
        let (from, to) = self.ends();
        let starts_in_time = match from {
            Some(from) => from <= max,
            None => true,
        };
        let ends_in_time = match to {
            Some(to) => to >= min,
            None => true,
        };
        starts_in_time && ends_in_time
    }
}

impl ShownDate {
    /// The first and the last day that are shown, in a list published on this day; none when there is no such end. No two
    /// ways of showing a date have the same, so that it can be stored by them.
    pub fn ends(self, published_on: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let months = |year: i32, first: u32, count: u32| {
            let start = NaiveDate::from_ymd_opt(year, first, 1);
            let next = start.and_then(|start| start.checked_add_months(Months::new(count)));
            (start, next.and_then(|next| next.pred_opt()))
        };
        match self {
            Self::Month { year, month } => months(year, month, 1),
            Self::Quarter { year, quarter } => months(year, quarter * 3 - 2, 3),
            Self::Newer => (Some(first_newer_day(published_on)), None),
            Self::Older => (None, first_newer_day(published_on).pred_opt()),
            Self::Hidden => (None, None),
        }
    }

    /// The date as it was shown by its two ends.
    pub fn from_ends(ends: (Option<NaiveDate>, Option<NaiveDate>)) -> Self {
        match ends {
            (Some(from), Some(to)) if from.month() == to.month() => {
                Self::Month { year: from.year(), month: from.month() }
            }
            (Some(from), Some(_)) => Self::Quarter { year: from.year(), quarter: from.month0() / 3 + 1 },
            (Some(_), None) => Self::Newer,
            (None, Some(_)) => Self::Older,
            (None, None) => Self::Hidden,
        }
    }
}

/// One step finer in one of the three values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    AgeGroup,
    Municipality,
    Side,
    AgeBand,
    Quarter,
    Years,
    Month,
}

/// From what a provider needs most to what it needs least. Within age and within date every level divides the one
/// before it.
const LEVELS: [Level; 7] = [
    Level::AgeGroup,
    Level::Municipality,
    Level::Side,
    Level::AgeBand,
    Level::Quarter,
    Level::Years,
    Level::Month,
];

/// The lowest ages of the bands: 0-3, 4-7, 8-11, 12-15, 16-17 and older.
const BANDS: [u8; 6] = [0, 4, 8, 12, 16, 18];

impl Level {
    /// The level that must be shown before this one can be.
    const fn after(self) -> Option<Self> {
        match self {
            Self::AgeGroup | Self::Municipality | Self::Side => None,
            Self::AgeBand => Some(Self::AgeGroup),
            Self::Quarter => Some(Self::Side),
            Self::Years => Some(Self::AgeBand),
            Self::Month => Some(Self::Quarter),
        }
    }
}

/// The levels that a group shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Levels(u8);

impl Levels {
    const NONE: Self = Self(0);

    const fn with(self, level: Level) -> Self {
        Self(self.0 | 1 << level as u8)
    }

    const fn has(self, level: Level) -> bool {
        self.0 & (1 << level as u8) != 0
    }

    /// Whether this level is the next finer one of its value.
    fn can_add(self, level: Level) -> bool {
        !self.has(level) && level.after().is_none_or(|before| self.has(before))
    }
}

/// A child with the values it would show at each level, as numbers that are compared fast.
#[derive(Debug, Clone, Copy)]
struct Row<'a> {
    client: OpenClient<'a>,
    values: [i32; LEVELS.len()],
}

/// What providers see of the open list on a day, in order of what is shown. A child of a product that is withheld is not
/// in it.
///
/// Takes n log n steps for n children.
pub fn coarsen<'a>(clients: &[OpenClient<'a>], size: GroupSize, on: NaiveDate) -> Vec<Shown<'a>> {
    let newer_from = first_newer_day(on);
    let places = municipality_numbers(clients);
    let mut rows: Vec<Row<'a>> = clients.iter().map(|client| row(*client, &places, newer_from)).collect();
    rows.sort_unstable_by(|one, other| one.client.product.cmp(other.client.product));
    let mut shown = Vec::with_capacity(rows.len());
    for group in rows.chunk_by_mut(|one, other| one.client.product == other.client.product) {
        if group.len() >= size.get() {
            divide(group, Levels::NONE, size.get(), &mut |row, levels| shown.push(show(row, levels)));
        }
    }
    shown.sort_unstable();
    shown
}

/// Whether words that were shown on one day say the same on another. The last two quarters are others in each quarter, and
/// who keeps the same age for long shows more of when it was born.
pub fn say_the_same(one: NaiveDate, other: NaiveDate) -> bool {
    let quarter = |day: NaiveDate| (day.year(), day.month0() / 3);
    quarter(one) == quarter(other)
}

/// What one provider sees of the children it is not kept from: the same without them, and without those it knew before and
/// that would show otherwise than they did then, for beside that view another would allow fewer than a group. Groups hold
/// among who is left; nothing of who is left out shows in them.
pub fn coarsen_for(
    mut clients: Vec<OpenClient<'_>>,
    size: GroupSize,
    on: NaiveDate,
    shows_as_before: impl Fn(&Shown<'_>) -> bool,
) -> Vec<Shown<'_>> {
    loop {
        let shown = coarsen(&clients, size, on);
        let otherwise: BTreeSet<u64> =
            shown.iter().filter(|row| !shows_as_before(row)).map(|row| row.handle).collect();
        if otherwise.is_empty() {
            return shown;
        }
        // Without them others may show otherwise in their turn. There are fewer every time, so that it ends.
        clients.retain(|client| !otherwise.contains(&client.handle));
    }
}

/// The municipalities in order, so that each has a number.
fn municipality_numbers<'a>(clients: &[OpenClient<'a>]) -> Vec<&'a MunicipalityCode> {
    let mut places: Vec<&MunicipalityCode> = Vec::new();
    for client in clients {
        // A region has a handful of municipalities, the country some hundreds.
        if let Err(at) = places.binary_search(&client.municipality) {
            places.insert(at, client.municipality);
        }
    }
    places
}

/// The first day of the quarter before this one.
fn first_newer_day(on: NaiveDate) -> NaiveDate {
    let quarter_start = on.with_day(1).and_then(|day| day.with_month0(on.month0() / 3 * 3)).unwrap_or(on);
    quarter_start.checked_sub_months(Months::new(3)).unwrap_or(NaiveDate::MIN)
}

fn row<'a>(client: OpenClient<'a>, places: &[&MunicipalityCode], newer_from: NaiveDate) -> Row<'a> {
    let date = client.referred_on;
    let month0 = i32::try_from(date.month0()).unwrap_or(0);
    let place = places.binary_search(&client.municipality).unwrap_or(0);
    let values = LEVELS.map(|level| match level {
        Level::AgeGroup => i32::from(client.age >= 12),
        Level::Municipality => i32::try_from(place).unwrap_or(i32::MAX),
        Level::Side => i32::from(date >= newer_from),
        Level::AgeBand => i32::from(band(client.age).0),
        Level::Quarter => date.year() * 4 + month0 / 3,
        Level::Years => i32::from(client.age),
        Level::Month => date.year() * 12 + month0,
    });
    Row { client, values }
}

/// Leeftijd in a band: what one provider is shown of a child that the toegang brings to it, when the list does not show it.
pub fn band_of(age: u8) -> ShownAge {
    let (from, to) = band(age);
    ShownAge::Band { from, to }
}

/// 12- or 12+: what one provider is shown of a child that the region asks it about, when the list does not show it.
pub const fn age_group_of(age: u8) -> ShownAge {
    if age < 12 { ShownAge::Under12 } else { ShownAge::From12 }
}

/// The lowest and the highest age of the band of this age.
fn band(age: u8) -> (u8, Option<u8>) {
    let next = BANDS.partition_point(|from| *from <= age);
    (BANDS[next.saturating_sub(1)], BANDS.get(next).map(|after| after - 1))
}

/// Divides a group of at least `size` as finely as can be, and hands out every row with the levels it shows.
fn divide<'a>(rows: &mut [Row<'a>], levels: Levels, size: usize, emit: &mut impl FnMut(&Row<'a>, Levels)) {
    for level in LEVELS.into_iter().filter(|level| levels.can_add(*level)) {
        let Some(behind) = split(rows, level, size) else { continue };
        let (finer, coarser) = rows.split_at_mut(rows.len() - behind);
        for part in
            finer.chunk_by_mut(|one, other| one.values[level as usize] == other.values[level as usize])
        {
            divide(part, levels.with(level), size, emit);
        }
        if !coarser.is_empty() {
            divide(coarser, levels, size, emit);
        }
        return;
    }
    for row in rows.iter() {
        emit(row, levels);
    }
}

/// Puts the rows that can show this level in front, by value, and tells how many stay behind; nothing when none can.
fn split(rows: &mut [Row<'_>], level: Level, size: usize) -> Option<usize> {
    let value = |row: &Row<'_>| row.values[level as usize];
    rows.sort_unstable_by_key(value);
    let parts: Vec<(i32, usize)> = rows
        .chunk_by(|one, other| value(one) == value(other))
        .map(|part| (value(&part[0]), part.len()))
        .collect();
    let mut behind: Vec<i32> =
        parts.iter().filter(|(_, count)| *count < size).map(|(value, _)| *value).collect();
    let mut count: usize = parts.iter().map(|(_, count)| count).filter(|count| **count < size).sum();
    if (1..size).contains(&count) {
        // Too few to stay behind by themselves.
        let large = parts.iter().filter(|(_, count)| *count >= size);
        let (joins, joining) = large.min_by_key(|(value, count)| (*count, *value))?;
        behind.push(*joins);
        count += joining;
    }
    if count == rows.len() {
        return None;
    }
    if count > 0 {
        behind.sort_unstable();
        rows.sort_by_cached_key(|row| (behind.binary_search(&value(row)).is_ok(), value(row)));
    }
    Some(count)
}

fn show<'a>(row: &Row<'a>, levels: Levels) -> Shown<'a> {
    let client = row.client;
    let date = client.referred_on;
    let age = if levels.has(Level::Years) {
        ShownAge::Years(client.age)
    } else if levels.has(Level::AgeBand) {
        band_of(client.age)
    } else if !levels.has(Level::AgeGroup) {
        ShownAge::Hidden
    } else {
        age_group_of(client.age)
    };
    let referred = if levels.has(Level::Month) {
        ShownDate::Month { year: date.year(), month: date.month() }
    } else if levels.has(Level::Quarter) {
        ShownDate::Quarter { year: date.year(), quarter: date.month0() / 3 + 1 }
    } else if !levels.has(Level::Side) {
        ShownDate::Hidden
    } else if row.values[Level::Side as usize] == 1 {
        ShownDate::Newer
    } else {
        ShownDate::Older
    };
    let municipality = if levels.has(Level::Municipality) {
        ShownMunicipality::One(client.municipality)
    } else {
        ShownMunicipality::Region
    };
    Shown { product: client.product, municipality, age, referred, handle: client.handle }
}

#[cfg(test)]
mod tests;
