//! The pages of who waits and of responses.

use crate::on_both;
use crate::support::waiting::{BAKENZAND, HAVEN, TOEGANG};
use crate::support::{Form, now};
use serde_json::json;

on_both! {
    fn a_provider_responds_in_two_clicks(server) {
        let clients = server.waiting();
        let visitor = server.visitor(HAVEN.0);
        let list = visitor.get("/wachtenden").body;
        assert!(list.contains("<caption id=\"cap\">5 wachtenden</caption>") && list.contains("12 jaar"), "{list}");
        // The first click: the form is filled in, with the place that is free.
        let path = format!("/wachtenden/{}", server.handle_of(&clients[0]));
        assert!(list.contains(&format!("href=\"{path}\"")));
        let form = Form::on(&visitor.get(&path).body, &path);
        assert_eq!(form.value("aanbod"), server.offer_with_place(HAVEN.1).to_string());
        assert_eq!((form.value("startOp"), form.value("geldigTot")), ("28-11-2026", "05-12-2026"));
        // The second, twice: the same answer, and one response.
        let (sent, again) = (form.send(&visitor), form.send(&visitor));
        assert_eq!((sent.status, again.status), (303, 303), "{}", again.body);
        assert_eq!(sent.header("location"), again.header("location"));
        let own = visitor.get(sent.header("location").expect("a list")).body;
        assert!(own.contains("Uw reactie is opgeslagen.") && own.contains("1 reactie, "), "{own}");
        assert!(own.contains("Antwoord verwacht voor 27 november 2026"), "{own}");
        assert!(visitor.get("/wachtenden").body.contains("Uw reactie<span"));
        assert!(visitor.get(&path).body.contains("U hebt al gereageerd"));
        assert_eq!(visitor.get("/wachtenden/0000000000000001").status, 404);
        assert_eq!(visitor.get("/wachtenden/geen-kenmerk").status, 404);
    }
}

on_both! {
    fn what_is_wrong_stands_at_its_field_and_nothing_is_lost(server) {
        let clients = server.waiting();
        let visitor = server.visitor(HAVEN.0);
        let path = format!("/wachtenden/{}", server.handle_of(&clients[0]));
        let mut form = Form::on(&visitor.get(&path).body, &path);
        form.set("startOp", "1-1-2026");
        form.set("opmerking", "bel 06-12345678");
        let answer = form.send(&visitor);
        assert_eq!(answer.status, 400, "{}", answer.body);
        let body = crate::support::unescaped(&answer.body);
        assert!(body.contains("De zorg kan starten op: vul vandaag of een latere dag in"), "{body}");
        assert!(body.contains("Opmerking: ‘06-12345678’ lijkt een telefoonnummer"), "{body}");
        let mut form = Form::on(&answer.body, &path);
        assert_eq!((form.value("startOp"), form.value("opmerking")), ("01-01-2026", "bel 06-12345678"));
        form.set("startOp", "01-12-2026");
        form.set("opmerking", "twee ochtenden per week");
        assert_eq!(form.send(&visitor).status, 303);
    }
}

on_both! {
    fn the_toegang_weighs_with_figures_and_reasons(server) {
        let clients = server.waiting();
        let (haven, bakenzand) = (server.responded(HAVEN, &clients[0]), server.responded(BAKENZAND, &clients[0]));
        let visitor = server.visitor(TOEGANG);
        let list = format!("/wachtlijst/{}/reacties", clients[0].code);
        let page = visitor.get(&list).body;
        assert!(page.contains("De Haven Jeugdhulp") && page.contains("Bakenzand Jeugd en Gezin") && page.contains("2 reacties"), "{page}");
        let path = format!("{list}/{haven}");
        let one = visitor.get(&path).body;
        assert!(one.contains("Cijfers van de aanbieder") && one.contains("1 plek, vrij, bij acceptatie vergeven"), "{one}");
        // A decline that needs a day says so, and keeps what was typed.
        let mut form = Form::on(&one, &format!("{path}/afwijzen"));
        form.set("reden", "geen-capaciteit");
        form.set("toelichting", "de groep is vol");
        let answer = form.send(&visitor);
        assert_eq!(answer.status, 400);
        assert!(answer.body.contains("vul in tot wanneer deze combinatie niet wordt voorgesteld"), "{}", answer.body);
        let form = Form::on(&answer.body, &format!("{path}/afwijzen"));
        assert_eq!((form.value("reden"), form.value("toelichting")), ("geen-capaciteit", "de groep is vol"));
        let mut form = Form::on(&one, &format!("{path}/accepteren"));
        form.set("kiesReden", "dichtbij");
        let answer = form.send(&visitor);
        assert_eq!(answer.status, 303, "{}", answer.body);
        assert!(visitor.get(&path).body.contains("Startte de zorg toch niet?") || visitor.get(&path).body.contains("Start de zorg niet?"));
        // Whoever still has the page of the other open is told what happened.
        let other = format!("{list}/{bakenzand}");
        assert!(visitor.get(&other).body.contains("Door ander geplaatst"));
        assert!(!visitor.get(&other).body.contains(&format!("{other}/accepteren")));
        let late = visitor.post_form(&format!("{other}/accepteren"), &[("kiesReden", "enige")]);
        assert_eq!(late.status, 400);
        assert!(crate::support::unescaped(&late.body).contains("de status van deze reactie is ‘Door ander geplaatst’"), "{}", late.body);
    }
}

on_both! {
    fn questions_are_asked_and_answered(server) {
        let clients = server.waiting();
        let id = server.responded(HAVEN, &clients[0]);
        let (own, weighed) = (format!("/reacties/{id}"), format!("/wachtlijst/{}/reacties/{id}", clients[0].code));
        let (haven, toegang) = (server.visitor(HAVEN.0), server.visitor(TOEGANG));
        let mut form = Form::on(&toegang.get(&weighed).body, &format!("{weighed}/vragen"));
        form.set("vraag", "anders");
        assert_eq!(form.send(&toegang).status, 400, "anders needs words");
        form.set("vraagUitleg", "is er een tuin?");
        assert_eq!(form.send(&toegang).status, 303);
        let mails = server.mails();
        let (reader, text) = mails.last().expect("a mail");
        assert!(reader.starts_with("aanbieder-de-haven@") && !text.contains("tuin"), "{reader}: {text}");
        let page = haven.get(&own).body;
        assert!(page.contains("is er een tuin?"), "{page}");
        let question = page.split(&format!("{own}/vragen/")).nth(1).and_then(|rest| rest.split('"').next()).expect("a question");
        let action = format!("{own}/vragen/{question}");
        let mut form = Form::on(&page, &action);
        form.set("antwoord", "ja");
        assert_eq!(form.send(&haven).status, 303);
        assert!(toegang.get(&weighed).body.contains("Ja ("));
        // Once, and not one's own.
        let again = haven.post_form(&action, &[("antwoord", "nee")]);
        assert_eq!(again.status, 400);
        let own_answer = toegang.post_form(&format!("{weighed}/vragen/{question}"), &[("antwoord", "nee")]);
        assert_eq!(own_answer.status, 400);
    }
}

on_both! {
    fn what_is_new_shows_after_the_list_was_marked_as_seen(server) {
        server.waiting();
        let visitor = server.visitor(HAVEN.0);
        let form = Form::on(&visitor.get("/wachtenden").body, "/wachtenden/gezien");
        assert_eq!(form.send(&visitor).status, 303);
        assert!(!visitor.get("/wachtenden").body.contains("Nieuwe erbij"));
        let newcomer = server.registered("GM0243");
        server.execute(&format!("UPDATE waiting_client SET registered_at = '2026-11-21 09:30:00' WHERE id = {}", newcomer.id));
        assert!(!visitor.get("/wachtenden").body.contains("Nieuwe erbij"), "not before the list is published");
        server.publish(now() + chrono::Duration::hours(1));
        let page = visitor.get("/wachtenden?nieuw=ja").body;
        assert_eq!(page.matches("Nieuwe erbij").count(), 6, "all who show the same, since one alone would be pointed at");
        // Whoever opened it before the list was published again saw nothing of who came with that.
        assert_eq!(form.send(&visitor).status, 303);
        assert!(visitor.get("/wachtenden").body.contains("Nieuwe erbij"));
        server.publish(now() + chrono::Duration::hours(2));
        let late = form.send(&visitor);
        assert!(late.status == 409 && late.body.contains("intussen vervangen"), "{}", late.body);
    }
}

on_both! {
    fn a_program_says_what_it_saw_of_the_list(server) {
        const SEEN: &str = "/v1/open-wachtlijst/gezien";
        server.waiting();
        let haven = server.user(HAVEN.0);
        let list = haven.get("/v1/open-wachtlijst").json();
        assert_eq!(list.get("gezienTot"), None, "{list}");
        let wrong = haven.put(SEEN, &json!({"tot": "gisteren", "iets": 1}));
        assert_eq!((wrong.status, wrong.wrong_fields()), (400, vec!["tot".to_owned(), "iets".to_owned()]), "{}", wrong.body);
        // Any other moment would tell, by what is new after it, to the minute when somebody came.
        for never in ["2026-11-21T08:59:00Z", "2026-12-31T00:00:00Z"] {
            assert_eq!(haven.put(SEEN, &json!({"tot": never})).clashing_fields(), ["tot"], "{never}");
        }
        let first = json!({"tot": list["bijgewerktOp"]});
        let seen = haven.put(SEEN, &first);
        assert_eq!((seen.status, &seen.json()["gezienTot"]), (200, &list["bijgewerktOp"]), "{}", seen.body);
        assert_eq!(haven.get("/v1/open-wachtlijst").json()["gezienTot"], list["bijgewerktOp"]);
        server.publish(now() + chrono::Duration::hours(1));
        let second = haven.get("/v1/open-wachtlijst").json()["bijgewerktOp"].clone();
        assert_eq!(haven.put(SEEN, &json!({"tot": second})).status, 200);
        assert_eq!(haven.put(SEEN, &first).json()["gezienTot"], second, "what was seen stays seen");
        let page = server.visitor(HAVEN.0).get("/wachtenden").body;
        assert!(page.contains("als gezien") && !page.contains("Nieuwe erbij"), "{page}");
    }
}

on_both! {
    fn newcomers_are_mailed_by_choice_and_once(server) {
        use beschikbaarheidswijzer::waiting_list::open_list::telling::tell_of_clients;
        let tell = |at: &str| {
            let snapshot = server.state.supply.current().expect("a picture");
            let at = at.parse().expect("a time");
            tell_of_clients(&mut server.connection(), &snapshot, at, "https://jeugdhulp.example").expect("a database")
        };
        server.waiting();
        let visitor = server.visitor(HAVEN.0);
        let choose = |choice: &str| {
            let mut form = Form::on(&visitor.get("/wachtenden/meldingen").body, "/wachtenden/meldingen");
            form.set("keuze", choice);
            assert_eq!(form.send(&visitor).status, 303);
        };
        choose("direct");
        assert_eq!(tell("2026-11-21T09:01:00Z"), 0, "who waited already is no news");
        let newcomer = server.registered("GM0243");
        server.execute(&format!("UPDATE waiting_client SET registered_at = '2026-11-21 09:30:00' WHERE id = {}", newcomer.id));
        server.publish(now() + chrono::Duration::hours(1));
        // On a Saturday only who wants it at once; the others on Monday morning.
        assert_eq!((tell("2026-11-21T10:01:00Z"), tell("2026-11-21T10:02:00Z")), (1, 0));
        let (reader, text) = server.mails().pop().expect("a mail");
        assert!(reader.starts_with("aanbieder-de-haven@") && text.contains("nieuwe wachtenden voor hulp"), "{text}");
        assert!(!text.contains("12 jaar") && !text.contains("Harderwijk"), "nothing of a child: {text}");
        assert_eq!((tell("2026-11-23T07:30:00Z"), tell("2026-11-23T08:30:00Z")), (1, 0));
        assert!(server.mails().pop().expect("a mail").0.starts_with("aanbieder-bakenzand@"));
    }
}

on_both! {
    fn who_comes_back_to_the_list_is_news_again(server) {
        use beschikbaarheidswijzer::waiting_list::open_list::telling::tell_of_clients;
        let tell = |at: &str| {
            let snapshot = server.state.supply.current().expect("a picture");
            let at = at.parse().expect("a time");
            tell_of_clients(&mut server.connection(), &snapshot, at, "https://jeugdhulp.example").expect("a database")
        };
        let client = &server.waiting()[0];
        let visitor = server.visitor(HAVEN.0);
        let mut form = Form::on(&visitor.get("/wachtenden/meldingen").body, "/wachtenden/meldingen");
        form.set("keuze", "direct");
        assert_eq!(form.send(&visitor).status, 303);
        assert_eq!(tell("2026-11-21T09:01:00Z"), 0);
        server.publish(now() + chrono::Duration::hours(1));
        assert_eq!(tell("2026-11-21T10:01:00Z"), 0, "nobody is new");
        let later = server.start_later(chrono::Duration::minutes(90));
        let path = format!("/v1/wachtenden/{}/stappen", client.code);
        let toegang = later.user("toegang-harderwijk");
        let step = |body: serde_json::Value| {
            let taken = toegang.post(&path, &body);
            assert_eq!(taken.status, 200, "{}", taken.body);
        };
        step(serde_json::json!({"stap": "pauzeren", "tot": "2027-01-04", "reden": "onderzoek-loopt"}));
        server.publish(now() + chrono::Duration::hours(2));
        assert_eq!(tell("2026-11-21T11:01:00Z"), 0, "one who is gone is nobody who came");
        step(serde_json::json!({"stap": "hervatten", "reden": "kan-starten"}));
        server.publish(now() + chrono::Duration::hours(3));
        assert_eq!((tell("2026-11-21T12:01:00Z"), tell("2026-11-21T12:02:00Z")), (1, 0));
    }
}

on_both! {
    fn nobody_is_new_to_a_provider_that_does_not_see_it(server) {
        use beschikbaarheidswijzer::waiting_list::open_list::telling::tell_of_clients;
        let clients = server.waiting();
        server.registered("GM0243");
        server.execute(&format!(
            "INSERT INTO pair_outcome (client_id, provider_id, outcome, parked_until, reason, at) \
             SELECT {}, id, 'uitgesloten', NULL, 'niet-passend', '2026-11-21 08:00:00' FROM provider WHERE agb = '{}'; \
             UPDATE waiting_client SET hold_until = '2027-01-04', hold_reason = 'verzoek-gezin' WHERE id = {}",
            clients[0].id, HAVEN.1, clients[0].id
        ));
        server.publish(now() + chrono::Duration::hours(1));
        let visitors = [HAVEN, BAKENZAND].map(|(user, _)| server.visitor(user));
        for visitor in &visitors {
            assert_eq!(Form::on(&visitor.get("/wachtenden").body, "/wachtenden/gezien").send(visitor).status, 303);
            let mut form = Form::on(&visitor.get("/wachtenden/meldingen").body, "/wachtenden/meldingen");
            form.set("keuze", "direct");
            assert_eq!(form.send(visitor).status, 303);
        }
        let tell = |at: &str| {
            let snapshot = server.state.supply.current().expect("a picture");
            let at = at.parse().expect("a time");
            tell_of_clients(&mut server.connection(), &snapshot, at, "https://jeugdhulp.example").expect("a database")
        };
        assert_eq!(tell("2026-11-21T10:01:00Z"), 2, "of the sixth, whom both see");
        // The one De Haven is kept from comes back.
        server.execute(&format!("UPDATE waiting_client SET hold_until = NULL, hold_reason = NULL WHERE id = {}", clients[0].id));
        server.publish(now() + chrono::Duration::hours(2));
        let badges = visitors.each_ref().map(|visitor| visitor.get("/wachtenden").body.matches("Nieuwe erbij").count());
        assert_eq!(badges, [0, 6]);
        let rows = visitors.each_ref().map(|visitor| visitor.get("/wachtenden?nieuw=ja").body.matches("Reageren<span").count());
        assert_eq!(rows, [0, 6]);
        assert_eq!(tell("2026-11-21T11:01:00Z"), 1);
        assert!(server.mails().pop().expect("a mail").0.starts_with("aanbieder-bakenzand@"));
    }
}

on_both! {
    fn whoever_comes_to_a_list_by_whatever_way_is_new_on_it(server) {
        use beschikbaarheidswijzer::waiting_list::open_list::telling::tell_of_clients;
        let clients = server.waiting();
        server.execute("UPDATE offer SET min_age = NULL, max_age = NULL");
        let other = server.registered("GM0243");
        server.execute(&format!("UPDATE waiting_client SET product_id = (SELECT min(id) FROM product WHERE code = '45A11') WHERE id = {}", other.id));
        let visitor = server.visitor(HAVEN.0);
        let mut form = Form::on(&visitor.get("/wachtenden/meldingen").body, "/wachtenden/meldingen");
        form.set("keuze", "direct");
        assert_eq!(form.send(&visitor).status, 303);
        // One after another at a whole hour: nothing is new but what the hour before it was done.
        let mut hour = 0;
        let mut came = |change: String| {
            server.execute(&change);
            hour += 1;
            let at = now() + chrono::Duration::hours(hour);
            server.publish(at);
            let snapshot = server.state.supply.current().expect("a picture");
            let mailed = tell_of_clients(&mut server.connection(), &snapshot, at, "https://jeugdhulp.example").expect("a database");
            let page = visitor.get("/wachtenden").body;
            let is_new = page.contains("Nieuwe erbij");
            assert_eq!(Form::on(&page, "/wachtenden/gezien").send(&visitor).status, 303);
            assert!(!visitor.get("/wachtenden").body.contains("Nieuwe erbij"), "it was seen");
            (mailed, is_new)
        };
        let of = |client: &beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient, set: &str| format!("UPDATE waiting_client SET {set} WHERE id = {}", client.id);
        came(String::from("DELETE FROM list_visit"));
        assert_eq!(came(String::from("DELETE FROM question")), (0, false), "nobody came");
        // Another product, another municipality, and a pause of which the last day has gone by.
        assert_eq!(came(of(&other, "product_id = (SELECT min(id) FROM product WHERE code = '45A12')")), (1, true));
        assert_eq!(came(of(&clients[1], "municipality_id = (SELECT id FROM municipality WHERE code = 'GM0233')")), (1, true));
        assert_eq!(came(of(&clients[2], "hold_until = '2026-11-21', hold_reason = 'verzoek-gezin'")), (0, false));
        assert_eq!(came(of(&clients[2], "hold_until = '2026-11-20'")), (1, true), "nobody took a step");
    }
}

on_both! {
    fn who_comes_before_a_late_publication_is_new_once(server) {
        use beschikbaarheidswijzer::waiting_list::open_list::publishing::publish_due;
        use beschikbaarheidswijzer::waiting_list::open_list::telling::tell_of_clients;
        server.waiting();
        let visitor = server.visitor(HAVEN.0);
        let mut form = Form::on(&visitor.get("/wachtenden/meldingen").body, "/wachtenden/meldingen");
        form.set("keuze", "direct");
        assert_eq!(form.send(&visitor).status, 303);
        assert_eq!(Form::on(&visitor.get("/wachtenden").body, "/wachtenden/gezien").send(&visitor).status, 303);
        // The list of ten o'clock is published seven minutes late, with who came five minutes past ten.
        let newcomer = server.registered("GM0243");
        server.execute(&format!("UPDATE waiting_client SET registered_at = '2026-11-21 10:05:00' WHERE id = {}", newcomer.id));
        let round = |at: &str| {
            let at: chrono::DateTime<chrono::Utc> = at.parse().expect("a time");
            let snapshot = server.state.supply.current().expect("a picture");
            publish_due(&mut server.connection(), at).expect("published");
            tell_of_clients(&mut server.connection(), &snapshot, at, "https://jeugdhulp.example").expect("a database")
        };
        assert_eq!(round("2026-11-21T10:07:00Z"), 1);
        let page = visitor.get("/wachtenden").body;
        assert!(page.contains("Nieuwe erbij"), "{page}");
        assert_eq!(Form::on(&page, "/wachtenden/gezien").send(&visitor).status, 303);
        assert!(!visitor.get("/wachtenden").body.contains("Nieuwe erbij"));
        assert_eq!(round("2026-11-21T11:00:10Z"), 0, "told once");
        assert!(!visitor.get("/wachtenden").body.contains("Nieuwe erbij"), "seen is seen");
    }
}

on_both! {
    fn responses_stand_beside_the_order_and_what_was_proposed_is_kept_with_the_choice(server) {
        let clients = server.waiting();
        let id = server.responded(HAVEN, &clients[0]);
        let toegang = server.visitor(TOEGANG);
        let client = format!("/wachtlijst/{}", clients[0].code);
        let list = toegang.get(&format!("{client}/reacties")).body;
        assert!(list.contains("Plaats in het voorstel") && list.contains("e van ") && list.contains("telt als"), "{list}");
        let (_, others) = list.split_once("De beste zonder reactie").expect("the others");
        assert!(others.contains("Bakenzand Jeugd en Gezin") && !others.contains("De Haven Jeugdhulp"), "{others}");
        assert!(list.contains(&format!("href=\"{client}/voorstel\"")));
        let path = format!("{client}/reacties/{id}");
        let one = toegang.get(&path).body;
        assert!(one.contains("In het voorstel") && one.contains("Bekijk het hele voorstel"), "{one}");
        let mut form = Form::on(&one, &format!("{path}/accepteren"));
        form.set("kiesReden", "anders");
        form.set("kiesUitleg", "besluit 123456782");
        let asked = form.send(&toegang);
        assert_eq!(asked.status, 400, "{}", asked.body);
        let mut form = Form::on(&asked.body, &format!("{path}/accepteren"));
        form.set("kiesCijfers", "beschikkingsnummer");
        let done = form.send(&toegang);
        assert_eq!(done.status, 303, "{}", done.body);
        let page = toegang.get(&client).body;
        assert!(page.contains(&format!("href=\"{client}/voorstel/1\"")), "{page}");
        let kept = toegang.get(&format!("{client}/voorstel/1")).body;
        assert!(kept.contains("De Haven Jeugdhulp") && kept.contains("Zo is gewogen"), "{kept}");
        assert!(!kept.contains("Vraag deze aanbieder"), "what was is no place to ask from");
        // What is refused keeps nothing.
        assert_eq!(toegang.post_form(&format!("{path}/accepteren"), &[("kiesReden", "enige")]).status, 400);
        assert_eq!(toegang.get(&format!("{client}/voorstel/2")).status, 404);
    }
}

on_both! {
    fn a_provider_is_asked_from_the_proposal(server) {
        let clients = server.waiting();
        let toegang = server.visitor(TOEGANG);
        let path = format!("/wachtlijst/{}/voorstel", clients[0].code);
        let page = toegang.get(&path).body;
        let mut form = Form::on(&page, &format!("{path}/vraag"));
        let offer = server.offer_with_place(HAVEN.1).to_string();
        assert!(page.contains(&format!("name=\"aanbod\" value=\"{offer}\"")), "{page}");
        form.set("aanbod", &offer);
        let (sent, again) = (form.send(&toegang), form.send(&toegang));
        assert_eq!((sent.status, again.status), (303, 303), "{}", again.body);
        let after = toegang.get(sent.header("location").expect("back")).body;
        assert!(after.contains("De aanbieder is gevraagd te reageren") && after.contains("Deze aanbieder is gevraagd te reageren."), "{after}");
        let late = toegang.post_form(&format!("{path}/vraag"), &[("aanbod", &offer)]);
        assert!(late.status == 400 && late.body.contains("al gevraagd"), "{}", late.body);
        assert_eq!(toegang.post_form(&format!("{path}/vraag"), &[("aanbod", "x")]).status, 400);
        assert_eq!(server.mails().iter().filter(|(_, text)| text.contains("/plaatsingsvragen")).count(), 1);
    }
}
