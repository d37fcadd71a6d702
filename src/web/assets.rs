//! Style sheets, scripts, fonts and icons: built from npm packages into `static/`, held by the program itself.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Files;

/// Changes with any of the files.
pub fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let mut names: Vec<_> = Files::iter().collect();
        names.sort();
        let mut digest = Sha256::new();
        for name in names {
            if let Some(file) = Files::get(&name) {
                digest.update(file.metadata.sha256_hash());
            }
        }
        hex(&digest.finalize()[..6])
    });
    &VERSION
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub async fn file(req: HttpRequest, path: Path<String>) -> Result<HttpResponse> {
    let file: EmbeddedFile = Files::get(&path).ok_or(Error::NO_PAGE)?;
    let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()[..16]));
    let known =
        req.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) == Some(etag.as_str());
    // An address with a version never changes its content; one without is asked about again.
    let keep = if req.query_string().starts_with("v=") {
        "public, max-age=31536000, immutable"
    } else {
        "public, max-age=3600"
    };
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((header::ETAG, etag)).insert_header((header::CACHE_CONTROL, keep));
    if known {
        return Ok(response.finish());
    }
    response.content_type(file.metadata.mimetype());
    Ok(response.body(file.data.into_owned()))
}
