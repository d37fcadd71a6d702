//! What the people of the demonstration did for those who wait: bridging care, steps of mediation, proposals that were kept, questions,
//! and responses that nobody answered. Through the actions of each feature, in working hours of the past weeks, so that
//! nothing stands here that the program itself would refuse.

use std::sync::Arc;

use chrono::{DateTime, Datelike, Days, NaiveTime, Utc, Weekday};
use rules::violations::Violations;
use rules::waiting::life::{ClientStatus, EndBridgingReason};
use rules::waiting::mediation::StepOutcome;
use rules::waiting::note::Note;
use rules::waiting::questions::{Answer, Question};
use rules::waiting::reasons::Reason;

use super::store;
use crate::actor::{Actor, Role};
use crate::availability::supply::Supply;
use crate::availability::supply::snapshot::Snapshot;
use crate::clock::{dutch_day, moment_of_dutch_time};
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::identity::users::actions::find_identity_by_name;
use crate::matching::bridging::actions::{StartDraft, propose as propose_bridging, start as start_bridging};
use crate::matching::proposals::actions::{ask_provider, keep};
use crate::matching::region::live::Plans;
use crate::waiting_list::bridging::actions::{Change, change as change_bridging};
use crate::waiting_list::clients::actions::{find_for_toegang, list_open};
use crate::waiting_list::mediation::actions::{close_step, list_cases, take_step};
use crate::waiting_list::responses::actions::{Party, list_of_client};
use crate::waiting_list::responses::chasing::chase;
use crate::waiting_list::responses::questions::{answer, ask};

/// Where links in mails of the demonstration go.
const URL: &str = "http://127.0.0.1:8080";

/// How many days ago each step of mediation was begun and closed.
const STEPS: [(u64, u64); 3] = [(26, 20), (19, 12), (11, 3)];

/// Whoever waited so long had passed every norm.
const LONG_WAIT_DAYS: i64 = 120;

/// The people of a region, and what they look at.
struct Cast {
    now: DateTime<Utc>,
    snapshot: Arc<Snapshot>,
    plans: Plans,
    people: Vec<Actor>,
}

/// Plays it for the users with these names.
pub(super) fn play(conn: &mut Connection, now: DateTime<Utc>, names: &[&str]) -> Result<()> {
    let supply = Supply::default();
    supply.refresh(conn, dutch_day(now))?;
    let mut people = Vec::new();
    for name in names {
        let identity = find_identity_by_name(conn, name)?;
        people.extend(identity.map(|found| Actor { identity: Some(found), ..Actor::command_line() }));
    }
    let cast = Cast { now, snapshot: supply.current()?, plans: Plans::default(), people };
    cast.mediate(conn)?;
    cast.remember_places(conn)?;
    cast.bridge(conn)?;
    cast.propose(conn)?;
    cast.talk(conn)?;
    store::let_some_responses_lapse(conn, dutch_day(now))?;
    chase(conn, now, URL)?;
    Ok(())
}

/// What the program refuses is left out; anything else that goes wrong is an error.
fn if_it_may<T>(done: Result<T>) -> Result<Option<T>> {
    match done {
        Ok(value) => Ok(Some(value)),
        Err(Error::Conflict(_) | Error::Collision(_) | Error::NotFound(_) | Error::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

fn plain<R: rules::waiting::reasons::ReasonCode>(code: R) -> Result<Reason<R>> {
    Reason::new(code, None).map_err(Error::internal)
}

impl Cast {
    /// Half past ten, so many days ago or on the working day before that.
    fn days_ago(&self, days: u64) -> DateTime<Utc> {
        let mut day = dutch_day(self.now) - Days::new(days);
        while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            day = day - Days::new(1);
        }
        let half_past_ten = NaiveTime::MIN + chrono::TimeDelta::minutes(630);
        moment_of_dutch_time(day.and_time(half_past_ten)).min(self.now)
    }

    fn in_role(&self, role: Role) -> Result<&Actor> {
        self.people.iter().find(|one| one.has_role(role)).ok_or(Error::NotFound("gebruiker"))
    }

    /// Those of the toegang that answers for a client.
    fn team_of(&self, conn: &mut Connection, code: &str) -> Result<Option<&Actor>> {
        for team in self.people.iter().filter(|one| one.has_role(Role::Toegang)) {
            if if_it_may(find_for_toegang(conn, team, code))?.is_some() {
                return Ok(Some(team));
            }
        }
        Ok(None)
    }

    /// The codes of who waited past a norm at a moment.
    fn past_norm(&self, conn: &mut Connection, at: DateTime<Utc>) -> Result<Vec<String>> {
        let cases = list_cases(conn, self.in_role(Role::AccountManager)?, at, &self.snapshot)?;
        Ok(cases.into_iter().map(|case| case.code).collect())
    }

    /// Every rung of the ladder has somebody on it.
    fn mediate(&self, conn: &mut Connection) -> Result<()> {
        let (manager, experts) = (self.in_role(Role::AccountManager)?, self.in_role(Role::ExpertTeam)?);
        let begun_first = self.days_ago(STEPS[0].0);
        for (number, code) in self.past_norm(conn, begun_first)?.iter().enumerate() {
            let Some(team) = self.team_of(conn, code)? else { continue };
            // From one step begun to three steps closed, in turn.
            let (begun, last_is_closed) = (1 + number % 6 / 2, number % 2 == 1);
            for (place, (owner, (from, until))) in [team, manager, experts].into_iter().zip(STEPS).enumerate()
            {
                if place >= begun {
                    break;
                }
                let taken = take_step(conn, owner, self.days_ago(from), code);
                if if_it_may(taken)?.is_none() {
                    break;
                }
                if place + 1 < begun || last_is_closed {
                    let outcome = (StepOutcome::NoPlace, None);
                    if_it_may(close_step(conn, owner, self.days_ago(until), code, outcome))?;
                }
            }
        }
        Ok(())
    }

    /// Steps that ended with a place, for some who had one agreed after a long wait. The place was agreed before today's program
    /// could see to it, so they are written as they would stand.
    fn remember_places(&self, conn: &mut Connection) -> Result<()> {
        for agreed in store::list_agreed_after(conn, LONG_WAIT_DAYS)?.into_iter().step_by(2).take(12) {
            let Some(identity) = self.team_of(conn, &agreed.code)?.and_then(|team| team.identity.as_ref())
            else {
                continue;
            };
            store::insert_found_step(conn, &agreed, (&identity.display_name, &identity.organisation_name))?;
        }
        Ok(())
    }

    /// Care that runs, that ended and that is planned.
    fn bridge(&self, conn: &mut Connection) -> Result<()> {
        for (number, code) in self.past_norm(conn, self.now)?.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
            let Some(team) = self.team_of(conn, code)? else { continue };
            let at = self.days_ago(2);
            let found = propose_bridging(conn, team, at, &self.snapshot, code)?;
            let Some(offer) = found.offers.into_iter().flatten().next().map(|line| line.offer) else {
                continue;
            };
            let today = dutch_day(self.now);
            let starts_on = if number % 6 == 4 { today + Days::new(6) } else { today - Days::new(20) };
            let mut none = Violations::new();
            let draft = StartDraft {
                agb: offer.agb,
                product: offer.product_code,
                starts_on,
                note: Note::check("toelichting", Some("Een keer in de week."), None, today, &mut none),
            };
            let Some(care) = if_it_may(start_bridging(conn, team, at, (&self.snapshot, URL), code, draft))?
            else {
                continue;
            };
            if number % 6 == 2 {
                let ending =
                    Change::End { on: today - Days::new(1), reason: plain(EndBridgingReason::FamilyStops)? };
                let key = (care.id, care.version);
                if_it_may(change_bridging(conn, team, self.days_ago(1), URL, code, key, ending))?;
            }
        }
        Ok(())
    }

    /// Proposals that were kept, and the best provider of some of them asked.
    fn propose(&self, conn: &mut Connection) -> Result<()> {
        let with = (&self.snapshot, &self.plans);
        for (number, code) in self.past_norm(conn, self.now)?.iter().enumerate().filter(|(n, _)| n % 4 == 1) {
            let Some(team) = self.team_of(conn, code)? else { continue };
            let at = self.days_ago(1);
            let Some((_, proposal)) = if_it_may(keep(conn, team, at, with, code, false))? else { continue };
            let best = proposal.can.first().map(|line| line.offer.offer_id).filter(|_| number % 8 == 1);
            if let Some(offer_id) = best {
                if_it_may(ask_provider(conn, team, at, (&self.snapshot, URL), code, offer_id))?;
            }
        }
        Ok(())
    }

    /// Questions about what is being weighed, some with their answer.
    fn talk(&self, conn: &mut Connection) -> Result<()> {
        let today = dutch_day(self.now);
        for team in self.people.iter().filter(|one| one.has_role(Role::Toegang)) {
            for listed in list_open(conn, team, today)? {
                if listed.client.status() != ClientStatus::UnderConsideration {
                    continue;
                }
                let code = listed.client.code.to_string();
                let (_, responses) = list_of_client(conn, team, self.now, &code)?;
                for response in responses.iter().filter(|one| one.is_open() && one.id % 2 == 0) {
                    let question = plain(Question::EarlierStart)?;
                    let who = (Party::Toegang(&code), response.id);
                    if_it_may(ask(conn, team, self.now, URL, who, &question))?;
                    let theirs = Some(response.provider.id);
                    let Some(provider) = self.people.iter().find(|one| one.provider_id() == theirs) else {
                        continue;
                    };
                    let asked = crate::waiting_list::responses::questions::list_questions(conn, response)?;
                    if let Some(question) = asked.first() {
                        let which = (Party::Provider, response.id, question.id);
                        if_it_may(answer(conn, provider, self.now, URL, which, &plain(Answer::Yes)?))?;
                    }
                    let theirs = (Party::Provider, response.id);
                    if_it_may(ask(conn, provider, self.now, URL, theirs, &plain(Question::DecisionReady)?))?;
                }
            }
        }
        Ok(())
    }
}
