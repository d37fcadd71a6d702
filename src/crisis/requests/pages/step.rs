//! A step of the desk: take over, refer on, close without help, or open again; and of the toegang: take back what it referred.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::crisis::codes::{CategoryList, Handler};
use rules::crisis::life::Step;

use super::SECTION;
use crate::crisis::requests::actions::{self, Taking};
use crate::crisis::requests::api::finish_step;
use crate::crisis::requests::model::CrisisRequest;
use crate::crisis::settings::actions::find_lists;
use crate::db;
use crate::error::{Error, Result};
use crate::web::context::Context;
use crate::web::fields::{Fields, Length};
use crate::web::form::{Choices, Form, Labels, Refusal, choices, form_page, read_version};
use crate::web::input::{FormInput, QueryInput};
use crate::web::notes::check_note;
use crate::web::page::{Page, see_other};

const LABELS: Labels = &[("naar", "Wie pakt het op"), ("reden", "Reden"), ("toelichting", "Toelichting")];

/// Stap van het loket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskStep {
    TakeUp,
    TakeOver,
    Refer,
    Close,
    /// What was closed by mistake: entered anew it would count as two children.
    Reopen,
    /// Not of the desk, but of the toegang that referred it.
    Withdraw,
}

impl DeskStep {
    /// Those of the desk.
    pub const ALL: [Self; 5] = [Self::TakeUp, Self::TakeOver, Self::Refer, Self::Close, Self::Reopen];

    pub fn step(self) -> Step {
        match self {
            Self::TakeUp => Step::TakeUp,
            Self::TakeOver => Step::TakeOver,
            Self::Refer => Step::Refer,
            Self::Close => Step::CloseWithoutHelp,
            Self::Reopen => Step::Reopen,
            Self::Withdraw => Step::Withdraw,
        }
    }

    pub fn code(self) -> &'static str {
        self.step().code()
    }

    pub fn label(self) -> &'static str {
        self.step().name()
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.code() == code)
    }

    /// The list from which its reason comes.
    fn list(self) -> Option<CategoryList> {
        match self {
            Self::TakeUp | Self::Reopen => None,
            Self::TakeOver => Some(CategoryList::TakeOver),
            Self::Refer | Self::Close | Self::Withdraw => Some(CategoryList::NoneReason),
        }
    }

    pub fn explanation(self) -> &'static str {
        match self {
            Self::TakeUp => "Het loket gaat hulp zoeken. De aanvraag staat op het bord als in behandeling.",
            Self::TakeOver => {
                "Een ander hoort dit op te pakken. Met een reden kan het crisispunt het toch doen; de termijn loopt dan vanaf nu."
            }
            Self::Refer => {
                "Een ander pakt dit op. De aanvraag blijft bewaard en telt mee als geen inzet. Wat nog is aangeboden of vastgehouden vervalt; de aanbieder krijgt bericht."
            }
            Self::Close => {
                "Er komt geen hulp van het crisispunt. De aanvraag blijft bewaard en telt mee als geen inzet. Wat nog is aangeboden of vastgehouden vervalt; de aanbieder krijgt bericht."
            }
            Self::Reopen => {
                "De aanvraag is ten onrechte afgesloten. Zij staat weer open op het bord en telt als één kind; de termijn loopt vanaf nu."
            }
            Self::Withdraw => {
                "U vraagt hiervoor geen crisishulp meer. Het crisispunt ziet het meteen, en een aanbieder die al is gevraagd krijgt bericht. De aanvraag blijft bewaard."
            }
        }
    }

    /// Whether its reason is one of a list.
    pub fn has_reason(self) -> bool {
        self.list().is_some()
    }

    /// Whether it is explained in words.
    pub fn needs_words(self) -> bool {
        self == Self::Reopen
    }

    /// Where its form is.
    pub fn path(self, code: &str) -> String {
        match self {
            Self::Withdraw => format!("/crisis/aanvragen/{code}/intrekken"),
            _ => format!("/crisis/aanvragen/{code}/stap/{}", self.code()),
        }
    }
}

/// To whom a request can be referred.
const OTHERS: [Handler; 3] = [Handler::OwnTeam, Handler::NightService, Handler::OwnRegion];

#[derive(Template)]
#[template(path = "crisis/requests/pages/step.html")]
pub struct StepPage {
    pub page: Page,
    pub form: Form,
    pub request: CrisisRequest,
    pub step: DeskStep,
}

pub async fn form(
    ctx: Context,
    path: Path<(String, String)>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let (code, step) = path.into_inner();
    let step = DeskStep::parse(&step).ok_or(Error::NO_PAGE)?;
    let request = find(&ctx, code).await?;
    let form = Form::of_stored(LABELS, request.version, Vec::new());
    show(&ctx, form, request, step).await
}

pub async fn save(
    ctx: Context,
    path: Path<(String, String)>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    let (code, step) = path.into_inner();
    let step = DeskStep::parse(&step).ok_or(Error::NO_PAGE)?;
    take(&ctx, code, step, fields).await
}

pub async fn withdraw_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let code = path.into_inner();
    let request = ctx
        .db(move |conn, actor, now| {
            let request = actions::view_request(conn, actor, now, &code)?;
            if actions::is_referred_by(conn, actor, &request)? { Ok(request) } else { Err(Error::Forbidden) }
        })
        .await?;
    let form = Form::of_stored(LABELS, request.version, Vec::new());
    show(&ctx, form, request, DeskStep::Withdraw).await
}

pub async fn withdraw(
    ctx: Context,
    path: Path<String>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    take(&ctx, path.into_inner(), DeskStep::Withdraw, fields).await
}

async fn take(ctx: &Context, code: String, step: DeskStep, mut fields: Fields) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let others: Vec<_> = OTHERS.iter().map(|handler| (handler.code(), *handler)).collect();
    let taking = Taking {
        handler: fields.optional_choice("naar", &others),
        reason: fields.optional_text("reden", Length(1, 40)),
        detail: fields.optional_text("toelichting", Length(0, 280)),
    };
    check_note(&mut fields, "toelichting", taking.detail.as_deref(), None, ctx.today());
    let version = Some(read_version(&mut fields).unwrap_or(0));
    let (key, state) = (code.clone(), ctx.state.clone());
    let taken = match finish_step(ctx, Some(step), taking, fields).await {
        Err(error) => Err(error),
        Ok((_, taking)) => {
            ctx.db(move |conn, actor, now| {
                let (url, request) = (&state.config.public_url, (key.as_str(), version));
                db::write(conn, |conn| match step {
                    DeskStep::Withdraw => actions::withdraw_request(conn, actor, now, url, request, taking),
                    _ => actions::take_desk_step(conn, actor, now, url, request, (step.step(), taking)),
                })
            })
            .await
        }
    };
    match taken {
        Ok(request) => Ok(see_other(&format!("/crisis/aanvragen/{}?gedaan=stap", request.code))),
        Err(error) => {
            let refusal = form.refuse(error, if step.has_reason() { "reden" } else { "toelichting" })?;
            let request = find(ctx, code).await?;
            if refusal == Refusal::Outdated {
                form.compare(request.version, Vec::new());
            }
            show(ctx, form, request, step).await
        }
    }
}

async fn find(ctx: &Context, code: String) -> Result<CrisisRequest> {
    ctx.db(move |conn, actor, now| actions::view_request(conn, actor, now, &code)).await
}

async fn show(ctx: &Context, form: Form, request: CrisisRequest, step: DeskStep) -> Result<HttpResponse> {
    let (region_id, today) = (request.region_id, ctx.today());
    let lists = ctx.db(move |conn, _, _| find_lists(conn, region_id)).await?;
    let reasons: Choices = step
        .list()
        .into_iter()
        .flat_map(|list| lists.choices(list, today))
        .filter(|item| step != DeskStep::Withdraw || item.effect.is_none())
        .map(|item| (item.code.clone(), item.name.clone()))
        .collect();
    let others = OTHERS.iter().map(|handler| (handler.code().to_owned(), handler.name().to_owned()));
    let form = form
        .with_choices("reden", choices("Kies een reden", reasons))
        .with_choices("naar", choices("Kies wie het oppakt", others));
    let page = StepPage { page: form.page(ctx, SECTION), request, step, form };
    form_page(page.form.status(), &page)
}
