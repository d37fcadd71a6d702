//! Vragen: what provider and toegang ask each other about a response, from a coded list with a short checked text.
//!
//! A question that is coded can be counted and asks for no story about a child. What does not fit in it is a case for the
//! telephone.

use super::reasons::reasons;

coded_enum! {
    /// Kant: who asks, and so who answers.
    pub enum Side {
        /// The provider that responded.
        Provider = "aanbieder", "De aanbieder";
        /// The toegang that weighs the response.
        Toegang = "toegang", "De toegang";
    }
}

impl Side {
    /// The one who answers what this side asks.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Provider => Self::Toegang,
            Self::Toegang => Self::Provider,
        }
    }
}

reasons! {
    /// Vraag.
    pub enum Question {
        EarlierStart = "eerder-starten", "Kan de zorg eerder starten?";
        LaterStart = "later-starten", "Mag de zorg later starten?";
        LongerValid = "langer-geldig", "Kan de reactie langer geldig blijven?";
        GroupFits = "past-in-groep", "Past het bij de groep die er nu is?";
        Location = "andere-locatie", "Kan het op een andere locatie?";
        Transport = "vervoer", "Is vervoer geregeld?";
        School = "onderwijs", "Is onderwijs geregeld?";
        DecisionReady = "beschikking", "Is de beschikking er?";
        AnalysisReady = "analyse", "Is er een verklarende analyse?";
        Introduction = "kennismaken", "Kan er eerst kennisgemaakt worden?";
    }
}

impl Question {
    /// The questions that a side can ask.
    pub fn of(side: Side) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |question| question.asked_by(side))
    }

    /// Whether a side asks this; the other would know it itself.
    pub const fn asked_by(self, side: Side) -> bool {
        match self {
            Self::EarlierStart | Self::LongerValid | Self::GroupFits | Self::Location => {
                matches!(side, Side::Toegang)
            }
            Self::LaterStart | Self::DecisionReady | Self::AnalysisReady => matches!(side, Side::Provider),
            Self::Transport | Self::School | Self::Introduction | Self::Other => true,
        }
    }
}

reasons! {
    /// Antwoord.
    pub enum Answer {
        Yes = "ja", "Ja";
        No = "nee", "Nee";
        NotKnownYet = "nog-niet-bekend", "Nog niet bekend";
        ByTelephone = "telefonisch", "Wij bellen hierover";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_can_be_asked_by_somebody() {
        for question in Question::ALL {
            assert!(Side::ALL.iter().any(|side| question.asked_by(*side)), "{question}");
        }
        for side in Side::ALL {
            assert_eq!(Question::of(*side).last(), Some(Question::Other));
            assert_eq!(side.other().other(), *side);
        }
        assert!(Question::of(Side::Provider).all(|question| question != Question::EarlierStart));
    }
}
