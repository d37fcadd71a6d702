//! The access log on a page, and as a file.

use actix_web::HttpResponse;
use askama::Template;
use rules::violations::Violations;
use rules::waiting::client_code::{ClientCode, ClientCodeError};

use super::actions::{self, LONGEST_DOWNLOAD};
use super::model::{AccessFilter, AccessKind, AccessLine};
use crate::error::{Error, Result};
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::web::context::Context;
use crate::web::csv::{Sheet, attachment};
use crate::web::fields::{Fields, Length};
use crate::web::form::{Choices, choices, shown_day};
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, SortHead, link, page_number};
use crate::web::page::{Page, html};

const PATH: &str = "/inzage";
const CSV_PATH: &str = "/inzage.csv";
pub(super) const COLUMNS: [(&str, ()); 1] = [("tijdstip", ())];
const HEADS: [&str; 21] = [
    "nummer",
    "tijdstip",
    "gebruiker",
    "naam",
    "organisatie",
    "rollen",
    "soort",
    "actie",
    "doel",
    "grond",
    "wachtenden",
    "onderdeel",
    "vraag",
    "herkomst",
    "verzoek",
    "uitkomst",
    "spoor",
    "namens",
    "bron",
    "soort onderdeel",
    "versie",
];

#[derive(Template)]
#[template(path = "waiting_list/access_log/list.html")]
pub struct AccessListPage {
    pub page: Page,
    pub filter: AccessFilter,
    pub kinds: Choices,
    pub order: String,
    pub found: String,
    pub head: SortHead,
    pub lines: Vec<AccessLine>,
    pub links: PageLinks,
    pub csv: String,
    pub is_too_long: bool,
    pub years: u8,
}

impl AccessListPage {
    fn from(&self) -> String {
        shown_day(self.filter.from)
    }

    fn until(&self) -> String {
        shown_day(self.filter.until)
    }

    fn code(&self) -> String {
        shown_code(&self.filter.code)
    }
}

/// A code in groups, as people read it.
pub fn shown_code(code: &str) -> String {
    ClientCode::parse(code).map_or_else(|_| code.to_owned(), |code| code.to_string())
}

/// Reads which lines are asked for, and what is wrong with that beyond the shape of each field: no description tells which
/// codes there are.
pub(super) fn read_filter(query: &mut Fields) -> (AccessFilter, Violations) {
    let mut joint = Violations::new();
    let kinds: Vec<(&str, AccessKind)> = AccessKind::ALL.iter().map(|kind| (kind.code(), *kind)).collect();
    let filter = AccessFilter {
        from: query.optional_date("van"),
        until: query.optional_date("tot"),
        user: query.optional_text("gebruiker", Length(0, 100)).unwrap_or_default(),
        code: query
            .optional_parsed("code", "geen-code", |text| match ClientCode::parse(text) {
                Err(error @ ClientCodeError::Check) => {
                    joint.add("code", "geen-code", error.to_string());
                    Ok(String::new())
                }
                code => code.map(|code| code.as_str().to_owned()),
            })
            .unwrap_or_default(),
        kind: query.optional_choice("soort", &kinds).map(|kind| kind.code().to_owned()).unwrap_or_default(),
    };
    if let (Some(from), Some(until)) = (filter.from, filter.until)
        && until < from
    {
        joint.add("tot", "volgorde", "kies een dag op of na de eerste dag");
    }
    (filter, joint)
}

/// The same of a page, which tells all of it together.
fn read_page_filter(query: &mut Fields) -> AccessFilter {
    let (filter, joint) = read_filter(query);
    query.add_joint(joint);
    filter
}

/// An address with this filter and what else is asked.
fn address(path: &str, filter: &AccessFilter, rest: &[(&str, &str)]) -> String {
    let (from, until) = (shown_day(filter.from), shown_day(filter.until));
    let mut query = vec![
        ("van", from.as_str()),
        ("tot", &until),
        ("gebruiker", &filter.user),
        ("code", &filter.code),
        ("soort", &filter.kind),
    ];
    query.extend(rest);
    link(path, &query)
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_page_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    let filter = query.finish(filter)?;
    let wanted = filter.clone();
    let (lines, total) = ctx
        .db(move |conn, actor, now| {
            actions::list_lines(conn, actor, now, &wanted, order.descending, rows_of_page(number))
        })
        .await?;
    let is_too_long = total > LONGEST_DOWNLOAD;
    let total = usize::try_from(total).map_err(Error::internal)?;
    let order_code = order.code(&COLUMNS);
    let page_link =
        |number: usize| address(PATH, &filter, &[("sorteer", &order_code), ("pagina", &number.to_string())]);
    html(&AccessListPage {
        page: Page::new(&ctx, PATH),
        kinds: choices("Alle", AccessKind::ALL.iter().map(|kind| (kind.code().into(), kind.code().into()))),
        found: format::count(total, "keer gekeken", "keer gekeken"),
        head: SortHead::newest_first("Tijdstip", order, &COLUMNS, |code| {
            address(PATH, &filter, &[("sorteer", code)])
        }),
        lines,
        links: PageLinks::new(Paging::new(number, total), page_link),
        csv: address(CSV_PATH, &filter, &[]),
        is_too_long,
        years: ctx.state.config.access_log_years,
        order: order_code.clone(),
        filter,
    })
}

pub async fn csv(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_page_filter(&mut query);
    let filter = query.finish(filter)?;
    let lines = ctx.db(move |conn, actor, now| actions::export_lines(conn, actor, now, &filter)).await?;
    let mut sheet = Sheet::new(&HEADS)?;
    for line in lines {
        sheet.row(&[
            line.id.to_string(),
            line.at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
            line.user_name,
            line.display_name,
            line.organisation,
            line.roles,
            line.kind,
            line.action,
            line.purpose,
            line.rule,
            line.subjects.join(" "),
            line.object_id,
            line.question.unwrap_or_default(),
            line.origin,
            line.request_id,
            line.outcome,
            line.trace_id.unwrap_or_default(),
            line.on_behalf_of.unwrap_or_default(),
            line.source.unwrap_or_default(),
            line.object_type.unwrap_or_default(),
            line.object_version.unwrap_or_default(),
        ])?;
    }
    attachment(sheet, "inzage.csv")
}
