//! The closed lists of crisis care: what the program itself decides with. Everything a region words for itself, such as
//! reasons and follow-up, is the region's data.

coded_enum! {
    /// Leeftijdsgroep on the day of the request.
    pub enum AgeGroup {
        /// 12-.
        Under12 = "under12", "Jonger dan 12";
        /// 12+.
        From12 = "from12", "12 jaar en ouder";
    }
}

impl AgeGroup {
    /// The group of a child of so many years.
    pub const fn of_age(years: u8) -> Self {
        if years < 12 { Self::Under12 } else { Self::From12 }
    }

    /// The short sign: `12-` or `12+`.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Under12 => "12-",
            Self::From12 => "12+",
        }
    }
}

coded_enum! {
    /// Urgentie van een crisisaanvraag.
    pub enum Urgency {
        /// Help must be there at once.
        Acute = "acuut", "Acuut";
        /// Help must be there within a working day.
        Urgent = "spoedeisend", "Spoedeisend";
    }
}

coded_enum! {
    /// Wie de aanvraag oppakt.
    pub enum Handler {
        /// The crisis point of the region.
        Point = "crisispunt", "Crisispunt";
        /// The municipality's own team.
        OwnTeam = "eigen-team", "Eigen team van de gemeente";
        /// The service that is there day and night.
        NightService = "24-uursdienst", "24-uursdienst";
        /// The crisis point of the region where the child lives.
        OwnRegion = "eigen-regio", "Crisisdienst van de eigen regio";
    }
}

coded_enum! {
    /// Stand van een crisisaanvraag.
    pub enum RequestStatus {
        /// Written down; nobody judged it yet.
        New = "nieuw", "Nieuw";
        /// The desk looks for help.
        InProgress = "in-behandeling", "In behandeling";
        /// A provider or a place has been found.
        Assigned = "toegewezen", "Toegewezen";
        /// Help goes on.
        Running = "loopt", "Loopt";
        /// Done, with its outcome.
        Closed = "afgesloten", "Afgesloten";
        /// Another handles it.
        Referred = "doorverwezen", "Doorverwezen";
    }
}

impl RequestStatus {
    /// Whether nothing is asked of the crisis point any more.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed | Self::Referred)
    }
}

coded_enum! {
    /// Afloop van een crisisaanvraag.
    pub enum Outcome {
        /// Help was given.
        Help = "hulp", "Hulp gegeven";
        /// No help of the crisis point, with a reason.
        Nothing = "geen", "Geen inzet";
    }
}

coded_enum! {
    /// Soort inzet.
    pub enum ProvisionKind {
        /// Help where the child is.
        Ambulant = "ambulant", "Ambulant";
        /// A bed of a crisis group.
        CrisisBed = "crisisbed", "Crisisbed";
        /// A foster family for crises.
        FosterCare = "pleegzorg", "Pleegzorg";
        /// Nothing was given.
        Nothing = "geen", "Geen";
    }
}

impl ProvisionKind {
    /// Whether the child sleeps elsewhere.
    pub const fn is_stay(self) -> bool {
        matches!(self, Self::CrisisBed | Self::FosterCare)
    }

    /// Whether the child was given something.
    pub const fn is_help(self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

coded_enum! {
    /// Taak van het crisispunt.
    pub enum Duty {
        /// Takes requests.
        Desk = "loket", "Loket";
        /// Divides them.
        Distribution = "verdeelpunt", "Verdeelpunt";
        /// Keeps the records.
        Records = "registratie", "Registratie";
    }
}

coded_enum! {
    /// Antwoord op een vraag van de triage.
    pub enum TriageAnswer {
        /// Yes.
        Yes = "ja", "Ja";
        /// No.
        No = "nee", "Nee";
        /// Nobody knows, which is not no.
        Unknown = "onbekend", "Onbekend";
    }
}

coded_enum! {
    /// Categorielijst: a list of which the region words the items.
    pub enum CategoryList {
        /// What is asked for.
        Asked = "vraag", "Wat wordt gevraagd";
        /// What is known of safety.
        Safety = "veiligheid", "Veiligheid";
        /// The questions of the triage.
        Triage = "triage", "Vragen bij triage";
        /// Why the point takes on what another must handle.
        TakeOver = "overname", "Reden om toch op te pakken";
        /// Why nothing was given.
        NoneReason = "reden-geen", "Reden van geen inzet";
        /// Where a child goes after ambulant help.
        FollowUpAmbulant = "vervolg-ambulant", "Vervolg na ambulante hulp";
        /// Where a child goes after a stay.
        FollowUpStay = "vervolg-verblijf", "Vervolg na verblijf";
        /// Why a provider refuses.
        Refusal = "weigering", "Reden van weigering";
        /// Why a provider is chosen whose turn it is not.
        Overrule = "afwijking", "Reden om af te wijken van de beurt";
        /// What matters for who lives together.
        Group = "groepsnotitie", "Samenstelling van de groep";
        /// Why a place is not in use.
        OutOfService = "buiten-gebruik", "Reden van buiten gebruik";
        /// Why a stay lasts longer.
        Extension = "verlenging", "Reden van verlenging";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_is_the_first_year_of_the_older_group() {
        for (years, group) in
            [(0, AgeGroup::Under12), (11, AgeGroup::Under12), (12, AgeGroup::From12), (17, AgeGroup::From12)]
        {
            assert_eq!(AgeGroup::of_age(years), group, "{years}");
        }
    }

    #[test]
    fn only_what_another_does_or_what_is_done_is_closed() {
        let closed: Vec<_> = RequestStatus::ALL.iter().filter(|status| status.is_closed()).collect();
        assert_eq!(closed, [&RequestStatus::Closed, &RequestStatus::Referred]);
    }
}
