//! Line by line the same as OpenSSL says, but for names that OpenSSL escapes and we show.

use std::{fs, path::Path, process::Command};

use super::*;

const ALL: &str = "[req]
distinguished_name=dn
prompt=no
[dn]
C=KR
ST=Seoul
O=Ex & Co, \\\"Ltd\\\"
OU=IT
CN=cms1.example.test
emailAddress=a@b.test
[v3]
basicConstraints=critical,CA:TRUE,pathlen:1
keyUsage=critical,digitalSignature,keyEncipherment,keyCertSign,cRLSign
extendedKeyUsage=serverAuth,clientAuth,1.2.3.4
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid,issuer
subjectAltName=DNS:a.test,DNS:*.b.test,IP:10.1.2.3,IP:2001:db8::1,email:x@y.test,URI:https://a/b,RID:1.2.3
authorityInfoAccess=OCSP;URI:http://ocsp.test,caIssuers;URI:http://ca.test/a.crt
crlDistributionPoints=URI:http://crl.test/a.crl
certificatePolicies=1.2.3.4,2.23.140.1.2.1,@pol
nameConstraints=permitted;DNS:.test,excluded;IP:10.0.0.0/255.0.0.0
nsComment=\"hello\"
1.2.3.4.5=ASN1:UTF8String:hi
[v3r]
subjectAltName=DNS:a.test,IP:10.1.2.3
keyUsage=digitalSignature
[pol]
policyIdentifier=1.3.5.8
CPS.1=http://cps.test
";

fn openssl(folder: &Path, arguments: &str) -> String {
    let mut command = Command::new("openssl");
    let out = command.current_dir(folder).args(arguments.split(' ')).output().expect("openssl is there");
    assert!(out.status.success(), "{arguments}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// Newer versions of OpenSSL write `CN=x` where older ones wrote `CN = x`.
fn alike(text: &str) -> String {
    text.trim_end().replace(" = ", "=")
}

fn compare(ours: &[String], theirs: &str) {
    let ours: Vec<String> = ours.iter().map(|line| alike(line)).collect();
    let theirs: Vec<String> = theirs.lines().map(alike).collect();
    assert_eq!(ours, theirs);
}

#[test]
fn a_certificate_and_a_request_read_as_openssl_shows_them() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    fs::write(place.join("all.cnf"), ALL).unwrap();
    for (number, key) in ["rsa:2048", "ec -pkeyopt ec_paramgen_curve:P-384", "ed25519"].iter().enumerate() {
        let serial = ["5", "0x8000000000000001", "0x7fffffffffffffff"][number];
        openssl(
            place,
            &format!(
                "req -x509 -newkey {key} -nodes -keyout k.pem -out c.pem -days 3650 -config all.cnf -extensions v3 -set_serial {serial}"
            ),
        );
        let pem = fs::read(place.join("c.pem")).unwrap();
        let certificate = crate::parse_certificates(&pem, 1).unwrap().remove(0);
        compare(&certificate_text(&certificate), &openssl(place, "x509 -in c.pem -noout -text"));

        openssl(place, "req -new -key k.pem -config all.cnf -reqexts v3r -out r.der -outform DER");
        let request = Request::from_der(&fs::read(place.join("r.der")).unwrap()).unwrap();
        compare(&request_text(&request), &openssl(place, "req -in r.der -inform DER -noout -text"));
    }
}

#[test]
fn a_strangers_control_characters_reach_no_terminal() {
    let made = crate::sample::Ca::new("Root").issue(crate::sample::leaf("evil\u{1b}[2J\n말", &["a.test"]));
    let text = certificate_text(&made.certificate()).join("\n");
    assert!(text.contains("Subject: CN = evil?[2J?말"), "{text}");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
}
