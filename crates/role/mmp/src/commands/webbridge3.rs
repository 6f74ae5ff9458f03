//! `webbridge3`: its listing is the seed's, to the letter.

use convoke_runtime::Role;
use convoke_shell::{rows::Rows, words::webbridge3::WebBridge3};
use convoke_trust::{Bundle, Certificate};

use super::{
    certs,
    service::{self, Asked, Wish},
};
use crate::{
    checks::{Checks, Pair, Side, chain_of},
    console::Console,
    files::read_pem,
    mmp::Mmp,
    outcome::{Done, Failed},
    settings_file::View,
};

const ROLE: Role = Role::WebBridge;
const WORD: &str = "webbridge3";

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: WebBridge3) -> Done {
    match command {
        WebBridge3::Show => show(mmp, console).await,
        WebBridge3::HttpsListen(listeners) => certs::set_listeners(mmp, "webbridge.https.listen", &listeners),
        WebBridge3::HttpsCerts(certs) => certs::set_full(mmp, "webbridge.https", certs),
        WebBridge3::FrameAncestors(sources) => mmp.settings.change(|view| frame_ancestors(view, sources)),
        WebBridge3::HttpRedirect(port) => mmp.settings.change(|view| redirect(view, port)),
        WebBridge3::C2wListen(listeners) => certs::set_listeners(mmp, "webbridge.c2w.listen", &listeners),
        WebBridge3::C2wCerts(certs) => certs::set_full(mmp, "webbridge.c2w", certs),
        WebBridge3::C2wTrust(bundle) => certs::set_file(mmp, "webbridge.c2w.trust_file", bundle),
        WebBridge3::Enable => enable(mmp, console, Asked::Enable).await,
        WebBridge3::Restart => {
            service::must_be_enabled(&mmp.settings.look()?, ROLE, WORD)?;
            enable(mmp, console, Asked::Restart).await
        }
        WebBridge3::Disable => service::disable(mmp, console, ROLE, WORD).await,
        WebBridge3::Status => status(mmp, console).await,
    }
}

async fn show(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    let file = |key: &str| certs::shown(mmp, &view, key);
    let redirect = match view.string("webbridge.https.http_redirect") {
        Some(listener) => format!("Enabled ({listener})"),
        None => "Disabled".to_owned(),
    };
    let rows = Rows::new()
        .flag("Enabled", view.is_enabled(ROLE))
        .list("HTTPS listening ports and interfaces", &view.strings("webbridge.https.listen"))
        .row("HTTPS Key file", file("webbridge.https.key_file"))
        .row("HTTPS Full chain certificate file", file("webbridge.https.cert_file"))
        .row("HTTPS Frame-Ancestors", view.string("webbridge.https.frame_ancestors"))
        .row("HTTP redirect", Some(redirect))
        .list("C2W listening ports and interfaces", &view.strings("webbridge.c2w.listen"))
        .row("C2W Key file", file("webbridge.c2w.key_file"))
        .row("C2W Full chain certificate file", file("webbridge.c2w.cert_file"))
        .row("C2W Trust bundle", file("webbridge.c2w.trust_file"))
        .row("Beta options", None::<String>);
    for line in rows.lines() {
        console.line(line).await;
    }
    Ok(())
}

fn frame_ancestors(view: &mut View, sources: Option<String>) -> Done {
    use convoke_runtime::settings::webbridge::{MAX_FRAME_ANCESTORS, may_stand_in_frame_ancestors};
    let Some(sources) = sources else {
        view.remove("webbridge.https.frame_ancestors");
        return Ok(());
    };
    if sources.chars().count() > MAX_FRAME_ANCESTORS || !sources.chars().all(may_stand_in_frame_ancestors) {
        return Err(Failed::line(format!(
            "FAILURE: frame-ancestors has at most {MAX_FRAME_ANCESTORS} characters, of a-z A-Z 0-9 _ . / : ? # [ ] @ ! $ & ' ( ) * + - = ~ % and \
             blanks"
        )));
    }
    view.set("webbridge.https.frame_ancestors", sources);
    Ok(())
}

fn redirect(view: &mut View, port: Option<u16>) -> Done {
    let Some(port) = port else {
        view.remove("webbridge.https.http_redirect");
        return Ok(());
    };
    let listeners = view.strings("webbridge.https.listen");
    let Some((interface, _)) = listeners.first().and_then(|listener| listener.rsplit_once(':')) else {
        return Err(Failed::line(
            "FAILURE: there is nothing to lead to yet: use \"webbridge3 https listen <interface:port>\" first",
        ));
    };
    let listener = format!("{interface}:{port}");
    view.set("webbridge.https.http_redirect", listener);
    Ok(())
}

async fn enable(mmp: &Mmp, console: &Console, asked: Asked) -> Done {
    let turn = mmp.turn().await;
    let view = mmp.settings.look()?;
    let checks = check(mmp, &view, asked).await;
    service::enable(mmp, console, Wish { role: ROLE, word: WORD, asked, turn }, checks, |_| ()).await
}

async fn check(mmp: &Mmp, view: &View, asked: Asked) -> Checks {
    let (mut checks, now, files) = (service::checks(mmp, ROLE, asked), mmp.clock.now(), &mmp.files);
    let pair = |label, section, command| Pair { label, section, command, side: Side::Server };
    checks.pair(view, files, pair("HTTPS ", "webbridge.https", "webbridge3 https certs"), now).await;
    checks.pair(view, files, pair("C2W ", "webbridge.c2w", "webbridge3 c2w certs"), now).await;
    let bundle =
        checks.bundle(view, files, "webbridge.c2w.trust_file", "C2W trust bundle", "webbridge3 c2w trust");
    if let Some(bundle) = bundle {
        for (role, service, section) in [
            (Role::CallBridge, "the call bridge", "callbridge.c2w"),
            (Role::Scheduler, "the scheduler", "scheduler.c2w"),
        ] {
            if view.is_enabled(role)
                && let Some(chain) = chain_of(view, section)
            {
                checks.trusts("C2W trust bundle", &bundle, service, &chain, Side::Client, now);
            }
        }
    }
    let held = service::held(mmp, ROLE).await;
    for (what, key, command) in [
        ("HTTPS interface and port", "webbridge.https.listen", "webbridge3 https listen"),
        ("C2W interface and port", "webbridge.c2w.listen", "webbridge3 c2w listen"),
    ] {
        let listeners = view.strings(key);
        if listeners.is_empty() {
            checks.failure(format!("{what} are not configured: use \"{command} <interface:port>\""));
        }
        for listener in &listeners {
            held.check(&mut checks, view, what, listener);
        }
    }
    if let Some(listener) = view.string("webbridge.https.http_redirect") {
        held.check(&mut checks, view, "HTTP redirect", &listener);
    }
    checks
}

/// A service that dials in must be trusted by the web bridge of this server, where there is one.
pub(super) fn check_that_it_trusts(
    checks: &mut Checks,
    mmp: &Mmp,
    view: &View,
    service: &str,
    chain: &[Certificate],
) {
    let Some(path) = view.file("webbridge.c2w.trust_file").filter(|_| view.is_enabled(ROLE)) else { return };
    if let Some(bundle) = read_pem(&path).ok().and_then(|pem| Bundle::parse(&pem).ok()) {
        let what = format!("webbridge3's C2W trust bundle {}", mmp.files.shown(&path));
        checks.trusts(&what, &bundle, service, chain, Side::Client, mmp.clock.now());
    }
}

async fn status(mmp: &Mmp, console: &Console) -> Done {
    let Some(status) = service::status(mmp, console, ROLE).await? else { return Ok(()) };
    console.line(format!("Listening: {}", status.listening.join(" "))).await;
    let links = status.links.map(|links| links.peers).unwrap_or_default();
    console.line(format!("C2W connections: {}", links.len())).await;
    for link in links {
        console.line(format!("  {} UP", link.peer)).await;
    }
    Ok(())
}
