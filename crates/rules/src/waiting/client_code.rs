//! Cliëntcode: the random code under which a waiting child is known here.
//!
//! The toegang keeps the link between code and child in its own system, so the code is read out on the telephone,
//! written on paper and typed in again. It must survive that: no signs that look alike, no vowels that make a word
//! by accident, groups of three, and a check that catches the mistakes of typing. It says nothing about the child,
//! not even when it was registered, and it is a name and not a key: who may see what never depends on knowing it.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Digits and capitals without vowels, and of signs that look alike (0 O Q D, 1 I L J, U V, 2 Z, 5 S, 8 B) at most
/// one. That leaves 23, and because 23 is prime the check is complete.
const ALPHABET: &[u8; 23] = b"23456789CDFGHJKMNPRTWXY";

/// The signs of a code, the check included.
const LENGTH: usize = 9;

/// How many codes there are.
const CODES: u64 = 23_u64.pow(8);

/// Why a text is not a code. The message never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Error)]
pub enum ClientCodeError {
    /// Too short or too long.
    #[error("een cliëntcode heeft 9 tekens, bijvoorbeeld C4K-7XW-2R9")]
    Length,
    /// A sign that no code has.
    #[error("een cliëntcode heeft geen klinkers en geen 0, 1, B, L, Q, S, V of Z; kijk de code nog eens na")]
    Sign,
    /// The check does not come out.
    #[error("deze cliëntcode bestaat niet; waarschijnlijk is er een teken verkeerd of verwisseld")]
    Check,
}

/// Cliëntcode: eight random signs and one that checks them.
///
/// The values of the signs, weighed by their place, add up to nothing modulo 23. Because 23 is prime and all weights
/// differ, that catches every single wrong sign, every two signs that were swapped (next to each other or not), and
/// every double sign typed as another double sign. Of all other mistakes it misses one in 23.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientCode([u8; LENGTH]);

impl ClientCode {
    /// The code made from random bytes, which the caller takes from a source fit for secrets.
    ///
    /// There are 78 thousand million codes: with 100,000 in use, about one new code in a million is taken already
    /// and must be made again. The remainder of the division favours some codes by less than one in 200 million.
    pub fn from_random(bytes: [u8; 8]) -> Self {
        let mut rest = u64::from_le_bytes(bytes) % CODES;
        let mut signs = [0_u8; LENGTH];
        for sign in &mut signs[..LENGTH - 1] {
            *sign = (rest % 23) as u8;
            rest /= 23;
        }
        // The last sign weighs 9, and 9 × 18 = 162 = 7 × 23 + 1, so multiplying by 18 divides by 9.
        let open = (23 - weighed(signs)) * 18 % 23;
        signs[LENGTH - 1] = open as u8;
        Self(signs.map(|value| ALPHABET[usize::from(value)]))
    }

    /// Reads what somebody types: capitals or not, with or without spaces and dashes.
    pub fn parse(text: &str) -> Result<Self, ClientCodeError> {
        let mut signs = [0_u8; LENGTH];
        let mut values = [0_u8; LENGTH];
        let mut count = 0;
        for typed in text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '‑' | '–' | '—'))
        {
            let sign = u8::try_from(typed.to_ascii_uppercase()).map_err(|_| ClientCodeError::Sign)?;
            let value = value_of(sign).ok_or(ClientCodeError::Sign)?;
            if count == LENGTH {
                return Err(ClientCodeError::Length);
            }
            (signs[count], values[count]) = (sign, value);
            count += 1;
        }
        if count < LENGTH {
            Err(ClientCodeError::Length)
        } else if weighed(values) != 0 {
            Err(ClientCodeError::Check)
        } else {
            Ok(Self(signs))
        }
    }

    /// The nine signs without dashes, as they are stored.
    pub fn as_str(&self) -> &str {
        // Every sign comes from the alphabet, which is ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn value_of(sign: u8) -> Option<u8> {
    ALPHABET.iter().position(|known| *known == sign).and_then(|value| u8::try_from(value).ok())
}

/// The values weighed by their place, 1 to 9, modulo 23.
fn weighed(values: [u8; LENGTH]) -> u32 {
    (1..).zip(values).map(|(weight, value): (u32, u8)| weight * u32::from(value)).sum::<u32>() % 23
}

/// In three groups of three, `C4K-7XW-2R9`.
impl fmt::Display for ClientCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.as_str();
        f.pad(&format!("{}-{}-{}", &code[..3], &code[3..6], &code[6..]))
    }
}

impl fmt::Debug for ClientCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientCode({self})")
    }
}

impl FromStr for ClientCode {
    type Err = ClientCodeError;

    fn from_str(text: &str) -> Result<Self, ClientCodeError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_code() -> impl Strategy<Value = ClientCode> {
        any::<[u8; 8]>().prop_map(ClientCode::from_random)
    }

    fn parsed(signs: [u8; LENGTH]) -> Result<ClientCode, ClientCodeError> {
        ClientCode::parse(std::str::from_utf8(&signs).unwrap())
    }

    #[test]
    fn known_codes() {
        for (number, code) in [
            (0, "222-222-222"),
            (1, "322-222-227"),
            (22, "Y22-222-22R"),
            (CODES - 1, "YYY-YYY-YY6"),
            (CODES, "222-222-222"),
            (20_260_302, "N76-D55-228"),
        ] {
            assert_eq!(ClientCode::from_random(u64::to_le_bytes(number)).to_string(), code, "{number}");
        }
    }

    #[test]
    fn nothing_looks_alike() {
        for group in ["0OQD", "1ILJ", "UV", "2Z", "5S", "8B"] {
            let used = group.bytes().filter(|sign| value_of(*sign).is_some()).count();
            assert!(used <= 1, "{group}");
        }
        assert!("AEIOU".bytes().all(|vowel| value_of(vowel).is_none()));
    }

    #[test]
    fn reading_forgives_case_spaces_and_dashes() {
        let code = ClientCode::from_random(20_260_302_u64.to_le_bytes());
        for text in ["N76D55228", "n76-d55-228", " N76 D55 228 ", "N-7-6-D-5-5-2-2-8", "n76–d55—228"] {
            assert_eq!(ClientCode::parse(text), Ok(code), "{text}");
        }
        assert_eq!(code.as_str(), "N76D55228");
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (text, error) in [
            ("", ClientCodeError::Length),
            ("N76-D55-22", ClientCodeError::Length),
            ("N76-D55-2288", ClientCodeError::Length),
            ("N76-D55-2O8", ClientCodeError::Sign),
            ("N76_D55_228", ClientCodeError::Sign),
            ("Ň76-D55-228", ClientCodeError::Sign),
            ("N76-D55-238", ClientCodeError::Check),
        ] {
            assert_eq!(ClientCode::parse(text), Err(error), "{text}");
        }
        assert!(ClientCodeError::Length.to_string().ends_with("C4K-7XW-2R9"));
        assert!(ClientCode::parse("C4K-7XW-2R9").is_ok());
        let refused = ClientCodeError::Sign.to_string();
        for sign in b'0'..=b'Z' {
            let vowel = b"AEIOU".contains(&sign);
            if sign.is_ascii_alphanumeric() && !vowel && value_of(sign).is_none() {
                assert!(refused.contains(char::from(sign)), "{}", char::from(sign));
            }
        }
    }

    /// Whether a mistake shows depends only on how it changes the weighed sum, and that on place and signs alone. So
    /// trying every place and every pair of signs in one code proves it for all codes.
    #[test]
    fn every_wrong_sign_is_caught() {
        let mut tried = 0;
        for place in 0..LENGTH {
            for from in 0..23 {
                for to in (0..23).filter(|to| *to != from) {
                    let mut values = [0; LENGTH];
                    values[place] = from;
                    let before = weighed(values);
                    values[place] = to;
                    assert_ne!(weighed(values), before, "place {place}, {from} as {to}");
                    tried += 1;
                }
            }
        }
        assert_eq!(tried, 9 * 23 * 22);
    }

    #[test]
    fn every_swap_and_every_other_double_is_caught() {
        for (one, other) in (0..LENGTH).flat_map(|one| (one + 1..LENGTH).map(move |other| (one, other))) {
            for (a, b) in (0..23).flat_map(|a| (0..23).map(move |b| (a, b))).filter(|(a, b)| a != b) {
                let sum = |first, second| {
                    let mut values = [0; LENGTH];
                    (values[one], values[other]) = (first, second);
                    weighed(values)
                };
                assert_ne!(sum(a, b), sum(b, a), "{a} and {b} at {one} and {other}");
                assert!(other != one + 1 || sum(a, a) != sum(b, b), "{a}{a} as {b}{b} at {one}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_code_is_read_back(code in any_code()) {
            prop_assert_eq!(ClientCode::parse(&code.to_string()), Ok(code));
            prop_assert_eq!(ClientCode::parse(&code.as_str().to_lowercase()), Ok(code));
        }

        #[test]
        fn no_mistake_in_one_place_is_read_as_a_code(code in any_code()) {
            for place in 0..LENGTH {
                for sign in ALPHABET.iter().filter(|sign| **sign != code.0[place]) {
                    let mut wrong = code.0;
                    wrong[place] = *sign;
                    prop_assert_eq!(parsed(wrong), Err(ClientCodeError::Check));
                }
                let mut swapped = code.0;
                swapped.swap(place, (place + 1) % LENGTH);
                prop_assert!(swapped == code.0 || parsed(swapped) == Err(ClientCodeError::Check));
            }
        }

        #[test]
        fn different_numbers_give_different_codes(one in 0..CODES, two in 0..CODES) {
            let code = |number: u64| ClientCode::from_random(number.to_le_bytes());
            prop_assert_eq!(one == two, code(one) == code(two));
        }

        #[test]
        fn reading_anything_is_safe(text in "\\PC{0,14}") {
            if let Ok(code) = ClientCode::parse(&text) {
                prop_assert_eq!(ClientCode::parse(code.as_str()), Ok(code));
            }
        }
    }
}
