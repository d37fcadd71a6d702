//! The log on pages, and as a file.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::actions::{self, LONGEST_DOWNLOAD};
use super::model::{FieldChange, LogFilter, LogLine, Outcome, changes};
use crate::error::{Error, Result};
use crate::paging::{Paging, SortOrder, rows_of_page};
use crate::web::context::Context;
use crate::web::csv::{Sheet, attachment};
use crate::web::fields::{Fields, Length, parse_number};
use crate::web::form::{Choices, choices, shown_day};
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, SortHead, link, page_number};
use crate::web::page::{Page, html};

const PATH: &str = "/logboek";
const CSV_PATH: &str = "/logboek.csv";
pub(super) const COLUMNS: [(&str, ()); 1] = [("tijdstip", ())];
const HEADS: [&str; 14] = [
    "keten",
    "tijdstip",
    "gebruiker",
    "organisatie",
    "rollen",
    "handeling",
    "uitkomst",
    "soort",
    "nummer",
    "voor",
    "na",
    "herkomst",
    "verzoek",
    "zegel",
];

#[derive(Template)]
#[template(path = "reports/audit_log/list.html")]
pub struct LogListPage {
    pub page: Page,
    pub filter: LogFilter,
    pub outcomes: Choices,
    pub order: String,
    pub found: String,
    pub chain: String,
    pub head: SortHead,
    pub lines: Vec<LogLine>,
    pub links: PageLinks,
    pub csv: String,
    pub is_too_long: bool,
}

#[derive(Template)]
#[template(path = "reports/audit_log/line.html")]
pub struct LogLinePage {
    pub page: Page,
    pub line: LogLine,
    pub changes: Vec<FieldChange>,
    pub same: usize,
}

impl LogListPage {
    fn from(&self) -> String {
        shown_day(self.filter.from)
    }

    fn until(&self) -> String {
        shown_day(self.filter.until)
    }

    fn outcome(&self) -> &'static str {
        self.filter.outcome.map(Outcome::code).unwrap_or_default()
    }
}

/// Reads which lines are asked for, for pages and API.
pub(super) fn read_filter(query: &mut Fields) -> LogFilter {
    let text = |query: &mut Fields, name: &str| {
        query.optional_text(name, Length(0, 100)).map(|text| text.trim().to_owned()).unwrap_or_default()
    };
    let filter = LogFilter {
        from: query.optional_date("van"),
        until: query.optional_date("tot"),
        user: text(query, "gebruiker"),
        action: text(query, "handeling"),
        object_type: text(query, "soort"),
        object_id: text(query, "nummer"),
        request_id: text(query, "verzoek"),
        outcome: query.optional_choice("uitkomst", &Outcome::ALL.map(|outcome| (outcome.code(), outcome))),
    };
    if let (Some(from), Some(until)) = (filter.from, filter.until)
        && until < from
    {
        query.error("tot", "volgorde", "kies een dag op of na de eerste dag");
    }
    filter
}

/// An address with this filter and what else is asked.
fn address(path: &str, filter: &LogFilter, rest: &[(&str, &str)]) -> String {
    let (from, until) = (shown_day(filter.from), shown_day(filter.until));
    let mut query = vec![
        ("van", from.as_str()),
        ("tot", &until),
        ("gebruiker", &filter.user),
        ("handeling", &filter.action),
        ("soort", &filter.object_type),
        ("nummer", &filter.object_id),
        ("verzoek", &filter.request_id),
        ("uitkomst", filter.outcome.map(Outcome::code).unwrap_or_default()),
    ];
    query.extend(rest);
    link(path, &query)
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let wanted = filter.clone();
    let found = ctx
        .db(move |conn, actor, now| {
            actions::list_lines(conn, actor, now, &wanted, order.descending, rows_of_page(number))
        })
        .await?;
    let total = usize::try_from(found.total).map_err(Error::internal)?;
    let order_code = order.code(&COLUMNS);
    let page_link =
        |number: usize| address(PATH, &filter, &[("sorteer", &order_code), ("pagina", &number.to_string())]);
    html(&LogListPage {
        page: Page::new(&ctx, PATH),
        outcomes: choices("Alle", Outcome::ALL.map(|one| (one.code().into(), one.code().into()))),
        found: format::count(total, "regel", "regels"),
        chain: format!("{}:{}", found.head.seq, found.head.hash),
        head: SortHead::newest_first("Tijdstip", order, &COLUMNS, |code| {
            address(PATH, &filter, &[("sorteer", code)])
        }),
        lines: found.lines,
        links: PageLinks::new(Paging::new(number, total), page_link),
        csv: address(CSV_PATH, &filter, &[]),
        is_too_long: found.total > LONGEST_DOWNLOAD,
        order: order_code.clone(),
        filter,
    })
}

pub async fn line(ctx: Context, path: Path<String>) -> Result<HttpResponse> {
    let id = parse_number(&path.into_inner(), 1, i64::MAX).map_err(|_| Error::NotFound("regel"))?;
    let line = ctx.db(move |conn, actor, now| actions::find_line(conn, actor, now, id)).await?;
    let (changes, same) = changes(line.before.as_deref(), line.after.as_deref());
    html(&LogLinePage { page: Page::new(&ctx, PATH), line, changes, same })
}

pub async fn csv(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = {
        let filter = read_filter(&mut query);
        query.finish(filter)?
    };
    let lines = ctx.db(move |conn, actor, now| actions::export_lines(conn, actor, now, &filter)).await?;
    let mut sheet = Sheet::new(&HEADS)?;
    for line in lines {
        let (seq, hash) = line.seal.map(|(seq, hash)| (seq.to_string(), hash)).unwrap_or_default();
        sheet.row(&[
            seq,
            line.at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            line.user_name,
            line.organisation,
            line.roles,
            line.action,
            line.outcome.code().into(),
            line.object_type,
            line.object_id,
            line.before.unwrap_or_default(),
            line.after.unwrap_or_default(),
            line.origin,
            line.request_id,
            hash,
        ])?;
    }
    attachment(sheet, "logboek.csv")
}
