//! How somebody wants to hear of new clients.

use actix_web::HttpResponse;
use askama::Template;

use super::list::PATH as LIST_PATH;
use crate::error::{Error, Result};
use crate::waiting_list::open_list::actions;
use crate::waiting_list::open_list::api::read_choice;
use crate::waiting_list::open_list::model::MailChoice;
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Form, Labels, form_page};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{Saved, saved_in, saved_message};
use crate::web::page::Page;

const PATH: &str = "/wachtenden/meldingen";
const LABELS: Labels = &[("keuze", "Wanneer wilt u een mail?")];

#[derive(Template)]
#[template(path = "waiting_list/open_list/pages/choice.html")]
pub struct ChoicePage {
    pub page: Page,
    pub saved: Saved,
    pub form: Form,
}

pub async fn form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    query.finish(())?;
    let choice = ctx.db(|conn, actor, _| actions::find_mail_choice(conn, actor)).await?;
    show(&ctx, Form::new(LABELS).with("keuze", choice.code()), saved)
}

fn show(ctx: &Context, form: Form, saved: Saved) -> Result<HttpResponse> {
    let known = MailChoice::ALL.iter().map(|choice| (choice.code().to_owned(), choice.name().to_owned()));
    let form = form.with_choices("keuze", known.collect());
    form_page(form.status(), &ChoicePage { page: form.page(ctx, LIST_PATH), saved, form })
}

pub async fn save(ctx: Context, FormInput(fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    match store(&ctx, fields).await {
        Ok(()) => Ok(saved_in(PATH, "Uw keuze")),
        Err(error) => {
            form.refuse(error, "keuze")?;
            show(&ctx, form, None)
        }
    }
}

async fn store(ctx: &Context, mut fields: Fields) -> Result<()> {
    let choice = read_choice(&mut fields);
    let Some(choice) = fields.finish(choice)? else {
        return Err(Error::internal("a required choice is missing"));
    };
    ctx.db(move |conn, actor, now| actions::save_mail_choice(conn, actor, now, choice)).await
}
