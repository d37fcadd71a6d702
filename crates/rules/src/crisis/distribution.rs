//! Verdeling: whose turn it is when a crisis request is divided over providers by agreed shares.
//!
//! Every case adds one to what was assigned, and the same one, split by the weights of those who could take it, to what
//! each of them is entitled to (the fair share of the carpool problem). What somebody is behind is the difference of the
//! two, so all together are never behind or ahead.
//!
//! Two things follow from one rule:
//! - Where every provider can take every case and shares do not change, this is the quota method of apportionment
//!   (Balinski and Young, 1975): nobody is ever one assignment or more away from its share.
//! - Where not every provider can take every case, or a case went another way, whoever is the furthest behind is brought
//!   back first, and the differences stay bounded.
//!
//! A case that stayed with its provider or was overruled counts like any other. Who refuses, or says nothing in time, keeps
//! what it is behind: it could have taken the case. Who said beforehand that it has no room could not, and is left out.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::codes::AgeGroup;
use crate::validity::Validity;

/// A provider, as the caller numbers them. The lowest number decides when nothing else does.
pub type ProviderId = i64;

/// The largest weight of an agreed share. Weights only mean something beside each other; parts of a hundred are usual.
pub const LARGEST_WEIGHT: u16 = 1000;

/// Afgesproken aandeel: the weight of one provider, for all cases or for those of a municipality or age group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Share {
    /// Whose it is.
    pub provider: ProviderId,
    /// Only for children of this municipality; none for every other one.
    pub municipality: Option<i64>,
    /// Only for this age group; none for both.
    pub age_group: Option<AgeGroup>,
    /// Nought: takes no such cases.
    pub weight: u16,
    /// From when until when it is agreed.
    pub validity: Validity,
}

impl Share {
    fn holds_for(&self, case: CaseFacts) -> bool {
        self.validity.contains(case.on)
            && self.municipality.is_none_or(|municipality| Some(municipality) == case.municipality)
            && self.age_group.is_none_or(|group| group == case.age_group)
    }

    /// What is agreed for a municipality goes before what is agreed for an age group, and the newest before the older.
    fn precision(&self) -> (bool, bool, Option<NaiveDate>) {
        (self.municipality.is_some(), self.age_group.is_some(), self.validity.from())
    }
}

/// What a share can depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CaseFacts {
    /// The day on which it is divided.
    pub on: NaiveDate,
    /// None for a child from outside the region.
    pub municipality: Option<i64>,
    /// Of the child.
    pub age_group: AgeGroup,
}

/// Kring: who could take a case, each with its weight. Fixed when a case is first divided, so that nobody changes it
/// afterwards.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pool(BTreeMap<ProviderId, u16>);

impl Pool {
    /// Those whose agreed share gives them a part of such cases, less those without room.
    ///
    /// Of the shares of one provider the most precise one counts. None when nobody could take it.
    pub fn of_case(shares: &[Share], case: CaseFacts, without_room: &BTreeSet<ProviderId>) -> Option<Self> {
        let mut precise: BTreeMap<ProviderId, &Share> = BTreeMap::new();
        for share in shares.iter().filter(|share| share.holds_for(case)) {
            let best = precise.entry(share.provider).or_insert(share);
            if share.precision() > best.precision() {
                *best = share;
            }
        }
        Self::new(precise.into_values().map(|share| (share.provider, share.weight)))?.with_room(without_room)
    }

    /// These weights; those of nought take no part. None when nobody does.
    pub fn new(weights: impl IntoIterator<Item = (ProviderId, u16)>) -> Option<Self> {
        let weights: BTreeMap<_, _> = weights.into_iter().filter(|(_, weight)| *weight > 0).collect();
        (!weights.is_empty()).then_some(Self(weights))
    }

    /// Reads what `to_string` wrote: `12:30,15:50`.
    pub fn parse(text: &str) -> Option<Self> {
        let pairs = text.split(',').map(|pair| {
            let (provider, weight) = pair.split_once(':')?;
            let weight = weight.parse().ok().filter(|weight| (1..=LARGEST_WEIGHT).contains(weight))?;
            Some((provider.parse().ok()?, weight))
        });
        Self::new(pairs.collect::<Option<BTreeMap<_, _>>>()?)
    }

    /// Whether this provider could take the case.
    pub fn contains(&self, provider: ProviderId) -> bool {
        self.0.contains_key(&provider)
    }

    /// Those of it that have room; none when nobody has.
    #[must_use]
    pub fn with_room(&self, without_room: &BTreeSet<ProviderId>) -> Option<Self> {
        let weights = self.0.iter().map(|(provider, weight)| (*provider, *weight));
        Self::new(weights.filter(|(provider, _)| !without_room.contains(provider)))
    }

    /// Who takes part, in the order of their numbers.
    pub fn providers(&self) -> impl Iterator<Item = ProviderId> {
        self.0.keys().copied()
    }

    /// The part of one case that is this provider's; nought for whoever could not take it.
    fn part(&self, provider: ProviderId) -> BigRational {
        let total: i64 = self.0.values().map(|weight| i64::from(*weight)).sum();
        let weight = self.0.get(&provider).copied().map_or(0, i64::from);
        BigRational::new(weight.into(), total.into())
    }

    /// That part in hundredths, rounded.
    pub fn percentage(&self, provider: ProviderId) -> u8 {
        let hundredths = self.part(provider) * BigRational::from_integer(100.into());
        hundredths.round().to_integer().to_u8().unwrap_or(100)
    }
}

impl std::fmt::Display for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (provider, weight)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            write!(f, "{separator}{provider}:{weight}")?;
        }
        Ok(())
    }
}

/// Kringen per gemeente: who could take the cases of an age group, with the municipalities for which that is so. Those with
/// the same weights stand together, in the order of their first one.
///
/// Without a municipality there is one for all.
pub fn circles(
    shares: &[Share],
    (on, age_group): (NaiveDate, AgeGroup),
    municipalities: &[i64],
) -> Vec<(Option<Pool>, Vec<i64>)> {
    let of =
        |municipality| Pool::of_case(shares, CaseFacts { on, municipality, age_group }, &BTreeSet::new());
    let mut circles: Vec<(Option<Pool>, Vec<i64>)> = Vec::new();
    for municipality in municipalities {
        let pool = of(Some(*municipality));
        match circles.iter_mut().find(|(known, _)| *known == pool) {
            Some((_, together)) => together.push(*municipality),
            None => circles.push((pool, vec![*municipality])),
        }
    }
    if circles.is_empty() {
        circles.push((of(None), Vec::new()));
    }
    circles
}

/// How one provider stands in the tally.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The cases it could have taken, its own included.
    pub could_take: u64,
    /// The cases it was assigned.
    pub assigned: u64,
    fair: BigRational,
}

impl Default for Standing {
    fn default() -> Self {
        Self { could_take: 0, assigned: 0, fair: BigRational::zero() }
    }
}

impl Standing {
    /// How far it is behind its fair share; below nought when it is ahead.
    fn behind(&self) -> BigRational {
        &self.fair - BigRational::from_integer(self.assigned.into())
    }

    /// How far it is behind, in hundredths of an assignment, rounded to the nearest.
    pub fn behind_hundredths(&self) -> i64 {
        hundredths(&self.behind())
    }
}

/// Rounded to the nearest, and away from nought halfway; as far as the type goes at the ends.
fn hundredths(value: &BigRational) -> i64 {
    (value * BigRational::from_integer(100.into())).round().to_integer().to_i64().unwrap_or(i64::MAX)
}

/// Telling: what was divided so far, over all quarters, exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<ProviderId, Standing>);

impl Tally {
    /// Counts cases that all had this pool and went to this provider: by turn, because it was the child's provider
    /// already, or because the desk chose otherwise.
    ///
    /// A provider outside the pool can be chosen too: it gets ahead, and the pool falls behind.
    pub fn count(&mut self, pool: &Pool, to: ProviderId, cases: u64) {
        let times = BigRational::from_integer(cases.into());
        for provider in pool.providers() {
            let standing = self.0.entry(provider).or_default();
            standing.could_take += cases;
            standing.fair += pool.part(provider) * &times;
        }
        let standing = self.0.entry(to).or_default();
        standing.assigned += cases;
        if !pool.contains(to) {
            standing.could_take += cases;
        }
    }

    /// How a provider stands; all noughts for a newcomer.
    pub fn standing(&self, provider: ProviderId) -> Standing {
        self.0.get(&provider).cloned().unwrap_or_default()
    }

    /// Who was in the tally so far.
    pub fn providers(&self) -> impl Iterator<Item = ProviderId> {
        self.0.keys().copied()
    }

    /// The largest difference between what anybody has and its fair share, in hundredths of an assignment.
    pub fn largest_deviation_hundredths(&self) -> i64 {
        self.0.values().map(|standing| hundredths(&standing.behind().abs())).max().unwrap_or(0)
    }

    /// Volgorde: everybody in the pool, whoever has the turn first, then who would have it if those before refused.
    ///
    /// As long as everybody is less than one assignment from its share, the case goes to one that is behind when this case
    /// is counted too, and among them to the one whose next whole case is due the soonest. Once somebody is a whole
    /// assignment away, whoever is the furthest behind goes first. The lowest number decides between equals.
    pub fn order(&self, pool: &Pool) -> Vec<ProviderId> {
        let one = BigRational::one();
        let entries: Vec<_> = pool
            .providers()
            .map(|provider| {
                let behind = self.0.get(&provider).map_or_else(BigRational::zero, Standing::behind);
                (provider, behind, pool.part(provider))
            })
            .collect();
        let settled = entries.iter().all(|(_, behind, _)| behind.abs() < one);
        let mut keyed: Vec<_> = entries
            .into_iter()
            .map(|(provider, behind, part)| {
                let with_this_case = &behind + &part;
                let is_behind = with_this_case.is_positive();
                // Cases from now until its fair share is one more than it has.
                let due_in = (&one - behind) / part;
                (provider, is_behind, due_in, with_this_case)
            })
            .collect();
        keyed.sort_by(|one, two| {
            let by_quota = || match (one.1, two.1) {
                (true, true) => one.2.cmp(&two.2),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => two.3.cmp(&one.3),
            };
            let by_need = || Reverse(&one.3).cmp(&Reverse(&two.3));
            let order = if settled { by_quota() } else { by_need() };
            order.then(one.0.cmp(&two.0))
        });
        keyed.into_iter().map(|(provider, ..)| provider).collect()
    }
}

coded_enum! {
    /// Waarom deze aanbieder: how an assignment came about. All of them count.
    pub enum Choice {
        /// It had the turn.
        Turn = "beurt", "Aan de beurt";
        /// The child has care of it already.
        CurrentProvider = "huidige-aanbieder", "Huidige aanbieder van het kind";
        /// The desk chose otherwise, with a reason.
        Overruled = "afgeweken", "Afgeweken van de beurt";
    }
}

/// Who is asked next: the child's own provider when it could take the case and was not asked yet, then by turn.
pub fn next_to_ask(
    tally: &Tally,
    pool: &Pool,
    current: Option<ProviderId>,
    asked: &BTreeSet<ProviderId>,
) -> Option<(ProviderId, Choice)> {
    let own = current.filter(|provider| pool.contains(*provider) && !asked.contains(provider));
    own.map(|provider| (provider, Choice::CurrentProvider)).or_else(|| {
        let next = tally.order(pool).into_iter().find(|provider| !asked.contains(provider));
        next.map(|provider| (provider, Choice::Turn))
    })
}

/// `Aanbieder A: 4 van 16 toegewezen, afgesproken 30 %, staat 0,8 achter`.
///
/// `agreed` is its part of the cases that it could take now; none when it takes none any more.
pub fn explain(name: &str, standing: &Standing, agreed: Option<u8>) -> String {
    let agreed = agreed.map_or_else(|| "geen aandeel".to_owned(), |part| format!("afgesproken {part} %"));
    let Standing { assigned, could_take, .. } = standing;
    format!("{name}: {assigned} van {could_take} toegewezen, {agreed}, {}", words_of_difference(standing))
}

/// How everybody in a pool stands, a line each, whoever has the turn first.
pub fn explain_all<'a>(tally: &Tally, pool: &Pool, name: impl Fn(ProviderId) -> &'a str) -> String {
    let line = |id| explain(name(id), &tally.standing(id), Some(pool.percentage(id)));
    tally.order(pool).into_iter().map(line).collect::<Vec<_>>().join("\n")
}

/// `staat 0,8 achter`, `staat 1 voor` or `staat gelijk`.
pub fn words_of_difference(standing: &Standing) -> String {
    let tenths = (standing.behind() * BigRational::from_integer(10.into())).round().to_integer();
    let tenths = tenths.to_i64().unwrap_or(i64::MAX);
    match tenths.cmp(&0) {
        Ordering::Greater => format!("staat {} achter", tenth_words(tenths)),
        Ordering::Less => format!("staat {} voor", tenth_words(-tenths)),
        Ordering::Equal => "staat gelijk".to_owned(),
    }
}

fn tenth_words(tenths: i64) -> String {
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{},{rest}", tenths / 10),
    }
}

#[cfg(test)]
mod tests;
