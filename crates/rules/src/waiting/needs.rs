//! Behoeften: what a child needs besides the product, from a fixed list.

use std::fmt;

use crate::violations::Violations;

coded_enum! {
    /// Behoefte: something a place must be able to handle. The same list says what a provider is good at, and what it
    /// cannot take on.
    pub enum Need {
        Autism = "autisme", "Autisme";
        Adhd = "adhd", "ADHD";
        Mood = "angst-stemming", "Angst of somberheid";
        Trauma = "trauma", "Trauma";
        Attachment = "hechting", "Hechting";
        Eating = "eetproblemen", "Eetproblemen";
        Addiction = "verslaving", "Verslaving";
        SelfHarm = "zelfbeschadiging", "Zelfbeschadiging of suïcidaliteit";
        Aggression = "agressie", "Agressie";
        RunningAway = "weglopen", "Weglopen";
        SexualBehaviour = "seksueel-gedrag", "Seksueel grensoverschrijdend gedrag";
        Exploitation = "uitbuiting", "Slachtoffer van uitbuiting";
        MildIntellectualDisability = "lvb", "Licht verstandelijke beperking";
        IntellectualDisability = "vb", "Verstandelijke beperking";
        PhysicalDisability = "lichamelijke-beperking", "Lichamelijke beperking";
        Wheelchair = "rolstoel", "Rolstoel";
        SensoryDisability = "zintuigen", "Slecht horen of zien";
        MedicalCare = "medische-zorg", "Medische zorg";
        Secure = "beveiligd", "Beveiligde plek";
        SecretAddress = "geheime-plek", "Geheime plek";
        OtherLanguage = "andere-taal", "Hulp in een andere taal";
        Siblings = "broers-zussen", "Samen met broer of zus";
        ParentAndChild = "ouder-en-kind", "Samen met een ouder";
        School = "onderwijs", "Onderwijs op de plek zelf";
    }
}

/// Set van behoeften: kept in one number, since the matcher compares it for every offer.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NeedSet(u32);

impl NeedSet {
    /// No needs.
    pub const NONE: Self = Self(0);

    /// The codes with commas between, as they are stored. A code that the list no longer has is left out.
    pub fn parse_codes(codes: &str) -> Self {
        codes.split(',').filter_map(|code| Need::parse(code.trim())).collect()
    }

    /// The codes of the needs with commas between, in the order of the list.
    pub fn codes(self) -> String {
        self.iter().map(Need::code).collect::<Vec<_>>().join(",")
    }

    /// This set with one more.
    #[must_use]
    pub const fn with(self, need: Need) -> Self {
        Self(self.0 | 1 << need as u32)
    }

    /// Whether the need is among them.
    pub const fn contains(self, need: Need) -> bool {
        self.0 & (1 << need as u32) != 0
    }

    /// Those that are in both.
    #[must_use]
    pub const fn shared_with(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not in the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many there are.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The needs in the order of the list.
    pub fn iter(self) -> impl Iterator<Item = Need> {
        Need::ALL.iter().copied().filter(move |need| self.contains(*need))
    }
}

/// Geschiktheid van aanbod: what an offer is good at, and what it cannot take on. Nothing is in both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Suitability {
    fitted: NeedSet,
    excluded: NeedSet,
}

impl Suitability {
    /// Refuses, at the field of what is excluded, a need that is said to fit as well.
    pub fn check(
        fitted: NeedSet,
        excluded: NeedSet,
        excluded_field: &str,
        violations: &mut Violations,
    ) -> Option<Self> {
        let both: Vec<&str> = fitted.shared_with(excluded).iter().map(Need::name).collect();
        if both.is_empty() {
            return Some(Self { fitted, excluded });
        }
        let message =
            format!("kies per behoefte of het past of niet kan; bij beide staat: {}", both.join(", "));
        violations.add(excluded_field, "tegenstrijdig", message);
        None
    }

    /// From what is stored. What would be in both counts as what cannot be.
    pub fn of_stored(fitted: &str, excluded: &str) -> Self {
        let excluded = NeedSet::parse_codes(excluded);
        Self { fitted: NeedSet::parse_codes(fitted).without(excluded), excluded }
    }

    /// What the offer is good at.
    pub const fn fitted(self) -> NeedSet {
        self.fitted
    }

    /// What it cannot take on.
    pub const fn excluded(self) -> NeedSet {
        self.excluded
    }
}

impl FromIterator<Need> for NeedSet {
    fn from_iter<I: IntoIterator<Item = Need>>(needs: I) -> Self {
        needs.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for NeedSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_list_fits_the_set_and_is_read_by_code() {
        assert!(Need::ALL.len() <= 32);
        for &need in Need::ALL {
            assert_eq!(Need::parse(need.code()), Some(need));
        }
    }

    #[test]
    fn nothing_both_fits_and_cannot() {
        let set = |needs: &[Need]| needs.iter().copied().collect::<NeedSet>();
        let (one, two, three) = (Need::Autism, Need::Secure, Need::School);
        let mut none = Violations::new();
        let suitable =
            Suitability::check(set(&[one, two]), set(&[three]), "neemtNietAan", &mut none).unwrap();
        assert_eq!((suitable.fitted(), suitable.excluded()), (set(&[one, two]), set(&[three])));
        assert!(none.is_empty());

        let mut found = Violations::new();
        assert_eq!(Suitability::check(set(&[one, two]), set(&[two]), "neemtNietAan", &mut found), None);
        let violation = found.iter().next().unwrap();
        assert_eq!((violation.field.as_str(), violation.code), ("neemtNietAan", "tegenstrijdig"));
        assert!(violation.message.ends_with(two.name()), "{}", violation.message);

        let stored = Suitability::of_stored("autisme,beveiligd,weg", "beveiligd");
        assert_eq!((stored.fitted(), stored.excluded()), (set(&[one]), set(&[two])));
    }

    fn any_needs() -> impl Strategy<Value = BTreeSet<Need>> {
        proptest::collection::btree_set(prop::sample::select(Need::ALL), 0..24)
    }

    proptest! {
        #[test]
        fn a_set_is_a_set(one in any_needs(), two in any_needs()) {
            let set = |needs: &BTreeSet<Need>| needs.iter().copied().collect::<NeedSet>();
            let back = |set: NeedSet| set.iter().collect::<BTreeSet<Need>>();
            prop_assert_eq!(back(set(&one)), one.clone());
            prop_assert_eq!(NeedSet::parse_codes(&set(&one).codes()), set(&one));
            prop_assert_eq!(set(&one).len() as usize, one.len());
            prop_assert_eq!(set(&one).is_empty(), one.is_empty());
            let shared: BTreeSet<Need> = one.intersection(&two).copied().collect();
            prop_assert_eq!(back(set(&one).shared_with(set(&two))), shared);
            let rest: BTreeSet<Need> = one.difference(&two).copied().collect();
            prop_assert_eq!(back(set(&one).without(set(&two))), rest);
        }
    }
}
