//! Following a search: asking, confirming from the mail, the mail when a place comes free, and ending it.

use beschikbaarheidswijzer::availability::follows::actions::end_old;
use beschikbaarheidswijzer::availability::follows::matching::{Site, tell_of_places};
use beschikbaarheidswijzer::db::schema::{follow, outbox_mail};
use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{TestServer, now};

const READER: &str = "ouder@example.nl";

fn ask(server: &TestServer, product: &str) -> crate::support::Answer {
    server.anyone().post_form(
        "/volgen",
        &[("product", product), ("gemeente", "GM0243"), ("email", READER), ("website", "")],
    )
}

fn mails(server: &TestServer) -> Vec<(String, Option<String>)> {
    outbox_mail::table
        .filter(outbox_mail::recipient.eq(READER))
        .order(outbox_mail::id)
        .select((outbox_mail::text, outbox_mail::unsubscribe_url))
        .load(&mut server.connection())
        .expect("mails")
}

fn path_in(text: &str) -> String {
    let start = text.find("/volgen/").expect("a link");
    text[start..].split_whitespace().next().expect("its end").to_owned()
}

fn tell(server: &TestServer) -> usize {
    let snapshot = server.state.supply.current().expect("a picture");
    tell_of_places(
        &mut server.connection(),
        &snapshot,
        now(),
        Site { public_url: "https://jeugdhulp.example", own_region: None },
    )
    .expect("a database")
}

/// An offer of De Haven, with the address and the name of its product.
fn own_offer(server: &TestServer) -> (String, String) {
    let found = server.anyone().get("/v1/aanbod/223").json();
    ("/v1/aanbod/223".to_owned(), found["product"]["code"].as_str().expect("a code").to_owned())
}

fn set_places(server: &TestServer, path: &str, places: u16) {
    let provider = server.user("aanbieder-de-haven");
    let version = provider.get(path).header("etag").expect("a version").to_owned();
    let body: Value = json!({ "plekkenVrij": places });
    let answer = provider.put_version(path, &version, &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

on_both! {
    fn an_address_is_the_same_with_capitals(server) {
        let (_, product) = own_offer(server);
        ask(server, &product);
        let capitals = [("product", product.as_str()), ("gemeente", "GM0243"), ("email", "Ouder@Example.nl"), ("website", "")];
        assert_eq!(server.anyone().post_form("/volgen", &capitals).status, 303);
        assert_eq!(server.mails().len(), 1, "one address follows a search once");
    }
}

on_both! {
    fn a_place_that_comes_free_is_mailed_once(server) {
        let (offer, product) = own_offer(server);
        set_places(server, &offer, 0);
        let asked = ask(server, &product);
        let sent = server.anyone().get(asked.header("location").expect("an address"));
        assert!(asked.status == 303 && sent.body.contains("Kijk in uw mail"), "{}", sent.body);
        let question = mails(server);
        assert_eq!(question.len(), 1);
        let path = path_in(&question[0].0);
        assert_eq!(tell(server), 0, "nothing before it was confirmed");
        let lines = server.audit_lines();
        assert!(server.anyone().get(&path).body.contains("Ja, mail mij"));
        assert_eq!(server.audit_lines(), lines, "looking changes nothing");
        assert_eq!(server.anyone().post_form(&format!("{path}/bevestigen"), &[]).status, 303);
        assert!(server.anyone().get(&path).body.contains("U krijgt een mail als er een plek vrijkomt"));
        assert_eq!(tell(server), 0, "what was there already is no news");
        set_places(server, &offer, 2);
        assert_eq!(tell(server), 1);
        assert_eq!(tell(server), 0, "once");
        set_places(server, &offer, 1);
        assert_eq!(tell(server), 0, "it was free and still is");
        set_places(server, &offer, 0);
        assert_eq!(tell(server), 0);
        set_places(server, &offer, 1);
        assert_eq!(tell(server), 1, "full and free again is news");
        let news = mails(server);
        assert_eq!(news.len(), 3);
        assert!(news[1].0.contains("De Haven Jeugdhulp") && news[1].0.contains("2 plekken vrij"), "{}", news[1].0);
        let stop = news[1].1.clone().expect("an address to end it");
        assert_eq!(stop, format!("https://jeugdhulp.example{path}/stoppen"));
    }
}

on_both! {
    fn one_click_of_a_mail_program_ends_it_and_erases_the_address(server) {
        let (_, product) = own_offer(server);
        ask(server, &product);
        let path = path_in(&mails(server)[0].0);
        server.anyone().post_form(&format!("{path}/bevestigen"), &[]);
        // What RFC 8058 has a mail program send: no origin, no token.
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        let ended = server.anyone().send("POST", &format!("{path}/stoppen"), &form, "List-Unsubscribe=One-Click");
        assert_eq!(ended.status, 303, "{}", ended.body);
        let rows: i64 = follow::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!((rows, mails(server).len()), (0, 0), "the address is nowhere any more");
        assert!(server.anyone().get(&path).body.contains("niet (meer) gevolgd"));
        assert_eq!(server.anyone().send("POST", &format!("{path}/stoppen"), &form, "").status, 404);
    }
}

on_both! {
    fn it_ends_by_itself(server) {
        let (_, product) = own_offer(server);
        ask(server, &product);
        let mut conn = server.connection();
        assert_eq!(end_old(&mut conn, now() + TimeDelta::hours(47)).expect("a database"), 0);
        assert_eq!(end_old(&mut conn, now() + TimeDelta::hours(48)).expect("a database"), 1, "never confirmed");
        ask(server, &product);
        let path = path_in(&mails(server)[0].0);
        server.anyone().post_form(&format!("{path}/bevestigen"), &[]);
        assert_eq!(end_old(&mut conn, now() + TimeDelta::days(89)).expect("a database"), 0);
        assert_eq!(end_old(&mut conn, now() + TimeDelta::days(90)).expect("a database"), 1);
        assert!(mails(server).is_empty());
    }
}

on_both! {
    fn nobody_learns_who_follows_what_and_nobody_is_flooded(server) {
        let (_, product) = own_offer(server);
        let (first, second) = (ask(server, &product), ask(server, &product));
        assert_eq!(first.header("location"), second.header("location"), "known or not, the answer is the same");
        assert_eq!(mails(server).len(), 1);
        ask(server, "emdr");
        assert_eq!(ask(server, "pleegzorg").status, 429, "one address gets few mails, whoever asks");
    }
}

on_both! {
    fn what_is_wrong_is_told(server) {
        for email in ["", "geen adres", "a@b\r\nBcc: c@d.nl"] {
            let answer = server.anyone().post_form("/volgen", &[("product", "emdr"), ("email", email), ("website", "")]);
            assert!(answer.status == 400 && answer.body.contains("<title>Fout: "), "{email:?} {}", answer.body);
        }
        for query in ["", "?gemeente=GM0243", "?product=emdr&leeftijd=oud", "?product=emdr&postcode=1"] {
            assert_eq!(server.anyone().get(&format!("/volgen{query}")).status, 400, "{query}");
        }
        let page = server.anyone().get("/volgen?product=emdr&gemeente=GM0243&leeftijd=14").body;
        assert!(page.contains("emdr in Harderwijk, 14 jaar"), "{page}");
        assert!(server.anyone().get("/zoeken?product=emdr&gemeente=GM0243").body.contains("/volgen?product=emdr"));
    }
}

on_both! {
    fn of_two_at_once_one_is_asked_whether_it_is_wanted(server) {
        let (_, product) = own_offer(server);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let calls: Vec<_> = (0..3).map(|_| scope.spawn(|| ask(server, &product).status)).collect();
            calls.into_iter().map(|call| call.join().expect("an answer")).collect()
        });
        assert_eq!((statuses, mails(server).len()), (vec![303; 3], 1));
    }
}
