//! The report on pages and as files, complete and public, and the records behind a cell.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use rules::crisis::codes::{AgeGroup, ProvisionKind};
use rules::crisis::quarter::Quarter;
use rules::crisis::records::Scope;
use rules::crisis::report::{Cell, Part, Place, Report};
use rules::disclosure::edition::Method;

use super::about::{Section, public_sections, sections, standing};
use super::actions::{Behind, list_behind, reach_of, scope_of, view_report};
use super::model::{Publication, QuarterReport, Reach, Words};
use super::publishing::{self, list_publications, public_words};
use super::tables::write_tables;
use super::views::{TableView, behind as behind_cell, complete_tables, mean_words, public_tables};
use super::workbook::workbook;
use crate::crisis::reading::readable;
use crate::crisis::registration::confirming::confirm_quarter;
use crate::error::{Error, Result};
use crate::identity::policy::Permission;
use crate::product_book::common::Stored;
use crate::product_book::regions::actions::list_regions;
use crate::product_book::regions::model::Region;
use crate::web::bars::{Bar, BarChart};
use crate::web::chart::{Label, LineChart, Point, Series};
use crate::web::context::Context;
use crate::web::csv::attachment;
use crate::web::fields::{Fields, Length};
use crate::web::form::{Choices, choices, form_page};
use crate::web::format;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, Saved, link, list_page, page_number, saved_message};
use crate::web::page::{Page, html, see_other};

const PATH: &str = "/rapportages/crisis";
const PUBLIC: &str = "/rapportages/crisis/openbaar";
const BEHIND: &str = "/rapportages/crisis/aanvragen";
/// Quarters that can be chosen: this one and those before it.
const CHOICES: usize = 16;
const CODE: Length = Length(1, 60);

/// One figure above the report, and what it was.
#[derive(Debug, Clone)]
pub struct Tile {
    pub name: &'static str,
    pub value: String,
    pub compared: String,
}

/// What a provider said of its help in a quarter.
#[derive(Debug, Clone)]
pub struct Confirming {
    pub words: String,
    /// Whether there is something to say.
    pub is_open: bool,
}

#[derive(Template)]
#[template(path = "reports/quarterly/report.html")]
pub struct QuarterReportPage {
    pub page: Page,
    pub view: QuarterReport,
    pub whose: String,
    pub standing: String,
    pub quarters: Choices,
    pub scopes: Choices,
    pub chosen_scope: String,
    pub tiles: Vec<Tile>,
    pub course: LineChart,
    pub course_words: String,
    pub stays: BarChart,
    pub stays_words: String,
    pub tables: Vec<TableView>,
    pub about: Vec<Section>,
    /// The records behind the mean in the last tile.
    pub behind_mean: Option<String>,
    pub csv: String,
    pub xlsx: String,
    /// What the provider whose report this is said of it, while it may say so.
    pub confirming: Option<Confirming>,
    /// Why nothing was published.
    pub refused: Option<String>,
    pub may_publish: bool,
    pub methods: &'static [Method],
    pub saved: Saved,
}

#[derive(Template)]
#[template(path = "reports/quarterly/public.html")]
pub struct PublicReportPage {
    pub page: Page,
    pub region: Region,
    pub quarters: Choices,
    pub shown: Option<PublicView>,
}

/// A public edition as it is shown.
pub struct PublicView {
    pub publication: Publication,
    pub about: Vec<Section>,
    pub tables: Vec<TableView>,
    pub csv: String,
    pub xlsx: String,
}

/// A record that counts in a cell.
#[derive(Debug, Clone)]
pub struct BehindLine {
    pub code: String,
    pub received_on: String,
    pub place: String,
    pub age: &'static str,
    pub lines: String,
    pub count: u32,
    pub href: Option<String>,
}

#[derive(Template)]
#[template(path = "reports/quarterly/behind.html")]
pub struct BehindPage {
    pub page: Page,
    pub cell: String,
    pub intro: String,
    /// What is added up: days, or how often a record counts.
    pub counted: &'static str,
    pub found: String,
    pub lines: Vec<BehindLine>,
    pub links: PageLinks,
    pub back: String,
}

fn read_quarter(query: &mut Fields) -> Option<Quarter> {
    query.optional_parsed("kwartaal", "geen-kwartaal", str::parse::<Quarter>)
}

/// The quarters to choose from, the newest first.
fn quarter_choices(today: chrono::NaiveDate) -> Choices {
    let newest = Quarter::of(today);
    let all = std::iter::successors(Some(newest), |quarter| Some(quarter.previous()));
    all.take(CHOICES).map(|quarter| (quarter.to_string(), quarter.name())).collect()
}

/// Whose report was asked for: a municipality, a provider, or all.
fn read_scope(query: &mut Fields, names: [&str; 2]) -> (Option<String>, Option<String>) {
    let mut code = |name: &str| query.optional_text(name, CODE).filter(|code| !code.is_empty());
    (code(names[0]), code(names[1]))
}

/// `GM…` and `agb:…` in one list of choices.
fn read_choice(query: &mut Fields) -> (Option<String>, Option<String>) {
    let chosen = query.optional_text("van", CODE).filter(|code| !code.is_empty());
    match chosen {
        Some(code) if code.starts_with("GM") => (Some(code), None),
        Some(agb) => (None, Some(agb)),
        None => (None, None),
    }
}

struct Asked {
    view: QuarterReport,
    reach: Reach,
}

async fn ask(ctx: &Context, query: &mut Fields) -> Result<Asked> {
    let quarter = read_quarter(query).unwrap_or_else(|| Quarter::of(ctx.today()).previous());
    let (municipality, provider) = read_choice(query);
    let rest = std::mem::replace(query, Fields::from_query(""));
    rest.finish(())?;
    ctx.db(move |conn, actor, now| {
        let reach = reach_of(conn, actor)?;
        let scope = scope_of(&reach, municipality, provider)?;
        let view = view_report(conn, actor, now, quarter, &scope)?;
        Ok(Asked { view, reach })
    })
    .await
}

pub async fn report(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let saved = saved_message(&mut query);
    let asked = ask(&ctx, &mut query).await?;
    show(&ctx, asked, saved, None)
}

fn show(ctx: &Context, asked: Asked, saved: Saved, refused: Option<String>) -> Result<HttpResponse> {
    let Asked { view, reach } = asked;
    let may_see_records = ctx.may(Permission::KeepCrisisRecords);
    let chosen_scope = match &view.scope {
        Scope::Region => String::new(),
        Scope::Municipality(code) | Scope::Provider(code) => code.clone(),
    };
    let quarter = view.quarter.to_string();
    let asked = [("kwartaal", quarter.as_str()), ("van", chosen_scope.as_str())];
    let stays = stays_chart(&view);
    let days = Cell::total(Part::Days);
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let page = QuarterReportPage {
        whose: whose(&view.scope, &view.words),
        standing: standing(view.closed()),
        quarters: quarter_choices(ctx.today()),
        scopes: scope_choices(&reach, &view.words),
        tiles: tiles(&view),
        course_words: course_words(&view),
        course: course_chart(&view),
        stays_words: stays_words(&stays),
        stays,
        tables: complete_tables(&view, may_see_records),
        about: sections(&view),
        behind_mean: (may_see_records && view.report.mean_days(None, None).is_some())
            .then(|| behind_cell(&view, view.quarter, &days)),
        confirming: confirming(ctx, &view),
        csv: link("/rapportages/crisis.csv", &asked),
        xlsx: link("/rapportages/crisis.xlsx", &asked),
        may_publish: may_see_records && matches!(view.scope, Scope::Region) && view.closed().is_some(),
        methods: Method::ALL,
        page: Page::new(ctx, PATH),
        chosen_scope,
        view,
        saved,
        refused,
    };
    form_page(status, &page)
}

/// Asked of who gives the help, once the quarter is over and there was any.
fn confirming(ctx: &Context, view: &QuarterReport) -> Option<Confirming> {
    let Scope::Provider(agb) = &view.scope else { return None };
    let may = ctx.may(Permission::AnswerCrisisAssignments) && ctx.today() > view.quarter.last_day();
    let gave = view.coverage.providers.contains_key(agb);
    (may && gave).then(|| match view.confirmation(agb) {
        Some(known) if known.holds => Confirming {
            words: format!("U hebt op {} bevestigd dat uw hulp klopt.", format::date_time(known.at)),
            is_open: false,
        },
        Some(known) => Confirming {
            words: format!("Er is iets gewijzigd sinds u op {} bevestigde.", format::date_time(known.at)),
            is_open: true,
        },
        None => Confirming {
            words: "U hebt nog niet gezegd of uw hulp in dit kwartaal klopt. Klopt er iets niet? Bel het crisispunt."
                .to_owned(),
            is_open: true,
        },
    })
}

fn whose(scope: &Scope, words: &Words) -> String {
    match scope {
        Scope::Region => words.region.clone(),
        Scope::Municipality(code) => format!("gemeente {}", words.place(&Place::Municipality(code.clone()))),
        Scope::Provider(agb) => words.provider(agb),
    }
}

fn scope_choices(reach: &Reach, words: &Words) -> Choices {
    let municipality = |code: &String| {
        (code.clone(), format!("Gemeente {}", words.place(&Place::Municipality(code.clone()))))
    };
    match reach {
        Reach::Everything => {
            let municipalities = words.municipalities.iter().map(|(code, _)| municipality(code));
            let providers = words.providers.iter().map(|(agb, name)| (agb.clone(), name.clone()));
            choices("Hele regio", municipalities.chain(providers))
        }
        Reach::Municipalities(own) => own.iter().map(municipality).collect(),
        Reach::Provider(agb) => vec![(agb.clone(), words.provider(agb))],
    }
}

/// A difference in words: `12 meer dan vorig kwartaal`.
fn compared(now: u32, before: u32) -> String {
    match now.cmp(&before) {
        std::cmp::Ordering::Less => format!("{} minder dan vorig kwartaal", before - now),
        std::cmp::Ordering::Equal => "evenveel als vorig kwartaal".to_owned(),
        std::cmp::Ordering::Greater => format!("{} meer dan vorig kwartaal", now - before),
    }
}

fn tiles(view: &QuarterReport) -> Vec<Tile> {
    let (now, before) = (&view.report, view.previous.as_ref());
    let nothing = Cell::total(Part::Lines).of(Some(ProvisionKind::Nothing.code()));
    let unknown = || "vorig kwartaal niet geregistreerd".to_owned();
    let tile = |name, count: &dyn Fn(&Report) -> u32| Tile {
        name,
        value: count(now).to_string(),
        compared: before.map_or_else(unknown, |before| compared(count(now), count(before))),
    };
    let mean = |report: &Report| mean_words(report.mean_days(None, None));
    vec![
        tile("Jeugdigen met een aanvraag", &Report::requests),
        tile("Keer hulp ingezet", &Report::help_lines),
        tile("Keer geen hulp ingezet", &|report| report.count(&nothing)),
        Tile {
            name: "Dagen in verblijf, gemiddeld",
            value: mean(now),
            compared: before.map_or_else(unknown, |before| format!("vorig kwartaal {}", mean(before))),
        },
    ]
}

fn course_chart(view: &QuarterReport) -> LineChart {
    let point = |report: Option<u32>| {
        report.map_or(Point::Absent("niet geregistreerd"), |count| Point::Known(f64::from(count)))
    };
    let of = |name: &str, count: &dyn Fn(&Report) -> u32| Series {
        name: name.to_owned(),
        points: view.course.iter().map(|(_, report)| point(report.as_ref().map(count))).collect(),
    };
    let labels = view.course.iter().map(|(quarter, _)| Label {
        short: format!("{}-{}", quarter.year() % 100, quarter.number()),
        long: quarter.name(),
    });
    LineChart {
        id: "verloop",
        title: "Aanvragen en inzet per kwartaal".to_owned(),
        unit: "aantal",
        labels: labels.collect(),
        series: vec![
            of("Jeugdigen", &Report::requests),
            of("Hulp", &Report::help_lines),
            of("Geen", &|report| {
                report.count(&Cell::total(Part::Lines).of(Some(ProvisionKind::Nothing.code())))
            }),
        ],
        norm: None,
    }
}

fn course_words(view: &QuarterReport) -> String {
    let Some(then) = &view.a_year_earlier else { return "Aanvragen en inzet tot nu toe".to_owned() };
    match view.report.requests().cmp(&then.requests()) {
        std::cmp::Ordering::Less => "Minder aanvragen dan een jaar eerder".to_owned(),
        std::cmp::Ordering::Equal => "Evenveel aanvragen als een jaar eerder".to_owned(),
        std::cmp::Ordering::Greater => "Meer aanvragen dan een jaar eerder".to_owned(),
    }
}

fn stays_chart(view: &QuarterReport) -> BarChart {
    let mut bars: Vec<Bar> = Vec::new();
    for place in view.report.places() {
        for age in AgeGroup::ALL {
            let mean = view.report.mean_days(Some(place.clone()), Some(*age));
            bars.push(Bar {
                name: format!("{}, {}", view.words.place(&place), age.sign()),
                value: mean.map(|tenths| f64::from(tenths) / 10.0).ok_or("niemand vertrok"),
            });
        }
    }
    // Of who is not asked about, there is nothing to show.
    bars.retain(|bar| bar.value.is_ok() || matches!(view.scope, Scope::Region));
    BarChart {
        id: "verblijf",
        title: "Gemiddelde verblijfsduur per gemeente en leeftijdsgroep".to_owned(),
        unit: "dagen",
        bars,
    }
}

fn stays_words(chart: &BarChart) -> String {
    let longest = chart
        .bars
        .iter()
        .filter_map(|bar| bar.value.ok().map(|value| (value, &bar.name)))
        .max_by(|one, other| one.0.total_cmp(&other.0));
    longest.map_or_else(
        || "Niemand vertrok uit crisisverblijf".to_owned(),
        |(_, name)| format!("Het langst verbleven jeugdigen uit {name}"),
    )
}

pub async fn csv(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let Asked { view, .. } = ask(&ctx, &mut query).await?;
    attachment(write_tables(&view.report, &sections(&view))?, &format!("crisis-{}.csv", view.quarter))
}

pub async fn xlsx(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let Asked { view, .. } = ask(&ctx, &mut query).await?;
    let title = format!(
        "Kwartaalrapportage crisishulp, {}, {}",
        view.quarter.name(),
        whose(&view.scope, &view.words)
    );
    let content = workbook(&title, &sections(&view), &complete_tables(&view, false))?;
    Ok(workbook_answer(content, view.quarter))
}

fn workbook_answer(content: Vec<u8>, quarter: Quarter) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"crisis-{quarter}.xlsx\""),
        ))
        .body(content)
}

/// The records behind one cell.
pub async fn behind(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let quarter = read_quarter(&mut query).ok_or(Error::NO_PAGE)?;
    let parts: Vec<(&str, Part)> = Part::ALL.iter().map(|part| (part.code(), *part)).collect();
    let part = query.choice("onderdeel", &parts);
    let (municipality, provider) = read_scope(&mut query, ["van-gemeente", "van-aanbieder"]);
    let (place, item) = read_scope(&mut query, ["gemeente", "rij"]);
    let ages: Vec<(&str, AgeGroup)> = AgeGroup::ALL.iter().map(|age| (age.code(), *age)).collect();
    let age = query.optional_choice("leeftijdsgroep", &ages);
    let number = page_number(&mut query);
    let part = query.finish(part)?.ok_or(Error::NO_PAGE)?;
    let known = place
        .as_ref()
        .map(|code| if code == Place::OUTSIDE { Place::Outside } else { Place::Municipality(code.clone()) });
    let cell = Cell::total(part).at(known).of(item.as_deref()).aged(age);
    let scope = scope_of(&Reach::Everything, municipality.clone(), provider.clone())?;
    let wanted = cell.clone();
    let behind =
        ctx.db(move |conn, actor, now| list_behind(conn, actor, now, quarter, (&scope, &wanted))).await?;
    let Behind { records: found, leavers, words } = behind;
    let total: u32 = found.iter().map(|(_, count)| count).sum();
    let lines: Vec<BehindLine> = found
        .iter()
        .map(|(record, count)| {
            let code = readable(&record.code);
            let kinds: Vec<&str> = record.lines.iter().map(|line| line.kind.name()).collect();
            BehindLine {
                href: Some(format!("/crisis/registratie/{code}")),
                received_on: format::day_field(record.received_on),
                place: words.place(&Place::new(record.municipality.as_deref())),
                age: record.age_group.sign(),
                lines: kinds.join(", "),
                count: *count,
                code,
            }
        })
        .collect();
    let names = [
        cell.place.as_ref().map(|place| words.place(place)),
        cell.item.as_deref().map(|item| words.item(part, item)),
        cell.age_group.map(|age| age.sign().to_owned()),
    ];
    let names: Vec<String> = names.into_iter().flatten().collect();
    let quarter_code = quarter.to_string();
    let mut asked = vec![("kwartaal", quarter_code.as_str()), ("onderdeel", part.code())];
    let pairs =
        [("van-gemeente", &municipality), ("van-aanbieder", &provider), ("gemeente", &place), ("rij", &item)];
    for (name, value) in &pairs {
        if let Some(value) = value {
            asked.push((*name, value.as_str()));
        }
    }
    if let Some(age) = age {
        asked.push(("leeftijdsgroep", age.code()));
    }
    let (lines, links) = list_page(number, &lines, BEHIND, &asked);
    let chosen = municipality.or(provider).unwrap_or_default();
    html(&BehindPage {
        page: Page::new(&ctx, PATH),
        cell: format!("{}{}{}", part.name(), if names.is_empty() { "" } else { ": " }, names.join(", ")),
        intro: behind_words(quarter, total, leavers),
        counted: if part == Part::Days { "Dagen" } else { "Telt mee" },
        found: format::count(found.len(), "aanvraag", "aanvragen"),
        lines,
        links,
        back: link(PATH, &[("kwartaal", &quarter_code), ("van", &chosen)]),
    })
}

/// `In het tweede kwartaal 2016: 5.`, and of days also of how many children and how many that is on average.
fn behind_words(quarter: Quarter, total: u32, leavers: Option<u32>) -> String {
    let quarter = quarter.name();
    match leavers {
        None | Some(0) => format!("In het {quarter}: {total}."),
        Some(leavers) => {
            let mean = mean_words(Some((total * 20 + leavers) / (leavers * 2)));
            let children = format::count(leavers as usize, "jeugdige", "jeugdigen");
            format!("In het {quarter}: {total} dagen van {children}, gemiddeld {mean}.")
        }
    }
}

/// A provider says that its help in a quarter is right.
pub async fn confirm(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let quarter = fields.parsed("kwartaal", "geen-kwartaal", str::parse::<Quarter>);
    let quarter = fields.finish(quarter)?.ok_or_else(|| Error::internal("a required quarter is missing"))?;
    ctx.db(move |conn, actor, now| confirm_quarter(conn, actor, now, quarter)).await?;
    Ok(see_other(&link(PATH, &[("kwartaal", &quarter.to_string()), ("opgeslagen", "Uw bevestiging")])))
}

/// Publishes the newest version of a quarter.
pub async fn publish(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let quarter = fields.parsed("kwartaal", "geen-kwartaal", str::parse::<Quarter>);
    let methods: Vec<(&str, Method)> = Method::ALL.iter().map(|method| (method.code(), *method)).collect();
    let method = fields.choice("werkwijze", &methods);
    let (Some(quarter), Some(method)) = fields.finish((quarter, method))? else {
        return Err(Error::internal("a required field is missing"));
    };
    let done =
        ctx.db(move |conn, actor, now| publishing::publish_quarter(conn, actor, now, quarter, method)).await;
    if let Err(Error::Conflict(why)) = done {
        let view =
            ctx.db(move |conn, actor, now| view_report(conn, actor, now, quarter, &Scope::Region)).await?;
        return show(&ctx, Asked { view, reach: Reach::Everything }, None, Some(why));
    }
    done?;
    let quarter = quarter.to_string();
    Ok(see_other(&link(PATH, &[("kwartaal", &quarter), ("opgeslagen", "De openbare uitgave")])))
}

pub(super) struct PublicAsked {
    pub(super) region: Region,
    publications: Vec<Publication>,
    words: Words,
}

/// The public editions of a region, and the chosen one among them: the newest, if none is asked for. The region is the
/// one that is named, or else that of who is signed in, or that of this server.
pub(super) async fn ask_public(
    ctx: &Context,
    quarter: Option<Quarter>,
    code: Option<String>,
) -> Result<(PublicAsked, Option<usize>)> {
    let own = ctx.state.supply.region(&ctx.state.config).map(|region| region.id);
    let (region, publications, words) = ctx
        .db(move |conn, actor, _| {
            let own = actor.region_id().or(own);
            let is_meant = |region: &Stored<Region>| match &code {
                Some(code) => region.value.code == *code,
                None => Some(region.id) == own,
            };
            let region = list_regions(conn)?.into_iter().find(is_meant).ok_or(Error::NotFound("regio"))?;
            let publications = list_publications(conn, region.id)?;
            let words =
                if publications.is_empty() { Words::default() } else { public_words(conn, region.id)? };
            Ok((region.value, publications, words))
        })
        .await?;
    let wanted = |publication: &Publication| quarter.is_none_or(|quarter| publication.quarter == quarter);
    let at = publications.iter().position(wanted);
    if quarter.is_some() && at.is_none() {
        return Err(Error::NotFound("rapportage"));
    }
    Ok((PublicAsked { region, publications, words }, at))
}

pub(super) fn public_view(asked: &PublicAsked, at: usize) -> Option<PublicView> {
    let publication = asked.publications.get(at)?.clone();
    let quarter = publication.quarter.to_string();
    let chosen = [("regio", asked.region.code.as_str()), ("kwartaal", quarter.as_str())];
    Some(PublicView {
        tables: public_tables(&publication, &asked.words),
        about: public_sections(&publication),
        csv: link("/rapportages/crisis/openbaar.csv", &chosen),
        xlsx: link("/rapportages/crisis/openbaar.xlsx", &chosen),
        publication,
    })
}

pub async fn public(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    let (asked, at) = read_public(&ctx, query).await?;
    let mut quarters: Choices = asked
        .publications
        .iter()
        .map(|publication| (publication.quarter.to_string(), publication.quarter.name()))
        .collect();
    quarters.dedup();
    let shown = at.and_then(|at| public_view(&asked, at));
    html(&PublicReportPage { page: Page::new(&ctx, PUBLIC), region: asked.region, quarters, shown })
}

async fn read_public(ctx: &Context, mut query: Fields) -> Result<(PublicAsked, Option<usize>)> {
    let quarter = read_quarter(&mut query);
    let code = query.optional_text("regio", CODE).filter(|code| !code.is_empty());
    query.finish(())?;
    ask_public(ctx, quarter, code).await
}

async fn public_file(ctx: &Context, query: Fields) -> Result<PublicView> {
    let (asked, at) = read_public(ctx, query).await?;
    at.and_then(|at| public_view(&asked, at)).ok_or(Error::NotFound("rapportage"))
}

pub async fn public_csv(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    let view = public_file(&ctx, query).await?;
    let mut sheet = crate::web::csv::Sheet::for_spreadsheets(&["onderdeel", "rij", "kolom", "waarde"])?;
    for table in &view.tables {
        for row in &table.rows {
            for (column, cell) in table.columns().iter().zip(&row.cells) {
                sheet.row(&[table.title.clone(), row.name.clone(), column.clone(), cell.text.clone()])?;
            }
        }
    }
    for section in &view.about {
        for line in &section.lines {
            sheet.row(&["Toelichting".to_owned(), section.title.to_owned(), String::new(), line.clone()])?;
        }
    }
    attachment(sheet, &format!("crisis-openbaar-{}.csv", view.publication.quarter))
}

pub async fn public_xlsx(ctx: Context, QueryInput(query): QueryInput) -> Result<HttpResponse> {
    let view = public_file(&ctx, query).await?;
    let title = format!("Crisishulp, {}, openbare uitgave", view.publication.quarter.name());
    let content = workbook(&title, &view.about, &view.tables)?;
    Ok(workbook_answer(content, view.publication.quarter))
}

impl QuarterReportPage {
    fn quarter(&self) -> String {
        self.view.quarter.to_string()
    }
}
