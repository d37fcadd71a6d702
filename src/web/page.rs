//! What every page has around its content, and the answer it is sent in.

use actix_web::HttpResponse;
use askama::Template;
use rules::violations::Violations;

use crate::error::Result;
use crate::identity::policy::Permission;
use crate::web::assets;
use crate::web::context::Context;
use crate::web::format;
use crate::web::input::{CSRF_FIELD, ONCE_FIELD};
use crate::web::once;

/// One entry of the main menu.
#[derive(Debug, Clone)]
pub struct MenuItem {
    pub href: &'static str,
    pub label: &'static str,
    pub icon: &'static str,
    pub current: bool,
}

/// The side menu of all pages for the administrator.
pub const MANAGE_MENU: [(&str, &str); 19] = [
    ("/beheer/regios", "Regio's"),
    ("/beheer/gemeenten", "Gemeenten"),
    ("/beheer/postcodes", "Postcodes"),
    ("/beheer/segmenten", "Segmenten"),
    ("/beheer/producten", "Producten"),
    ("/beheer/aanbieders", "Aanbieders"),
    ("/beheer/locaties", "Locaties"),
    ("/beheer/contracten", "Contracten"),
    ("/beheer/weging", "Weging"),
    ("/beheer/toewijzingsbeleid", "Toewijzing"),
    ("/beheer/wachtlijst", "Wachtlijst"),
    ("/beheer/redenen", "Redenen en vragen"),
    ("/beheer/crisispunt", "Crisispunt"),
    ("/beheer/crisispunt/aandelen", "Crisisverdeling"),
    ("/beheer/gebruikers", "Gebruikers"),
    ("/beheer/organisaties", "Organisaties"),
    ("/beheer/koppelingen", "Koppelingen"),
    ("/beheer/uitwisseling", "Uitwisseling"),
    ("/beheer/mail", "Mail"),
];

/// The frame of a page: header, menu, footer.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub region_name: String,
    pub region_phone: String,
    pub region_email: String,
    pub demo: bool,
    pub signed_in: bool,
    pub display_name: String,
    /// What somebody signs in with, for programs that keep passwords.
    pub user_name: String,
    pub organisation_name: String,
    pub csrf: String,
    pub menu: Vec<MenuItem>,
    /// The title starts with "Fout:".
    pub has_errors: bool,
    pub has_logo: bool,
    /// When it was made, for who reads it on paper later.
    pub made_at: String,
    /// Where signing in brings people back to.
    pub path: String,
    assets: String,
}

/// A link in the error summary to the field it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorLink {
    pub field: String,
    pub text: String,
}

impl ErrorLink {
    pub fn new(field: impl Into<String>, text: impl Into<String>) -> Self {
        Self { field: field.into(), text: text.into() }
    }

    /// One link per violation, with the label of its field in front.
    pub fn list(violations: &Violations, label: impl Fn(&str) -> String) -> Vec<Self> {
        violations
            .iter()
            .map(|v| Self::new(&v.field, format!("{}: {}", label(&v.field), v.message)))
            .collect()
    }

    /// The same, with the labels in a table.
    pub fn labelled(violations: &Violations, labels: &[(&str, &str)]) -> Vec<Self> {
        Self::list(violations, |field| {
            labels.iter().find(|(name, _)| *name == field).map_or(field, |(_, label)| label).to_owned()
        })
    }
}

impl Page {
    /// The frame for this request; `section` is the path of the menu entry that is current.
    pub fn new(ctx: &Context, section: &str) -> Self {
        let region = ctx.state.supply.region(&ctx.state.config);
        let look = &ctx.state.config.region;
        let identity = ctx.actor.identity.as_ref();
        // Who belongs to another region than the one this server is for sees the name and number of that region.
        let other = identity
            .filter(|who| region.as_ref().is_some_and(|region| region.id != who.region_id))
            .and_then(|who| ctx.state.supply.region_by_id(who.region_id));
        let own_name = look.name.clone().filter(|_| other.is_none());
        let region = other.or(region);
        Self {
            region_name: own_name
                .unwrap_or_else(|| region.as_ref().map(|r| r.name.clone()).unwrap_or_default()),
            region_phone: region.as_ref().map(|r| r.phone.clone()).unwrap_or_default(),
            region_email: region.as_ref().map(|r| r.email.clone()).unwrap_or_default(),
            demo: ctx.state.demo,
            signed_in: identity.is_some(),
            display_name: identity.map(|who| who.display_name.clone()).unwrap_or_default(),
            user_name: identity.map(|who| who.user_name.clone()).unwrap_or_default(),
            organisation_name: identity.map(|who| who.organisation_name.clone()).unwrap_or_default(),
            csrf: ctx.session.as_ref().map(|session| session.csrf.clone()).unwrap_or_default(),
            menu: menu(ctx, section),
            has_errors: false,
            has_logo: look.logo.is_some(),
            made_at: format::date_time(ctx.now),
            path: ctx.path.clone(),
            assets: assets::version().to_owned(),
        }
    }

    /// The address of a style sheet, script or image, with the version so that it may be kept for long.
    pub fn asset(&self, name: &str) -> String {
        format!("/static/{name}?v={}", self.assets)
    }

    /// The name of the hidden field with the form token.
    pub fn csrf_field(&self) -> &'static str {
        CSRF_FIELD
    }

    /// A hidden field with which a form is handled once, however often its button is clicked.
    pub fn once_field(&self) -> String {
        format!("<input type=\"hidden\" name=\"{ONCE_FIELD}\" value=\"{}\">", once::new_key())
    }

    /// The link to sign in and come back here.
    pub fn sign_in_link(&self) -> String {
        if self.path.starts_with("/inloggen") || self.path.len() > 1500 {
            return "/inloggen".into();
        }
        let query: String =
            form_urlencoded::Serializer::new(String::new()).append_pair("terug", &self.path).finish();
        format!("/inloggen?{query}")
    }
}

fn menu(ctx: &Context, section: &str) -> Vec<MenuItem> {
    let mut items = Vec::new();
    let mut add = |href, label, icon| items.push(MenuItem { href, label, icon, current: href == section });
    if ctx.may(Permission::SeeCrisisBoard) {
        add("/crisis", "Crisisbord", "bolt");
        add("/crisis/aanvragen", "Aanvragen", "list-check");
        add("/crisis/plaatsen", "Plaatsen", "bed");
        add("/crisis/verdeling", "Verdeling", "scale");
        if ctx.may(Permission::DistributeCrisis) {
            add("/crisis/inzet", "Hulp", "heart-handshake");
        }
        add("/crisis/rooster", "Rooster", "calendar-time");
    }
    let keeps_figures = ctx.may(Permission::KeepOwnFigures);
    if keeps_figures {
        add("/capaciteit", "Capaciteit", "list-check");
    }
    if ctx.may(Permission::KeepWaitingList) {
        add("/wachtlijst", "Wachtlijst", "hourglass");
    } else if ctx.may(Permission::RegisterClients)
        && ctx.actor.identity.as_ref().is_some_and(|who| who.referrers_register)
    {
        add("/aanmeldingen", "Aanmeldingen", "hourglass");
    }
    if ctx.may(Permission::SeeCrisisRequests) && !ctx.may(Permission::SeeCrisisBoard) {
        add("/crisis/aanvragen", "Crisis", "bolt");
    }
    if ctx.may(Permission::RespondToClients) {
        add("/wachtenden", "Wachtenden", "users");
        add("/reacties", "Reacties", "heart-handshake");
    }
    if ctx.may(Permission::AnswerCrisisAssignments) {
        add("/crisis/toewijzingen", "Crisis", "bolt");
    }
    if ctx.may(Permission::WatchFreshness) {
        add("/actualiteit", "Actualiteit", "clock");
    }
    if ctx.may(Permission::AnswerReports) {
        add("/meldingen", "Meldingen", "mail");
    }
    if ctx.may(Permission::ReadAudit) {
        add("/logboek", "Logboek", "file-text");
    }
    if ctx.may(Permission::Mediate) {
        add("/bemiddeling", "Bemiddeling", "heart-handshake");
    }
    if ctx.may(Permission::KeepCrisisRecords) {
        add("/crisis/registratie", "Registratie", "file-text");
    }
    // A provider finds its report on the pages of its crisis work.
    if ctx.may(Permission::SeeCrisisReports) && !keeps_figures {
        add("/rapportages/crisis", "Rapportage", "chart-bar");
    }
    if ctx.may(Permission::RunRegionalPlan) {
        add("/regiovoorstel", "Regiovoorstel", "users");
    }
    if ctx.may(Permission::SetWeights) && !ctx.may(Permission::ManageProductBook) {
        add("/beheer/weging", "Weging", "scale");
        add("/beheer/toewijzingsbeleid", "Toewijzing", "list-check");
    }
    if ctx.may(Permission::ReadAccessLog) {
        add("/inzage", "Inzage", "eye");
    }
    add("/zoeken", "Zoeken", "search");
    if ctx.may(Permission::ManageProductBook) {
        add("/beheer", "Beheer", "settings");
    }
    add("/hulp", "Uitleg", "info-circle");
    items
}

/// The text of a page or a mail. What is rendered can be followed, so that a test sees whether every template is.
pub fn render<T: Template>(template: &T) -> Result<String> {
    let text = template.render()?;
    tracing::trace!(template = std::any::type_name::<T>(), "rendered");
    Ok(text)
}

/// A page as an answer.
pub fn html<T: Template>(page: &T) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(render(page)?))
}

/// A page with errors to mend: nothing has been saved.
pub fn html_with_errors<T: Template>(page: &T) -> Result<HttpResponse> {
    Ok(HttpResponse::BadRequest().content_type("text/html; charset=utf-8").body(render(page)?))
}

/// After a form that was saved: to the page that shows the result.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((actix_web::http::header::LOCATION, path)).finish()
}
