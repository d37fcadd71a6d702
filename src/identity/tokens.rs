//! Bearer tokens of the API: short-lived, signed with PS256, for one audience, revoked with the user's credentials.

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Whom a token of ours is for.
const AUDIENCE: &str = "beschikbaarheidswijzer-api";

/// What a token says. Times are seconds since 1970, as RFC 7519 asks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    pub sub: String,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
    /// The user's credential version when the token was made: a later one ends it.
    pub ver: i32,
}

/// A key pair as stored.
#[derive(Debug, Clone)]
pub struct KeyPair {
    pub kid: String,
    pub private_pem: String,
    pub public_pem: String,
}

/// The keys of this server, read once at the start.
pub struct TokenKeys {
    issuer: String,
    kid: String,
    signing: EncodingKey,
    verifying: DecodingKey,
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

impl TokenKeys {
    pub fn new(issuer: &str, pair: &KeyPair) -> Result<Self> {
        Ok(Self {
            issuer: issuer.to_owned(),
            kid: pair.kid.clone(),
            signing: EncodingKey::from_rsa_pem(pair.private_pem.as_bytes()).map_err(Error::internal)?,
            verifying: DecodingKey::from_rsa_pem(pair.public_pem.as_bytes()).map_err(Error::internal)?,
        })
    }

    /// A token for a user, valid from now on for so long.
    pub fn issue(
        &self,
        user_id: i64,
        credential_version: i32,
        now: DateTime<Utc>,
        valid_for: Duration,
    ) -> Result<String> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.into(),
            sub: user_id.to_string(),
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + valid_for).timestamp(),
            ver: credential_version,
        };
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::PS256) };
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(Error::internal)
    }

    /// What the token says, if this server made it, for this API, for now. Every other token is
    /// answered the same.
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims> {
        let mut validation = Validation::new(Algorithm::PS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        // The library reads the machine's clock; times are compared below with the one that is passed in.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.leeway = 0;
        let token = jsonwebtoken::decode::<Claims>(token, &self.verifying, &validation)
            .map_err(|_| Error::SignInRequired)?;
        let claims = token.claims;
        let seconds = now.timestamp();
        let right_key = token.header.kid.as_deref() == Some(self.kid.as_str());
        if right_key && claims.nbf <= seconds && seconds < claims.exp {
            Ok(claims)
        } else {
            Err(Error::SignInRequired)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(issuer: &str) -> TokenKeys {
        TokenKeys::new(issuer, &KeyPair::generate().expect("a key")).expect("usable")
    }

    fn noon() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_262_400, 0).expect("a time")
    }

    #[test]
    fn a_token_is_good_from_its_start_until_its_end_and_not_a_second_longer() {
        let keys = keys("https://a.example");
        let token = keys.issue(7, 3, noon(), Duration::hours(1)).expect("a token");
        let claims = keys.verify(&token, noon()).expect("valid");
        assert_eq!((claims.sub.as_str(), claims.ver), ("7", 3));
        assert!(keys.verify(&token, noon() + Duration::minutes(59)).is_ok());
        assert!(keys.verify(&token, noon() + Duration::hours(1)).is_err());
        assert!(keys.verify(&token, noon() - Duration::seconds(1)).is_err());
    }

    #[test]
    fn tokens_of_others_are_refused() {
        let keys = keys("https://a.example");
        let other_key =
            self::keys("https://a.example").issue(7, 3, noon(), Duration::hours(1)).expect("a token");
        assert!(keys.verify(&other_key, noon()).is_err());
        let claims = Claims {
            iss: "https://a.example".into(),
            aud: AUDIENCE.into(),
            sub: "7".into(),
            iat: 0,
            nbf: 0,
            exp: i64::MAX,
            ver: 3,
        };
        let hs256 = jsonwebtoken::encode(
            &Header::new(Algorithm::HS256),
            &claims,
            &EncodingKey::from_secret(b"guess"),
        )
        .expect("a token");
        assert!(keys.verify(&hs256, noon()).is_err());
        for changed in [
            Claims { aud: "another".into(), ..claims.clone() },
            Claims { iss: "https://b.example".into(), ..claims.clone() },
        ] {
            let header = Header { kid: Some(keys.kid.clone()), ..Header::new(Algorithm::PS256) };
            let token = jsonwebtoken::encode(&header, &changed, &keys.signing).expect("a token");
            assert!(keys.verify(&token, noon()).is_err());
        }
        assert!(keys.verify("", noon()).is_err());
        assert!(keys.verify("a.b.c", noon()).is_err());
    }
}
