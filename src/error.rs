//! One error for the whole program: a stable code, one status, one message people can use.

use actix_web::http::StatusCode;
use rules::violations::{Violation, Violations};
use rules::waiting::note::Note;

pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What can go wrong on the way from a request to its answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input breaks one or more rules; all of them are listed.
    #[error("invalid input: {0}")]
    Invalid(Violations),
    #[error("sign-in required")]
    SignInRequired,
    #[error("wrong user name or password")]
    SignInFailed,
    #[error("not permitted")]
    Forbidden,
    #[error("a second factor is needed")]
    SecondFactorRequired,
    #[error("form expired or sent from elsewhere")]
    FormExpired,
    #[error("{0} not found")]
    NotFound(&'static str),
    /// Somebody else has changed it since it was read; `current` is the stored state for the API.
    #[error("changed by somebody else")]
    Outdated { current: Option<serde_json::Value> },
    /// The write collides with something that is there already.
    #[error("conflict: {0}")]
    Conflict(String),
    /// The same, at fields that are right by themselves.
    #[error("collision: {0}")]
    Collision(Violations),
    #[error("method not allowed")]
    MethodNotAllowed(String),
    #[error("not acceptable")]
    NotAcceptable,
    #[error("payload too large")]
    PayloadTooLarge,
    #[error("unsupported media type")]
    UnsupportedMediaType,
    #[error("request took too long to arrive")]
    RequestTimeout,
    /// More than is allowed for now; it may be tried again after so many seconds.
    #[error("too many requests, again after {0} s")]
    TooManyRequests(u32),
    /// The database is locked, gone or busy; trying again later helps.
    #[error("database unavailable: {0}")]
    Unavailable(Cause),
    #[error("internal error: {0}")]
    Internal(Cause),
}

impl Error {
    /// Every stable code with its status, for documents and tests.
    pub const CODES: [(&'static str, u16); 18] = [
        ("ongeldige-invoer", 400),
        ("niet-ingelogd", 401),
        ("inloggen-mislukt", 401),
        ("geen-toegang", 403),
        ("tweede-factor-nodig", 403),
        ("formulier-verlopen", 403),
        ("niet-gevonden", 404),
        ("methode-niet-toegestaan", 405),
        ("niet-acceptabel", 406),
        ("te-laat", 408),
        ("conflict", 409),
        ("intussen-gewijzigd", 409),
        ("te-groot", 413),
        ("onbekend-mediatype", 415),
        ("te-veel-verzoeken", 429),
        ("interne-fout", 500),
        ("tijdelijk-niet-beschikbaar", 503),
        ("pagina-niet-gevonden", 404),
    ];

    /// Nothing at this address at all, as opposed to a thing that is not there.
    pub const NO_PAGE: Self = Self::NotFound("pagina");

    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// One broken rule, for checks that need the database.
    pub fn invalid(field: &str, code: &'static str, message: impl Into<String>) -> Self {
        let mut violations = Violations::new();
        violations.add(field, code, message);
        Self::Invalid(violations)
    }

    /// Fields that are right by themselves and contradict each other or what is stored, if there are any.
    pub fn refuse_collisions<T>(violations: Violations, value: T) -> Result<T> {
        violations.into_result(value).map_err(Self::Collision)
    }

    /// One field that collides with what is there already.
    pub fn collision(field: &str, code: &'static str, message: impl Into<String>) -> Self {
        let mut violations = Violations::new();
        violations.add(field, code, message);
        Self::Collision(violations)
    }

    /// The same, with what is told of one field told of another: a form can have its own name for it.
    #[must_use]
    pub fn at(self, field: &str, other: &str) -> Self {
        let renamed = |found: Violations| {
            let mut violations = Violations::new();
            for violation in found {
                let place = if violation.field == field { other.to_owned() } else { violation.field };
                violations.add(place, violation.code, violation.message);
            }
            violations
        };
        self.with_violations(renamed)
    }

    /// The same with what is wrong field by field changed, if that is what it is.
    #[must_use]
    pub fn with_violations(self, change: impl FnOnce(Violations) -> Violations) -> Self {
        match self {
            Self::Invalid(found) => Self::Invalid(change(found)),
            Self::Collision(found) => Self::Collision(change(found)),
            error => error,
        }
    }

    /// What is wrong, field by field.
    pub fn violations(&self) -> Option<&Violations> {
        match self {
            Self::Invalid(violations) | Self::Collision(violations) => Some(violations),
            _ => None,
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "ongeldige-invoer",
            Self::SignInRequired => "niet-ingelogd",
            Self::SignInFailed => "inloggen-mislukt",
            Self::Forbidden => "geen-toegang",
            Self::SecondFactorRequired => "tweede-factor-nodig",
            Self::FormExpired => "formulier-verlopen",
            Self::NotFound("pagina") => "pagina-niet-gevonden",
            Self::NotFound(_) => "niet-gevonden",
            Self::Outdated { .. } => "intussen-gewijzigd",
            Self::Conflict(_) | Self::Collision(_) => "conflict",
            Self::MethodNotAllowed(_) => "methode-niet-toegestaan",
            Self::NotAcceptable => "niet-acceptabel",
            Self::PayloadTooLarge => "te-groot",
            Self::UnsupportedMediaType => "onbekend-mediatype",
            Self::RequestTimeout => "te-laat",
            Self::TooManyRequests(_) => "te-veel-verzoeken",
            Self::Unavailable(_) => "tijdelijk-niet-beschikbaar",
            Self::Internal(_) => "interne-fout",
        }
    }

    pub fn status(&self) -> StatusCode {
        let code = self.code();
        let status = Self::CODES.iter().find(|(known, _)| *known == code).map_or(500, |(_, status)| *status);
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// A short heading in Dutch.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "Ongeldige invoer",
            Self::SignInRequired => "Inloggen is nodig",
            Self::SignInFailed => "Inloggen mislukt",
            Self::Forbidden => "Geen toegang",
            Self::SecondFactorRequired => "Tweede factor nodig",
            Self::FormExpired => "Formulier verlopen",
            Self::NotFound(_) => "Niet gevonden",
            Self::Outdated { .. } => "Intussen gewijzigd",
            Self::Conflict(_) | Self::Collision(_) => "Botst met wat er al is",
            Self::MethodNotAllowed(_) => "Methode niet toegestaan",
            Self::NotAcceptable => "Dit formaat is er niet",
            Self::PayloadTooLarge => "Te groot",
            Self::UnsupportedMediaType => "Onbekend mediatype",
            Self::RequestTimeout => "Te laat",
            Self::TooManyRequests(_) => "Te veel verzoeken",
            Self::Unavailable(_) => "Tijdelijk niet beschikbaar",
            Self::Internal(_) => "Er ging iets mis",
        }
    }

    /// What happened and what to do next, in Dutch, never with a cause from the inside.
    pub fn detail(&self) -> String {
        match self {
            Self::Invalid(violations) => {
                let count = violations.iter().count();
                if count == 1 { "Eén veld klopt niet. Er is niets opgeslagen.".into() } else { format!("{count} velden kloppen niet. Er is niets opgeslagen.") }
            }
            Self::SignInRequired => "Log eerst in, of stuur een geldig toegangsbewijs (bearer token) mee.".into(),
            Self::SignInFailed => "De gebruikersnaam of het wachtwoord klopt niet.".into(),
            Self::Forbidden => "Uw rol geeft geen recht op deze handeling.".into(),
            Self::SecondFactorRequired => "Dit account ziet gegevens van kinderen en heeft nog geen tweede factor. Log één keer in op de website en stel hem in; daarna werkt dit toegangsbewijs weer.".into(),
            Self::FormExpired => "Het formulier is verlopen of kwam van een andere site. Open de pagina opnieuw en probeer het nog eens.".into(),
            Self::NotFound("pagina") => "Op dit adres staat niets.".into(),
            Self::NotFound(what) => format!("{} bestaat niet.", this(what)),
            Self::Outdated { .. } => "Iemand anders heeft dit intussen gewijzigd. Er is niets opgeslagen. Haal de nieuwe stand op en kies opnieuw.".into(),
            Self::Conflict(message) => message.clone(),
            Self::Collision(_) => "Uw invoer botst met wat er al is. Er is niets opgeslagen.".into(),
            Self::MethodNotAllowed(allow) => format!("Op dit adres kan alleen: {allow}."),
            Self::NotAcceptable => "Dit adres antwoordt met application/json.".into(),
            Self::PayloadTooLarge => "De invoer is groter dan hier mag.".into(),
            Self::UnsupportedMediaType => "Stuur de invoer als application/json.".into(),
            Self::RequestTimeout => "De invoer kwam te langzaam binnen.".into(),
            Self::TooManyRequests(seconds) => format!("Dit is nu te vaak geprobeerd. Probeer het opnieuw over {}.", waiting_time(*seconds)),
            Self::Unavailable(_) => "De gegevens zijn even niet te wijzigen. Probeer het over een paar tellen opnieuw. Zoeken kan wel.".into(),
            Self::Internal(_) => "Dit ligt aan ons. De fout is vastgelegd.".into(),
        }
    }
}

/// "40 seconden", "3 minuten": rounded up, so that whoever waits so long is let in.
fn waiting_time(seconds: u32) -> String {
    match seconds {
        ..=1 => "1 seconde".into(),
        2..=90 => format!("{seconds} seconden"),
        _ => format!("{} minuten", seconds.div_ceil(60)),
    }
}

/// "Dit segment", "Deze regio": the thing with the Dutch word that points at it.
pub fn this(what: &str) -> String {
    const NEUTER: [&str; 9] = [
        "segment",
        "product",
        "lidmaatschap",
        "contract",
        "aanbod",
        "gegeven",
        "bestand",
        "account",
        "scenario",
    ];
    let pointer = if NEUTER.contains(&what) { "Dit" } else { "Deze" };
    format!("{pointer} {what}")
}

/// What is said at a field that names something which is not there.
pub fn unknown(what: &str) -> String {
    format!("{} bestaat niet; verbeter dit, of voeg het eerst toe", this(what).to_lowercase())
}

/// The codes of what fields are wrong in together, beside the product they are about, or on the day they are sent.
const BEYOND_A_DESCRIPTION: [&str; 7] =
    ["buiten-product", "omgekeerd", "ontbreekt", "strijdig", "te-hoog", "te-laat", "te-vroeg"];

impl From<Violations> for Error {
    /// What no description of a field can tell collides, when nothing else is wrong.
    fn from(violations: Violations) -> Self {
        let is_beyond = |wrong: &Violation| {
            Note::ABOUT_A_PERSON.contains(&wrong.code) || BEYOND_A_DESCRIPTION.contains(&wrong.code)
        };
        if !violations.is_empty() && violations.iter().all(is_beyond) {
            Self::Collision(violations)
        } else {
            Self::Invalid(violations)
        }
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind as Kind, Error as Db};
        match &error {
            Db::NotFound => Self::NotFound("gegeven"),
            Db::DatabaseError(Kind::UniqueViolation, _) => Self::Conflict("Dit bestaat al.".into()),
            // SQLite tells it by a trigger where a row may not be replaced either.
            Db::DatabaseError(_, info) if info.message().ends_with("is append-only: this key is taken") => {
                Self::Conflict("Dit bestaat al.".into())
            }
            Db::DatabaseError(Kind::ForeignKeyViolation, _) => {
                Self::Conflict("Dit verwijst naar iets dat er niet (meer) is.".into())
            }
            Db::BrokenTransactionManager
            | Db::DatabaseError(
                Kind::ClosedConnection
                | Kind::UnableToSendCommand
                | Kind::ReadOnlyTransaction
                | Kind::SerializationFailure,
                _,
            ) => Self::Unavailable(error.into()),
            Db::DatabaseError(_, info) if crate::db::is_passing_failure(info.message()) => {
                Self::Unavailable(error.into())
            }
            _ => Self::Internal(error.into()),
        }
    }
}

impl From<diesel::r2d2::PoolError> for Error {
    fn from(error: diesel::r2d2::PoolError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::Internal(error.into())
    }
}

impl actix_web::ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    /// A bare status: the pipeline around every route turns it into problem+json or a page.
    fn error_response(&self) -> actix_web::HttpResponse {
        actix_web::HttpResponse::new(self.status())
    }
}
