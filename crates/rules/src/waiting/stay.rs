//! Verblijf: what goes with it when it is agreed.

use chrono::NaiveDate;

use crate::crisis::stay::{Placing, check_placing};
use crate::product::ProductKind;
use crate::violations::Violations;

/// Wat bij een plek is afgesproken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed<'a> {
    /// What kind of care it is.
    pub kind: ProductKind,
    /// Whether child and parents chose it, without a measure of the court.
    pub voluntary: bool,
    /// The team of the perspectiefregisseur.
    pub perspective_team: Option<&'a str>,
    /// Who gives the ambulant help that comes with it.
    pub companion: Option<i64>,
}

/// Checks what goes with care that is agreed: what goes with every stay, at the crisis point too (regional plan Noord-Veluwe 6.2:
/// stay always comes with ambulant help; Flevoland project 3: in a voluntary setting a local perspectiefregisseur is named,
/// by team). With other care it has no meaning.
pub fn check_agreed(agreed: &Agreed<'_>, today: NaiveDate) -> Violations {
    if agreed.kind == ProductKind::Stay {
        let Agreed { voluntary, perspective_team, companion, .. } = *agreed;
        let (received_on, starts_on) = (today, today);
        return check_placing(
            &Placing { received_on, starts_on, voluntary, perspective_team, companion },
            today,
        );
    }
    let mut violations = Violations::new();
    for (field, is_given) in
        [("begeleider", agreed.companion.is_some()), ("perspectiefteam", agreed.perspective_team.is_some())]
    {
        if is_given {
            violations.add(field, "hoort-niet", "dit hoort alleen bij verblijf");
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::today;

    #[test]
    fn stay_comes_with_ambulant_help_and_a_team() {
        let stay = Agreed {
            kind: ProductKind::Stay,
            voluntary: true,
            perspective_team: Some("Jeugdteam Zuid"),
            companion: Some(7),
        };
        let none = Agreed { perspective_team: None, companion: None, ..stay };
        for (agreed, expected) in [
            (stay, vec![]),
            (none, vec![("begeleider", "verplicht"), ("perspectiefteam", "verplicht")]),
            (Agreed { voluntary: false, ..none }, vec![("begeleider", "verplicht")]),
            (
                Agreed { perspective_team: Some("mevrouw Jansen"), ..stay },
                vec![("perspectiefteam", "persoonsgegeven")],
            ),
            (Agreed { kind: ProductKind::Ambulatory, ..none }, vec![]),
            (
                Agreed { kind: ProductKind::Respite, ..stay },
                vec![("begeleider", "hoort-niet"), ("perspectiefteam", "hoort-niet")],
            ),
        ] {
            let violations = check_agreed(&agreed, today());
            let found: Vec<(&str, &str)> =
                violations.iter().map(|one| (one.field.as_str(), one.code)).collect();
            assert_eq!(found, expected, "{agreed:?}");
        }
    }
}
