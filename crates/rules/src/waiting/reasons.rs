//! Redenen: every step on the list has a reason from a closed list, and "anders" needs words.

use chrono::NaiveDate;
use thiserror::Error;

use super::note::{NineDigits, Note};
use crate::violations::Violations;

/// A list of reasons for one kind of step.
pub trait ReasonCode: Copy + 'static {
    /// Every reason, in the order in which the screen lists them.
    const LIST: &'static [Self];

    /// The stable Dutch code that is stored and sent.
    fn code(self) -> &'static str;

    /// The Dutch name people see.
    fn name(self) -> &'static str;

    /// Whether the reason says too little without words beside it.
    fn needs_note(self) -> bool;
}

/// Declares a list of reasons. "Anders" is always among them and needs a note; after `all need a note` every one does.
macro_rules! reasons {
    (@needs ($value:expr) all need a note) => {{
        let _ = $value;
        true
    }};
    (@needs ($value:expr)) => {
        matches!($value, Self::Other)
    };
    (
        $(#[$outer:meta])*
        pub enum $name:ident $([$($all:tt)+])? {
            $( $(#[$inner:meta])* $variant:ident = $code:literal, $label:literal; )+
        }
    ) => {
        coded_enum! {
            $(#[$outer])*
            pub enum $name {
                $( $(#[$inner])* $variant = $code, $label; )+
                /// Anders, told in words.
                Other = "anders", "Anders";
            }
        }

        impl crate::waiting::reasons::ReasonCode for $name {
            const LIST: &'static [Self] = Self::ALL;

            fn code(self) -> &'static str {
                self.code()
            }

            fn name(self) -> &'static str {
                self.name()
            }

            fn needs_note(self) -> bool {
                reasons!(@needs (self) $($($all)+)?)
            }
        }
    };
}
pub(super) use reasons;

/// Why a reason is not enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum ReasonError {
    /// Words are needed.
    #[error("leg in een zin uit wat de reden is")]
    NoteMissing,
}

/// Reden: a reason from its list, with the words that go with it. There is no way to make one that needs words and
/// has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason<R> {
    code: R,
    note: Option<Note>,
}

impl<R: ReasonCode> Reason<R> {
    /// The reason with its words, if it has those it needs.
    pub fn new(code: R, note: Option<Note>) -> Result<Self, ReasonError> {
        if code.needs_note() && note.is_none() {
            Err(ReasonError::NoteMissing)
        } else {
            Ok(Self { code, note })
        }
    }

    /// Reads the fields `reden` and `toelichting` of a form, and adds what is wrong with them.
    pub fn check(
        code: Option<R>,
        text: Option<&str>,
        digits_are: Option<NineDigits>,
        today: NaiveDate,
        violations: &mut Violations,
    ) -> Option<Self> {
        let note = Note::check("toelichting", text, digits_are, today, violations);
        let Some(code) = code else {
            violations.add("reden", "ontbreekt", "kies een reden");
            return None;
        };
        match Self::new(code, note) {
            Ok(reason) => Some(reason),
            Err(error) => {
                violations.add("toelichting", "ontbreekt", error.to_string());
                None
            }
        }
    }

    /// Which reason it is.
    pub const fn code(&self) -> R {
        self.code
    }

    /// The words beside it.
    pub const fn note(&self) -> Option<&Note> {
        self.note.as_ref()
    }

    /// The words beside it, when the rest is not needed any more.
    pub fn into_note(self) -> Option<Note> {
        self.note
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::today;
    use crate::waiting::life::{ElsewhereReason, LapseReason, WithdrawReason};
    use crate::waiting::responses::DeclineReason;

    fn wrong<R: ReasonCode>(code: Option<R>, text: &str) -> Vec<(String, &'static str)> {
        let mut violations = Violations::new();
        let reason = Reason::check(code, Some(text), None, today(), &mut violations);
        assert_eq!(reason.is_none(), violations.iter().any(|violation| violation.code == "ontbreekt"));
        violations.into_iter().map(|violation| (violation.field, violation.code)).collect()
    }

    #[test]
    fn another_reason_needs_words() {
        let missing = |field: &str| vec![(field.to_owned(), "ontbreekt")];
        assert_eq!(wrong(Some(LapseReason::NoContact), ""), []);
        assert_eq!(wrong(Some(LapseReason::Other), "verbouwing"), []);
        assert_eq!(wrong(Some(LapseReason::Other), "  "), missing("toelichting"));
        assert_eq!(wrong(None::<LapseReason>, "verbouwing"), missing("reden"));
        assert_eq!(wrong(Some(ElsewhereReason::OtherRegion), ""), missing("toelichting"));
        assert_eq!(wrong(Some(ElsewhereReason::OtherRegion), "in Duitsland"), []);
        assert_eq!(
            wrong(Some(LapseReason::NoContact), "bel 06-12345678"),
            [("toelichting".to_owned(), "persoonsgegeven")]
        );
    }

    #[test]
    fn every_list_ends_with_another_reason() {
        fn last<R: ReasonCode>() -> Option<&'static str> {
            R::LIST.last().filter(|reason| reason.needs_note()).map(|reason| reason.code())
        }
        let lists = [
            last::<LapseReason>(),
            last::<ElsewhereReason>(),
            last::<WithdrawReason>(),
            last::<DeclineReason>(),
        ];
        assert_eq!(lists, [Some("anders"); 4]);
    }
}
