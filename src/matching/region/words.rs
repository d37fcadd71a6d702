//! Why the place that the regional plan proposes and the first of a client's own list are the same or not, in words.
//!
//! A sentence tells of the client itself, of places and of the policy, and never of another child: not who has a place,
//! not how many wait for it, not why somebody else goes first.

use rules::dutch;
use rules::matching::priority::Scarcity;

use super::plan::Plan;
use crate::matching::proposals::model::{RegionalLine, weeks};

/// Where a client's own list and the plan are compared.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    pub plan: &'a Plan,
    pub client: i64,
    /// The first of the client's own list: number and name.
    pub first: Option<(i64, &'a str)>,
}

impl Compared<'_> {
    /// What the plan says of the client. Offers are named by who shows it.
    pub fn line(&self) -> RegionalLine {
        let Some(client) = self.plan.client(self.client) else {
            return RegionalLine {
                reasons: vec![
                    "Deze wachtende doet nu niet mee in het regionale voorstel: er is een pauze, of er is al zorg afgesproken."
                        .into(),
                ],
                ..RegionalLine::default()
            };
        };
        let place = self.plan.place_of(self.client);
        let total = place.and_then(|offer| client.options.get(&offer)).map(|fit| fit.cost);
        let reasons = match place.zip(total) {
            Some((offer, total)) => self.placed(offer, total),
            None => self.waiting(),
        };
        let bridging = self.plan.bridging.get(&self.client).map(|(offer, _)| *offer);
        RegionalLine {
            offer_id: place,
            total,
            scarcity: place.and_then(|offer| self.plan.scarcity(offer)).map(|level| level.code().to_owned()),
            reasons,
            bridging_id: bridging,
            bridging_sought: self.plan.bridging_sought.contains(&self.client),
            ..RegionalLine::default()
        }
    }

    fn cost(&self, offer: i64) -> Option<u32> {
        self.plan.client(self.client)?.options.get(&offer).map(|fit| fit.cost)
    }

    fn placed(&self, offer: i64, total: u32) -> Vec<String> {
        let mut words = Vec::new();
        match self.first {
            Some((first, _)) if first == offer => {
                words.push("Deze plek staat ook bovenaan in de lijst van deze wachtende zelf.".to_owned());
            }
            Some((first, name)) if self.plan.room(first) == 0 => words.push(format!(
                "Bovenaan in de lijst staat {name}. Daar is nu geen vrije plek, en het regionale voorstel gaat over plekken die nu vrij zijn."
            )),
            Some((first, name)) => words.push(self.instead(first, name, total)),
            None => {}
        }
        let scarcity = self.plan.scarcity(offer).unwrap_or(Scarcity::Ample);
        if scarcity != Scarcity::Ample {
            words.push(format!("De voorgestelde plek is {}: {}.", scarcity.code(), scarcity.in_words()));
        }
        words.push(self.elsewhere(offer, total));
        words
    }

    /// Why not the first of the list, which has room.
    fn instead(&self, first: i64, name: &str, total: u32) -> String {
        let more = self.cost(first).map_or(0, |cost| total.saturating_sub(cost));
        if more == 0 {
            return format!(
                "Bovenaan in de lijst staat {name}; de voorgestelde plek is voor uw cliënt even goed."
            );
        }
        let scarcity = self.plan.scarcity(first).unwrap_or(Scarcity::Ample);
        format!(
            "Bovenaan in de lijst staat {name}. Die plek is {}: {}. De voorgestelde plek telt voor uw cliënt als {} meer.",
            scarcity.code(),
            scarcity.in_words(),
            weeks(more)
        )
    }

    /// What the client would have without the proposed place.
    fn elsewhere(&self, offer: i64, total: u32) -> String {
        let options = self.plan.client(self.client).map(|client| &client.options);
        let others = options.into_iter().flatten().filter(|(other, _)| **other != offer);
        let next = others.filter(|(other, _)| self.plan.room(**other) > 0).map(|(_, fit)| fit.cost).min();
        match next.map(|cost| cost.checked_sub(total)) {
            None => "Elders is er voor uw cliënt nu geen vrije plek.".into(),
            Some(Some(0)) => "Elders is er een vrije plek die voor uw cliënt even goed is.".into(),
            Some(Some(more)) => format!("De eerstvolgende vrije plek elders telt voor uw cliënt als {} meer.", weeks(more)),
            Some(None) => "Elders is er een vrije plek die voor uw cliënt beter zou zijn; in het geheel past deze beter.".into(),
        }
    }

    fn waiting(&self) -> Vec<String> {
        let options = self.plan.client(self.client).map(|client| &client.options);
        let free = options.into_iter().flatten().filter(|(offer, _)| self.plan.room(**offer) > 0).count();
        let mut words = if free == 0 {
            vec!["Geen aanbod dat deze wachtende kan nemen, heeft nu een vrije plek.".to_owned()]
        } else {
            let free = u32::try_from(free).unwrap_or(u32::MAX);
            let places = if free == 1 { "1 aanbod".to_owned() } else { format!("{free} keer aanbod") };
            vec![format!(
                "Er is {places} met een vrije plek die kan, maar er zijn nu meer wachtenden dan plekken. Wie dan voorgaat, bepaalt het beleid van de regio."
            )]
        };
        if self.plan.bridging_sought.contains(&self.client) && !self.plan.bridging.contains_key(&self.client)
        {
            words.push("Ook voor overbruggingszorg is er nu geen vrije plek in de buurt.".to_owned());
        }
        words
    }
}

/// Schaarste van een plek, as a list shows it.
pub fn scarcity(plan: &Plan, offer: i64) -> Option<String> {
    let level = plan.scarcity(offer)?;
    Some(format!("{}: {}", dutch::in_sentence(level.name()), level.in_words()))
}
