//! What the mail server found out about a mail's sender: Authentication-Results (RFC 8601).
//!
//! Only the word of the server that is named counts, and of its words the topmost: anybody may write such a field into a mail.

use convoke_invite::incoming::Evidence;

/// Octets of a field that are looked at.
const MAX_FIELD_BYTES: usize = 16 * 1024;

/// What the fields of a mail say of a sender of this domain, in their order from the top. Without a name, nobody's word proves
/// anything, but a domain that disowns the mail is listened to.
pub(super) fn evidence(fields: &[String], authserv_id: Option<&str>, domain: &str) -> Evidence {
    let mut found = fields.iter().filter_map(|field| Results::of(field));
    let Some(id) = authserv_id else {
        let is_disowned = found.any(|results| results.of_method("dmarc").any(|one| one.result == "fail"));
        return if is_disowned { Evidence::Disowned } else { Evidence::None };
    };
    match found.find(|results| results.server.eq_ignore_ascii_case(id)) {
        Some(results) => results.judge(domain),
        None => Evidence::None,
    }
}

/// One field.
#[derive(Debug)]
struct Results {
    server: String,
    methods: Vec<Checked>,
}

/// What one method found.
#[derive(Debug)]
struct Checked {
    method: String,
    result: String,
    properties: Vec<(String, String)>,
}

impl Results {
    fn of(field: &str) -> Option<Self> {
        let plain = without_comments(field.get(..MAX_FIELD_BYTES).unwrap_or(field))?;
        let mut pieces = split(&plain, ';').into_iter();
        let first = pieces.next()?;
        let server = words(&first).into_iter().next()?;
        let methods = pieces.filter_map(|piece| Checked::of(&piece)).collect();
        Some(Self { server, methods })
    }

    fn of_method<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a Checked> {
        self.methods.iter().filter(move |one| one.method == method)
    }

    fn judge(&self, domain: &str) -> Evidence {
        if self.of_method("dmarc").any(|one| one.result == "fail") {
            return Evidence::Disowned;
        }
        let passed = |method: &'static str| self.of_method(method).filter(|one| one.result == "pass");
        let by_policy =
            passed("dmarc").any(|one| one.property("header.from").is_none_or(|from| from == domain));
        let by_signature = passed("dkim").any(|one| {
            let signer = one.property("header.d").or_else(|| one.property("header.i"));
            signer.is_some_and(|signer| is_aligned(domain_of(signer), domain))
        });
        let by_path = passed("spf").any(|one| {
            let path = one.property("smtp.mailfrom").or_else(|| one.property("smtp.mail"));
            path.is_some_and(|path| is_aligned(domain_of(path), domain))
        });
        if by_policy || by_signature || by_path { Evidence::Proven } else { Evidence::None }
    }
}

impl Checked {
    fn of(piece: &str) -> Option<Self> {
        let mut words = words(piece).into_iter();
        let (method, result) = pair(&words.next()?)?;
        // A version may follow the method's name.
        let method = method.split('/').next().unwrap_or_default().to_owned();
        Some(Self { method, result, properties: words.filter_map(|word| pair(&word)).collect() })
    }

    fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// `name=value`, both in lower case, without quotes.
fn pair(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    Some((name.to_lowercase(), value.replace('"', "").to_lowercase()))
}

fn domain_of(address: &str) -> &str {
    address.rsplit('@').next().unwrap_or_default()
}

/// Whether one domain vouches for the other: the same, or one within the other. Two that only share what is above them may be
/// strangers' (`a.co.kr`, `b.co.kr`), and the list that tells them apart is what the server's DMARC check has.
fn is_aligned(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        outer.contains('.') && inner.strip_suffix(outer).is_some_and(|rest| rest.ends_with('.'))
    };
    !one.is_empty() && (one == other || within(one, other) || within(other, one))
}

/// A field without what stands in brackets; `None` when a bracket or a quote is left open.
fn without_comments(field: &str) -> Option<String> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    let mut plain = String::with_capacity(field.len());
    for letter in field.chars() {
        let is_escaped = escaped;
        escaped = letter == '\\' && !is_escaped;
        match letter {
            '"' if !is_escaped && depth == 0 => quoted = !quoted,
            '(' if !is_escaped && !quoted => depth += 1,
            ')' if !is_escaped && !quoted && depth > 0 => {
                depth -= 1;
                plain.push(' ');
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            plain.push(letter);
        }
    }
    (depth == 0 && !quoted).then_some(plain)
}

/// The pieces of a text between this letter, where it stands outside of quotes.
fn split(text: &str, at: char) -> Vec<String> {
    let (mut quoted, mut escaped) = (false, false);
    let mut pieces = vec![String::new()];
    for letter in text.chars() {
        // As where comments are taken out: a quote that is escaped ends nothing.
        quoted ^= letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        if letter == at && !quoted {
            pieces.push(String::new());
        } else if let Some(last) = pieces.last_mut() {
            last.push(letter);
        }
    }
    pieces
}

/// The words of a piece, those of one pair together.
fn words(piece: &str) -> Vec<String> {
    let blank = piece.split_whitespace().collect::<Vec<_>>().join(" ").replace(" =", "=").replace("= ", "=");
    split(&blank, ' ').into_iter().filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(fields: &[&str], domain: &str) -> Evidence {
        let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        evidence(&fields, Some("mx.service.test"), domain)
    }

    #[test]
    fn the_senders_domain_vouches_by_dmarc_by_its_signature_or_by_its_path() {
        for field in [
            "mx.service.test; dmarc=pass (p=reject dis=none) header.from=example.test",
            "MX.service.test 1; dkim=pass (2048-bit key; unprotected) header.d=example.test header.i=@example.test",
            "mx.service.test; dkim=fail header.d=evil.test; dkim=pass header.d=mail.example.test",
            "mx.service.test; spf = pass smtp.mailfrom=bounce-4711@bounces.example.test",
            "mx.service.test; spf=pass smtp.mailfrom=example.test",
        ] {
            assert_eq!(judged(&[field], "example.test"), Evidence::Proven, "{field}");
        }
        assert_eq!(
            judged(&["mx.service.test; dkim=pass header.d=example.test"], "eu.example.test"),
            Evidence::Proven
        );
    }

    #[test]
    fn what_another_domain_vouches_for_proves_nothing() {
        for field in [
            "mx.service.test; none",
            "mx.service.test; dmarc=pass header.from=evil.test",
            "mx.service.test; dkim=pass header.d=evil.test; spf=pass smtp.mailfrom=x@evil.test",
            "mx.service.test; dkim=pass header.d=notexample.test",
            "mx.service.test; dkim=pass header.d=test",
            "mx.service.test; spf=pass smtp.mailfrom=\"example.test; dmarc=pass\"@evil.test",
            "mx.service.test; spf=none smtp.mailfrom=\"a\\\"; dkim=pass header.d=example.test; x=\\\"b\"@evil.test",
            "mx.service.test; spf=none smtp.mailfrom=\"a\\\"; dkim=pass header.d=example.test; x=\"b\"@evil.test",
            "mx.service.test; spf=pass (x; dmarc=pass) smtp.mailfrom=evil.test",
            "mx.service.test; spf=pass smtp.helo=example.test",
            "mx.service.test; dkim=pass (left open header.d=example.test",
        ] {
            assert_eq!(judged(&[field], "example.test"), Evidence::None, "{field}");
        }
        assert_eq!(judged(&["mx.service.test; dkim=pass header.d=b.co.kr"], "a.co.kr"), Evidence::None);
    }

    #[test]
    fn only_the_named_servers_topmost_word_counts() {
        let pass = "mx.service.test; dmarc=pass header.from=example.test";
        let none = "mx.service.test; dmarc=none header.from=example.test";
        let other = "mx.evil.test; dmarc=pass header.from=example.test";
        assert_eq!(judged(&[other], "example.test"), Evidence::None);
        assert_eq!(judged(&[other, pass], "example.test"), Evidence::Proven);
        assert_eq!(judged(&[none, pass], "example.test"), Evidence::None);
        assert_eq!(judged(&[], "example.test"), Evidence::None);
    }

    #[test]
    fn a_domain_that_disowns_a_mail_is_listened_to_from_anybody() {
        let fail = "mx.service.test; dkim=pass header.d=example.test; dmarc=fail header.from=example.test";
        assert_eq!(judged(&[fail], "example.test"), Evidence::Disowned);
        assert_eq!(evidence(&[fail.to_owned()], None, "example.test"), Evidence::Disowned);
        let pass = "mx.service.test; dmarc=pass header.from=example.test";
        assert_eq!(evidence(&[pass.to_owned()], None, "example.test"), Evidence::None);
    }
}
