//! Every write of the pages for users and accounts leaves a line in the audit. One after the other, because each needs
//! what an earlier one made: a session, a secret, a link in a mail.

use std::collections::BTreeSet;

use beschikbaarheidswijzer::actor::Actor;
use beschikbaarheidswijzer::identity::second_factor::actions::code_at;
use beschikbaarheidswijzer::identity::users::actions::reset_second_factor_by_name;

use crate::on_both;
use crate::support::{Answer, Browser, TestServer, now};

const MANAGER: &str = "beheerder-regio";
const PROVIDER: &str = "aanbieder-de-haven";
const PASSWORD: &str = "drie paarse geiten zwemmen";

/// The addresses of these writes, as the routes write them.
pub const WRITES: [&str; 19] = [
    "/account/herstelcodes",
    "/account/sessies",
    "/account/tokens",
    "/account/tokens/beeindigen",
    "/account/tweede-factor",
    "/account/tweede-factor/verwijderen",
    "/account/wachtwoord",
    "/beheer/gebruikers/controle",
    "/beheer/gebruikers/uitnodigen",
    "/beheer/gebruikers/{id}",
    "/beheer/gebruikers/{id}/stappen",
    "/beheer/koppelingen",
    "/beheer/koppelingen/{id}/geheim",
    "/beheer/koppelingen/{id}/toegang",
    "/beheer/organisaties",
    "/inloggen/code",
    "/inloggen/tweede-factor",
    "/wachtwoord-instellen/{sleutel}",
    "/wachtwoord-vergeten",
];

/// Sends the writes and looks at the audit after each.
struct Writes<'a> {
    server: &'a TestServer,
    done: BTreeSet<&'static str>,
}

impl Writes<'_> {
    fn send(
        &mut self,
        browser: &Browser,
        template: &'static str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let before = self.server.audit_lines();
        let answer = browser.post_form(path, fields);
        assert!(matches!(answer.status, 200 | 303), "{template}: {} {}", answer.status, answer.body);
        assert!(self.server.audit_lines() > before, "{template} left no line");
        self.done.insert(template);
        answer
    }
}

fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let rest = page.split(before).nth(1).unwrap_or_else(|| panic!("no {before}: {page}"));
    rest.split(after).next().expect("an end")
}

/// The code for the factor that a page offers.
fn offered_code(page: &str) -> String {
    code_at(&between(page, "class=\"sleutel\">", "<").replace(' ', ""), now()).expect("a code")
}

fn password_given(server: &TestServer, name: &str, password: &str) -> Browser {
    let mut browser = server.anyone();
    let answer = browser.post_form("/inloggen", &[("naam", name), ("wachtwoord", password)]);
    server.take_session(&mut browser, &answer);
    browser
}

on_both! {
    fn every_write_of_users_and_accounts_leaves_a_line_in_the_audit(server) {
        let mut writes = Writes { server, done: BTreeSet::new() };
        sign_in_in_steps(&mut writes);
        manage(&mut writes);
        keep_own_account(&mut writes);
        assert_eq!(writes.done, BTreeSet::from(WRITES));
    }
}

fn sign_in_in_steps(writes: &mut Writes<'_>) {
    let server = writes.server;
    let (user, actor) = ("toegang-putten", Actor::command_line());
    reset_second_factor_by_name(&mut server.connection(), &actor, now(), user, "telefoon kwijt")
        .expect("taken away");
    let browser = password_given(server, user, &server.new_password(user));
    let code = offered_code(&browser.get("/inloggen/tweede-factor").body);
    writes.send(&browser, "/inloggen/tweede-factor", "/inloggen/tweede-factor", &[("code", &code)]);

    let user = "privacy-regio";
    let code = code_at(&server.new_factor(user), now()).expect("a code");
    let browser = password_given(server, user, &server.new_password(user));
    writes.send(&browser, "/inloggen/code", "/inloggen/code", &[("code", &code)]);
}

fn manage(writes: &mut Writes<'_>) {
    let manager = writes.server.visitor(MANAGER);
    let fields = [("naam", "Huisartsen Putten"), ("soort", "verwijzer")];
    writes.send(&manager, "/beheer/organisaties", "/beheer/organisaties", &fields);
    let list = manager.get("/beheer/organisaties?soort=verwijzer").body;
    let organisation =
        between(&list, "Huisartsen Noord-Veluwe</a>", "</tr>").split("organisatie=").nth(1).expect("a link");
    let organisation = organisation.split('"').next().expect("an id");
    let fields = [
        ("gebruikersnaam", "huisarts-putten"),
        ("naam", "Huisarts Putten"),
        ("email", "huisarts@putten.example"),
        ("organisatie", organisation),
        ("rol-verwijzer", "ja"),
    ];
    writes.send(&manager, "/beheer/gebruikers/uitnodigen", "/beheer/gebruikers/uitnodigen", &fields);
    let id = writes.server.user_id("huisarts-putten");
    let fields =
        [("versie", "1"), ("naam", "Anders"), ("email", "anders@putten.example"), ("rol-verwijzer", "ja")];
    writes.send(&manager, "/beheer/gebruikers/{id}", &format!("/beheer/gebruikers/{id}"), &fields);
    let path = format!("/beheer/gebruikers/{id}/stappen");
    for step in ["uitnodigen", "uitloggen", "blokkeren", "toelaten"] {
        writes.send(&manager, "/beheer/gebruikers/{id}/stappen", &path, &[("stap", step)]);
    }
    let seen = format!("{id}:4");
    writes.send(&manager, "/beheer/gebruikers/controle", "/beheer/gebruikers/controle", &[("gezien", &seen)]);

    let page = manager.get("/beheer/koppelingen/nieuw").body;
    let provider = page.split("\">De Haven Jeugdhulp").next().and_then(|start| start.rsplit('"').next());
    let provider = provider.expect("an id");
    let fields = [("naam", "Rooster"), ("organisatie", provider), ("cijfers:lezen", "ja")];
    writes.send(&manager, "/beheer/koppelingen", "/beheer/koppelingen", &fields);
    let list = manager.get("/beheer/koppelingen").body;
    let own = between(list.split("<tbody>").nth(1).expect("rows"), "href=\"", "\"");
    writes.send(&manager, "/beheer/koppelingen/{id}/geheim", &format!("{own}/geheim"), &[]);
    writes.send(
        &manager,
        "/beheer/koppelingen/{id}/toegang",
        &format!("{own}/toegang"),
        &[("toegang", "nee")],
    );
}

fn keep_own_account(writes: &mut Writes<'_>) {
    let server = writes.server;
    let password = server.new_password(PROVIDER);
    let mut own = password_given(server, PROVIDER, &password);
    writes.send(&own, "/account/tokens", "/account/tokens", &[("naam", "Rooster")]);
    let page = own.get("/account").body;
    let family = between(&page, "name=\"token\" value=\"", "\"");
    writes.send(&own, "/account/tokens/beeindigen", "/account/tokens/beeindigen", &[("token", family)]);
    writes.send(&own, "/account/sessies", "/account/sessies", &[("sessie", "andere")]);
    let proof = [("wachtwoord", password.as_str())];
    let code = offered_code(&own.get("/account/tweede-factor").body);
    let fields = [("code", code.as_str()), proof[0]];
    let answer = writes.send(&own, "/account/tweede-factor", "/account/tweede-factor", &fields);
    server.take_session(&mut own, &answer);
    writes.send(&own, "/account/herstelcodes", "/account/herstelcodes", &proof);
    let remove = "/account/tweede-factor/verwijderen";
    writes.send(&own, remove, remove, &proof);
    let fields = [("oud", password.as_str()), ("wachtwoord", PASSWORD), ("herhaling", PASSWORD)];
    writes.send(&own, "/account/wachtwoord", "/account/wachtwoord", &fields);

    let anyone = server.anyone();
    let email = [("email", "aanbieder-de-haven@jeugdhulp-noord-veluwe.example")];
    writes.send(&anyone, "/wachtwoord-vergeten", "/wachtwoord-vergeten", &email);
    let fields = [("wachtwoord", "vier groene paarden dansen"), ("herhaling", "vier groene paarden dansen")];
    writes.send(&anyone, "/wachtwoord-instellen/{sleutel}", &server.mailed_path(), &fields);
}
