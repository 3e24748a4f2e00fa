//! What PostgreSQL keeps of a password (SCRAM-SHA-256, RFC 5802 and 7677), computed here: the password itself stands in no
//! statement, and so in no log of the server. Only printable ASCII is taken: there the normalisation that the protocol asks
//! for (SASLprep) changes nothing, on any client.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::domain::password::is_plain;
use crate::domain::secret::Secret;

/// Rounds of the derivation; only who logs in computes them, once a connection.
const ROUNDS: u32 = 10_000;
const SALT: usize = 16;

/// What may be kept of a password. It can't be logged in with, but a weak password can be found from it: nobody sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier(String);

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScramError {
    /// A character that is not printable ASCII, or none at all.
    #[error("not printable ASCII")]
    Characters,
    /// The system gave no random bytes.
    #[error("no random bytes")]
    Random,
}

impl Verifier {
    /// Of a password, with a salt of its own.
    ///
    /// # Errors
    /// Where the password has characters that are not taken, or the system gives no random bytes.
    pub fn of(password: &Secret) -> Result<Verifier, ScramError> {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(|_| ScramError::Random)?;
        Verifier::with(password, &salt, ROUNDS)
    }

    fn with(password: &Secret, salt: &[u8; SALT], rounds: u32) -> Result<Verifier, ScramError> {
        if password.is_empty() || !is_plain(password.expose()) {
            return Err(ScramError::Characters);
        }
        let mut salted = zeroize::Zeroizing::new([0; 32]);
        // A key of any length is taken.
        let _ = pbkdf2::pbkdf2::<Hmac<Sha256>>(password.expose().as_bytes(), salt, rounds, &mut *salted);
        let client = zeroize::Zeroizing::new(keyed(&*salted, b"Client Key"));
        let stored = Sha256::digest(client.as_slice());
        let server = keyed(&*salted, b"Server Key");
        let [salt, stored, server] = [&salt[..], &stored[..], &server[..]].map(|bytes| STANDARD.encode(bytes));
        Ok(Verifier(format!("SCRAM-SHA-256${rounds}:{salt}${stored}:{server}")))
    }

    /// The text that PostgreSQL takes.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(***)")
    }
}

fn keyed(key: &[u8], text: &[u8]) -> [u8; 32] {
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(text).finalize().into_bytes().into())
        .unwrap_or([0; 32])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The exchange of RFC 7677, section 3.
    const SAID: &str = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
        r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
        c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    const PROOF: &str = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    const SIGNATURE: &str = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    #[test]
    fn the_exchange_of_the_standard_fits() {
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap().try_into().unwrap();
        let verifier = Verifier::with(&Secret::new("pencil"), &salt, 4096).unwrap();
        let (head, keys) = verifier.as_str().rsplit_once('$').unwrap();
        assert_eq!(head, "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==");
        let (stored, server) = keys.split_once(':').unwrap();
        let [stored, server, proof] = [stored, server, PROOF].map(|text| STANDARD.decode(text).unwrap());
        assert_eq!(STANDARD.encode(keyed(&server, SAID.as_bytes())), SIGNATURE);
        let client: Vec<u8> = proof.iter().zip(keyed(&stored, SAID.as_bytes())).map(|(a, b)| a ^ b).collect();
        assert_eq!(Sha256::digest(client)[..], stored);
    }

    #[test]
    fn a_salt_of_its_own_and_nothing_to_see() {
        let password = Secret::new("correct horse b");
        let (one, other) = (Verifier::of(&password).unwrap(), Verifier::of(&password).unwrap());
        assert_ne!(one, other);
        assert_eq!(format!("{one:?}"), "Verifier(***)");
        for bad in ["", "密码", "a\tb", "naïve"] {
            assert_eq!(Verifier::of(&Secret::new(bad)), Err(ScramError::Characters), "{bad}");
        }
    }
}
