//! Files on pages: fetch one, bring one, see what would come of it, and have it brought in.
//!
//! Four places show the same: `/beheer/uitwisseling` for who manages the region, with the files of the product book,
//! `/capaciteit/uitwisseling` for a provider, with its own figures, `/wachtlijst/bestand` for the toegang, with
//! registrations, and `/crisis/registratiebestand` for the registratiepunt, with records that others kept before.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;

use super::actions::{self, Desk};
use super::kinds::{column_names, columns};
use super::model::{Column, FileKind, Job, JobState, MOST_PROBLEMS, Report};
use crate::error::{Error, Result};
use crate::identity::links::pages::sender;
use crate::web::context::Context;
use crate::web::csv::reading::{LARGEST_FILE, LONGEST_CELL, MOST_ROWS};
use crate::web::csv::{Sheet, attachment, download};
use crate::web::fields::parse_number;
use crate::web::form::form_page;
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::page::{ErrorLink, Page, html, see_other};
use crate::web::upload::{FILE_FIELD, FileInput};

/// A file no larger than this is worked on before the answer goes out; a larger one by the server, beside its requests.
const SMALL_FILE: usize = 128 * 1024;

/// Where the pages stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Manage,
    Own,
    List,
    Records,
}

impl Place {
    fn section(self) -> &'static str {
        match self {
            Self::Manage => "/beheer",
            Self::Own => "/capaciteit",
            Self::List => "/wachtlijst",
            Self::Records => "/crisis/registratie",
        }
    }

    /// The page of a kind of file.
    fn of_kind(self, kind: FileKind) -> String {
        match self {
            Self::Manage => format!("/beheer/uitwisseling/{}", kind.code()),
            Self::Own => "/capaciteit/uitwisseling".to_owned(),
            Self::List => "/wachtlijst/bestand".to_owned(),
            Self::Records => "/crisis/registratiebestand".to_owned(),
        }
    }

    /// The page of a file that was brought.
    fn of_job(self, id: i64) -> String {
        match self {
            Self::Manage => format!("/beheer/uitwisseling/bestanden/{id}"),
            Self::Own => format!("/capaciteit/uitwisseling/{id}"),
            Self::List => format!("/wachtlijst/bestand/{id}"),
            Self::Records => format!("/crisis/registratiebestand/{id}"),
        }
    }
}

#[derive(Template)]
#[template(path = "exchange/pages/index.html")]
pub struct IndexPage {
    pub page: Page,
    pub kinds: Vec<FileKind>,
    pub jobs: Vec<JobLine>,
}

/// A file in the list of what somebody brought.
#[derive(Debug, Clone)]
pub struct JobLine {
    pub href: String,
    pub when: String,
    pub kind: &'static str,
    pub file_name: String,
    pub state: &'static str,
}

/// What the page of a kind of file shows.
pub struct KindView {
    pub kind: FileKind,
    /// Whether there is a file to fetch here, besides an empty one to fill in.
    pub goes_out: bool,
    pub columns: &'static [Column],
    pub path: String,
    pub errors: Vec<ErrorLink>,
    pub jobs: Vec<JobLine>,
    pub largest_mb: usize,
    pub most_rows: String,
    pub longest_cell: String,
}

#[derive(Template)]
#[template(path = "exchange/pages/kind.html")]
pub struct KindPage {
    pub page: Page,
    pub view: KindView,
}

#[derive(Template)]
#[template(path = "exchange/pages/own_kind.html")]
pub struct OwnKindPage {
    pub page: Page,
    pub view: KindView,
    pub title: &'static str,
    /// Where the link at the foot goes to, and in words.
    pub section: &'static str,
    pub back: &'static str,
}

/// What the page of a file that was brought shows.
pub struct JobView {
    pub job: Job,
    pub path: String,
    pub back: String,
    pub brought: String,
    pub finished: String,
    /// Until when it can be brought in.
    pub until: String,
    /// How many lines of how many are done, as far as is known here.
    pub progress: Option<(usize, usize)>,
}

impl JobView {
    fn is(&self, state: JobState) -> bool {
        self.job.state == state
    }

    /// What the list of problems is called.
    fn caption(report: &Report) -> String {
        if report.problem_count > MOST_PROBLEMS {
            return format!("De eerste {MOST_PROBLEMS} van {} punten om te verbeteren", report.problem_count);
        }
        format!("{} om te verbeteren", format::count(report.problem_count, "punt", "punten"))
    }
}

#[derive(Template)]
#[template(path = "exchange/pages/job.html")]
pub struct JobPage {
    pub page: Page,
    pub view: JobView,
}

#[derive(Template)]
#[template(path = "exchange/pages/own_job.html")]
pub struct OwnJobPage {
    pub page: Page,
    pub view: JobView,
}

pub async fn index(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let jobs = jobs(&ctx, Place::Manage).await?;
    let kinds = FileKind::ALL.into_iter().filter(|kind| kind.is_allowed(&ctx.actor)).collect();
    html(&IndexPage { page: Page::new(&ctx, "/beheer"), kinds, jobs })
}

pub async fn kind(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_kind(&ctx, Place::Manage, parse_kind(&path)?, Vec::new()).await
}

pub async fn own_kind(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_kind(&ctx, Place::Own, FileKind::Figures, Vec::new()).await
}

pub async fn list_kind(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_kind(&ctx, Place::List, FileKind::Registrations, Vec::new()).await
}

/// The columns to fill in: who is on the list is fetched from the list.
pub async fn list_file(_: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    empty_file(FileKind::Registrations)
}

fn empty_file(kind: FileKind) -> Result<HttpResponse> {
    attachment(Sheet::for_spreadsheets(&column_names(kind))?, &format!("{}-leeg.csv", kind.code()))
}

pub async fn bring_list(ctx: Context, file: FileInput) -> Result<HttpResponse> {
    take(&ctx, Place::List, FileKind::Registrations, file).await
}

pub async fn list_job(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    show_job(&ctx, Place::List, &path).await
}

pub async fn start_list(
    ctx: Context,
    path: Path<String>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    start_import(&ctx, Place::List, &path, fields).await
}

pub async fn records_kind(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_kind(&ctx, Place::Records, FileKind::CrisisRecords, Vec::new()).await
}

pub async fn records_file(_: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    empty_file(FileKind::CrisisRecords)
}

pub async fn bring_records(ctx: Context, file: FileInput) -> Result<HttpResponse> {
    take(&ctx, Place::Records, FileKind::CrisisRecords, file).await
}

pub async fn records_job(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    show_job(&ctx, Place::Records, &path).await
}

pub async fn start_records(
    ctx: Context,
    path: Path<String>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    start_import(&ctx, Place::Records, &path, fields).await
}

pub async fn file(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    fetch(&ctx, parse_kind(&path)?, query).await
}

pub async fn own_file(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    fetch(&ctx, FileKind::Figures, query).await
}

/// The file with everything, or with the columns alone to fill in.
async fn fetch(ctx: &Context, kind: FileKind, mut query: crate::web::fields::Fields) -> Result<HttpResponse> {
    let empty = query.flag("leeg");
    query.finish(())?;
    if empty {
        return empty_file(kind);
    }
    let content = ctx.db(move |conn, actor, now| actions::export(conn, actor, now, kind)).await?;
    Ok(download(content, &format!("{}-{}.csv", kind.code(), ctx.today())))
}

pub async fn bring(ctx: Context, path: Path<String>, file: FileInput) -> Result<HttpResponse> {
    take(&ctx, Place::Manage, parse_kind(&path)?, file).await
}

pub async fn bring_own(ctx: Context, file: FileInput) -> Result<HttpResponse> {
    take(&ctx, Place::Own, FileKind::Figures, file).await
}

/// Takes a file, and looks through a small one at once.
async fn take(ctx: &Context, place: Place, kind: FileKind, file: FileInput) -> Result<HttpResponse> {
    if file.content.is_empty() {
        let message =
            if file.name.is_empty() { "kies een bestand" } else { "dit bestand is leeg; kies een ander" };
        let errors = vec![ErrorLink::new(FILE_FIELD, format!("Bestand: {message}"))];
        return show_kind(ctx, place, kind, errors).await;
    }
    let is_small = file.content.len() <= SMALL_FILE;
    let brought = ctx
        .db(move |conn, actor, now| actions::bring(conn, actor, now, kind, (&file.name, &file.content)))
        .await;
    let id = match brought {
        Ok(id) => id,
        Err(Error::Conflict(message)) => {
            let errors = vec![ErrorLink::new(FILE_FIELD, message)];
            return show_kind(ctx, place, kind, errors).await;
        }
        Err(error) => return Err(error),
    };
    if is_small {
        work_on(ctx, id).await;
    }
    Ok(see_other(&place.of_job(id)))
}

/// Works on a file now. What fails is done later by a server beside its requests.
async fn work_on(ctx: &Context, id: i64) {
    let (sender, state) = (sender(ctx), ctx.state.clone());
    let worked = ctx
        .db_supply(move |conn, _, now| {
            actions::work_on(
                conn,
                now,
                Desk { sender: &sender, progress: &state.exchange, pool: &state.pool },
                id,
            )
        })
        .await;
    if let Err(error) = worked {
        tracing::warn!(job = id, %error, "a small file was not worked on at once");
    }
}

pub async fn job(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    show_job(&ctx, Place::Manage, &path).await
}

pub async fn own_job(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    show_job(&ctx, Place::Own, &path).await
}

pub async fn start(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    start_import(&ctx, Place::Manage, &path, fields).await
}

pub async fn start_own(
    ctx: Context,
    path: Path<String>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    start_import(&ctx, Place::Own, &path, fields).await
}

async fn start_import(
    ctx: &Context,
    place: Place,
    path: &str,
    fields: crate::web::fields::Fields,
) -> Result<HttpResponse> {
    fields.finish(())?;
    let id = parse_id(path)?;
    let rows = ctx
        .db(move |conn, actor, now| {
            let job = actions::find_own_job(conn, actor, id)?;
            actions::start_import(conn, actor, now, id)?;
            Ok(job.report.map_or(0, |report| report.rows))
        })
        .await?;
    if rows <= SMALL_FILE / 128 {
        work_on(ctx, id).await;
    }
    Ok(see_other(&place.of_job(id)))
}

async fn show_kind(
    ctx: &Context,
    place: Place,
    kind: FileKind,
    errors: Vec<ErrorLink>,
) -> Result<HttpResponse> {
    if !kind.is_allowed(&ctx.actor) {
        return Err(Error::Forbidden);
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let mut page = Page::new(ctx, place.section());
    page.has_errors = !errors.is_empty();
    let view = KindView {
        kind,
        // Records are fetched with the report of their quarter, where it is written down who took them along.
        goes_out: kind.goes_out() && place != Place::Records,
        columns: columns(kind),
        path: place.of_kind(kind),
        errors,
        jobs: jobs(ctx, place).await?,
        largest_mb: LARGEST_FILE / 1024 / 1024,
        most_rows: thousands(MOST_ROWS),
        longest_cell: thousands(LONGEST_CELL),
    };
    match place {
        Place::Manage => form_page(status, &KindPage { page, view }),
        Place::Own => form_page(
            status,
            &OwnKindPage {
                page,
                view,
                title: "Cijfers uitwisselen",
                section: place.section(),
                back: "uw capaciteit",
            },
        ),
        Place::List => form_page(
            status,
            &OwnKindPage {
                page,
                view,
                title: "Aanmelden met een bestand",
                section: place.section(),
                back: "de wachtlijst",
            },
        ),
        Place::Records => form_page(
            status,
            &OwnKindPage {
                page,
                view,
                title: "Registratie invoeren met een bestand",
                section: place.section(),
                back: "de registratie",
            },
        ),
    }
}

async fn show_job(ctx: &Context, place: Place, path: &str) -> Result<HttpResponse> {
    let id = parse_id(path)?;
    let job = ctx.db(move |conn, actor, _| actions::find_own_job(conn, actor, id)).await?;
    let page = Page::new(ctx, place.section());
    let view = JobView {
        path: place.of_job(job.id),
        back: place.of_kind(job.kind),
        brought: format::date_time(job.created_at),
        finished: job.finished_at.map(format::date_time).unwrap_or_default(),
        until: format::date_time(job.created_at + actions::WAITS_FOR),
        progress: ctx.state.exchange.of(job.id).or(job.progress),
        job,
    };
    match place {
        Place::Manage => html(&JobPage { page, view }),
        Place::Own | Place::List | Place::Records => html(&OwnJobPage { page, view }),
    }
}

async fn jobs(ctx: &Context, place: Place) -> Result<Vec<JobLine>> {
    let found = ctx.db(|conn, actor, _| actions::list_own_jobs(conn, actor)).await?;
    let line = |job: Job| JobLine {
        href: place.of_job(job.id),
        when: format::date_time(job.created_at),
        kind: job.kind.label(),
        file_name: job.file_name,
        state: job.state.label(),
    };
    Ok(found.into_iter().map(line).collect())
}

fn parse_kind(code: &str) -> Result<FileKind> {
    FileKind::parse(code).ok_or(Error::NO_PAGE)
}

fn parse_id(text: &str) -> Result<i64> {
    parse_number(text, 1, i64::MAX).map_err(|_| Error::NotFound("bestand"))
}

/// `20000` as `20.000`.
fn thousands(number: usize) -> String {
    if number < 1000 { number.to_string() } else { format!("{}.{:03}", number / 1000, number % 1000) }
}
