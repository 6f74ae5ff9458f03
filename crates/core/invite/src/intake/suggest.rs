//! What may have been meant: the domain that a mistyped one looks like, and the address that a text which is none comes close to.

use convoke_model::EmailAddress;

/// Domains that many people have, and those that look like one of them and are right.
const WELL_KNOWN: [&str; 32] = [
    "gmail.com",
    "naver.com",
    "daum.net",
    "hanmail.net",
    "kakao.com",
    "nate.com",
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "yahoo.com",
    "yahoo.co.kr",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "icloud.com",
    "me.com",
    "mac.com",
    "aol.com",
    "korea.com",
    "korea.kr",
    "dreamwiz.com",
    "googlemail.com",
    "protonmail.com",
    "proton.me",
    "gmx.de",
    "gmx.net",
    "gmx.com",
    "web.de",
    "mail.com",
    "ymail.com",
    "email.com",
    "hotmail.co.uk",
];

/// Ends of domains that nobody has, and what they are for.
const MISTYPED_ENDS: [(&str, &str); 7] = [
    (".con", ".com"),
    (".cmo", ".com"),
    (".ocm", ".com"),
    (".comm", ".com"),
    (".cpm", ".com"),
    (".vom", ".com"),
    (".co.rk", ".co.kr"),
];

/// Shorter domains are not compared: many of them differ in one letter.
const SHORT: usize = 8;
/// Domains of so many letters may differ in two.
const LONG: usize = 9;

/// The domain that this one, in lower case, looks like; `known` ones are right.
pub(super) fn domain(given: &str, known: &[String]) -> Option<String> {
    let right = || WELL_KNOWN.iter().copied().chain(known.iter().map(String::as_str));
    if right().any(|right| right == given) {
        return None;
    }
    let near = right().filter_map(|right| {
        // A single letter is no more than chance where there are few of them.
        let most = if right.len() >= LONG && given.len() >= LONG { 2 } else { 1 };
        let distance = distance(given, right, most)?;
        (right.len() >= SHORT).then_some((distance, right))
    });
    if let Some((_, right)) = near.min() {
        return Some(right.to_owned());
    }
    let (wrong, right) = MISTYPED_ENDS.iter().find(|(wrong, _)| given.ends_with(wrong))?;
    Some(format!("{}{right}", given.strip_suffix(wrong)?))
}

/// How many letters have to be put in, left out, replaced, or change places with the next one; `None` when more than `most`.
fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<u8>, Vec<u8>) = (a.bytes().collect(), b.bytes().collect());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

/// The address that a text which is none comes close to.
pub(super) fn address(token: &str) -> Option<String> {
    let mut text: String =
        token.chars().filter(|c| c.is_ascii_graphic() && !"\"()[]<>\\".contains(*c)).collect();
    for (from, to) in [("@@", "@"), ("..", "."), (".@", "@"), ("@.", "@")] {
        while text.contains(from) {
            text = text.replace(from, to);
        }
    }
    let text = text.trim_matches(|c: char| ".:;,!?'`-_/".contains(c));
    let text = text.rsplit_once(':').map_or(text, |(_, rest)| rest);
    let (local, domain) = text.split_once('@')?;
    let domain = domain.replace(['_', '@'], "");
    // A name alone is no domain that a suggestion should send mail to.
    let meant = format!("{}@{}", local.replace('%', ""), domain.trim_matches('-'));
    (meant != token && domain.contains('.'))
        .then(|| meant.parse::<EmailAddress>().ok())?
        .map(|email| email.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_domain_is_known_by_the_one_that_it_looks_like() {
        let known = ["example.test".to_owned()];
        for (given, meant) in [
            ("gmial.com", "gmail.com"),
            ("gmai.com", "gmail.com"),
            ("gmail.con", "gmail.com"),
            ("gmailcom", "gmail.com"),
            ("naver.con", "naver.com"),
            ("navr.com", "naver.com"),
            ("hanmial.net", "hanmail.net"),
            ("outloook.com", "outlook.com"),
            ("hotmali.cmo", "hotmail.com"),
            ("exmaple.tset", "example.test"),
            ("some-company.con", "some-company.com"),
            ("company.co.rk", "company.co.kr"),
        ] {
            assert_eq!(domain(given, &known).as_deref(), Some(meant), "{given}");
        }
        for right in
            ["gmail.com", "mail.com", "ymail.com", "example.test", "example.org", "s.com", "x", "mc.com"]
        {
            assert_eq!(domain(right, &known), None, "{right}");
        }
        assert_eq!(domain("example.tets", &[]), None, "nobody is known there");
    }

    #[test]
    fn an_address_is_suggested_where_one_is_near() {
        for (token, meant) in [
            ("bob@@x.test", Some("bob@x.test")),
            ("bob@x..test", Some("bob@x.test")),
            ("bob.@x.test", Some("bob@x.test")),
            ("밥bob@x.test", Some("bob@x.test")),
            ("bob@x_y.test", Some("bob@xy.test")),
            ("bob@", None),
            ("@x.test", None),
            ("bob@x-", None),
        ] {
            assert_eq!(address(token).as_deref(), meant, "{token}");
        }
    }
}
