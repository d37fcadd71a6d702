//! What comes of a division of places: how many have one, who waits on, how long and how far. To compare policies, runs
//! and scenarios with each other.

use std::collections::BTreeMap;

use rules::matching::priority::{Level, Policy};
use serde::{Deserialize, Serialize};

use super::engine::Engine;
use super::problem::RegionFacts;
use crate::error::Result;

/// How many there are, and how many of them have a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub placed: u32,
    pub total: u32,
}

/// Maten van een verdeling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measures {
    pub all: Share,
    /// By level, the lowest first.
    pub levels: [Share; 3],
    /// Who waits past the norm.
    pub past_norm: Share,
    /// Expected weeks until the start of who is placed, on average in hundredths.
    pub mean_wait: Option<u32>,
    /// How far who is placed travels, on average in metres.
    pub mean_metres: Option<u32>,
    /// The sum of all scores, staying included, in hundredths of a week.
    pub cost: i64,
    /// Who waits although a place it could have is held by somebody of a lower class.
    pub envious: u32,
}

impl Measures {
    /// Of places given to clients of a problem; levels and envy by the classes in it.
    pub fn of(engine: &Engine, places: &BTreeMap<i64, i64>) -> Self {
        let mut measures = Self { envious: count(engine.envious(places)), ..Self::default() };
        let (mut waits, mut far) = (Vec::new(), Vec::new());
        for (id, client) in &engine.facts().clients {
            let fit = places.get(id).and_then(|offer| client.options.get(offer));
            let level = Policy::level_of(client.class);
            let add = |share: &mut Share| {
                share.total += 1;
                share.placed += u32::from(fit.is_some());
            };
            add(&mut measures.all);
            add(&mut measures.levels[level as usize]);
            if client.waiting.past_norm {
                add(&mut measures.past_norm);
            }
            measures.cost += i64::from(fit.map_or(client.stay, |fit| fit.cost));
            if let Some(fit) = fit {
                waits.push(u64::from(fit.wait));
                far.extend(fit.metres.map(u64::from));
            }
        }
        measures.mean_wait = mean(&waits);
        measures.mean_metres = mean(&far);
        measures
    }

    /// How many of each level of a problem have a place, the lowest first.
    pub fn of_levels(facts: &RegionFacts, places: &BTreeMap<i64, i64>) -> [Share; 3] {
        let mut levels = [Share::default(); 3];
        for (id, client) in &facts.clients {
            let level = &mut levels[Policy::level_of(client.class) as usize];
            level.total += 1;
            level.placed += u32::from(places.contains_key(id));
        }
        levels
    }

    /// Who stays waiting.
    pub fn waiting(&self) -> u32 {
        self.all.total - self.all.placed
    }

    /// The levels with their names, the highest first.
    pub fn by_level(&self) -> impl Iterator<Item = (Level, Share)> {
        Level::ALL.iter().copied().zip(self.levels).rev()
    }

    /// How many of whom, with their names.
    pub fn named(&self) -> [(&'static str, Share); 5] {
        let [regular, raised, first] = self.levels;
        [
            ("Alle kinderen", self.all),
            ("Trap Eerst", first),
            ("Trap Voorrang", raised),
            ("Trap Gewoon", regular),
            ("Langer dan de norm", self.past_norm),
        ]
    }

    /// The mean wait as people write it.
    pub fn wait_words(&self) -> String {
        self.mean_wait.map_or_else(|| "niet te zeggen".to_owned(), crate::matching::proposals::model::weeks)
    }

    /// The mean distance as people write it.
    pub fn distance_words(&self) -> String {
        self.mean_metres.map_or_else(|| "niet te zeggen".to_owned(), rules::dutch::kilometres)
    }

    /// The sum of all scores in whole weeks.
    pub fn cost_weeks(&self) -> i64 {
        (self.cost + 50) / 100
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The mean, rounded; none of nothing.
pub fn mean(values: &[u64]) -> Option<u32> {
    let count = u64::try_from(values.len()).ok().filter(|count| *count > 0)?;
    u32::try_from((values.iter().sum::<u64>() + count / 2) / count).ok()
}

/// Wie het eerst komt: one after the other, the longest wait first, takes what is best for itself of what is left.
pub fn first_come_first_served(facts: &RegionFacts) -> BTreeMap<i64, i64> {
    let mut left = facts.capacities.clone();
    let mut queue: Vec<_> = facts.clients.iter().map(|(id, client)| (client.since, *id, client)).collect();
    queue.sort_unstable_by_key(|(since, id, _)| (*since, *id));
    let mut places = BTreeMap::new();
    for (_, id, client) in queue {
        let free = client.options.iter().filter(|(offer, _)| left.get(offer).is_some_and(|room| *room > 0));
        let best = free.min_by_key(|(offer, fit)| (fit.cost, **offer)).map(|(offer, _)| *offer);
        if let Some(offer) = best {
            left.entry(offer).and_modify(|room| *room -= 1);
            places.insert(id, offer);
        }
    }
    places
}

/// De laagste som: without any policy, whatever costs all together the least.
pub fn least_cost(facts: &RegionFacts) -> Result<BTreeMap<i64, i64>> {
    let mut plain = facts.clone();
    for client in plain.clients.values_mut() {
        client.class = 0;
    }
    Ok(Engine::new(plain)?.outcome()?.places)
}

/// A division of places beside two others of the same clients and places: what the policy costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    pub policy: Measures,
    pub least_cost: Measures,
    pub first_come: Measures,
}

impl Comparison {
    pub fn of(engine: &Engine) -> Result<Self> {
        let facts = engine.facts();
        Ok(Self {
            policy: Measures::of(engine, &engine.outcome()?.places),
            least_cost: Measures::of(engine, &least_cost(facts)?),
            first_come: Measures::of(engine, &first_come_first_served(facts)),
        })
    }

    /// Each with what it is called.
    pub fn named(&self) -> [(&'static str, &Measures); 3] {
        [
            ("Dit beleid", &self.policy),
            ("Laagste som, zonder voorrang", &self.least_cost),
            ("Wie het langst wacht kiest het eerst", &self.first_come),
        ]
    }
}

#[cfg(test)]
mod tests {
    use chrono::{Days, NaiveDate};

    use super::*;
    use crate::matching::region::problem::ClientFacts;
    use crate::matching::region::problem::tests::some_client;

    fn client(class: u32, days: u64, options: &[(i64, u32)]) -> ClientFacts {
        ClientFacts { class, since: NaiveDate::default() + Days::new(days), ..some_client(options) }
    }

    /// The one with the longest wait prefers the only place of another, who is urgent.
    fn contested() -> RegionFacts {
        RegionFacts {
            clients: [
                (1, client(2, 0, &[(10, 100), (20, 300)])),
                (2, client(150, 5, &[(10, 200)])),
                (3, client(1, 9, &[(20, 100)])),
            ]
            .into(),
            capacities: [(10, 1), (20, 1)].into(),
        }
    }

    #[test]
    fn three_divisions_of_the_same_places_are_compared() {
        let facts = contested();
        assert_eq!(first_come_first_served(&facts), [(1, 10), (3, 20)].into());
        assert_eq!(least_cost(&facts).unwrap(), [(1, 10), (3, 20)].into());
        let engine = Engine::new(facts).unwrap();
        let compared = Comparison::of(&engine).unwrap();
        assert_eq!(engine.outcome().unwrap().places, [(1, 20), (2, 10)].into());
        let placed =
            |measures: &Measures| (measures.all, measures.levels.map(|share| share.placed), measures.envious);
        let two = Share { placed: 2, total: 3 };
        assert_eq!(placed(&compared.policy), (two, [1, 1, 0], 0));
        assert_eq!(placed(&compared.first_come), (two, [2, 0, 0], 1));
        assert_eq!(placed(&compared.least_cost), (two, [2, 0, 0], 1));
        assert_eq!((compared.policy.cost, compared.least_cost.cost), (5700, 5400), "what the policy costs");
        assert_eq!((compared.policy.mean_wait, compared.policy.mean_metres), (Some(250), Some(2500)));
        assert_eq!(compared.policy.waiting(), 1);
    }

    #[test]
    fn nobody_and_nothing_can_be_measured() {
        let compared = Comparison::of(&Engine::new(RegionFacts::default()).unwrap()).unwrap();
        assert_eq!(compared, Comparison::default());
        assert_eq!(compared.policy.wait_words(), "niet te zeggen");
    }

    /// The cells of the rows of a table in the document, by how the first cell of its head reads.
    fn table(head: &str) -> Vec<Vec<String>> {
        let lines = include_str!("../../../docs/matching.md").lines();
        let rows = lines.skip_while(|line| !line.starts_with(&format!("| {head} |"))).skip(2);
        rows.take_while(|line| line.starts_with('|'))
            .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
            .collect()
    }

    #[test]
    fn the_worked_example_of_the_document_is_right() {
        use rules::matching::priority::Waiting;
        use rules::waiting::registration::Urgency;

        let policy = Policy::default();
        let mut facts =
            RegionFacts { capacities: [(1, 1), (2, 2), (3, 1), (4, 1)].into(), ..Default::default() };
        for row in table("child") {
            let yes = |at: usize| row[at] == "yes";
            let weeks: u32 = row[3].parse().unwrap();
            let options: Vec<(i64, u32)> = row[6]
                .split(", ")
                .filter_map(|option| option.split_once(": "))
                .map(|(offer, cost)| (offer.parse().unwrap(), cost.parse().unwrap()))
                .collect();
            let waiting = Waiting {
                urgency: if yes(1) { Urgency::Urgent } else { Urgency::Regular },
                measure: yes(2),
                weeks: Some(weeks),
                past_norm: yes(4),
            };
            let since = NaiveDate::default() + Days::new(u64::from(1000 - 7 * weeks));
            let client = ClientFacts { waiting, since, ..some_client(&options) }.under(&policy);
            assert_eq!(client.class.to_string(), row[5], "{row:?}");
            facts.clients.insert(row[0].parse().unwrap(), client);
        }
        assert_eq!(facts.clients.len(), 10);
        let engine = Engine::new(facts.clone()).unwrap();
        let divisions =
            [engine.outcome().unwrap().places, least_cost(&facts).unwrap(), first_come_first_served(&facts)];
        for (row, places) in table("divided by").iter().zip(divisions) {
            let pairs: Vec<String> = places.iter().map(|(id, offer)| format!("{id}-{offer}")).collect();
            let measures = Measures::of(&engine, &places);
            let found = [pairs.join(", "), measures.all.placed.to_string(), measures.cost.to_string()];
            assert_eq!(found, row[1..], "{}", row[0]);
        }
        let (before, worths) = (engine.proof(), engine.outcome().unwrap().worths);
        let rows = table("one more place of");
        assert_eq!(rows.len(), 4);
        for row in rows {
            let offer: i64 = row[0].strip_prefix("offer ").unwrap().parse().unwrap();
            let mut with = facts.clone();
            *with.capacities.get_mut(&offer).unwrap() += 1;
            let after = Engine::new(with).unwrap().proof();
            let found = [format!("+{}", after.class_sum - before.class_sum), after.objective.to_string()];
            assert_eq!(found, row[1..], "{}", row[0]);
            let worth = worths[&offer];
            assert_eq!(format!("+{}", worth.class), row[1]);
            assert_eq!((before.objective - worth.cost).to_string(), row[2]);
        }
    }
}
