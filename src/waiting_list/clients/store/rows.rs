//! Rows of the tables of the waiting list, and how they become values.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use rules::codes::Pc4;
use rules::norms::Norm;
use rules::product::{AgeRange, ProductKind};
use rules::validity::Validity;
use rules::waiting::birth::{Birth, BirthQuarter};
use rules::waiting::client_code::ClientCode;
use rules::waiting::coarsening::GroupSize;
use rules::waiting::life::{ClientStatus, Hold, HoldReason, Life};
use rules::waiting::mediation::Ladder;
use rules::waiting::needs::{Need, NeedSet};
use rules::waiting::registration::{FirstChoice, ProductRules, ReferrerKind, Urgency};
use rules::waiting::responses::{AnswerTerms, Consequences};
use rules::working_hours::WorkingTime;

use crate::db::schema::{waiting_client, waiting_client_event};
use crate::error::{Error, Result};
use crate::waiting_list::clients::model::{
    Home, LineKind, ListSettings, ProductChoice, ProductTerms, TimelineLine, WaitingClient,
};

pub(super) fn corrupt(what: &str) -> Error {
    Error::internal(format!("a {what} in the database is not one"))
}

/// What is known of a waiting client, apart from its code and its life.
#[derive(Debug, Clone, Insertable, AsChangeset)]
#[diesel(table_name = waiting_client, treat_none_as_default_value = false, treat_none_as_null = true)]
pub(in super::super) struct FactsRow {
    pub(in super::super) municipality_id: i64,
    pub(in super::super) product_id: i64,
    pub(in super::super) pc4: Option<i32>,
    pub(in super::super) birth_quarter: Option<i32>,
    pub(in super::super) age: Option<i32>,
    pub(in super::super) age_on: Option<NaiveDate>,
    pub(in super::super) referrer: &'static str,
    pub(in super::super) referred_on: NaiveDate,
    pub(in super::super) decided_on: Option<NaiveDate>,
    pub(in super::super) body_decided_on: Option<NaiveDate>,
    pub(in super::super) urgency: &'static str,
    pub(in super::super) measure: bool,
    pub(in super::super) analysis_made: Option<bool>,
    pub(in super::super) first_choice: &'static str,
    pub(in super::super) possibly_wlz: Option<bool>,
    pub(in super::super) authority_elsewhere: Option<bool>,
    pub(in super::super) needs: String,
    pub(in super::super) max_distance_km: Option<i32>,
    pub(in super::super) bridging_wanted: bool,
    pub(in super::super) note: Option<String>,
    pub(in super::super) waiting_since: NaiveDate,
}

impl FactsRow {
    pub(in super::super) fn set_birth(&mut self, birth: Birth) {
        (self.birth_quarter, self.age, self.age_on) = match birth {
            Birth::Quarter(born) => (Some(birth_number(born)), None, None),
            Birth::Age { years, on } => (None, Some(i32::from(years)), Some(on)),
        };
    }
}

/// Year and quarter in one number.
pub(in super::super) fn birth_number(born: BirthQuarter) -> i32 {
    born.year() * 10 + i32::from(born.quarter())
}

/// A client that is put on the list.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = waiting_client, treat_none_as_default_value = false)]
pub(in super::super) struct NewClient {
    pub(in super::super) code: String,
    #[diesel(embed)]
    pub(in super::super) facts: FactsRow,
    pub(in super::super) status: &'static str,
    pub(in super::super) open_responses: i32,
    pub(in super::super) registered_at: NaiveDateTime,
    pub(in super::super) organisation_id: i64,
    pub(in super::super) version: i32,
}

/// The life of a client after a step.
#[derive(Debug, Clone, AsChangeset)]
#[diesel(table_name = waiting_client, treat_none_as_null = true)]
pub(in super::super) struct LifeRow {
    pub(in super::super) municipality_id: i64,
    pub(in super::super) product_id: i64,
    pub(in super::super) status: &'static str,
    pub(in super::super) open_responses: i32,
    pub(in super::super) hold_until: Option<NaiveDate>,
    pub(in super::super) hold_reason: Option<&'static str>,
    pub(in super::super) closed_at: Option<NaiveDateTime>,
}

/// A line of the timeline that is added.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = waiting_client_event, treat_none_as_default_value = false)]
pub(in super::super) struct NewEvent {
    pub(in super::super) client_id: i64,
    pub(in super::super) at: NaiveDateTime,
    pub(in super::super) day: NaiveDate,
    pub(in super::super) event: &'static str,
    pub(in super::super) from_status: &'static str,
    pub(in super::super) to_status: &'static str,
    pub(in super::super) reason: &'static str,
    pub(in super::super) note: Option<String>,
    pub(in super::super) detail: Option<String>,
    pub(in super::super) by_name: String,
    pub(in super::super) by_organisation: String,
}

#[derive(Queryable)]
pub(super) struct StoredClient {
    id: i64,
    code: String,
    municipality_id: i64,
    product_id: i64,
    pc4: Option<i32>,
    birth_quarter: Option<i32>,
    age: Option<i32>,
    age_on: Option<NaiveDate>,
    referrer: String,
    referred_on: NaiveDate,
    decided_on: Option<NaiveDate>,
    body_decided_on: Option<NaiveDate>,
    urgency: String,
    measure: bool,
    analysis_made: Option<bool>,
    first_choice: String,
    possibly_wlz: Option<bool>,
    authority_elsewhere: Option<bool>,
    needs: String,
    max_distance_km: Option<i32>,
    bridging_wanted: bool,
    note: Option<String>,
    status: String,
    waiting_since: NaiveDate,
    open_responses: i32,
    hold_until: Option<NaiveDate>,
    hold_reason: Option<String>,
    registered_at: NaiveDateTime,
    organisation_id: i64,
    closed_at: Option<NaiveDateTime>,
    stripped_at: Option<NaiveDateTime>,
    version: i32,
}

/// Birth quarter, age, and the day of that.
pub(in super::super) type StoredBirth = (Option<i32>, Option<i32>, Option<NaiveDate>);

/// When a child was born, as it is stored; none once the record is stripped.
pub(in super::super) fn read_birth(stored: StoredBirth) -> Result<Option<Birth>> {
    match stored {
        (Some(number), None, None) => {
            let quarter = u8::try_from(number % 10).map_err(|_| corrupt("quarter"))?;
            let born = BirthQuarter::restore(number / 10, quarter).map_err(|_| corrupt("quarter"))?;
            Ok(Some(Birth::Quarter(born)))
        }
        (None, Some(years), Some(on)) => {
            Ok(Some(Birth::Age { years: u8::try_from(years).map_err(|_| corrupt("age"))?, on }))
        }
        (None, None, None) => Ok(None),
        _ => Err(corrupt("birth")),
    }
}

/// A client with what belongs to it in other tables.
#[derive(Queryable)]
pub(super) struct ClientRow {
    client: StoredClient,
    municipality: (String, String),
    product: (i64, String, String, bool),
    norms: (Option<i32>, Option<i32>, i32, i32),
    terms: Option<(bool, bool)>,
    returned_on: Option<NaiveDate>,
    plan_made_on: Option<NaiveDate>,
}

impl TryFrom<ClientRow> for WaitingClient {
    type Error = Error;

    fn try_from(row: ClientRow) -> Result<Self> {
        let birth = read_birth((row.client.birth_quarter, row.client.age, row.client.age_on))?;
        let (stored, (region_id, product, product_name, until_23)) = (row.client, row.product);
        let municipality = Home {
            id: stored.municipality_id,
            code: parsed(&row.municipality.0, "municipality")?,
            name: row.municipality.1,
        };
        let product =
            ProductChoice { id: stored.product_id, code: parsed(&product, "product")?, name: product_name };
        let weeks = |weeks: i32| u16::try_from(weeks).map_err(|_| corrupt("norm"));
        let norm = Norm {
            intake_weeks: weeks(row.norms.0.unwrap_or(row.norms.2))?,
            treatment_weeks: weeks(row.norms.1.unwrap_or(row.norms.3))?,
        };
        let status = ClientStatus::parse(&stored.status).ok_or_else(|| corrupt("status"))?;
        let hold = match (stored.hold_until, stored.hold_reason.as_deref()) {
            (Some(until), Some(reason)) => {
                Some(Hold { until, reason: HoldReason::parse(reason).ok_or_else(|| corrupt("reason"))? })
            }
            _ => None,
        };
        let open_responses = u32::try_from(stored.open_responses).map_err(|_| corrupt("count"))?;
        let life = Life::new(municipality.code.clone(), product.code.clone(), stored.waiting_since)
            .returned(row.returned_on)
            .restore(status, open_responses, hold)
            .map_err(Error::internal)?;
        let terms = row.terms.map(|(needs_body_decision, first_help_soon)| ProductTerms {
            needs_body_decision,
            first_help_soon,
        });
        Ok(Self {
            id: stored.id,
            version: stored.version,
            code: ClientCode::parse(&stored.code).map_err(Error::internal)?,
            region_id,
            municipality,
            product,
            norm,
            until_23,
            product_terms: terms.unwrap_or_default(),
            pc4: stored.pc4.map(parse_pc4).transpose()?,
            birth,
            alternatives: Vec::new(),
            referrer: ReferrerKind::parse(&stored.referrer).ok_or_else(|| corrupt("referrer"))?,
            referred_on: stored.referred_on,
            decided_on: stored.decided_on,
            body_decided_on: stored.body_decided_on,
            plan_made_on: row.plan_made_on,
            urgency: Urgency::parse(&stored.urgency).ok_or_else(|| corrupt("urgency"))?,
            measure: stored.measure,
            analysis_made: stored.analysis_made,
            first_choice: FirstChoice::parse(&stored.first_choice).ok_or_else(|| corrupt("choice"))?,
            possibly_wlz: stored.possibly_wlz,
            authority_elsewhere: stored.authority_elsewhere,
            needs: stored.needs.split(',').filter_map(Need::parse).collect::<NeedSet>(),
            wanted: Vec::new(),
            excluded: Vec::new(),
            max_distance_km: stored
                .max_distance_km
                .map(|km| u16::try_from(km).map_err(|_| corrupt("distance")))
                .transpose()?,
            bridging_wanted: stored.bridging_wanted,
            note: stored.note,
            life,
            hold,
            registered_at: stored.registered_at.and_utc(),
            organisation_id: stored.organisation_id,
            closed_at: stored.closed_at.map(|at| at.and_utc()),
            stripped_at: stored.stripped_at.map(|at| at.and_utc()),
        })
    }
}

fn parsed<T: std::str::FromStr>(text: &str, what: &str) -> Result<T> {
    text.parse().map_err(|_| corrupt(what))
}

fn parse_pc4(number: i32) -> Result<Pc4> {
    let number = u16::try_from(number).map_err(|_| corrupt("postcode"))?;
    Pc4::from_number(number).map_err(|_| corrupt("postcode"))
}

#[derive(Queryable)]
pub(super) struct TimelineRow {
    at: NaiveDateTime,
    day: NaiveDate,
    event: String,
    from_status: String,
    to_status: String,
    reason: String,
    note: Option<String>,
    detail: Option<String>,
    by_name: String,
    by_organisation: String,
}

impl TryFrom<TimelineRow> for TimelineLine {
    type Error = Error;

    fn try_from(row: TimelineRow) -> Result<Self> {
        let status = |code: &str| ClientStatus::parse(code).ok_or_else(|| corrupt("status"));
        Ok(Self {
            at: row.at.and_utc(),
            day: row.day,
            kind: LineKind::parse(&row.event).ok_or_else(|| corrupt("line"))?,
            from: status(&row.from_status)?,
            to: status(&row.to_status)?,
            reason: row.reason,
            reason_words: None,
            note: row.note,
            detail: row.detail,
            by_name: row.by_name,
            by_organisation: row.by_organisation,
        })
    }
}

#[derive(Queryable)]
pub(super) struct SettingRow {
    _region_id: i64,
    smallest_group: i32,
    referrers_register: bool,
    retention_months: i32,
    version: i32,
    answer_days: i32,
    urgent_answer_days: i32,
    escalate_days: i32,
    consequences: String,
    ladder: String,
}

impl SettingRow {
    pub(super) fn with_closing_days(self, closing_days: Vec<NaiveDate>) -> Result<ListSettings> {
        let size = u16::try_from(self.smallest_group).map_err(|_| corrupt("group size"))?;
        Ok(ListSettings {
            version: self.version,
            group_size: GroupSize::new(size).map_err(Error::internal)?,
            referrers_register: self.referrers_register,
            retention_months: u32::try_from(self.retention_months).map_err(|_| corrupt("term"))?,
            closing_days,
            terms: AnswerTerms {
                regular: working_days(self.answer_days)?,
                urgent: working_days(self.urgent_answer_days)?,
                escalate_after: working_days(self.escalate_days)?,
            },
            consequences: Consequences::parse_codes(&self.consequences),
            ladder: if self.ladder.is_empty() {
                Ladder::default()
            } else {
                Ladder::parse_lines(&self.ladder).map_err(Error::internal)?
            },
        })
    }
}

fn working_days(days: i32) -> Result<WorkingTime> {
    u16::try_from(days).map(WorkingTime::Days).map_err(|_| corrupt("term"))
}

/// What registering for a product needs to know of it.
#[derive(Debug, Clone, Queryable)]
pub(in super::super) struct ProductRow {
    pub(in super::super) id: i64,
    pub(in super::super) code: String,
    kind: String,
    min_age: i32,
    max_age: i32,
    valid_from: Option<NaiveDate>,
    valid_until: Option<NaiveDate>,
}

impl ProductRow {
    pub(in super::super) fn rules(&self) -> Result<ProductRules> {
        let age = |years: i32| u8::try_from(years).map_err(|_| corrupt("age"));
        Ok(ProductRules {
            ages: AgeRange::new(age(self.min_age)?, age(self.max_age)?).map_err(Error::internal)?,
            kind: ProductKind::parse(&self.kind).ok_or_else(|| corrupt("kind"))?,
        })
    }

    pub(in super::super) fn validity(&self) -> Result<Validity> {
        Validity::new(self.valid_from, self.valid_until).map_err(Error::internal)
    }
}
