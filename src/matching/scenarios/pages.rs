//! Scenarios and their sweeps on pages.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::NaiveDate;
use rules::matching::scenario::{Kind, Unit};

use super::actions::{self, OBJECT, RangePart};
use super::model::{
    ChangeLine, ContractWorth, Range, Scenario, ScenarioDraft, Stamp, Sweep, SweepState, value_words,
};
use super::naming::Part;
use crate::availability::supply::snapshot::Snapshot;
use crate::error::{Error, Result};
use crate::matching::policy::actions::find_policy;
use crate::matching::runs::model::ScarcePlace;
use crate::matching::weights::actions::find_weights;
use crate::matching::weights::pages::{parse_weeks, shown_weeks};
use crate::paging::Paging;
use crate::web::chart::{Label, LineChart, Point, Series};
use crate::web::context::Context;
use crate::web::csv::{Sheet, attachment};
use crate::web::fields::{Fields, Length, parse_number};
use crate::web::form::{Choices, Form, Labels, Refusal, choices, form_page};
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
    ("afstand", "Hoogste afstand voor iedereen (km)"),
    ("normWeken", "Norm (weken)"),
    ("normProduct", "Product waarvoor deze norm geldt"),
    ("instelling1", "Eerste instelling"),
    ("waarde1", "Eerste waarde"),
    ("instelling2", "Tweede instelling"),
    ("waarde2", "Tweede waarde"),
];

/// Fields of places: provider, product, number.
const PLACES: [[&str; 3]; 2] =
    [["plekAanbieder1", "plekProduct1", "plekken1"], ["plekAanbieder2", "plekProduct2", "plekken2"]];
/// Fields of contracts: provider, product, municipality.
const CONTRACTS: [[&str; 3]; 2] = [
    ["contractAanbieder1", "contractProduct1", "contractGemeente1"],
    ["contractAanbieder2", "contractProduct2", "contractGemeente2"],
];
/// Fields of weights and choices of the policy.
const SETTINGS: [[&str; 2]; 2] = [["instelling1", "waarde1"], ["instelling2", "waarde2"]];

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

#[derive(Template)]
#[template(path = "matching/scenarios/sweep.html")]
pub struct SweepPage {
    pub page: Page,
    /// Of the scenario.
    pub address: String,
    pub scenario: Scenario,
    pub sweep: Sweep,
    pub age: Option<Age>,
    pub charts: Vec<LineChart>,
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
        let changed = [
            (stamp.supply_version != now.supply, "de cijfers van aanbieders"),
            (stamp.policy.version != now.policy, "het toewijzingsbeleid"),
            (stamp.weights.version != now.weights, "de weging"),
        ];
        Self {
            days: (today - stamp.day).num_days(),
            changed: changed.into_iter().filter_map(|(is_it, what)| is_it.then_some(what)).collect(),
        }
    }

    pub fn words(&self) -> String {
        match self.days {
            ..=0 => "van vandaag".to_owned(),
            1 => "van gisteren".to_owned(),
            days => format!("{days} dagen oud"),
        }
    }
}

/// The versions that hold now.
struct Stamped {
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
    for [provider, product, municipality] in CONTRACTS {
        form = form
            .with_choices(provider, choices("Geen contract erbij", providers.clone()))
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

/// The weights and the choices of the policy.
fn is_setting(kind: Kind) -> bool {
    let others = [Kind::MorePlaces, Kind::ExactPlaces, Kind::Radius, Kind::Norm, Kind::Contract];
    !others.contains(&kind)
}

fn unit_words(kind: Kind) -> &'static str {
    match kind.value().map(|(.., unit)| unit) {
        Some(Unit::Places) => "plekken",
        Some(Unit::Kilometres) => "km",
        Some(Unit::Weeks | Unit::Hundredths) => "weken",
        Some(Unit::YesNo) => "ja of nee",
        None => "",
    }
}

fn settings() -> Choices {
    let settings = Kind::ALL.iter().copied().filter(|kind| is_setting(*kind));
    settings.map(|kind| (kind.code().to_owned(), format!("{} ({})", kind.name(), unit_words(kind)))).collect()
}

/// What a sweep can change.
fn ranges() -> Choices {
    let many = |kind: Kind| kind.value().is_some_and(|(.., unit)| unit != Unit::YesNo);
    Kind::ALL
        .iter()
        .copied()
        .filter(|kind| many(*kind))
        .map(|kind| (kind.code().to_owned(), format!("{} ({})", kind.name(), unit_words(kind))))
        .collect()
}

/// A value as people type it: weeks with decimals where they count in hundredths.
fn parse_value(kind: Kind, text: &str) -> Result<i32, String> {
    let text = text.trim();
    match kind.value().map(|(.., unit)| unit) {
        Some(Unit::Hundredths) => {
            parse_weeks(text).and_then(|value| i32::try_from(value).map_err(|_| "is te veel".to_owned()))
        }
        Some(Unit::YesNo) => match text.to_lowercase().as_str() {
            "ja" => Ok(1),
            "nee" => Ok(0),
            _ => Err("vul ja of nee in".to_owned()),
        },
        _ => text
            .parse::<i32>()
            .ok()
            .filter(|value| value.abs() < 10_000)
            .ok_or_else(|| format!("vul een heel getal in ({})", unit_words(kind))),
    }
}

/// A value as it is typed.
fn shown_value(kind: Kind, value: i32) -> String {
    match kind.value().map(|(.., unit)| unit) {
        Some(Unit::Hundredths) => shown_weeks(value.unsigned_abs()),
        Some(Unit::YesNo) => value_words(kind, value),
        _ if kind == Kind::MorePlaces && value >= 0 => format!("+{value}"),
        _ => value.to_string(),
    }
}

/// A number of places: with a sign so many more or fewer, without one exactly so many.
fn parse_places(text: &str) -> Result<(Kind, i32), String> {
    let text = text.trim().replace('−', "-");
    let kind = if text.starts_with(['+', '-']) { Kind::MorePlaces } else { Kind::ExactPlaces };
    let value = text.parse::<i32>().ok().filter(|value| value.abs() < 1000);
    value.map(|value| (kind, value)).ok_or_else(|| "vul een aantal in, zoals +2, -1 of 5".to_owned())
}

/// The fields of one change in the form.
struct Names {
    kind: &'static str,
    provider: &'static str,
    product: &'static str,
    municipality: &'static str,
    value: &'static str,
}

impl Names {
    fn of(&self, part: Part) -> &'static str {
        match part {
            Part::Kind | Part::Offer => self.kind,
            Part::Provider => self.provider,
            Part::Product => self.product,
            Part::Municipality => self.municipality,
            Part::Value => self.value,
        }
    }
}

/// Reads the changes of the form, each with where its parts stand.
fn read_changes(fields: &mut Fields) -> Vec<(ChangeLine, Names)> {
    let mut changes = Vec::new();
    let code = |fields: &mut Fields, name: &'static str| fields.optional_text(name, Length(1, 20));
    for [provider, product, value] in PLACES {
        let (about, of) = (code(fields, provider), code(fields, product));
        let places = fields.optional_parsed(value, "geen-aantal", parse_places);
        if places.is_none() && (about.is_some() || of.is_some()) && fields.raw(value).trim().is_empty() {
            fields.error(value, "verplicht", "vul dit in, of kies geen aanbieder en product");
        }
        if let Some((kind, number)) = places {
            let line =
                ChangeLine { provider: about, product: of, value: Some(number), ..ChangeLine::new(kind) };
            changes.push((line, Names { kind: value, provider, product, municipality: value, value }));
        }
    }
    for [provider, product, municipality] in CONTRACTS {
        let (about, of) = (code(fields, provider), code(fields, product));
        let at = code(fields, municipality);
        if about.is_none() && (of.is_some() || at.is_some()) {
            fields.error(provider, "verplicht", "kies een aanbieder, of kies geen product en gemeente");
        }
        if about.is_some() {
            let line = ChangeLine {
                provider: about,
                product: of,
                municipality: at,
                ..ChangeLine::new(Kind::Contract)
            };
            changes.push((line, Names { kind: provider, provider, product, municipality, value: provider }));
        }
    }
    let single = |kind: Kind, product: Option<String>, value: i32, name: &'static str, of: &'static str| {
        let line = ChangeLine { product, value: Some(value), ..ChangeLine::new(kind) };
        (line, Names { kind: name, provider: name, product: of, municipality: name, value: name })
    };
    if let Some(radius) =
        fields.optional_parsed("afstand", "geen-getal", |text| parse_value(Kind::Radius, text))
    {
        changes.push(single(Kind::Radius, None, radius, "afstand", "afstand"));
    }
    let product = code(fields, "normProduct");
    let norm = fields.optional_parsed("normWeken", "geen-getal", |text| parse_value(Kind::Norm, text));
    if norm.is_none() && product.is_some() && fields.raw("normWeken").trim().is_empty() {
        fields.error("normWeken", "verplicht", "vul dit in, of kies geen product");
    }
    if let Some(weeks) = norm {
        changes.push(single(Kind::Norm, product, weeks, "normWeken", "normProduct"));
    }
    for [name, value] in SETTINGS {
        let kind = fields.optional_parsed(name, "onbekende-keuze", |code| {
            Kind::parse(code).filter(|kind| is_setting(*kind)).ok_or("kies uit de lijst")
        });
        let number = if let Some(kind) = kind {
            fields.parsed(value, "geen-getal", |text| parse_value(kind, text))
        } else {
            if fields.optional_text(value, Length(0, 20)).is_some_and(|text| !text.is_empty()) {
                fields.error(name, "verplicht", "kies welke instelling deze waarde krijgt");
            }
            None
        };
        if let (Some(kind), Some(number)) = (kind, number) {
            changes.push(single(kind, None, number, value, value));
        }
    }
    changes
}

/// The link to the form with these changes; none when it has no fields for all of them.
fn copy_link(scenario: &Scenario) -> Option<String> {
    let mut fields: Vec<(&str, String)> = vec![("naam", format!("{} (kopie)", scenario.name))];
    let (mut places, mut contracts, mut settings) = (PLACES.iter(), CONTRACTS.iter(), SETTINGS.iter());
    for line in &scenario.changes {
        let (provider, product) =
            (line.provider.clone().unwrap_or_default(), line.product.clone().unwrap_or_default());
        let value = line.value.map(|value| shown_value(line.kind, value)).unwrap_or_default();
        match line.kind {
            _ if line.offer.is_some() => return None,
            kind if kind.is_about_places() => {
                let names = places.next()?;
                fields.extend([(names[0], provider), (names[1], product), (names[2], value)]);
            }
            Kind::Contract => {
                let names = contracts.next()?;
                let municipality = line.municipality.clone().unwrap_or_default();
                fields.extend([(names[0], provider), (names[1], product), (names[2], municipality)]);
            }
            Kind::Radius => fields.push(("afstand", value)),
            Kind::Norm => fields.extend([("normWeken", value), ("normProduct", product)]),
            kind => {
                let names = settings.next()?;
                fields.extend([(names[0], kind.code().to_owned()), (names[1], value)]);
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    if !fields.iter().all(|(name, _)| seen.insert(*name)) {
        return None;
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Some(link(NEW_PATH, &fields))
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
    ctx.db(move |conn, _, _| {
        Ok(Stamped {
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

/// Has a range of values worked out.
pub async fn start_sweep(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse_scenario(&path)?;
    let mut form = Form::of_typed(SWEEP, &fields);
    let kind = fields.parsed("wat", "onbekende-keuze", |code| Kind::parse(code).ok_or("kies uit de lijst"));
    let code = |fields: &mut Fields, name: &'static str| fields.optional_text(name, Length(1, 20));
    let (provider, product) = (code(&mut fields, "reeksAanbieder"), code(&mut fields, "reeksProduct"));
    let of = kind.unwrap_or(Kind::MorePlaces);
    let mut value = |name: &'static str| fields.parsed(name, "geen-getal", |text| parse_value(of, text));
    let (from, to, step) = (value("van"), value("tot"), value("stap"));
    if step.is_some_and(|step| step < 1) {
        fields.error("stap", "buiten-grenzen", "moet meer dan 0 zijn");
    }
    let range = Range {
        change: ChangeLine { provider, product, ..ChangeLine::new(of) },
        from: from.unwrap_or_default(),
        to: to.unwrap_or_default(),
        step: step.unwrap_or(1),
    };
    let started = match fields.finish(range) {
        Ok(range) => {
            let snapshot = ctx.state.supply.current()?;
            ctx.db(move |conn, actor, now| {
                actions::start_sweep(conn, actor, now, &snapshot, id, (range, range_field))
            })
            .await
        }
        Err(violations) => Err(violations.into()),
    };
    match started {
        Ok(()) => Ok(see_other(&format!("{}/reeks", path_of(id)))),
        Err(error) => {
            if form.refuse(error, "wat")? == Refusal::Outdated {
                return Err(Error::Outdated { current: None });
            }
            show_scenario(&ctx, id, (By::Place, 1), form).await
        }
    }
}

fn range_field(part: RangePart) -> &'static str {
    match part {
        RangePart::Of(Part::Provider) => "reeksAanbieder",
        RangePart::Of(Part::Product) => "reeksProduct",
        RangePart::Of(_) => "wat",
        RangePart::From => "van",
        RangePart::To => "tot",
        RangePart::Step => "stap",
    }
}

async fn find_sweep(ctx: &Context, id: i64) -> Result<(Scenario, Sweep)> {
    let (scenario, sweep) = ctx.db(move |conn, actor, _| actions::find_with_sweep(conn, actor, id)).await?;
    Ok((scenario, sweep.ok_or(Error::NotFound("reeks"))?))
}

pub async fn sweep(ctx: Context, path: Path<String>, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    query.finish(())?;
    let (scenario, sweep) = find_sweep(&ctx, parse_scenario(&path)?).await?;
    let now = stamped(&ctx).await?;
    let age = sweep.outcome.as_ref().map(|outcome| Age::of(&outcome.stamp, &now, ctx.today()));
    let (charts, address) = (charts(&sweep), path_of(scenario.id));
    html(&SweepPage { page: Page::new(&ctx, SECTION), address, scenario, sweep, age, charts })
}

/// How many have a place, how long they wait, and how far they go, against the value.
fn charts(sweep: &Sweep) -> Vec<LineChart> {
    let Some(outcome) = &sweep.outcome else { return Vec::new() };
    let kind = sweep.range.change.kind;
    let labels: Vec<Label> = outcome
        .points
        .iter()
        .map(|point| Label {
            short: shown_value(kind, point.value).trim_start_matches('+').to_owned(),
            long: value_words(kind, point.value),
        })
        .collect();
    let line = |name: &str, value: &dyn Fn(&super::model::SweepPoint) -> Option<f64>| Series {
        name: name.to_owned(),
        points: outcome
            .points
            .iter()
            .map(|point| value(point).map_or(Point::Absent("niet te zeggen"), Point::Known))
            .collect(),
    };
    let tenth = |number: f64| (number * 10.0).round() / 10.0;
    let of = &outcome.words;
    vec![
        LineChart {
            id: "geplaatst",
            title: format!("Kinderen met een plek. {of}"),
            unit: "kinderen",
            labels: labels.clone(),
            series: vec![
                line("Met plek", &|point| Some(point.measures.all.placed.into())),
                line("Boven norm", &|point| Some(point.measures.past_norm.placed.into())),
            ],
            norm: None,
        },
        LineChart {
            id: "wachten",
            title: format!("Gemiddeld tot de start, van wie een plek krijgt. {of}"),
            unit: "weken",
            labels: labels.clone(),
            series: vec![line("Wachttijd", &|point| {
                point.measures.mean_wait.map(|wait| tenth(f64::from(wait) / 100.0))
            })],
            norm: None,
        },
        LineChart {
            id: "reizen",
            title: format!("Gemiddelde afstand, van wie een plek krijgt. {of}"),
            unit: "km",
            labels,
            series: vec![line("Afstand", &|point| {
                point.measures.mean_metres.map(|metres| tenth(f64::from(metres) / 1000.0))
            })],
            norm: None,
        },
    ]
}

/// What the chart of places shows, in one sentence.
pub fn conclusion(sweep: &Sweep) -> String {
    let Some(points) = sweep.outcome.as_ref().map(|outcome| &outcome.points) else { return String::new() };
    let placed: Vec<u32> = points.iter().map(|point| point.measures.all.placed).collect();
    let (Some(first), Some(last)) = (placed.first(), placed.last()) else { return String::new() };
    let value = |at: usize| {
        points.get(at).map_or_else(String::new, |point| value_words(sweep.range.change.kind, point.value))
    };
    if placed.iter().all(|count| count == first) {
        return format!("Bij elke waarde krijgen {first} kinderen een plek");
    }
    if last > first {
        let enough = placed.iter().position(|count| count == last).unwrap_or_default();
        return format!(
            "Van {first} naar {last} kinderen met een plek; dat hoogste aantal is er vanaf {}",
            value(enough)
        );
    }
    format!("Van {first} naar {last} kinderen met een plek")
}

/// Stops a sweep that is busy.
pub async fn stop_sweep(
    ctx: Context,
    path: Path<String>,
    FormInput(fields): FormInput,
) -> Result<HttpResponse> {
    fields.finish(())?;
    let id = parse_scenario(&path)?;
    match ctx.db(move |conn, actor, now| actions::stop_sweep(conn, actor, now, id)).await {
        // It was just ready: the page shows that.
        Ok(()) | Err(Error::Conflict(_)) => Ok(see_other(&format!("{}/reeks", path_of(id)))),
        Err(error) => Err(error),
    }
}

/// The table of a sweep as a sheet.
pub async fn sweep_csv(
    ctx: Context,
    path: Path<String>,
    QueryInput(query): QueryInput,
) -> Result<HttpResponse> {
    query.finish(())?;
    let id = parse_scenario(&path)?;
    let (_, sweep) = find_sweep(&ctx, id).await?;
    let kind = sweep.range.change.kind;
    let mut sheet = Sheet::for_spreadsheets(&[
        "waarde",
        "metPlek",
        "wachtenden",
        "eerst",
        "voorrang",
        "gewoon",
        "langerDanNormMetPlek",
        "gemiddeldeWekenTotStart",
        "gemiddeldeAfstandKm",
    ])?;
    for point in sweep.outcome.iter().flat_map(|outcome| &outcome.points) {
        let measures = &point.measures;
        let decimal = |value: Option<u32>, by: f64| {
            value.map(|value| crate::web::format::decimal(f64::from(value) / by)).unwrap_or_default()
        };
        sheet.row(&[
            shown_value(kind, point.value).trim_start_matches('+').to_owned(),
            measures.all.placed.to_string(),
            measures.all.total.to_string(),
            measures.levels[2].placed.to_string(),
            measures.levels[1].placed.to_string(),
            measures.levels[0].placed.to_string(),
            measures.past_norm.placed.to_string(),
            decimal(measures.mean_wait, 100.0),
            decimal(measures.mean_metres, 1000.0),
        ])?;
    }
    attachment(sheet, &format!("reeks-{id}.csv"))
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
