//! Following a search by API.

use beschikbaarheidswijzer::db::schema::follow;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Answer, TestServer};

const PATH: &str = "/v1/zoekopdrachten";
const READER: &str = "ouder@example.nl";

fn ask(server: &TestServer, body: &Value) -> Answer {
    server.anyone().post(PATH, body)
}

fn search() -> Value {
    json!({"email": READER, "product": "emdr", "gemeente": "GM0243", "leeftijd": 14, "straalKm": 20})
}

on_both! {
    fn a_search_is_followed_once_its_reader_says_so(server) {
        let lines = server.audit_lines();
        let asked = ask(server, &search());
        assert_eq!((asked.status, asked.json()), (202, json!({"omschrijving": "emdr in Harderwijk, 14 jaar, binnen 20 km"})), "{}", asked.body);
        assert_eq!(server.audit_lines(), lines + 1);
        let mails = server.mails();
        assert!(mails.len() == 1 && mails[0].0 == READER && mails[0].1.contains("emdr in Harderwijk, 14 jaar"), "{mails:?}");
        let kept = || -> (String, bool) {
            let row: (String, Option<chrono::NaiveDateTime>) =
                follow::table.select((follow::query, follow::confirmed_at)).first(&mut server.connection()).expect("one");
            (row.0, row.1.is_some())
        };
        assert_eq!(kept(), ("product=emdr&gemeente=GM0243&leeftijd=14&straalKm=20".to_owned(), false));
        let path = server.mailed_path();
        assert_eq!(server.anyone().post_form(&format!("{path}/bevestigen"), &[]).status, 303);
        assert!(kept().1, "confirmed by its reader");
    }
}

on_both! {
    fn the_answer_does_not_tell_who_follows_what(server) {
        let first = ask(server, &search());
        let mut same = search();
        (same["email"], same["leeftijd"]) = (json!("Ouder@Example.nl"), json!(14.0));
        let again = ask(server, &same);
        assert_eq!((first.status, &first.body), (again.status, &again.body));
        let form = [("product", "emdr"), ("gemeente", "GM0243"), ("leeftijd", "14"), ("straalKm", "20"), ("email", READER), ("website", "")];
        assert_eq!(server.anyone().post_form("/volgen", &form).status, 303);
        let rows: i64 = follow::table.count().get_result(&mut server.connection()).expect("a count");
        assert_eq!((rows, server.mails().len()), (1, 1), "one search, by call or page, is followed once");
        assert_eq!(ask(server, &json!({"email": READER, "product": "pleegzorg"})).status, 429, "one address gets few mails, whoever asks");
        let other = ask(server, &json!({"email": "ander@example.nl", "product": "pleegzorg"}));
        assert_eq!((other.status, other.json()), (202, json!({"omschrijving": "pleegzorg in regio Noord-Veluwe"})));
    }
}

on_both! {
    fn all_that_is_wrong_with_a_search_is_told_at_once(server) {
        assert_eq!(ask(server, &json!({})).wrong_fields(), ["email", "product"]);
        let all = json!({"email": "a@b\r\nBcc: c@d.nl", "product": "x".repeat(101), "gemeente": "Putten", "postcode": "38", "leeftijd": "14",
            "straalKm": 0, "regio": "noord-veluwe", "website": ""});
        assert_eq!(
            ask(server, &all).wrong_fields(),
            ["email", "gemeente", "postcode", "product", "leeftijd", "straalKm", "regio", "website"]
        );
        assert_eq!(ask(server, &json!({"email": READER, "product": " ", "straalKm": 5})).wrong_fields(), ["product", "straalKm"]);
        let alone = json!({"email": READER, "product": "emdr", "straalKm": 5});
        assert_eq!(ask(server, &alone).clashing_fields(), ["straalKm"], "a distance is from somewhere");
        let nowhere = json!({"email": READER, "product": "emdr", "gemeente": "GM9999", "postcode": "1000"});
        assert_eq!(ask(server, &nowhere).clashing_fields(), ["gemeente", "postcode"]);
        assert_eq!(server.anyone().post(&format!("{PATH}?product=emdr"), &search()).wrong_fields(), ["product"]);
        assert!(server.mails().is_empty(), "nobody was mailed");
    }
}
