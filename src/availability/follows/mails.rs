//! What mails about followed searches say.

use askama::Template;

use super::actions::KIND;
use super::model::{Follow, NewFollow};
use crate::clock::dutch_day;
use crate::error::Result;
use crate::notifications::model::Mail;
use crate::web::format;
use crate::web::page::render;

/// A place that came free.
pub(super) struct Place {
    pub(super) provider: String,
    pub(super) product: String,
    pub(super) town: String,
    pub(super) count: u16,
}

#[derive(Template)]
#[template(path = "availability/follows/question.html")]
struct QuestionHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    description: &'a str,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "availability/follows/question.txt")]
struct QuestionText<'a> {
    description: &'a str,
    url: &'a str,
}

#[derive(Template)]
#[template(path = "availability/follows/places.html")]
struct PlacesHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    description: &'a str,
    places: &'a [Place],
    search_url: &'a str,
    manage_url: &'a str,
    ends: &'a str,
}

#[derive(Template)]
#[template(path = "availability/follows/places.txt")]
struct PlacesText<'a> {
    description: &'a str,
    places: &'a [Place],
    search_url: &'a str,
    manage_url: &'a str,
    ends: &'a str,
}

/// Where a mail program ends the following by itself.
pub(super) fn stop_url(public_url: &str, key: &str) -> String {
    format!("{public_url}/volgen/{key}/stoppen")
}

/// Whether the mails are wanted at all: anybody can type any address.
pub(super) fn question(new: &NewFollow, key: &str, public_url: &str) -> Result<Mail> {
    let subject = "Wilt u een mail als er een plek vrijkomt?";
    let url = format!("{public_url}/volgen/{key}");
    let html = QuestionHtml { region_name: "", subject, description: &new.description, url: &url };
    let text = QuestionText { description: &new.description, url: &url };
    Ok(Mail {
        kind: KIND,
        to: new.email.clone(),
        subject: subject.to_owned(),
        text: render(&text)?,
        html: render(&html)?,
    })
}

pub(super) fn places(follow: &Follow, places: &[Place], public_url: &str) -> Result<Mail> {
    let subject = if places.len() == 1 {
        "Er is een plek vrij bij uw zoekopdracht".to_owned()
    } else {
        format!("Er zijn {} plekken vrij bij uw zoekopdracht", places.len())
    };
    let search_url = format!("{public_url}/zoeken?{}", follow.query);
    let manage_url = format!("{public_url}/volgen/{}", follow.key);
    let ends = format::date(dutch_day(follow.ends_at));
    let description = follow.description.as_str();
    let html = PlacesHtml {
        region_name: "",
        subject: &subject,
        description,
        places,
        search_url: &search_url,
        manage_url: &manage_url,
        ends: &ends,
    };
    let text =
        PlacesText { description, places, search_url: &search_url, manage_url: &manage_url, ends: &ends };
    let (text, html) = (render(&text)?, render(&html)?);
    Ok(Mail { kind: KIND, to: follow.email.clone(), subject, text, html })
}
