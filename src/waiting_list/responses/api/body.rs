//! What the API tells of a response.

use chrono::{DateTime, NaiveDate, Utc};
use rules::waiting::responses::{ReasonOwner, ResponseStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::waiting_list::given_help::api::HelpBody;
use crate::waiting_list::responses::model::Response;
use crate::web::described::Paginering;

/// Aanbieder die reageerde.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReactieAanbieder)]
pub struct ProviderBody {
    /// AGB-code van de aanbieder.
    #[schema(pattern = "^(?!0{8})[0-9]{8}$", example = "98990009")]
    agb: String,
    /// Naam van de aanbieder.
    #[schema(example = "De Haven Jeugdhulp")]
    naam: String,
}

/// Aanbod waarmee is gereageerd.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReactieAanbod)]
pub struct OfferBody {
    /// Nummer van het aanbod.
    #[schema(minimum = 1, example = 17)]
    id: i64,
    /// Naam van de locatie van het aanbod.
    #[schema(example = "Locatie Haven")]
    locatie: String,
    /// Plaats waar de locatie is.
    #[schema(example = "Harderwijk")]
    plaats: String,
}

/// Reactie van een aanbieder op een wachtende.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reactie)]
#[serde(rename_all = "camelCase")]
pub struct ResponseBody {
    /// Nummer van de reactie.
    #[schema(minimum = 1, example = 17)]
    id: i64,
    /// Cliëntcode; een aanbieder ziet die als zijn reactie is geaccepteerd.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "C4K-7XW-2R9")]
    wachtende: Option<String>,
    /// Wat de aanbieder van de wachtende zag.
    #[schema(example = "Ambulante begeleiding, 12 t/m 15 jaar, Harderwijk, verwezen in maart 2026")]
    getoond: String,
    aanbieder: ProviderBody,
    aanbod: OfferBody,
    /// Vanaf wanneer de zorg kan starten.
    start_op: NaiveDate,
    /// Laatste dag waarop de aanbieder dit aanbiedt.
    geldig_tot: NaiveDate,
    /// Wat de aanbieder erbij schreef; ontbreekt als dat niets was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Kennismaken kan al in de week ervoor.")]
    opmerking: Option<String>,
    /// Hoeveel plekken het kind inneemt.
    #[schema(minimum = 1, maximum = 9, example = 1)]
    plaatsen: u16,
    /// Of die plekken nu vrij zijn; bij acceptatie worden ze dan vergeven.
    neemt_plek: bool,
    /// Hoe de reactie ervoor staat.
    #[schema(
        pattern = "^(open|geaccepteerd|afgewezen|ingetrokken|door-ander-geplaatst|wachtende-van-de-lijst|verlopen|niet-doorgegaan|zorg-beeindigd)$",
        example = "open"
    )]
    status: &'static str,
    /// Wanneer de aanbieder reageerde (UTC).
    gegeven_op: DateTime<Utc>,
    /// Wanneer de toegang uiterlijk antwoordt. Een aanbieder ziet de langste termijn van de regio.
    antwoord_voor: DateTime<Utc>,
    /// Wanneer de toegang is herinnerd (UTC); ontbreekt als dat niet is gebeurd. Een aanbieder ziet dit nooit.
    #[serde(skip_serializing_if = "Option::is_none")]
    herinnerd_op: Option<DateTime<Utc>>,
    /// Wanneer de accountmanager is gemaild (UTC); ontbreekt als dat niet is gebeurd. Een aanbieder ziet dit nooit.
    #[serde(skip_serializing_if = "Option::is_none")]
    opgeschaald_op: Option<DateTime<Utc>>,
    /// Wanneer de reactie eindigde (UTC); ontbreekt zolang zij open of geaccepteerd is.
    #[serde(skip_serializing_if = "Option::is_none")]
    beeindigd_op: Option<DateTime<Utc>>,
    /// Code van de reden die bij de status hoort.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "niet-passend")]
    reden: Option<String>,
    /// Bij een afwijzing: waar de reden bij hoort.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(wachtende|aanbieder|capaciteit)$", example = "capaciteit")]
    reden_van: Option<&'static str>,
    /// Korte toelichting bij de reden; ontbreekt als er geen is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "De groep is voor jongere kinderen.")]
    toelichting: Option<String>,
    /// Wanneer de afgesproken zorg startte.
    #[serde(skip_serializing_if = "Option::is_none")]
    gestart_op: Option<NaiveDate>,
    /// Wanneer de aanbieder aan het bevestigen van de start is herinnerd.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_herinnerd_op: Option<DateTime<Utc>>,
    /// Wanneer de toegang en de accountmanager hoorden dat de start onbevestigd bleef.
    #[serde(skip_serializing_if = "Option::is_none")]
    start_opgeschaald_op: Option<DateTime<Utc>>,
    /// Bij verblijf: wie de ambulante hulp geeft.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bakenzand Jeugd en Gezin")]
    begeleider: Option<String>,
    /// Bij verblijf: het team van de perspectiefregisseur.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Jeugdteam Zuid")]
    perspectiefteam: Option<String>,
    /// Geaccepteerd na een crisis: het adviesorgaan beslist achteraf.
    na_crisis: bool,
}

impl ResponseBody {
    /// As the toegang sees it.
    pub fn for_toegang(response: Response) -> Self {
        let reden_van = response.reason_owner().map(ReasonOwner::code);
        let placement = response.placement;
        let agreed = placement.as_ref().map(|placement| placement.agreement.clone()).unwrap_or_default();
        Self {
            id: response.id,
            wachtende: Some(response.client.code.to_string()),
            getoond: response.shown,
            aanbieder: ProviderBody { agb: response.provider.agb, naam: response.provider.name },
            aanbod: OfferBody {
                id: response.offer.id,
                locatie: response.offer.location,
                plaats: response.offer.town,
            },
            start_op: response.start_on,
            geldig_tot: response.valid_until,
            opmerking: response.remark,
            plaatsen: response.places,
            neemt_plek: response.takes_place,
            status: response.status.code(),
            gegeven_op: response.opened_at,
            antwoord_voor: response.answer_by,
            herinnerd_op: response.chased_at,
            opgeschaald_op: response.escalated_at,
            beeindigd_op: response.ended_at,
            reden: response.reason,
            reden_van,
            toelichting: response.note,
            gestart_op: placement.as_ref().and_then(|placement| placement.started_on),
            start_herinnerd_op: placement.as_ref().and_then(|placement| placement.chased_at),
            start_opgeschaald_op: placement.as_ref().and_then(|placement| placement.escalated_at),
            begeleider: placement.and_then(|placement| placement.companion),
            perspectiefteam: agreed.perspective_team,
            na_crisis: agreed.after_crisis,
        }
    }

    /// As the provider sees it: the code of the client comes with the agreement, and how urgent it is not at all.
    pub fn for_provider(response: Response) -> Self {
        let agreed = response.status == ResponseStatus::Accepted;
        let body = Self::for_toegang(response.as_provider_sees());
        Self { wachtende: body.wachtende.filter(|_| agreed), ..body }
    }
}

/// De reacties van uw organisatie.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EigenReacties)]
#[serde(rename_all = "camelCase")]
pub struct OwnResponses {
    /// De reacties van deze bladzijde.
    pub reacties: Vec<ResponseBody>,
    /// Nummers van de reacties op deze bladzijde waarbij een vraag op uw antwoord wacht.
    #[schema(example = json!([17]))]
    pub vraag_open: Vec<i64>,
    /// Aan wie u hulp geeft zonder eigen reactie, de vroegste start eerst.
    pub hulp: Vec<HelpBody>,
    pub paginering: Paginering,
}

#[cfg(test)]
mod tests {
    use utoipa::PartialSchema;

    use super::*;

    #[test]
    fn the_document_lists_every_status() {
        let schema = serde_json::to_value(ResponseBody::schema()).expect("a schema");
        let codes: Vec<&str> = ResponseStatus::ALL.iter().map(|status| status.code()).collect();
        assert_eq!(schema["properties"]["status"]["pattern"], format!("^({})$", codes.join("|")));
        let owners: Vec<&str> = ReasonOwner::ALL.iter().map(|owner| owner.code()).collect();
        assert_eq!(schema["properties"]["redenVan"]["pattern"], format!("^({})$", owners.join("|")));
    }
}
