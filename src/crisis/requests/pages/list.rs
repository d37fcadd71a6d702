//! The list of crisis requests, with its filters.

use actix_web::HttpResponse;
use askama::Template;
use rules::codes::MunicipalityCode;
use rules::crisis::codes::{AgeGroup, RequestStatus, Urgency};

use super::SECTION;
use super::request::{Clock, clock_of};
use crate::crisis::requests::actions;
use crate::crisis::requests::model::{CrisisRequest, Part, RequestFilter};
use crate::crisis::requests::reading::OUTSIDE;
use crate::crisis::settings::actions::find_point;
use crate::error::{Error, Result};
use crate::identity::policy::Permission;
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::form::{Choices, choices};
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, SortHead, link, page_number};
use crate::web::page::{Page, html};

const COLUMNS: [(&str, ()); 1] = [("ontvangen", ())];

/// A line of the list.
#[derive(Debug, Clone)]
pub struct Line {
    pub code: String,
    pub received: String,
    pub place: String,
    pub group: &'static str,
    pub urgency: &'static str,
    pub status: &'static str,
    pub handler: &'static str,
    pub clock: Option<Clock>,
}

/// What the list was asked for, as it stands in links.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub part: String,
    pub status: String,
    pub group: String,
    pub urgency: String,
    pub municipality: String,
    pub from: String,
    pub until: String,
    pub order: String,
}

impl Asked {
    fn query(&self) -> [(&'static str, &str); 8] {
        [
            ("deel", &self.part),
            ("status", &self.status),
            ("leeftijdsgroep", &self.group),
            ("urgentie", &self.urgency),
            ("gemeente", &self.municipality),
            ("van", &self.from),
            ("tot", &self.until),
            ("sorteer", &self.order),
        ]
    }

    pub fn is_filtered(&self) -> bool {
        self.query().iter().any(|(name, value)| *name != "sorteer" && !value.is_empty())
    }
}

#[derive(Template)]
#[template(path = "crisis/requests/pages/list.html")]
pub struct ListPage {
    pub page: Page,
    pub asked: Asked,
    pub parts: Choices,
    pub statuses: Choices,
    pub groups: Choices,
    pub urgencies: Choices,
    pub municipalities: Choices,
    pub head: SortHead,
    pub lines: Vec<Line>,
    pub found: String,
    pub links: PageLinks,
    pub can_add: bool,
}

fn read(query: &mut Fields) -> (RequestFilter, bool, Asked) {
    let statuses: Vec<_> = RequestStatus::ALL.iter().map(|status| (status.code(), *status)).collect();
    let urgencies: Vec<_> = Urgency::ALL.iter().map(|urgency| (urgency.code(), *urgency)).collect();
    let groups: Vec<_> = AgeGroup::ALL.iter().map(|group| (group.sign(), *group)).collect();
    let parts: Vec<_> = Part::CODES.iter().map(|(code, part, _)| (*code, *part)).collect();
    let home = query.optional_parsed("gemeente", "geen-code", |text| {
        if text == OUTSIDE { Ok(None) } else { MunicipalityCode::parse(text).map(Some) }
    });
    let order = SortOrder::read(query, &COLUMNS);
    let part = query.optional_choice("deel", &parts);
    let status = query.optional_choice("status", &statuses);
    let filter = RequestFilter {
        part: part.unwrap_or(if status.is_some() { Part::All } else { Part::Open }),
        status,
        age_group: query.optional_choice("leeftijdsgroep", &groups),
        urgency: query.optional_choice("urgentie", &urgencies),
        outside: home == Some(None),
        municipality: home.flatten(),
        from: query.optional_date("van"),
        until: query.optional_date("tot"),
    };
    let asked = Asked {
        part: part.map(Part::code).unwrap_or_default().to_owned(),
        status: query.raw("status"),
        group: query.raw("leeftijdsgroep"),
        urgency: query.raw("urgentie"),
        municipality: query.raw("gemeente"),
        from: query.raw("van"),
        until: query.raw("tot"),
        order: order.code(&COLUMNS),
    };
    (filter, !order.descending, asked)
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let number = page_number(&mut query);
    let (filter, newest_first, asked) = read(&mut query);
    query.finish(())?;
    let (rows, total, point) = ctx
        .db(move |conn, actor, now| {
            let point = find_point(conn, actor.region_id().ok_or(Error::SignInRequired)?)?;
            let (rows, total) =
                actions::list_requests(conn, actor, now, &filter, newest_first, rows_of_page(number))?;
            Ok((rows, total, point))
        })
        .await?;
    let total = usize::try_from(total).map_err(Error::internal)?;
    let address = |number: usize| {
        let number = if number > 1 { number.to_string() } else { String::new() };
        let query: Vec<(&str, &str)> =
            asked.query().into_iter().chain([("pagina", number.as_str())]).collect();
        link(SECTION, &query)
    };
    let sorted = |order: &str| {
        let query: Vec<(&str, &str)> = asked
            .query()
            .into_iter()
            .map(|(name, value)| (name, if name == "sorteer" { order } else { value }))
            .collect();
        link(SECTION, &query)
    };
    let coded = |first: &str, list: Vec<(&str, &str)>| {
        choices(first, list.into_iter().map(|(code, name)| (code.to_owned(), name.to_owned())))
    };
    let mut municipalities: Vec<(String, String)> = point
        .municipalities
        .iter()
        .map(|municipality| (municipality.code.to_string(), municipality.name.clone()))
        .collect();
    municipalities.push((OUTSIDE.to_owned(), "Buiten de regio".to_owned()));
    let current = SortOrder { column: (), descending: !newest_first };
    html(&ListPage {
        page: Page::new(&ctx, SECTION),
        parts: Part::CODES
            .iter()
            .map(|(code, part, name)| {
                let value = if *part == Part::Open { "" } else { code };
                (value.to_owned(), (*name).to_owned())
            })
            .collect(),
        statuses: coded(
            "Alle",
            RequestStatus::ALL.iter().map(|status| (status.code(), status.name())).collect(),
        ),
        groups: coded("Alle", AgeGroup::ALL.iter().map(|group| (group.sign(), group.name())).collect()),
        urgencies: coded(
            "Alle",
            Urgency::ALL.iter().map(|urgency| (urgency.code(), urgency.name())).collect(),
        ),
        municipalities: choices("Alle", municipalities),
        head: SortHead::newest_first("Binnengekomen", current, &COLUMNS, sorted),
        lines: rows.iter().map(|request| line(request, &ctx)).collect(),
        found: format::count(total, "aanvraag", "aanvragen"),
        links: PageLinks::new(Paging::new(number, total), address),
        can_add: ctx.may(Permission::ReferCrisis),
        asked,
    })
}

fn line(request: &CrisisRequest, ctx: &Context) -> Line {
    Line {
        code: request.code.to_string(),
        received: format::date_time(request.received_at),
        place: request.place().to_owned(),
        group: request.age_group.sign(),
        urgency: request.urgency.name(),
        status: request.status.name(),
        handler: request.handler.name(),
        clock: clock_of(request, ctx.now),
    }
}
