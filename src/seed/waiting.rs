//! Made-up waiting clients, each with the life that led to how it stands today.
//!
//! Pure, and the same for the same files and moment, as [`super::history`] is. The steps go through the rules, so that
//! no timeline tells what the program itself would refuse.

use std::cmp::Ordering;

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc, Weekday,
};
use rules::codes::{MunicipalityCode, ProductCode};
use rules::product::ProductKind;
use rules::violations::Violations;
use rules::waiting::birth::BirthQuarter;
use rules::waiting::client_code::ClientCode;
use rules::waiting::life::{
    AcceptReason, BodyDecision, ElsewhereReason, Event, HoldReason, LapseReason, Life, RespondReason,
    StartReason, TimelineEntry, WithdrawReason,
};
use rules::waiting::needs::Need;
use rules::waiting::note::Note;
use rules::waiting::reasons::{Reason, ReasonCode};
use rules::waiting::registration::{ReferrerKind, Urgency};
use rules::waiting::responses::{Consequences, DeclineReason, ResponseStatus, decline};

use super::files::{Files, Product};
use super::history::Chance;
use super::responses::{Candidate, Candidates, MadeResponse};
use crate::clock::dutch_day;

/// How many there are.
pub(super) const CLIENTS: usize = 400;

/// Products that a body decides on before they are arranged: secure care, treatment groups, foster care and family homes.
pub(super) const BODY_DECIDES: [&str; 5] = ["43A01", "43A11", "43A12", "44A01", "44A02"];

/// Who took a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Toegang,
    Provider,
}

/// A line of a timeline.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) at: NaiveDateTime,
    pub(super) by: By,
    /// None for the registration itself.
    pub(super) entry: Option<TimelineEntry>,
}

/// A made-up waiting client.
#[derive(Debug, Clone)]
pub(super) struct Client {
    pub(super) code: ClientCode,
    pub(super) municipality: MunicipalityCode,
    pub(super) product: ProductCode,
    pub(super) product_name: String,
    pub(super) alternative: Option<ProductCode>,
    pub(super) pc4: Option<i32>,
    pub(super) birth: BirthQuarter,
    pub(super) referrer: ReferrerKind,
    pub(super) referred_on: NaiveDate,
    pub(super) decided_on: Option<NaiveDate>,
    pub(super) body_decided_on: Option<NaiveDate>,
    pub(super) urgency: Urgency,
    pub(super) measure: bool,
    pub(super) needs: Vec<Need>,
    pub(super) max_distance_km: Option<i32>,
    pub(super) bridging_wanted: bool,
    pub(super) note: Option<&'static str>,
    pub(super) life: Life,
    pub(super) lines: Vec<Line>,
    pub(super) closed_at: Option<NaiveDateTime>,
    pub(super) responses: Vec<MadeResponse>,
}

/// Short texts as people write them beside the codes.
const NOTES: [&str; 6] = [
    "Liefst in de buurt van school.",
    "Kan niet op woensdag.",
    "Ouders willen eerst kennismaken.",
    "Er loopt al hulp voor een broer of zus bij dezelfde aanbieder.",
    "Start graag na de schoolvakantie.",
    "Vervoer is geregeld.",
];

/// All of them, in the order in which they were registered.
pub(super) fn clients(files: &Files, now: DateTime<Utc>) -> Vec<Client> {
    let today = dutch_day(now);
    let mut chance = Chance::new("wachtlijst");
    let homes: Vec<(&MunicipalityCode, i64)> = files
        .region_municipalities
        .iter()
        .filter(|line| line.row.segment.is_none())
        .map(|line| (&line.row.municipality, i64::from(line.row.young_people.unwrap_or(1000))))
        .collect();
    let products: Vec<(&Product, i64)> = files
        .products
        .iter()
        .map(|line| &line.row)
        .filter(|product| product.kind != ProductKind::Crisis)
        .map(|product| {
            let offers = files.offers.iter().filter(|offer| offer.row.product == product.code).count();
            // Who wait are few where there is little, and measures hardly wait at all.
            let weight = i64::try_from(offers).unwrap_or(1).min(30);
            (product, if product.kind == ProductKind::Measure { 1 } else { weight + 2 })
        })
        .collect();
    let candidates = Candidates::new(files, now);
    let mut made: Vec<Client> = (0..CLIENTS)
        .filter_map(|_| {
            let (home, product) = (drawn(&homes, &mut chance), drawn(&products, &mut chance));
            client((files, &candidates), home, product, &mut chance, (today, now))
        })
        .collect();
    made.sort_by_key(|client| (client.lines.first().map(|line| line.at), client.code));
    made
}

fn client(
    (files, candidates): (&Files, &Candidates<'_>),
    home: &MunicipalityCode,
    product: &Product,
    chance: &mut Chance,
    (today, now): (NaiveDate, DateTime<Utc>),
) -> Option<Client> {
    let fate = chance.below(100);
    // Who left the list did so in the past year; who waits does so for up to nine months, most of them shorter.
    let days_ago = if fate < 74 {
        3 + chance.below(70) + chance.below(70) * chance.below(100) / 50
    } else {
        60 + chance.below(300)
    };
    let referred_on = working_day(today - TimeDelta::days(days_ago));
    let measure = product.kind == ProductKind::Measure || chance.below(100) < 8;
    let referrer = match chance.below(100) {
        _ if measure => ReferrerKind::CertifiedInstitution,
        ..55 => ReferrerKind::Toegang,
        55..80 => ReferrerKind::GeneralPractitioner,
        80..88 => ReferrerKind::YouthDoctor,
        88..95 => ReferrerKind::MedicalSpecialist,
        _ => ReferrerKind::CertifiedInstitution,
    };
    let urgency = if chance.below(100) < 12 { Urgency::Urgent } else { Urgency::Regular };
    let registered_on = working_day((referred_on + Days::new(1)).min(today)).max(referred_on);
    let decided = !referrer.needs_decision() || chance.below(100) < 92 || fate >= 60;
    let decided_on = decided.then(|| registered_on.min(today));
    let since = if measure || urgency == Urgency::Urgent || !referrer.needs_decision() {
        referred_on
    } else {
        decided_on.unwrap_or(referred_on)
    };
    let needs_body = BODY_DECIDES.contains(&product.code.as_str());
    let body_decided_on = (needs_body && (fate >= 55 || chance.below(100) < 75)).then_some(registered_on);
    let postcodes: Vec<i32> = files
        .postcodes
        .iter()
        .filter(|line| line.row.municipality == *home)
        .map(|line| i32::from(line.row.pc4.number()))
        .collect();
    let mut story = Story {
        life: Life::new(home.clone(), product.code.clone(), since),
        lines: vec![Line { at: moment(registered_on, chance, now), by: By::Toegang, entry: None }],
        on: registered_on,
        today,
        now,
        urgency,
        candidates: candidates.some(&product.code, home, 2, chance),
        responses: Vec::new(),
    };
    story.live(fate, body_decided_on, chance);
    let pick = |chance: &mut Chance| picked(&postcodes, chance).copied();
    let siblings: Vec<&ProductCode> = files
        .products
        .iter()
        .map(|line| &line.row)
        .filter(|other| other.kind == product.kind && other.code != product.code)
        .filter(|other| other.min_age <= product.min_age && other.max_age >= product.max_age)
        .map(|other| &other.code)
        .collect();
    let alternative =
        if chance.below(100) < 35 { picked(&siblings, chance).map(|code| (*code).clone()) } else { None };
    let count = chance.below(4);
    let mut needs: Vec<Need> = (0..count).filter_map(|_| picked(Need::ALL, chance).copied()).collect();
    needs.sort_unstable();
    needs.dedup();
    let closed_at = story.life.status().is_closed().then(|| story.lines.last().map(|line| line.at)).flatten();
    Some(Client {
        code: ClientCode::from_random(chance.next().to_le_bytes()),
        municipality: home.clone(),
        product: product.code.clone(),
        product_name: product.name.clone(),
        alternative,
        pc4: if chance.below(100) < 70 { pick(chance) } else { None },
        birth: birth(product, registered_on, chance)?,
        referrer,
        referred_on,
        decided_on,
        body_decided_on,
        urgency,
        measure,
        needs,
        max_distance_km: (chance.below(100) < 25)
            .then(|| 10 + i32::try_from(chance.below(5)).unwrap_or(0) * 5),
        bridging_wanted: chance.below(100) < 30,
        note: if chance.below(100) < 15 { picked(&NOTES, chance).copied() } else { None },
        life: story.life,
        lines: story.lines,
        closed_at,
        responses: story.responses,
    })
}

/// The life of one client while it is made up.
struct Story {
    life: Life,
    lines: Vec<Line>,
    on: NaiveDate,
    today: NaiveDate,
    now: DateTime<Utc>,
    urgency: Urgency,
    /// Who could respond.
    candidates: Vec<Candidate>,
    responses: Vec<MadeResponse>,
}

impl Story {
    /// What became of it, by a number below 100.
    fn live(&mut self, fate: i64, body: Option<NaiveDate>, chance: &mut Chance) {
        match fate {
            // Waits, and nothing happened yet.
            ..44 | 70..74 => {}
            // Waits, and was or is on hold.
            44..54 => {
                let months = Months::new(1 + u32::try_from(chance.below(3)).unwrap_or(0));
                let reason =
                    reason([HoldReason::FamilyAsks, HoldReason::Assessment, HoldReason::Decision], chance);
                self.after(chance, 10);
                let until = self.on.checked_add_months(months).unwrap_or(self.on);
                self.take(reason.map(|reason| Event::Hold { until, reason }), By::Toegang, chance);
            }
            // A provider or two said this week that there is room.
            54..62 => {
                self.on = self.on.max(working_day(self.today - TimeDelta::days(chance.below(6))));
                while self.respond(chance) && fate >= 58 {}
            }
            // Agreed, and care has yet to start.
            62..66 => {
                self.on = self.on.max(working_day(self.today - TimeDelta::days(4 + chance.below(8))));
                self.respond(chance);
                self.accept(body, chance);
            }
            // Declined, and back on the list.
            66..70 => {
                self.after(chance, 12);
                self.respond(chance);
                self.decline(chance);
            }
            74..88 => {
                self.after(chance, 12);
                self.respond(chance);
                self.accept(body, chance);
                self.start(chance);
            }
            88..94 => {
                self.after(chance, 40);
                let reasons =
                    [WithdrawReason::FamilyDeclines, WithdrawReason::NotNeeded, WithdrawReason::MovedAway];
                self.take(reason(reasons, chance).map(Event::Withdraw), By::Toegang, chance);
            }
            94..97 => {
                self.after(chance, 40);
                let mut none = Violations::new();
                let note = Note::check(
                    "toelichting",
                    Some("Plek gevonden via de regio hiernaast."),
                    None,
                    self.today,
                    &mut none,
                );
                let elsewhere = Reason::new(ElsewhereReason::OtherRegion, note).ok();
                self.take(elsewhere.map(Event::PlaceElsewhere), By::Toegang, chance);
            }
            _ => {
                self.after(chance, 50);
                let reasons = [LapseReason::DecisionEnded, LapseReason::NoContact, LapseReason::TooOld];
                self.take(reason(reasons, chance).map(Event::Lapse), By::Toegang, chance);
            }
        }
    }

    /// The next one who could responds; tells whether there was one.
    fn respond(&mut self, chance: &mut Chance) -> bool {
        let Some(by) = self.candidates.pop() else { return false };
        let event = reason([RespondReason::PlaceSoon], chance).map(Event::Respond);
        let Some(at) = self.take(event, By::Provider, chance) else { return false };
        self.responses.push(MadeResponse::opened(by, at, self.urgency, chance));
        true
    }

    fn accept(&mut self, body: Option<NaiveDate>, chance: &mut Chance) {
        if self.responses.is_empty() {
            return;
        }
        self.after(chance, 3);
        let body = body.map_or(BodyDecision::NotNeeded, BodyDecision::Taken);
        let reasons = [AcceptReason::Preferred, AcceptReason::Soonest, AcceptReason::Nearest];
        let Some(chosen) = reason(reasons, chance) else { return };
        let code = chosen.code().code();
        let at = self.take(Some(Event::Accept { reason: chosen, body }), By::Toegang, chance);
        if let (Some(at), Some(response)) = (at, self.responses.last_mut()) {
            response.end(ResponseStatus::Accepted, at, Some(code));
        }
    }

    fn decline(&mut self, chance: &mut Chance) {
        if self.responses.is_empty() {
            return;
        }
        self.after(chance, 4);
        let reasons = [DeclineReason::Distance, DeclineReason::FamilyDeclines, DeclineReason::NotSuited];
        let Some(given) = reason(reasons, chance) else { return };
        let code = given.code();
        let outcome = decline(code, &Consequences::default(), None, self.on).ok();
        let at = self.take(Some(Event::Decline(given)), By::Toegang, chance);
        if let (Some(at), Some(response)) = (at, self.responses.last_mut()) {
            response.end(ResponseStatus::Declined, at, Some(code.code()));
            response.outcome = outcome;
        }
    }

    fn start(&mut self, chance: &mut Chance) {
        let Some(planned) = self.responses.last().map(|response| response.start_on) else { return };
        let started_on = working_day(planned.min(self.today)).max(self.on);
        self.on = started_on;
        let how = match started_on.cmp(&planned) {
            Ordering::Less => StartReason::Earlier,
            Ordering::Equal => StartReason::AsAgreed,
            Ordering::Greater => StartReason::Later,
        };
        let at = self.take(Reason::new(how, None).ok().map(Event::StartCare), By::Provider, chance);
        if let (Some(_), Some(response)) = (at, self.responses.last_mut()) {
            response.started_on = Some(started_on);
        }
    }

    /// Some working days later, and not after today.
    fn after(&mut self, chance: &mut Chance, most: i64) {
        let days = TimeDelta::days(1 + chance.below(most));
        self.on = working_day(self.on + days).clamp(self.on, self.today);
    }

    /// Takes a step if the rules let it, and tells when.
    fn take(&mut self, event: Option<Event>, by: By, chance: &mut Chance) -> Option<NaiveDateTime> {
        let step = self.life.step(event?, self.on).ok()?;
        let earlier = self.lines.last().map(|line| line.at);
        let at = moment(self.on, chance, self.now);
        // In the order in which it happened, however the moments of one day were drawn.
        let at = earlier.map_or(at, |earlier| at.max(earlier + TimeDelta::minutes(1)));
        self.lines.push(Line { at, by, entry: Some(step.entry) });
        self.life = step.life;
        Some(at)
    }
}

fn reason<R: ReasonCode, const N: usize>(reasons: [R; N], chance: &mut Chance) -> Option<Reason<R>> {
    picked(&reasons, chance).and_then(|code| Reason::new(*code, None).ok())
}

/// A quarter in which a child of an age that fits the product was born.
fn birth(product: &Product, on: NaiveDate, chance: &mut Chance) -> Option<BirthQuarter> {
    let (low, high) = (i64::from(product.min_age), i64::from(product.max_age.min(17)));
    let age = low + chance.below(high - low + 1);
    let months = u32::try_from(age * 12 + 1 + chance.below(10)).unwrap_or(12);
    let born = on.checked_sub_months(Months::new(months)).unwrap_or(on);
    let quarter = u8::try_from(born.month0() / 3 + 1).unwrap_or(1);
    BirthQuarter::new(born.year(), quarter, on).ok()
}

/// One of a list, each as likely as the other; none of an empty one.
fn picked<'a, T>(list: &'a [T], chance: &mut Chance) -> Option<&'a T> {
    let count = u64::try_from(list.len()).ok().filter(|count| *count > 0)?;
    list.get(usize::try_from(chance.next() % count).ok()?)
}

fn drawn<'a, T: ?Sized>(choices: &[(&'a T, i64)], chance: &mut Chance) -> &'a T {
    let total: i64 = choices.iter().map(|(_, weight)| weight).sum();
    let mut left = chance.below(total);
    for (choice, weight) in choices {
        left -= weight;
        if left < 0 {
            return choice;
        }
    }
    choices[0].0
}

/// The same day, or the last one before it on which people work.
fn working_day(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day - Days::new(1),
        Weekday::Sun => day - Days::new(2),
        _ => day,
    }
}

/// A moment in the working hours of a day, and not after now.
fn moment(day: NaiveDate, chance: &mut Chance, now: DateTime<Utc>) -> NaiveDateTime {
    let at = day.and_time(NaiveTime::MIN) + TimeDelta::seconds(8 * 3600 + chance.below(8 * 3600));
    at.min(now.naive_utc() - TimeDelta::minutes(30))
}
