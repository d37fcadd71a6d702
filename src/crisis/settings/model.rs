//! The crisis point of a region, and its lists.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use rules::codes::MunicipalityCode;
use rules::crisis::codes::{CategoryList, ProvisionKind, Urgency};
use rules::crisis::routing::{Home, Route, RouteReason, Served, route};
use rules::crisis::urgency_terms::{TermEnd, UrgencyTerms};
use rules::crisis::{codes::Handler, routing::AskedKind};
use rules::working_hours::OpeningHours;
use rules::working_hours::holidays::{HolidayChoice, LiberationDay};
use serde::Serialize;

use crate::clock::{dutch_time, moment_of_dutch_time};
use crate::error::{Error, Result};

/// Crisispunt of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrisisPoint {
    pub id: i64,
    pub region_id: i64,
    pub name: String,
    pub phone: String,
    pub after_hours_name: String,
    pub after_hours_phone: String,
    /// The provider that hosts the desk, if one does.
    pub host_provider_id: Option<i64>,
    pub opens: NaiveTime,
    pub closes: NaiveTime,
    pub holidays: HolidayChoice,
    pub terms: UrgencyTerms,
    /// How long a place is kept for a child.
    pub hold_minutes: u32,
    /// Days from admission until evaluation and perspectiefplan are due.
    pub evaluation_days: u32,
    /// How many days ambulant help lasts at most.
    pub ambulant_days: u32,
    /// After how many months a closed record is stripped.
    pub retention_months: u32,
    pub version: i32,
    pub municipalities: Vec<PointMunicipality>,
    pub closing_days: Vec<ClosingDay>,
}

/// What the point does for a municipality, and who does what it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PointMunicipality {
    pub id: i64,
    pub code: MunicipalityCode,
    pub name: String,
    pub ambulant: bool,
    pub stay: bool,
    pub own_team: Option<OwnTeam>,
}

/// Eigen team of a municipality.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OwnTeam {
    pub name: String,
    pub phone: String,
}

/// Sluitingsdag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClosingDay {
    pub on: NaiveDate,
    pub reason: String,
}

/// Who must handle a request, and how to reach them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referral {
    pub handler: Handler,
    pub reason: RouteReason,
    /// Whom to call: not for the point itself, nor for a region that is not known here.
    pub contact: Option<OwnTeam>,
}

impl CrisisPoint {
    /// When the point is open: Monday to Friday, without Dutch holidays and its own closing days.
    pub fn hours(&self) -> Result<OpeningHours> {
        const WORKING_DAYS: [Weekday; 5] =
            [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];
        let hours = OpeningHours::new(self.opens, self.closes, &WORKING_DAYS, self.holidays)
            .map_err(Error::internal)?;
        Ok(hours.closed_on(self.closing_days.iter().map(|day| day.on).collect::<BTreeSet<_>>()))
    }

    pub fn is_open(&self, at: DateTime<Utc>) -> Result<bool> {
        Ok(self.hours()?.is_open(dutch_time(at)))
    }

    pub fn municipality(&self, id: i64) -> Option<&PointMunicipality> {
        self.municipalities.iter().find(|municipality| municipality.id == id)
    }

    /// Who must handle what is asked for a child of this municipality; without one it lives outside the region.
    pub fn route(&self, at: DateTime<Utc>, municipality: Option<i64>, asked: AskedKind) -> Result<Referral> {
        let home =
            municipality.map_or(Home::Outside, |id| {
                Home::Inside(self.municipality(id).map_or_else(Served::default, |found| Served {
                    ambulant: found.ambulant,
                    stay: found.stay,
                }))
            });
        let Route { handler, reason } = route(dutch_time(at), &self.hours()?, home, asked);
        Ok(Referral { handler, reason, contact: self.contact(handler, municipality) })
    }

    /// Whom to call when this one handles a request for a child of this municipality.
    pub fn contact(&self, handler: Handler, municipality: Option<i64>) -> Option<OwnTeam> {
        match handler {
            Handler::Point | Handler::OwnRegion => None,
            Handler::OwnTeam => {
                municipality.and_then(|id| self.municipality(id)).and_then(|found| found.own_team.clone())
            }
            Handler::NightService => {
                Some(OwnTeam { name: self.after_hours_name.clone(), phone: self.after_hours_phone.clone() })
            }
        }
    }

    /// By when there is help for what came in at this moment.
    pub fn help_by(&self, received: DateTime<Utc>, urgency: Urgency) -> Result<DateTime<Utc>> {
        Ok(moment(self.terms.help_by(dutch_time(received), urgency, &self.hours()?), received))
    }

    /// By when a provider answers what is offered at this moment.
    pub fn answer_by(&self, offered: DateTime<Utc>, urgency: Urgency) -> Result<DateTime<Utc>> {
        Ok(moment(self.terms.answer_by(dutch_time(offered), urgency, &self.hours()?), offered))
    }
}

fn moment(end: TermEnd, from: DateTime<Utc>) -> DateTime<Utc> {
    match end {
        TermEnd::At(local) => moment_of_dutch_time(local),
        TermEnd::After(time) => from + Duration::minutes(time.num_minutes()),
    }
}

/// A time of day as minutes after midnight, as it is stored.
pub fn minute_of(time: NaiveTime) -> i32 {
    i32::try_from(time.num_seconds_from_midnight() / 60).unwrap_or_default()
}

/// The time of day that is stored as minutes after midnight.
pub fn time_of(minute: i32) -> Result<NaiveTime> {
    u32::try_from(minute)
        .ok()
        .and_then(|minute| NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0))
        .ok_or_else(|| Error::internal("a time of day in the database is not one"))
}

/// Which days that are not a day off everywhere the point keeps.
pub(super) fn holiday_choice(good_friday: bool, liberation_day: &str) -> Result<HolidayChoice> {
    let liberation_day = LiberationDay::parse(liberation_day)
        .ok_or_else(|| Error::internal("unknown choice for 5 May in the database"))?;
    Ok(HolidayChoice { liberation_day, good_friday })
}

/// Item of a category list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListItem {
    #[serde(skip)]
    pub id: i64,
    #[serde(serialize_with = "list_code")]
    pub list: CategoryList,
    pub code: String,
    pub name: String,
    /// What the program does with it, such as `acuut` for a question of triage or `verblijf` for what is asked.
    pub effect: Option<String>,
    pub sort: i32,
    pub valid_from: Option<NaiveDate>,
    pub valid_to: Option<NaiveDate>,
    #[serde(skip)]
    pub version: i32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn list_code<S: serde::Serializer>(
    list: &CategoryList,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(list.code())
}

impl ListItem {
    /// Whether it can be chosen on this day.
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| to >= day)
    }

    /// Of a note for a group: the notes it does not go together with, as far as they are kept here. Which of the two keeps
    /// a pair makes no difference.
    pub fn clashes(&self) -> impl Iterator<Item = &str> {
        let kept = self.effect.as_deref().filter(|_| self.list == CategoryList::Group);
        kept.unwrap_or_default().split(',').map(str::trim).filter(|code| !code.is_empty())
    }
}

/// How the notes that a note does not go together with are kept: none when there are none.
pub(super) fn kept_clashes<'a>(codes: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let codes: Vec<&str> = codes.into_iter().collect();
    (!codes.is_empty()).then(|| codes.join(","))
}

/// The items of all lists of a region, also those that ended: records still hold their codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lists(pub Vec<ListItem>);

impl Lists {
    /// The items of one list, in the order of the region.
    pub fn of(&self, list: CategoryList) -> impl Iterator<Item = &ListItem> {
        self.0.iter().filter(move |item| item.list == list)
    }

    /// What can be chosen on this day.
    pub fn choices(&self, list: CategoryList, day: NaiveDate) -> impl Iterator<Item = &ListItem> {
        self.of(list).filter(move |item| item.is_valid_on(day))
    }

    pub fn find(&self, list: CategoryList, code: &str) -> Option<&ListItem> {
        self.of(list).find(|item| item.code == code)
    }

    /// The item that the program acts on.
    pub fn with_effect(&self, list: CategoryList, effect: &str, day: NaiveDate) -> Option<&ListItem> {
        self.choices(list, day).find(|item| item.effect.as_deref() == Some(effect))
    }

    /// The notes for a group that do not go together, in pairs.
    pub fn clashes(&self) -> Vec<(String, String)> {
        let pairs = self
            .of(CategoryList::Group)
            .flat_map(|item| item.clashes().map(|other| (item.code.clone(), other.to_owned())));
        pairs.collect()
    }

    /// With which notes this one does not go together.
    pub fn clashing_with(&self, code: &str) -> BTreeSet<String> {
        let seen_from = |(one, other): (String, String)| {
            if one == code { Some(other) } else { (other == code).then_some(one) }
        };
        self.clashes().into_iter().filter_map(seen_from).collect()
    }

    /// How the region words a code; the code itself when it is no longer in the list.
    pub fn name<'a>(&'a self, list: CategoryList, code: &'a str) -> &'a str {
        self.find(list, code).map_or(code, |item| &item.name)
    }

    /// What kind of help an item of `vraag` asks for.
    pub fn asked_kind(&self, code: &str) -> AskedKind {
        if self.asked_stay(code).is_some() {
            return AskedKind::Stay;
        }
        self.asked_effect(code).and_then(AskedKind::parse).unwrap_or(AskedKind::Ambulant)
    }

    /// The kind of place an item of `vraag` asks for, if it names one.
    pub fn asked_stay(&self, code: &str) -> Option<ProvisionKind> {
        self.asked_effect(code).and_then(ProvisionKind::parse).filter(|kind| kind.is_stay())
    }

    fn asked_effect(&self, code: &str) -> Option<&str> {
        self.find(CategoryList::Asked, code).and_then(|item| item.effect.as_deref())
    }
}

/// What the program does with an item of a list, for lists where it does something.
pub fn effects(list: CategoryList) -> &'static [(&'static str, &'static str)] {
    match list {
        CategoryList::Asked => &[
            ("ambulant", "Ambulante hulp"),
            ("verblijf", "Verblijf"),
            ("crisisbed", "Verblijf in een crisisbed"),
            ("pleegzorg", "Verblijf in crisispleegzorg"),
        ],
        CategoryList::Triage => &[("acuut", "Ja maakt de aanvraag acuut")],
        CategoryList::NoneReason => &[
            ("eigen-team", "Een eigen team pakt het op"),
            ("24-uursdienst", "De 24-uursdienst pakt het op"),
            ("eigen-regio", "Het kind woont buiten de regio"),
        ],
        _ => &[],
    }
}
