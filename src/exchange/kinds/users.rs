//! Gebruikers (users). Nobody's password is in a file: who is new gets an invitation.

use std::collections::HashMap;

use rules::contact::parse_email;

use crate::actor::Role;
use crate::db::Connection;
use crate::error::{Error, Result};
use crate::exchange::importing::{Listed, Records, Way};
use crate::exchange::model::Column;
use crate::identity::organisations::actions::list_names;
use crate::identity::users::actions::{invite_within, list_people, save_within};
use crate::identity::users::api::read_roles;
use crate::identity::users::model::{Invitation, UserDraft};
use crate::identity::users::pages::parse_user_name;
use crate::product_book::common::Stored;
use crate::web::fields::{Fields, Length};

pub(super) struct Users {
    /// The organisations of the region by name.
    organisations: HashMap<String, i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct UserLine {
    organisation: String,
    draft: UserDraft,
}

impl Records for Users {
    type Key = String;
    type Draft = UserLine;

    const COLUMNS: &'static [Column] = &[
        Column::required(
            "gebruikersnaam",
            "Waarmee iemand inlogt. Wie nieuw is, krijgt een mail met een uitnodiging.",
            "toegang-putten",
        ),
        Column::required("naam", "Naam op de pagina's: de rol of het team.", "Toegang Putten"),
        Column::required("email", "E-mailadres.", "toegang@putten.example"),
        Column::required("rollen", "Een of meer rollen, met een | ertussen.", "toegang"),
        Column::required(
            "organisatie",
            "Naam van een organisatie van de regio. Die verandert later niet meer.",
            "Gemeente Putten",
        ),
    ];
    const IN_BOOK: bool = false;

    fn open(conn: &mut Connection, way: &Way<'_>) -> Result<Self> {
        let names = list_names(conn, way.actor)?;
        Ok(Self { organisations: names.into_iter().map(|(id, name, _)| (name, id)).collect() })
    }

    fn list(&self, conn: &mut Connection, way: &Way<'_>) -> Result<Listed<Self>> {
        Ok(list_people(conn, way.actor)?
            .into_iter()
            .map(|user| {
                let draft = UserDraft {
                    display_name: user.display_name,
                    email: user.email,
                    roles: sorted(user.roles),
                };
                let line = UserLine { organisation: user.organisation, draft };
                (user.name, Stored { id: user.id, version: user.version, value: line })
            })
            .collect())
    }

    fn cells(key: &String, line: &UserLine) -> Vec<String> {
        let roles: Vec<&str> = line.draft.roles.iter().map(|role| role.code()).collect();
        vec![
            key.clone(),
            line.draft.display_name.clone(),
            line.draft.email.clone(),
            roles.join("|"),
            line.organisation.clone(),
        ]
    }

    fn read(&self, _: &Way<'_>, fields: &mut Fields) -> Option<(String, UserLine)> {
        let name = fields.parsed("gebruikersnaam", "geen-naam", parse_user_name);
        let display_name = fields.text("naam", Length(1, 100));
        let email = fields.optional_parsed("email", "geen-emailadres", parse_email).unwrap_or_default();
        let roles = read_roles(fields);
        let organisation = fields.text("organisatie", Length(1, 200));
        let draft = UserDraft { display_name, email: email.to_lowercase(), roles };
        Some((name?, UserLine { organisation, draft }))
    }

    fn save(
        &self,
        conn: &mut Connection,
        way: &Way<'_>,
        key: &String,
        found: Option<&Stored<UserLine>>,
        line: &UserLine,
    ) -> Result<()> {
        if line.draft.email.is_empty() {
            return Err(Error::invalid("email", "verplicht", "vul dit in"));
        }
        let Some(Stored { id, version, value }) = found else {
            let organisation = self.organisations.get(&line.organisation);
            let organisation_id = *organisation.ok_or(Error::NotFound("organisatie"))?;
            let new = Invitation { name: key.clone(), organisation_id, draft: line.draft.clone() };
            return invite_within(conn, way.actor, way.now, way.sender, &new).map(drop);
        };
        if value.organisation != line.organisation {
            let message = format!(
                "de organisatie van een gebruiker verandert niet; schrijf {}, of nodig iemand uit onder een andere naam",
                value.organisation
            );
            return Err(Error::collision("organisatie", "vast", message));
        }
        save_within(conn, way.actor, way.now, way.sender, (*id, *version), &line.draft)
    }
}

fn sorted(mut roles: Vec<Role>) -> Vec<Role> {
    roles.sort_by_key(|role| role.code());
    roles.dedup();
    roles
}
