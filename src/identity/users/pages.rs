//! Users on pages for the administrator.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;

use super::actions;
use super::api::{COLUMNS, read_filter, read_step, read_user};
use super::model::{Invitation, Step, User, UserColumn, UserState};
use super::review::{self, Reviewed};
use crate::actor::Role;
use crate::error::{Error, Result};
use crate::identity::links::pages::sender;
use crate::identity::model::OrganisationKind;
use crate::identity::organisations;
use crate::paging::{PAGE_SIZE, Paging, SortOrder, rows_of_page};
use crate::web::context::Context;
use crate::web::fields::{Fields, parse_number};
use crate::web::form::{Choices, Form, Labels, Refusal, Values, choices, form_page, read_version, ticked};
use crate::web::format::count;
use crate::web::input::{FormInput, QueryInput};
use crate::web::lists::{PageLinks, SortHead, link, page_number};
use crate::web::page::{Page, html, see_other};

const LIST: &str = "/beheer/gebruikers";
const REVIEW: &str = "/beheer/gebruikers/controle";
const LABELS: Labels = &[
    ("gebruikersnaam", "Gebruikersnaam"),
    ("naam", "Naam op de pagina"),
    ("email", "E-mailadres"),
    ("organisatie", "Organisatie"),
    ("rollen", "Rollen"),
    ("rol-verwijzer", "Verwijzer"),
    ("rol-toegang", "Toegang"),
    ("rol-aanbieder", "Aanbieder"),
    ("rol-crisis-loket", "Crisis: loket"),
    ("rol-crisis-verdeelpunt", "Crisis: verdeelpunt"),
    ("rol-crisis-registratie", "Crisis: registratie"),
    ("rol-accountmanager", "Accountmanager"),
    ("rol-gemeente", "Gemeente (beleid)"),
    ("rol-expertteam", "Expertteam"),
    ("rol-privacy", "Privacy (FG)"),
    ("rol-beheerder", "Beheerder"),
    ("reden", "Reden"),
];
/// What was just done, by its code in the address.
const DONE: [(&str, &str); 8] = [
    ("uitgenodigd", "De uitnodiging is onderweg."),
    ("gewijzigd", "De wijziging is opgeslagen."),
    ("geblokkeerd", "De gebruiker is geblokkeerd en overal uitgelogd."),
    ("toegelaten", "De gebruiker kan weer inloggen."),
    ("uitgelogd", "De gebruiker is overal uitgelogd."),
    (
        "tweede-factor",
        "De tweede factor is gewist. Bij de volgende keer inloggen stelt de gebruiker een nieuwe in.",
    ),
    ("gecontroleerd", "De controle is vastgelegd."),
    ("geheim", "Er is een nieuw geheim."),
];

#[derive(Template)]
#[template(path = "identity/users/list.html")]
pub struct UserListPage {
    pub page: Page,
    pub done: Option<&'static str>,
    pub text: String,
    pub role: String,
    pub organisation: String,
    pub state: String,
    pub order: String,
    pub roles: Choices,
    pub organisations: Choices,
    pub states: Choices,
    pub found: String,
    pub heads: Vec<SortHead>,
    pub users: Vec<User>,
    pub links: PageLinks,
}

#[derive(Template)]
#[template(path = "identity/users/invite.html")]
pub struct InvitePage {
    pub page: Page,
    pub form: Form,
    pub kinds: Vec<OrganisationKind>,
}

#[derive(Template)]
#[template(path = "identity/users/user.html")]
pub struct UserPage {
    pub page: Page,
    pub done: Option<&'static str>,
    pub form: Form,
    pub user: User,
    pub is_self: bool,
}

#[derive(Template)]
#[template(path = "identity/users/review.html")]
pub struct ReviewPage {
    pub page: Page,
    pub done: Option<&'static str>,
    pub found: String,
    pub users: Vec<Reviewed>,
    /// The users on this page with their versions, as the form sends them.
    pub all: String,
    pub links: PageLinks,
}

impl UserListPage {
    fn is_filtered(&self) -> bool {
        [&self.text, &self.role, &self.organisation, &self.state].iter().any(|filter| !filter.is_empty())
    }
}

/// The roles of people, for a choice.
pub fn person_roles() -> Vec<Role> {
    OrganisationKind::CODES.iter().flat_map(|(_, kind)| kind.roles()).copied().collect()
}

pub async fn list(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let done = query.optional_choice("klaar", &DONE);
    let filter = read_filter(&mut query);
    let order = SortOrder::read(&mut query, &COLUMNS);
    let number = page_number(&mut query);
    query.finish(())?;
    let (text, role) = (filter.text.clone().unwrap_or_default(), filter.role.map_or("", Role::code));
    let organisation = filter.organisation_id.map(|id| id.to_string()).unwrap_or_default();
    let state = filter.state.map_or("", UserState::code);
    let part = rows_of_page(number);
    let ((users, total), names) = ctx
        .db(move |conn, actor, _| {
            let users = actions::list(conn, actor, &filter, order, part)?;
            Ok((users, organisations::actions::list_names(conn, actor)?))
        })
        .await?;
    let at = |order: &str, number: &str| {
        link(
            LIST,
            &[
                ("naam", &text),
                ("rol", role),
                ("organisatie", &organisation),
                ("stand", state),
                ("sorteer", order),
                ("pagina", number),
            ],
        )
    };
    let heads = [
        ("Naam", UserColumn::Name),
        ("Organisatie", UserColumn::Organisation),
        ("Laatst ingelogd", UserColumn::LastSignIn),
    ];
    let heads = heads
        .map(|(label, column)| SortHead::new(label, column, order, &COLUMNS, |order| at(order, "")))
        .into();
    let code = order.code(&COLUMNS);
    html(&UserListPage {
        page: Page::new(&ctx, "/beheer"),
        done,
        roles: choices(
            "Alle rollen",
            person_roles().into_iter().map(|role| (role.code().to_owned(), role.label().to_owned())),
        ),
        organisations: choices(
            "Alle organisaties",
            names.into_iter().map(|(id, name, _)| (id.to_string(), name)),
        ),
        states: choices(
            "Alle standen",
            UserState::CODES.iter().map(|(code, state)| ((*code).to_owned(), state.label().to_owned())),
        ),
        found: count(total, "gebruiker", "gebruikers"),
        heads,
        users,
        links: PageLinks::new(Paging::new(number, total), |number| at(&code, &number.to_string())),
        order: code.clone(),
        role: role.to_owned(),
        state: state.to_owned(),
        text: text.clone(),
        organisation: organisation.clone(),
    })
}

/// Reads which boxes of roles are ticked.
fn read_boxes(fields: &mut Fields) -> Vec<Role> {
    let mut roles = person_roles();
    roles.retain(|role| fields.flag(&format!("rol-{}", role.code())));
    if roles.is_empty() {
        fields.error("rollen", "verplicht", "kies minstens één rol");
    }
    roles
}

/// A name to sign in with: letters, digits, points and hyphens, in small letters.
pub fn parse_user_name(text: &str) -> std::result::Result<String, &'static str> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
    if (3..=60).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(plain)
    {
        Ok(text.to_owned())
    } else {
        Err("gebruik 3 tot 60 kleine letters, cijfers, punten en streepjes, met een letter vooraan")
    }
}

pub async fn invite_form(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let organisation = query.optional_int("organisatie", 1, i64::MAX);
    query.finish(())?;
    let form =
        Form::new(LABELS).with("organisatie", organisation.map(|id| id.to_string()).unwrap_or_default());
    show_invitation(&ctx, form).await
}

async fn show_invitation(ctx: &Context, form: Form) -> Result<HttpResponse> {
    let names = ctx.db(|conn, actor, _| organisations::actions::list_names(conn, actor)).await?;
    let organisations = names
        .into_iter()
        .map(|(id, name, kind)| (id.to_string(), format!("{name} ({})", kind.label().to_lowercase())));
    let form = form.with_choices("organisatie", choices("Kies een organisatie", organisations));
    let kinds = OrganisationKind::CODES.iter().map(|(_, kind)| *kind).collect();
    form_page(form.status(), &InvitePage { page: form.page(ctx, "/beheer"), form, kinds })
}

pub async fn invite(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let mut form = Form::of_typed(LABELS, &fields);
    let name = fields.parsed("gebruikersnaam", "geen-naam", parse_user_name).unwrap_or_default();
    let draft = read_user(&mut fields, read_boxes);
    let organisation_id = fields.int("organisatie", 1, i64::MAX);
    let result = match fields.finish(Invitation { name, organisation_id, draft }) {
        Ok(new) => {
            let sender = sender(&ctx);
            ctx.db(move |conn, actor, now| actions::invite(conn, actor, now, &sender, &new)).await
        }
        Err(violations) => Err(violations.into()),
    };
    match result {
        Ok(_) => Ok(see_other("/beheer/gebruikers?klaar=uitgenodigd")),
        Err(error) => {
            form.refuse(error, "gebruikersnaam")?;
            show_invitation(&ctx, form).await
        }
    }
}

fn parse_id(text: &str) -> Result<i64> {
    parse_number(text, 1, i64::MAX).map_err(|_| Error::NotFound("gebruiker"))
}

fn values(user: &User) -> Values {
    const ROLE_FIELDS: usize = 5;
    let mut values = vec![
        ("gebruikersnaam", user.name.clone()),
        ("naam", user.display_name.clone()),
        ("email", user.email.clone()),
    ];
    for (field, _) in LABELS.iter().skip(ROLE_FIELDS) {
        if let Some(role) = field.strip_prefix("rol-").and_then(Role::parse) {
            values.push((field, ticked(user.roles.contains(&role))));
        }
    }
    values
}

pub async fn user(
    ctx: Context,
    path: Path<String>,
    QueryInput(mut query): QueryInput,
) -> Result<HttpResponse> {
    let done = query.optional_choice("klaar", &DONE);
    query.finish(())?;
    let user = find(&ctx, parse_id(&path)?).await?;
    let form = Form::of_stored(LABELS, user.version, values(&user));
    show_user(&ctx, done, form, user)
}

async fn find(ctx: &Context, id: i64) -> Result<User> {
    ctx.db(move |conn, actor, _| actions::find_own(conn, actor, id)).await
}

fn show_user(ctx: &Context, done: Option<&'static str>, form: Form, user: User) -> Result<HttpResponse> {
    let is_self = ctx.actor.identity.as_ref().is_some_and(|who| who.user_id == user.id);
    form_page(form.status(), &UserPage { page: form.page(ctx, "/beheer"), done, form, user, is_self })
}

pub async fn save(
    ctx: Context,
    path: Path<String>,
    FormInput(mut fields): FormInput,
) -> Result<HttpResponse> {
    let id = parse_id(&path)?;
    let mut form = Form::of_typed(LABELS, &fields);
    let version = read_version(&mut fields).unwrap_or_default();
    let draft = read_user(&mut fields, read_boxes);
    let result = match fields.finish(draft) {
        Ok(draft) => {
            let sender = sender(&ctx);
            ctx.db(move |conn, actor, now| actions::save(conn, actor, now, &sender, (id, version), &draft))
                .await
        }
        Err(violations) => Err(violations.into()),
    };
    let Err(error) = result else { return Ok(see_other(&format!("{LIST}/{id}?klaar=gewijzigd"))) };
    let user = find(&ctx, id).await?;
    if form.refuse(error, "rollen")? == Refusal::Outdated {
        form.compare(user.version, values(&user));
    }
    show_user(&ctx, None, form, user)
}

pub async fn act(ctx: Context, path: Path<String>, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let id = parse_id(&path)?;
    let typed = fields.raw("reden");
    let step = read_step(&mut fields);
    let done = match step {
        Some(Step::Block) => "geblokkeerd",
        Some(Step::Readmit) => "toegelaten",
        Some(Step::InviteAgain) => "uitgenodigd",
        Some(Step::ResetSecondFactor(_)) => "tweede-factor",
        Some(Step::EndSessions) | None => "uitgelogd",
    };
    let result = match fields.finish(step) {
        Ok(step) => {
            let sender = sender(&ctx);
            let step = step.ok_or_else(|| Error::internal("a required step is missing"))?;
            ctx.db(move |conn, actor, now| actions::take_step(conn, actor, now, &sender, id, &step)).await
        }
        Err(violations) => Err(violations.into()),
    };
    match result {
        Ok(()) => Ok(see_other(&format!("{LIST}/{id}?klaar={done}"))),
        Err(error @ (Error::Invalid(_) | Error::Collision(_))) => {
            let user = find(&ctx, id).await?;
            let mut form = Form::of_stored(LABELS, user.version, values(&user)).with("reden", typed);
            form.refuse(error, "reden")?;
            show_user(&ctx, None, form, user)
        }
        Err(error) => Err(error),
    }
}

pub async fn review(ctx: Context, QueryInput(mut query): QueryInput) -> Result<HttpResponse> {
    let done = query.optional_choice("klaar", &DONE);
    let number = page_number(&mut query);
    query.finish(())?;
    let part = rows_of_page(number);
    let (users, total) = ctx.db(move |conn, actor, now| review::list(conn, actor, now, part)).await?;
    let seen: Vec<String> =
        users.iter().map(|Reviewed { user, .. }| format!("{}:{}", user.id, user.version)).collect();
    html(&ReviewPage {
        page: Page::new(&ctx, "/beheer"),
        done,
        found: count(total, "gebruiker", "gebruikers"),
        users,
        all: seen.join(","),
        links: PageLinks::new(Paging::new(number, total), |number| {
            link(REVIEW, &[("pagina", &number.to_string())])
        }),
    })
}

/// Which users were seen, each with its version.
fn parse_seen(text: &str) -> std::result::Result<Vec<(i64, i32)>, &'static str> {
    let pair = |part: &str| {
        let (id, version) = part.split_once(':')?;
        Some((parse_number(id, 1, i64::MAX).ok()?, parse_number(version, 1, i32::MAX).ok()?))
    };
    let pairs: Option<Vec<_>> = text.split(',').map(pair).collect();
    pairs.filter(|pairs| pairs.len() <= PAGE_SIZE).ok_or("kies een of meer gebruikers van deze bladzijde")
}

pub async fn note_review(ctx: Context, FormInput(mut fields): FormInput) -> Result<HttpResponse> {
    let seen = fields.parsed("gezien", "geen-lijst", parse_seen);
    let seen = fields.finish(seen)?.unwrap_or_default();
    ctx.db(move |conn, actor, now| review::note(conn, actor, now, &seen)).await?;
    Ok(see_other("/beheer/gebruikers/controle?klaar=gecontroleerd"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names_are_plain() {
        for good in ["abc", "toegang-putten", "a.b-2"] {
            assert!(parse_user_name(good).is_ok(), "{good}");
        }
        for bad in ["", "ab", "1abc", "-abc", "Abc", "a b c", "abc\n", &"a".repeat(61)] {
            assert!(parse_user_name(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_role_of_a_person_has_a_box() {
        for role in person_roles() {
            let field = format!("rol-{}", role.code());
            assert!(LABELS.iter().any(|(name, label)| *name == field && *label == role.label()), "{role}");
        }
    }

    #[test]
    fn what_was_seen_is_a_page_of_pairs() {
        assert_eq!(parse_seen("3:1,4:2"), Ok(vec![(3, 1), (4, 2)]));
        for bad in ["", "3", "3:", "3:1,", "0:1", "3:0", "a:b", &["1:1"; 21].join(",")] {
            assert!(parse_seen(bad).is_err(), "{bad}");
        }
    }
}
