//! The forms of the product book over HTTP: errors at their field, two people at once, days and words.

use crate::on_both;
use crate::support::{Answer, Form, unescaped};

/// The texts of the error summary, each with the field it links to.
fn mistakes(answer: &Answer) -> Vec<(String, String)> {
    let summary = answer.body.split("data-foutsamenvatting").nth(1).unwrap_or_default();
    let list = summary.split("</ul>").next().unwrap_or_default();
    list.split("href=\"#")
        .skip(1)
        .filter_map(|link| link.split_once("\">"))
        .map(|(field, text)| (field.to_owned(), unescaped(text.split("</a>").next().unwrap_or_default())))
        .collect()
}

/// What somebody else saved differently: label, what was typed, what is stored.
fn differences(answer: &Answer) -> Vec<[String; 3]> {
    let value = |text: &str| {
        let text = text.split("</span>").next().unwrap_or_default();
        unescaped(text.rsplit('>').next().unwrap_or_default())
    };
    answer
        .body
        .split("class=\"botsing-veld\"><h3>")
        .skip(1)
        .map(|part| {
            let values: Vec<&str> = part.split("class=\"botsing-waarde\">").collect();
            [part.split('<').next().unwrap_or_default().to_owned(), value(values[1]), value(values[2])]
        })
        .collect()
}

/// A form with a mistake: where it stands, where it goes, what is typed, the field and its message.
type Mistake =
    (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

const MISTAKES: &[Mistake] = &[
    (
        "/beheer/segmenten/nieuw",
        "/beheer/segmenten",
        &[("code", "1"), ("naam", "Dubbel")],
        "code",
        "Code: dit segment bestaat al",
    ),
    (
        "/beheer/aanbieders/nieuw",
        "/beheer/aanbieders",
        &[("agb", "98990009"), ("naam", "Dubbel")],
        "agb",
        "AGB-code: deze aanbieder bestaat al",
    ),
    (
        "/beheer/aanbieders/nieuw",
        "/beheer/aanbieders",
        &[("agb", "98999901"), ("naam", "Nieuw"), ("soort", "onderaannemer"), ("hoofdaannemer", "98990099")],
        "hoofdaannemer",
        "Hoofdaannemer: deze hoofdaannemer bestaat niet; verbeter dit, of voeg het eerst toe",
    ),
    (
        "/beheer/aanbieders/nieuw",
        "/beheer/aanbieders",
        &[("agb", "98999901"), ("naam", "Nieuw"), ("soort", "onderaannemer"), ("hoofdaannemer", "98999901")],
        "hoofdaannemer",
        "Hoofdaannemer: een aanbieder kan geen onderaannemer van zichzelf zijn",
    ),
    (
        "/beheer/aanbieders/98990009",
        "/beheer/aanbieders",
        &[("soort", "onderaannemer"), ("hoofdaannemer", "98990001")],
        "soort",
        "Soort: deze aanbieder heeft onderaannemers en kan er zelf geen worden",
    ),
    (
        "/beheer/locaties/nieuw?aanbieder=98990009",
        "/beheer/locaties",
        &[("nummer", "1"), ("naam", "Dubbel"), ("pc4", "3841")],
        "nummer",
        "Nummer: deze locatie bestaat al",
    ),
    (
        "/beheer/locaties/98990009/1",
        "/beheer/locaties",
        &[("pc4", "1000")],
        "pc4",
        "Postcode: deze postcode bestaat niet; verbeter dit, of voeg het eerst toe",
    ),
    (
        "/beheer/postcodes/nieuw",
        "/beheer/postcodes",
        &[("pc4", "3841"), ("plaats", "Dubbel"), ("gemeente", "GM0243"), ("lat", "52,3"), ("lon", "5,6")],
        "pc4",
        "Postcode: deze postcode bestaat al",
    ),
    (
        "/beheer/postcodes/3841",
        "/beheer/postcodes",
        &[("gemeente", "GM9998")],
        "gemeente",
        "Gemeente: deze gemeente bestaat niet; verbeter dit, of voeg het eerst toe",
    ),
    (
        "/beheer/contracten/87",
        "/beheer/contracten",
        &[("gemeente", "GM0363")],
        "gemeente",
        "Gemeente: deze gemeente hoort niet bij de regio van het product",
    ),
    (
        "/beheer/contracten/87",
        "/beheer/contracten",
        &[("geldigVanaf", "31-12-2030"), ("geldigTot", "30-12-2030")],
        "geldigTot",
        "Laatste dag: de einddatum mag niet voor de begindatum liggen",
    ),
    (
        "/beheer/producten/54A02",
        "/beheer/producten",
        &[("synoniemen", "wonen|logeren")],
        "synoniemen",
        "Andere woorden: bevat een teken dat hier niet mag, zoals |",
    ),
];

on_both! {
    fn what_cannot_be_saved_is_told_at_its_field_and_stays_typed(server) {
        let visitor = server.visitor("beheerder-regio");
        let before = server.audit_lines();
        for (page, action, typed, field, message) in MISTAKES {
            let mut form = Form::on(&visitor.get(page).body, action);
            for (name, value) in *typed {
                form.set(name, value);
            }
            let answer = form.send(&visitor);
            assert_eq!(answer.status, 400, "{message}: {}", answer.body);
            let told = mistakes(&answer);
            assert_eq!(told.first(), Some(&((*field).to_owned(), (*message).to_owned())), "{page}");
            assert!(told.iter().all(|(place, _)| place == field), "{page}: {told:?}");
            assert!(answer.body.contains(&format!("id=\"{field}-f\"")), "{message} stands at its field");
            let again = Form::on(&answer.body, action);
            // A list shows only what can be chosen from it.
            for (name, value) in typed.iter().filter(|(name, _)| !["gemeente", "hoofdaannemer"].contains(name)) {
                assert_eq!(again.value(name), *value, "{page}");
            }
        }
        assert_eq!(server.audit_lines(), before, "nothing was saved");
    }
}

on_both! {
    fn all_mistakes_of_a_form_are_told_together(server) {
        let visitor = server.visitor("beheerder-regio");
        let mut form = Form::on(&visitor.get("/beheer/contracten/nieuw").body, "/beheer/contracten");
        form.set("geldigVanaf", "gisteren");
        form.set("geldigTot", "2026-13-01");
        let answer = form.send(&visitor);
        let fields: Vec<String> = mistakes(&answer).into_iter().map(|(field, _)| field).collect();
        assert_eq!((answer.status, fields), (400, ["aanbieder", "product", "geldigVanaf", "geldigTot"].map(String::from).to_vec()));
        assert!(answer.body.contains("<title>Fout: Contract toevoegen"));
    }
}

on_both! {
    fn what_does_not_exist_is_told_with_what_cannot_be_read(server) {
        let visitor = server.visitor("beheerder-regio");
        let before = server.audit_lines();
        for (page, action, typed, fields) in [
            (
                "/beheer/locaties/nieuw?aanbieder=98990009",
                "/beheer/locaties",
                &[("nummer", "nul"), ("naam", ""), ("pc4", "1000")][..],
                &["nummer", "naam", "pc4"][..],
            ),
            (
                "/beheer/producten/nieuw",
                "/beheer/producten",
                &[("code", "?"), ("naam", "Proef"), ("segment", "7Q"), ("overbrugging", "99Z99"), ("leeftijdTot", "oud")],
                &["code", "segment", "ijwCategorie", "soort", "leeftijdTot", "overbrugging"],
            ),
            (
                "/beheer/contracten/87",
                "/beheer/contracten",
                &[("product", "99Z99"), ("gemeente", "GM9998"), ("geldigVanaf", "31-12-2030"), ("geldigTot", "30-12-2030")],
                &["product", "gemeente", "geldigTot"],
            ),
            (
                "/beheer/aanbieders/nieuw",
                "/beheer/aanbieders",
                &[("agb", "12"), ("naam", ""), ("soort", "onderaannemer"), ("hoofdaannemer", "98990099")],
                &["agb", "naam", "hoofdaannemer"],
            ),
            (
                "/beheer/regios/noord-veluwe/gemeenten/nieuw",
                "/beheer/regios/noord-veluwe/gemeenten",
                &[("gemeente", ""), ("segment", "7Q"), ("inwoners", "-1")],
                &["gemeente", "segment", "inwoners"],
            ),
            (
                "/beheer/gemeenten/nieuw",
                "/beheer/gemeenten",
                &[("code", "G1"), ("geldigVanaf", "31-12-2030"), ("geldigTot", "30-12-2030")],
                &["code", "naam", "provincie", "lat", "lon", "geldigTot"],
            ),
            (
                "/beheer/postcodes/nieuw",
                "/beheer/postcodes",
                &[("pc4", "0999"), ("plaats", "Ergens"), ("gemeente", "GM9998"), ("lat", "48,9"), ("lon", "veel")],
                &["pc4", "gemeente", "lat", "lon"],
            ),
        ] {
            let mut form = Form::on(&visitor.get(page).body, action);
            for (name, value) in typed {
                form.set(name, value);
            }
            let answer = form.send(&visitor);
            let told: Vec<String> = mistakes(&answer).into_iter().map(|(field, _)| field).collect();
            assert_eq!((answer.status, told), (400, fields.iter().map(ToString::to_string).collect()), "{page}: {}", answer.body);
        }
        assert_eq!(server.audit_lines(), before, "nothing was saved");
    }
}

on_both! {
    fn a_contract_that_overlaps_is_told_at_its_first_day(server) {
        let visitor = server.visitor("beheerder-regio");
        let old = Form::on(&visitor.get("/beheer/contracten/87").body, "/beheer/contracten");
        let mut form = Form::on(&visitor.get("/beheer/contracten/nieuw").body, "/beheer/contracten");
        for name in ["product", "gemeente"] {
            form.set(name, old.value(name));
        }
        form.set("aanbieder", "98990009");
        form.set("geldigVanaf", "2026-01-01");
        let answer = form.send(&visitor);
        assert_eq!(answer.status, 400, "{}", answer.body);
        let told = mistakes(&answer);
        assert_eq!((told.len(), told[0].0.as_str()), (1, "geldigVanaf"));
        assert!(told[0].1.starts_with("Eerste dag: overlapt met het contract voor "), "{}", told[0].1);
        assert_eq!(Form::on(&answer.body, "/beheer/contracten").value("geldigVanaf"), "01-01-2026", "as it was understood");
    }
}

on_both! {
    fn the_second_of_two_people_sees_both_in_words(server) {
        let visitor = server.visitor("beheerder-regio");
        for (page, action, changed, expected) in [
            (
                "/beheer/aanbieders/98990009",
                "/beheer/aanbieders",
                &[("naam", "Eerste", "Tweede")][..],
                vec![["Naam", "Tweede", "Eerste"]],
            ),
            (
                "/beheer/locaties/98990009/1",
                "/beheer/locaties",
                &[("naam", "Eerste", "Eerste"), ("pc4", "3841", "3842")],
                vec![["Postcode", "3842", "3841"]],
            ),
            (
                "/beheer/contracten/87",
                "/beheer/contracten",
                &[("niveau", "landelijk", "bovenregionaal"), ("geldigTot", "31-12-2029", "2029-12-31")],
                vec![["Niveau", "Bovenregionaal", "Landelijk"]],
            ),
            (
                "/beheer/producten/54A02",
                "/beheer/producten",
                &[("segment", "1", "2"), ("geldigTot", "31-12-2040", "")],
                vec![["Segment", "2 Wonen", "1 Hoog specialistisch"], ["Laatste dag", "niet ingevuld", "31-12-2040"]],
            ),
        ] {
            let body = visitor.get(page).body;
            let (mut first, mut second) = (Form::on(&body, action), Form::on(&body, action));
            for (name, one, two) in changed {
                first.set(name, one);
                second.set(name, two);
            }
            let saved = first.send(&visitor);
            assert_eq!(saved.status, 303, "{page}: {:?}", mistakes(&saved));
            let answer = second.send(&visitor);
            assert_eq!(answer.status, 409, "{page}: {}", answer.body);
            let expected: Vec<[String; 3]> = expected.iter().map(|row| row.map(String::from)).collect();
            assert_eq!(differences(&answer), expected, "{page}");
            let again = Form::on(&answer.body, action).send(&visitor);
            assert_eq!(again.status, 303, "{page}: saving again is a choice: {}", again.body);
        }
    }
}

on_both! {
    fn a_word_with_a_comma_stays_one_word(server) {
        let visitor = server.visitor("beheerder-regio");
        let mut form = Form::on(&visitor.get("/beheer/producten/54A02").body, "/beheer/producten");
        form.set("synoniemen", "wonen, kort\r\n\r\nlogeren");
        assert_eq!(form.send(&visitor).status, 303);
        let words = || server.anyone().get("/v1/regios/noord-veluwe/producten/54A02").json()["synoniemen"].clone();
        assert_eq!(words(), serde_json::json!(["wonen, kort", "logeren"]));
        let form = Form::on(&visitor.get("/beheer/producten/54A02").body, "/beheer/producten");
        assert_eq!(form.value("synoniemen"), "wonen, kort\nlogeren");
        assert_eq!(form.send(&visitor).status, 303);
        assert_eq!(words(), serde_json::json!(["wonen, kort", "logeren"]), "saving it again changes nothing");
    }
}
