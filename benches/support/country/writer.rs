//! Writes a country with plain SQL, many rows in one statement.

use std::collections::HashMap;
use std::fmt::Write as _;

use beschikbaarheidswijzer::db::Connection;
use beschikbaarheidswijzer::on_each;
use chrono::{Days, NaiveDate};
use diesel::connection::SimpleConnection;

use super::super::{Outcome, today};
use super::templates::{Record, Templates};
use super::{Dice, Plan, REGIONS};

/// Rows in one statement.
const BATCH: usize = 500;

/// A value in a row.
enum Cell<'a> {
    Number(i64),
    Text(&'a str),
    /// Nothing when the text is empty.
    Filled(&'a str),
    Null,
}

use Cell::{Filled, Null, Number, Text};

impl Cell<'_> {
    fn add_to(&self, sql: &mut String) {
        match self {
            Number(number) => sql.push_str(&number.to_string()),
            Text(text) => {
                sql.push('\'');
                sql.push_str(&text.replace('\'', "''"));
                sql.push('\'');
            }
            Filled("") | Null => sql.push_str("NULL"),
            Filled(text) => Text(text).add_to(sql),
        }
    }
}

/// Rows for one table, on their way.
struct Rows {
    head: &'static str,
    sql: String,
    count: usize,
}

impl Rows {
    fn new(head: &'static str) -> Self {
        Self { head, sql: String::new(), count: 0 }
    }

    fn add(&mut self, cells: &[Cell<'_>]) {
        if self.count.is_multiple_of(BATCH) {
            let end = if self.count == 0 { "" } else { ";\n" };
            let _ = write!(self.sql, "{end}INSERT INTO {} VALUES ", self.head);
        } else {
            self.sql.push(',');
        }
        self.count += 1;
        self.sql.push('(');
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.sql.push(',');
            }
            cell.add_to(&mut self.sql);
        }
        self.sql.push(')');
    }
}

pub struct Writer<'a> {
    conn: &'a mut Connection,
    templates: &'a Templates,
    today: NaiveDate,
    /// The postcodes of each region.
    postcodes: Vec<Vec<&'a str>>,
}

fn id(place: usize) -> i64 {
    i64::try_from(place + 1).unwrap_or(i64::MAX)
}

fn yes(text: &str) -> Cell<'static> {
    Number(i64::from(text == "ja"))
}

impl<'a> Writer<'a> {
    pub fn new(conn: &'a mut Connection, templates: &'a Templates) -> Outcome<Self> {
        let region_by_code: HashMap<&str, usize> = templates
            .municipalities
            .iter()
            .enumerate()
            .map(|(place, record)| (record.get("gemeentecode"), region_of(templates, place)))
            .collect();
        let mut postcodes = vec![Vec::new(); REGIONS];
        for record in &templates.postcodes {
            if let Some(region) = region_by_code.get(record.get("gemeentecode")) {
                postcodes[*region].push(record.get("pc4"));
            }
        }
        Ok(Self { conn, templates, today: today()?, postcodes })
    }

    /// Writes everything; tells how many offers there are.
    pub fn write(mut self, plans: &[Plan]) -> Outcome<usize> {
        let mut tables = vec![regions()];
        tables.extend(self.areas());
        tables.extend(self.products());
        let [providers, locations, contracts, offers] = self.providers(plans);
        let count = offers.count;
        tables.extend([providers, locations, contracts, offers]);
        self.execute("BEGIN IMMEDIATE")?;
        for table in tables {
            self.execute(&table.sql)?;
        }
        self.execute("COMMIT")?;
        Ok(count)
    }

    fn execute(&mut self, sql: &str) -> Outcome<()> {
        on_each!(&mut *self.conn, conn => conn.batch_execute(sql))?;
        Ok(())
    }

    fn areas(&self) -> [Rows; 3] {
        let mut municipalities = Rows::new("municipality (id, code, name, province, lat, lon, version)");
        let mut memberships = Rows::new("region_municipality (region_id, municipality_id, clients, version)");
        let mut ids = HashMap::new();
        for (place, record) in self.templates.municipalities.iter().enumerate() {
            ids.insert(record.get("gemeentecode"), id(place));
            let texts =
                ["gemeentecode", "naam", "provincie", "lat", "lon"].map(|column| Text(record.get(column)));
            let [code, name, province, lat, lon] = texts;
            municipalities.add(&[Number(id(place)), code, name, province, lat, lon, Number(1)]);
            let region = region_of(self.templates, place);
            memberships.add(&[Number(id(region)), Number(id(place)), Text("all"), Number(1)]);
        }
        let mut postcodes = Rows::new("postcode (pc4, place, municipality_id, lat, lon)");
        for record in &self.templates.postcodes {
            let Some(municipality) = ids.get(record.get("gemeentecode")) else { continue };
            let [pc4, place, lat, lon] =
                ["pc4", "plaats", "lat", "lon"].map(|column| Text(record.get(column)));
            postcodes.add(&[pc4, place, Number(*municipality), lat, lon]);
        }
        [municipalities, memberships, postcodes]
    }

    fn products(&self) -> [Rows; 2] {
        let mut segments = Rows::new("segment (id, region_id, code, name, description, version)");
        let mut products = Rows::new(
            "product (id, region_id, code, name, segment_id, category, kind, min_age, max_age, intake_norm_weeks, \
             treatment_norm_weeks, placed_by_matching, until_23, synonyms, description, version)",
        );
        let own_segments = self.templates.segments.len();
        for region in 0..REGIONS {
            for (place, record) in self.templates.segments.iter().enumerate() {
                let [code, name, text] =
                    ["code", "naam", "omschrijving"].map(|column| Text(record.get(column)));
                segments.add(&[
                    Number(id(region * own_segments + place)),
                    Number(id(region)),
                    code,
                    name,
                    text,
                    Number(1),
                ]);
            }
            for (place, record) in self.templates.products.iter().enumerate() {
                let segment = self
                    .templates
                    .segments
                    .iter()
                    .position(|segment| segment.get("code") == record.get("segment"));
                products.add(&[
                    Number(self.product_id(region, place)),
                    Number(id(region)),
                    Text(record.get("code")),
                    Text(record.get("naam")),
                    Number(id(region * own_segments + segment.unwrap_or(0))),
                    Text(record.get("ijw_categorie")),
                    Text(record.get("soort")),
                    Text(record.get("leeftijd_vanaf")),
                    Text(record.get("leeftijd_tot")),
                    Filled(record.get("norm_intake_weken")),
                    Filled(record.get("norm_behandeling_weken")),
                    yes(record.get("via_matching")),
                    yes(record.get("tot_23")),
                    Text(record.get("synoniemen")),
                    Text(record.get("omschrijving")),
                    Number(1),
                ]);
            }
        }
        [segments, products]
    }

    fn product_id(&self, region: usize, place: usize) -> i64 {
        id(region * self.templates.products.len() + place)
    }

    fn providers(&self, plans: &[Plan]) -> [Rows; 4] {
        let mut tables = [
            Rows::new(
                "provider (id, agb, name, kind, phone, email, website, online_help, description, version)",
            ),
            Rows::new("location (id, provider_id, number, name, pc4, version)"),
            Rows::new("contract (provider_id, product_id, municipality_id, level, valid_from, version)"),
            Rows::new(
                "offer (id, provider_id, location_id, product_id, online, free_places, total_places, waiting, \
                 intake_min, intake_max, treatment_min, treatment_max, basis, status, stop_reason, stop_until, \
                 min_age, max_age, remarks, reserved_places, confirmed_at, confirmed_by, version, supply_version)",
            ),
        ];
        for (place, plan) in plans.iter().enumerate() {
            // Its own dice: what a provider is does not depend on how many others there are.
            let mut dice = Dice::new(1_000 + place as u64);
            self.add_provider(&mut tables[0], &mut dice, place);
            let first_location = tables[1].count;
            for number in 0..plan.locations {
                let pc4 = dice.one_of(&self.postcodes[plan.region]);
                let name = format!("Locatie {}", number + 1);
                let location = Number(id(first_location + number));
                tables[1].add(&[
                    location,
                    Number(id(place)),
                    Number(id(number)),
                    Text(&name),
                    Text(pc4),
                    Number(1),
                ]);
            }
            self.add_contracts(&mut tables[2], &mut dice, place, plan);
            for number in 0..plan.locations {
                for product in &plan.products {
                    let offer = (place, first_location + number, *product);
                    self.add_offer(&mut tables[3], &mut dice, offer, plan);
                }
            }
        }
        tables
    }

    fn add_provider(&self, rows: &mut Rows, dice: &mut Dice, place: usize) {
        let record = dice.one_of(&self.templates.providers);
        let agb = format!("{:08}", 10_000_000 + place);
        let name = format!("{} {}", record.get("naam"), place + 1);
        let texts = ["telefoon_verwijzers", "email_verwijzers", "website", "toelichting"];
        let [phone, email, website, text] = texts.map(|column| Text(record.get(column)));
        let online = yes(record.get("online_hulp"));
        rows.add(&[
            Number(id(place)),
            Text(&agb),
            Text(&name),
            Text("main"),
            phone,
            email,
            website,
            online,
            text,
            Number(1),
        ]);
    }

    fn add_contracts(&self, rows: &mut Rows, dice: &mut Dice, provider: usize, plan: &Plan) {
        let own: Vec<usize> = (0..self.templates.municipalities.len())
            .filter(|place| region_of(self.templates, *place) == plan.region)
            .collect();
        for product in &plan.products {
            let product = self.product_id(plan.region, *product);
            let level = Text(if dice.below(10) == 0 { "landelijk" } else { "regionaal" });
            let mut add = |municipality: Cell<'_>, level: Cell<'_>| {
                rows.add(&[
                    Number(id(provider)),
                    Number(product),
                    municipality,
                    level,
                    Text("2023-01-01"),
                    Number(1),
                ]);
            };
            if plan.whole_region {
                add(Null, level);
            } else {
                for place in dice.some_of(3, own.len()) {
                    add(Number(id(own[place])), Text("regionaal"));
                }
            }
        }
    }

    fn add_offer(
        &self,
        rows: &mut Rows,
        dice: &mut Dice,
        (provider, location, product): (usize, usize, usize),
        plan: &Plan,
    ) {
        let record = dice.one_of(&self.templates.offers);
        let days = |number: i64| Days::new(u64::try_from(number).unwrap_or(0));
        let confirmed = record
            .get("bevestigd_dagen_geleden")
            .parse()
            .ok()
            .map(|ago: i64| format!("{} 08:30:00", self.today - days(ago)));
        let stop_until = record
            .get("stop_weken")
            .parse()
            .ok()
            .map(|weeks: i64| (self.today + days(weeks * 7)).to_string());
        let ages = plan.ages.or_else(|| narrower(dice, &self.templates.products[product]));
        let age = |age: Option<u8>| age.map_or(Null, |age| Number(i64::from(age)));
        rows.add(&[
            Number(id(rows.count)),
            Number(id(provider)),
            Number(id(location)),
            Number(self.product_id(plan.region, product)),
            yes(record.get("online")),
            Filled(record.get("plekken_vrij")),
            Filled(record.get("plekken_totaal")),
            Filled(record.get("wachtenden")),
            Filled(record.get("intake_min")),
            upper(record, "intake_min", "intake_max"),
            Filled(record.get("behandeling_min")),
            upper(record, "behandeling_min", "behandeling_max"),
            Filled(record.get("grondslag")),
            Text(record.get("status")),
            Filled(record.get("stop_reden")),
            Filled(stop_until.as_deref().unwrap_or_default()),
            age(ages.map(|(min, _)| min)),
            age(ages.map(|(_, max)| max)),
            Filled(record.get("opmerkingen")),
            Number(0),
            Filled(confirmed.as_deref().unwrap_or_default()),
            Filled(confirmed.as_ref().map_or("", |_| "Aanbieder")),
            Number(1),
            Number(1),
        ]);
    }
}

/// The far end of a wait: empty is the same as the near end, "open" has none.
fn upper<'a>(record: &'a Record, min: &str, max: &str) -> Cell<'a> {
    match record.get(max) {
        "" => Filled(record.get(min)),
        "open" => Null,
        weeks => Text(weeks),
    }
}

/// One in four offers is for fewer ages than its product.
fn narrower(dice: &mut Dice, product: &Record) -> Option<(u8, u8)> {
    let (min, max) = (product.number("leeftijd_vanaf"), product.number("leeftijd_tot"));
    if dice.below(4) > 0 || max - min < 6 {
        return None;
    }
    let (min, max) = if dice.below(2) == 0 { (min + 4, max) } else { (min, max - 4) };
    u8::try_from(min).ok().zip(u8::try_from(max).ok())
}

/// The region of a municipality, by their places.
fn region_of(templates: &Templates, municipality: usize) -> usize {
    municipality * REGIONS / templates.municipalities.len()
}

fn regions() -> Rows {
    let mut rows = Rows::new(
        "region (id, code, name, phone, email, website, fresh_days, stale_days, intake_norm_weeks, \
         treatment_norm_weeks, version)",
    );
    for region in 0..REGIONS {
        let (code, name) = (format!("regio-{:02}", region + 1), format!("Regio {:02}", region + 1));
        let texts = [code.as_str(), &name, "088 000 00 00", "info@regio.example", "https://regio.example"];
        let [code, name, phone, email, website] = texts.map(Text);
        rows.add(&[
            Number(id(region)),
            code,
            name,
            phone,
            email,
            website,
            Number(14),
            Number(31),
            Number(4),
            Number(10),
            Number(1),
        ]);
    }
    rows
}
