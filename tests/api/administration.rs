//! Users, organisations, service accounts, the log, the outbox and how fresh figures are, as programs see and keep them.

use beschikbaarheidswijzer::db::schema::{
    keyed_request, organisation, outbox_mail, service_account, user_account,
};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{Answer, Browser, TestServer};

const MANAGER: &str = "beheerder-regio";

/// Writes of which a test here looks at the audit.
pub const AUDITED_WRITES: [&str; 9] = [
    "POST /v1/gebruikers",
    "PUT /v1/gebruikers/{id}",
    "POST /v1/gebruikers/{id}/stappen",
    "POST /v1/organisaties",
    "PUT /v1/organisaties/{id}",
    "POST /v1/koppelingen",
    "POST /v1/koppelingen/{id}/geheimen",
    "POST /v1/koppelingen/{id}/stappen",
    "POST /v1/mails/{id}/pogingen",
];

fn organisation_id(server: &TestServer, name: &str) -> i64 {
    let found = organisation::table.filter(organisation::name.eq(name)).select(organisation::id);
    found.first(&mut server.connection()).expect("an organisation")
}

/// What a write answers, of which a line is in the audit.
fn audited(server: &TestServer, write: impl FnOnce() -> Answer) -> Answer {
    let before = server.audit_lines();
    let answer = write();
    assert!((200..300).contains(&answer.status), "{}", answer.body);
    assert!(server.audit_lines() > before, "no line in the audit: {}", answer.body);
    answer
}

fn version(answer: &Answer) -> String {
    answer.header("etag").expect("a version").to_owned()
}

/// What nobody may read: whatever somebody signs in with.
fn tells_no_secret(server: &TestServer, answer: &Answer) {
    let mut conn = server.connection();
    let mut secrets: Vec<String> = user_account::table
        .filter(user_account::password_hash.is_not_null())
        .select(user_account::password_hash.assume_not_null())
        .load(&mut conn)
        .expect("hashes");
    secrets.extend(
        service_account::table
            .select(service_account::secret_hash)
            .load::<String>(&mut conn)
            .expect("hashes"),
    );
    for secret in secrets {
        assert!(!answer.body.contains(&secret), "{}", answer.body);
    }
}

fn invitation(organisation: i64) -> Value {
    json!({
        "gebruikersnaam": "huisarts-putten", "naam": "Huisarts Putten", "email": "Huisarts@Putten.example",
        "organisatie": organisation, "rollen": ["verwijzer"]
    })
}

on_both! {
    fn a_user_is_invited_changed_and_blocked(server) {
        let manager = server.user(MANAGER);
        let organisation = organisation_id(server, "Huisartsen Noord-Veluwe");
        let made = audited(server, || manager.post("/v1/gebruikers", &invitation(organisation)));
        assert_eq!(made.status, 201, "{}", made.body);
        let body = made.json();
        assert_eq!((&body["stand"], &body["email"], &body["rollen"]), (&json!("uitgenodigd"), &json!("huisarts@putten.example"), &json!(["verwijzer"])));
        assert_eq!(body["organisatie"], json!({"id": organisation, "naam": "Huisartsen Noord-Veluwe", "soort": "verwijzer"}));
        assert!(server.mails().pop().is_some_and(|(to, text)| to == "huisarts@putten.example" && text.contains("huisarts-putten")));
        let path = made.header("location").expect("an address").to_owned();
        assert_eq!(manager.get(&path).json(), body);

        let new = json!({"naam": "Praktijk Putten", "email": "praktijk@putten.example", "rollen": ["verwijzer"]});
        let changed = audited(server, || manager.put_version(&path, &version(&made), &new));
        assert_eq!((changed.status, &changed.json()["naam"], &changed.json()["versie"]), (200, &json!("Praktijk Putten"), &json!(2)));
        let late = manager.put_version(&path, &version(&made), &new);
        assert_eq!((late.status, &late.json()["huidig"]["versie"]), (409, &json!(2)), "{}", late.body);

        let steps = format!("{path}/stappen");
        for (step, stand) in [("uitnodigen", "uitgenodigd"), ("uitloggen", "uitgenodigd"), ("blokkeren", "geblokkeerd")] {
            let taken = audited(server, || manager.post(&steps, &json!({"stap": step})));
            assert_eq!(taken.json()["stand"], stand, "{step}");
        }
        assert_eq!(manager.post(&steps, &json!({"stap": "uitnodigen"})).status, 409, "who is blocked is not invited");
        assert_eq!(manager.post(&steps, &json!({"stap": "tweede-factor"})).clashing_fields(), ["reden"]);
        assert_eq!(manager.post(&steps, &json!({"stap": "ontslaan", "reden": "zomaar een reden"})).wrong_fields(), ["stap", "reden"]);
        assert_eq!(manager.post(&steps, &json!({"stap": "uitloggen", "reden": "zomaar een reden"})).clashing_fields(), ["reden"]);
        let own = format!("/v1/gebruikers/{}/stappen", server.user_id(MANAGER));
        assert_eq!(manager.post(&own, &json!({"stap": "blokkeren"})).status, 409);

        assert_eq!(manager.get("/v1/gebruikers?organisatie=9007199254740992").wrong_fields(), ["organisatie"]);
        let found = |query: &str| manager.get(&format!("/v1/gebruikers?{query}")).json();
        assert_eq!(found("stand=geblokkeerd")["gebruikers"][0]["gebruikersnaam"], "huisarts-putten");
        assert_eq!(found("naam=niemand-heet-zo")["gebruikers"], json!([]));
        let all = manager.get("/v1/gebruikers?sorteer=laatst-af");
        assert!(all.json()["totaal"].as_u64() > Some(20) && all.json()["gebruikers"].as_array().map(Vec::len) == Some(20), "{}", all.body);
        tells_no_secret(server, &all);
        assert_eq!(manager.get("/v1/gebruikers?rol=baas&sorteer=leeftijd&iets=1").wrong_fields(), ["rol", "sorteer", "iets"]);
        assert_eq!(manager.get("/v1/gebruikers/999999").status, 404);
        let service = server.user_id("koppeling-de-haven");
        assert_eq!(manager.get(&format!("/v1/gebruikers/{service}")).status, 404, "a program is no person");
    }
}

on_both! {
    fn all_that_is_wrong_with_a_user_is_told_at_once(server) {
        let manager = server.user(MANAGER);
        let wrong = manager.post("/v1/gebruikers", &json!({"gebruikersnaam": "A B", "naam": "", "email": "nee", "organisatie": 0, "rollen": ["baas"], "wachtwoord": "x"}));
        assert_eq!(wrong.wrong_fields(), ["gebruikersnaam", "organisatie", "naam", "email", "rollen", "wachtwoord"]);
        let organisation = organisation_id(server, "Huisartsen Noord-Veluwe");
        let taken = json!({
            "gebruikersnaam": MANAGER, "naam": "Nog een", "email": "beheerder-regio@jeugdhulp-noord-veluwe.example",
            "organisatie": organisation, "rollen": ["beheerder"]
        });
        assert_eq!(manager.post("/v1/gebruikers", &taken).clashing_fields(), ["rollen", "gebruikersnaam", "email"]);
        let nowhere = manager.post("/v1/gebruikers", &invitation(999_999));
        assert_eq!(nowhere.clashing_fields(), ["organisatie"], "{}", nowhere.body);
        assert!(server.mails().is_empty(), "nobody was mailed");
        let path = format!("/v1/gebruikers/{}", server.user_id("toegang-putten"));
        assert_eq!(manager.put(&path, &json!({"naam": "Putten"})).wrong_fields(), ["If-Match", "email", "rollen"]);
    }
}

on_both! {
    fn an_invitation_with_a_key_is_sent_once(server) {
        let manager = server.user(MANAGER);
        let body = invitation(organisation_id(server, "Huisartsen Noord-Veluwe")).to_string();
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "uitnodiging-1")];
        let [first, again] = [0, 1].map(|_| manager.send("POST", "/v1/gebruikers", &headers, body.as_bytes()));
        assert_eq!((first.status, again.status), (201, 201), "{}", again.body);
        assert_eq!((first.json(), server.mails().len()), (again.json(), 1));
    }
}

on_both! {
    fn an_organisation_is_made_and_changed(server) {
        let manager = server.user(MANAGER);
        let wrong = manager.post("/v1/organisaties", &json!({"naam": "", "soort": "kerk", "gemeenten": ["Putten"]}));
        assert_eq!(wrong.wrong_fields(), ["soort", "naam", "gemeenten"]);
        let unknown = manager.post("/v1/organisaties", &json!({"naam": "Nieuw", "soort": "aanbieder", "aanbieder": "98999999", "gemeenten": ["GM9999"]}));
        assert_eq!(unknown.clashing_fields(), ["aanbieder", "gemeenten"]);
        let made = audited(server, || manager.post("/v1/organisaties", &json!({"naam": "Huisartsen Putten", "soort": "verwijzer"})));
        let path = made.header("location").expect("an address").to_owned();
        assert_eq!((made.status, &made.json()["soort"], &made.json()["gebruikers"]), (201, &json!("verwijzer"), &json!(0)));
        let new = json!({"naam": "Huisartsen Putten en Ermelo", "gemeenten": ["gm0273", "GM0233"]});
        let changed = audited(server, || manager.put_version(&path, &version(&made), &new));
        assert_eq!((&changed.json()["gemeenten"], &changed.json()["soort"]), (&json!(["GM0233", "GM0273"]), &json!("verwijzer")));
        let late = manager.put_version(&path, &version(&made), &new);
        assert_eq!((late.status, &late.json()["huidig"]["naam"]), (409, &json!("Huisartsen Putten en Ermelo")));
        assert_eq!(manager.put(&path, &json!({"naam": "x", "soort": "regio"})).wrong_fields(), ["If-Match", "soort"], "the kind stays");
        let listed = manager.get("/v1/organisaties?soort=verwijzer").json();
        assert!(listed["organisaties"].as_array().expect("a list").iter().any(|one| one["naam"] == "Huisartsen Putten en Ermelo"), "{listed}");
        let other = server.user("beheerder-flevoland");
        assert_eq!((other.get(&path).status, other.put_version(&path, "\"2\"", &new).status), (404, 404), "of another region");
    }
}

fn token(server: &TestServer, client: &str, secret: &str) -> Option<Browser> {
    let answer = server.anyone().post("/v1/tokens", &json!({"clientId": client, "clientGeheim": secret}));
    let token = answer.json()["toegangstoken"].as_str()?.to_owned();
    Some(server.anyone().with_token(&token))
}

on_both! {
    fn a_service_account_is_made_gets_a_secret_once_and_is_blocked(server) {
        let manager = server.user(MANAGER);
        let wrong = manager.post("/v1/koppelingen", &json!({"naam": "", "organisatie": "drie", "reikwijdte": ["alles"]}));
        assert_eq!(wrong.wrong_fields(), ["naam", "organisatie", "reikwijdte"]);
        let new = |organisation: i64| json!({"naam": "Rooster", "organisatie": organisation, "reikwijdte": ["cijfers:schrijven", "cijfers:lezen"]});
        for none in [999_999, organisation_id(server, "Huisartsen Noord-Veluwe")] {
            assert_eq!(manager.post("/v1/koppelingen", &new(none)).clashing_fields(), ["organisatie"]);
        }
        let body = new(organisation_id(server, "De Haven Jeugdhulp")).to_string();
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", "koppeling-1")];
        let made = audited(server, || manager.send("POST", "/v1/koppelingen", &headers, body.as_bytes()));
        let path = made.header("location").expect("an address").to_owned();
        assert_eq!(manager.send("POST", "/v1/koppelingen", &headers, body.as_bytes()).header("location"), Some(path.as_str()));
        assert_eq!(made.json()["reikwijdte"], json!(["cijfers:lezen", "cijfers:schrijven"]));

        let secret = audited(server, || manager.post(&format!("{path}/geheimen"), &json!({}))).json();
        let text = |field: &str| secret[field].as_str().expect("text").to_owned();
        let (client, word) = (text("clientId"), text("clientGeheim"));
        assert_eq!(made.json()["clientId"], client.as_str());
        let program = token(server, &client, &word).expect("a token");
        assert_eq!(program.post("/v1/aanbieders/98990009/bevestigingen", &json!({})).status, 201);
        let (one, list) = (manager.get(&path), manager.get("/v1/koppelingen"));
        assert!(![&made, &one, &list].iter().any(|answer| answer.body.contains(&word)), "it comes out once");
        tells_no_secret(server, &list);
        let kept: Vec<Option<String>> = keyed_request::table.select(keyed_request::body).load(&mut server.connection()).expect("answers");
        assert!(!kept.iter().flatten().any(|body| body.contains(&word)), "and no answer with it is kept");

        let blocked = audited(server, || manager.post(&format!("{path}/stappen"), &json!({"stap": "blokkeren"})));
        assert_eq!(blocked.json()["actief"], false);
        assert_eq!(program.post("/v1/aanbieders/98990009/bevestigingen", &json!({})).status, 401, "its tokens end");
        assert!(token(server, &client, &word).is_none());
        assert_eq!(manager.post(&format!("{path}/stappen"), &json!({"stap": "blokkeren"})).status, 409);
        assert_eq!(audited(server, || manager.post(&format!("{path}/stappen"), &json!({"stap": "toelaten"}))).json()["actief"], true);
        assert_eq!(server.user("beheerder-flevoland").post(&format!("{path}/geheimen"), &json!({})).status, 404);
    }
}

on_both! {
    fn whoever_reads_the_log_is_in_it(server) {
        let changed = server.user(MANAGER).put("/v1/regios/noord-veluwe/segmenten/9", &json!({"naam": "Proef"}));
        assert_eq!(changed.status, 201, "{}", changed.body);
        let officer = server.user("privacy-regio");
        let lines = server.audit_lines();
        let found = officer.get("/v1/logboekregels?handeling=segment&uitkomst=gedaan&gebruiker=beheerder").json();
        assert_eq!(server.audit_lines(), lines + 1, "looking is a line");
        let line = &found["logboekregels"][0];
        assert_eq!((&found["totaal"], &line["handeling"], &line["gebruiker"]), (&json!(1), &json!("segment-opslaan"), &json!(MANAGER)), "{found}");
        assert_eq!((&line["rollen"], &line["na"]["name"], line.get("voor")), (&json!(["beheerder"]), &json!("Proef"), None));
        let one = officer.get(&format!("/v1/logboekregels/{}", line["id"])).json();
        assert_eq!((&one["na"], &one["verzoek"]), (&line["na"], &line["verzoek"]));
        let looked = officer.get("/v1/logboekregels?handeling=logboek-inzien").json();
        assert_eq!(looked["logboekregels"][0]["na"]["gebruiker"], "beheerder", "with what was asked: {looked}");
        assert!(officer.get("/v1/logboekregels?handeling=logregel").json()["totaal"].as_u64() == Some(1));
        assert_eq!(officer.get("/v1/logboekregels?van=2026-11-22&tot=2026-11-01&uitkomst=ja").wrong_fields(), ["uitkomst", "tot"]);
        assert_eq!(officer.get("/v1/logboekregels?soort=bestaat-niet").json()["logboekregels"], json!([]));
        assert_eq!(officer.get("/v1/logboekregels/999999999").status, 404);
        let [new, old] = ["", "?sorteer=tijdstip-af"].map(|query| officer.get(&format!("/v1/logboekregels{query}")).json());
        assert!(new["logboekregels"][0]["id"].as_i64() > old["logboekregels"][0]["id"].as_i64());
    }
}

on_both! {
    fn the_account_manager_sees_how_fresh_the_figures_are(server) {
        let manager = server.user("accountmanager-regio");
        let all = manager.get("/v1/actualiteit").json();
        let total = all["totaal"].as_u64().expect("a number");
        let counted: u64 = all["standen"].as_array().expect("states").iter().map(|state| state["aanbieders"].as_u64().expect("a number")).sum();
        assert!(total > 20 && counted == total && all["weken"].as_array().map(Vec::len) == Some(26), "{all}");
        let days: Vec<Option<String>> = all["aanbieders"].as_array().expect("a list").iter().map(|one| one["oudsteBevestiging"].as_str().map(str::to_owned)).collect();
        assert!(days.len() == 20 && days.is_sorted(), "the oldest first: {days:?}");
        let page = server.visitor("accountmanager-regio").get("/actualiteit").body;
        let mut rows = page.rsplit_once("<tbody>").expect("a table").1;
        for one in all["aanbieders"].as_array().expect("a list") {
            let link = format!("/aanbieders/{}", one["agb"].as_str().expect("a code"));
            rows = rows.split_once(&link).unwrap_or_else(|| panic!("{link} is not next on the page: {page}")).1;
        }
        let one = manager.get("/v1/actualiteit?aanbieder=98990009").json();
        assert_eq!((&one["totaal"], &one["aanbieders"][0]["agb"]), (&json!(1), &json!("98990009")));
        assert_eq!(manager.get("/v1/actualiteit?product=99Z99").json()["aanbieders"], json!([]));
        assert_eq!(manager.get("/v1/actualiteit?aanbieder=1&sorteer=kleur").wrong_fields(), ["aanbieder", "sorteer"]);
        let names = |order: &str| -> Vec<String> {
            let listed = manager.get(&format!("/v1/actualiteit?sorteer={order}")).json();
            listed["aanbieders"].as_array().expect("a list").iter().map(|one| one["naam"].as_str().expect("a name").to_lowercase()).collect()
        };
        assert!(names("aanbieder").is_sorted() && names("aanbieder-af").is_sorted_by(|a, b| a >= b));
    }
}

on_both! {
    fn a_mail_that_was_given_up_is_tried_again(server) {
        let manager = server.user(MANAGER);
        assert_eq!(manager.get("/v1/mails").json()["mails"], json!([]), "nothing went wrong");
        let made = manager.post("/v1/gebruikers", &invitation(organisation_id(server, "Huisartsen Noord-Veluwe")));
        assert_eq!(made.status, 201);
        let waiting = manager.get("/v1/mails?toon=wacht").json();
        let mail = &waiting["mails"][0];
        assert_eq!((&waiting["wachten"], &mail["aan"], &mail["soort"]), (&json!(1), &json!("h…@putten.example"), &json!("uitnodiging")), "{waiting}");
        assert!(!waiting.to_string().contains("wachtwoord-instellen"), "never what it says");
        let path = format!("/v1/mails/{}/pogingen", mail["id"]);
        assert_eq!(manager.post(&path, &json!({})).status, 409, "it still waits");
        server.execute("UPDATE outbox_mail SET failed_at = '2026-11-21 08:00:00', last_error = '550 nee'");
        let failed = manager.get("/v1/mails").json();
        assert_eq!((&failed["mislukt"], &failed["mails"][0]["laatsteFout"]), (&json!(1), &json!("550 nee")), "{failed}");
        assert_eq!(audited(server, || manager.post(&path, &json!({}))).status, 204);
        let due: i64 = outbox_mail::table.filter(outbox_mail::failed_at.is_null()).count().get_result(&mut server.connection()).expect("a count");
        assert_eq!(due, 1);
        assert_eq!(manager.get("/v1/mails?toon=soms&sorteer=kleur").wrong_fields(), ["toon", "sorteer"]);
    }
}
