//! `pki`, held against the real OpenSSL.

use std::{fs, os::unix::fs::PermissionsExt as _, process::Command};

use convoke_mmp::shell::{DONE, FAILED, NOT_PERMITTED};
use convoke_model::AccountRole;
use jiff::SignedDuration;

use crate::support::Server;

/// Largest file of keys or certificates, in bytes.
const LARGEST: usize = 1_048_576;

fn openssl(server: &Server, arguments: &str) -> String {
    let mut command = Command::new("openssl");
    command.current_dir(server.mmp.files.folder()).args(arguments.split(' '));
    let out = command.output().expect("openssl is there");
    let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "{arguments}: {text}");
    text
}

#[tokio::test]
async fn a_ca_is_made_and_signs_what_openssl_verifies() {
    let server = Server::new();
    let made = server.done("pki selfsigned dbca CN:tplab.local key:ec-p256").await;
    assert_eq!(made[1], "Created key file dbca.key and certificate dbca.crt");
    let asked = server
        .done(r#"pki csr cms1 CN:cms1.example.test "O:Ex & Co, Ltd" C:kr subjectAltName:cms1.example.test,10.0.0.1 key:rsa-2048"#)
        .await;
    assert_eq!(
        asked[1..],
        ["Created key file cms1.key and CSR cms1.csr", "CSR file cms1.csr ready for download via SFTP"]
    );
    assert!(openssl(&server, "req -in cms1.csr -noout -verify -text").contains("IP Address:10.0.0.1"));
    let signed = server.done("pki sign cms1 dbca").await;
    assert_eq!(signed[0], "Created certificate cms1.crt for cms1.example.test, signed by dbca");
    for purpose in ["sslserver", "sslclient"] {
        openssl(
            &server,
            &format!("verify -x509_strict -purpose {purpose} -verify_ip 10.0.0.1 -CAfile dbca.crt cms1.crt"),
        );
    }
    for file in server.mmp.files.names() {
        let mode = fs::metadata(server.mmp.files.place(&file).unwrap()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }

    assert_eq!(server.done("pki match cms1.key cms1.crt").await, ["SUCCESS: Key and certificate pair match"]);
    assert_eq!(server.done("pki match cms1.key cms1.csr").await, ["SUCCESS: Key and CSR pair match"]);
    assert_eq!(
        server.refused("pki match dbca.key cms1.crt").await,
        ["FAILURE: Key and certificate pair do not match: dbca.key is not the key of cms1.crt"]
    );
    assert_eq!(
        server.done("pki verify cms1.crt dbca.crt").await,
        ["SUCCESS: full chain of certificates verifies correctly"]
    );
    let chain = fs::read_to_string(server.mmp.files.place("cms1.crt").unwrap()).unwrap();
    let ca = fs::read_to_string(server.mmp.files.place("dbca.crt").unwrap()).unwrap();
    assert!(chain.ends_with(&ca), "it is a full chain, with the CA behind it");
    fs::write(server.mmp.files.place("alone.crt").unwrap(), chain.strip_suffix(&ca).unwrap()).unwrap();
    let unknown = server.refused("pki verify dbca.crt alone.crt").await;
    assert!(
        unknown[0].starts_with("FAILURE: dbca.crt does not verify by alone.crt: unknown issuer"),
        "{unknown:?}"
    );
    server.done("pki remove alone.crt").await;
    let listed =
        ["User supplied certificates and keys:", "cms1.crt", "cms1.csr", "cms1.key", "dbca.crt", "dbca.key"];
    assert_eq!(server.done("pki list").await, listed);

    let shown = server.done("pki inspect cms1.crt").await;
    assert_eq!(
        shown[..4],
        [
            "Checking ssh public keys...not found",
            "Checking user configured certificates and keys...found",
            "File contains 2 PEM encoded certificates, a full chain in order",
            "Certificate:"
        ]
    );
    assert!(
        shown.iter().any(|line| line.trim() == "DNS:cms1.example.test, IP Address:10.0.0.1"),
        "{shown:?}"
    );
    server.mover.advance(SignedDuration::from_hours(24 * 800));
    let later = server.done("pki inspect cms1.crt").await;
    assert!(
        later
            .iter()
            .any(|line| line.starts_with("WARNING: the certificate of cms1.example.test expires in 2"))
    );
}

#[tokio::test]
async fn nothing_that_is_there_is_replaced_unless_told_so_and_a_key_in_use_least_of_all() {
    let server = Server::new();
    server.done("pki selfsigned ca CN:ca key:ec-p256").await;
    server.done("pki csr cms1 CN:cms1.test key:ec-p256").await;
    server.done("pki sign cms1 ca").await;
    let key = fs::read(server.mmp.files.place("cms1.key").unwrap()).unwrap();
    let refused = server.refused("pki csr cms1 CN:cms1.test key:ec-p256").await;
    assert_eq!(
        refused[0],
        "FAILURE: there is a file cms1.key already; choose another basename, or add \"overwrite\" to replace it"
    );
    server.done("webbridge3 https certs cms1.key cms1.crt").await;
    let refused = server.refused("pki csr cms1 CN:cms1.test key:ec-p256").await;
    assert!(
        refused[0].starts_with("FAILURE: cms1.key is in use by \"webbridge3 https certs\""),
        "{refused:?}"
    );
    let refused = server.refused("pki remove cms1.crt").await;
    assert!(
        refused[0].starts_with("FAILURE: cms1.crt is in use by \"webbridge3 https certs\""),
        "{refused:?}"
    );
    assert!(server.refused("pki sign cms1 ca").await[0].contains("cms1.crt is in use"));
    assert_eq!(fs::read(server.mmp.files.place("cms1.key").unwrap()).unwrap(), key);

    // However the path is written.
    let settings = server.mmp.settings.path();
    let text = fs::read_to_string(settings).unwrap();
    let other = text.replace("/data/files/", "/data/../data/files/");
    assert_ne!(text, other);
    fs::write(settings, other).unwrap();
    assert!(server.refused("pki remove cms1.crt").await[0].contains("is in use"));

    let told = server.done("pki csr cms1 CN:cms1.test key:ec-p256 overwrite").await;
    assert!(told[0].starts_with("WARNING: cms1.key is used by \"webbridge3 https certs\""), "{told:?}");
    assert_ne!(fs::read(server.mmp.files.place("cms1.key").unwrap()).unwrap(), key);
    assert_eq!(server.done("pki remove cms1.csr").await, ["Removed cms1.csr"]);
    assert!(server.refused("pki remove cms1.csr").await[0].contains("there is no file \"cms1.csr\""));
}

#[tokio::test]
async fn what_can_not_be_signed_is_told() {
    let server = Server::new();
    server.done("pki selfsigned ca CN:ca key:ec-p256 days:30").await;
    server.done("pki selfsigned other CN:other key:ec-p384").await;
    server.done("pki csr cms1 CN:cms1.test key:ec-p256").await;
    assert!(server.refused("pki sign nothing ca").await[0].contains("there is no file \"nothing.csr\""));
    let short = server.done("pki sign cms1 ca").await;
    assert_eq!(short[0], "WARNING: cms1.crt holds no longer than its CA, ca.crt");
    assert!(short[1].starts_with("WARNING: ca.crt expires in "), "{short:?}");
    let place = |name: &str| server.mmp.files.place(name).unwrap();
    fs::copy(place("cms1.crt"), place("leaf.crt")).unwrap();
    fs::copy(place("cms1.key"), place("leaf.key")).unwrap();
    let refused = server.refused("pki sign cms1 leaf overwrite").await;
    assert!(refused[0].starts_with("FAILURE: leaf.crt is no CA certificate"), "{refused:?}");
    fs::copy(place("other.key"), place("ca.key")).unwrap();
    assert_eq!(
        server.refused("pki sign cms1 ca overwrite").await,
        ["FAILURE: ca.key is not the key of ca.crt"]
    );
    fs::copy(place("other.crt"), place("ca.crt")).unwrap();
    server.mover.advance(SignedDuration::from_hours(24 * 3_651));
    assert!(server.refused("pki sign cms1 ca overwrite").await[0].starts_with("FAILURE: ca.crt expired at"));
}

#[tokio::test]
async fn a_pkcs12_file_becomes_a_key_and_a_chain() {
    let server = Server::new();
    server.done("pki selfsigned ca CN:ca key:ec-p256").await;
    server.done("pki csr a CN:a.test key:ec-p256").await;
    server.done("pki sign a ca").await;
    openssl(
        &server,
        "pkcs12 -export -inkey a.key -in a.crt -certfile ca.crt -passout pass:geheim -out win.pfx",
    );
    let (status, lines) = server.with("pki pkcs12-to-ssl win.pfx", &["wrong"]).await;
    assert_eq!((status, lines[1].as_str()), (FAILED, "FAILURE: win.pfx: the password is wrong"));
    let (status, lines) = server.with("pki pkcs12-to-ssl win.pfx", &["geheim"]).await;
    assert_eq!(status, DONE, "{lines:?}");
    assert_eq!(
        lines,
        ["<Please enter password: ****>", "Created key file win.key and certificate win.crt (a.test, ca)"]
    );
    server.done("pki match win.key win.crt").await;
    server.done("pki verify win.crt ca.crt").await;
    assert!(server.refused("pki pkcs12-to-ssl win.pfx").await[0].contains("there is a file win.key already"));
    // The same certificates in another order are explained.
    let place = |name: &str| server.mmp.files.place(name).unwrap();
    let mixed = fs::read_to_string(place("ca.crt")).unwrap() + &fs::read_to_string(place("a.crt")).unwrap();
    server.mmp.files.write("mixed.crt", mixed.as_bytes()).unwrap();
    assert_eq!(
        server.refused("pki verify mixed.crt ca.crt").await,
        ["FAILURE: mixed.crt is no full chain in order; the order must be: a.test, ca"]
    );
    let shown = server.done("pki inspect mixed.crt").await;
    assert!(shown.contains(&"WARNING: the order would be: a.test, ca".to_owned()));
}

#[tokio::test]
async fn a_pkcs12_file_with_strangers_or_without_its_root_is_taken_apart_with_a_warning() {
    let server = Server::new();
    for ca in ["ca", "other"] {
        server.done(&format!("pki selfsigned {ca} CN:{ca} key:ec-p256")).await;
    }
    server.done("pki csr a CN:a.test key:ec-p256").await;
    server.done("pki sign a ca").await;
    openssl(&server, "x509 -in a.crt -out leaf.pem");
    let answers = ["geheim"];
    for (name, more, warning) in [
        (
            "alone",
            "",
            "WARNING: alone.crt ends below its root: put the certificates of the CAs above it behind it before a service uses it",
        ),
        ("guests", "-certfile other.crt ", "WARNING: left out, as they have no place in the chain: other"),
    ] {
        let export =
            format!("pkcs12 -export -inkey a.key -in leaf.pem {more}-passout pass:geheim -out {name}.p12");
        openssl(&server, &export);
        let (status, lines) = server.with(&format!("pki pkcs12-to-ssl {name}.p12"), &answers).await;
        assert_eq!(status, DONE, "{lines:?}");
        assert!(lines.iter().any(|line| line == warning), "{lines:?}");
        server.done(&format!("pki match {name}.key {name}.crt")).await;
    }
}

#[tokio::test]
async fn a_request_that_was_changed_and_files_that_are_too_large_are_refused() {
    let server = Server::new();
    server.done("pki selfsigned ca CN:ca key:ec-p256").await;
    server.done("pki csr a CN:a.test key:ec-p256").await;
    openssl(&server, "req -in a.csr -outform der -out a.der");
    let place = |name: &str| server.mmp.files.place(name).unwrap();
    let mut request = fs::read(place("a.der")).unwrap();
    let name = request.windows(6).position(|part| part == b"a.test").unwrap();
    request[name] = b'b';
    fs::write(place("a.csr"), request).unwrap();
    assert_eq!(
        server.refused("pki sign a ca").await,
        ["FAILURE: a.csr is not signed by its own key; make it anew by \"pki csr\""]
    );
    for name in ["large.pem", "large.p12"] {
        fs::write(place(name), vec![b' '; LARGEST + 1]).unwrap();
    }
    let large = |name: &str| {
        format!("FAILURE: \"{name}\" can't be read: it has {} bytes; at most {LARGEST} are read", LARGEST + 1)
    };
    assert_eq!(server.refused("pki inspect large.pem").await.pop().unwrap(), large("large.pem"));
    assert_eq!(server.refused("pki verify large.pem ca.crt").await, [large("large.pem")]);
    assert_eq!(server.refused("pki pkcs12-to-ssl large.p12").await, [large("large.p12")]);
}

#[tokio::test]
async fn certificates_are_crypto_s_work_and_other_files_are_not() {
    let server = Server::new();
    for (name, text) in [("admin.pub", "ssh-ed25519 AAAA me\n"), ("all.bak", "x")] {
        server.mmp.files.write(name, text.as_bytes()).unwrap();
    }
    let crypto = async |line: &str| server.as_account("keys", AccountRole::Crypto, line, &[]).await;
    assert_eq!(crypto("pki csr a CN:a.test key:ec-p256").await.0, DONE);
    assert_eq!(crypto("pki inspect a.key").await.1[2], "File contains a PEM encoded private key (EC P-256)");
    for line in ["pki remove admin.pub", "pki remove all.bak", "pki inspect all.bak", "pki inspect admin.pub"]
    {
        assert_eq!(crypto(line).await.0, FAILED, "{line}");
    }
    assert_eq!(server.mmp.files.names().len(), 4);
    assert_eq!(
        server.done("pki inspect admin.pub").await,
        ["Checking ssh public keys...found", "File contains an SSH public key (ssh-ed25519)"]
    );
    assert_eq!(server.as_account("logs", AccountRole::Audit, "pki list", &[]).await.0, NOT_PERMITTED);
}
