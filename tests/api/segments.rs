//! Segments by API.

use serde_json::json;

use crate::on_both;

const PATH: &str = "/v1/regios/noord-veluwe/segmenten";

on_both! {
    fn a_segment_is_made_changed_and_found_again(server) {
        let manager = server.user("beheerder-regio");
        let before = server.audit_lines();
        let made = manager.put(&format!("{PATH}/6"), &json!({"naam": "Vervoer", "omschrijving": "Van en naar de hulp"}));
        assert_eq!((made.status, made.header("etag")), (201, Some("\"1\"")), "{}", made.body);
        assert_eq!(made.json(), json!({"code": "6", "naam": "Vervoer", "omschrijving": "Van en naar de hulp"}));
        let changed = manager.put_version(&format!("{PATH}/6"), "\"1\"", &json!({"naam": "Vervoer en reis"}));
        assert_eq!((changed.status, changed.header("etag")), (200, Some("\"2\"")), "{}", changed.body);
        assert_eq!(server.anyone().get(&format!("{PATH}/6")).json(), json!({"code": "6", "naam": "Vervoer en reis", "omschrijving": ""}));
        assert_eq!(server.audit_lines(), before + 2);
    }
}

on_both! {
    fn the_second_of_two_editors_is_told_and_nothing_is_overwritten(server) {
        let manager = server.user("beheerder-regio");
        let path = format!("{PATH}/1");
        let read = manager.get(&path);
        let version = read.header("etag").expect("a version").to_owned();
        assert_eq!(manager.put_version(&path, &version, &json!({"naam": "Eerste"})).status, 200);
        let second = manager.put_version(&path, &version, &json!({"naam": "Tweede"}));
        assert_eq!(second.status, 409, "{}", second.body);
        assert_eq!(second.json()["code"], "intussen-gewijzigd");
        assert_eq!(second.json()["huidig"]["naam"], "Eerste");
        let without = manager.put(&path, &json!({"naam": "Derde"}));
        assert_eq!((without.status, without.json()["code"].as_str()), (409, Some("conflict")));
        assert_eq!(manager.get(&path).json()["naam"], "Eerste");
    }
}

on_both! {
    fn every_mistake_is_named_and_nothing_is_saved(server) {
        let manager = server.user("beheerder-regio");
        let before = server.audit_lines();
        let answer = manager.put(&format!("{PATH}/7"), &json!({"naam": " ", "omschrijving": 7, "kleur": "rood"}));
        assert_eq!(answer.wrong_fields(), ["naam", "omschrijving", "kleur"]);
        assert_eq!(manager.get(&format!("{PATH}/7")).status, 404);
        assert_eq!(server.audit_lines(), before);
    }
}
