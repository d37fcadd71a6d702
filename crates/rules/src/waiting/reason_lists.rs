//! Redenlijsten: from which reasons the people of a region choose, in which order and in which words; and what provider and
//! toegang ask each other and answer, in the same way.
//!
//! What a reason means is the program's: reports count its code, and what follows hangs on it. Whether people of a region
//! choose it, in which place and under which name is the region's, and for a question which answers fit it.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::life::{
    AcceptReason, ElsewhereReason, EndBridgingReason, EndContractReason, EventKind, HoldReason, LapseReason,
    MoveReason, NotStartedReason, RecodeReason, ReopenReason, RespondReason, ResumeReason, ReturnReason,
    StartReason, WithdrawReason, WithdrawResponseReason,
};
use super::note::Note;
use super::questions::{Answer, Question, Side};
use super::reasons::ReasonCode;
use super::responses::DeclineReason;
use crate::violations::Violations;

/// The most characters of the words for a reason: what fits in a list to choose from.
pub const WORDS_LENGTH: usize = 80;

/// Reden uit een lijst, as the program knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KnownReason {
    /// The stable Dutch code that is stored and sent.
    pub code: &'static str,
    /// The name in the program.
    pub name: &'static str,
    /// Whether it says too little without words beside it.
    pub needs_note: bool,
}

/// A reason that people choose, with the list it is of.
pub trait ListedReason: ReasonCode {
    /// The list.
    const OF: ReasonList;
}

macro_rules! lists {
    (
        asked { $( $asked:ident: $side:ident = $asked_code:literal, $asked_label:literal; )+ }
        $( $list:ident: $reason:ty = $code:literal, $label:literal; )+
    ) => {
        coded_enum! {
            /// Redenlijst: what people choose a reason for, or ask and answer.
            pub enum ReasonList {
                $( $list = $code, $label; )+
                $( $asked = $asked_code, $asked_label; )+
            }
        }

        $( impl ListedReason for $reason {
            const OF: ReasonList = ReasonList::$list;
        } )+

        impl ReasonList {
            /// Everything in this list that the program knows, what only the program says included.
            fn known(self) -> Vec<KnownReason> {
                match self {
                    $( Self::$list => known::<$reason>(), )+
                    $( Self::$asked => Question::of(Side::$side).map(known_one).collect(), )+
                }
            }

            /// The list of what a side asks.
            pub const fn asked_by(side: Side) -> Self {
                match side { $( Side::$side => Self::$asked, )+ }
            }

            /// Whether the list is of questions, each with the answers that fit it.
            pub const fn has_answers(self) -> bool {
                match self { $( Self::$asked => true, )+ _ => false }
            }
        }
    };
}

lists! {
    asked {
        AskToegang: Provider = "vraag-aan-toegang", "Vragen van aanbieders aan de toegang";
        AskProvider: Toegang = "vraag-aan-aanbieder", "Vragen van de toegang aan aanbieders";
    }
    Decline: DeclineReason = "reactie-afwijzen", "Een reactie afwijzen";
    Accept: AcceptReason = "reactie-kiezen", "Een reactie kiezen";
    WithdrawResponse: WithdrawResponseReason = "reactie-intrekken", "Een reactie intrekken";
    NotStarted: NotStartedReason = "zorg-niet-gestart", "De zorg startte niet";
    Hold: HoldReason = "pauzeren", "Pauzeren";
    Resume: ResumeReason = "hervatten", "Pauze beëindigen";
    Withdraw: WithdrawReason = "intrekken", "Een aanmelding intrekken";
    PlaceElsewhere: ElsewhereReason = "elders-plaatsen", "Elders geplaatst";
    Lapse: LapseReason = "vervallen", "Een aanmelding laten vervallen";
    Reopen: ReopenReason = "heropenen", "Weer op de lijst zetten";
    Return: ReturnReason = "herplaatsen", "Een andere plek zoeken";
    Move: MoveReason = "verhuizen", "Naar een andere gemeente";
    Recode: RecodeReason = "ander-product", "Een ander product";
    EndBridging: EndBridgingReason = "overbrugging-beeindigen", "Overbruggingszorg beëindigen";
    Answer: Answer = "antwoord", "Antwoorden op vragen";
}

fn known<R: ReasonCode>() -> Vec<KnownReason> {
    R::LIST.iter().copied().map(known_one).collect()
}

fn known_one<R: ReasonCode>(reason: R) -> KnownReason {
    KnownReason { code: reason.code(), name: reason.name(), needs_note: reason.needs_note() }
}

impl ReasonList {
    /// What the list is of, one and more of it.
    pub const fn nouns(self) -> (&'static str, &'static str) {
        match self {
            Self::Answer => ("antwoord", "antwoorden"),
            Self::AskToegang | Self::AskProvider => ("vraag", "vragen"),
            _ => ("reden", "redenen"),
        }
    }

    /// The reasons that people choose from, in the order of the program.
    pub fn reasons(self) -> Vec<KnownReason> {
        let expired = WithdrawResponseReason::Expired.code();
        let for_people = |reason: &KnownReason| self != Self::WithdrawResponse || reason.code != expired;
        self.known().into_iter().filter(for_people).collect()
    }

    /// The name in the program of a reason of this list, by its code.
    pub fn name_of(self, code: &str) -> Option<&'static str> {
        self.known().into_iter().find(|reason| reason.code == code).map(|reason| reason.name)
    }
}

impl EventKind {
    /// The list from which people choose why this step is taken; none for what the program says itself.
    pub const fn reason_list(self) -> Option<ReasonList> {
        Some(match self {
            Self::Responded | Self::CareStarted | Self::ContractEnded => return None,
            Self::ResponseWithdrawn => ReasonList::WithdrawResponse,
            Self::Declined => ReasonList::Decline,
            Self::Accepted => ReasonList::Accept,
            Self::CareDidNotStart => ReasonList::NotStarted,
            Self::Returned => ReasonList::Return,
            Self::Withdrawn => ReasonList::Withdraw,
            Self::PlacedElsewhere => ReasonList::PlaceElsewhere,
            Self::Lapsed => ReasonList::Lapse,
            Self::Held => ReasonList::Hold,
            Self::Resumed => ReasonList::Resume,
            Self::Moved => ReasonList::Move,
            Self::Recoded => ReasonList::Recode,
            Self::Reopened => ReasonList::Reopen,
        })
    }

    /// The name in the program of a reason of this step, by its code.
    pub fn reason_name(self, code: &str) -> Option<&'static str> {
        let of_program = match self {
            Self::Responded => known::<RespondReason>(),
            Self::CareStarted => known::<StartReason>(),
            Self::ContractEnded => known::<EndContractReason>(),
            _ => return self.reason_list().and_then(|list| list.name_of(code)),
        };
        of_program.into_iter().find(|reason| reason.code == code).map(|reason| reason.name)
    }
}

/// What somebody wants of one reason; the place in the list is its place among the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonDraft {
    /// The code.
    pub code: String,
    /// Whether people can choose it.
    pub is_on: bool,
    /// The region's own words; none for those of the program.
    pub words: Option<String>,
    /// Of a question, the codes of the answers that fit it; none for all there are.
    pub answers: Option<Vec<String>>,
}

/// Reden in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionReason {
    /// What the program knows of it.
    pub known: KnownReason,
    /// Whether people can choose it.
    pub is_on: bool,
    /// The region's own words.
    pub own_words: Option<String>,
    /// Of a question, the answers that fit it; none for all there are.
    pub answers: Option<BTreeSet<Answer>>,
}

impl RegionReason {
    /// What people see.
    pub fn words(&self) -> &str {
        self.own_words.as_deref().unwrap_or(self.known.name)
    }

    /// Whether an answer fits this question.
    pub fn fits(&self, answer: Answer) -> bool {
        self.answers.as_ref().is_none_or(|answers| answers.contains(&answer))
    }
}

/// Redenlijst van een regio: every reason of a list, in the region's order. There is always one that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionReasons {
    list: ReasonList,
    reasons: Vec<RegionReason>,
}

impl RegionReasons {
    /// As the program has it: everything on, in its own words.
    pub fn usual(list: ReasonList) -> Self {
        Self::restore(list, Vec::new())
    }

    /// What was stored. A reason that the program no longer has is left out; one that it has since comes last and is on.
    pub fn restore(list: ReasonList, stored: Vec<ReasonDraft>) -> Self {
        let mut left = list.reasons();
        let mut reasons = Vec::new();
        for draft in stored {
            if let Some(place) = left.iter().position(|known| known.code == draft.code) {
                let known = left.remove(place);
                let answers = draft.answers.and_then(|codes| {
                    some_answers(codes.iter().filter_map(|code| Answer::parse(code)).collect())
                });
                reasons.push(RegionReason { known, is_on: draft.is_on, own_words: draft.words, answers });
            }
        }
        let usual = |known| RegionReason { known, is_on: true, own_words: None, answers: None };
        reasons.extend(left.into_iter().map(usual));
        Self { list, reasons }
    }

    /// Checks what somebody wants of a list: every reason once, one at least on, and words that differ and are about nobody.
    pub fn check(list: ReasonList, drafts: Vec<ReasonDraft>, today: NaiveDate) -> Result<Self, Violations> {
        let mut violations = Violations::new();
        let known: BTreeSet<&str> = list.reasons().iter().map(|reason| reason.code).collect();
        let mut seen = BTreeSet::new();
        for (place, draft) in drafts.iter().enumerate() {
            if !known.contains(draft.code.as_str()) {
                let message = format!("{} staat niet in deze lijst", draft.code);
                violations.add(format!("redenen[{place}].code"), "onbekend", message);
            } else if !seen.insert(draft.code.as_str()) {
                let message = format!("{} staat er meer dan één keer in", draft.code);
                violations.add(format!("redenen[{place}].code"), "dubbel", message);
            }
        }
        let missing: Vec<&str> = known.iter().filter(|code| !seen.contains(*code)).copied().collect();
        if !missing.is_empty() {
            let message = format!("noem alles uit de lijst; er ontbreekt: {}", missing.join(", "));
            violations.add("redenen", "onvolledig", message);
        }
        if !drafts.iter().any(|draft| draft.is_on) {
            violations.add("redenen", "geen-aan", "laat er minstens één aanstaan");
        }
        let mut reasons = Vec::new();
        for (place, draft) in drafts.into_iter().enumerate() {
            let field = format!("redenen[{place}].woorden");
            let own_words = check_words(&field, draft.words.as_deref(), today, &mut violations);
            let field = format!("redenen[{place}].antwoorden");
            let answers = check_answers(&field, draft.answers.as_deref(), &mut violations);
            let found = list.reasons().into_iter().find(|known| known.code == draft.code);
            // The program's own words need not be kept: they go along when the program changes them.
            let own_words = own_words.filter(|words| found.is_none_or(|known| known.name != words));
            reasons.extend(found.map(|known| RegionReason { known, is_on: draft.is_on, own_words, answers }));
        }
        check_differ(&reasons, &mut violations);
        violations.into_result(Self { list, reasons })
    }

    /// The list.
    pub const fn list(&self) -> ReasonList {
        self.list
    }

    /// Every reason, on or off, in the region's order.
    pub fn all(&self) -> &[RegionReason] {
        &self.reasons
    }

    /// The reasons that people can choose.
    pub fn on(&self) -> impl Iterator<Item = &RegionReason> {
        self.reasons.iter().filter(|reason| reason.is_on)
    }

    /// Whether people can choose the reason with this code.
    pub fn is_on(&self, code: &str) -> bool {
        self.on().any(|reason| reason.known.code == code)
    }

    /// The answers that people choose from for a question, in the order of the region. A question of which everything that
    /// fits was switched off since keeps all that is on: it can always be answered.
    pub fn answers_to<'a>(&self, question: Question, answers: &'a Self) -> Vec<&'a RegionReason> {
        let asked = self.reasons.iter().find(|reason| reason.known.code == question.code());
        let on: Vec<_> =
            answers.on().filter_map(|known| Some((known, Answer::parse(known.known.code)?))).collect();
        let fits = |answer: Answer| asked.is_none_or(|asked| asked.fits(answer));
        let has_one = on.iter().any(|(_, answer)| fits(*answer));
        on.into_iter().filter(|(_, answer)| !has_one || fits(*answer)).map(|(known, _)| known).collect()
    }

    /// The questions of this list for which no answer that fits is on.
    pub fn without_answer<'a>(&'a self, answers: &Self) -> Vec<(usize, &'a RegionReason)> {
        let on: Vec<Answer> = answers.on().filter_map(|known| Answer::parse(known.known.code)).collect();
        let has_none = |question: &RegionReason| !on.iter().any(|answer| question.fits(*answer));
        self.reasons.iter().enumerate().filter(|(_, question)| has_none(question)).collect()
    }

    /// The words for a code, on or off. What only the program says has the words of the program.
    pub fn words_of(&self, code: &str) -> Option<&str> {
        let own = self.reasons.iter().find(|reason| reason.known.code == code).map(RegionReason::words);
        own.or_else(|| self.list.name_of(code))
    }
}

/// All answers need not be kept: one that is new in the program then fits as well.
fn some_answers(answers: BTreeSet<Answer>) -> Option<BTreeSet<Answer>> {
    Some(answers).filter(|answers| !answers.is_empty() && answers.len() < Answer::ALL.len())
}

fn check_answers(
    field: &str,
    codes: Option<&[String]>,
    violations: &mut Violations,
) -> Option<BTreeSet<Answer>> {
    let codes = codes?;
    let mut answers = BTreeSet::new();
    for code in codes {
        match Answer::parse(code) {
            None => violations.add(field, "onbekend", format!("{code} is geen antwoord uit de lijst")),
            Some(answer) if !answers.insert(answer) => {
                violations.add(field, "dubbel", format!("{code} staat er meer dan één keer in"));
            }
            Some(_) => {}
        }
    }
    if codes.is_empty() {
        violations.add(field, "geen-antwoord", "kies minstens één antwoord dat bij deze vraag past");
    }
    some_answers(answers)
}

fn check_words(
    field: &str,
    text: Option<&str>,
    today: NaiveDate,
    violations: &mut Violations,
) -> Option<String> {
    let words = Note::check(field, text, None, today, violations)?.as_str().to_owned();
    if words.chars().count() > WORDS_LENGTH {
        violations.add(field, "te-lang", format!("gebruik hooguit {WORDS_LENGTH} tekens"));
    } else if words.contains('\n') {
        violations.add(field, "regels", "schrijf het op één regel");
    }
    Some(words)
}

/// Two reasons that look the same cannot be told apart by who chooses.
fn check_differ(reasons: &[RegionReason], violations: &mut Violations) {
    let mut seen = BTreeSet::new();
    for (place, reason) in reasons.iter().enumerate() {
        if !seen.insert(reason.words().to_lowercase()) {
            let message = format!("‘{}’ staat er meer dan één keer in", reason.words());
            violations.add(format!("redenen[{place}].woorden"), "dubbel", message);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::today;

    fn drafts(list: ReasonList) -> Vec<ReasonDraft> {
        list.reasons()
            .iter()
            .map(|reason| ReasonDraft {
                code: reason.code.to_owned(),
                is_on: true,
                words: None,
                answers: None,
            })
            .collect()
    }

    fn wrong(list: ReasonList, drafts: Vec<ReasonDraft>) -> Vec<(String, &'static str)> {
        let violations = RegionReasons::check(list, drafts, today()).err().unwrap_or_default();
        violations.into_iter().map(|violation| (violation.field, violation.code)).collect()
    }

    #[test]
    fn the_reason_of_a_step_is_named_by_its_code() {
        for (kind, code, name) in [
            (EventKind::Held, "verzoek-gezin", Some("Het gezin vraagt erom")),
            (EventKind::Lapsed, "te-oud", Some("Te oud voor jeugdhulp")),
            (EventKind::Lapsed, "verzoek-gezin", None),
            (EventKind::Accepted, "anders", Some("Anders")),
            (EventKind::ResponseWithdrawn, "verlopen", Some("De reactie is verlopen")),
            (EventKind::ContractEnded, "opgezegd", Some("Het contract is opgezegd")),
        ] {
            assert_eq!(kind.reason_name(code), name, "{code}");
        }
        assert!(EventKind::ALL.iter().all(|kind| kind.reason_name("anders").is_some()));
    }

    #[test]
    fn every_list_has_another_reason_that_needs_words() {
        for list in ReasonList::ALL {
            let last = list.reasons().pop().map(|reason| (reason.code, reason.needs_note));
            assert_eq!(last, Some(("anders", true)), "{list}");
            assert_eq!(RegionReasons::usual(*list).on().count(), list.reasons().len());
        }
        assert!(!RegionReasons::usual(ReasonList::WithdrawResponse).is_on("verlopen"));
        let usual = RegionReasons::usual(ReasonList::WithdrawResponse);
        assert_eq!(usual.words_of("verlopen"), Some("De reactie is verlopen"));
    }

    #[test]
    fn a_region_orders_words_and_switches_off() {
        let list = ReasonList::Resume;
        let mut wanted = drafts(list);
        wanted.swap(0, 2);
        wanted[0].words = Some(" Te vroeg gepauzeerd ".to_owned());
        wanted[1].is_on = false;
        wanted[2].words = Some("De termijn is voorbij".to_owned());
        let set = RegionReasons::check(list, wanted, today()).unwrap();
        let shown: Vec<_> = set.on().map(|reason| (reason.known.code, reason.words())).collect();
        assert_eq!(
            shown,
            [
                ("vergissing", "Te vroeg gepauzeerd"),
                ("termijn-voorbij", "De termijn is voorbij"),
                ("anders", "Anders")
            ]
        );
        assert!(!set.is_on("kan-starten"));
        assert_eq!(set.words_of("kan-starten"), Some("De zorg kan starten"), "what is off keeps its words");
        assert_eq!(set.words_of("nooit-geweest"), None);
        assert_eq!(set.all()[2].own_words, None, "the words of the program are not the region's own");
    }

    #[test]
    fn a_list_is_whole_and_never_empty() {
        let list = ReasonList::Resume;
        let at = |field: &str, code| vec![(field.to_owned(), code)];
        let change = |change: &dyn Fn(&mut Vec<ReasonDraft>)| {
            let mut wanted = drafts(list);
            change(&mut wanted);
            wrong(list, wanted)
        };
        assert_eq!(change(&|_| ()), []);
        assert_eq!(
            change(&|all| all.iter_mut().for_each(|one| one.is_on = false)),
            at("redenen", "geen-aan")
        );
        assert_eq!(change(&|all| drop(all.pop())), at("redenen", "onvolledig"));
        assert_eq!(change(&|all| all.push(all[0].clone()))[0], at("redenen[4].code", "dubbel")[0]);
        let words = |text: &str| {
            let text = text.to_owned();
            change(&move |all| all[1].words = Some(text.clone()))
        };
        assert_eq!(words("vergissing bij het pauzeren"), at("redenen[2].woorden", "dubbel"));
        assert_eq!(words("bel 06-12345678"), at("redenen[1].woorden", "persoonsgegeven"));
        assert_eq!(words(&"x".repeat(WORDS_LENGTH + 1)), at("redenen[1].woorden", "te-lang"));
        assert_eq!(words("twee\nregels"), at("redenen[1].woorden", "regels"));
        assert_eq!(words("  "), []);
        let unknown = change(&|all| all[0].code = "bestaat-niet".to_owned());
        assert_eq!(unknown, [at("redenen[0].code", "onbekend"), at("redenen", "onvolledig")].concat());
    }

    #[test]
    fn each_side_has_questions_of_its_own_with_the_answers_that_fit() {
        let (list, answers) =
            (ReasonList::asked_by(Side::Provider), RegionReasons::usual(ReasonList::Answer));
        assert!(
            list.has_answers() && !ReasonList::Answer.has_answers() && !ReasonList::Decline.has_answers()
        );
        assert_ne!(list, ReasonList::asked_by(Side::Toegang));
        let usual = RegionReasons::usual(list);
        assert!(usual.is_on("beschikking") && !usual.is_on("past-in-groep"));
        let codes = |set: &RegionReasons, answers: &RegionReasons| {
            set.answers_to(Question::Transport, answers).iter().map(|one| one.known.code).collect::<Vec<_>>()
        };
        assert_eq!(codes(&usual, &answers), ["ja", "nee", "nog-niet-bekend", "telefonisch", "anders"]);
        let with = |fit: &[&str]| {
            let mut wanted = drafts(list);
            let at = wanted.iter().position(|draft| draft.code == "vervoer").unwrap();
            wanted[at].answers = Some(fit.iter().map(|code| (*code).to_owned()).collect());
            (at, RegionReasons::check(list, wanted, today()))
        };
        let some = with(&["telefonisch", "ja"]).1.unwrap();
        assert_eq!(codes(&some, &answers), ["ja", "telefonisch"], "in the order of the answers");
        let all = with(&["anders", "telefonisch", "nog-niet-bekend", "nee", "ja"]).1.unwrap();
        assert_eq!(all.all(), usual.all(), "all are not some of them");
        for (fit, wrong) in
            [(vec![], "geen-antwoord"), (vec!["misschien"], "onbekend"), (vec!["ja", "ja"], "dubbel")]
        {
            let (at, refused) = with(&fit);
            let found: Vec<_> = refused.unwrap_err().into_iter().map(|one| (one.field, one.code)).collect();
            assert_eq!(found, [(format!("redenen[{at}].antwoorden"), wrong)]);
        }
    }

    #[test]
    fn a_question_is_never_left_without_an_answer() {
        let list = ReasonList::AskProvider;
        let mut wanted = drafts(list);
        wanted[0].answers = Some(vec!["ja".to_owned()]);
        let questions = RegionReasons::check(list, wanted, today()).unwrap();
        let mut off = drafts(ReasonList::Answer);
        off[0].is_on = false;
        let answers = RegionReasons::check(ReasonList::Answer, off, today()).unwrap();
        let without = questions.without_answer(&answers);
        assert_eq!(
            without.iter().map(|(at, one)| (*at, one.known.code)).collect::<Vec<_>>(),
            [(0, "eerder-starten")]
        );
        assert_eq!(questions.without_answer(&RegionReasons::usual(ReasonList::Answer)), []);
        let left = questions.answers_to(Question::EarlierStart, &answers);
        assert_eq!(left.len(), 4, "of two who save at once neither leaves a question without an answer");
    }

    proptest! {
        #[test]
        fn what_was_stored_comes_back_whole(
            list in prop::sample::select(ReasonList::ALL), off in prop::collection::vec(any::<bool>(), 12),
            order in prop::collection::vec(any::<u8>(), 12), lost in 0_usize..12,
        ) {
            let mut wanted = drafts(list);
            for (draft, off) in wanted.iter_mut().zip(&off) {
                draft.is_on = !off;
            }
            let mut places: Vec<(u8, ReasonDraft)> = order.into_iter().zip(wanted).collect();
            places.sort_by_key(|(place, _)| *place);
            let wanted: Vec<ReasonDraft> = places.into_iter().map(|(_, draft)| draft).collect();
            let mut stored = wanted.clone();
            stored.push(ReasonDraft {
                code: "van-vroeger".to_owned(),
                is_on: true,
                words: None,
                answers: None,
            });
            match RegionReasons::check(list, wanted.clone(), today()) {
                Ok(set) => prop_assert_eq!(RegionReasons::restore(list, stored.clone()), set),
                Err(violations) => {
                    prop_assert!(wanted.iter().all(|draft| !draft.is_on), "{violations:?}");
                }
            }
            // A reason that is new in the program is there, whatever was stored.
            if lost < stored.len() {
                stored.remove(lost);
            }
            prop_assert_eq!(RegionReasons::restore(list, stored).all().len(), list.reasons().len());
        }
    }
}
