//! Every failure line of the checks before a service is enabled.

use convoke_testkit::ca::{self, Ca, Request};

use super::*;

struct Case {
    folder: tempfile::TempDir,
    files: Files,
    ca: Ca,
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        Self { folder, files, ca: Ca::new("Lab CA") }
    }

    fn put(&self, name: &str, text: &str) {
        ca::write(self.files.folder(), name, text, 0o600);
    }

    fn view(&self, pairs: &[(&str, &str)]) -> View {
        let mut view = View::of(
            "[node]\nname = \"cms1\"\ndata_dir = \"data\"\n[interfaces]\na = \"127.0.0.1\"\n",
            self.folder.path(),
        );
        for (key, name) in pairs {
            view.set(key, self.files.folder().join(name).display().to_string());
        }
        view
    }

    fn pair(&self, key: &str, certificate: &str, side: Side) -> Vec<String> {
        let view = self.view(&[("scheduler.c2w.key_file", key), ("scheduler.c2w.cert_file", certificate)]);
        let mut checks = Checks::default();
        let pair = Pair { label: "C2W ", section: "scheduler.c2w", command: "scheduler c2w certs", side };
        checks.look_at(&view, &self.files, pair, Timestamp::now());
        assert_eq!(checks.are_good(), !checks.lines().iter().any(|line| line.starts_with("FAILURE")));
        checks.lines().to_vec()
    }

    fn issue(&self, name: &str, request: &Request<'_>) {
        self.ca.issue_into(self.files.folder(), name, request);
    }
}

const SEED: [&str; 2] = [
    "SUCCESS: C2W Key and certificate pair match",
    "SUCCESS: C2W full chain of certificates verifies correctly",
];

#[test]
fn a_good_pair_gets_the_seeds_lines() {
    let case = Case::new();
    case.issue("CB", &Request::new("cms1.lab", &["cms1.lab"]));
    assert_eq!(case.pair("CB.key", "CB.crt", Side::Client), SEED);
    assert_eq!(case.pair("CB.key", "CB.crt", Side::Server), SEED);
}

#[test]
fn files_that_are_missing_or_hold_something_else_are_named() {
    let case = Case::new();
    case.issue("CB", &Request::new("cms1.lab", &["cms1.lab"]));
    case.put("empty.crt", "");
    case.put("large.crt", &"x".repeat(convoke_trust::MAX_PEM_BYTES + 1));
    for (key, certificate, told) in [
        (
            "none.key",
            "CB.crt",
            "FAILURE: C2W key file none.key: there is no such file; upload it by SFTP, or make it by pki",
        ),
        (
            "CB.key",
            "none.crt",
            "FAILURE: C2W certificate file none.crt: there is no such file; upload it by SFTP, or make it by pki",
        ),
        (
            "CB.crt",
            "CB.crt",
            "FAILURE: C2W key file CB.crt: the file holds no PEM private key (-----BEGIN PRIVATE KEY-----)",
        ),
        (
            "CB.key",
            "large.crt",
            "FAILURE: C2W certificate file large.crt: it has 1048577 bytes; at most 1048576 are read",
        ),
        (
            "CB.key",
            "empty.crt",
            "FAILURE: C2W certificate file empty.crt: the file holds no PEM certificate (-----BEGIN CERTIFICATE-----)",
        ),
    ] {
        let lines = case.pair(key, certificate, Side::Client);
        assert!(lines.iter().any(|line| line == told), "{told}\nnot in\n{lines:?}");
    }
    let mut checks = Checks::default();
    let pair = Pair {
        label: "HTTPS ",
        section: "scheduler.https",
        command: "scheduler https certs",
        side: Side::Server,
    };
    checks.look_at(&case.view(&[]), &case.files, pair, Timestamp::now());
    assert_eq!(
        checks.lines(),
        [
            "FAILURE: HTTPS key and certificate are not configured: use \"scheduler https certs <key-file> <cert-file>\""
        ]
    );
}

#[test]
fn a_key_of_another_certificate_is_told() {
    let case = Case::new();
    case.issue("CB", &Request::new("cms1.lab", &["cms1.lab"]));
    case.issue("other", &Request::new("other.lab", &["other.lab"]));
    let lines = case.pair("other.key", "CB.crt", Side::Client);
    assert_eq!(
        lines[0],
        "FAILURE: C2W Key and certificate pair do not match: other.key is not the key of the certificate of cms1.lab in CB.crt; set the two \
         that were made together by \"scheduler c2w certs\""
    );
}

#[test]
fn a_chain_out_of_order_or_of_strangers_is_told() {
    let case = Case::new();
    let leaf = case.ca.issue(&Request::new("cms1.lab", &["cms1.lab"]));
    case.put("CB.key", &leaf.key);
    case.put("turned.crt", &format!("{}{}", case.ca.pem(), leaf.certificate));
    case.put("stranger.crt", &format!("{}{}", leaf.certificate, Ca::new("Other CA").pem()));
    for (certificate, told) in [
        (
            "turned.crt",
            "FAILURE: C2W full chain of certificates in turned.crt does not verify: certificate 1 (Lab CA) was issued by Lab CA, but cms1.lab \
             follows it: the order must be the server's own certificate, then each issuer in turn",
        ),
        (
            "stranger.crt",
            "FAILURE: C2W full chain of certificates in stranger.crt does not verify: certificate 1 (cms1.lab) was issued by Lab CA, but Other \
             CA follows it: the order must be the server's own certificate, then each issuer in turn",
        ),
    ] {
        let lines = case.pair("CB.key", certificate, Side::Client);
        assert!(lines.iter().any(|line| line == told), "{told}\nnot in\n{lines:?}");
    }
}

#[test]
fn a_chain_that_ends_below_its_root_is_told_with_the_file_that_goes_on() {
    let case = Case::new();
    let own = case.ca.issue(&Request::new("cms1.lab", &["cms1.lab"]));
    case.put("CB.key", &own.key);
    case.put("CB.crt", &own.certificate);
    let text = |holder: &str| {
        format!(
            "C2W full chain of certificates in CB.crt is incomplete: it ends with cms1.lab, which Lab CA issued; put the certificate of Lab CA{holder} \
             behind it, and so on up to the root, and set that file by \"scheduler c2w certs\""
        )
    };
    assert_eq!(
        case.pair("CB.key", "CB.crt", Side::Client),
        [SEED[0].to_owned(), format!("FAILURE: {}", text(""))]
    );
    case.put("root.cer", case.ca.pem());
    let told = text(", which is in root.cer,");
    assert_eq!(case.pair("CB.key", "CB.crt", Side::Client), [SEED[0].to_owned(), format!("FAILURE: {told}")]);
    let view = case.view(&[("scheduler.c2w.key_file", "CB.key"), ("scheduler.c2w.cert_file", "CB.crt")]);
    let pair =
        Pair { label: "C2W ", section: "scheduler.c2w", command: "scheduler c2w certs", side: Side::Client };
    let mut restarted = Checks::of_restart(true);
    restarted.look_at(&view, &case.files, pair, Timestamp::now());
    assert!(restarted.are_good(), "it ran with it");
    assert_eq!(restarted.lines(), [SEED[0].to_owned(), format!("WARNING: {told}")]);
}

#[test]
fn a_root_may_be_left_out_behind_other_issuers_and_is_told() {
    let case = Case::new();
    let middle = case.ca.intermediate("Middle");
    let below = middle.intermediate("Below");
    let own = middle.issue(&Request::new("cms1.lab", &["cms1.lab"]));
    case.put("CB.key", &own.key);
    case.put("CB.crt", &own.full_chain);
    let told = |more: &str| {
        format!(
            "WARNING: C2W full chain of certificates in CB.crt ends with Middle, which Lab CA issued: peers must know that one as a root; \
             if they do not, put the certificate of Lab CA{more} behind it, and so on up to the root, and set that file by \"scheduler c2w certs\""
        )
    };
    assert_eq!(
        case.pair("CB.key", "CB.crt", Side::Client),
        [SEED[0].to_owned(), SEED[1].to_owned(), told("")]
    );
    case.put("root.cer", case.ca.pem());
    let lines = case.pair("CB.key", "CB.crt", Side::Client);
    assert_eq!(lines[2], told(", which is in root.cer,"));
    // What is missing here is no root.
    let deep = below.issue(&Request::new("cms2.lab", &["cms2.lab"]));
    case.put("deep.key", &deep.key);
    case.put("deep.crt", &deep.full_chain);
    case.put("middle.cer", middle.pem());
    let lines = case.pair("deep.key", "deep.crt", Side::Client);
    let incomplete = "FAILURE: C2W full chain of certificates in deep.crt is incomplete: it ends with Below, which Middle issued; put the \
                      certificate of Middle, which is in ";
    assert!(lines[1].starts_with(incomplete), "{lines:?}");
}

#[test]
fn a_bundle_may_hold_what_the_certificates_file_holds_already() {
    let case = Case::new();
    case.issue("CB", &Request::new("cms1.lab", &["cms1.lab"]));
    case.put("root.cer", case.ca.pem());
    let view = case.view(&[
        ("callbridge.c2w.key_file", "CB.key"),
        ("callbridge.c2w.cert_file", "CB.crt"),
        ("callbridge.c2w.bundle_file", "root.cer"),
    ]);
    let pair =
        Pair { label: "C2W ", section: "callbridge.c2w", command: "callbridge certs", side: Side::Client };
    let mut checks = Checks::default();
    checks.look_at(&view, &case.files, pair, Timestamp::now());
    assert_eq!(checks.lines(), SEED);
    assert_eq!(chain_of(&view, "callbridge.c2w").unwrap().len(), 2);
    let file = |name: &str| case.files.folder().join(name);
    let read = convoke_runtime::tls_files::read_identity;
    let identity = read(&file("CB.key"), &file("CB.crt"), Some(&file("root.cer"))).unwrap();
    assert_eq!(identity.chain().len(), 2, "as the role reads it");
}

#[test]
fn dates_and_usages_that_do_not_fit_are_told() {
    let case = Case::new();
    let good = Request::new("cms1.lab", &["cms1.lab"]);
    for (name, request, side, told) in [
        (
            "old",
            Request { from_day: -9, until_day: -1, ..good.clone() },
            Side::Client,
            "FAILURE: C2W certificate of cms1.lab expired at ",
        ),
        (
            "young",
            Request { from_day: 2, ..good.clone() },
            Side::Client,
            "FAILURE: C2W certificate of cms1.lab is valid from ",
        ),
        (
            "soon",
            Request { until_day: 10, ..good.clone() },
            Side::Client,
            "WARNING: C2W certificate of cms1.lab expires in ",
        ),
        (
            "server",
            Request { client: false, ..good.clone() },
            Side::Client,
            "FAILURE: C2W certificate of cms1.lab can't be used as a client: have it issued with clientAuth in its extended key usage, or without any",
        ),
        (
            "client",
            Request { server: false, ..good.clone() },
            Side::Server,
            "FAILURE: C2W certificate of cms1.lab can't be used as a server: have it issued with serverAuth in its extended key usage, or without any",
        ),
    ] {
        case.issue(name, &request);
        let lines = case.pair(&format!("{name}.key"), &format!("{name}.crt"), side);
        assert!(lines.iter().any(|line| line.starts_with(told)), "{told}\nnot in\n{lines:?}");
    }
}

#[test]
fn a_bundle_without_what_is_needed_is_told() {
    let case = Case::new();
    case.put("bundle.crt", Ca::new("Other CA").pem());
    case.put("broken.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    case.issue("WB", &Request::new("wb.lab", &["wb.lab"]));
    let told = |name: Option<&str>| {
        let mut checks = Checks::default();
        let pairs: Vec<(&str, &str)> =
            name.map(|name| ("scheduler.c2w.trust_file", name)).into_iter().collect();
        let view = case.view(&pairs);
        let bundle = checks.bundle(
            &view,
            &case.files,
            "scheduler.c2w.trust_file",
            "C2W trust bundle",
            "scheduler c2w trust",
        );
        let view = case.view(&[("webbridge.c2w.cert_file", "WB.crt")]);
        let chain = chain_of(&view, "webbridge.c2w").unwrap();
        if let Some(bundle) = bundle {
            checks.trusts(
                "C2W trust bundle",
                &bundle,
                "the web bridge",
                &chain,
                Side::Server,
                Timestamp::now(),
            );
        }
        checks.lines().to_vec()
    };
    assert_eq!(
        told(None),
        ["FAILURE: C2W trust bundle is not configured: use \"scheduler c2w trust <bundle>\""]
    );
    assert_eq!(
        told(Some("none.crt")),
        ["FAILURE: C2W trust bundle none.crt: there is no such file; upload it by SFTP, or make it by pki"]
    );
    assert_eq!(
        told(Some("broken.crt")),
        [
            "FAILURE: C2W trust bundle broken.crt: certificate 1 of the file can't be read as an X.509 certificate"
        ]
    );
    assert_eq!(
        told(Some("bundle.crt")),
        [
            "FAILURE: C2W trust bundle does not hold what is needed: the web bridge of this server would be refused (unknown issuer: the \
          certificate of wb.lab was issued by Lab CA, which the trust bundle does not hold); put its certificate, or that of the CA above \
          it, into the bundle"
        ]
    );
    assert_eq!(told(Some("WB.crt")), [""; 0]);
}

#[test]
fn a_port_that_is_taken_and_an_interface_that_is_none_are_told() {
    let case = Case::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let view = case.view(&[]);
    let told = |listener: &str, held: &[String]| {
        let mut checks = Checks::default();
        checks.port(&view, "HTTPS interface and port", listener, held);
        checks.lines().to_vec()
    };
    assert_eq!(
        told(&format!("a:{port}"), &[]),
        [format!(
            "FAILURE: HTTPS interface and port a:{port}: port {port} of 127.0.0.1 is taken by another service or program; choose another"
        )]
    );
    assert_eq!(told(&format!("a:{port}"), &[format!("127.0.0.1:{port}")]), [""; 0]);
    let privileged = SocketAddr::from(([127, 0, 0, 1], 443));
    assert_eq!(
        port_fault(&io::Error::from(io::ErrorKind::PermissionDenied), privileged),
        "port 443 may not be listened on by this server's user; choose one above 1023, or give it CAP_NET_BIND_SERVICE"
    );
    assert_eq!(
        told("z:443", &[]),
        [
            "FAILURE: HTTPS interface and port: no interface is called \"z\"; there are a, lo; \"ipv4 <interface> add <address>\" names one"
        ]
    );
}
