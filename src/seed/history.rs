//! A year of made-up history for every offer, ending at the figures of today.
//!
//! Pure, and the same for the same file and moment: chance comes from a generator seeded by the key of the
//! offer, and curves are straight lines, since sines may differ in the last digit between machines.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Europe::Amsterdam;
use rules::figures::{Figures, FiguresDraft, MOST_PLACES, OfferStatus, check};
use rules::product::AgeRange;
use rules::violations::Violations;
use rules::waiting_time::{LONGEST_WEEKS, WeekRange};

use super::files::{Character, Offer};
use crate::clock::dutch_day;

/// How far back the history goes.
const YEAR: TimeDelta = TimeDelta::days(365);
/// From 08:00 to 17:00, in seconds.
const WORKING_DAY: i64 = 9 * 3600;
/// A provider does all its offers in one sitting of a quarter of an hour.
const SITTING: i64 = 15 * 60;

/// What a history is made up from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) offer: &'a Offer,
    pub(super) provider_name: &'a str,
    pub(super) product_ages: AgeRange,
    /// The figures of today.
    pub(super) present: &'a Figures,
}

/// What happened to an offer at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Created,
    Changed,
    Confirmed,
}

impl Change {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Confirmed => "confirmed",
        }
    }
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) at: NaiveDateTime,
    pub(super) by: String,
    pub(super) change: Change,
    pub(super) version: i32,
    pub(super) figures: Figures,
}

/// The past year of an offer, oldest first; the last entry is how it stands today.
pub(super) fn past_year(source: &Source<'_>, now: DateTime<Utc>) -> Result<Vec<Entry>, Violations> {
    let offer = source.offer;
    let mut chance = Chance::new(&format!("{}/{}/{}", offer.agb, offer.location, offer.product));
    let today = dutch_day(now);
    let Some(days_ago) = offer.confirmed_days_ago else {
        let day = working_day(today - TimeDelta::days(120 + chance.below(240)));
        let at = moment(source, &mut chance, day, now);
        let figures = source.present.clone();
        return Ok(vec![Entry { at, by: "Beheer".into(), change: Change::Created, version: 1, figures }]);
    };
    let last = today - TimeDelta::days(i64::from(days_ago));
    let days = confirmation_days(last, today - YEAR, i64::from(offer.rhythm.days()), &mut chance);
    let story = Story::new(source, last, &mut chance);
    let by = format!("Capaciteitsbeheer, {}", source.provider_name);
    let mut noise = 0.0;
    let mut entries: Vec<Entry> = Vec::with_capacity(days.len());
    for (version, day) in (1..).zip(days) {
        if chance.unit() < story.restlessness() {
            noise = chance.unit() * 2.0 - 1.0;
        }
        let draft = if day == last { source.present.to_draft() } else { story.figures(day, noise) };
        let figures = check(draft, source.product_ages, day)?;
        let change = match entries.last() {
            None => Change::Created,
            Some(before) if before.figures == figures => Change::Confirmed,
            Some(_) => Change::Changed,
        };
        let at = moment(source, &mut chance, day, now);
        entries.push(Entry { at, by: by.clone(), change, version, figures });
    }
    Ok(entries)
}

/// The days on which somebody confirmed, oldest first. The last one is as the file says, even in a weekend:
/// freshness goes by it. Now and then nobody got round to it.
fn confirmation_days(
    last: NaiveDate,
    earliest: NaiveDate,
    rhythm: i64,
    chance: &mut Chance,
) -> Vec<NaiveDate> {
    let mut days = vec![last];
    for step in 1.. {
        let day = working_day(last - TimeDelta::days(rhythm * step + chance.below(3) - 1));
        if day < earliest {
            break;
        }
        if chance.unit() < 0.93 {
            days.push(day);
        }
    }
    days.reverse();
    days
}

fn working_day(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day - TimeDelta::days(1),
        Weekday::Sun => day + TimeDelta::days(1),
        _ => day,
    }
}

/// A moment in Dutch working hours on this day, in UTC, and not after now.
fn moment(source: &Source<'_>, chance: &mut Chance, day: NaiveDate, now: DateTime<Utc>) -> NaiveDateTime {
    let sitting = Chance::new(&format!("{} {day}", source.offer.agb)).below(WORKING_DAY - SITTING);
    let into_day = sitting + chance.below(SITTING);
    let midnight = day.and_time(NaiveTime::MIN);
    let mut from = utc(midnight + TimeDelta::hours(8));
    let until = utc(midnight + TimeDelta::hours(17)).min(now.naive_utc());
    if until <= from {
        from = utc(midnight);
    }
    from + TimeDelta::seconds((until - from).num_seconds() * into_day / WORKING_DAY)
}

fn utc(dutch: NaiveDateTime) -> NaiveDateTime {
    Amsterdam.from_local_datetime(&dutch).earliest().map_or(dutch, |at| at.naive_utc())
}

/// How the figures of one offer moved.
struct Story<'a> {
    character: Character,
    present: &'a Figures,
    last: NaiveDate,
    /// Where in its ups and downs a changeable offer is today, and how many it had in the year.
    phase: f64,
    cycles: f64,
    /// The day on which the intake stop of today began.
    stop_began: NaiveDate,
    /// The waits before an intake stop that says nothing about them.
    waits_before_stop: (WeekRange, WeekRange),
}

impl<'a> Story<'a> {
    fn new(source: &Source<'a>, last: NaiveDate, chance: &mut Chance) -> Self {
        Self {
            character: source.offer.character,
            present: source.present,
            last,
            phase: chance.unit(),
            cycles: 2.0 + 2.0 * chance.unit(),
            stop_began: last - TimeDelta::days(14 + chance.below(120)),
            waits_before_stop: (chance.weeks(3, 6), chance.weeks(4, 8)),
        }
    }

    /// How often the figures stray from the line, as a share of the confirmations.
    fn restlessness(&self) -> f64 {
        if self.character == Character::Stable { 0.12 } else { 0.3 }
    }

    /// How much busier it was on this day than it is today, from about -2 to 2; on the last day 0.
    fn pressure(&self, day: NaiveDate) -> f64 {
        let back = (self.last - day).num_days() as f64 / YEAR.num_days() as f64;
        match self.character {
            Character::Stable => 0.0,
            Character::Rising => -back,
            Character::Falling => back,
            Character::Seasonal => (season(day) - season(self.last)) * 0.6,
            Character::Changeable => (wave(self.phase - back * self.cycles) - wave(self.phase)) * 0.4,
        }
    }

    fn figures(&self, day: NaiveDate, noise: f64) -> FiguresDraft {
        let mut draft = self.present.to_draft();
        let pressure = self.pressure(day) + noise * 0.2;
        match self.present.status {
            OfferStatus::Unknown => return draft,
            OfferStatus::IntakeStop if day >= self.stop_began => return draft,
            OfferStatus::IntakeStop => self.lift_stop(&mut draft),
            _ => {}
        }
        draft.intake = draft.intake.map(|wait| moved(wait, pressure));
        draft.treatment = draft.treatment.map(|wait| moved(wait, pressure));
        draft.waiting = draft.waiting.map(|waiting| {
            let present = f64::from(waiting);
            rounded(present + (present * 1.2 + 1.0) * pressure, MOST_PLACES)
        });
        if !matches!(self.present.status, OfferStatus::AssessFirst | OfferStatus::InConsultation) {
            self.set_places(&mut draft, pressure);
        }
        draft
    }

    /// Before the stop the offer was open; what is said today is about the stop.
    fn lift_stop(&self, draft: &mut FiguresDraft) {
        draft.stop_reason = None;
        draft.stop_until = None;
        draft.remarks = None;
        draft.intake = draft.intake.or(Some(self.waits_before_stop.0));
        draft.treatment = draft.treatment.or(Some(self.waits_before_stop.1));
    }

    /// Places come and go with the pressure; the status follows them, and so does the list.
    fn set_places(&self, draft: &mut FiguresDraft, pressure: f64) {
        draft.free_places = draft.free_places.map(|free| {
            let most = draft.total_places.unwrap_or(MOST_PLACES).min(free * 2 + 3);
            let present = f64::from(free);
            // A list shrinks to almost nobody before a place comes free.
            let places = if free == 0 {
                (-pressure - 0.8) * 3.0 + 0.5
            } else {
                present - (present * 0.75 + 1.5) * pressure
            };
            rounded(places, most)
        });
        let has_place = draft.free_places.is_some_and(|free| free >= 1);
        let most_beside_place =
            if self.present.status == OfferStatus::Place { self.present.waiting } else { Some(0) };
        if has_place {
            draft.status = Some(OfferStatus::Place);
            draft.waiting = draft.waiting.min(most_beside_place);
        } else {
            draft.status = Some(OfferStatus::WaitingList);
            draft.waiting = draft.waiting.map(|waiting| waiting.max(1));
        }
    }
}

/// The busy time of youth care is the end of winter, the quiet time the summer holidays: 1 on 1 March, -1 half a
/// year later.
fn season(day: NaiveDate) -> f64 {
    wave((f64::from(day.ordinal()) - 60.0) / 365.25)
}

/// A wave of straight lines: 1 at every whole number, -1 halfway between two.
fn wave(turns: f64) -> f64 {
    (turns.rem_euclid(1.0) - 0.5).abs() * 4.0 - 1.0
}

fn moved(wait: WeekRange, pressure: f64) -> WeekRange {
    let move_end =
        |weeks: u16| rounded(f64::from(weeks) + (f64::from(weeks) * 0.5 + 1.0) * pressure, LONGEST_WEEKS);
    WeekRange::new(move_end(wait.min()), wait.upper().map(move_end)).unwrap_or(wait)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to what fits just before"
)]
fn rounded(value: f64, most: u16) -> u16 {
    value.round().clamp(0.0, f64::from(most)) as u16
}

/// Chance that can be repeated: splitmix64, seeded by a text.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: &str) -> Self {
        // FNV-1a: the hash of the standard library may differ from one version to the next.
        Self(seed.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number from 0, below `end`.
    pub(super) fn below(&mut self, end: i64) -> i64 {
        (self.next() >> 1).cast_signed() % end.max(1)
    }

    /// A number from 0, below 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A range of some weeks that starts in `spread` weeks from `least`.
    fn weeks(&mut self, least: u16, spread: u16) -> WeekRange {
        let min = least + rounded(self.unit() * f64::from(spread), spread);
        WeekRange::new(min, Some(min + 2)).unwrap_or(WeekRange::exactly(min))
    }
}
