//! Aanbieders (providers).

use rules::codes::AgbCode;

use super::{known, yes_or_no};
use crate::db::Connection;
use crate::error::Result;
use crate::exchange::importing::{Listed, Records, Way};
use crate::exchange::model::Column;
use crate::product_book::common::{Expect, Stored};
use crate::product_book::providers::actions::{ProviderDraft, list_all_providers, write_provider};
use crate::product_book::providers::api::read_provider;
use crate::web::fields::Fields;

pub(super) struct Providers;

impl Records for Providers {
    type Key = String;
    type Draft = ProviderDraft;

    const COLUMNS: &'static [Column] = &[
        Column::required(
            "agb",
            "AGB-code van 8 cijfers. Let op dat de nul vooraan blijft staan.",
            "98990001",
        ),
        Column::required("naam", "Naam van de aanbieder.", "Bakenzand Jeugd en Gezin"),
        Column::required("soort", "hoofdaannemer of onderaannemer.", "hoofdaannemer"),
        Column::optional("hoofdaannemer", "AGB-code van de hoofdaannemer. Alleen bij een onderaannemer.", ""),
        Column::optional("telefoonVerwijzers", "Telefoonnummer voor verwijzers.", "0341 00 01 01"),
        Column::optional("emailVerwijzers", "E-mailadres voor verwijzers.", "aanmelden@bakenzand.example"),
        Column::optional("website", "Website, met https://.", "https://www.bakenzand.example"),
        Column::optional("onlineHulp", "Of er ook hulp op afstand is: ja of nee.", "nee"),
        Column::optional("toelichting", "Wat verder van belang is.", ""),
    ];
    const IN_BOOK: bool = true;

    fn open(_: &mut Connection, _: &Way<'_>) -> Result<Self> {
        Ok(Self)
    }

    fn list(&self, conn: &mut Connection, _: &Way<'_>) -> Result<Listed<Self>> {
        Ok(list_all_providers(conn)?
            .into_iter()
            .map(|Stored { id, version, value }| {
                let draft = ProviderDraft {
                    name: value.name,
                    kind: value.kind,
                    main_agb: value.main_provider.map(|main| main.agb),
                    phone: value.phone,
                    email: value.email,
                    website: value.website,
                    online_help: value.online_help,
                    description: value.description,
                };
                (value.agb, Stored { id, version, value: draft })
            })
            .collect())
    }

    fn cells(key: &String, draft: &ProviderDraft) -> Vec<String> {
        vec![
            key.clone(),
            draft.name.clone(),
            draft.kind.word().to_owned(),
            known(draft.main_agb.as_ref()),
            draft.phone.clone(),
            draft.email.clone(),
            draft.website.clone(),
            yes_or_no(draft.online_help),
            draft.description.clone(),
        ]
    }

    fn read(&self, _: &Way<'_>, fields: &mut Fields) -> Option<(String, ProviderDraft)> {
        let agb = fields.parsed("agb", "geen-code", AgbCode::parse);
        let draft = read_provider(fields);
        Some((agb?.to_string(), draft))
    }

    fn save(
        &self,
        conn: &mut Connection,
        way: &Way<'_>,
        key: &String,
        found: Option<&Stored<ProviderDraft>>,
        draft: &ProviderDraft,
    ) -> Result<()> {
        write_provider(conn, way.actor, way.now, key, Expect::of(found), draft.clone().into()).map(drop)
    }
}
