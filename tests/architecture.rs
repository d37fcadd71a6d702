//! What holds the house up: checks on the source itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use beschikbaarheidswijzer::api_document;
use beschikbaarheidswijzer::error::Error;

/// What the rules may depend on. Nothing that reads a clock, a file, the network or a source of chance.
const RULES_MAY_USE: [&str; 5] = ["chrono", "microlp", "num-rational", "num-traits", "thiserror"];

/// Features from the ground up: a later one may use an earlier one, never back.
const ORDER: [&str; 13] = [
    "db",
    "audit",
    "notifications",
    "identity",
    "product_book",
    "availability",
    "waiting_list",
    "matching",
    "crisis",
    "exchange",
    "reports",
    "seed",
    "backup",
];

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

pub fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a text file")
}

/// The source without its comments and without the tests at its end.
fn code(path: &Path) -> String {
    let text = read(path);
    let body = text.split("#[cfg(test)]").next().unwrap_or_default();
    body.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

pub fn sources() -> Vec<PathBuf> {
    files(&root().join("src"), "rs")
}

fn short(path: &Path) -> String {
    path.strip_prefix(root()).expect("inside").display().to_string()
}

#[test]
fn the_rules_depend_on_nothing_that_could_surprise_them() {
    let manifest = read(&root().join("crates/rules/Cargo.toml"));
    let section =
        manifest.split("[dependencies]").nth(1).expect("a section").split("\n[").next().expect("its lines");
    let used: BTreeSet<&str> =
        section.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim()).collect();
    assert_eq!(used, BTreeSet::from(RULES_MAY_USE));
}

#[test]
fn only_stores_and_the_database_folder_query() {
    const QUERYING: [&str; 6] = [
        "diesel::prelude",
        "diesel::insert_into",
        "diesel::update",
        "diesel::delete",
        "diesel::sql_query",
        "RunQueryDsl",
    ];
    let offenders: Vec<String> = sources()
        .iter()
        .filter(|path| {
            let name = short(path);
            !name.starts_with("src/db/") && !name.ends_with("/store.rs") && !name.contains("/store/")
        })
        .filter(|path| QUERYING.iter().any(|words| code(path).contains(words)))
        .map(|path| short(path))
        .collect();
    assert!(offenders.is_empty(), "these query outside a store: {offenders:?}");
}

#[test]
fn features_use_only_what_comes_before_them() {
    let mut wrong = Vec::new();
    for path in sources() {
        let name = short(&path);
        let text = code(&path);
        let folder = name.split('/').nth(1).unwrap_or_default();
        let uses = |other: &str| {
            text.contains(&format!("crate::{other}::")) || text.contains(&format!("crate::{other};"))
        };
        if let Some(place) = ORDER.iter().position(|feature| *feature == folder) {
            wrong.extend(
                ORDER[place + 1..]
                    .iter()
                    .filter(|later| uses(later))
                    .map(|later| format!("{name} uses {later}")),
            );
        }
        // What pages share knows identity, and no feature after it.
        if folder == "web" {
            wrong.extend(
                ORDER[4..].iter().filter(|later| uses(later)).map(|later| format!("{name} uses {later}")),
            );
        }
        // A feature's actions and store know nothing of requests; its pages and API bring what they need.
        let is_core =
            ["/actions.rs", "/store.rs", "/model.rs", "/policy.rs"].iter().any(|end| name.ends_with(end));
        if is_core && (uses("web") || text.contains("actix_web")) {
            wrong.push(format!("{name} uses the web"));
        }
        // Another feature's store is its own business.
        wrong.extend(
            ORDER
                .iter()
                .filter(|feature| **feature != folder && text.contains(&format!("crate::{feature}::store")))
                .map(|feature| format!("{name} uses the store of {feature}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_committed_api_document_is_what_the_program_generates() {
    let committed = read(&root().join("openapi/openapi.json"));
    assert!(
        committed == api_document::text(),
        "run: target/debug/beschikbaarheidswijzer openapi > openapi/openapi.json"
    );
}

#[test]
fn the_api_document_lists_every_call_and_no_other() {
    let document: serde_json::Value = serde_json::from_str(api_document::text()).expect("JSON");
    let mut described = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for method in operations.as_object().expect("operations").keys().filter(|key| *key != "parameters") {
            described.insert(format!("{} /v1{path}", method.to_uppercase()));
        }
    }
    let reachable: BTreeSet<String> = beschikbaarheidswijzer::routes::all()
        .iter()
        .filter(|route| {
            route.path.starts_with("/v1/")
                && !route.path.starts_with("/v1/docs")
                && route.path != "/v1/openapi.json"
        })
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(described, reachable);
}

/// Whether whoever reads a property knows what it is: it is described, or it is something that is described by itself.
fn is_told(property: &serde_json::Value) -> bool {
    let refers = |choice: &serde_json::Value| choice["$ref"].is_string();
    property["description"].as_str().is_some_and(|text| !text.is_empty())
        || refers(property)
        || ["oneOf", "anyOf", "allOf"]
            .iter()
            .filter_map(|key| property[*key].as_array())
            .any(|choices| choices.iter().any(refers))
}

/// The properties of a schema and of what it is put together from that nothing is said of. What a choice says besides of a
/// property that the schema describes is a condition, not a property.
fn untold(name: &str, schema: &serde_json::Value, told_above: &BTreeSet<String>) -> Vec<String> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut told = told_above.clone();
    let mut found = Vec::new();
    for (property, described) in properties {
        if is_told(described) {
            told.insert(property.clone());
        } else if !told_above.contains(property) {
            found.push(format!("{name}.{property}"));
        }
        found.extend(untold(&format!("{name}.{property}"), described, &BTreeSet::new()));
    }
    let choices = ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema[*key].as_array()).flatten();
    found.extend(choices.flat_map(|choice| untold(name, choice, &told)));
    if schema["items"].is_object() {
        found.extend(untold(&format!("{name}[]"), &schema["items"], &BTreeSet::new()));
    }
    found
}

#[test]
fn every_property_of_the_api_document_is_described() {
    let document: serde_json::Value = serde_json::from_str(api_document::text()).expect("JSON");
    let schemas = document["components"]["schemas"].as_object().expect("schemas");
    let found: Vec<String> =
        schemas.iter().flat_map(|(name, schema)| untold(name, schema, &BTreeSet::new())).collect();
    assert!(
        found.is_empty(),
        "write a comment above the field, or a description in the function of its schema: {found:#?}"
    );
}

/// Of two schemas with one name the document has the last, so that a call would be described with what it does not send.
#[test]
fn no_two_schemas_of_the_api_document_share_a_name() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in sources() {
        let text = code(&path);
        for after in text.split("ToSchema)]").skip(1) {
            let is_type = |line: &&str| line.contains("struct ") || line.contains("enum ");
            let attributes: Vec<&str> = after.lines().take_while(|line| !is_type(line)).collect();
            let written = after.lines().find(is_type).unwrap_or_default();
            let own = written.split_whitespace().skip_while(|word| !["struct", "enum"].contains(word)).nth(1);
            let given = attributes.iter().find_map(|line| line.split_once("as = ").map(|(_, name)| name));
            let name = given.or(own).unwrap_or_default();
            let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
            places.entry(name).or_default().push(short(&path));
        }
    }
    assert!(places.len() > 200, "the schemas are not found as they are written now");
    places.retain(|_, found| found.len() > 1);
    assert!(places.is_empty(), "{places:#?}");
}

#[test]
fn every_template_belongs_to_a_page_or_to_another_template() {
    let rust: String = sources().iter().map(|path| read(path)).collect();
    let templates = files(&root().join("src"), "html");
    let html: String = templates.iter().map(|path| read(path)).collect();
    for template in templates {
        let name = short(&template).trim_start_matches("src/").to_owned();
        let quoted = format!("\"{name}\"");
        assert!(
            rust.contains(&format!("path = {quoted}")) || html.contains(&quoted),
            "{name} is used by nothing"
        );
    }
}

#[test]
fn nothing_is_rendered_where_nobody_hears_of_it() {
    let renders = |path: &&PathBuf| code(path).contains(".render()") && short(path) != "src/server.rs";
    let renderers: Vec<String> = sources().iter().filter(renders).map(|path| short(path)).collect();
    // The server renders its metrics, which are no template.
    assert_eq!(renderers, ["src/web/page.rs"], "use web::page::render, which tests/templates.rs listens to");
}

#[test]
fn every_error_code_is_used_and_every_error_has_one() {
    let examples = [
        Error::invalid("", "x", "x"),
        Error::SignInRequired,
        Error::SignInFailed,
        Error::Forbidden,
        Error::SecondFactorRequired,
        Error::FormExpired,
        Error::NO_PAGE,
        Error::NotFound("aanbieder"),
        Error::Outdated { current: None },
        Error::Conflict(String::new()),
        Error::collision("", "x", "x"),
        Error::MethodNotAllowed(String::new()),
        Error::NotAcceptable,
        Error::PayloadTooLarge,
        Error::UnsupportedMediaType,
        Error::RequestTimeout,
        Error::TooManyRequests(1),
        Error::Unavailable("x".into()),
        Error::internal("x"),
    ];
    let used: BTreeMap<&str, u16> =
        examples.iter().map(|error| (error.code(), error.status().as_u16())).collect();
    assert_eq!(used, BTreeMap::from(Error::CODES), "codes and statuses");
    for error in &examples {
        assert!(
            !error.title().is_empty() && (!error.detail().is_empty() || matches!(error, Error::Conflict(_))),
            "{}",
            error.code()
        );
    }
}

#[test]
fn every_word_of_the_glossary_is_used() {
    let glossary = read(&root().join("docs/glossary.md"));
    let mut text: String = sources().iter().map(|path| read(path)).collect();
    text.extend(files(&root().join("crates/rules/src"), "rs").iter().map(|path| read(path)));
    let mut terms = 0;
    for line in glossary.lines().filter(|line| line.starts_with('|')) {
        let Some(cell) = line.split('|').nth(2) else { continue };
        for term in cell.split('`').skip(1).step_by(2) {
            terms += 1;
            assert!(text.contains(term), "the glossary names `{term}`, the source does not");
        }
    }
    assert!(terms >= 15, "the glossary has {terms} terms");
}

#[test]
fn only_the_clock_reads_the_time() {
    let lints = read(&root().join("clippy.toml"));
    for method in ["chrono::Utc::now", "chrono::Local::now"] {
        assert!(lints.contains(method), "clippy.toml does not forbid {method}");
    }
    let readers: Vec<String> = sources()
        .iter()
        .filter(|path| code(path).contains("Utc::now()") || code(path).contains("Local::now()"))
        .map(|path| short(path))
        .collect();
    assert_eq!(readers, ["src/clock.rs"]);
}

#[test]
fn nothing_asks_in_which_time_zone_the_machine_is() {
    // Only its libraries could: chrono by `Local`, anything else by the variable.
    let mut all = sources();
    all.extend(files(&root().join("crates/rules/src"), "rs"));
    let is_local = |text: &str| {
        text.split(|sign: char| !sign.is_alphanumeric() && sign != '_')
            .any(|word| matches!(word, "Local" | "TZ"))
    };
    let offenders: Vec<String> =
        all.iter().filter(|path| is_local(&code(path))).map(|path| short(path)).collect();
    assert!(offenders.is_empty(), "these read the time zone of the machine: {offenders:?}");
}

#[test]
fn every_part_of_the_api_and_the_pages_is_tested_on_both_databases() {
    for folder in ["tests/api", "tests/pages"] {
        for path in files(&root().join(folder), "rs") {
            if path.file_name().is_some_and(|name| name != "mod.rs") {
                assert!(read(&path).contains("on_both! {"), "{} has no test on both databases", short(&path));
            }
        }
    }
}

#[test]
fn what_needs_a_token_says_what_others_hear() {
    let document: serde_json::Value = serde_json::from_str(api_document::text()).expect("JSON");
    let calls = document["paths"].as_object().expect("paths").iter();
    let closed = calls.flat_map(|(path, calls)| {
        let calls = calls.as_object().expect("calls").iter();
        calls.filter(|(_, call)| call["security"].is_array()).map(move |(method, call)| (path, method, call))
    });
    let silent: Vec<_> = closed.filter(|(.., call)| call["responses"]["403"].is_null()).collect();
    assert!(silent.is_empty(), "{silent:?}");
}
