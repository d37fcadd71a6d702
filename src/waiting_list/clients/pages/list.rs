//! My list: what needs me today, everybody on the list, and the same as a sheet.

use actix_web::HttpResponse;
use askama::Template;
use rules::codes::{MunicipalityCode, ProductCode};
use rules::waiting::attention::{Attention, AttentionFilter};
use rules::waiting::client_code::ClientCode;
use rules::waiting::life::ClientStatus;
use rules::waiting::registration::Urgency;
use rules::waiting::waited::ListCount;

use super::SECTION;
use crate::error::Result;
use crate::paging::SortOrder;
use crate::waiting_list::access_log::model::AccessKind;
use crate::waiting_list::clients::actions;
use crate::waiting_list::clients::reading::{read_attention, read_code_part};
use crate::waiting_list::clients::standing::{
    COLUMNS, ClientColumn, ClientFilter, Listed, Question, StatusFilter, count, sort,
};
use crate::waiting_list::clients::steps::OwnStep;
use crate::waiting_list::replacement::actions::count_in_care;
use crate::web::context::Context;
use crate::web::csv::{Sheet, attachment};
use crate::web::fields::Fields;
use crate::web::form::{Choices, choices};
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, SortHead, link, list_page, page_number};
use crate::web::page::{Page, html};

const PATH: &str = "/wachtlijst";
/// Statuses that are no status of a client.
const OPEN: &str = "";
const ON_HOLD: &str = "gepauzeerd";
const CLOSED: &str = "van-de-lijst";

/// Of who needs attention, so many are shown before a link to all.
const NEEDING_SHOWN: usize = 8;
/// Where the list begins on the page.
const LIST_PLACE: &str = "#lijst-kop";

/// Who needs attention, of those that a filter finds.
#[derive(Debug, Clone)]
pub struct Needing {
    pub all: usize,
    /// The most pressing of them.
    pub first: Vec<Today>,
    /// The list with all of them, in the same order.
    pub href: String,
}

/// Somebody who needs attention, and why.
#[derive(Debug, Clone)]
pub struct Today {
    pub code: String,
    pub product: String,
    pub weeks: String,
    pub points: Vec<&'static str>,
}

/// A line of the list.
#[derive(Debug, Clone)]
pub struct Line {
    pub code: String,
    pub product: String,
    pub product_code: String,
    pub municipality: String,
    pub age: String,
    pub urgency: Option<&'static str>,
    pub status: &'static str,
    pub hold: Option<String>,
    /// The most pressing point of attention, and how many there are besides.
    pub point: Option<&'static str>,
    pub more_points: usize,
    pub weeks: String,
    pub norm: String,
    pub past_norm: bool,
    pub bridging: bool,
}

/// What the list was asked for, as it stands in links.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub status: String,
    pub product: String,
    pub municipality: String,
    pub urgency: String,
    pub past_norm: bool,
    pub attention: String,
    pub code: String,
    pub order: String,
}

impl Asked {
    fn query(&self) -> Vec<(&'static str, &str)> {
        vec![
            ("status", self.status.as_str()),
            ("product", self.product.as_str()),
            ("gemeente", self.municipality.as_str()),
            ("urgentie", self.urgency.as_str()),
            ("norm", if self.past_norm { "ja" } else { "" }),
            ("aandacht", self.attention.as_str()),
            ("code", self.code.as_str()),
            ("sorteer", self.order.as_str()),
        ]
    }

    pub fn is_filtered(&self) -> bool {
        self.query().iter().any(|(name, value)| *name != "sorteer" && !value.is_empty())
    }
}

#[derive(Template)]
#[template(path = "waiting_list/clients/pages/list.html")]
pub struct ListPage {
    pub page: Page,
    pub done: Option<String>,
    pub count: ListCount,
    pub as_of: String,
    /// How many children in care need another place.
    pub ending: usize,
    pub today: Needing,
    pub later: Needing,
    pub asked: Asked,
    pub statuses: Choices,
    pub products: Choices,
    pub municipalities: Choices,
    pub urgencies: Choices,
    pub points: Choices,
    pub heads: Vec<SortHead>,
    pub lines: Vec<Line>,
    pub found: String,
    pub links: PageLinks,
    pub sheet: String,
    pub several_municipalities: bool,
}

impl ListPage {
    pub fn bulk(&self) -> [OwnStep; 4] {
        OwnStep::BULK
    }
}

/// Reads the filters and the order of the list.
fn read(query: &mut Fields) -> (ClientFilter, SortOrder<ClientColumn>, Asked) {
    let statuses: Vec<(&str, StatusFilter)> = ClientStatus::ALL
        .iter()
        .map(|status| (status.code(), StatusFilter::Only(*status)))
        .chain([(ON_HOLD, StatusFilter::OnHold), (CLOSED, StatusFilter::Closed)])
        .collect();
    let urgencies: Vec<(&str, Urgency)> = open_urgencies().map(|urgency| (urgency.code(), urgency)).collect();
    let filter = ClientFilter {
        status: query.optional_choice("status", &statuses).unwrap_or_default(),
        product: query
            .optional_parsed("product", "geen-code", ProductCode::parse)
            .map(|code| code.to_string()),
        municipality: query
            .optional_parsed("gemeente", "geen-code", MunicipalityCode::parse)
            .map(|code| code.to_string()),
        urgency: query.optional_choice("urgentie", &urgencies),
        past_norm: query.flag("norm"),
        attention: read_attention(query),
        code: read_code_part(query, "code"),
    };
    let order = SortOrder::read(query, &COLUMNS);
    let asked = Asked {
        status: query.raw("status"),
        product: query.raw("product"),
        municipality: query.raw("gemeente"),
        urgency: query.raw("urgentie"),
        past_norm: filter.past_norm,
        attention: filter.attention.map(|filter| filter.code().to_owned()).unwrap_or_default(),
        code: query.raw("code"),
        order: order.code(&COLUMNS),
    };
    (filter, order, asked)
}

fn open_urgencies() -> impl Iterator<Item = Urgency> {
    Urgency::ALL.iter().copied().filter(|urgency| *urgency != Urgency::Crisis)
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let (filter, order, asked) = read(&mut query);
    let number = page_number(&mut query);
    let done = query.optional_text("gedaan", crate::web::fields::Length(1, 120));
    query.finish(())?;
    let today = ctx.today();
    let closed_too = filter.status.is_closed();
    let (open, closed, owing, ending) = ctx
        .db(move |conn, actor, _| {
            let open = actions::list_open(conn, actor, today)?;
            let closed = if closed_too { actions::list_closed(conn, actor, today)? } else { Vec::new() };
            let owing = actions::list_owing(conn, actor, today)?;
            Ok((open, closed, owing, count_in_care(conn, actor, today)?))
        })
        .await?;
    let asking: Vec<&Listed> = open.iter().chain(&owing).collect();
    let looked_among = if closed_too { &closed } else { &open };
    let mut fitting: Vec<Listed> = looked_among
        .iter()
        .chain(if filter.is_of_owing_too() { owing.as_slice() } else { &[] })
        .filter(|listed| filter.fits(listed, today))
        .cloned()
        .collect();
    sort(&mut fitting, order);
    let query = asked.query();
    let (rows, links) = list_page(number, &fitting, PATH, &query);
    let several_municipalities = several(&open);
    let page = ListPage {
        page: Page::new(&ctx, SECTION),
        done,
        count: count(&open),
        as_of: format::date_time(ctx.now),
        ending,
        today: needing(&asking, AttentionFilter::Today),
        later: needing(&asking, AttentionFilter::Later),
        statuses: status_choices(),
        products: product_choices(&open, &closed),
        municipalities: municipality_choices(&open, &closed),
        urgencies: choices(
            "Alle",
            open_urgencies().map(|urgency| (urgency.code().to_owned(), urgency.name().to_owned())),
        ),
        points: attention_choices(&asking, filter.attention),
        heads: heads(&asked, order, several_municipalities),
        lines: rows.iter().map(|listed| line(listed, today)).collect(),
        found: format::count(fitting.len(), "wachtende", "wachtenden"),
        links,
        sheet: link("/wachtlijst.csv", &asked.query()),
        several_municipalities,
        asked: asked.clone(),
    };
    let shown: Vec<ClientCode> = rows
        .iter()
        .map(|listed| listed.client.code)
        .chain(page.today.first.iter().chain(&page.later.first).filter_map(|line| line.code.parse().ok()))
        .collect();
    record(&ctx, AccessKind::ListClients, &filter, shown).await?;
    html(&page)
}

fn heads(asked: &Asked, order: SortOrder<ClientColumn>, several_municipalities: bool) -> Vec<SortHead> {
    let address = |code: &str| {
        let query: Vec<(&str, &str)> = asked
            .query()
            .into_iter()
            .map(|(name, value)| if name == "sorteer" { (name, code) } else { (name, value) })
            .collect();
        link(PATH, &query)
    };
    let heads = [
        ("Code", ClientColumn::Code, true),
        ("Product", ClientColumn::Product, true),
        ("Gemeente", ClientColumn::Municipality, several_municipalities),
        ("Status", ClientColumn::Status, true),
        ("Aandacht", ClientColumn::Attention, true),
        ("Wacht", ClientColumn::Waited, true),
    ];
    heads
        .into_iter()
        .filter(|(_, _, shown)| *shown)
        .map(|(label, column, _)| match (column, order.column) {
            // The longest wait comes first, unless turned round.
            (ClientColumn::Waited, ClientColumn::Waited) => {
                SortHead::newest_first(label, order, &COLUMNS, address)
            }
            _ => SortHead::new(label, column, order, &COLUMNS, address),
        })
        .collect()
}

/// Nothing is shown before it is written down who sees it.
async fn record(
    ctx: &Context,
    kind: AccessKind,
    filter: &ClientFilter,
    shown: Vec<ClientCode>,
) -> Result<()> {
    let question = Question::from(filter);
    ctx.db(move |conn, actor, now| actions::record_list(conn, actor, now, (kind, &question), &shown)).await
}

fn several(list: &[Listed]) -> bool {
    let mut codes = list.iter().map(|listed| &listed.client.municipality.code);
    codes.next().is_some_and(|first| codes.any(|code| code != first))
}

/// Who of these needs attention in the sense of a filter, in the order of the list that the link leads to.
fn needing(among: &[&Listed], filter: AttentionFilter) -> Needing {
    let mut fitting: Vec<&Listed> =
        among.iter().copied().filter(|listed| filter.fits(&listed.standing.attention)).collect();
    let order = SortOrder { column: ClientColumn::Attention, descending: false };
    sort(&mut fitting, order);
    let list = link(PATH, &[("aandacht", filter.code()), ("sorteer", &order.code(&COLUMNS))]);
    Needing {
        all: fitting.len(),
        first: fitting.into_iter().take(NEEDING_SHOWN).map(needs_today).collect(),
        href: format!("{list}{LIST_PLACE}"),
    }
}

fn needs_today(listed: &Listed) -> Today {
    Today {
        code: listed.client.code.to_string(),
        product: listed.client.product.name.clone(),
        weeks: listed.standing.weeks(),
        points: listed.standing.attention.iter().map(|point| point.name()).collect(),
    }
}

fn line(listed: &Listed, today: chrono::NaiveDate) -> Line {
    let (client, standing) = (&listed.client, &listed.standing);
    Line {
        code: client.code.to_string(),
        product: client.product.name.clone(),
        product_code: client.product.code.to_string(),
        municipality: client.municipality.name.clone(),
        age: client.birth.map(|birth| format!("{} jaar", birth.age_on(today))).unwrap_or_default(),
        urgency: (client.urgency == Urgency::Urgent).then(|| client.urgency.name()),
        status: client.status().name(),
        hold: client
            .life
            .hold_on(today)
            .map(|hold| format!("pauze t/m {}", format::short_date(hold.until, today))),
        point: standing.attention.first().copied().map(Attention::short_name),
        more_points: standing.attention.len().saturating_sub(1),
        weeks: standing.weeks(),
        norm: standing.norm().map(ToString::to_string).unwrap_or_default(),
        past_norm: standing.waited.is_past_start_norm(),
        bridging: standing.has_bridging,
    }
}

fn status_choices() -> Choices {
    let mut list: Choices = vec![(OPEN.to_owned(), "Op de lijst".to_owned())];
    let (open, closed): (Vec<ClientStatus>, Vec<ClientStatus>) =
        ClientStatus::ALL.iter().copied().partition(|status| !status.is_closed());
    let named = |status: ClientStatus| (status.code().to_owned(), status.name().to_owned());
    list.extend(open.into_iter().map(named));
    list.push((ON_HOLD.to_owned(), "Gepauzeerd".to_owned()));
    list.push((CLOSED.to_owned(), "Van de lijst af".to_owned()));
    list.extend(closed.into_iter().map(named));
    list
}

/// What asks for attention, with how many have it; what nobody has is left out, unless it was asked for.
fn attention_choices(among: &[&Listed], asked: Option<AttentionFilter>) -> Choices {
    let count = |filter: AttentionFilter| {
        among.iter().filter(|listed| filter.fits(&listed.standing.attention)).count()
    };
    let counted = AttentionFilter::all().map(|filter| (filter, count(filter)));
    choices(
        "Alle",
        counted
            .filter(|(filter, count)| *count > 0 || asked == Some(*filter))
            .map(|(filter, count)| (filter.code().to_owned(), format!("{} ({count})", filter.name()))),
    )
}

fn product_choices(open: &[Listed], closed: &[Listed]) -> Choices {
    let products: std::collections::BTreeMap<String, String> = open
        .iter()
        .chain(closed)
        .map(|listed| (listed.client.product.code.to_string(), listed.client.product.name.clone()))
        .collect();
    choices(
        "Alle producten",
        products.into_iter().map(|(code, name)| (code.clone(), format!("{code} {name}"))),
    )
}

fn municipality_choices(open: &[Listed], closed: &[Listed]) -> Choices {
    let found: std::collections::BTreeMap<String, String> = open
        .iter()
        .chain(closed)
        .map(|listed| (listed.client.municipality.code.to_string(), listed.client.municipality.name.clone()))
        .collect();
    choices("Alle gemeenten", found)
}

/// The list as a sheet, with the same filters: codes and coarse facts, and no text that was typed.
pub async fn csv(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let (filter, order, _) = read(&mut query);
    query.finish(())?;
    let today = ctx.today();
    let wanted = filter.clone();
    let mut fitting =
        ctx.db(move |conn, actor, _| actions::list_fitting(conn, actor, today, &wanted)).await?;
    sort(&mut fitting, order);
    record(
        &ctx,
        AccessKind::ExportClients,
        &filter,
        fitting.iter().map(|listed| listed.client.code).collect(),
    )
    .await?;
    let heads = [
        "code",
        "gemeente",
        "product",
        "productnaam",
        "leeftijd",
        "urgentie",
        "status",
        "wachtSinds",
        "wekenGewacht",
        "bruto",
        "overbrugging",
        "norm",
        "aandacht",
        "aandachtspunten",
    ];
    let mut sheet = Sheet::for_spreadsheets(&heads)?;
    let yes_no = |flag: bool| if flag { "ja" } else { "nee" }.to_owned();
    for Listed { client, standing } in &fitting {
        sheet.row(&[
            client.code.to_string(),
            client.municipality.name.clone(),
            client.product.code.to_string(),
            client.product.name.clone(),
            client.birth.map(|birth| birth.age_on(today).to_string()).unwrap_or_default(),
            client.urgency.name().to_owned(),
            client.status().name().to_owned(),
            client.life.waiting_since().to_string(),
            standing.waited.weeks().map(|weeks| weeks.to_string()).unwrap_or_default(),
            yes_no(standing.waited.is_past_start_norm()),
            yes_no(standing.has_bridging),
            standing.norm().map(ToString::to_string).unwrap_or_default(),
            standing.attention.first().copied().map(Attention::short_name).unwrap_or_default().to_owned(),
            standing.attention.len().to_string(),
        ])?;
    }
    attachment(sheet, "wachtlijst.csv")
}
