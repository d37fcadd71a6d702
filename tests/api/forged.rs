//! Tokens that are forged, stale or revoked: a table of them, of which none may be accepted. Verifiers that are wrong on
//! purpose show that the table finds what it is for.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::{hmac, signature};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::db::schema::{signing_key, token_family};
use beschikbaarheidswijzer::identity::tokens::signed::KeyPair;
use chrono::Duration;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::on_both;
use crate::support::{TestServer, now};

const SEGMENT: &str = "/v1/regios/noord-veluwe/segmenten/1";

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    /// The signature is not that of this server, for what the token says.
    Signature,
    /// Signed by this server's key, which an attacker does not have, but with something in it that is not right.
    Content,
}

struct Forged {
    what: String,
    wrong: Wrong,
    token: String,
}

/// A key as an attacker or the server itself would use it.
struct Signer {
    kid: String,
    public_pem: String,
    key: signature::RsaKeyPair,
}

impl Signer {
    fn new(kid: &str, private_pem: &str, public_pem: &str) -> Self {
        let der = der(private_pem);
        let key = signature::RsaKeyPair::from_pkcs8(&der).expect("a key");
        Self { kid: kid.to_owned(), public_pem: public_pem.to_owned(), key }
    }

    fn other() -> Self {
        let pair = KeyPair::generate().expect("a key");
        Self::new(&pair.kid, &pair.private_pem, &pair.public_pem)
    }

    fn of_server(server: &TestServer) -> Self {
        let (kid, sealed, public): (String, String, String) = signing_key::table
            .select((signing_key::kid, signing_key::sealed_private_pem, signing_key::public_pem))
            .first(&mut server.connection())
            .expect("a key");
        let pem = server.state.vault.open(&format!("sleutel {kid}"), &sealed).expect("opened");
        Self::new(&kid, std::str::from_utf8(&pem).expect("text"), &public)
    }

    fn sign(&self, padding: &'static dyn signature::RsaEncoding, header: &Value, claims: &Value) -> String {
        let text = format!("{}.{}", part(header), part(claims));
        let mut bytes = vec![0; self.key.public_modulus_len()];
        self.key.sign(padding, &SystemRandom::new(), text.as_bytes(), &mut bytes).expect("a signature");
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    fn ps256(&self, header: &Value, claims: &Value) -> String {
        self.sign(&signature::RSA_PSS_SHA256, header, claims)
    }
}

fn der(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).expect("base64")
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn with(base: &Value, field: &str, value: Value) -> Value {
    let mut changed = base.clone();
    changed[field] = value;
    changed
}

fn without(base: &Value, field: &str) -> Value {
    let mut changed = base.clone();
    changed.as_object_mut().expect("an object").remove(field);
    changed
}

/// A good header and good claims, of a family that stands.
fn good(server: &TestServer, signer: &Signer) -> (Value, Value) {
    server.token("beheerder-regio");
    let user = server.user_id("beheerder-regio");
    let family: String = token_family::table
        .filter(token_family::user_id.eq(user))
        .select(token_family::id)
        .first(&mut server.connection())
        .expect("a family");
    let at = now().timestamp();
    let claims = json!({
        "iss": "https://jeugdhulp.example", "aud": "beschikbaarheidswijzer-api", "sub": user.to_string(),
        "iat": at, "nbf": at, "exp": at + 900, "sid": family,
    });
    (json!({"typ": "JWT", "alg": "PS256", "kid": signer.kid}), claims)
}

/// Every forged token that can be made of good ones.
fn forged(server: &TestServer, signer: &Signer) -> Vec<Forged> {
    let (header, claims) = good(server, signer);
    let genuine = signer.ps256(&header, &claims);
    let mut table = Vec::new();
    let mut add =
        |what: &str, wrong, token: String| table.push(Forged { what: what.to_owned(), wrong, token });
    wrong_signatures(signer, &header, &claims, &genuine, &mut add);
    for (what, header) in wrong_headers(&header) {
        add(&format!("header: {what}"), Wrong::Content, signer.ps256(&header, &claims));
    }
    for (what, claims) in wrong_claims(server, &claims) {
        add(&format!("claims: {what}"), Wrong::Content, signer.ps256(&header, &claims));
    }
    table
}

fn wrong_signatures(
    signer: &Signer,
    header: &Value,
    claims: &Value,
    genuine: &str,
    add: &mut impl FnMut(&str, Wrong, String),
) {
    let (text, signature) = genuine.rsplit_once('.').expect("three parts");
    let body = part(claims);
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let unsigned = format!("{}.{body}.", part(&with(header, "alg", json!(alg))));
        add(&format!("alg {alg:?} without signature"), Wrong::Signature, unsigned.clone());
        add(&format!("alg {alg:?} with a signature"), Wrong::Signature, format!("{unsigned}{signature}"));
    }
    let public_der = der(&signer.public_pem);
    for (name, algorithm) in
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        let secrets: [(&str, &[u8]); 4] = [
            ("public key as PEM", signer.public_pem.as_bytes()),
            ("public key as DER", &public_der),
            ("kid", signer.kid.as_bytes()),
            ("nothing", b""),
        ];
        for (secret, bytes) in secrets {
            let text = format!("{}.{body}", part(&with(header, "alg", json!(name))));
            let tag = hmac::sign(&hmac::Key::new(algorithm, bytes), text.as_bytes());
            let token = format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag));
            add(&format!("{name} with the {secret}"), Wrong::Signature, token);
        }
    }
    let other = Signer::other();
    add("another key under this kid", Wrong::Signature, other.ps256(header, claims));
    add(
        "another key under its own kid",
        Wrong::Signature,
        other.ps256(&with(header, "kid", json!(other.kid)), claims),
    );
    let jwk = json!({"kty": "RSA", "alg": "PS256", "use": "sig", "e": "AQAB", "n": URL_SAFE_NO_PAD.encode(&public_der)});
    add("a key in the token", Wrong::Signature, other.ps256(&with(header, "jwk", jwk), claims));
    for field in ["jku", "x5u"] {
        let header = with(header, field, json!("https://evil.example/keys"));
        add(&format!("{field} that names a key"), Wrong::Signature, other.ps256(&header, claims));
    }
    let more = part(&with(claims, "sub", json!("2")));
    add(
        "another user under an old signature",
        Wrong::Signature,
        format!("{}.{more}.{signature}", part(header)),
    );
    let longer = part(&with(claims, "exp", json!(now().timestamp() + 1000)));
    add(
        "more time under an old signature",
        Wrong::Signature,
        format!("{}.{longer}.{signature}", part(header)),
    );
    let turned: String = signature.chars().rev().collect();
    for (what, token) in [
        ("no signature", format!("{text}.")),
        ("two parts", text.to_owned()),
        ("four parts", format!("{genuine}.{signature}")),
        ("a signature turned round", format!("{text}.{turned}")),
        ("half a signature", format!("{text}.{}", &signature[..signature.len() / 2])),
        ("a longer signature", format!("{text}.{signature}AAAA")),
        ("no base64", format!("{text}.***")),
        ("parts in another order", format!("{body}.{}.{signature}", part(header))),
        ("no JSON", format!("{}.{body}.{signature}", URL_SAFE_NO_PAD.encode("geen json"))),
        ("a word", "geheim".to_owned()),
        ("only points", "..".to_owned()),
        ("a huge token", signer.ps256(header, &with(claims, "extra", json!("x".repeat(6000))))),
    ] {
        add(what, Wrong::Signature, token);
    }
}

fn wrong_headers(header: &Value) -> Vec<(String, Value)> {
    let mut list = vec![
        ("no alg".to_owned(), without(header, "alg")),
        ("no kid".to_owned(), without(header, "kid")),
        ("no typ".to_owned(), without(header, "typ")),
        ("a key of its own".to_owned(), with(header, "jku", json!("https://jeugdhulp.example/keys"))),
        ("a certificate".to_owned(), with(header, "x5c", json!(["AAAA"]))),
        ("something critical".to_owned(), with(header, "crit", json!(["exp"]))),
        ("compressed".to_owned(), with(header, "zip", json!("DEF"))),
    ];
    for alg in [
        json!("RS256"),
        json!("PS384"),
        json!("PS512"),
        json!("ES256"),
        json!("EdDSA"),
        json!(256),
        json!(null),
    ] {
        list.push((format!("alg {alg} over a signature of PS256"), with(header, "alg", alg)));
    }
    for kid in [
        json!(""),
        json!("onbekend"),
        json!("../../../../dev/null"),
        json!("' OR '1'='1"),
        json!("'; DROP TABLE signing_key; --"),
        json!("x".repeat(2000)),
        json!(1),
        json!(["a"]),
    ] {
        list.push((format!("kid {:.40}", kid.to_string()), with(header, "kid", kid)));
    }
    for typ in ["JWE", "at+jwt", ""] {
        list.push((format!("typ {typ:?}"), with(header, "typ", json!(typ))));
    }
    list
}

fn wrong_claims(server: &TestServer, claims: &Value) -> Vec<(String, Value)> {
    let at = now().timestamp();
    let other = server.user_id("aanbieder-de-haven").to_string();
    let mut list = Vec::new();
    for field in ["iss", "aud", "sub", "iat", "nbf", "exp", "sid"] {
        list.push((format!("no {field}"), without(claims, field)));
        list.push((format!("{field} is nothing"), with(claims, field, json!(null))));
    }
    for (field, value) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!("https://jeugdhulp.example/")),
        ("iss", json!("")),
        ("iss", json!(["https://jeugdhulp.example", "https://evil.example"])),
        ("aud", json!("een-andere-api")),
        ("aud", json!("")),
        ("aud", json!(["een-andere-api", "beschikbaarheidswijzer-api"])),
        ("sub", json!(other)),
        ("sub", json!("0")),
        ("sub", json!("999999999")),
        ("sub", json!("1 OR 1=1")),
        ("sub", json!(1)),
        ("iat", json!(at + 60)),
        ("iat", json!(-9_223_372_036_854_775_808_i64)),
        ("iat", json!("nu")),
        ("nbf", json!(at + 1)),
        ("nbf", json!("nu")),
        ("exp", json!(at)),
        ("exp", json!(at - 1)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!(at + 100_000)),
        ("exp", json!(9_223_372_036_854_775_807_i64)),
        ("exp", json!("morgen")),
        ("sid", json!("")),
        ("sid", json!("onbekend")),
        ("sid", json!("' OR '1'='1")),
        ("sid", json!(7)),
    ] {
        list.push((format!("{field} {value}"), with(claims, field, value)));
    }
    list
}

fn is_accepted(server: &TestServer, token: &str) -> bool {
    let answer = server.anyone().with_token(token).get(SEGMENT);
    assert!(matches!(answer.status, 200 | 401), "{token:.60}: {} {}", answer.status, answer.body);
    answer.status == 200
}

/// What of the table a verifier accepts.
fn accepted(table: &[Forged], verifier: impl Fn(&str) -> bool) -> Vec<&str> {
    table.iter().filter(|row| verifier(&row.token)).map(|row| row.what.as_str()).collect()
}

on_both! {
    fn no_forged_token_is_accepted(server) {
        let signer = Signer::of_server(server);
        let (header, claims) = good(server, &signer);
        assert!(is_accepted(server, &signer.ps256(&header, &claims)), "the table is made of a token that is good");
        let table = forged(server, &signer);
        assert!(table.len() >= 60, "{} kinds", table.len());
        assert_eq!(accepted(&table, |token| is_accepted(server, token)), [""; 0]);
    }
}

on_both! {
    fn a_token_ends_with_all_it_rests_on(server) {
        use beschikbaarheidswijzer::identity::tokens::actions::rotate_keys;
        use beschikbaarheidswijzer::identity::users::actions::set_active_by_name;
        let actor = Actor::command_line();
        let user = "aanbieder-de-haven";
        let ends = |what: &str, end: &dyn Fn()| {
            let token = server.token(user);
            assert!(is_accepted(server, &token), "before: {what}");
            end();
            assert!(!is_accepted(server, &token), "{what}");
        };
        ends("the family is ended", &|| server.execute("UPDATE token_family SET ended_at = created_at"));
        ends("the family has run out", &|| server.execute("UPDATE token_family SET expires_at = created_at"));
        ends("the family is gone", &|| server.execute("DELETE FROM token_family"));
        ends("a new password", &|| drop(server.new_password(user)));
        ends("the user is blocked", &|| {
            set_active_by_name(&mut server.connection(), &actor, now(), user, false).expect("blocked");
        });
        set_active_by_name(&mut server.connection(), &actor, now(), user, true).expect("readmitted");
        let token = server.token(user);
        rotate_keys(&mut server.connection(), &server.state.vault, &actor, now(), true).expect("rotated");
        let fresh = server.start_later(Duration::seconds(30));
        assert!(!is_accepted(&fresh, &token), "the key was ended at once");
        let token = fresh.token(user);
        rotate_keys(&mut server.connection(), &server.state.vault, &actor, now(), false).expect("rotated");
        assert!(is_accepted(&server.start_later(Duration::seconds(30)), &token), "the key verifies for another day");
    }
}

/// The JSON in a part of a token.
fn json_in(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

fn has_time_left(claims: &Value, leeway: i64) -> bool {
    claims["exp"].as_i64().is_some_and(|exp| exp > now().timestamp() - leeway)
}

/// A twin: believes what a token says without looking at its signature.
fn without_signature(token: &str) -> bool {
    token.split('.').nth(1).and_then(json_in).is_some_and(|claims| has_time_left(&claims, 0))
}

/// A twin: looks at the signature and at nothing else.
fn without_claims(token: &str, public_pem: &str) -> bool {
    let Some((text, sign)) = token.rsplit_once('.') else { return false };
    let Ok(sign) = URL_SAFE_NO_PAD.decode(sign) else { return false };
    let key = signature::ParsedPublicKey::new(&signature::RSA_PSS_2048_8192_SHA256, der(public_pem));
    key.is_ok_and(|key| key.verify_sig(text.as_bytes(), &sign).is_ok())
}

/// A twin: lets the token say how it was signed, with one key for whatever that is.
fn with_any_algorithm(token: &str, public_pem: &str) -> bool {
    let Some((text, sign)) = token.rsplit_once('.') else { return false };
    let header = text.split('.').next().and_then(json_in).unwrap_or_default();
    let algorithm = match header["alg"].as_str() {
        Some("HS256") => hmac::HMAC_SHA256,
        Some("HS384") => hmac::HMAC_SHA384,
        Some("HS512") => hmac::HMAC_SHA512,
        _ => return without_claims(token, public_pem),
    };
    let tag = URL_SAFE_NO_PAD.decode(sign).unwrap_or_default();
    hmac::verify(&hmac::Key::new(algorithm, public_pem.as_bytes()), text.as_bytes(), &tag).is_ok()
}

/// A twin: the defaults of a lenient library. A good signature and an end of which a minute may be over; nothing is asked
/// of who issued it, for whom, from when, or whether it was ended.
fn with_lenient_defaults(token: &str, public_pem: &str) -> bool {
    let claims = token.split('.').nth(1).and_then(json_in);
    without_claims(token, public_pem) && claims.is_some_and(|claims| has_time_left(&claims, 60))
}

#[test]
fn the_same_check_catches_verifiers_that_are_too_lenient() {
    let server = TestServer::start(crate::support::Backend::Sqlite);
    let signer = Signer::of_server(&server);
    let table = forged(&server, &signer);
    let pem = &signer.public_pem;
    let of = |wrong: Wrong| table.iter().filter(|row| row.wrong == wrong).count();

    let unsigned = accepted(&table, without_signature);
    assert!(unsigned.len() >= 25, "{unsigned:#?}");
    let unread = accepted(&table, |token| without_claims(token, pem));
    assert!(unread.len() >= of(Wrong::Content), "whoever reads nothing accepts all that is well signed");
    let confused = accepted(&table, |token| with_any_algorithm(token, pem));
    assert!(confused.contains(&"HS256 with the public key as PEM"), "{confused:#?}");
    let lenient = accepted(&table, |token| with_lenient_defaults(token, pem));
    let at = now().timestamp();
    for what in [
        format!("exp {at}"),
        format!("nbf {}", at + 1),
        "no nbf".to_owned(),
        "iss \"https://evil.example\"".to_owned(),
        "aud \"een-andere-api\"".to_owned(),
        "sid \"onbekend\"".to_owned(),
    ] {
        assert!(lenient.contains(&format!("claims: {what}").as_str()), "{what} in {lenient:#?}");
    }
}
