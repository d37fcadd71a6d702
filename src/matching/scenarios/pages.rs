//! Scenarios and their sweeps on pages.

mod changes;
pub mod sweeps;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDate;
use rules::matching::scenario::Kind;

use self::changes::{CONTRACTS, Names, PLACES, SETTINGS, copy_link, ranges, read_changes, settings};
use super::actions::{self, OBJECT};
use super::model::{ChangeLine, ContractWorth, Scenario, ScenarioDraft, Stamp, Sweep};
use super::naming::Part;
use super::working_out::hash_of;
use crate::availability::supply::snapshot::Snapshot;
use crate::error::{Error, Result};
use crate::matching::policy::actions::find_policy;
use crate::matching::runs::model::ScarcePlace;
use crate::matching::weights::actions::find_weights;
use crate::paging::Paging;
use crate::web::context::Context;
use crate::web::csv::{Sheet, attachment};
use crate::web::fields::{Length, parse_number};
use crate::web::form::{Choices, Form, Labels, choices, form_page};
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, link, list_page, page_number};
use crate::web::page::{Page, html, see_other};

const PATH: &str = "/regiovoorstel/wat-als";
const NEW_PATH: &str = "/regiovoorstel/wat-als/nieuw";
/// The entry of the menu.
const SECTION: &str = "/regiovoorstel";

const LABELS: Labels = &[
    ("naam", "Naam"),
    ("plekAanbieder1", "Eerste plekken: aanbieder"),
    ("plekProduct1", "Eerste plekken: product"),
    ("plekken1", "Eerste plekken: aantal"),
    ("plekAanbieder2", "Tweede plekken: aanbieder"),
    ("plekProduct2", "Tweede plekken: product"),
    ("plekken2", "Tweede plekken: aantal"),
    ("contractAanbieder1", "Eerste contract: aanbieder"),
    ("contractProduct1", "Eerste contract: product"),
    ("contractGemeente1", "Eerste contract: gemeente"),
    ("contractAanbieder2", "Tweede contract: aanbieder"),
    ("contractProduct2", "Tweede contract: product"),
    ("contractGemeente2", "Tweede contract: gemeente"),
    ("eindeAanbieder", "Contract eraf: aanbieder"),
    ("eindeProduct", "Contract eraf: product"),
    ("eindeGemeente", "Contract eraf: gemeente"),
    ("afstand", "Hoogste afstand voor iedereen (km)"),
    ("normWeken", "Norm (weken)"),
    ("normProduct", "Product waarvoor deze norm geldt"),
    ("instelling1", "Eerste instelling"),
    ("waarde1", "Eerste waarde"),
    ("instelling2", "Tweede instelling"),
    ("waarde2", "Tweede waarde"),
];

const SWEEP: Labels = &[
    ("wat", "Wat verandert"),
    ("reeksAanbieder", "Aanbieder"),
    ("reeksProduct", "Product"),
    ("van", "Van"),
    ("tot", "Tot en met"),
    ("stap", "Stap"),
];

/// By what the worth of places is shown: code, name, and what a row is about.
const BY: [(&str, &str, By); 5] = [
    ("plek", "Per plek", By::Place),
    ("product", "Per product", By::Product),
    ("aanbieder", "Per aanbieder", By::Provider),
    ("plaats", "Per plaats", By::Town),
    ("overbrugging", "Voor overbrugging", By::Bridging),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Place,
    Product,
    Provider,
    Town,
    Bridging,
}

#[derive(Template)]
#[template(path = "matching/scenarios/list.html")]
pub struct ScenariosPage {
    pub page: Page,
    pub scenarios: Vec<Scenario>,
    pub links: PageLinks,
    pub today: NaiveDate,
    pub removed: bool,
}

#[derive(Template)]
#[template(path = "matching/scenarios/form.html")]
pub struct ScenarioFormPage {
    pub page: Page,
    pub form: Form,
}

#[derive(Template)]
#[template(path = "matching/scenarios/scenario.html")]
pub struct ScenarioPage {
    pub page: Page,
    pub address: String,
    pub scenario: Scenario,
    pub sweep: Option<Sweep>,
    pub form: Form,
    pub age: Age,
    /// Code, name and whether it is shown, of each way to see what places are worth.
    pub ways: Vec<(&'static str, &'static str, bool)>,
    pub by: By,
    pub worths: Vec<ScarcePlace>,
    pub worth_total: usize,
    pub links: PageLinks,
    /// The form for a new scenario with the same changes, if it can say them.
    pub copy: Option<String>,
}

#[derive(Template)]
#[template(path = "matching/scenarios/remove.html")]
pub struct RemovePage {
    pub page: Page,
    pub scenario: Scenario,
}

/// Hoe oud: what is otherwise by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Age {
    pub days: i64,
    /// What changed since it was worked out.
    pub changed: Vec<&'static str>,
}

impl Age {
    fn of(stamp: &Stamp, now: &Stamped, today: NaiveDate) -> Self {
        let told = [
            (stamp.supply_version != now.supply, "de cijfers van aanbieders"),
            (stamp.policy.version != now.policy, "het toewijzingsbeleid"),
            (stamp.weights.version != now.weights, "de weging"),
        ];
        let mut changed: Vec<&str> =
            told.into_iter().filter_map(|(is_it, what)| is_it.then_some(what)).collect();
        let days = (today - stamp.day).num_days();
        // With another day or other figures the problem is another too; what else is otherwise cannot be told then.
        if changed.is_empty() && days <= 0 && stamp.facts != now.facts {
            changed.push("wie er wacht, of contracten en normen");
        }
        Self { days, changed }
    }

    pub fn words(&self) -> String {
        match self.days {
            ..=0 => "van vandaag".to_owned(),
            1 => "van gisteren".to_owned(),
            days => format!("{days} dagen oud"),
        }
    }
}

/// The versions that hold now, and the problem of now.
struct Stamped {
    facts: String,
    supply: i64,
    policy: i32,
    weights: i32,
}

impl ScarcePlace {
    /// A new scenario with one more place here.
    pub fn try_link(&self) -> String {
        let code = self.product.split(' ').next().unwrap_or_default();
        let name = format!("Eén plek meer bij {}", self.provider);
        let fields = [("plekAanbieder1", self.agb.as_str()), ("plekProduct1", code), ("plekken1", "+1")];
        let named: Vec<(&str, &str)> = std::iter::once(("naam", name.as_str())).chain(fields).collect();
        link(NEW_PATH, &named)
    }
}

impl ContractWorth {
    /// A new scenario with this contract.
    pub fn try_link(&self) -> String {
        let name = format!("Contract {} met {}", self.provider, self.municipality);
        link(
            NEW_PATH,
            &[
                ("naam", &name),
                ("contractAanbieder1", &self.agb),
                ("contractProduct1", &self.product_code),
                ("contractGemeente1", &self.municipality_code),
            ],
        )
    }
}

pub fn parse_scenario(text: &str) -> Result<i64> {
    parse_number(text, 1, i64::from(i32::MAX)).map_err(|_| Error::NotFound(OBJECT))
}

fn path_of(id: i64) -> String {
    format!("{PATH}/{id}")
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let (number, removed) = (page_number(&mut query), query.flag("verwijderd"));
    query.finish(())?;
    let (scenarios, total) =
        ctx.db(move |conn, actor, _| actions::list_scenarios(conn, actor, number)).await?;
    let links =
        PageLinks::new(Paging::new(number, total), |number| link(PATH, &[("pagina", &number.to_string())]));
    html(&ScenariosPage { page: Page::new(&ctx, SECTION), scenarios, links, today: ctx.today(), removed })
}

/// The form, empty or with what a link says.
pub async fn new_form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let form = Form::of_typed(LABELS, &query);
    for (name, _) in LABELS {
        query.ignore(name);
    }
    query.finish(())?;
    show_form(&ctx, form)
}

fn show_form(ctx: &Context, mut form: Form) -> Result<HttpResponse> {
    let snapshot = ctx.state.supply.current()?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let (providers, products) = (providers(&snapshot, region_id), products(&snapshot, region_id));
    for [provider, product, _] in PLACES {
        form = form
            .with_choices(provider, choices("Alle aanbieders", providers.clone()))
            .with_choices(product, choices("Alle producten", products.clone()));
    }
    for (kind, [provider, product, municipality]) in CONTRACTS {
        let none = if kind == Kind::Contract { "Geen contract erbij" } else { "Geen contract eraf" };
        form = form
            .with_choices(provider, choices(none, providers.clone()))
            .with_choices(product, choices("Alle producten", products.clone()))
            .with_choices(municipality, choices("Alle gemeenten", municipalities(&snapshot, region_id)));
    }
    for [kind, _] in SETTINGS {
        form = form.with_choices(kind, choices("Zoals nu", settings()));
    }
    form = form.with_choices("normProduct", choices("Alle producten", products));
    let page = form.page(ctx, SECTION);
    form_page(form.status(), &ScenarioFormPage { page, form })
}

/// Those with an offer for a product of the region.
fn providers(snapshot: &Snapshot, region_id: i64) -> Choices {
    let own = |region: u32| snapshot.book.regions[region as usize].id == region_id;
    let offers = snapshot.offers().filter(|offer| own(snapshot.product(offer).region));
    let mut found: Choices = offers
        .map(|offer| snapshot.provider(offer))
        .map(|provider| (provider.agb.clone(), provider.name.clone()))
        .collect();
    found.sort_by(|one, other| (&one.1, &one.0).cmp(&(&other.1, &other.0)));
    found.dedup();
    found
}

fn products(snapshot: &Snapshot, region_id: i64) -> Choices {
    let own = |region: u32| snapshot.book.regions[region as usize].id == region_id;
    let products = snapshot.book.products.iter();
    let mut found: Choices = products
        .filter(|product| own(product.region) && product.validity.contains(snapshot.today))
        .map(|product| (product.code.clone(), format!("{} ({})", product.name, product.code)))
        .collect();
    found.sort_by(|one, other| one.1.cmp(&other.1));
    found
}

fn municipalities(snapshot: &Snapshot, region_id: i64) -> Choices {
    let book = &snapshot.book;
    let members = book.memberships.iter().filter(|member| {
        book.regions[member.region as usize].id == region_id && member.validity.contains(snapshot.today)
    });
    let mut found: Choices = members
        .map(|member| &book.municipalities[member.municipality as usize])
        .map(|municipality| (municipality.code.clone(), municipality.name.clone()))
        .collect();
    found.sort_by(|one, other| one.1.cmp(&other.1));
    found.dedup();
    found
}

/// Works out a scenario and keeps it.
pub async fn make(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let name = fields.text("naam", Length(1, 100));
    let (changes, names): (Vec<ChangeLine>, Vec<Names>) = read_changes(&mut fields).into_iter().unzip();
    let made = match fields.finish(ScenarioDraft { name, changes }) {
        Ok(draft) => {
            let snapshot = ctx.state.supply.current()?;
            ctx.db(move |conn, actor, now| {
                let field = |at: usize, part: Part| {
                    names.get(at).map_or_else(String::new, |names| names.of(part).to_owned())
                };
                actions::make_scenario(conn, actor, now, &snapshot, &draft, field)
            })
            .await
        }
        Err(violations) => Err(violations.into()),
    };
    match made {
        Ok(id) => Ok(see_other(&path_of(id))),
        Err(error) => {
            // Nothing here has a version.
            form.refuse(error, "naam")?;
            show_form(&ctx, form)
        }
    }
}

pub async fn show(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let id = parse_scenario(&path)?;
    let by = query.optional_choice("waarde", &BY.map(|(code, _, by)| (code, by))).unwrap_or(By::Place);
    let number = page_number(&mut query);
    query.finish(())?;
    let form = Form::new(SWEEP)
        .with("wat", Kind::MorePlaces.code())
        .with("van", "0")
        .with("tot", "20")
        .with("stap", "1");
    show_scenario(&ctx, id, (by, number), form).await
}

async fn show_scenario(
    ctx: &Context,
    id: i64,
    (by, number): (By, usize),
    form: Form,
) -> Result<HttpResponse> {
    let (scenario, sweep) = ctx.db(move |conn, actor, _| actions::find_with_sweep(conn, actor, id)).await?;
    let now = stamped(ctx).await?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let snapshot = ctx.state.supply.current()?;
    let form = form
        .with_choices("wat", ranges())
        .with_choices("reeksAanbieder", choices("Alle aanbieders", providers(&snapshot, region_id)))
        .with_choices("reeksProduct", choices("Alle producten", products(&snapshot, region_id)));
    let all = worths_by(&scenario, by);
    let code = BY.iter().find(|(_, _, known)| *known == by).map_or("", |(code, ..)| code);
    let (worths, links) = list_page(number, &all, &path_of(id), &[("waarde", code)]);
    form_page(
        form.status(),
        &ScenarioPage {
            page: form.page(ctx, SECTION),
            address: path_of(id),
            age: Age::of(&scenario.body.stamp, &now, ctx.today()),
            ways: BY.map(|(code, name, known)| (code, name, known == by)).to_vec(),
            by,
            worth_total: all.len(),
            worths,
            links,
            copy: copy_link(&scenario),
            scenario,
            sweep,
            form,
        },
    )
}

async fn stamped(ctx: &Context) -> Result<Stamped> {
    let snapshot = ctx.state.supply.current()?;
    let region_id = ctx.actor.region_id().ok_or(Error::Forbidden)?;
    let state = ctx.state.clone();
    ctx.db(move |conn, _, _| {
        Ok(Stamped {
            facts: hash_of(&state.plans.current(conn, &snapshot, region_id)?.facts)?,
            supply: snapshot.version,
            policy: find_policy(conn, region_id)?.version,
            weights: find_weights(conn, region_id)?.version,
        })
    })
    .await
}

/// What one more place is worth, the most first: of each group the offer where it is worth the most, since that is where
/// it would be.
fn worths_by(scenario: &Scenario, by: By) -> Vec<ScarcePlace> {
    let body = &scenario.body;
    let key = |place: &ScarcePlace| match by {
        By::Product => place.product.clone(),
        By::Provider => place.agb.clone(),
        By::Town => place.place.clone(),
        By::Place | By::Bridging => String::new(),
    };
    match by {
        By::Place => body.worths.clone(),
        By::Bridging => body.bridging_worths.clone(),
        _ => {
            let mut seen = std::collections::BTreeSet::new();
            body.worths.iter().filter(|place| seen.insert(key(place))).cloned().collect()
        }
    }
}

/// Works out a scenario by what is so now.
pub async fn renew(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse_scenario(&path)?;
    let version = fields.small("versie", 1, i64::from(i32::MAX)).unwrap_or_default();
    fields.finish(())?;
    let snapshot = ctx.state.supply.current()?;
    ctx.db(move |conn, actor, now| actions::renew_scenario(conn, actor, now, &snapshot, (id, version)))
        .await?;
    Ok(see_other(&path_of(id)))
}

/// Asks whether it is to go.
pub async fn remove_form(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_scenario(&path)?;
    let scenario = ctx.db(move |conn, actor, _| actions::find_scenario(conn, actor, id)).await?;
    html(&RemovePage { page: Page::new(&ctx, SECTION), scenario })
}

pub async fn remove(ctx: Context, path: Path<String>, FormInput(fields): FormInput) -> Result<HttpResponse> {
    fields.finish(())?;
    let id = parse_scenario(&path)?;
    ctx.db(move |conn, actor, now| actions::remove_scenario(conn, actor, now, id)).await?;
    Ok(see_other(&link(PATH, &[("verwijderd", "ja")])))
}

/// What one more place is worth as a sheet.
pub async fn places_csv(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_scenario(&path)?;
    let scenario = ctx.db(move |conn, actor, _| actions::find_scenario(conn, actor, id)).await?;
    let mut sheet = Sheet::for_spreadsheets(&[
        "agb",
        "aanbieder",
        "plaats",
        "product",
        "plekkenNu",
        "voor",
        "klassenErbij",
        "honderdstenWeekMinder",
    ])?;
    let rows = [("plaatsing", &scenario.body.worths), ("overbrugging", &scenario.body.bridging_worths)];
    for (what, place) in rows.iter().flat_map(|(what, places)| places.iter().map(move |place| (what, place)))
    {
        sheet.row(&[
            place.agb.clone(),
            place.provider.clone(),
            place.place.clone(),
            place.product.clone(),
            place.room.to_string(),
            (*what).to_owned(),
            place.class.to_string(),
            place.cost.to_string(),
        ])?;
    }
    attachment(sheet, &format!("plekken-{id}.csv"))
}
