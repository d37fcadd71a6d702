//! Signed tokens: PS256, by keys of this server, for this API. No database and no clock of its own.

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Whom a token of ours is for.
pub const AUDIENCE: &str = "beschikbaarheidswijzer-api";
/// The longest token that is looked at; ours have fewer than 1000 characters.
const LONGEST: usize = 4096;
/// No token of ours is made for longer.
pub const LONGEST_LIFE: Duration = Duration::hours(24);

/// What a token says. Times are seconds since 1970, as RFC 7519 asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    /// The user.
    pub sub: String,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
    /// The family the token belongs to, which must still stand.
    pub sid: String,
}

/// A key pair, in the clear.
#[derive(Clone)]
pub struct KeyPair {
    pub kid: String,
    pub private_pem: String,
    pub public_pem: String,
}

/// A key pair in use.
struct Key {
    kid: String,
    signing: EncodingKey,
    verifying: DecodingKey,
    /// Absent: until further notice.
    valid_until: Option<DateTime<Utc>>,
}

/// The keys of this server: the first one signs, all of them verify.
pub struct KeySet {
    issuer: String,
    keys: Vec<Key>,
}

impl KeyPair {
    /// A new RSA key of 2048 bits.
    pub fn generate() -> Result<Self> {
        use aws_lc_rs::encoding::AsDer;
        use aws_lc_rs::rsa::{KeyPair, KeySize};
        use aws_lc_rs::signature::KeyPair as _;
        let failed = |_| Error::internal("no RSA key could be made");
        let pair = KeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
        let private: aws_lc_rs::encoding::Pkcs8V1Der<'static> = pair.as_der().map_err(failed)?;
        let public: aws_lc_rs::encoding::PublicKeyX509Der<'static> =
            pair.public_key().as_der().map_err(failed)?;
        Ok(Self {
            kid: format!("{:016x}", rand::random::<u64>()),
            private_pem: pem("PRIVATE KEY", private.as_ref()),
            public_pem: pem("PUBLIC KEY", public.as_ref()),
        })
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

impl KeySet {
    pub fn new(issuer: &str, pairs: &[(KeyPair, Option<DateTime<Utc>>)]) -> Result<Self> {
        let key = |(pair, valid_until): &(KeyPair, Option<DateTime<Utc>>)| {
            Ok(Key {
                kid: pair.kid.clone(),
                signing: EncodingKey::from_rsa_pem(pair.private_pem.as_bytes()).map_err(Error::internal)?,
                verifying: DecodingKey::from_rsa_pem(pair.public_pem.as_bytes()).map_err(Error::internal)?,
                valid_until: *valid_until,
            })
        };
        Ok(Self { issuer: issuer.to_owned(), keys: pairs.iter().map(key).collect::<Result<_>>()? })
    }

    /// A token of a family, valid from now on for so long.
    pub fn issue(
        &self,
        user_id: i64,
        family: &str,
        now: DateTime<Utc>,
        valid_for: Duration,
    ) -> Result<String> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.into(),
            sub: user_id.to_string(),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + valid_for.min(LONGEST_LIFE)).timestamp(),
            sid: family.into(),
        };
        let key = self.keys.first().ok_or_else(|| Error::internal("no key to sign with"))?;
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::PS256) };
        jsonwebtoken::encode(&header, &claims, &key.signing).map_err(Error::internal)
    }

    /// What the token says, if this server made it, for this API, for now. Every other token is
    /// answered the same. Whether its family still stands, the database must tell.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims> {
        self.check(token, now).ok_or(Error::SignInRequired)
    }

    /// Whether the token names a key that is not here, and may be a new one.
    pub fn misses_key_of(&self, token: &str) -> bool {
        let kid = header(token).and_then(|header| header.kid);
        kid.is_some_and(|kid| kid.len() <= 64 && !self.keys.iter().any(|key| key.kid == kid))
    }

    fn check(&self, token: &str, now: DateTime<Utc>) -> Option<Claims> {
        let header = header(token)?;
        // A key never comes from the token, and a header that asks for more than we do is not one of ours.
        let brings_key =
            header.jku.is_some() || header.jwk.is_some() || header.x5u.is_some() || header.x5c.is_some();
        let asks_more = header.crit.is_some() || header.enc.is_some() || header.zip.is_some();
        if header.alg != Algorithm::PS256 || header.typ.as_deref() != Some("JWT") || brings_key || asks_more {
            return None;
        }
        let kid = header.kid?;
        let key = self.keys.iter().find(|key| key.kid == kid)?;
        if key.valid_until.is_some_and(|until| until <= now) {
            return None;
        }
        let mut validation = Validation::new(Algorithm::PS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // The library reads the machine's clock; times are compared below with the one that is passed in.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.leeway = 0;
        let claims = jsonwebtoken::decode::<Claims>(token, &key.verifying, &validation).ok()?.claims;
        let seconds = now.timestamp();
        let in_time = claims.iat <= seconds && claims.nbf <= seconds && seconds < claims.exp;
        let life = claims.exp.checked_sub(claims.iat)?;
        (in_time && life <= LONGEST_LIFE.num_seconds()).then_some(claims)
    }
}

fn header(token: &str) -> Option<Header> {
    if token.len() > LONGEST {
        return None;
    }
    jsonwebtoken::decode_header(token).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_262_400, 0).expect("a time")
    }

    #[test]
    fn a_token_is_good_from_its_start_until_its_end_and_not_a_second_longer() {
        let keys =
            KeySet::new("https://a.example", &[(KeyPair::generate().expect("a key"), None)]).expect("usable");
        let token = keys.issue(7, "familie", noon(), Duration::hours(1)).expect("a token");
        let claims = keys.verify(&token, noon()).expect("valid");
        assert_eq!((claims.sub.as_str(), claims.sid.as_str()), ("7", "familie"));
        assert!(keys.verify(&token, noon() + Duration::minutes(59)).is_ok());
        assert!(keys.verify(&token, noon() + Duration::hours(1)).is_err());
        assert!(keys.verify(&token, noon() - Duration::seconds(1)).is_err());
    }

    #[test]
    fn the_newest_key_signs_and_an_older_one_verifies_until_its_end() {
        let (old, new) = (KeyPair::generate().expect("a key"), KeyPair::generate().expect("a key"));
        let issue = |pairs: &[(KeyPair, Option<DateTime<Utc>>)]| {
            let keys = KeySet::new("https://a.example", pairs).expect("usable");
            keys.issue(7, "familie", noon(), Duration::hours(12)).expect("a token")
        };
        let end = noon() + Duration::hours(1);
        let both = [(new.clone(), None), (old.clone(), Some(end))];
        let keys = KeySet::new("https://a.example", &both).expect("usable");
        let (of_old, of_new) = (issue(&[(old, None)]), issue(&both));
        assert!(keys.verify(&of_old, end - Duration::seconds(1)).is_ok());
        assert!(keys.verify(&of_old, end).is_err());
        assert!(keys.verify(&of_new, end).is_ok());
        let only_new = KeySet::new("https://a.example", &[(new, None)]).expect("usable");
        assert!(only_new.verify(&of_old, noon()).is_err());
        assert!(only_new.misses_key_of(&of_old) && !only_new.misses_key_of(&of_new));
    }
}
