//! Asking providers to respond to what a run proposes. Nothing else changes by it: the provider responds as to anybody on
//! the list, and the toegang and the family choose.

use std::collections::BTreeMap;

use askama::Template;
use chrono::{DateTime, Days, Utc};
use serde::Serialize;

use super::actions::find_run;
use super::model::{Line, Part, ShownRequest};
use super::since::Since;
use super::store;
use crate::actor::Actor;
use crate::audit::{self, Event};
use crate::availability::supply::snapshot::Snapshot;
use crate::db::{self, Connection};
use crate::error::{Error, Result};
use crate::identity::recipients::list_of_provider;
use crate::notifications::actions::enqueue;
use crate::notifications::model::Mail;
use crate::waiting_list::access_log::actions::record;
use crate::waiting_list::access_log::model::{Access, AccessKind};
use crate::waiting_list::open_list::actions::show_clients;
use crate::web::format;

/// For how long a provider is asked.
const ASKED_FOR: Days = Days::new(14);

#[derive(Template)]
#[template(path = "matching/runs/mail.html")]
struct AskedHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    lines: &'a [String],
    url: &'a str,
}

#[derive(Template)]
#[template(path = "matching/runs/mail.txt")]
struct AskedText<'a> {
    subject: &'a str,
    lines: &'a [String],
    url: &'a str,
}

/// What the audit keeps: the run, and which clients and offers.
#[derive(Serialize)]
struct Recorded {
    run: i32,
    asked: Vec<(String, i64)>,
}

/// Asks the providers of the places that a run proposes for these clients, by their codes: all of them, or none.
pub fn ask(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    (snapshot, public_url): (&Snapshot, &str),
    number: i32,
    codes: &[String],
) -> Result<usize> {
    let identity = actor.identity.as_ref().ok_or(Error::Forbidden)?;
    let by = (identity.display_name.as_str(), identity.organisation_name.as_str());
    let ends_at = now.checked_add_days(ASKED_FOR).unwrap_or(now);
    db::write(conn, |conn| {
        let run = find_run(conn, actor, number)?;
        // Of two who ask about one child at once, from whatever run, the second sees what the first asked.
        let stored: Vec<String> = codes.iter().map(|code| code.replace('-', "")).collect();
        store::lock_clients(conn, run.id, &stored)?;
        let lines = store::list_lines(conn, run.id, Part::Placed)?;
        let since = Since::read(conn, &lines)?;
        let chosen = choose(&since, &lines, snapshot, codes, now)?;
        let mut by_provider: BTreeMap<i64, usize> = BTreeMap::new();
        let mut recorded = Recorded { run: number, asked: Vec::new() };
        for line in chosen {
            let Some(offer) = line.offer_id.and_then(|id| snapshot.find_offer(id)) else { continue };
            let of = (run.id, line.client_id, offer.id);
            store::save_request(conn, of, (now.naive_utc(), ends_at.naive_utc()), by)?;
            *by_provider.entry(snapshot.provider(offer).id).or_default() += 1;
            let code = since.clients.get(&line.client_id).map(|client| client.code.to_string());
            recorded.asked.push((code.unwrap_or_default(), offer.id));
        }
        for (provider_id, count) in by_provider {
            for reader in list_of_provider(conn, provider_id)? {
                enqueue(conn, now, &mail(count, ends_at, public_url, &reader.email)?)?;
            }
        }
        let access = Access::new(AccessKind::AskProviders)
            .clients(recorded.asked.iter().map(|(code, _)| code.replace('-', "")))
            .object(number);
        record(conn, actor, now, &access)?;
        let event = Event::done("aanbieders-vragen", "regionaal-voorstel", number).change(None, &recorded)?;
        audit::record(conn, actor, now, &event)?;
        Ok(recorded.asked.len())
    })
}

/// The lines of these codes, or everything that is wrong with the choice.
fn choose<'a>(
    since: &Since,
    lines: &'a [Line],
    snapshot: &Snapshot,
    codes: &[String],
    now: DateTime<Utc>,
) -> Result<Vec<&'a Line>> {
    if codes.is_empty() {
        return Err(Error::collision("kies", "niets-gekozen", "kies minstens één voorstel"));
    }
    let (mut chosen, mut wrong) = (Vec::new(), Vec::new());
    for code in codes {
        let of_code = |line: &&Line| {
            since.clients.get(&line.client_id).is_some_and(|client| client.code.to_string() == *code)
        };
        match lines.iter().find(of_code) {
            None => wrong.push(format!("{code}: hiervoor stelt deze ronde geen plek voor")),
            Some(line) => match since.refusal(snapshot, line, now) {
                Some(words) => wrong.push(format!("{code}: {words}")),
                None => chosen.push(line),
            },
        }
    }
    if wrong.is_empty() { Ok(chosen) } else { Err(Error::collision("kies", "kan-niet", wrong.join("; "))) }
}

fn mail(count: usize, ends_at: DateTime<Utc>, public_url: &str, to: &str) -> Result<Mail> {
    let what = format::count(count, "wachtende", "wachtenden");
    let lines = [
        format!("De regio vraagt u te reageren op {what}, voor een plek die volgens uw cijfers vrij is."),
        format!(
            "Dat kan tot en met {}. Kunt u de plek niet geven, werk dan uw cijfers bij.",
            format::date_time(ends_at)
        ),
    ];
    let subject = format!("Vraag om te reageren op {what}");
    let url = format!("{public_url}/plaatsingsvragen");
    let html = AskedHtml { region_name: "", subject: &subject, lines: &lines, url: &url }.render()?;
    let text = AskedText { subject: &subject, lines: &lines, url: &url }.render()?;
    Ok(Mail { kind: "plaatsingsvraag", to: to.to_owned(), subject, text, html })
}

/// What the actor's provider is asked, with the client as the open list shows it. Who is not on that list is not shown.
pub fn list_own_requests(
    conn: &mut Connection,
    actor: &Actor,
    now: DateTime<Utc>,
    snapshot: &Snapshot,
) -> Result<Vec<ShownRequest>> {
    let provider_id = actor.provider_id().ok_or(Error::Forbidden)?;
    let requests = store::list_requests_to(conn, provider_id, now.naive_utc())?;
    let ids: Vec<i64> = requests.iter().map(|request| request.client_id).collect();
    let shown = show_clients(conn, snapshot, actor, now, &ids)?;
    Ok(requests
        .into_iter()
        .filter_map(|request| {
            let offer = snapshot.find_offer(request.offer_id)?;
            let location = snapshot.location(offer);
            let client = shown.get(&request.client_id);
            Some(ShownRequest {
                asked_at: request.asked_at,
                ends_at: request.ends_at,
                product: snapshot.product(offer).name.clone(),
                location: location.name.clone(),
                place: location.place.clone(),
                client: client.map(|client| (client.words(), client.handle.to_string())),
                response_id: client.and_then(|client| client.response_id),
            })
        })
        .collect())
}
