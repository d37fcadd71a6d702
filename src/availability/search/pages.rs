//! The search page: what was asked, the list, the map, and the key figures.

use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use rules::product::ProductKind;

use super::cards::{Card, card, mark_reported};
use super::input::{FOLLOWED, Search, SearchAddress, SearchFields, read_search};
use super::map::{Map, Spot, draw};
use crate::availability::supply::search::{Found, Query, Sort};
use crate::availability::supply::snapshot::{Area, Snapshot};
use crate::error::{Error, Result};
use crate::paging::{PAGE_SIZE, Paging};
use crate::web::context::Context;
use crate::web::fields::Fields;
use crate::web::format;
use crate::web::lists::PageLinks;
use crate::web::page::{ErrorLink, Page, html, html_with_errors};

/// A choice in a select: value, text.
pub type Choice = (String, String);

/// A filter that is on, with the link that takes it off.
#[derive(Debug, Clone)]
pub struct Chip {
    pub text: String,
    pub without: String,
}

/// A way to sort, with its link.
#[derive(Debug, Clone)]
pub struct SortLink {
    pub text: &'static str,
    pub href: String,
    pub current: bool,
}

/// Key figures of what was asked for in the area, whatever the other filters.
#[derive(Debug, Clone)]
pub struct Summary {
    pub places: String,
    pub waiting: String,
    pub weeks: String,
}

/// What a search gives.
#[derive(Debug, Clone, Default)]
pub struct Results {
    pub heading: String,
    pub cards: Vec<Card>,
    pub sorts: Vec<SortLink>,
    pub map: Option<Map>,
    pub summary: Option<Summary>,
    pub links: Option<PageLinks>,
    /// Products a text was understood as, with the link that asks for just that one.
    pub products: Vec<(String, String)>,
    pub several_products: bool,
    pub crisis: bool,
    pub can_compare: bool,
    /// Where to leave an address for a mail when a place comes free; only when help was asked for by name.
    pub follow: Option<String>,
    /// Nothing found: what can be done about it, with links.
    pub next_steps: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "availability/search/search.html")]
pub struct SearchPage {
    pub page: Page,
    pub errors: Vec<ErrorLink>,
    pub title: String,
    pub summary_line: String,
    pub asked: SearchAddress,
    pub municipalities: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub product_names: Vec<String>,
    pub norm_weeks: u16,
    pub fresh_days: u16,
    pub chips: Vec<Chip>,
    pub results: Results,
}

impl SearchPage {
    pub fn error_at(&self, field: &str) -> bool {
        self.errors.iter().any(|error| error.field == field)
    }
}

const LABELS: [(&str, &str); 8] = [
    ("product", "Hulp"),
    ("gemeente", "Gemeente"),
    ("postcode", "Postcode"),
    ("leeftijd", "Leeftijd"),
    ("urgentie", "Urgentie"),
    ("straalKm", "Straal"),
    ("soort", "Soort hulp"),
    ("sorteer", "Sortering"),
];

pub async fn search(ctx: Context, req: HttpRequest) -> Result<HttpResponse> {
    let snapshot = ctx.state.supply.current()?;
    let mut fields = Fields::from_query(req.query_string());
    let read = read_search(&mut fields);
    let asked = SearchAddress::from_query(req.query_string());
    let mut page = frame(&ctx, &snapshot, asked);
    let found = fields
        .finish(read)
        .map_err(Error::Invalid)
        .and_then(|read| read.resolve(&snapshot, ctx.own_region()).map(|search| (read, search)));
    match found {
        Ok((read, search)) => {
            page.fill(&ctx, &snapshot, &read, &search);
            html(&page)
        }
        Err(error) => {
            page.errors = match error {
                Error::Invalid(violations) => ErrorLink::labelled(&violations, &LABELS),
                Error::NotFound(what @ ("postcode" | "gemeente")) => {
                    vec![ErrorLink::new(what, error.detail())]
                }
                other => return Err(other),
            };
            page.page.has_errors = true;
            html_with_errors(&page)
        }
    }
}

/// The start page is the search.
pub async fn home() -> HttpResponse {
    crate::web::page::see_other("/zoeken")
}

fn own_region(ctx: &Context, snapshot: &Snapshot) -> u32 {
    let code = ctx.state.supply.region(&ctx.state.config).map(|region| region.code);
    let index = snapshot.book.regions.iter().position(|region| Some(&region.code) == code.as_ref());
    index.and_then(|index| u32::try_from(index).ok()).unwrap_or(0)
}

/// The page with its form, before there are results.
fn frame(ctx: &Context, snapshot: &Snapshot, asked: SearchAddress) -> SearchPage {
    let region = own_region(ctx, snapshot);
    let municipalities = snapshot.municipalities_in(region).into_iter().map(|index| {
        let municipality = &snapshot.book.municipalities[index as usize];
        (municipality.code.clone(), municipality.name.clone())
    });
    let facts = snapshot.book.regions.get(region as usize);
    let products = snapshot
        .book
        .products
        .iter()
        .filter(|product| product.region == region && product.validity.contains(snapshot.today));
    SearchPage {
        page: Page::new(ctx, "/zoeken"),
        errors: Vec::new(),
        title: "Jeugdhulp zoeken".into(),
        summary_line: String::new(),
        asked,
        municipalities: municipalities.collect(),
        kinds: ProductKind::ALL.iter().map(|kind| (kind.code().to_owned(), kind.name().to_owned())).collect(),
        product_names: products.map(|product| product.name.clone()).collect(),
        norm_weeks: facts.map_or(0, |region| region.norm.total()),
        fresh_days: facts.map_or(0, |region| region.terms.fresh_days()),
        chips: Vec::new(),
        results: Results::default(),
    }
}

impl SearchPage {
    fn fill(&mut self, ctx: &Context, snapshot: &Snapshot, read: &SearchFields, search: &Search) {
        let found = snapshot.search(&search.query);
        let (providers, with_place) = count_providers(snapshot, &search.query);
        self.chips = self.make_chips(read, &search.place.name);
        self.summary_line = if self.chips.is_empty() {
            "Alles in de regio".into()
        } else {
            self.chips.iter().map(|chip| chip.text.as_str()).collect::<Vec<_>>().join(" · ")
        };
        let count = format::count(providers, "aanbieder", "aanbieders");
        let heading = format!("{count}, {with_place} met een vrije plek");
        self.title = match &read.product {
            Some(text) => format!("{text} in {}: {count}", search.place.name),
            None => format!("Jeugdhulp in {}: {count}", search.place.name),
        };
        self.results = self.make_results(ctx, snapshot, read, search, &found);
        self.results.heading = heading;
    }

    fn make_results(
        &self,
        ctx: &Context,
        snapshot: &Snapshot,
        read: &SearchFields,
        search: &Search,
        found: &Found,
    ) -> Results {
        let area = search.query.area;
        let mut cards: Vec<Card> = found
            .hits
            .iter()
            .enumerate()
            .map(|(index, hit)| {
                card(
                    snapshot,
                    snapshot.offer(hit.offer),
                    search.query.offset + index + 1,
                    area,
                    hit.distance_km,
                    ctx.now,
                )
            })
            .collect();
        mark_reported(&mut cards, &ctx.state.reported, ctx.today());
        let spots: Vec<Spot> = cards.iter().map(Into::into).collect();
        let asked_products = search.query.products.as_deref().unwrap_or_default();
        let region = snapshot.regions_of(area).first().copied().unwrap_or_else(|| own_region(ctx, snapshot));
        let paging = Paging { number: read.page, size: PAGE_SIZE, total: found.total };
        let own = search.place.municipality;
        Results {
            follow: read.product.is_some().then(|| self.asked.to("/volgen", &FOLLOWED)),
            sorts: self.make_sorts(read.sort),
            map: draw(snapshot, region, own, &ctx.state.look.borders, &spots),
            summary: (read.product.is_some() && !asked_products.is_empty())
                .then(|| summarise(snapshot, &search.query)),
            links: Some(PageLinks::new(paging, |number| self.page_link(number))),
            products: if read.product.is_some() {
                self.name_products(snapshot, asked_products)
            } else {
                Vec::new()
            },
            several_products: asked_products.len() != 1,
            crisis: read.urgency == super::input::Urgency::Crisis,
            can_compare: cards.len() > 1,
            next_steps: if cards.is_empty() { self.make_next_steps(read) } else { Vec::new() },
            heading: String::new(),
            cards,
        }
    }

    fn page_link(&self, number: usize) -> String {
        let first = self.asked.without("pagina");
        if number == 1 {
            first
        } else {
            format!("{first}{}pagina={number}", if first.contains('?') { '&' } else { '?' })
        }
    }

    fn make_sorts(&self, current: Sort) -> Vec<SortLink> {
        let texts =
            [(Sort::Soonest, "Snelst beschikbaar"), (Sort::Nearest, "Dichtstbij"), (Sort::Name, "Naam")];
        texts
            .into_iter()
            .map(|(sort, text)| SortLink {
                text,
                href: self.asked.with("sorteer", sort.code()),
                current: sort == current,
            })
            .collect()
    }

    fn name_products(&self, snapshot: &Snapshot, products: &[u32]) -> Vec<(String, String)> {
        let name = |index: &u32| {
            let product = &snapshot.book.products[*index as usize];
            (format!("{} ({})", product.name, product.code), self.asked.with("product", &product.code))
        };
        products.iter().take(8).map(name).collect()
    }

    fn make_chips(&self, read: &SearchFields, place: &str) -> Vec<Chip> {
        let mut chips = Vec::new();
        let mut add =
            |text: String, field: &str| chips.push(Chip { text, without: self.asked.without(field) });
        if let Some(text) = &read.product {
            add(text.clone(), "product");
        }
        if let Some(postcode) = read.postcode {
            add(format!("{} {place}", postcode.number()), "postcode");
        } else if read.municipality.is_some() {
            add(place.to_owned(), "gemeente");
        }
        if let Some(kind) = read.kind {
            add(kind.name().to_owned(), "soort");
        }
        if let Some(age) = read.age {
            add(format!("{age} jaar"), "leeftijd");
        }
        match read.urgency {
            super::input::Urgency::Regular => {}
            super::input::Urgency::Urgent => add("binnen 2 weken".into(), "urgentie"),
            super::input::Urgency::Crisis => add("crisis".into(), "urgentie"),
        }
        if let Some(km) = read.radius_km {
            add(format!("binnen {km} km"), "straalKm");
        }
        for (on, text, field) in [
            (read.with_place, "vrije plek", "vrijePlek"),
            (read.within_norm, "binnen de norm", "binnenNorm"),
            (read.fresh, "vers bevestigd", "vers"),
            (read.online, "online hulp", "online"),
        ] {
            if on {
                add(text.to_owned(), field);
            }
        }
        chips
    }

    fn make_next_steps(&self, read: &SearchFields) -> Vec<(String, String)> {
        let mut steps = Vec::new();
        let mut offer = |on: bool, text: &str, field: &str| {
            if on {
                steps.push((text.to_owned(), self.asked.without(field)));
            }
        };
        offer(read.with_place, "Toon ook aanbieders met een wachtlijst", "vrijePlek");
        offer(read.within_norm, "Toon ook langere wachttijden", "binnenNorm");
        offer(read.fresh, "Toon ook oudere cijfers", "vers");
        offer(read.online, "Toon ook hulp op locatie", "online");
        offer(read.radius_km.is_some(), "Zoek zonder grens aan de afstand", "straalKm");
        offer(read.urgency != super::input::Urgency::Regular, "Zoek zonder urgentie", "urgentie");
        offer(read.age.is_some(), "Zoek voor alle leeftijden", "leeftijd");
        offer(read.product.is_some(), "Zoek alle hulp", "product");
        offer(read.kind.is_some(), "Zoek alle soorten hulp", "soort");
        offer(read.postcode.is_some(), "Zoek zonder postcode", "postcode");
        offer(read.municipality.is_some(), "Zoek in de hele regio", "gemeente");
        if read.page > 1 {
            steps.insert(0, ("Naar de eerste pagina".to_owned(), self.asked.without("pagina")));
        }
        steps
    }
}

/// How many different providers fit, and how many of them have a free place.
fn count_providers(snapshot: &Snapshot, query: &Query) -> (usize, usize) {
    let mut all = std::collections::HashMap::new();
    for hit in snapshot.search_all(query).hits {
        let offer = snapshot.offer(hit.offer);
        *all.entry(offer.provider).or_insert(false) |= offer.has_place();
    }
    (all.len(), all.values().filter(|has_place| **has_place).count())
}

/// Places, waiting and mean weeks of the products asked for, in the area as a whole.
fn summarise(snapshot: &Snapshot, query: &Query) -> Summary {
    let asked = Query { products: query.products.clone(), ..Query::new(query.area) };
    let offers: Vec<_> =
        snapshot.search_all(&asked).hits.iter().map(|hit| snapshot.offer(hit.offer)).collect();
    let places: u32 = offers
        .iter()
        .filter(|offer| offer.has_place())
        .filter_map(|offer| offer.shown_places())
        .map(u32::from)
        .sum();
    let waiting: Vec<u32> = offers.iter().filter_map(|offer| offer.figures.waiting).map(u32::from).collect();
    let starting = offers.iter().filter(|offer| !offer.is_stopped());
    let weeks: Vec<u32> = starting.filter_map(|offer| offer.figures.expected_start_hundredths()).collect();
    Summary {
        places: places.to_string(),
        waiting: if waiting.is_empty() {
            "niet bekend".into()
        } else {
            waiting.iter().sum::<u32>().to_string()
        },
        weeks: if weeks.is_empty() {
            "niet bekend".into()
        } else {
            format::decimal(f64::from(weeks.iter().sum::<u32>()) / weeks.len() as f64 / 100.0)
        },
    }
}

/// The area of the region this server is for, for pages without a place of their own.
pub(super) fn region_area(ctx: &Context, snapshot: &Snapshot) -> Area {
    Area::Region(own_region(ctx, snapshot))
}
