//! Lines of `pki`, right and wrong.

use convoke_model::AccountRole;

use super::*;
use crate::grammar::read;

fn pki(line: &str) -> Result<Pki, String> {
    match read(line, AccountRole::Crypto) {
        Ok(reading) => match reading.command {
            Command::Pki(pki) => Ok(pki),
            other => panic!("{other:?}"),
        },
        Err(fault) => Err(fault.lines().remove(0)),
    }
}

#[test]
fn a_request_takes_its_attributes_in_any_order() {
    let line = r#"pki csr tac subjectAltName:tac.test,10.0.0.1,A@b.test,*.tac.test CN:tac.test "O:Ex & Co, Ltd" C:kr key:ec-p256 overwrite"#;
    let Ok(Pki::Csr(new)) = pki(line) else { panic!() };
    assert_eq!((new.basename.as_str(), new.kind, new.overwrite), ("tac", KeyKind::EcP256, true));
    let subject = Subject {
        cn: "tac.test".into(),
        o: Some("Ex & Co, Ltd".into()),
        c: Some("KR".into()),
        ..Subject::default()
    };
    assert_eq!(new.subject, subject);
    let names = [
        AltName::Dns("tac.test".into()),
        AltName::Ip("10.0.0.1".parse().unwrap()),
        AltName::Email("A@b.test".into()),
        AltName::Dns("*.tac.test".into()),
    ];
    assert_eq!(new.names, names);
}

#[test]
fn without_alternative_names_the_cn_is_the_one_if_it_is_a_host() {
    let Ok(Pki::Csr(new)) = pki("pki csr tac.key CN:Tac.test") else { panic!() };
    assert_eq!((new.names, new.kind), (vec![AltName::Dns("tac.test".into())], KeyKind::Rsa3072));
    let Ok(Pki::SelfSigned { new, days }) = pki(r#"pki selfsigned dbca "CN:Our own CA" days:30"#) else {
        panic!()
    };
    assert_eq!((new.names, days), (Vec::new(), Some(30)));
}

#[test]
fn what_is_wrong_is_told_with_what_would_be_right() {
    for (line, told) in [
        ("pki csr tac O:x", "CN is missing"),
        ("pki csr tac CN:a.test subjectAltName:b.test", "add a.test to subjectAltName"),
        ("pki csr ta.c CN:a.test", "is not a basename"),
        ("pki csr tac CN:a.test C:KOR", "two letters"),
        ("pki csr tac CN:a.test CN:b.test", "stands there twice"),
        ("pki csr tac CN:a.test key:dsa", "expected one of rsa-2048"),
        ("pki csr tac CN:a.test days:3", "a request says no days"),
        ("pki csr tac CN:a.test hello", "is no attribute"),
        ("pki csr tac CN:a.test DC:x", "is no attribute"),
        ("pki csr tac CN:a.test subjectAltName:a.test,300.1.1.1", "is no host name"),
        ("pki selfsigned ca CN:x days:7301", "expected 1 to 7300"),
        ("pki sign a b days:0", "expected 1 to 7300"),
        ("pki sign a b force", "expected days:<number> or overwrite"),
    ] {
        let fault = pki(line).unwrap_err();
        assert!(fault.contains(told), "{line}: {fault}");
    }
    let long = "x".repeat(MAX_PART_CHARS);
    assert!(
        pki(&format!("pki csr tac CN:{long}")).is_ok() && pki(&format!("pki csr tac CN:{long}x")).is_err()
    );
    let names = (0..MAX_NAMES).map(|n| format!("a{n}")).collect::<Vec<_>>().join(",");
    assert!(pki(&format!("pki csr tac CN:a0 subjectAltName:{names}")).is_ok());
    assert!(pki(&format!("pki csr tac CN:a0 subjectAltName:{names},b")).is_err());
}

#[test]
fn signing_takes_options_in_any_order() {
    let signed =
        |days, overwrite| Ok(Pki::Sign { csr: "dbserver".into(), ca: "dbca".into(), days, overwrite });
    assert_eq!(pki("pki sign dbserver dbca"), signed(None, false));
    assert_eq!(pki("pki sign dbserver.csr dbca.crt overwrite days:90"), signed(Some(90), true));
    assert!(read("pki list", AccountRole::Audit).is_err());
}
