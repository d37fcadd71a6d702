//! The overview of the account manager: how fresh the figures of the region are, and who does not keep them so.

use actix_web::HttpResponse;
use askama::Template;
use chrono::{Datelike, NaiveDate};
use rules::codes::{AgbCode, ProductCode};
use rules::freshness::Freshness;

use crate::availability::freshness::actions;
use crate::availability::freshness::model::{ProviderStanding, Standing, StandingFilter, WeekShare};
use crate::availability::supply::snapshot::Snapshot;
use crate::error::{Error, Result};
use crate::paging::SortOrder;
use crate::web::chart::{Label, LineChart, PERCENT, Point, Series};
use crate::web::context::Context;
use crate::web::csv::{Sheet, attachment};
use crate::web::fields::Fields;
use crate::web::form::{Choices, choices};
use crate::web::format;
use crate::web::input::QueryInput;
use crate::web::lists::{PageLinks, SortHead, link, list_page, page_number};
use crate::web::page::{Page, html};

const PATH: &str = "/actualiteit";
const CSV_PATH: &str = "/actualiteit.csv";
pub const COLUMNS: [(&str, Column); 4] = [
    ("oudste", Column::Oldest),
    ("aanbieder", Column::Name),
    ("verouderd", Column::Stale),
    ("herinnerd", Column::Reminded),
];

/// By what the list can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Oldest,
    Name,
    Stale,
    Reminded,
}

/// One provider in the list.
#[derive(Debug, Clone)]
pub struct Line {
    pub agb: String,
    pub name: String,
    pub class: &'static str,
    pub icon: &'static str,
    pub state: String,
    pub oldest: String,
    pub stale: String,
    pub reminded: String,
    /// What the account manager should know besides.
    pub note: String,
}

#[derive(Template)]
#[template(path = "availability/freshness/pages/overview.html")]
pub struct OverviewPage {
    pub page: Page,
    pub products: Choices,
    pub providers: Choices,
    pub product: String,
    pub provider: String,
    pub order: String,
    /// How many providers there are in each state, with its word.
    pub counts: Vec<(&'static str, usize)>,
    pub conclusion: String,
    pub chart: LineChart,
    pub heads: Vec<SortHead>,
    pub lines: Vec<Line>,
    pub total: usize,
    pub links: PageLinks,
    pub csv: String,
}

/// Reads which part of the region is asked for, for pages and API.
pub fn read_filter(query: &mut Fields) -> StandingFilter {
    StandingFilter {
        product_code: query
            .optional_parsed("product", "geen-productcode", ProductCode::parse)
            .map(|code| code.as_str().to_owned()),
        provider_agb: query
            .optional_parsed("aanbieder", "geen-agb", AgbCode::parse)
            .map(|agb| agb.as_str().to_owned()),
    }
}

/// How the figures of the own region stand.
pub async fn load(ctx: &Context, filter: StandingFilter) -> Result<Standing> {
    let region_id = ctx.actor.region_id().ok_or(Error::SignInRequired)?;
    let snapshot = ctx.state.supply.current()?;
    ctx.db(move |conn, _, _| actions::standing(conn, &snapshot, region_id, &filter)).await
}

pub async fn overview(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    let mut standing = load(&ctx, filter.clone()).await?;
    sort(&mut standing.providers, order);
    let (product, provider) =
        (filter.product_code.unwrap_or_default(), filter.provider_agb.unwrap_or_default());
    let order_code = order.code(&COLUMNS);
    let kept = [("product", product.as_str()), ("aanbieder", provider.as_str())];
    let mut address = kept.to_vec();
    address.push(("sorteer", &order_code));
    let (providers, links) = list_page(number, &standing.providers, PATH, &address);
    let head = |label, column| {
        SortHead::new(label, column, order, &COLUMNS, |code| {
            let mut address = kept.to_vec();
            address.push(("sorteer", code));
            link(PATH, &address)
        })
    };
    let states = [Freshness::Fresh, Freshness::Ageing, Freshness::Stale, Freshness::NeverConfirmed];
    let in_state = |state| standing.providers.iter().filter(|provider| provider.freshness == state).count();
    let total = standing.providers.len();
    html(&OverviewPage {
        page: Page::new(&ctx, PATH),
        products: product_choices(&ctx, &snapshot),
        providers: provider_choices(&ctx, &snapshot),
        counts: states.map(|freshness| (state(freshness).0, in_state(freshness))).to_vec(),
        conclusion: conclusion(&standing.weeks),
        chart: chart(&standing.weeks),
        heads: vec![
            head("Oudste bevestiging", Column::Oldest),
            head("Aanbieder", Column::Name),
            head("Verouderd", Column::Stale),
            head("Herinnerd", Column::Reminded),
        ],
        lines: providers.iter().map(|provider| line(provider, ctx.today())).collect(),
        total,
        links,
        csv: link(CSV_PATH, &kept),
        product,
        provider,
        order: order_code,
    })
}

/// The same as a sheet, whole.
pub async fn csv(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let filter = read_filter(&mut query);
    query.finish(())?;
    let standing = load(&ctx, filter).await?;
    let mut sheet = Sheet::new(&[
        "agb",
        "aanbieder",
        "stand",
        "oudste bevestiging",
        "verouderd sinds",
        "producten",
        "waarvan verouderd",
        "keer herinnerd in een jaar",
        "laatst herinnerd",
        "accountmanager bericht",
    ])?;
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    for provider in &standing.providers {
        sheet.row(&[
            provider.agb.clone(),
            provider.name.clone(),
            state(provider.freshness).0.to_owned(),
            day(provider.oldest),
            day(provider.stale_since),
            provider.offers.to_string(),
            provider.stale.to_string(),
            provider.times_reminded().to_string(),
            day(provider.last_reminder().map(|reminder| reminder.sent_on)),
            day(provider.told_on()),
        ])?;
    }
    attachment(sheet, &format!("actualiteit-{}.csv", ctx.today()))
}

/// Puts providers in this order.
pub fn sort(providers: &mut [ProviderStanding], order: SortOrder<Column>) {
    match order.column {
        Column::Oldest => providers.sort_by_key(|provider| provider.oldest),
        Column::Name => providers.sort_by_key(|provider| provider.name.to_lowercase()),
        Column::Stale => providers.sort_by_key(|provider| provider.stale),
        Column::Reminded => providers.sort_by_key(ProviderStanding::times_reminded),
    }
    if order.descending {
        providers.reverse();
    }
}

fn product_choices(ctx: &Context, snapshot: &Snapshot) -> Choices {
    let region = ctx.actor.region_id();
    let own = |index: u32| Some(snapshot.book.regions[index as usize].id) == region;
    let mut products: Choices = snapshot
        .book
        .products
        .iter()
        .filter(|product| own(product.region) && product.validity.contains(snapshot.today))
        .map(|product| (product.code.clone(), format!("{} ({})", product.name, product.code)))
        .collect();
    products.sort_by(|a, b| a.1.cmp(&b.1));
    choices("Alle producten", products)
}

fn provider_choices(ctx: &Context, snapshot: &Snapshot) -> Choices {
    let region = ctx.actor.region_id();
    let mut providers: Choices = snapshot
        .offers()
        .filter(|offer| {
            let product = snapshot.product(offer);
            Some(snapshot.book.regions[product.region as usize].id) == region && !offer.coverage.is_empty()
        })
        .map(|offer| snapshot.provider(offer))
        .map(|provider| (provider.agb.clone(), provider.name.clone()))
        .collect();
    providers.sort_by(|a, b| a.1.cmp(&b.1));
    providers.dedup();
    choices("Alle aanbieders", providers)
}

/// Word, class and icon: never colour alone.
fn state(freshness: Freshness) -> (&'static str, &'static str, &'static str) {
    match freshness {
        Freshness::Fresh => ("Actueel", "badge--vrij", "check"),
        Freshness::Ageing => ("Wordt oud", "badge--wacht", "clock"),
        Freshness::Stale => ("Verouderd", "badge--stop", "alert-triangle"),
        Freshness::NeverConfirmed => ("Nog niet bevestigd", "badge--stop", "alert-triangle"),
    }
}

fn line(provider: &ProviderStanding, today: NaiveDate) -> Line {
    let (word, class, icon) = state(provider.freshness);
    let state = match provider.stale_since {
        Some(since) => format!("{word} sinds {}", format::short_date(since, today)),
        None => word.to_owned(),
    };
    let reminded = match (provider.times_reminded(), provider.last_reminder()) {
        (times, Some(last)) => {
            format!("{times} keer, laatst {}", format::short_date(last.sent_on, today))
        }
        (_, None) => "Nee".to_owned(),
    };
    let mut notes: Vec<String> = Vec::new();
    notes
        .extend(provider.told_on().map(|day| format!("Aan u gemeld op {}.", format::short_date(day, today))));
    notes.extend(
        provider
            .undelivered_on()
            .map(|day| format!("De mail van {} kwam niet aan.", format::short_date(day, today))),
    );
    if !provider.is_reachable && provider.freshness != Freshness::Fresh {
        notes.push("Niemand om te mailen: geen gebruiker met een adres.".to_owned());
    }
    Line {
        agb: provider.agb.clone(),
        name: provider.name.clone(),
        class,
        icon,
        state,
        oldest: provider.oldest.map_or_else(|| "Nooit".to_owned(), format::date),
        stale: format!("{} van {}", provider.stale, provider.offers),
        reminded,
        note: notes.join(" "),
    }
}

fn percentage(week: Option<&WeekShare>) -> Option<f64> {
    week.and_then(|week| week.percentage())
}

fn conclusion(weeks: &[WeekShare]) -> String {
    match (percentage(weeks.first()), percentage(weeks.last())) {
        (Some(first), Some(last)) if first < last => {
            format!("Meer cijfers zijn actueel: van {first}% naar {last}%")
        }
        (Some(first), Some(last)) if first > last => {
            format!("Minder cijfers zijn actueel: van {first}% naar {last}%")
        }
        (_, Some(last)) => format!("{last}% van de cijfers is actueel"),
        (_, None) => "Er zijn geen cijfers".to_owned(),
    }
}

fn chart(weeks: &[WeekShare]) -> LineChart {
    let last = weeks.len().saturating_sub(1);
    let label = |(index, week): (usize, &WeekShare)| Label {
        short: if index == last { "nu".into() } else { format!("{}-{}", week.day.day(), week.day.month()) },
        long: format::date(week.day),
    };
    let point = |week: &WeekShare| week.percentage().map_or(Point::Absent("geen cijfers"), Point::Known);
    LineChart {
        id: "actueel",
        title: "Deel van de cijfers dat actueel was, per week".into(),
        unit: PERCENT,
        labels: weeks.iter().enumerate().map(label).collect(),
        series: vec![Series { name: "Actueel".into(), points: weeks.iter().map(point).collect() }],
        norm: None,
    }
}
