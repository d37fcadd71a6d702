//! The registratiepunt by API: what is lacking, completing and correcting a record, and the versions of a quarter.

use beschikbaarheidswijzer::crisis::registration::actions::{AsRead, Place, save_record, view_record};
use beschikbaarheidswijzer::crisis::registration::model::{LineDraft, RecordLine};
use beschikbaarheidswijzer::db::schema::access_event;
use beschikbaarheidswijzer::error::Error;
use diesel::prelude::*;
use rules::crisis::codes::ProvisionKind;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::crisis::{ALMERE, draft};
use crate::support::dividing::POLDERLICHT;
use crate::support::{Answer, TestServer, now};

/// Writes of which a test here looks at the audit.
pub const AUDITED_WRITES: [&str; 3] = [
    "PUT /v1/crisisregistraties/{code}",
    "POST /v1/crisisregistraties/{code}/regels",
    "PUT /v1/crisisregistraties/{code}/regels/{regel}",
];

const REGISTRAR: &str = "registratie-flevoland";
/// The quarter in which a request of these tests came in, in the summer before.
const QUARTER: &str = "2026-3";

/// A request of the third quarter that nobody gave anything for.
fn request(server: &TestServer) -> String {
    let mut draft = draft(ALMERE, 14);
    draft.received_at = "2026-11-20T09:00:00Z".parse().ok();
    let code = server.crisis(&draft).code.to_string();
    let registrar = server.user(REGISTRAR);
    let path = format!("/v1/crisisregistraties/{code}");
    let facts = json!({"ontvangenOp": "2026-07-14", "gemeente": ALMERE, "leeftijdsgroep": "from12", "verwijzer": "huisarts"});
    let moved = registrar.put_version(&path, &etag(&registrar.get(&path)), &facts);
    assert_eq!(moved.status, 200, "{}", moved.body);
    code
}

fn etag(answer: &Answer) -> String {
    answer
        .header("etag")
        .unwrap_or_else(|| panic!("no version: {} {}", answer.status, answer.body))
        .to_owned()
}

fn lacks(list: &Value, code: &str) -> Vec<String> {
    let all = list["onvolledig"].as_array().expect("a list");
    let of = all.iter().find(|one| one["code"] == code).map(|one| one["ontbreekt"].clone());
    of.map_or_else(Vec::new, |lacks| {
        let lacks = lacks.as_array().expect("lacks").clone();
        lacks.iter().map(|lack| lack["code"].as_str().expect("a code").to_owned()).collect()
    })
}

on_both! {
    fn a_program_completes_a_record_and_reads_what_was_corrected(server) {
        let registrar = server.user(REGISTRAR);
        let code = request(server);
        let path = format!("/v1/crisisregistraties/{code}");
        let list = || registrar.get(&format!("/v1/crisisregistraties?kwartaal={QUARTER}")).json();
        assert_eq!(lacks(&list(), &code), ["uitkomst"]);
        assert_eq!(list()["voorbij"], true);

        let before = server.audit_lines();
        let added = registrar.post(&format!("{path}/regels"), &json!({"soort": "ambulant", "begin": "2026-07-15"}));
        assert_eq!(added.status, 201, "{}", added.body);
        let line = format!("{path}/regels/1");
        assert_eq!((added.header("location"), added.header("etag")), (Some(line.as_str()), Some("\"1\"")));
        assert!(server.audit_lines() > before, "a new line leaves one in the audit");
        assert_eq!(lacks(&list(), &code), ["aanbieder"]);

        let whole = json!({"soort": "ambulant", "aanbieder": POLDERLICHT.1, "begin": "2026-07-15", "einde": "2026-08-01", "vervolg": "casusregie"});
        assert_eq!(registrar.put(&line, &whole).wrong_fields(), ["If-Match"], "a change names what it changes");
        let before = server.audit_lines();
        let changed = registrar.put_version(&line, "\"1\"", &whole);
        assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")), "{}", changed.body);
        assert!(server.audit_lines() > before);
        assert_eq!(lacks(&list(), &code), Vec::<String>::new());
        let second = registrar.put_version(&line, "\"1\"", &whole);
        assert_eq!((second.status, &second.json()["huidig"]["regels"][0]["versie"]), (409, &json!(2)), "{}", second.body);
        let record = registrar.get(&path);
        assert_eq!((&record.json()["status"], &record.json()["regels"][0]["vervolg"]), (&json!("afgesloten"), &json!("casusregie")));
        assert_eq!(registrar.get(&line).json()["versie"], 2);

        let before = server.audit_lines();
        let facts = json!({"ontvangenOp": "2026-07-14", "gemeente": "buiten", "leeftijdsgroep": "from12", "verwijzer": "huisarts"});
        let moved = registrar.put_version(&path, &etag(&record), &facts);
        assert_eq!((moved.status, moved.json().get("gemeente")), (200, None), "{}", moved.body);
        assert!(server.audit_lines() > before);
        assert_eq!(registrar.put_version(&path, &etag(&record), &facts).status, 409, "somebody was first");
    }
}

on_both! {
    fn a_closed_quarter_tells_what_was_corrected_and_who_looked(server) {
        let page = server.visitor(REGISTRAR);
        let registrar = server.user(REGISTRAR);
        let code = request(server);
        let line = format!("/v1/crisisregistraties/{code}/regels");
        assert_eq!(registrar.post(&line, &json!({"soort": "geen", "redenGeen": "geen-plek"})).status, 201);
        // What the demonstration left incomplete is of no help here.
        server.execute("UPDATE crisis_provision SET follow_up = 'casusregie' WHERE kind = 'ambulant' AND ended_on IS NOT NULL AND follow_up IS NULL;
            UPDATE crisis_provision SET follow_up = 'naar-huis-met-hulp' WHERE kind IN ('crisisbed', 'pleegzorg') AND ended_on IS NOT NULL AND follow_up IS NULL;
            UPDATE crisis_provision SET none_reason = 'andere' WHERE kind = 'geen' AND none_reason IS NULL");
        let versions = format!("/v1/crisisrapportages/{QUARTER}/versies");
        assert_eq!(registrar.get(&versions).json()["versies"], json!([]), "still open");
        let close = || registrar.post(&format!("/v1/crisisrapportages/{QUARTER}/afsluiting"), &json!({}));
        let closed = close();
        assert_eq!(closed.status, 200, "{}", closed.body);
        let corrected = registrar.put_version(&format!("{line}/1"), "\"1\"", &json!({"soort": "geen", "redenGeen": "alternatief"}));
        assert_eq!(corrected.status, 200, "{}", corrected.body);
        let list = registrar.get(&format!("/v1/crisisregistraties?kwartaal={QUARTER}")).json();
        assert_eq!(list["veranderd"], 1, "{list}");
        assert_eq!(close().json()["versie"], 2);
        let told = registrar.get(&versions).json()["versies"].clone();
        assert_eq!((&told[0]["versie"], &told[1]["versie"], &told[1]["verschillen"]), (&json!(2), &json!(1), &json!([])));
        let difference = json!({"code": code, "regel": 1, "gegeven": "redenGeen", "voor": "geen-plek", "na": "alternatief"});
        assert_eq!(told[0]["verschillen"], json!([difference]));
        // Whose records are shown is written down, of the API and of the page alike.
        let looks = || -> i64 {
            access_event::table
                .filter(access_event::subjects.like(format!("%{}%", code.replace('-', ""))))
                .count()
                .get_result(&mut server.connection())
                .expect("a count")
        };
        let before = looks();
        assert_eq!(registrar.get(&versions).status, 200);
        assert_eq!(looks(), before + 1);
        assert_eq!(page.get(&format!("/crisis/registratie?kwartaal={QUARTER}")).status, 200);
        assert_eq!(looks(), before + 2);
    }
}

on_both! {
    fn what_is_wrong_with_a_record_is_told_all_at_once(server) {
        let registrar = server.user(REGISTRAR);
        let code = request(server);
        let lines = format!("/v1/crisisregistraties/{code}/regels");
        let shape = json!({"soort": "bed", "begeleidt": 99, "aanbieder": "1", "redenGeen": "Nee!", "begin": "morgen", "iets": 1});
        assert_eq!(registrar.post(&lines, &shape).wrong_fields(), ["soort", "begeleidt", "aanbieder", "redenGeen", "begin", "iets"]);
        let joint = json!({"soort": "ambulant", "aanbieder": "98990299", "redenGeen": "geen-plek", "begin": "2026-07-01", "einde": "2026-06-30", "vervolg": "naar-de-maan"});
        let refused = registrar.post(&lines, &joint).clashing_fields();
        assert_eq!(refused, ["aanbieder", "redenGeen", "vervolg", "einde", "begin"]);
        assert_eq!(registrar.get("/v1/crisisregistraties?kwartaal=1999-9&pagina=0").wrong_fields(), ["kwartaal", "pagina"]);
        assert_eq!(registrar.get("/v1/crisisregistraties/CCC-CCC-CCC").status, 404);
        assert_eq!(registrar.get(&format!("{lines}/1")).status, 404, "there is no line yet");
        assert_eq!(registrar.get(&format!("{lines}/0")).wrong_fields(), ["regel"]);
        for (user, status) in [("verdeelpunt-flevoland", 403), ("loket-flevoland", 403), ("crisis-registratie", 404)] {
            assert_eq!(server.user(user).get(&format!("/v1/crisisregistraties/{code}")).status, status, "{user}");
        }
    }
}

on_both! {
    fn of_two_who_add_a_line_at_once_nobody_overwrites_the_other(server) {
        let code = request(server);
        let actor = server.actor(REGISTRAR);
        let kept = view_record(&mut server.connection(), &actor, now(), &code).expect("a record");
        let add = |provider: &str| {
            let line = LineDraft {
                kind: ProvisionKind::Ambulant,
                companion_of: None,
                provider: Some(provider.to_owned()),
                none_reason: None,
                started_on: "2026-07-15".parse().ok(),
                ended_on: None,
                follow_up: None,
            };
            let given = RecordLine { facts: kept.facts(), line: Some(line) };
            let place = Place { code: &code, number: 1, read: AsRead::Nothing };
            save_record(&mut server.connection(), &actor, now(), place, &given)
        };
        assert!(add("98990201").is_ok());
        assert!(matches!(add("98990202"), Err(Error::Outdated { .. })), "both read that there was none");
        let record = server.user(REGISTRAR).get(&format!("/v1/crisisregistraties/{code}")).json();
        assert_eq!((record["regels"].as_array().map(Vec::len), &record["regels"][0]["aanbieder"]), (Some(1), &json!("98990201")));
    }
}
