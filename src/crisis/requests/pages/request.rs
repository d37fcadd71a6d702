//! One crisis request: who handles it, what is known, what can be done, and what happened.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use rules::crisis::board_order::{Pressure, pressure};
use rules::crisis::codes::{Handler, RequestStatus};
use rules::crisis::life::Step;
use rules::crisis::routing::AskedKind;

use super::SECTION;
use super::case::{CaseView, Parts};
use super::step::DeskStep;
use crate::crisis::requests::actions;
use crate::crisis::requests::actions::correcting::can_correct;
use crate::crisis::requests::model::{CrisisRequest, TimelineLine};
use crate::crisis::requests::words;
use crate::crisis::settings::actions::{find_lists, find_point};
use crate::error::Result;
use crate::identity::policy::Permission;
use crate::web::context::Context;
use crate::web::input::QueryInput;
use crate::web::page::{Page, html, see_other};

/// The clock of a request, as a badge.
#[derive(Debug, Clone)]
pub struct Clock {
    pub words: String,
    /// The colour of the design: red, orange, calm.
    pub style: &'static str,
    pub icon: &'static str,
    pub due: String,
}

/// The clock of a request at this moment; none when no term runs.
pub fn clock_of(request: &CrisisRequest, now: chrono::DateTime<chrono::Utc>) -> Option<Clock> {
    let due = request
        .respond_by
        .filter(|_| !request.status.is_closed() && request.status != RequestStatus::Running)?;
    let (style, icon) = match pressure(Some(due), now) {
        Pressure::Late => ("rood", "alert-triangle"),
        Pressure::Soon => ("oranje", "clock"),
        Pressure::Calm | Pressure::None => ("rust", "clock"),
    };
    Some(Clock { words: words::time_left(due, now), style, icon, due: words::clock_time(due, now) })
}

/// In a form on the page of a request: go back to that page.
pub(in crate::crisis) const FROM_REQUEST: &str = "vanAanvraag";

/// Back to the page of a request, which says what was done.
pub(in crate::crisis) fn back_to(code: &str, done: &str) -> HttpResponse {
    let code: String = code.chars().filter(|sign| sign.is_ascii_alphanumeric() || *sign == '-').collect();
    see_other(&format!("/crisis/aanvragen/{code}?gedaan={done}"))
}

#[derive(Template)]
#[template(path = "crisis/requests/pages/request.html")]
pub struct RequestPage {
    pub page: Page,
    pub request: CrisisRequest,
    pub status: String,
    pub clock: Option<Clock>,
    /// Who must handle it, while that is not the point itself.
    pub referral: Option<String>,
    pub just_registered: bool,
    pub done: Option<&'static str>,
    pub facts: Vec<(&'static str, String)>,
    pub answers: Vec<(String, &'static str)>,
    pub case: CaseView,
    pub divides: bool,
    /// The toegang that referred it can take it back.
    pub can_withdraw: bool,
    pub asks_stay: bool,
    pub can_judge: bool,
    pub can_correct: bool,
    pub steps: Vec<DeskStep>,
    /// The newest first.
    pub lines: Vec<TimelineLine>,
    pub of_point: bool,
}

pub async fn show(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let done = query.optional_choice(
        "gedaan",
        &[
            ("aangemeld", "De aanvraag is bewaard."),
            ("beoordeeld", "De beoordeling is bewaard."),
            ("stap", "De stap is bewaard."),
            ("gecorrigeerd", "De gegevens zijn aangepast."),
            ("aangeboden", "De aanvraag is aangeboden. De aanbieder krijgt bericht."),
            ("aanbod-ingetrokken", "Het aanbod is ingetrokken. De aanbieder krijgt bericht."),
            ("vastgehouden", "De plaats wordt vastgehouden."),
            ("losgelaten", "De plaats is losgelaten."),
        ],
    );
    let just_registered = query.raw("gedaan") == "aangemeld";
    query.finish(())?;
    let code = path.into_inner();
    let divides = ctx.may(Permission::DistributeCrisis);
    let (request, parts, is_own, (mut lines, answers), (lists, point)) = ctx
        .db(move |conn, actor, now| {
            let request = actions::view_request(conn, actor, now, &code)?;
            let lines = actions::list_timeline(conn, request.id)?;
            let answers = actions::list_answers(conn, request.id)?;
            let lists = find_lists(conn, request.region_id)?;
            let point = find_point(conn, request.region_id)?;
            let parts = Parts::load(conn, now, &request, &lists, divides)?;
            let is_own = actions::is_referred_by(conn, actor, &request)?;
            Ok((request, parts, is_own, (lines, answers), (lists, point)))
        })
        .await?;
    lines.reverse();
    let referral = if request.handler == Handler::Point {
        None
    } else {
        Some(words::current_handler(&request, &point, !point.is_open(ctx.now)?))
    };
    let desk = ctx.may(Permission::TakeCrisisRequests);
    let can_judge = desk
        && matches!(request.status, RequestStatus::New | RequestStatus::InProgress | RequestStatus::Assigned);
    html(&RequestPage {
        page: Page::new(&ctx, SECTION),
        status: words::status_line(&request),
        clock: clock_of(&request, ctx.now),
        referral,
        just_registered,
        done,
        facts: words::facts(&request, &lists),
        answers: words::answers(&answers, &lists),
        case: CaseView::new(&request, parts, &lists, ctx.now, divides),
        divides,
        can_withdraw: is_own && Step::Withdraw.from(request.status).is_ok(),
        asks_stay: lists.asked_kind(&request.asked) == AskedKind::Stay,
        can_judge,
        can_correct: desk && can_correct(&request),
        steps: if desk {
            DeskStep::ALL.into_iter().filter(|step| actions::is_possible(&request, step.step())).collect()
        } else {
            Vec::new()
        },
        lines,
        of_point: ctx.may(Permission::SeeCrisisBoard),
        request,
    })
}
