//! How the made-up crisis cases were divided: by the rule that divides real ones, from the first day of the agreed shares.
//! Now and then whoever had the turn refused or did not answer, and the next one was asked.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rules::crisis::answering::AssignmentStatus;
use rules::crisis::codes::AgeGroup;
use rules::crisis::distribution::{
    CaseFacts, Choice, Pool, ProviderId, Share, Tally, explain_all, next_to_ask,
};

use super::history::Chance;
use crate::crisis::distribution::model::{NamedProvider, StoredShare};

/// So many of a hundred are refused, and so many more get no answer.
const REFUSED: i64 = 8;
const SILENT: i64 = 3;

/// Who was asked for a case, and what came of it.
pub(super) struct Turn {
    pub(super) provider: NamedProvider,
    pub(super) choice: Choice,
    pub(super) pool: Pool,
    pub(super) explanation: String,
    pub(super) status: AssignmentStatus,
    /// How many minutes after the one before, and after how many it was answered.
    pub(super) minutes: (i64, i64),
}

/// All that was divided so far.
pub(super) struct Turns {
    shares: Vec<Share>,
    providers: BTreeMap<ProviderId, NamedProvider>,
    municipalities: BTreeMap<String, i64>,
    tally: Tally,
}

impl Turns {
    pub(super) fn new(agreed: Vec<StoredShare>, municipalities: BTreeMap<String, i64>) -> Self {
        Self {
            shares: agreed.iter().map(|stored| stored.share).collect(),
            providers: agreed.into_iter().map(|stored| (stored.provider.id, stored.provider)).collect(),
            municipalities,
            tally: Tally::default(),
        }
    }

    /// Who were asked for a case, the last of whom took it on; nobody when no share was agreed on yet.
    pub(super) fn divide(
        &mut self,
        chance: &mut Chance,
        (on, municipality, age_group): (NaiveDate, &str, AgeGroup),
    ) -> Vec<Turn> {
        let municipality = self.municipalities.get(municipality).copied();
        let case = CaseFacts { on, municipality, age_group };
        let Some(pool) = Pool::of_case(&self.shares, case, &BTreeSet::new()) else { return Vec::new() };
        let (mut turns, mut asked) = (Vec::new(), BTreeSet::new());
        while let Some((id, choice)) = next_to_ask(&self.tally, &pool, None, &asked) {
            let (is_last, odds) = (asked.len() + 1 == pool.providers().count(), chance.below(100));
            asked.insert(id);
            let status = match odds {
                _ if is_last => AssignmentStatus::Accepted,
                ..REFUSED => AssignmentStatus::Refused,
                _ if odds < REFUSED + SILENT => AssignmentStatus::Expired,
                _ => AssignmentStatus::Accepted,
            };
            let Some(provider) = self.providers.get(&id).cloned() else { break };
            turns.push(Turn {
                provider,
                choice,
                explanation: explain_all(&self.tally, &pool, |id| self.name(id)),
                pool: pool.clone(),
                status,
                minutes: (5 + chance.below(50), 3 + chance.below(20)),
            });
            if status == AssignmentStatus::Accepted {
                self.tally.count(&pool, id, 1);
                break;
            }
        }
        turns
    }

    fn name(&self, id: ProviderId) -> &str {
        self.providers.get(&id).map_or("", |provider| &provider.name)
    }
}
