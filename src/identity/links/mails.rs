//! The mails that carry a link.

use askama::Template;

use crate::error::Result;
use crate::notifications::model::Mail;
use crate::web::page::render;

#[derive(Template)]
#[template(path = "identity/links/mails/invitation.txt")]
struct InvitationText<'a>(&'a Content<'a>);

#[derive(Template)]
#[template(path = "identity/links/mails/invitation.html")]
struct InvitationHtml<'a>(&'a Content<'a>);

#[derive(Template)]
#[template(path = "identity/links/mails/reset.txt")]
struct ResetText<'a>(&'a Content<'a>);

#[derive(Template)]
#[template(path = "identity/links/mails/reset.html")]
struct ResetHtml<'a>(&'a Content<'a>);

/// What the mails say.
pub(super) struct Content<'a> {
    pub(super) user_name: &'a str,
    pub(super) region: &'a str,
    pub(super) link: &'a str,
}

pub(super) fn invitation(to: &str, content: &Content<'_>) -> Result<Mail> {
    Ok(Mail {
        kind: "uitnodiging",
        to: to.to_owned(),
        subject: "Uitnodiging voor de Beschikbaarheidswijzer".into(),
        text: render(&InvitationText(content))?,
        html: render(&InvitationHtml(content))?,
    })
}

pub(super) fn reset(to: &str, content: &Content<'_>) -> Result<Mail> {
    Ok(Mail {
        kind: "wachtwoord-vergeten",
        to: to.to_owned(),
        subject: "Nieuw wachtwoord voor de Beschikbaarheidswijzer".into(),
        text: render(&ResetText(content))?,
        html: render(&ResetHtml(content))?,
    })
}
