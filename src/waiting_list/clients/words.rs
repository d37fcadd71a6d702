//! What is known of a waiting client, in words.

use chrono::NaiveDate;
use rules::dutch::date;
use rules::waiting::birth::{Birth, ComingOfAge};

use super::model::WaitingClient;

const UNKNOWN: &str = "niet bekend";
const NOTE: &str = "Toelichting";
pub(super) const BODY_DECIDED: &str = "Adviesorgaan besliste op";

/// Label and words of everything that is known; what nobody said is not in it, apart from what is always asked.
pub(super) fn words_of(client: &WaitingClient, today: NaiveDate) -> Vec<(&'static str, String)> {
    let yes_no = |flag: bool| if flag { "ja" } else { "nee" }.to_owned();
    let mut words = vec![
        ("Geboren", client.birth.map_or_else(|| UNKNOWN.to_owned(), |birth| birth_words(birth, today))),
        ("Postcode", client.pc4.map_or_else(|| UNKNOWN.to_owned(), |pc4| pc4.number().to_string())),
        ("Wie verwijst", client.referrer.name().to_owned()),
        ("Verwezen op", date(client.referred_on)),
        ("Beschikking op", client.decided_on.map_or_else(|| UNKNOWN.to_owned(), date)),
        ("Urgentie", client.urgency.name().to_owned()),
        ("Jeugdbescherming of jeugdreclassering", yes_no(client.measure)),
        ("Eerste keus of vervanging", client.first_choice.name().to_owned()),
        ("Overbruggingszorg gewenst", yes_no(client.bridging_wanted)),
    ];
    let mut add = |label, text: Option<String>| words.extend(text.map(|text| (label, text)));
    let list = |names: Vec<String>| (!names.is_empty()).then(|| names.join("; "));
    add(BODY_DECIDED, client.body_decided_on.map(date));
    add("Perspectiefplan gemaakt op", client.plan_made_on.map(date));
    let goes_on = |birth: Birth| match birth.coming_of_age(today, client.until_23) {
        ComingOfAge::GoesOn { until } => Some(format!("23 jaar, op zijn vroegst {}", date(until))),
        _ => None,
    };
    add("De zorg kan doorgaan tot", client.birth.and_then(goes_on));
    add("Verklarende analyse gemaakt", client.analysis_made.map(yes_no));
    add("Misschien Wet langdurige zorg", client.possibly_wlz.map(yes_no));
    add("Gezag bij een derde", client.authority_elsewhere.map(yes_no));
    add("Behoeften", list(client.needs.iter().map(|need| need.name().to_owned()).collect()));
    let products = client.alternatives.iter().map(|product| format!("{} ({})", product.name, product.code));
    add("Ook goed", list(products.collect()));
    add("Gewenste aanbieders", list(client.wanted.iter().map(|provider| provider.name.clone()).collect()));
    add("Kan niet bij", list(client.excluded.iter().map(|provider| provider.name.clone()).collect()));
    add("Hoogste afstand", client.max_distance_km.map(|km| format!("{km} km")));
    add(NOTE, client.note.clone());
    words
}

fn birth_words(birth: Birth, today: NaiveDate) -> String {
    let age = birth.age_on(today);
    match birth {
        Birth::Quarter(born) => format!("kwartaal {} van {} ({age} jaar)", born.quarter(), born.year()),
        Birth::Age { years, on } => format!("{age} jaar ({years} jaar op {})", date(on)),
    }
}

/// Which facts differ, and how.
pub(super) struct Changed {
    pub(super) labels: Vec<&'static str>,
    pub(super) words: String,
}

/// What changed between two states of a client. Of a note only that it changed.
pub(super) fn changed_words(before: &WaitingClient, after: &WaitingClient, today: NaiveDate) -> Changed {
    let (old, new) = (words_of(before, today), words_of(after, today));
    let find = |words: &[(&'static str, String)], label: &str| {
        words.iter().find(|(known, _)| *known == label).map(|(_, text)| text.clone())
    };
    let mut labels: Vec<&'static str> = Vec::new();
    for (label, _) in old.iter().chain(&new) {
        if !labels.contains(label) && find(&old, label) != find(&new, label) {
            labels.push(label);
        }
    }
    let said = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.to_owned());
    let change = |label: &&'static str| match *label {
        NOTE => format!("{NOTE} gewijzigd"),
        label => format!("{label} van {} naar {}", said(find(&old, label)), said(find(&new, label))),
    };
    let words = labels.iter().map(change).collect::<Vec<_>>().join("; ");
    Changed { labels, words: if words.is_empty() { "niets gewijzigd".to_owned() } else { words } }
}
