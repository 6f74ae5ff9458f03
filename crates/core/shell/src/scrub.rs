//! What a line may hold that nobody else should read: names and passwords within addresses.

/// The text with whatever stands before an `@` within an address (`scheme://...@`) left out. It leaves out too much rather than too little.
pub fn without_userinfo(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        let end = after.find(|c: char| c.is_whitespace() || "\"'<>".contains(c)).unwrap_or(after.len());
        let (address, behind) = after.split_at(end);
        match address.rsplit_once('@') {
            Some((_, host)) => {
                shown.push_str("...@");
                shown.push_str(host);
            }
            None => shown.push_str(address),
        }
        rest = behind;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_within_addresses_are_left_out() {
        for (text, shown) in [
            (
                "url = \"postgres://convoke:s3cret@db:5432/convoke\" # x",
                "url = \"postgres://...@db:5432/convoke\" # x",
            ),
            ("a https://u:p@ss@host/x b ftp://TOKEN@h c", "a https://...@host/x b ftp://...@h c"),
            ("postgres://u:p/x@h", "postgres://...@h"),
            ("mail to a@b, see https://x.test/y", "mail to a@b, see https://x.test/y"),
            ("://", "://"),
        ] {
            assert_eq!(without_userinfo(text), shown);
        }
    }
}
