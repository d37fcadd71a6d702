//! Bekend apparaat (known device): a browser in which a user signed in before. Its tries to sign in are counted
//! apart, so that nobody locks a user out by failing on the name from elsewhere. Nothing is stored: the cookie
//! proves itself.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Result;
use crate::identity::vault::Vault;

/// The value of a new cookie for this user.
pub fn make(vault: &Vault, user_name: &str) -> Result<String> {
    let id = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
    let proof = URL_SAFE_NO_PAD.encode(proof(vault, user_name, &id)?);
    Ok(format!("{id}.{proof}"))
}

/// Which device this is, if this user signed in with it.
pub fn prove(vault: &Vault, user_name: &str, cookie: &str) -> Option<String> {
    let (id, given) = cookie.split_once('.').filter(|(id, _)| id.len() == 22)?;
    let given = URL_SAFE_NO_PAD.decode(given).ok()?;
    let expected = proof(vault, user_name, id).ok()?;
    verify_slices_are_equal(&expected, &given).ok().map(|()| id.to_owned())
}

fn proof(vault: &Vault, user_name: &str, id: &str) -> Result<[u8; 32]> {
    vault.derive(&format!("apparaat {id} {user_name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_to_its_own_user_and_server() {
        let vault = Vault::new(b"one key of more than thirty-two characters").expect("a vault");
        let cookie = make(&vault, "iemand").expect("a cookie");
        assert!(prove(&vault, "iemand", &cookie).is_some_and(|id| cookie.starts_with(&id)));
        assert_eq!(prove(&vault, "ander", &cookie), None);
        let other = Vault::new(b"another key of more than thirty-two chars").expect("a vault");
        assert_eq!(prove(&other, "iemand", &cookie), None);
        for forged in ["", ".", "a.b", &cookie[..40], &format!("x{}", &cookie[1..])] {
            assert_eq!(prove(&vault, "iemand", forged), None, "{forged}");
        }
    }
}
