//! Triage: the questions of a region, of which some make a request acute.

use super::codes::{TriageAnswer, Urgency};

/// Vraag: one question, with its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answered {
    /// Yes to this question makes the request acute.
    pub makes_acute: bool,
    pub answer: TriageAnswer,
}

impl Answered {
    /// Whether this answer makes the request acute.
    pub const fn decides(self) -> bool {
        self.makes_acute && !matches!(self.answer, TriageAnswer::No)
    }
}

/// The urgency that the answers give, and whether it rests on one that nobody could give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    pub urgency: Urgency,
    /// Something that would make it acute is not known. It counts as acute, since unknown is not no.
    pub uncertain: bool,
}

/// The urgency by the answers. One yes that makes it acute is enough; what is not known counts as yes.
pub fn judge(answers: &[Answered]) -> Judged {
    let deciding = || answers.iter().filter(|answered| answered.makes_acute);
    let yes = deciding().any(|answered| answered.answer == TriageAnswer::Yes);
    let unknown = deciding().any(|answered| answered.answer == TriageAnswer::Unknown);
    let urgency = if yes || unknown { Urgency::Acute } else { Urgency::Urgent };
    Judged { urgency, uncertain: unknown && !yes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_yes_or_unknown_to_a_deciding_question_makes_it_acute() {
        use TriageAnswer::{No, Unknown, Yes};
        let judged = |answers: &[(bool, TriageAnswer)]| {
            let answers: Vec<Answered> =
                answers.iter().map(|&(makes_acute, answer)| Answered { makes_acute, answer }).collect();
            let Judged { urgency, uncertain } = judge(&answers);
            (urgency, uncertain)
        };
        assert_eq!(judged(&[]), (Urgency::Urgent, false));
        assert_eq!(judged(&[(false, Yes), (true, No)]), (Urgency::Urgent, false));
        assert_eq!(judged(&[(true, No), (true, Yes)]), (Urgency::Acute, false));
        assert_eq!(judged(&[(true, Unknown), (false, No)]), (Urgency::Acute, true));
        assert_eq!(judged(&[(true, Unknown), (true, Yes)]), (Urgency::Acute, false));
        assert_eq!(judged(&[(false, Unknown)]), (Urgency::Urgent, false));
    }
}
