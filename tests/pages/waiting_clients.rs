//! The waiting list of the toegang, on pages.

use beschikbaarheidswijzer::db::schema::{waiting_client, waiting_client_event};
use diesel::prelude::*;
use rules::waiting::life::ClientStatus;
use serde_json::json;

use crate::api::waiting_clients::a_client;
use crate::on_both;
use crate::support::{Answer, Browser, Form, TestServer, now, unescaped};

const TOEGANG: &str = "toegang-harderwijk";

fn filled(visitor: &Browser, changes: &[(&str, &str)]) -> Answer {
    let mut form = Form::on(&visitor.get("/wachtlijst/nieuw").body, "/wachtlijst");
    for (name, value) in
        [("product", "45A12 Gezinsbehandeling thuis"), ("geboren", "2014-2"), ("verwezenOp", "2-11")]
            .iter()
            .chain(changes)
    {
        form.set(name, value);
    }
    form.send(visitor)
}

fn clients(server: &TestServer) -> i64 {
    waiting_client::table.count().get_result(&mut server.connection()).expect("a count")
}

/// The code in an address such as `/wachtlijst/C4K-7XW-2R9/code`.
fn code_in(answer: &Answer) -> String {
    let place = answer.header("location").expect("an address");
    place.split('/').nth(2).expect("a code").to_owned()
}

on_both! {
    fn a_child_is_registered_and_its_code_is_shown_to_keep(server) {
        let toegang = server.visitor(TOEGANG);
        let form = toegang.get("/wachtlijst/nieuw").body;
        assert!(form.contains("Gemeente: <strong>Harderwijk</strong>"), "the only municipality is not asked for");
        let before = clients(server);
        let saved = filled(&toegang, &[]);
        assert_eq!(saved.status, 303, "{}", saved.body);
        assert_eq!(clients(server), before + 1);
        let code = code_in(&saved);
        let kept = toegang.get(saved.header("location").expect("an address")).body;
        assert!(kept.contains(&code) && kept.contains("in uw eigen systeem"), "{kept}");
        let page = toegang.get(&format!("/wachtlijst/{code}")).body;
        for words in ["Gezinsbehandeling thuis", "kwartaal 2 van 2014", "2 november 2026", "Aangemeld", "De beschikking ontbreekt"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(toegang.get(&format!("/wachtlijst?code={}", &code[..7])).body.contains(&code));

        // The same again is asked about, and only then taken.
        let again = filled(&toegang, &[]);
        assert_eq!(again.status, 200);
        assert!(again.body.contains("Staat dit kind al op de lijst?") && again.body.contains(&format!("lijkt op {code}")), "{}", again.body);
        assert_eq!(clients(server), before + 1);
        let mut sure = Form::on(&again.body, "/wachtlijst");
        sure.set("tochAanmelden", "ja");
        assert_eq!(sure.send(&toegang).status, 303);
        assert_eq!(clients(server), before + 2);
    }
}

on_both! {
    fn every_mistake_stands_at_its_field_and_what_was_typed_comes_back(server) {
        let toegang = server.visitor(TOEGANG);
        let before = clients(server);
        let wrong = filled(&toegang, &[
            ("product", "tafel"), ("geboren", "elf"), ("verwezenOp", "31-31"), ("postcode", "12"),
            ("hoogsteAfstandKm", "999"), ("toelichting", "bel 06-12345678"), ("urgentie", "crisis"),
        ]);
        assert_eq!(wrong.status, 400);
        for field in ["geboren", "verwezenOp", "postcode", "hoogsteAfstandKm", "toelichting", "urgentie"] {
            assert!(wrong.body.contains(&format!("id=\"{field}-f\"")), "{field}: {}", wrong.body);
        }
        assert!(wrong.body.contains("lijkt een telefoonnummer") && wrong.body.contains("value=\"elf\""), "{}", wrong.body);
        assert_eq!(clients(server), before);
        let looked = toegang.post_form("/wachtlijst/toelichting", &[("toelichting", "mail jan@voorbeeld.nl")]);
        assert_eq!(looked.status, 200);
        assert!(looked.json()["meldingen"][0].as_str().expect("a message").contains("e-mailadres"));
        let fine = toegang.post_form("/wachtlijst/toelichting", &[("toelichting", "Liefst dichtbij.")]);
        assert_eq!(fine.json()["meldingen"], serde_json::json!([]));
    }
}

on_both! {
    fn steps_and_changes_are_kept_in_the_timeline(server) {
        let toegang = server.visitor(TOEGANG);
        let path = format!("/wachtlijst/{}", a_client(server).code);
        let step = |name: &str, fields: &[(&str, &str)]| {
            let place = format!("{path}/stap/{name}");
            let mut form = Form::on(&toegang.get(&place).body, &place);
            for (field, value) in fields {
                form.set(field, value);
            }
            form.send(&toegang)
        };
        let unsure = step("intrekken", &[("reden", "")]);
        assert_eq!(unsure.status, 400);
        assert!(unsure.body.contains("kies een reden") || unsure.body.contains("vink aan"), "{}", unsure.body);
        assert_eq!(step("pauzeren", &[("reden", "onderzoek-loopt"), ("tot", "04-01-2027")]).status, 303);
        assert!(toegang.get(&path).body.contains("Gepauzeerd tot en met 4 januari 2027"));

        let change = format!("{path}/wijzigen");
        let opened = toegang.get(&change).body;
        let mut form = Form::on(&opened, &change);
        form.set("urgentie", "urgent");
        form.set("autisme", "ja");
        assert_eq!(form.send(&toegang).status, 303);
        let page = toegang.get(&path).body;
        assert!(page.contains("Urgentie van Regulier naar Urgent") && page.contains("Behoeften van niet bekend naar Autisme"), "{page}");
        // The form that was opened before is outdated now.
        let mut late = Form::on(&opened, &change);
        late.set("urgentie", "regulier");
        let refused = late.send(&toegang);
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains("Intussen gewijzigd"), "{}", refused.body);

        let moved = step("verhuizen", &[("gemeente", "GM0233"), ("reden", "verhuizing"), ("zeker", "ja")]);
        assert_eq!(moved.status, 303, "{}", moved.body);
        assert_eq!(toegang.get(&path).status, 404);
        let there = server.visitor("toegang-ermelo").get(&path);
        assert!(there.body.contains("van GM0243 naar GM0233") && there.body.contains("Onderzoek") | there.body.contains("onderzoek"), "{}", there.body);
    }
}

on_both! {
    fn many_steps_at_once_have_each_their_own_outcome(server) {
        let toegang = server.visitor(TOEGANG);
        let (one, two) = (a_client(server).code, a_client(server).code);
        let path = format!("/wachtlijst/stappen?stap=hervatten&kies-{one}=ja&kies-{two}=ja");
        let held = toegang.get(&format!("/wachtlijst/{one}/stap/pauzeren")).body;
        let mut form = Form::on(&held, &format!("/wachtlijst/{one}/stap/pauzeren"));
        form.set("reden", "verzoek-gezin");
        form.set("tot", "04-01-2027");
        assert_eq!(form.send(&toegang).status, 303);
        let mut both = Form::on(&toegang.get(&path).body, "/wachtlijst/stappen");
        both.set("reden", "kan-starten");
        let answer = both.send(&toegang);
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains("Voor 1 van 2 gelukt") && answer.body.contains("is niet gepauzeerd"), "{}", answer.body);
        let none = toegang.get("/wachtlijst/stappen?stap=hervatten").body;
        assert!(none.contains("niemand aangevinkt"), "{none}");
    }
}

on_both! {
    fn the_list_is_filtered_counted_and_brought_out_without_what_was_typed(server) {
        let toegang = server.visitor(TOEGANG);
        let page = toegang.get("/wachtlijst").body;
        for words in ["Op de lijst", "bruto", "netto", "Wat u vandaag nodig heeft", "Stand van"] {
            assert!(page.contains(words), "{words}");
        }
        assert!(toegang.get("/wachtlijst?status=geplaatst").body.contains("Geplaatst"));
        assert!(toegang.get("/wachtlijst?code=ZZZ").body.contains("Niemand past"));
        assert_eq!(toegang.get("/wachtlijst?status=onbekend").status, 400);
        let sheet = toegang.get("/wachtlijst.csv");
        assert_eq!(sheet.header("content-disposition"), Some("attachment; filename=\"wachtlijst.csv\""));
        assert!(!sheet.body.contains("Liefst in de buurt"), "no text that was typed");
        let (lines, others) = (sheet.body.lines().skip(1).count(), sheet.body.contains(";Ermelo;"));
        assert!(lines > 20 && !others, "{lines}");
    }
}

on_both! {
    fn everybody_who_needs_attention_is_found_in_the_list(server) {
        let mut clients = server.waiting();
        clients.extend((0..20).map(|_| server.registered("GM0243")));
        let ids: Vec<String> = clients.iter().map(|client| client.id.to_string()).collect();
        // Of twenty-five children twenty-two wait past the norm; of one the pause is over, and of one a plan is due.
        server.execute(&format!(
            "UPDATE waiting_client SET referred_on = '2026-01-02', decided_on = '2026-01-05', waiting_since = '2026-01-05' WHERE id IN ({})",
            ids[..22].join(", ")
        ));
        server.execute(&format!("UPDATE waiting_client SET hold_until = '2026-11-01', hold_reason = 'verzoek-gezin' WHERE id = {}", ids[22]));
        server.execute(&format!("UPDATE waiting_client SET birth_quarter = 20101 WHERE id = {}", ids[23]));
        let [held, planned, calm] = [22, 23, 24].map(|place: usize| clients[place].code.to_string());

        let toegang = server.visitor(TOEGANG);
        let page = unescaped(&toegang.get("/wachtlijst").body);
        assert!(page.contains("De eerste 8 van 23."), "{page}");
        assert!(page.contains("href=\"/wachtlijst?aandacht=vandaag&sorteer=aandacht#lijst-kop\""), "{page}");
        assert!(page.contains("Binnenkort en nog aan te vullen (1)") && page.contains(&planned), "{page}");
        assert!(page.contains("De norm is voorbij (22)") && page.contains("De pauze is voorbij (1)"), "{page}");
        assert!(!page.contains(&held), "the most pressing come first");
        let rest = toegang.get("/wachtlijst?aandacht=vandaag&sorteer=aandacht&pagina=2").body;
        assert!(rest.contains("23 wachtenden") && rest.contains(&held) && !rest.contains(&calm), "{rest}");
        let alone = toegang.get("/wachtlijst?aandacht=pauze-voorbij").body;
        assert!(alone.contains("1 wachtende<") && alone.contains(&held), "{alone}");
        assert_eq!(toegang.get("/wachtlijst?aandacht=soms").status, 400);

        let sheet = toegang.get("/wachtlijst.csv?aandacht=vandaag&sorteer=aandacht-af").body;
        let lines: Vec<&str> = sheet.lines().collect();
        assert!(lines[0].ends_with(";aandacht;aandachtspunten") && lines.len() == 24, "{sheet}");
        assert!(lines[1].contains(&held) && lines[1].ends_with(";De pauze is voorbij;1"), "{sheet}");

        let program = server.user(TOEGANG);
        let shown = program.get("/v1/wachtenden?aandacht=vandaag&sorteer=aandacht&pagina=2").json();
        assert_eq!((&shown["paginering"]["totaal"], &shown["wachtenden"][2]["code"]), (&json!(23), &json!(held)), "{shown}");
        let later = program.get("/v1/wachtenden?aandacht=binnenkort").json();
        assert_eq!((&later["paginering"]["totaal"], &later["wachtenden"][0]["code"]), (&json!(1), &json!(planned)), "{later}");
        assert_eq!(program.get("/v1/wachtenden?aandacht=ja").json()["paginering"]["totaal"], 24);
        assert_eq!(program.get("/v1/wachtenden?aandacht=soms&sorteer=kleur").wrong_fields(), ["aandacht", "sorteer"]);
    }
}

on_both! {
    fn every_list_to_work_from_says_of_when_it_is(server) {
        for (user, path) in [
            ("accountmanager-regio", "/bemiddeling"), ("accountmanager-regio", "/late-reacties"), (TOEGANG, "/herplaatsing"),
            ("verwijzer-huisartsen", "/aanmeldingen"), ("aanbieder-de-haven", "/reacties"),
        ] {
            let page = server.visitor(user).get(path).body;
            assert!(page.contains("Stand van 21 november 2026, 10.00 uur"), "{path}: {page}");
        }
    }
}

on_both! {
    fn another_referrer_sees_only_what_it_registered_and_no_child(server) {
        let referrer = server.visitor("verwijzer-huisartsen");
        assert!(referrer.get("/aanmeldingen").body.contains("nog niemand aangemeld"));
        let saved = filled(&referrer, &[("gemeente", "GM0233"), ("verwijzer", "huisarts")]);
        assert_eq!(saved.status, 303, "{}", saved.body);
        let code = code_in(&saved);
        assert!(referrer.get("/aanmeldingen").body.contains(&code));
        assert_eq!(referrer.get(&format!("/wachtlijst/{code}/code")).status, 200);
        assert_eq!(referrer.get(&format!("/wachtlijst/{code}")).status, 403);
        assert_eq!(referrer.get(&format!("/wachtlijst/{}/code", a_client(server).code)).status, 404);
        assert_eq!(server.visitor("toegang-ermelo").get(&format!("/wachtlijst/{code}")).status, 200);
        server.execute("UPDATE waiting_list_setting SET referrers_register = FALSE");
        assert_eq!(referrer.get("/wachtlijst/nieuw").status, 403, "where the region does not let them");
    }
}

on_both! {
    fn a_referrer_finds_registration_in_the_menu_where_the_region_lets_them(server) {
        const ENTRY: &str = "href=\"/aanmeldingen\"";
        let referrer = server.visitor("verwijzer-huisartsen");
        assert!(referrer.get("/zoeken").body.contains(ENTRY));
        assert!(referrer.get("/aanmeldingen").body.contains("href=\"/wachtlijst/nieuw\""));
        for other in [TOEGANG, "aanbieder-de-haven", "beheerder-regio"] {
            assert!(!server.visitor(other).get("/zoeken").body.contains(ENTRY), "{other}");
        }
        server.execute("UPDATE waiting_list_setting SET referrers_register = FALSE");
        assert!(!referrer.get("/zoeken").body.contains(ENTRY));
    }
}

on_both! {
    fn the_demonstration_has_a_waiting_list_in_every_state(server) {
        let mut conn = server.connection();
        let rows: Vec<(String, String, i64)> = waiting_client::table
            .inner_join(waiting_client_event::table)
            .group_by((waiting_client::code, waiting_client::status))
            .select((waiting_client::code, waiting_client::status, diesel::dsl::count(waiting_client_event::id)))
            .load(&mut conn)
            .expect("clients");
        assert_eq!(rows.len(), 400);
        for status in ClientStatus::ALL {
            let count = rows.iter().filter(|(_, code, _)| code == status.code()).count();
            assert!(count >= 3, "{status}: {count}");
        }
        let last: Vec<(String, String)> = waiting_client::table
            .inner_join(waiting_client_event::table)
            .order((waiting_client::id, waiting_client_event::id))
            .select((waiting_client::status, waiting_client_event::to_status))
            .load(&mut conn)
            .expect("lines");
        assert!(last.len() > 600, "{}", last.len());
    }
}

on_both! {
    fn what_the_region_sets_is_kept_and_the_second_of_two_is_told(server) {
        const PATH: &str = "/beheer/wachtlijst";
        let manager = server.visitor("beheerder-regio");
        let opened = manager.get(PATH).body;
        let mut form = Form::on(&opened, PATH);
        form.set("kleinsteGroep", "4");
        form.set("sluitingsdagen", "morgen!!");
        form.set("opvolgers", "45A12");
        let wrong = form.send(&manager);
        assert_eq!(wrong.status, 400);
        for field in ["kleinsteGroep", "sluitingsdagen", "opvolgers"] {
            assert!(wrong.body.contains(&format!("id=\"{field}-f\"")), "{field}: {}", wrong.body);
        }
        let mut form = Form::on(&opened, PATH);
        form.set("kleinsteGroep", "8");
        form.set("sluitingsdagen", "24-12-2026");
        form.set("opvolgers", "45A12 45A13");
        assert_eq!(form.send(&manager).status, 303);
        let saved = manager.get(PATH).body;
        assert!(saved.contains("value=\"8\"") && saved.contains("24-12-2026") && saved.contains("45A12 45A13"), "{saved}");
        let late = Form::on(&opened, PATH).send(&manager);
        assert_eq!(late.status, 409, "{}", late.body);
        // How many that are now is what people read.
        let client = a_client(server);
        server.execute("UPDATE offer SET min_age = NULL, max_age = NULL");
        let weighing = server.visitor(TOEGANG).get(&format!("/wachtlijst/{}/reacties", client.code)).body;
        assert!(weighing.contains("als minstens 8 kinderen"), "{weighing}");
        let haven = server.visitor("aanbieder-de-haven");
        server.execute("UPDATE waiting_client SET status = 'ingetrokken', open_responses = 0, hold_until = NULL, hold_reason = NULL, closed_at = registered_at WHERE closed_at IS NULL");
        server.publish(now());
        let empty = haven.get("/wachtenden").body;
        assert!(empty.contains("minder dan 8 kinderen"), "{empty}");
        assert_eq!(manager.get("/wachtlijst").status, 403, "who sets it sees no clients");
        // Products that follow each other round would send a child back and forth.
        let mut form = Form::on(&manager.get(PATH).body, PATH);
        form.set("opvolgers", "45A12 45A13\n45A13 45A12");
        let round = form.send(&manager);
        assert_eq!(round.status, 400, "{}", round.body);
        assert!(round.body.contains("volgt via andere producten zichzelf op"), "{}", round.body);
    }
}

on_both! {
    fn who_grew_too_old_for_its_product_can_still_be_put_right(server) {
        let toegang = server.visitor(TOEGANG);
        let client = a_client(server);
        server.execute(&format!("UPDATE waiting_client SET birth_quarter = 20061, age = NULL, age_on = NULL WHERE id = {}", client.id));
        server.execute(&format!("UPDATE product SET max_age = 17 WHERE id = {}", client.product.id));
        let path = format!("/wachtlijst/{}", client.code);
        let change = format!("{path}/wijzigen");
        let mut form = Form::on(&toegang.get(&change).body, &change);
        form.set("urgentie", "urgent");
        let saved = form.send(&toegang);
        assert_eq!(saved.status, 303, "{}", saved.body);
        let page = toegang.get(&path).body;
        assert!(page.contains("Urgentie van Regulier naar Urgent") && page.contains("Is 18 of ouder"), "{page}");
        // Somebody new is still refused.
        let refused = filled(&toegang, &[("geboren", "2006-1")]);
        assert!(refused.status != 303 && refused.body.contains("dit product is voor"), "{}", refused.body);
    }
}
