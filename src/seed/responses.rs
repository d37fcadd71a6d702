//! Made-up responses of providers to the made-up waiting clients. Pure, and the same for the same files.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use rules::codes::{AgbCode, MunicipalityCode, ProductCode};
use rules::figures::OfferStatus;
use rules::waiting::registration::Urgency;
use rules::waiting::responses::{AnswerTerms, PairOutcome, ResponseStatus};
use rules::working_hours::OpeningHours;

use super::files::Files;
use super::history::Chance;
use crate::clock::{dutch_day, dutch_time, moment_of_dutch_time};

/// An offer by which a provider could say that it has room.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) agb: AgbCode,
    pub(super) location: u16,
    pub(super) provider_name: String,
}

/// A response as it stands.
#[derive(Debug, Clone)]
pub(super) struct MadeResponse {
    pub(super) by: Candidate,
    pub(super) opened_at: NaiveDateTime,
    pub(super) answer_by: NaiveDateTime,
    /// When the provider expects the answer.
    pub(super) expect_by: NaiveDateTime,
    pub(super) start_on: NaiveDate,
    pub(super) valid_until: NaiveDate,
    pub(super) status: ResponseStatus,
    pub(super) ended_at: Option<NaiveDateTime>,
    pub(super) reason: Option<&'static str>,
    pub(super) outcome: Option<PairOutcome>,
    pub(super) accepted_at: Option<NaiveDateTime>,
    pub(super) started_on: Option<NaiveDate>,
}

impl MadeResponse {
    /// One that is being weighed, for a start about two weeks later.
    pub(super) fn opened(by: Candidate, at: NaiveDateTime, urgency: Urgency, chance: &mut Chance) -> Self {
        let day = dutch_day(at.and_utc());
        let start = u64::try_from(3 + chance.below(18)).unwrap_or(14);
        let hours = OpeningHours::office();
        let valid_until = day + Days::new(14);
        let opened_at = dutch_time(at.and_utc());
        let terms = AnswerTerms::default();
        let answer_by = terms.answer_by(opened_at, valid_until, urgency, &hours);
        let expect_by = terms.expect_by(opened_at, valid_until, &hours);
        Self {
            by,
            opened_at: at,
            answer_by: moment_of_dutch_time(answer_by).naive_utc(),
            expect_by: moment_of_dutch_time(expect_by).naive_utc(),
            start_on: day + Days::new(start),
            valid_until,
            status: ResponseStatus::Open,
            ended_at: None,
            reason: None,
            outcome: None,
            accepted_at: None,
            started_on: None,
        }
    }

    /// How it ended, or went on.
    pub(super) fn end(&mut self, status: ResponseStatus, at: NaiveDateTime, reason: Option<&'static str>) {
        self.status = status;
        // What was accepted is not at its end.
        let moment =
            if status == ResponseStatus::Accepted { &mut self.accepted_at } else { &mut self.ended_at };
        *moment = Some(at);
        self.reason = reason;
    }
}

/// Who could respond, by product and municipality.
pub(super) struct Candidates<'a> {
    files: &'a Files,
    mains: BTreeMap<&'a str, &'a str>,
    today: NaiveDate,
}

impl<'a> Candidates<'a> {
    pub(super) fn new(files: &'a Files, now: DateTime<Utc>) -> Self {
        let mains = files.providers.iter().map(|line| &line.row);
        let mains = mains.filter_map(|one| Some((one.agb.as_ref(), one.main.as_ref()?.as_ref()))).collect();
        Self { files, mains, today: dutch_day(now) }
    }

    /// Some providers, no two the same, with a contract of their own or of their main contractor.
    pub(super) fn some(
        &self,
        product: &ProductCode,
        home: &MunicipalityCode,
        most: usize,
        chance: &mut Chance,
    ) -> Vec<Candidate> {
        let mut found: Vec<Candidate> = Vec::new();
        for line in &self.files.offers {
            let offer = &line.row;
            let takes = matches!(offer.status, OfferStatus::Place | OfferStatus::WaitingList);
            let is_new = found.iter().all(|one| one.agb != offer.agb);
            if offer.product == *product && takes && is_new && self.is_contracted(&offer.agb, product, home) {
                let provider = self.files.providers.iter().find(|line| line.row.agb == offer.agb);
                found.extend(provider.map(|line| Candidate {
                    agb: offer.agb.clone(),
                    location: offer.location,
                    provider_name: line.row.name.clone(),
                }));
            }
        }
        while found.len() > most {
            let at = chance.below(i64::try_from(found.len()).unwrap_or(1));
            found.remove(usize::try_from(at).unwrap_or(0));
        }
        found
    }

    fn is_contracted(&self, agb: &AgbCode, product: &ProductCode, home: &MunicipalityCode) -> bool {
        let main = self.mains.get(agb.as_ref()).copied();
        self.files.contracts.iter().map(|line| &line.row).any(|contract| {
            let holder: &str = contract.agb.as_ref();
            (holder == AsRef::<str>::as_ref(agb) || Some(holder) == main)
                && contract.product == *product
                && contract.municipality.as_ref().is_none_or(|place| place == home)
                && contract.valid_from.is_none_or(|day| day <= self.today)
                && contract.valid_until.is_none_or(|day| day >= self.today)
        })
    }
}
