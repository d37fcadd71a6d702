//! What a registration names, looked up, and the checks that need it.

use std::collections::HashMap;

use chrono::NaiveDate;
use rules::codes::{AgbCode, ProductCode};
use rules::norms::Norm;
use rules::violations::Violations;
use rules::waiting::needs::Need;
use rules::waiting::registration::{Registration, RegistrationDraft, check};
use rules::waiting::waited::{CountsFrom, WaitFacts, counts_from};

use super::Checked;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::waiting_list::clients::model::WaitingClient;
use crate::waiting_list::clients::store::{self, FactsRow, ProductRow};

pub(super) const UNKNOWN_PRODUCT: &str = "dit product staat niet in het productenboek van de regio";
const NOT_BOUGHT: &str = "deze gemeente koopt dit product nu niet met de regio in";

/// What a registration names, as far as it exists.
pub(super) struct Known {
    municipality: Option<(i64, String)>,
    /// Whether the municipality buys the wanted product with this region today.
    bought_here: bool,
    /// The products besides it that the municipality does not buy so.
    not_bought: Vec<String>,
    products: HashMap<String, ProductRow>,
    /// The products that were chosen before, and stay whether or not they are still bought: the wanted one first.
    kept: Vec<ProductCode>,
    providers: HashMap<String, i64>,
    postcode: bool,
    today: NaiveDate,
}

impl Known {
    pub(super) fn look_up(
        conn: &mut Connection,
        region_id: i64,
        draft: &RegistrationDraft,
        today: NaiveDate,
    ) -> Result<Self> {
        let municipality = match &draft.municipality {
            Some(code) => store::find_municipality_in_region(conn, region_id, code.as_str(), today)?,
            None => None,
        };
        let codes: Vec<String> =
            draft.product.iter().chain(&draft.alternatives).map(ToString::to_string).collect();
        let agb: Vec<String> = draft.wanted.iter().chain(&draft.excluded).map(ToString::to_string).collect();
        let products = store::list_products(conn, region_id, &codes)?;
        let postcode = match draft.pc4 {
            Some(pc4) => store::is_known_postcode(conn, i32::from(pc4.number()))?,
            None => true,
        };
        let wanted = draft.product.as_ref().and_then(|code| {
            products.iter().find(|product| product.code == code.as_str()).map(|product| product.id)
        });
        let bought_here = match (&municipality, wanted) {
            (Some((id, _)), Some(product_id)) => store::belongs_for_product(conn, *id, product_id, today)?,
            _ => true,
        };
        let mut not_bought = Vec::new();
        if let Some((id, _)) = &municipality {
            let besides = products.iter().filter(|product| Some(product.id) != wanted);
            for product in besides {
                if !store::belongs_for_product(conn, *id, product.id, today)? {
                    not_bought.push(product.code.clone());
                }
            }
        }
        Ok(Self {
            municipality,
            bought_here,
            not_bought,
            products: products.into_iter().map(|product| (product.code.clone(), product)).collect(),
            providers: store::list_provider_ids(conn, &agb)?.into_iter().collect(),
            postcode,
            kept: Vec::new(),
            today,
        })
    }

    /// The same for somebody who is on the list already, under this municipality and for this product.
    pub(super) fn keeping(self, client: &WaitingClient) -> Self {
        let municipality = Some((client.municipality.id, client.municipality.name.clone()));
        let kept = client.accepted_products().map(|product| product.code.clone()).collect();
        Self { municipality, bought_here: true, kept, ..self }
    }

    /// The rules of a registration, and that everything it names exists: all that is wrong, at once.
    pub(super) fn check(
        &self,
        draft: RegistrationDraft,
        may_answer_for: impl Fn(i64) -> bool,
    ) -> Result<Checked> {
        let mut violations = Violations::new();
        if draft.municipality.is_some() {
            match &self.municipality {
                None => {
                    violations.add("gemeente", "niet-in-regio", "deze gemeente hoort nu niet bij de regio");
                }
                Some((id, _)) if !may_answer_for(*id) => {
                    violations.add("gemeente", "niet-van-u", "kies een gemeente waarvoor u werkt");
                }
                Some(_) if !self.bought_here => {
                    violations.add("product", "niet-voor-gemeente", NOT_BOUGHT);
                }
                Some(_) => {}
            }
        }
        let product = draft.product.as_ref().and_then(|code| self.products.get(code.as_str()));
        if let Some(code) = &draft.product {
            self.check_product("product", code, &mut violations)?;
        }
        let mut alternatives = Vec::new();
        for code in &draft.alternatives {
            self.check_product("alternatieven", code, &mut violations)?;
            // What was accepted before stays, as the wanted product does.
            let Some(product) = self.products.get(code.as_str()).filter(|_| !self.kept.contains(code)) else {
                continue;
            };
            if self.not_bought.contains(&product.code) {
                violations.add("alternatieven", "niet-voor-gemeente", format!("{code}: {NOT_BOUGHT}"));
            }
            alternatives.push((code.clone(), product.rules()?));
        }
        self.check_providers("gewensteAanbieders", &draft.wanted, &mut violations);
        self.check_providers("uitgeslotenAanbieders", &draft.excluded, &mut violations);
        if !self.postcode {
            violations.add("postcode", "onbekend", "deze postcode bestaat niet");
        }
        // Who waits for a product already keeps it: a child that grew too old for it is pointed out, and its facts can
        // still be put right. The step to another product is a step of its own.
        let rules = match product {
            Some(product) if self.kept.first() != draft.product.as_ref() => Some(product.rules()?),
            _ => None,
        };
        Ok(match check(draft, rules, &alternatives, self.today) {
            Ok(registration) => violations.into_result(registration),
            Err(more) => {
                violations.extend_with_prefix("", more);
                Err(violations)
            }
        })
    }

    fn check_product(&self, field: &str, code: &ProductCode, violations: &mut Violations) -> Result<()> {
        match self.products.get(code.as_str()) {
            None => violations.add(field, "onbekend", format!("{code}: {UNKNOWN_PRODUCT}")),
            Some(product) if !self.kept.contains(code) && !product.validity()?.contains(self.today) => {
                violations.add(field, "niet-geldig", format!("{code} wordt vandaag niet ingekocht"));
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn check_providers(&self, field: &str, codes: &[AgbCode], violations: &mut Violations) {
        for code in codes.iter().filter(|code| !self.providers.contains_key(code.as_str())) {
            violations.add(field, "onbekend", format!("er is geen aanbieder met AGB-code {code}"));
        }
    }

    pub(super) fn facts(&self, registration: &Registration) -> Result<FactsRow> {
        let missing = || Error::internal("a checked registration names what does not exist");
        let product = self.products.get(registration.product.as_str()).ok_or_else(missing)?;
        let municipality = self.municipality.as_ref().ok_or_else(missing)?;
        let needs: Vec<&str> = registration.needs.iter().map(Need::code).collect();
        let mut facts = FactsRow {
            municipality_id: municipality.0,
            product_id: product.id,
            pc4: registration.pc4.map(|pc4| i32::from(pc4.number())),
            birth_quarter: None,
            age: None,
            age_on: None,
            referrer: registration.referrer.code(),
            referred_on: registration.referred_on,
            decided_on: registration.decided_on,
            body_decided_on: registration.body_decided_on,
            urgency: registration.urgency.code(),
            measure: registration.measure,
            analysis_made: registration.analysis_made,
            first_choice: registration.first_choice.code(),
            possibly_wlz: registration.possibly_wlz,
            authority_elsewhere: registration.authority_elsewhere,
            needs: needs.join(","),
            max_distance_km: registration.max_distance_km.map(i32::from),
            bridging_wanted: registration.bridging_wanted,
            note: registration.note.as_ref().map(|note| note.as_str().to_owned()),
            waiting_since: waiting_since(registration),
        };
        facts.set_birth(registration.birth);
        Ok(facts)
    }

    /// Replaces what goes with a registration in tables of its own.
    pub(super) fn save_choices(
        &self,
        conn: &mut Connection,
        id: i64,
        registration: &Registration,
    ) -> Result<()> {
        let products: Vec<i64> = registration
            .alternatives
            .iter()
            .filter_map(|code| self.products.get(code.as_str()).map(|product| product.id))
            .collect();
        store::replace_alternatives(conn, id, &products)?;
        store::replace_plan(conn, id, registration.plan_made_on)?;
        let (wanted, excluded) =
            (self.providers_of(&registration.wanted), self.providers_of(&registration.excluded));
        store::replace_wishes(conn, id, &wanted, &excluded)
    }

    /// The numbers of these providers.
    pub(super) fn providers_of(&self, codes: &[AgbCode]) -> Vec<i64> {
        codes.iter().filter_map(|code| self.providers.get(code.as_str()).copied()).collect()
    }
}

/// The day from which the wait counts. While the decision is still to come the referral holds the child's place.
fn waiting_since(registration: &Registration) -> NaiveDate {
    let facts = WaitFacts {
        referred_on: registration.referred_on,
        decided_on: registration.decided_on,
        needs_decision: registration.referrer.needs_decision(),
        urgency: registration.urgency,
        measure: registration.measure,
        norm: Norm::DEFAULT,
        first_help_soon: false,
        returned_on: None,
        first_help_on: None,
        started_on: None,
        left_on: None,
    };
    match counts_from(&facts) {
        CountsFrom::Day(day) => day,
        CountsFrom::DecisionMissing => registration.referred_on,
    }
}
