//! One waiting client: what is known, how it stands, what can be done, and what happened.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDate;
use rules::waiting::life::EventKind;

use super::{SECTION, Tabs};
use crate::error::Result;
use crate::waiting_list::clients::actions;
use crate::waiting_list::clients::model::{LineKind, TimelineLine, WaitingClient};
use crate::waiting_list::clients::standing::Standing;
use crate::waiting_list::clients::steps::OwnStep;
use crate::waiting_list::clients::words::words_of;
use crate::web::context::Context;
use crate::web::fields::Length;
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::page::{Page, html};

#[derive(Template)]
#[template(path = "waiting_list/clients/pages/client.html")]
pub struct ClientPage {
    pub page: Page,
    pub tabs: Tabs,
    pub client: WaitingClient,
    pub standing: Standing,
    pub today: NaiveDate,
    pub facts: Vec<(&'static str, String)>,
    pub steps: Vec<OwnStep>,
    /// The newest first.
    pub lines: Vec<TimelineLine>,
    pub done: Option<String>,
}

impl ClientPage {
    /// What the wait is, in words.
    pub fn wait(&self) -> String {
        let since = format::date(self.client.life.waiting_since());
        match self.standing.waited.weeks() {
            None => "De wachttijd telt pas vanaf de beschikking.".to_owned(),
            Some(_) if self.client.status().is_closed() => {
                format!("{} gewacht, vanaf {since}.", self.standing.weeks())
            }
            Some(_) => match self.client.life.returned_on() {
                Some(day) => format!(
                    "Wacht {} op een andere plek, sinds {}. De eerste wachtdatum was {since}.",
                    self.standing.weeks(),
                    format::date(day)
                ),
                None => format!("Wacht {}, sinds {since}.", self.standing.weeks()),
            },
        }
    }

    /// Whether care started while a body had still to decide, and its decision can be filled in.
    pub fn lacks_decision(&self) -> bool {
        self.client.status().is_closed() && self.standing.owes_decision()
    }

    pub fn responses(&self) -> Option<String> {
        match self.client.life.open_responses() {
            0 => None,
            1 => Some("Er is 1 open reactie".to_owned()),
            count => Some(format!("Er zijn {count} open reacties")),
        }
    }

    pub fn hold(&self) -> Option<String> {
        self.client.hold.map(|hold| {
            let ended = if hold.until < self.today { ", de termijn is voorbij" } else { "" };
            // In the words of when the pause was written down.
            let held = self.lines.iter().find(|line| line.kind == LineKind::Step(EventKind::Held));
            let words = held.map_or(hold.reason.name(), TimelineLine::reason_name);
            let reason = rules::dutch::in_sentence(words);
            format!("Gepauzeerd tot en met {} ({reason}){ended}.", format::date(hold.until))
        })
    }
}

pub async fn show(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let done = query.optional_text("gedaan", Length(1, 120));
    query.finish(())?;
    let (code, today) = (path.into_inner(), ctx.today());
    let (client, standing, mut lines) = ctx
        .db(move |conn, actor, now| {
            let client = actions::view_for_toegang(conn, actor, now, &code)?;
            let standing = actions::find_standing(conn, actor, &client, today)?;
            let lines = actions::list_timeline(conn, &client)?;
            Ok((client, standing, lines))
        })
        .await?;
    lines.reverse();
    html(&ClientPage {
        page: Page::new(&ctx, SECTION),
        tabs: Tabs::new(client.code, ""),
        steps: OwnStep::ALL.into_iter().filter(|step| step.is_possible(&client)).collect(),
        facts: words_of(&client, today),
        client,
        standing,
        today,
        lines,
        done,
    })
}
