//! A file that somebody sends with a form: bounded in size and in time, and only from a page of ours.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::StreamExt;

use crate::error::{Error, Result};
use crate::web::csv::reading::LARGEST_FILE;
use crate::web::input::{CSRF_FIELD, announced_larger_than, form_token, is_same_origin};

/// The field of the file.
pub const FILE_FIELD: &str = "bestand";

/// A file that trickles in holds a connection; this is the longest it may take. A file of the largest size comes in time over
/// a line of 4 Mbit/s.
const SLOWEST_FILE: Duration = Duration::from_secs(25);
/// What a form has around its file.
const ROOM_AROUND: usize = 16 * 1024;
const LONGEST_NAME: usize = 120;

/// The file of a form. Empty when none was chosen.
pub struct FileInput {
    pub name: String,
    pub content: Vec<u8>,
}

impl FromRequest for FileInput {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = req.content_type().eq_ignore_ascii_case("multipart/form-data");
        let too_large = announced_larger_than(req, LARGEST_FILE + ROOM_AROUND);
        let same_origin = is_same_origin(req);
        let token = form_token(req);
        let parts = Multipart::new(req.headers(), payload.take());
        Box::pin(async move {
            if !is_form {
                return Err(Error::UnsupportedMediaType);
            }
            if too_large {
                return Err(Error::PayloadTooLarge);
            }
            if !same_origin {
                return Err(Error::FormExpired);
            }
            let read = tokio::time::timeout(SLOWEST_FILE, read_parts(parts)).await;
            let (given, file) = read.map_err(|_| Error::RequestTimeout)??;
            if token.is_some_and(|token| given.as_deref() != Some(token.as_bytes())) {
                return Err(Error::FormExpired);
            }
            Ok(file)
        })
    }
}

/// The token of the form and its file. A part that does not belong is an error, and so is one that comes twice.
async fn read_parts(mut parts: Multipart) -> Result<(Option<Vec<u8>>, FileInput)> {
    let (mut token, mut file) = (None, None);
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| broken())?;
        match part.name() {
            Some(CSRF_FIELD) if token.is_none() => token = Some(read_part(part, ROOM_AROUND).await?),
            Some(FILE_FIELD) if file.is_none() => {
                let name = part.content_disposition().and_then(|about| about.get_filename());
                let name = plain_name(name.unwrap_or_default());
                file = Some(FileInput { name, content: read_part(part, LARGEST_FILE).await? });
            }
            _ => return Err(Error::invalid("", "onbekend-veld", "dit formulier heeft andere velden")),
        }
    }
    Ok((token, file.unwrap_or(FileInput { name: String::new(), content: Vec::new() })))
}

async fn read_part(mut part: Field, most: usize) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|_| broken())?;
        if content.len() + chunk.len() > most {
            return Err(Error::PayloadTooLarge);
        }
        content.extend_from_slice(&chunk);
    }
    Ok(content)
}

fn broken() -> Error {
    Error::invalid("", "afgebroken", "de invoer kwam niet heel aan")
}

/// The name without folders and signs that could mean something elsewhere.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_folders_and_no_end_of_line() {
        for (given, kept) in [
            ("aanbod.csv", "aanbod.csv"),
            ("C:\\werk\\aanbod.csv", "aanbod.csv"),
            ("../../etc/passwd", "passwd"),
            ("a\r\nb.csv", "ab.csv"),
            ("", ""),
        ] {
            assert_eq!(plain_name(given), kept);
        }
        assert_eq!(plain_name(&"x".repeat(500)).len(), LONGEST_NAME);
    }
}
