//! De uitleg: what speaks for an offer, and why another cannot be. Made for what is shown, and for nothing else.

use chrono::NaiveDate;

use super::{FailedRules, HardRule, OfferFacts, Score, Seeker, Term, Weights};
use crate::dutch;
use crate::figures::OfferStatus;
use crate::waiting::needs::NeedSet;
use crate::waiting_time::WeekRange;

/// What the sentences need besides the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting<'a> {
    /// The name of the municipality that answers for the child.
    pub municipality: &'a str,
    /// The day on which the figures were last confirmed.
    pub confirmed_on: Option<NaiveDate>,
    /// Today.
    pub today: NaiveDate,
}

/// Waarom: `start over 3 tot 4 weken, bevestigd 2 dagen geleden, 8 km, voorkeur van het gezin`.
pub fn why(seeker: &Seeker, offer: &OfferFacts, score: &Score, setting: &Setting<'_>) -> String {
    let mut parts = vec![start(seeker, offer, score)];
    parts.push(match setting.confirmed_on {
        Some(day) => format!("bevestigd {}", dutch::days_ago(day, setting.today)),
        None => "nooit bevestigd".to_owned(),
    });
    if score.term(Term::Stale) > 0 && setting.confirmed_on.is_some() {
        parts.push("verouderd".to_owned());
    }
    parts.push(match offer.distance {
        _ if offer.online => "online".to_owned(),
        Some(metres) => dutch::kilometres(metres),
        None => "afstand niet bekend".to_owned(),
    });
    if offer.preferred {
        parts.push("voorkeur van het gezin".to_owned());
    }
    if offer.substitute {
        parts.push("alternatief voor het gewenste product".to_owned());
    }
    let met = seeker.needs.shared_with(offer.fitted);
    if !met.is_empty() {
        parts.push(format!("goed in {}", named(met)));
    }
    let unmet = seeker.needs.without(offer.fitted);
    if !unmet.is_empty() {
        parts.push(format!("niet bekend of het past bij {}", named(unmet)));
    }
    parts.join(", ")
}

fn start(seeker: &Seeker, offer: &OfferFacts, score: &Score) -> String {
    let [intake, treatment] = offer.waits();
    match intake.zip(treatment).map(|(intake, treatment)| intake.plus(treatment)) {
        Some(wait) if wait.upper() == Some(0) => "kan direct starten".to_owned(),
        Some(wait) => format!("start over {wait}"),
        None if offer.status == OfferStatus::Place => "plek vrij, wachttijd niet bekend".to_owned(),
        None => {
            let weeks = score.term(Term::Wait).div_ceil(100);
            let counted = if weeks > u32::from(seeker.norm.total()) { "het bekende deel" } else { "de norm" };
            let after = if offer.status == OfferStatus::IntakeStop { "aanmeldstop voorbij, " } else { "" };
            format!("{after}wachttijd niet bekend, geteld als {counted} van {}", dutch::weeks(weeks))
        }
    }
}

/// Waarom niet: one sentence part for every rule that failed.
pub fn why_not(
    seeker: &Seeker,
    offer: &OfferFacts,
    failed: FailedRules,
    setting: &Setting<'_>,
) -> Vec<String> {
    failed.iter().map(|rule| broken(rule, seeker, offer, setting)).collect()
}

fn broken(rule: HardRule, seeker: &Seeker, offer: &OfferFacts, setting: &Setting<'_>) -> String {
    match rule {
        HardRule::Contract => format!("geen contract voor {}", setting.municipality),
        HardRule::Age if seeker.age < offer.ages.min() => {
            format!("neemt aan vanaf {} jaar", offer.ages.min())
        }
        HardRule::Age => format!("neemt aan tot en met {} jaar", offer.ages.max()),
        HardRule::IntakeStop => match offer.stop_until {
            Some(until) => format!("aanmeldstop tot en met {}", dutch::date_near(until, setting.today)),
            None => "aanmeldstop, einde niet bekend".to_owned(),
        },
        HardRule::ExcludedNeed => {
            format!("neemt niet aan bij {}", named(seeker.needs.shared_with(offer.excluded)))
        }
        HardRule::RejectedPair => "eerder afgewezen".to_owned(),
        HardRule::ExcludedProvider => "uitgesloten door het gezin".to_owned(),
        HardRule::MaxDistance => {
            let far = offer.distance.map_or_else(String::new, dutch::kilometres);
            let most = seeker.max_distance.map_or_else(String::new, dutch::kilometres);
            format!("{far}, verder dan de {most} die het gezin wil reizen")
        }
        HardRule::UnknownDistance => {
            "afstand niet bekend, terwijl het gezin een hoogste afstand wil".to_owned()
        }
    }
}

fn named(needs: NeedSet) -> String {
    let names: Vec<String> = needs.iter().map(|need| dutch::in_sentence(need.name())).collect();
    dutch::listed(&names)
}

/// Een onderdeel van de score in woorden: `Afstand: 0,8 week`.
pub fn term(term: Term, hundredths: u32) -> String {
    let (whole, tenths) = ((hundredths + 5) / 100, (hundredths + 5) / 10 % 10);
    let amount = if tenths == 0 { whole.to_string() } else { format!("{whole},{tenths}") };
    let unit = if (whole, tenths) == (1, 0) || whole == 0 && tenths > 0 { "week" } else { "weken" };
    format!("{}: {amount} {unit}", term.name())
}

/// Hoe een regio weegt, in woorden: what the terms of every score rest on. To the hundredth, as it was set.
pub fn weighing(weights: &Weights) -> Vec<String> {
    let of = |weight: u32, what: &str| format!("{what} telt als {} wachten", exactly(weight));
    vec![
        of(weights.per_10_km, "10 km"),
        format!("een onbekende afstand telt als {}", dutch::kilometres(weights.unknown_distance)),
        of(weights.open_end, "een wachttijd zonder einde"),
        of(weights.unknown_wait, "een onbekende wachttijd, boven op de norm,"),
        of(weights.stale, "een verouderd cijfer"),
        of(weights.substitute, "een alternatief product"),
        of(weights.not_preferred, "een andere aanbieder dan het gezin wil"),
        of(weights.per_unmet_need, "elke behoefte waarvoor de aanbieder niet bekendstaat,"),
    ]
}

/// Hundredths of a week as weeks, with the decimals they have: `0,25 week`, `4 weken`.
fn exactly(hundredths: u32) -> String {
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    let amount = match rest {
        0 => whole.to_string(),
        tenths if tenths % 10 == 0 => format!("{whole},{}", tenths / 10),
        _ => format!("{whole},{rest:02}"),
    };
    let is_one = (whole, rest) == (1, 0) || whole == 0 && rest > 0;
    format!("{amount} {}", if is_one { "week" } else { "weken" })
}

/// The whole wait in words, or that it is not known.
pub fn wait(intake: Option<WeekRange>, treatment: Option<WeekRange>) -> String {
    intake
        .zip(treatment)
        .map_or_else(|| "niet bekend".to_owned(), |(intake, treatment)| intake.plus(treatment).to_string())
}
