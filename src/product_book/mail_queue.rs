//! The outbox for the administrator: what waits, what was given up and why, and trying again.

pub mod api;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDateTime;

use crate::error::{Error, Result};
use crate::notifications::actions;
use crate::notifications::model::{MailLine, MailState};
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_number};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, SortHead, link, page_number, saved_in, saved_message};
use crate::web::page::{Page, html};

const PATH: &str = "/beheer/mail";
const COLUMNS: [(&str, ()); 1] = [("geschreven", ())];

/// One mail in the list.
pub struct Line {
    pub mail: MailLine,
    pub written: String,
    /// What happened last, or what happens next.
    pub standing: String,
}

/// A choice above the list.
pub struct Tab {
    pub state: MailState,
    pub label: &'static str,
    /// Those that were sent are not counted unless they are shown.
    pub count: Option<i64>,
    pub current: bool,
}

#[derive(Template)]
#[template(path = "product_book/mail_queue.html")]
pub struct MailQueuePage {
    pub page: Page,
    pub saved: Saved,
    /// Whether a mail server is configured.
    pub can_send: bool,
    pub caption: String,
    pub tabs: Vec<Tab>,
    pub head: SortHead,
    pub lines: Vec<Line>,
    pub links: PageLinks,
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let state = read_state(&mut query);
    // The newest first, unless asked otherwise.
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let (queue, (total, mails)) = ctx
        .db(move |conn, _, _| {
            let rows = rows_of_page(number);
            Ok((actions::queue(conn)?, actions::list_mails(conn, state, order.descending, rows)?))
        })
        .await?;
    let address = |order: &str| link(PATH, &[("toon", state.code()), ("sorteer", order)]);
    let order_code = order.code(&COLUMNS);
    let paging = Paging::new(number, usize::try_from(total).map_err(Error::internal)?);
    let page_link = |number: usize| {
        link(PATH, &[("toon", state.code()), ("sorteer", &order_code), ("pagina", &number.to_string())])
    };
    let tabs = vec![
        tab(state, MailState::Failed, "Mislukt", Some(queue.failed)),
        tab(state, MailState::Waiting, "Wacht op verzending", Some(queue.waiting)),
        tab(state, MailState::Sent, "Verzonden", (state == MailState::Sent).then_some(total)),
    ];
    html(&MailQueuePage {
        page: Page::new(&ctx, "/beheer"),
        saved,
        can_send: ctx.state.config.smtp_url.is_some(),
        caption: tabs.iter().find(|tab| tab.current).map(|tab| tab.label.to_owned()).unwrap_or_default(),
        tabs,
        head: SortHead::newest_first("Geschreven", order, &COLUMNS, address),
        lines: mails.into_iter().map(line).collect(),
        links: PageLinks::new(paging, page_link),
    })
}

/// Reads which mails are asked for: those that went wrong, unless asked otherwise.
fn read_state(query: &mut Fields) -> MailState {
    let choices = MailState::ALL.map(|state| (state.code(), state));
    query.optional_choice("toon", &choices).unwrap_or(MailState::Failed)
}

fn tab(chosen: MailState, state: MailState, label: &'static str, count: Option<i64>) -> Tab {
    Tab { state, label, count, current: state == chosen }
}

fn line(mail: MailLine) -> Line {
    let at = |time: NaiveDateTime| format::date_time(time.and_utc());
    let error = mail.last_error.as_deref().unwrap_or_default();
    let standing = match (mail.sent_at, mail.failed_at) {
        (Some(sent_at), _) => format!("Verzonden op {}", at(sent_at)),
        (None, Some(failed_at)) if error.is_empty() => format!("Opgegeven op {}", at(failed_at)),
        (None, Some(failed_at)) => format!("Opgegeven op {}: {error}", at(failed_at)),
        (None, None) if mail.attempts == 0 => "Nog niet geprobeerd".to_owned(),
        (None, None) => format!("Volgende poging op {}. Laatste fout: {error}", at(mail.next_attempt_at)),
    };
    Line { written: at(mail.created_at), standing, mail }
}

pub async fn retry(ctx: Context, path: Path<String>, FormInput(form): FormInput) -> Result<HttpResponse> {
    form.finish(())?;
    let id = parse_number(&path.into_inner(), 1, i64::MAX).map_err(|_| Error::NotFound("mail"))?;
    ctx.db(move |conn, actor, now| actions::retry_mail(conn, actor, now, id)).await?;
    Ok(saved_in(PATH, "Nieuwe poging"))
}
