//! A field that nobody sees (`parts/trap.html`); who fills it in is a program that fills in everything.

use crate::web::fields::Fields;

const NAME: &str = "website";

/// Takes the field out of a form, and says whether something was in it.
pub fn is_sprung(fields: &mut Fields) -> bool {
    let is_sprung = !fields.raw(NAME).is_empty();
    fields.ignore(NAME);
    is_sprung
}
