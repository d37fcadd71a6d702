//! Who needs another place because a contract ends: listed, told, brought back, and placed again.

use beschikbaarheidswijzer::db::schema::{audit_event, offer, placement, response, waiting_client};
use beschikbaarheidswijzer::waiting_list::replacement::telling::tell_of_ends;
use beschikbaarheidswijzer::waiting_list::responses::chasing::chase;
use chrono::{Duration, NaiveDateTime};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::waiting::{BAKENZAND, HAVEN, TOEGANG};
use crate::support::{Form, TestServer, now};

const URL: &str = "https://jeugdhulp.example";
const LIST: &str = "/v1/herplaatsingen";

/// The contract of De Haven for the product ends on this day.
fn ends_on(server: &TestServer, day: &str) {
    server.execute(&format!(
        "UPDATE contract SET valid_until = '{day}' WHERE provider_id = (SELECT id FROM provider WHERE agb = '{}') \
         AND product_id IN (SELECT id FROM product WHERE code = '45A12')",
        HAVEN.1
    ));
}

fn mailed(server: &TestServer, to: &str, words: &str) -> Vec<String> {
    let address = format!("{to}@jeugdhulp-noord-veluwe.example");
    let mails =
        server.mails().into_iter().filter(|(reader, text)| *reader == address && text.contains(words));
    mails.map(|(_, text)| text).collect()
}

fn situations(list: &Value) -> Vec<(&str, &str)> {
    let rows = list["herplaatsingen"].as_array().expect("a list");
    rows.iter()
        .map(|row| (row["situatie"].as_str().unwrap_or_default(), row["code"].as_str().unwrap_or_default()))
        .collect()
}

on_both! {
    fn who_is_in_care_when_a_contract_ends_comes_back_for_another_place(server) {
        let clients = server.waiting();
        let (child, other) = (&clients[0], &clients[1]);
        let (code, path) = (child.code.to_string(), format!("/v1/wachtenden/{}", child.code));
        let id = server.responded(HAVEN, child);
        let offer_id = server.offer_with_place(HAVEN.1);
        assert_eq!(server.accept(child, id).status, 200);
        let visitor = server.visitor(TOEGANG);
        // After the visitor has its second factor, which ends the tokens from before.
        let toegang = server.user(TOEGANG);
        let step = |code: &str, body: Value| toegang.post(&format!("/v1/wachtenden/{code}/stappen"), &body);
        let back = json!({"stap": "herplaatsen", "reden": "contract-afgelopen"});
        assert_eq!(step(&code, back.clone()).status, 409, "care has not started");
        assert_eq!(server.user(HAVEN.0).post(&format!("/v1/reacties/{id}/start"), &json!({"gestartOp": "2026-11-21"})).status, 200);
        server.execute(&format!(
            "INSERT INTO waiting_client_provider (client_id, provider_id, wish, rank) SELECT {}, id, 'gewenst', 1 FROM provider WHERE agb = '{}'",
            other.id, HAVEN.1
        ));

        // Ninety days ahead it is told, and not a day before.
        ends_on(server, "2027-02-20");
        assert_eq!(toegang.get(LIST).json()["paginering"]["totaal"], 0);
        assert_eq!(toegang.get(&format!("{path}/voorstel")).status, 409, "care goes on where it is");
        ends_on(server, "2027-02-19");
        let list = toegang.get(LIST).json();
        let other_code = other.code.to_string();
        let mut expected = vec![("in-zorg", code.as_str()), ("gewenst", other_code.as_str())];
        expected.sort_by_key(|(_, code)| *code);
        assert_eq!(situations(&list), expected, "{list}");
        let in_care = toegang.get(&format!("{LIST}?situatie=in-zorg")).json()["herplaatsingen"][0].clone();
        assert_eq!(in_care["aanbieder"], "De Haven Jeugdhulp");
        assert_eq!((&in_care["oorzaak"], &in_care["laatsteDag"], &in_care["herplaatsbaar"]), (&json!("contract"), &json!("2027-02-19"), &json!(true)));
        assert_eq!(server.user("toegang-ermelo").get(LIST).json()["paginering"]["totaal"], 0, "another municipality's");
        // Where it could go on is proposed while it is still there: with anybody but who it leaves.
        let proposal = toegang.get(&format!("{path}/voorstel"));
        assert_eq!(proposal.status, 200, "{}", proposal.body);
        let can = proposal.json()["kan"].to_string();
        assert!(can.contains(BAKENZAND.1) && !can.contains(HAVEN.1), "{can}");
        assert_eq!(toegang.post(&format!("{path}/voorstellen"), &json!({})).status, 201, "and it can be kept");
        let offered = server.offer_with_place(BAKENZAND.1);
        assert_eq!(toegang.post(&format!("{path}/plaatsingsvragen"), &json!({"aanbod": offered})).status, 409, "nobody is asked before it is back");
        let page = visitor.get("/herplaatsing").body;
        assert!(page.contains(&format!("href=\"/wachtlijst/{code}/voorstel\"")), "{page}");
        let page = visitor.get(&format!("/wachtlijst/{code}/voorstel")).body;
        assert!(page.contains("in zorg bij De Haven Jeugdhulp tot en met 19 februari 2027") && !page.contains("Vraag deze aanbieder"), "{page}");
        assert_eq!(toegang.get(&format!("{LIST}?situatie=iets&sorteer=x")).wrong_fields(), ["situatie", "sorteer"]);
        let tell = || tell_of_ends(&mut server.connection(), now(), URL).expect("a database");
        assert_eq!((tell(), tell()), (1, 0), "once");
        let told = mailed(server, TOEGANG, "1 kind in zorg");
        assert!(told.len() == 1 && !told[0].contains(&code), "{told:?}");

        // By the page, for all that are ticked.
        assert!(visitor.get("/wachtlijst").body.contains("1 kind in zorg heeft"));
        let shown = visitor.get("/herplaatsing?sorteer=aanbieder").body;
        assert!(shown.contains(&format!("kies-{code}")) && !shown.contains(&format!("kies-{other_code}")), "{shown}");
        let open = || Form::on(&visitor.get(&format!("/wachtlijst/stappen?stap=herplaatsen&kies-{code}=ja")).body, "/wachtlijst/stappen");
        let (mut form, mut late) = (open(), open());
        assert!(form.send(&visitor).body.contains("kies een reden"));
        form.set("reden", "contract-afgelopen");
        let done = form.send(&visitor);
        assert_eq!(done.status, 303, "{}", done.body);
        assert!(done.header("location").is_some_and(|place| place.starts_with("/herplaatsing?gedaan=")));
        late.set("reden", "aanbieder-gestopt");
        assert!(late.send(&visitor).body.contains("Niet gelukt"), "it is back already");
        assert_eq!(step(&code, back).status, 409);

        // It waits anew, with its first date; what was agreed ended, and its place is the provider's to publish.
        let mut conn = server.connection();
        let stored: (String, chrono::NaiveDate, Option<NaiveDateTime>) = waiting_client::table.find(child.id)
            .select((waiting_client::status, waiting_client::waiting_since, waiting_client::closed_at)).first(&mut conn).expect("a client");
        assert_eq!(stored, ("wachtend".to_owned(), child.life.waiting_since(), None));
        let (status, reason): (String, Option<String>) = response::table.find(id).select((response::status, response::reason)).first(&mut conn).expect("a response");
        assert_eq!((status.as_str(), reason.as_deref()), ("zorg-beeindigd", Some("contract-afgelopen")));
        let ended: Option<NaiveDateTime> = placement::table.filter(placement::response_id.eq(id)).select(placement::ended_at).first(&mut conn).expect("a placement");
        assert!(ended.is_some());
        let reserved = |conn: &mut _| offer::table.find(offer_id).select(offer::reserved_places).first::<i32>(conn).expect("an offer");
        assert_eq!(reserved(&mut conn), 1);
        let seen = toegang.get(&path).json();
        assert_eq!((&seen["wachtende"]["wachtSinds"], &seen["wachtende"]["wekenGewacht"]), (&json!("2026-10-08"), &json!(0)));
        assert_eq!(seen["tijdlijn"].as_array().and_then(|lines| lines.last()).map(|line| line["stap"].clone()), Some(json!("herplaatsing")));
        assert!(visitor.get(&format!("/wachtlijst/{code}")).body.contains("De eerste wachtdatum was 8 oktober 2026"));
        let lines: i64 = audit_event::table.filter(audit_event::action.eq("zorg-beeindigen")).count().get_result(&mut conn).expect("a count");
        assert_eq!(lines, 1);
        let returned = toegang.get(&format!("{LIST}?situatie=terug")).json();
        assert_eq!((situations(&returned), &returned["herplaatsingen"][0]["terugOp"]), (vec![("terug", code.as_str())], &json!("2026-11-21")));
        let chased = || chase(&mut server.connection(), now(), URL).expect("a database");
        assert_eq!((chased(), chased()), (1, 0));
        assert_eq!(mailed(server, HAVEN.0, "De toegang zoekt een andere plek").len(), 1);

        // From here it goes the usual way.
        assert_eq!(visitor.get(&format!("/wachtlijst/{code}/voorstel")).status, 200);
        server.publish(now() + Duration::minutes(1));
        let again = server.responded(BAKENZAND, child);
        assert_eq!(server.accept(child, again).status, 200);
        assert_eq!(toegang.get(LIST).json()["paginering"]["totaal"], 2, "until care has started");
        assert_eq!(reserved(&mut conn), 1);
    }
}
