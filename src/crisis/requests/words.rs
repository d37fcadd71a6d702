//! What is known of a crisis request, in words.

use chrono::{DateTime, Utc};
use rules::crisis::codes::{CategoryList, Handler};
use rules::crisis::routing::RouteReason;
use rules::dutch::in_sentence;

use super::model::{Answer, CrisisRequest};
use crate::crisis::settings::model::{CrisisPoint, Lists, OwnTeam, Referral};
use crate::web::format;

/// Label and value, in the order of the form.
pub(super) fn facts(request: &CrisisRequest, lists: &Lists) -> Vec<(&'static str, String)> {
    let unknown = || "niet bekend".to_owned();
    let mut received = format::date_time(request.received_at);
    if request.by_phone_note {
        received.push_str(", later opgeschreven");
    }
    let age = match request.age {
        Some(1) => format!("1 jaar ({})", request.age_group.sign()),
        Some(age) => format!("{age} jaar ({})", request.age_group.sign()),
        None => request.age_group.name().to_owned(),
    };
    let safety: Vec<&str> =
        request.safety.iter().map(|code| lists.name(CategoryList::Safety, code)).collect();
    let mut facts = vec![
        ("Binnengekomen", received),
        ("Gemeente", request.place().to_owned()),
        ("Leeftijd", age),
        ("Wie verwijst", request.referrer.name().to_owned()),
        ("Wat wordt gevraagd", lists.name(CategoryList::Asked, &request.asked).to_owned()),
        ("Urgentie", request.urgency.name().to_owned()),
        ("Veiligheid", if safety.is_empty() { "geen bijzonderheden".to_owned() } else { safety.join(", ") }),
        (
            "Huidige aanbieder",
            request.current_provider.as_ref().map_or_else(unknown, |provider| provider.name.clone()),
        ),
    ];
    if let Some(note) = &request.note {
        facts.push(("Toelichting", note.clone()));
    }
    facts.push(("Wie pakt het op", request.handler.name().to_owned()));
    if let Some(reason) = &request.taken_reason {
        facts.push(("Toch opgepakt, omdat", lists.name(CategoryList::TakeOver, reason).to_owned()));
    }
    if let Some(reason) = &request.none_reason {
        facts.push(("Geen inzet, omdat", lists.name(CategoryList::NoneReason, reason).to_owned()));
    }
    facts.push(("Opgeschreven door", request.recorded_by.clone()));
    facts
}

/// The answers of the triage: the question, and the answer.
pub(super) fn answers(answers: &[Answer], lists: &Lists) -> Vec<(String, &'static str)> {
    let in_order = |list: &[Answer]| -> Vec<(String, &'static str)> {
        let mut words: Vec<(i32, String, &'static str)> = list
            .iter()
            .map(|given| {
                let item = lists.find(CategoryList::Triage, &given.question);
                let name = item.map_or_else(|| given.question.clone(), |item| item.name.clone());
                (item.map_or(i32::MAX, |item| item.sort), name, given.answer.name())
            })
            .collect();
        words.sort_by_key(|(sort, ..)| *sort);
        words.into_iter().map(|(_, name, answer)| (name, answer)).collect()
    };
    in_order(answers)
}

/// Who must handle a request, in one sentence to say on the phone.
pub(super) fn referral(referral: &Referral, point: &CrisisPoint) -> String {
    let is_closed = referral.reason == RouteReason::AfterHours;
    handled_by(referral.handler, referral.contact.as_ref(), point, is_closed)
}

/// Who handles a request that was written down, whoever must have by the rules: a person may have decided otherwise.
pub(super) fn current_handler(request: &CrisisRequest, point: &CrisisPoint, is_closed: bool) -> String {
    let home = request.municipality.as_ref().map(|home| home.id);
    let contact = point.contact(request.handler, home);
    handled_by(request.handler, contact.as_ref(), point, is_closed)
}

fn handled_by(handler: Handler, contact: Option<&OwnTeam>, point: &CrisisPoint, is_closed: bool) -> String {
    let contact = contact.map(|team| format!("{}, {}", team.name, team.phone));
    match (handler, contact) {
        (Handler::Point, _) => format!("{} pakt dit zelf op.", point.name),
        (Handler::OwnTeam, Some(contact)) => {
            format!("Het eigen team van de gemeente pakt dit op: {contact}.")
        }
        (Handler::OwnTeam, None) => {
            "De gemeente regelt dit zelf; er staat geen nummer van een eigen team bij de instellingen."
                .to_owned()
        }
        (Handler::NightService, contact) => {
            let why = if is_closed { "Het crisispunt is nu dicht. " } else { "" };
            format!("{why}De 24-uursdienst pakt dit op: {}.", contact.unwrap_or_default())
        }
        (Handler::OwnRegion, _) => {
            "Het kind woont buiten de regio: de crisisdienst van de eigen regio pakt dit op. Hier wordt het alleen \
             geregistreerd."
                .to_owned()
        }
    }
}

/// How much time is left until a moment, or how late it is: `nog 28 min`, `nog 3 u 12`, `te laat: 12 min`.
pub fn time_left(due: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let minutes = (due - now).num_seconds().div_euclid(60);
    if now > due {
        let late = (now - due).num_minutes();
        return format!("Te laat: {}", duration(late));
    }
    format!("Nog {}", duration(minutes))
}

fn duration(minutes: i64) -> String {
    match minutes {
        ..60 => format!("{minutes} min"),
        60..1440 => format!("{} u {:02}", minutes / 60, minutes % 60),
        _ => format!("{} d {} u", minutes / 1440, minutes % 1440 / 60),
    }
}

/// `14.30 uur`, with the day when it is another one.
pub fn clock_time(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let (day, today) = (crate::clock::dutch_day(at), crate::clock::dutch_day(now));
    if day == today {
        format::time(at)
    } else {
        format!("{}, {}", format::weekday_date(day), format::time(at))
    }
}

/// What a status says of who is at work, for a heading.
pub(super) fn status_line(request: &CrisisRequest) -> String {
    format!("{}, {}.", request.urgency.name(), in_sentence(request.status.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_is_said_as_people_say_it() {
        let now: DateTime<Utc> = "2026-11-23T09:00:00Z".parse().expect("a moment");
        for (due, expected) in [
            ("2026-11-23T09:28:00Z", "Nog 28 min"),
            ("2026-11-23T09:00:30Z", "Nog 0 min"),
            ("2026-11-23T12:12:00Z", "Nog 3 u 12"),
            ("2026-11-25T10:00:00Z", "Nog 2 d 1 u"),
            ("2026-11-23T08:48:00Z", "Te laat: 12 min"),
            ("2026-11-23T07:00:00Z", "Te laat: 2 u 00"),
        ] {
            assert_eq!(time_left(due.parse().expect("a moment"), now), expected);
        }
    }
}
