//! Wat vandaag aandacht vraagt: why somebody of the toegang should look at a waiting child today.

use chrono::{Days, NaiveDate};

use super::birth::{ADULT_SOON, Birth, ComingOfAge};
use super::life::{BodyDecision, ClientStatus, Life};
use super::waited::{CountsFrom, Waited};
use crate::dutch;

/// How long an end of a contract or a new product code stays pointed out.
const RECENT_DAYS: i64 = 14;

/// From how long before its last day a product that nothing takes the place of is pointed out.
const PRODUCT_ENDS_SOON: Days = Days::new(90);

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub struct AttentionFacts<'a> {
    /// Status, responses and pause.
    pub life: &'a Life,
    /// The pause that was set, gone by or not.
    pub hold_until: Option<NaiveDate>,
    /// How long it waits, and the norms.
    pub waited: &'a Waited,
    /// Geboren.
    pub birth: Option<Birth>,
    /// Whether the product may go on until 23.
    pub until_23: bool,
    /// The decision of a body, where the product needs one.
    pub body: BodyDecision,
    /// The day on which a contract that concerns the child ended, or its product got another code.
    pub disturbed_on: Option<NaiveDate>,
    /// The day on which the child last came from another municipality.
    pub moved_on: Option<NaiveDate>,
    /// The day on which the first response that is open needs its answer.
    pub answer_on: Option<NaiveDate>,
    /// The day on which a response last ended without an answer.
    pub expired_on: Option<NaiveDate>,
    /// A provider asked something and has no answer.
    pub question_open: bool,
    /// The last day of the product, when nothing takes its place.
    pub product_ends_on: Option<NaiveDate>,
    /// The day on which the perspectiefplan was made.
    pub plan_made_on: Option<NaiveDate>,
    /// The day on which it was found to look like somebody else on the list.
    pub alike_on: Option<NaiveDate>,
    /// The municipality does not belong to the region today, so that nobody can be found for the child.
    pub outside_region: bool,
    /// The day on which care that was agreed would start, as long as nobody confirmed that it did.
    pub planned_on: Option<NaiveDate>,
    /// There is bridging care of which no end is known.
    pub bridging_runs: bool,
}

coded_enum! {
    /// Aandachtspunt: why to look today. The order is that of the screen.
    pub enum Attention {
        AnswerLate = "antwoord-te-laat", "Het antwoord op een reactie is te laat";
        AnswerDue = "antwoord-vandaag", "Vandaag is het antwoord op een reactie nodig";
        ToWeigh = "reactie-wegen", "Er is een reactie om te wegen";
        QuestionOpen = "vraag-open", "Een aanbieder wacht op antwoord op een vraag";
        Expired = "reactie-verlopen", "Een reactie verliep zonder antwoord";
        StartOverdue = "start-niet-bevestigd", "De afgesproken startdag is voorbij en de start is niet bevestigd";
        OutsideRegion = "buiten-regio", "De gemeente hoort niet meer bij de regio: leg vast naar welke gemeente het kind gaat";
        MeasureWaits = "wacht-op-maatregel", "Wacht op een maatregel";
        BridgingRuns = "overbrugging-loopt", "Van de lijst, en de overbruggingszorg loopt nog: spreek met de aanbieder af wanneer die eindigt";
        NormPassed = "norm-voorbij", "De norm is voorbij";
        Disturbed = "contract-of-product", "Een contract is beëindigd of het product is gewijzigd";
        ProductEnds = "product-loopt-af", "Het product loopt af en er komt geen ander voor in de plaats";
        MovedIn = "verhuisd", "Verhuisd naar uw gemeente: kijk of product, aanbieders en reacties nog passen";
        Alike = "lijkt-op-ander", "Lijkt op een andere aanmelding van uw gemeente: kijk of het hetzelfde kind is";
        HoldEnded = "pauze-voorbij", "De pauze is voorbij";
        TooOld = "te-oud", "Is 18 of ouder";
        AdultSoon = "bijna-18", "Wordt binnen een half jaar 18";
        PlanDue = "perspectiefplan", "Is 16 of 17: er hoort een perspectiefplan te zijn";
        BodyDecisionMissing = "advies-ontbreekt", "De beslissing van het adviesorgaan ontbreekt";
        DecisionMissing = "beschikking-ontbreekt", "De beschikking ontbreekt";
    }
}

/// Everything that asks for attention today, the most pressing first. Who has left the list asks for none, but for the
/// decision that a body takes after a crisis, which is owed after care started too, and an end of bridging care that runs.
pub fn attention(facts: &AttentionFacts<'_>, today: NaiveDate) -> Vec<Attention> {
    let status = facts.life.status();
    if status.is_closed() {
        let holds = |point: Attention| match point {
            Attention::BridgingRuns => facts.bridging_runs,
            Attention::BodyDecisionMissing => {
                status == ClientStatus::Placed && facts.body == BodyDecision::Afterwards
            }
            _ => false,
        };
        return Attention::ALL.iter().copied().filter(|point| holds(*point)).collect();
    }
    let measure = facts.waited.passed().any(|norm| norm.kind == super::waited::NormKind::Measure);
    let of_age = facts.birth.map(|birth| birth.coming_of_age(today, facts.until_23));
    let adult_soon =
        |adult_on: NaiveDate| today.checked_add_months(ADULT_SOON).is_some_and(|soon| adult_on <= soon);
    let recent = |day: NaiveDate| (0..=RECENT_DAYS).contains(&(today - day).num_days());
    let has_response = facts.life.open_responses() > 0;
    let answer_on = facts.answer_on.filter(|_| has_response);
    let holds = |point: Attention| match point {
        Attention::AnswerLate => answer_on.is_some_and(|day| day < today),
        Attention::AnswerDue => answer_on == Some(today),
        Attention::ToWeigh => has_response && answer_on.is_none_or(|day| day > today),
        Attention::Expired => facts.expired_on.is_some_and(recent),
        Attention::QuestionOpen => facts.question_open,
        Attention::ProductEnds => facts
            .product_ends_on
            .is_some_and(|day| today.checked_add_days(PRODUCT_ENDS_SOON).is_some_and(|soon| day <= soon)),
        Attention::StartOverdue => {
            status == ClientStatus::Accepted && facts.planned_on.is_some_and(|day| day < today)
        }
        Attention::OutsideRegion => facts.outside_region,
        Attention::MeasureWaits => measure,
        // Who waits is bridged.
        Attention::BridgingRuns => false,
        Attention::NormPassed => !measure && facts.waited.passed().next().is_some(),
        Attention::Disturbed => facts.disturbed_on.is_some_and(recent),
        Attention::MovedIn => facts.moved_on.is_some_and(recent),
        Attention::Alike => facts.alike_on.is_some_and(recent),
        Attention::HoldEnded => facts.hold_until.is_some_and(|until| until < today),
        Attention::TooOld => matches!(of_age, Some(ComingOfAge::TooOld)),
        Attention::AdultSoon => {
            matches!(of_age, Some(ComingOfAge::PlanDue { adult_on }) if adult_soon(adult_on))
        }
        Attention::PlanDue => {
            facts.plan_made_on.is_none()
                && matches!(of_age, Some(ComingOfAge::PlanDue { adult_on }) if !adult_soon(adult_on))
        }
        Attention::BodyDecisionMissing => {
            matches!(facts.body, BodyDecision::Missing | BodyDecision::Afterwards)
        }
        Attention::DecisionMissing => facts.waited.from == CountsFrom::DecisionMissing,
    };
    Attention::ALL.iter().copied().filter(|point| holds(*point)).collect()
}

impl Attention {
    /// Whether it can wait: a plan that is due, or a paper that is missing, does not push a passed norm from the top.
    pub const fn is_pressing(self) -> bool {
        matches!(
            self,
            Self::AnswerLate
                | Self::AnswerDue
                | Self::ToWeigh
                | Self::QuestionOpen
                | Self::Expired
                | Self::StartOverdue
                | Self::OutsideRegion
                | Self::MeasureWaits
                | Self::BridgingRuns
                | Self::NormPassed
                | Self::Disturbed
                | Self::ProductEnds
                | Self::MovedIn
                | Self::Alike
                | Self::HoldEnded
                | Self::TooOld
        )
    }

    /// The name without what is to be done about it, to stand in a column.
    pub fn short_name(self) -> &'static str {
        self.name().split_once(':').map_or(self.name(), |(what, _)| what)
    }

    /// `de norm is voorbij`, to stand in a list.
    pub fn in_sentence(self) -> String {
        dutch::in_sentence(self.name())
    }
}

/// Filter op aandacht: which children are looked for by what asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttentionFilter {
    /// Anything at all.
    Any,
    /// Something that cannot wait.
    Today,
    /// Something, and all of it can wait.
    Later,
    /// This point, whatever else there is.
    Point(Attention),
}

impl AttentionFilter {
    /// Every value, in the order in which the screen lists them.
    pub fn all() -> impl Iterator<Item = Self> {
        let points = Attention::ALL.iter().copied().map(Self::Point);
        [Self::Any, Self::Today, Self::Later].into_iter().chain(points)
    }

    /// The stable Dutch code that is sent.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Any => "ja",
            Self::Today => "vandaag",
            Self::Later => "binnenkort",
            Self::Point(point) => point.code(),
        }
    }

    /// The Dutch name people see.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "Met een aandachtspunt",
            Self::Today => "Vandaag nodig",
            Self::Later => "Binnenkort en nog aan te vullen",
            Self::Point(point) => point.short_name(),
        }
    }

    /// Whether somebody with these points is looked for.
    pub fn fits(self, points: &[Attention]) -> bool {
        let is_pressing = || points.iter().any(|point| point.is_pressing());
        match self {
            Self::Any => !points.is_empty(),
            Self::Today => is_pressing(),
            Self::Later => !points.is_empty() && !is_pressing(),
            Self::Point(point) => points.contains(&point),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::norms::Norm;
    use crate::testing::{day, today};
    use crate::waiting::birth::BirthQuarter;
    use crate::waiting::registration::Urgency;
    use crate::waiting::waited::{WaitFacts, waited};

    fn life(status: ClientStatus, open: u32) -> Life {
        Life::new("GM0243".parse().unwrap(), "45A04".parse().unwrap(), day("2026-02-01"))
            .restore(status, open, None)
            .unwrap()
    }

    fn wait(referred: &str, decided: Option<&str>, measure: bool) -> Waited {
        let facts = WaitFacts {
            referred_on: day(referred),
            decided_on: decided.map(day),
            needs_decision: true,
            urgency: Urgency::Regular,
            measure,
            norm: Norm::DEFAULT,
            first_help_soon: false,
            returned_on: None,
            first_help_on: None,
            started_on: None,
            left_on: None,
        };
        waited(&facts, today())
    }

    struct Child {
        life: Life,
        waited: Waited,
        hold_until: Option<NaiveDate>,
        birth: &'static str,
        body: BodyDecision,
        disturbed_on: Option<NaiveDate>,
        moved_on: Option<NaiveDate>,
        alike_on: Option<NaiveDate>,
        answer_on: Option<NaiveDate>,
        expired_on: Option<NaiveDate>,
        outside_region: bool,
        question_open: bool,
        product_ends_on: Option<NaiveDate>,
        plan_made_on: Option<NaiveDate>,
        planned_on: Option<NaiveDate>,
        bridging_runs: bool,
    }

    impl Child {
        fn calm() -> Self {
            Self {
                life: life(ClientStatus::Waiting, 0),
                waited: wait("2026-02-01", Some("2026-02-01"), false),
                hold_until: None,
                birth: "2014-1",
                body: BodyDecision::NotNeeded,
                disturbed_on: None,
                moved_on: None,
                alike_on: None,
                answer_on: None,
                expired_on: None,
                outside_region: false,
                question_open: false,
                product_ends_on: None,
                plan_made_on: None,
                planned_on: None,
                bridging_runs: false,
            }
        }

        fn points(&self) -> Vec<&'static str> {
            let (year, quarter) = self.birth.split_once('-').unwrap();
            let born = BirthQuarter::restore(year.parse().unwrap(), quarter.parse().unwrap()).unwrap();
            let facts = AttentionFacts {
                life: &self.life,
                hold_until: self.hold_until,
                waited: &self.waited,
                birth: Some(Birth::Quarter(born)),
                until_23: false,
                body: self.body,
                disturbed_on: self.disturbed_on,
                moved_on: self.moved_on,
                alike_on: self.alike_on,
                answer_on: self.answer_on,
                expired_on: self.expired_on,
                outside_region: self.outside_region,
                question_open: self.question_open,
                product_ends_on: self.product_ends_on,
                plan_made_on: self.plan_made_on,
                planned_on: self.planned_on,
                bridging_runs: self.bridging_runs,
            };
            attention(&facts, today()).into_iter().map(Attention::code).collect()
        }
    }

    #[test]
    fn each_reason_is_told_and_no_other() {
        // Today is 2 March 2026.
        let hold = |until: &str| Some(day(until));
        let responded = |answer_on: &str| Child {
            life: life(ClientStatus::UnderConsideration, 1),
            answer_on: Some(day(answer_on)),
            ..Child::calm()
        };
        let agreed = |planned_on: &str| Child {
            life: life(ClientStatus::Accepted, 0),
            planned_on: Some(day(planned_on)),
            ..Child::calm()
        };
        for (child, expected) in [
            (Child::calm(), vec![]),
            (
                Child { life: life(ClientStatus::UnderConsideration, 2), ..Child::calm() },
                vec!["reactie-wegen"],
            ),
            (responded("2026-03-03"), vec!["reactie-wegen"]),
            (responded("2026-03-02"), vec!["antwoord-vandaag"]),
            (responded("2026-03-01"), vec!["antwoord-te-laat"]),
            (Child { life: life(ClientStatus::Waiting, 0), ..responded("2026-03-01") }, vec![]),
            (
                Child { waited: wait("2025-11-01", Some("2025-11-01"), false), ..Child::calm() },
                vec!["norm-voorbij"],
            ),
            (Child { waited: wait("2026-02-28", None, true), ..Child::calm() }, vec!["wacht-op-maatregel"]),
            (
                Child { waited: wait("2026-02-01", None, false), ..Child::calm() },
                vec!["beschikking-ontbreekt"],
            ),
            (Child { outside_region: true, ..Child::calm() }, vec!["buiten-regio"]),
            (Child { expired_on: hold("2026-02-16"), ..Child::calm() }, vec!["reactie-verlopen"]),
            (Child { expired_on: hold("2026-02-15"), ..Child::calm() }, vec![]),
            (Child { hold_until: hold("2026-03-01"), ..Child::calm() }, vec!["pauze-voorbij"]),
            (Child { hold_until: hold("2026-03-02"), ..Child::calm() }, vec![]),
            (Child { disturbed_on: hold("2026-02-16"), ..Child::calm() }, vec!["contract-of-product"]),
            (Child { disturbed_on: hold("2026-02-15"), ..Child::calm() }, vec![]),
            (Child { moved_on: hold("2026-02-16"), ..Child::calm() }, vec!["verhuisd"]),
            (Child { moved_on: hold("2026-02-15"), ..Child::calm() }, vec![]),
            (Child { alike_on: hold("2026-02-16"), ..Child::calm() }, vec!["lijkt-op-ander"]),
            (Child { alike_on: hold("2026-02-15"), ..Child::calm() }, vec![]),
            (Child { birth: "2010-1", ..Child::calm() }, vec!["perspectiefplan"]),
            (Child { birth: "2010-1", plan_made_on: hold("2026-02-01"), ..Child::calm() }, vec![]),
            (Child { question_open: true, ..Child::calm() }, vec!["vraag-open"]),
            (Child { product_ends_on: hold("2026-05-31"), ..Child::calm() }, vec!["product-loopt-af"]),
            (Child { product_ends_on: hold("2026-02-01"), ..Child::calm() }, vec!["product-loopt-af"]),
            (Child { product_ends_on: hold("2026-06-01"), ..Child::calm() }, vec![]),
            (Child { birth: "2008-3", ..Child::calm() }, vec!["bijna-18"]),
            (Child { birth: "2008-1", ..Child::calm() }, vec!["te-oud"]),
            (Child { body: BodyDecision::Missing, ..Child::calm() }, vec!["advies-ontbreekt"]),
            (Child { body: BodyDecision::Afterwards, ..Child::calm() }, vec!["advies-ontbreekt"]),
            (agreed("2026-03-01"), vec!["start-niet-bevestigd"]),
            (agreed("2026-03-02"), vec![]),
            (Child { life: life(ClientStatus::Waiting, 0), ..agreed("2026-03-01") }, vec![]),
        ] {
            assert_eq!(child.points(), expected);
        }
    }

    #[test]
    fn who_left_the_list_asks_for_nothing() {
        for status in ClientStatus::ALL.iter().copied().filter(|status| status.is_closed()) {
            let child = Child {
                life: life(status, 0),
                waited: wait("2025-01-01", None, true),
                body: BodyDecision::Missing,
                ..Child::calm()
            };
            assert_eq!(child.points(), Vec::<&str>::new(), "{status}");
        }
    }

    #[test]
    fn a_decision_after_a_crisis_is_owed_after_care_started_too() {
        let placed = |body| Child { life: life(ClientStatus::Placed, 0), body, ..Child::calm() };
        assert_eq!(placed(BodyDecision::Afterwards).points(), ["advies-ontbreekt"]);
        assert_eq!(placed(BodyDecision::Taken(day("2026-03-01"))).points(), Vec::<&str>::new());
        let gone = Child { life: life(ClientStatus::Withdrawn, 0), ..placed(BodyDecision::Afterwards) };
        assert_eq!(gone.points(), Vec::<&str>::new());
    }

    #[test]
    fn bridging_care_that_runs_asks_for_an_end_once_the_child_has_left() {
        let of = |status| Child { life: life(status, 0), bridging_runs: true, ..Child::calm() };
        for status in [ClientStatus::Waiting, ClientStatus::Accepted] {
            assert_eq!(of(status).points(), Vec::<&str>::new(), "{status}");
        }
        for status in ClientStatus::ALL.iter().copied().filter(|status| status.is_closed()) {
            assert_eq!(of(status).points(), ["overbrugging-loopt"], "{status}");
        }
        let both = Child { body: BodyDecision::Afterwards, ..of(ClientStatus::Placed) };
        assert_eq!(both.points(), ["overbrugging-loopt", "advies-ontbreekt"]);
    }

    #[test]
    fn the_most_pressing_comes_first() {
        let pressing: Vec<bool> = Attention::ALL.iter().map(|point| point.is_pressing()).collect();
        assert!(pressing.is_sorted_by(|one, next| one >= next));
        assert_eq!(Attention::NormPassed.in_sentence(), "de norm is voorbij");
    }

    #[test]
    fn a_filter_finds_who_has_such_a_point_wherever_it_stands() {
        use Attention::{MovedIn, NormPassed, PlanDue};
        use AttentionFilter::{Any, Later, Point, Today};
        let codes: std::collections::BTreeSet<&str> =
            AttentionFilter::all().map(AttentionFilter::code).collect();
        assert_eq!(codes.len(), 3 + Attention::ALL.len(), "no two have the same code");
        for (filter, none, pressing, both, plan) in [
            (Any, false, true, true, true),
            (Today, false, true, true, false),
            (Later, false, false, false, true),
            (Point(NormPassed), false, true, false, false),
            (Point(MovedIn), false, false, true, false),
            (Point(PlanDue), false, false, true, true),
        ] {
            let children: [&[Attention]; 4] = [&[], &[NormPassed], &[MovedIn, PlanDue], &[PlanDue]];
            let found = children.map(|points| filter.fits(points));
            assert_eq!(found, [none, pressing, both, plan], "{}", filter.code());
        }
        assert_eq!(
            (MovedIn.short_name(), PlanDue.short_name()),
            ("Verhuisd naar uw gemeente", "Is 16 of 17")
        );
        assert_eq!(NormPassed.short_name(), "De norm is voorbij");
    }
}
