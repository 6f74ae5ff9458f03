//! Personal links: who holds one answers for a person, without an account. A link is signed and not kept, so that invitations
//! to thousands cost nothing; it is void as soon as its epoch is an earlier one.

use std::fmt;

use aws_lc_rs::{constant_time::verify_slices_are_equal, hmac};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use convoke_model::{MeetingId, Uuid};
use sha2::{Digest, Sha256};

/// The only layout so far.
const VERSION: u8 = 1;
/// Bytes of the meeting's id, of the digest of the address, of the epoch.
const FIELDS: [usize; 3] = [16, 8, 4];
/// Bytes before the signature.
const SIGNED: usize = 1 + FIELDS[0] + FIELDS[1] + FIELDS[2];
/// Bytes of the signature that are kept: 128 bits, which nobody guesses.
const SIGNATURE: usize = 16;
/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
/// Characters of a link's last part.
pub const TOKEN_CHARS: usize = (SIGNED + SIGNATURE) * 4 / 3;

/// The key that links are signed with.
#[derive(Clone)]
pub struct LinkKey(hmac::Key);

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkKey(..)")
    }
}

/// What a link stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linked {
    /// The meeting.
    pub meeting: MeetingId,
    /// The beginning of the address's digest.
    person: [u8; FIELDS[1]],
    /// Links of a lower one than the person's are void.
    pub epoch: u32,
}

impl Linked {
    /// Of a person, by the address in lower case, and a meeting.
    pub fn new(meeting: MeetingId, person: &str, epoch: u32) -> Self {
        Self { meeting, person: digest(person), epoch }
    }

    /// Whether it is this person's, by the address in lower case.
    pub fn is_of(&self, person: &str) -> bool {
        digest(person) == self.person
    }

    fn bytes(&self) -> [u8; SIGNED] {
        let mut bytes = [VERSION; SIGNED];
        let fields = [&self.meeting.0.as_bytes()[..], &self.person, &self.epoch.to_be_bytes()].concat();
        bytes[1..].copy_from_slice(&fields);
        bytes
    }
}

fn digest(person: &str) -> [u8; FIELDS[1]] {
    let mut short = [0; FIELDS[1]];
    short.iter_mut().zip(Sha256::digest(person)).for_each(|(to, from)| *to = from);
    short
}

impl LinkKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The key that was written as text; `None` for other texts.
    pub fn of_text(text: &str) -> Option<Self> {
        let bytes: [u8; KEY_BYTES] = STANDARD.decode(text).ok()?.try_into().ok()?;
        Some(Self::new(&bytes))
    }

    /// These bytes as text, for the database.
    pub fn text_of(bytes: &[u8; KEY_BYTES]) -> String {
        STANDARD.encode(bytes)
    }

    /// The last part of a link's address.
    pub fn sign(&self, linked: &Linked) -> String {
        let bytes = linked.bytes();
        let signature = hmac::sign(&self.0, &bytes);
        let mut token = bytes.to_vec();
        token.extend(signature.as_ref().iter().take(SIGNATURE));
        URL_SAFE_NO_PAD.encode(token)
    }

    /// What a link stands for; `None` when this key did not sign it. How long that takes tells nothing of the right signature.
    pub fn read(&self, token: &str) -> Option<Linked> {
        if token.len() != TOKEN_CHARS {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (signed, signature) = bytes.split_at_checked(SIGNED)?;
        let wanted = hmac::sign(&self.0, signed);
        verify_slices_are_equal(wanted.as_ref().get(..SIGNATURE)?, signature).ok()?;
        let (version, fields) = signed.split_first()?;
        let (meeting, rest) = fields.split_at_checked(FIELDS[0])?;
        let (person, epoch) = rest.split_at_checked(FIELDS[1])?;
        (*version == VERSION).then_some(Linked {
            meeting: MeetingId(Uuid::from_bytes(meeting.try_into().ok()?)),
            person: person.try_into().ok()?,
            epoch: u32::from_be_bytes(epoch.try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(epoch: u32) -> Linked {
        Linked::new(MeetingId(Uuid::from_u128(0x0190_a0b0_0000_7000_8000_0000_0000_0001)), "bob@x", epoch)
    }

    #[test]
    fn a_link_is_read_by_the_key_that_signed_it_and_by_no_other() {
        let (key, other) = (LinkKey::new(&[7; KEY_BYTES]), LinkKey::new(&[8; KEY_BYTES]));
        let token = key.sign(&linked(3));
        assert_eq!(token.len(), TOKEN_CHARS);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
        let read = key.read(&token).unwrap();
        assert_eq!(read, linked(3));
        assert!(read.is_of("bob@x") && !read.is_of("Bob@x") && !read.is_of("eve@x"));
        assert_eq!(other.read(&token), None);
        assert_ne!(key.sign(&linked(4)), token);
        let kept = LinkKey::of_text(&LinkKey::text_of(&[7; KEY_BYTES])).unwrap();
        assert_eq!(kept.read(&token), Some(linked(3)));
        assert!(LinkKey::of_text("c2hvcnQ=").is_none() && LinkKey::of_text("?").is_none());
        assert_eq!(format!("{key:?}"), "LinkKey(..)");
    }

    #[test]
    fn no_bit_of_a_link_can_be_another() {
        let key = LinkKey::new(&[7; KEY_BYTES]);
        let token = key.sign(&linked(0));
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut other = bytes.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key.read(&URL_SAFE_NO_PAD.encode(&other)), None, "bit {bit}");
        }
        for other in ["", "A", &token[1..], &format!("{token}A"), &"A".repeat(60), &"é".repeat(30)] {
            assert_eq!(key.read(other), None, "{other}");
        }
    }
}
