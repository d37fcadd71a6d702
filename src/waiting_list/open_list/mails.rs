//! What a mail about new clients says: for which products, and nothing of a child.

use askama::Template;

use crate::error::Result;
use crate::notifications::model::Mail;
use crate::web::page::render;

#[derive(Template)]
#[template(path = "waiting_list/open_list/newcomers.html")]
struct NewcomersHtml<'a> {
    region_name: &'a str,
    subject: &'a str,
    products: &'a [&'a str],
    list_url: &'a str,
    choice_url: &'a str,
}

#[derive(Template)]
#[template(path = "waiting_list/open_list/newcomers.txt")]
struct NewcomersText<'a> {
    products: &'a [&'a str],
    list_url: &'a str,
    choice_url: &'a str,
}

pub(super) fn newcomers(products: &[&str], public_url: &str, to: &str) -> Result<Mail> {
    let subject = match products {
        [product] => format!("Er is een nieuwe wachtende voor {product}"),
        _ => format!("Er zijn nieuwe wachtenden voor {} producten", products.len()),
    };
    let (list_url, choice_url) =
        (format!("{public_url}/wachtenden"), format!("{public_url}/wachtenden/meldingen"));
    let html = NewcomersHtml {
        region_name: "",
        subject: &subject,
        products,
        list_url: &list_url,
        choice_url: &choice_url,
    };
    let text = NewcomersText { products, list_url: &list_url, choice_url: &choice_url };
    let (text, html) = (render(&text)?, render(&html)?);
    Ok(Mail { kind: "wachtenden", to: to.to_owned(), subject, text, html })
}
