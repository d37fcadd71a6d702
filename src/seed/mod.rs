//! Oefenregio's (demonstration regions): read from the CSV files in `seed/`, with a year of history made up to
//! lead to them.

mod casework;
mod crisis_cases;
mod crisis_live;
mod crisis_turns;
mod files;
mod history;
mod responses;
mod store;
#[cfg(test)]
mod tests;
mod waiting;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc, Weekday};
use rules::crisis::quarter::Quarter;
use rules::disclosure::edition::Method;
use rules::freshness::FreshnessTerms;
use rules::reminders::{ReminderKind, ReminderTerms, due_reminder};
use serde::Serialize;

use self::crisis_live::Desk;
use self::crisis_turns::Turns;
use self::files::{Files, Line, Offer, User};
use self::history::{Entry, Source};
use self::store::{Ids, PastReminder};
use crate::actor::{Actor, Role, Scope};
use crate::audit::{self, Event};
use crate::clock::dutch_day;
use crate::crisis::distribution::shares::list_shares;
use crate::crisis::registration::actions::{AsRead, Place, write_quarter, write_record};
use crate::crisis::registration::model::RecordLine;
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::organisations::model::NewOrganisation;
use crate::identity::second_factor::actions::{code_at, give, is_needed};
use crate::identity::users::actions::{self as users, Secret};
use crate::identity::users::model::{NewUser, User as Account};
use crate::identity::vault::Vault;
use crate::product_book::common::touch_book;
use crate::reports::quarterly::publishing::write_publication;

/// A sign-in of the demonstration, made at seeding and shown, never kept in the repository.
#[derive(Debug, Clone, Serialize)]
pub struct SignIn {
    pub name: String,
    /// For a service account its secret.
    pub password: String,
    pub display_name: String,
    pub organisation: String,
    pub roles: Vec<String>,
    /// The secret of the second factor, for an app.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totp: Option<String>,
    /// What an app shows at this moment.
    #[serde(skip)]
    pub code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// Whether there is no region yet.
pub fn is_empty(conn: &mut Connection) -> Result<bool> {
    Ok(!store::has_region(conn)?)
}

/// Whether the demonstration has its two years of crisis cases, and what was done for those who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrisisCases {
    TwoYears,
    None,
}

/// Fills an empty database with the demonstration regions as they would be at this moment: all of it, or nothing. What
/// people did for those who wait comes after it, by the same actions as theirs.
pub fn demonstration(
    conn: &mut Connection,
    vault: &Vault,
    now: DateTime<Utc>,
    cases: CrisisCases,
) -> Result<Vec<SignIn>> {
    let (files, flevoland) = (Files::read()?, Files::read_flevoland()?);
    let offers = offers_with_history(&files, now)?;
    let mut sign_ins = db::write(conn, |conn| {
        if !is_empty(conn)? {
            return Err(Error::Conflict(
                "Er is al een regio. De oefenregio past alleen in een lege database.".into(),
            ));
        }
        let ids = store::insert_book(conn, &files)?;
        store::insert_offers(conn, &ids, &offers)?;
        let actor = Actor::command_line();
        audit::record(conn, &actor, now, &Event::done("oefenregio-laden", "regio", ids.region))?;
        let first_point = store::insert_crisis_point(conn, &ids, &files.crisis)?;
        store::insert_shares_and_places(conn, &ids, &files.crisis, first_point, now)?;
        store::insert_roster(conn, (ids.region, first_point), dutch_day(now))?;
        // Users come after what makes them need a second factor.
        let mut sign_ins = create_users(conn, vault, now, &ids, &files)?;
        let second = store::insert_book(conn, &flevoland)?;
        let point = store::insert_crisis_point(conn, &second, &flevoland.crisis)?;
        store::insert_shares_and_places(conn, &second, &flevoland.crisis, point, now)?;
        sign_ins.extend(create_users(conn, vault, now, &second, &flevoland)?);
        store::insert_roster(conn, (second.region, point), dutch_day(now))?;
        if cases == CrisisCases::TwoYears {
            insert_crisis_cases(conn, now, &second, &crisis_live::FLEVOLAND)?;
            for desk in [&crisis_live::NOORD_VELUWE, &crisis_live::FLEVOLAND] {
                crisis_live::play(conn, now, desk)?;
            }
        }
        store::insert_reminders(conn, &ids, &past_reminders(&files, &offers, now))?;
        store::insert_reports(conn, now)?;
        store::insert_waiting(conn, &ids, &files, &waiting::clients(&files, now))?;
        store::end_some_contracts(conn, dutch_day(now))?;
        Ok(sign_ins)
    })?;
    if cases == CrisisCases::TwoYears {
        let names: Vec<&str> = files.users.iter().map(|line| line.row.name.as_str()).collect();
        casework::play(conn, now, &names)?;
    }
    // What was played made some providers see their first child.
    db::write(conn, |conn| sign_ins.iter_mut().try_for_each(|one| give_factor(conn, vault, now, one)))?;
    Ok(sign_ins)
}

/// How much of the country was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    pub municipalities: usize,
    pub postcodes: usize,
}

/// Adds the municipalities and postcodes of the country that are not there yet; what is there may have been changed since,
/// and stays as it is.
pub fn reference(conn: &mut Connection, now: DateTime<Utc>) -> Result<Added> {
    let (municipalities, postcodes) = files::read_reference()?;
    db::write(conn, |conn| {
        // First, because it makes others wait: of two at once the second sees what the first added.
        touch_book(conn)?;
        let added = store::insert_reference(conn, municipalities, postcodes)?;
        let event = Event::done("landgegevens-laden", "gemeente", "").change(
            None,
            &serde_json::json!({ "gemeenten": added.municipalities, "postcodes": added.postcodes }),
        )?;
        audit::record(conn, &Actor::command_line(), now, &event)?;
        Ok(added)
    })
}

/// Two years of crisis cases, by the road that a file takes, with how they were divided, and the quarters of which all is
/// known closed.
fn insert_crisis_cases(conn: &mut Connection, now: DateTime<Utc>, ids: &Ids, desk: &Desk) -> Result<()> {
    let (actor, region_id, today) = (Actor::command_line(), ids.region, dutch_day(now));
    let (lists, point) = (find_lists(conn, region_id)?, find_point(conn, region_id)?);
    let divides = desk.distributor(conn)?;
    let municipalities =
        point.municipalities.iter().map(|served| (served.code.to_string(), served.id)).collect();
    let mut turns = Turns::new(list_shares(conn, &divides)?, municipalities);
    let signatures = desk.signatures(conn)?;
    for case in crisis_cases::cases(today, &mut turns) {
        let code = case.code.as_str();
        for (number, line) in (1..).zip(case.lines) {
            let record = RecordLine { facts: case.facts.clone(), line: Some(line) };
            let place = Place { code, number, read: AsRead::Anything };
            write_record(conn, &actor, now, (region_id, &lists), place, &record)?;
        }
        store::insert_turns(conn, (&point, now), code, &case.turns, (&divides.signature(), &signatures))?;
    }
    // The quarter that just ended is still being completed.
    let newest = Quarter::of(today).previous().previous();
    let mut closed: Vec<Quarter> =
        std::iter::successors(Some(newest), |quarter| Some(quarter.previous())).take(6).collect();
    closed.reverse();
    for quarter in closed {
        write_quarter(conn, &actor, now, (region_id, quarter))?;
    }
    // A demonstration without a public edition is one still.
    if let Err(error) = write_publication(conn, &actor, now, (region_id, newest), Method::Rounded) {
        tracing::warn!(%error, "the newest quarter of the demonstration is not public");
    }
    Ok(())
}

fn offers_with_history(files: &Files, now: DateTime<Utc>) -> Result<Vec<(&Line<Offer>, Vec<Entry>)>> {
    let products: HashMap<_, _> = files.products.iter().map(|line| (&line.row.code, &line.row)).collect();
    let providers: HashMap<_, _> =
        files.providers.iter().map(|line| (&line.row.agb, line.row.name.as_str())).collect();
    let today = dutch_day(now);
    let mut offers = Vec::with_capacity(files.offers.len());
    for line in &files.offers {
        let offer = &line.row;
        let product =
            products.get(&offer.product).ok_or_else(|| line.error("this product is not in producten.csv"))?;
        let provider_name =
            providers.get(&offer.agb).ok_or_else(|| line.error("this provider is not in aanbieders.csv"))?;
        let product_ages = product.ages().map_err(|error| line.error(error))?;
        let present = offer.figures(product_ages, today).map_err(|error| line.error(error))?;
        let source = Source { offer, provider_name, product_ages, present: &present };
        let entries = history::past_year(&source, now).map_err(|violations| line.error(violations))?;
        offers.push((line, entries));
    }
    Ok(offers)
}

/// What providers have been reminded of, had this system been in use all along: those of which somebody can sign in got
/// a mail, and the account manager heard of who stayed silent.
fn past_reminders<'a>(
    files: &'a Files,
    offers: &[(&'a Line<Offer>, Vec<Entry>)],
    now: DateTime<Utc>,
) -> Vec<PastReminder<'a>> {
    let mut confirmed: BTreeMap<&str, Vec<Option<NaiveDate>>> = BTreeMap::new();
    for (line, entries) in offers {
        let last = line.row.confirmed_days_ago.and(entries.last());
        let day = last.map(|entry| dutch_day(entry.at.and_utc()));
        confirmed.entry(line.row.agb.as_ref()).or_default().push(day);
    }
    let (today, terms) = (dutch_day(now), FreshnessTerms::default());
    let waits = ReminderTerms { ageing_days: 3, escalate_days: 7 };
    let mut reminders = Vec::new();
    for (agb, confirmed) in confirmed {
        let reached =
            files.users.iter().any(|line| line.row.agb.as_ref().is_some_and(|own| own.as_ref() == agb));
        let mut past = Vec::new();
        for day in (1..=120).rev().map(|days| today - Days::new(days)) {
            if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
                continue;
            }
            if let Some(kind) = due_reminder(&confirmed, terms, waits, &past, day) {
                past.push((kind, day));
            }
        }
        reminders.extend(past.into_iter().map(|(kind, day)| PastReminder {
            agb,
            kind,
            day,
            offers: confirmed.len(),
            recipients: usize::from(reached || kind == ReminderKind::Escalated),
        }));
    }
    reminders
}

fn create_users(
    conn: &mut Connection,
    vault: &Vault,
    now: DateTime<Utc>,
    ids: &Ids,
    files: &Files,
) -> Result<Vec<SignIn>> {
    let region = files.region.row.code.as_str();
    files.users.iter().map(|line| create_user(conn, vault, now, (ids, region), line)).collect()
}

fn create_user(
    conn: &mut Connection,
    vault: &Vault,
    now: DateTime<Utc>,
    (ids, region): (&Ids, &str),
    line: &Line<User>,
) -> Result<SignIn> {
    let user = &line.row;
    let organisation = NewOrganisation {
        name: user.organisation.clone(),
        kind: user.kind,
        region_id: ids.region,
        provider_id: user.agb.as_ref().map(|agb| ids.provider(line, agb)).transpose()?,
        municipality_ids: user
            .municipalities
            .iter()
            .map(|code| ids.municipality(line, code))
            .collect::<Result<_>>()?,
    };
    let new = NewUser {
        name: user.name.clone(),
        display_name: user.display_name.clone(),
        email: Some(format!("{}@jeugdhulp-{region}.example", user.name)),
        roles: user.roles.clone(),
        scopes: Scope::ALL.to_vec(),
        organisation,
        demonstration: true,
    };
    let secret = users::create(conn, &Actor::command_line(), now, &new)?;
    let who = (new.name, new.display_name, new.organisation.name);
    sign_in(conn, vault, now, who, &new.roles, secret)
}

/// What somebody needs to sign in as this user: with a second factor, for roles that cannot do without.
fn sign_in(
    conn: &mut Connection,
    vault: &Vault,
    now: DateTime<Utc>,
    (name, display_name, organisation): (String, String, String),
    roles: &[Role],
    secret: Secret,
) -> Result<SignIn> {
    let mut made = SignIn {
        name,
        password: secret.text,
        display_name,
        organisation,
        roles: roles.iter().map(|role| role.code().to_owned()).collect(),
        totp: None,
        code: None,
        client_id: secret.client_id,
    };
    give_factor(conn, vault, now, &mut made)?;
    Ok(made)
}

/// Gives a second factor to who cannot do without and has none yet.
fn give_factor(conn: &mut Connection, vault: &Vault, now: DateTime<Utc>, to: &mut SignIn) -> Result<()> {
    if to.totp.is_none() && is_needed(conn, &to.name)? {
        let totp = give(conn, vault, now, &to.name)?;
        to.code = Some(code_at(&totp, now)?);
        to.totp = Some(totp);
    }
    Ok(())
}

/// Gives every demonstration user a new password and second factor, at each start of the demonstration.
pub fn renew_sign_ins(conn: &mut Connection, vault: &Vault, now: DateTime<Utc>) -> Result<Vec<SignIn>> {
    let mut sign_ins = Vec::new();
    for user in users::list_all(conn)?.into_iter().filter(|user| user.demonstration) {
        let Account { name, display_name, organisation, roles, .. } = user;
        let secret = users::reset_password(conn, &Actor::command_line(), now, &name)?;
        let made = db::write(conn, |conn| {
            sign_in(conn, vault, now, (name, display_name, organisation), &roles, secret)
        })?;
        sign_ins.push(made);
    }
    Ok(sign_ins)
}
