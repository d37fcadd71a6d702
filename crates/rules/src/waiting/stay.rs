//! Verblijf: what goes with it when it is agreed.

use chrono::NaiveDate;

use crate::crisis::stay::{Company, check_company};
use crate::product::ProductKind;
use crate::violations::Violations;

/// Checks what goes with care that is agreed: what goes with every stay, at the crisis point too (regional plan Noord-Veluwe 6.2:
/// stay always comes with ambulant help; Flevoland project 3: in a voluntary setting a local perspectiefregisseur is named,
/// by team). With other care it has no meaning.
pub fn check_agreed(kind: ProductKind, company: Company<'_>, today: NaiveDate) -> Violations {
    let mut violations = Violations::new();
    if kind == ProductKind::Stay {
        check_company(company, today, &mut violations);
        return violations;
    }
    for (field, is_given) in
        [("begeleider", company.companion.is_some()), ("perspectiefteam", company.perspective_team.is_some())]
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
        let whole = Company { voluntary: true, perspective_team: Some("Jeugdteam Zuid"), companion: Some(7) };
        let none = Company { perspective_team: None, companion: None, ..whole };
        let stay = ProductKind::Stay;
        for (kind, company, expected) in [
            (stay, whole, vec![]),
            (stay, none, vec![("begeleider", "verplicht"), ("perspectiefteam", "verplicht")]),
            (stay, Company { voluntary: false, ..none }, vec![("begeleider", "verplicht")]),
            (
                stay,
                Company { perspective_team: Some("mevrouw Jansen"), ..whole },
                vec![("perspectiefteam", "persoonsgegeven")],
            ),
            (ProductKind::Ambulatory, none, vec![]),
            (
                ProductKind::Respite,
                whole,
                vec![("begeleider", "hoort-niet"), ("perspectiefteam", "hoort-niet")],
            ),
        ] {
            let violations = check_agreed(kind, company, today());
            let found: Vec<(&str, &str)> =
                violations.iter().map(|one| (one.field.as_str(), one.code)).collect();
            assert_eq!(found, expected, "{kind:?} {company:?}");
        }
    }
}
