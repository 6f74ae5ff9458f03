//! Random values: ids, secrets, passcodes. Apart because rules must get them as arguments.

use convoke_model::Uuid;

/// A new random GUID (version 4).
pub fn guid() -> Uuid {
    Uuid::from_bytes(uuid_bytes())
}

/// A new GUID (version 7, RFC 9562) that sorts by the instant that it is given, in milliseconds since 1970: rows with such
/// ids are added at the end of an index rather than all over it. It tells when it was made; the rest is random.
pub fn guid_at(now_ms: i64) -> Uuid {
    let mut bytes = bytes::<16>();
    bytes[..6].copy_from_slice(&now_ms.to_be_bytes()[2..]);
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

fn uuid_bytes() -> [u8; 16] {
    let mut bytes = bytes::<16>();
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    bytes
}

/// Random bytes of the operating system.
///
/// Without randomness nothing here is safe, so a system that has none ends the process.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// `length` characters drawn evenly from `alphabet` (at most 256 characters of ASCII).
pub fn text(alphabet: &[u8], length: usize) -> String {
    let limit = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        for byte in bytes::<32>() {
            if usize::from(byte) < limit && text.len() < length {
                text.push(char::from(alphabet[usize::from(byte) % alphabet.len()]));
            }
        }
    }
    text
}

/// A secret of 22 characters `A-Za-z0-9_.` (about 131 bits), as spaces and access methods carry it in links.
pub fn link_secret() -> String {
    text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.", 22)
}

/// `length` decimal digits; the first is never 0, so that people can't lose it.
pub fn digits(length: usize) -> String {
    text(b"123456789", 1) + &text(b"0123456789", length.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_asked_form() {
        assert_eq!(link_secret().len(), 22);
        let digits = digits(9);
        assert!(digits.len() == 9 && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0'));
        assert_eq!(guid().get_version_num(), 4);
        assert_ne!(guid(), guid());
        let (one, two) = (guid_at(1_795_000_000_000), guid_at(1_795_000_000_001));
        assert!(one < two && one.get_version_num() == 7 && guid_at(5) != guid_at(5));
    }
}
