//! Waiting clients: registration and steps.

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::db;
use beschikbaarheidswijzer::error::Error;
use beschikbaarheidswijzer::waiting_list::clients::actions::{
    find_by_id, find_for_toegang, list_open_for_products, list_timeline, register, take_step,
};
use beschikbaarheidswijzer::waiting_list::clients::model::WaitingClient;
use rules::waiting::life::{ClientStatus, Event, HoldReason, LapseReason, MoveReason, RespondReason};
use rules::waiting::reasons::Reason;
use rules::waiting::registration::{ReferrerKind, RegistrationDraft, Urgency};

use crate::on_both;
use crate::support::{TestServer, now};

pub fn draft(municipality: &str) -> RegistrationDraft {
    RegistrationDraft {
        municipality: municipality.parse().ok(),
        birth_year: Some(2014),
        birth_quarter: Some(2),
        product: "45A12".parse().ok(),
        alternatives: vec!["45A13".parse().expect("a code")],
        referrer: Some(ReferrerKind::Toegang),
        referred_on: "2026-10-01".parse().ok(),
        decided_on: "2026-10-08".parse().ok(),
        urgency: Some(Urgency::Regular),
        measure: Some(false),
        ..RegistrationDraft::default()
    }
}

fn registered(server: &TestServer, actor: &Actor, draft: RegistrationDraft) -> Result<WaitingClient, Error> {
    db::write(&mut server.connection(), |conn| register(conn, actor, now(), draft))
}

fn stepped(
    server: &TestServer,
    actor: &Actor,
    client: &WaitingClient,
    version: Option<i32>,
    event: Event,
) -> Result<WaitingClient, Error> {
    db::write(
        &mut server.connection(),
        |conn| Ok(take_step(conn, actor, now(), client.id, version, event)?.0),
    )
}

fn reason<R: rules::waiting::reasons::ReasonCode>(code: R) -> Reason<R> {
    Reason::new(code, None).expect("a reason that needs no words")
}

on_both! {
    fn a_child_is_put_on_the_list_and_every_step_is_kept(server) {
        let actor = server.actor("toegang-harderwijk");
        let before = server.audit_lines();
        let client = registered(&server, &actor, draft("GM0243")).expect("registered");
        assert_eq!(client.status(), ClientStatus::Waiting);
        assert_eq!(client.life.waiting_since().to_string(), "2026-10-08", "complete with the decision");
        assert_eq!(client.alternatives.len(), 1);
        let until = "2027-01-15".parse().expect("a day");
        let held = stepped(&server, &actor, &client, Some(1), Event::Hold { until, reason: reason(HoldReason::FamilyAsks) }).expect("held");
        assert_eq!((held.version, held.hold.expect("a pause").until), (2, until));
        let late = stepped(&server, &actor, &client, Some(1), Event::Lapse(reason(LapseReason::NoContact)));
        assert!(matches!(late, Err(Error::Outdated { .. })), "{late:?}");
        let refused = stepped(&server, &actor, &client, None, Event::Respond(reason(RespondReason::PlaceNow)));
        assert!(matches!(&refused, Err(Error::Conflict(text)) if text.contains("gepauzeerd")), "{refused:?}");
        let lapsed = stepped(&server, &actor, &client, None, Event::Lapse(reason(LapseReason::NoContact))).expect("lapsed");
        assert_eq!((lapsed.status(), lapsed.hold, lapsed.closed_at), (ClientStatus::Lapsed, None, Some(now())));
        let lines = list_timeline(&mut server.connection(), client.id).expect("a timeline");
        let codes: Vec<(&str, &str)> = lines.iter().map(|line| (line.kind.code(), line.reason.as_str())).collect();
        assert_eq!(codes, [("aangemeld", ""), ("gepauzeerd", "verzoek-gezin"), ("vervallen", "geen-contact")]);
        assert_eq!(server.audit_lines(), before + 3);
    }
}

on_both! {
    fn another_municipalitys_client_is_not_told_apart_from_none(server) {
        let (own, other) = (server.actor("toegang-harderwijk"), server.actor("toegang-ermelo"));
        let client = registered(&server, &own, draft("GM0243")).expect("registered");
        let mut conn = server.connection();
        assert_eq!(find_for_toegang(&mut conn, &own, &client.code.to_string()).expect("found"), client);
        let code = client.code.to_string().to_lowercase();
        for code in [code.as_str(), "222-222-222", "geen code", ""] {
            let refused = find_for_toegang(&mut conn, &other, code);
            assert!(matches!(refused, Err(Error::NotFound("wachtende"))), "{refused:?}");
        }
        let elsewhere = registered(&server, &other, draft("GM0243"));
        let Err(Error::Collision(violations)) = elsewhere else { panic!("{elsewhere:?}") };
        assert_eq!(violations.to_string(), "invalid input: gemeente (niet-van-u)");
        // With the child, who sees it moves.
        let to = "GM0233".parse().expect("a code");
        stepped(&server, &own, &client, None, Event::Move { to, reason: reason(MoveReason::Moved) }).expect("moved");
        assert!(find_for_toegang(&mut conn, &own, client.code.as_str()).is_err());
        let moved = find_for_toegang(&mut conn, &other, client.code.as_str()).expect("found");
        assert_eq!((moved.municipality.name.as_str(), moved.life.waiting_since()), ("Ermelo", client.life.waiting_since()));
    }
}

on_both! {
    fn all_that_is_wrong_is_told_at_once(server) {
        let actor = server.actor("toegang-harderwijk");
        let wrong = RegistrationDraft {
            municipality: "GM0363".parse().ok(),
            product: "99Z99".parse().ok(),
            alternatives: Vec::new(),
            wanted: vec!["99999999".parse().expect("a code")],
            note: Some("bel 06-12345678".into()),
            urgency: None,
            ..draft("GM0243")
        };
        let before = server.audit_lines();
        let refused = registered(&server, &actor, wrong);
        let Err(Error::Collision(violations)) = refused else { panic!("{refused:?}") };
        let fields: Vec<(String, &str)> = violations.into_iter().map(|violation| (violation.field, violation.code)).collect();
        let expected = [
            ("gemeente", "niet-in-regio"),
            ("product", "onbekend"),
            ("gewensteAanbieders", "onbekend"),
            ("toelichting", "persoonsgegeven"),
            ("urgentie", "ontbreekt"),
        ];
        assert_eq!(fields, expected.map(|(field, code)| (field.to_owned(), code)));
        assert_eq!(server.audit_lines(), before);
    }
}

on_both! {
    fn who_waits_for_a_product_or_would_accept_it_is_listed(server) {
        let actor = server.actor("toegang-harderwijk");
        let client = registered(&server, &actor, draft("GM0243")).expect("registered");
        let mut conn = server.connection();
        let listed = |conn: &mut db::Connection, product: i64| {
            let list = list_open_for_products(conn, client.region_id, &[product]).expect("a list");
            list.iter().any(|other| other.id == client.id)
        };
        assert!(listed(&mut conn, client.product.id) && listed(&mut conn, client.alternatives[0].id));
        stepped(&server, &actor, &client, None, Event::Lapse(reason(LapseReason::NoContact))).expect("lapsed");
        assert!(!listed(&mut conn, client.product.id));
        assert_eq!(find_by_id(&mut conn, client.id).expect("still there").version, 2);
    }
}
