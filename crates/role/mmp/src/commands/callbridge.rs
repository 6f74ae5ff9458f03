//! `callbridge`: users, spaces, templates.

use convoke_runtime::Role;
use convoke_shell::{rows::Rows, words::callbridge::CallBridge};

use super::{
    certs,
    service::{self, Asked, Wish},
};
use crate::{
    checks::{Checks, Pair, Side, chain_of},
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
    settings_file::View,
};

const ROLE: Role = Role::CallBridge;
const WORD: &str = "callbridge";
/// The port of HTTPS that a link does not name.
const HTTPS_PORT: &str = "443";

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: CallBridge) -> Done {
    match command {
        CallBridge::Show => show(mmp, console).await,
        CallBridge::Listen(interfaces) => mmp.settings.change(|view| listen(view, &interfaces)),
        CallBridge::Certs(certs) => certs::set(mmp, "callbridge.c2w", certs),
        CallBridge::TrustC2w(bundle) => certs::set_file(mmp, "callbridge.c2w.trust_file", bundle),
        CallBridge::TrustBranding(bundle) => certs::set_file(mmp, "outgoing.trust_file", bundle),
        CallBridge::JwtExpiry(hours) => mmp.settings.change(|view| {
            view.set("callbridge.jwt_expiry_hours", i64::from(hours));
            Ok(())
        }),
        CallBridge::WebApp(url) => mmp.settings.change(|view| web_app(view, url)),
        CallBridge::Enable => enable(mmp, console, Asked::Enable).await,
        // As in the modelled system, where it has no switch: a restart starts it.
        CallBridge::Restart => enable(mmp, console, Asked::Restart).await,
        CallBridge::Disable => disable(mmp, console).await,
        CallBridge::Status => status(mmp, console).await,
    }
}

async fn show(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    let file = |key: &str| certs::shown(mmp, &view, key);
    let hours = view.number("callbridge.jwt_expiry_hours").unwrap_or(24);
    let rows = Rows::new()
        .flag("Enabled", view.is_enabled(ROLE))
        .list("Listening interfaces", &view.strings("callbridge.listen"))
        .row("Key file", file("callbridge.c2w.key_file"))
        .row("Certificate file", file("callbridge.c2w.cert_file"))
        .row("CA Bundle file", file("callbridge.c2w.bundle_file"))
        .row("C2W trusted certs", file("callbridge.c2w.trust_file"))
        .row("Callbridge trust branding certs", file("outgoing.trust_file"))
        .row("WC3 JWT Expiry in hours", Some(hours))
        .row("Web app address", view.string("node.web_app_url"));
    for line in rows.lines() {
        console.line(line).await;
    }
    Ok(())
}

fn listen(view: &mut View, interfaces: &[String]) -> Done {
    for interface in interfaces {
        certs::known(view, interface)?;
    }
    if interfaces.is_empty() {
        view.remove("callbridge.listen");
    } else {
        view.set_list("callbridge.listen", interfaces);
    }
    Ok(())
}

fn web_app(view: &mut View, url: Option<String>) -> Done {
    let Some(url) = url else {
        view.remove("node.web_app_url");
        return Ok(());
    };
    view.set("node.web_app_url", url.as_str());
    let faults = view.faults(convoke_runtime::settings::Wanted::Nothing);
    if faults.iter().any(|fault| fault.starts_with("node.web_app_url")) {
        return Err(Failed::line(format!(
            "FAILURE: \"{url}\" is not the address of a web app: expected such as https://meet.example.com or \
             https://meet.example.com:8443"
        )));
    }
    Ok(())
}

/// Where the web app is, as far as this server's own listeners tell.
pub(super) fn assumed_web_app(mmp: &Mmp, view: &View) -> String {
    let listeners = view.strings("webbridge.https.listen");
    let port =
        listeners.first().and_then(|listener| listener.rsplit_once(':')).map_or(HTTPS_PORT, |(_, port)| port);
    let host = mmp.host.name();
    if port == HTTPS_PORT { format!("https://{host}") } else { format!("https://{host}:{port}") }
}

/// Where links to meetings lead must be known; what is assumed is written down and told.
pub(super) fn note_web_app(mmp: &Mmp, view: &View, checks: &mut Checks) -> Option<String> {
    if view.has("node.web_app_url") {
        return None;
    }
    let assumed = assumed_web_app(mmp, view);
    checks
        .warning(format!("links to meetings begin with {assumed}; \"callbridge webapp <url>\" changes that"));
    Some(assumed)
}

async fn enable(mmp: &Mmp, console: &Console, asked: Asked) -> Done {
    let turn = mmp.turn().await;
    let view = mmp.settings.look()?;
    let mut checks = check(mmp, &view, asked).await;
    let web_app = note_web_app(mmp, &view, &mut checks);
    service::enable(mmp, console, Wish { role: ROLE, word: WORD, asked, turn }, checks, |view| {
        if let Some(url) = web_app {
            view.set("node.web_app_url", url);
        }
    })
    .await
}

async fn check(mmp: &Mmp, view: &View, asked: Asked) -> Checks {
    let (mut checks, now, files) = (service::checks(mmp, ROLE, asked), mmp.clock.now(), &mmp.files);
    for interface in view.strings("callbridge.listen") {
        if let Err(Failed::Lines(lines)) = certs::known(view, &interface) {
            lines.iter().for_each(|line| checks.failure(line.trim_start_matches("FAILURE: ")));
        }
    }
    let pair = Pair { label: "", section: "callbridge.c2w", command: "callbridge certs", side: Side::Client };
    checks.pair(view, files, pair, now).await;
    let bundle =
        checks.bundle(view, files, "callbridge.c2w.trust_file", "C2W trust bundle", "callbridge trust c2w");
    if let Some(bundle) = bundle
        && view.is_enabled(Role::WebBridge)
        && let Some(chain) = chain_of(view, "webbridge.c2w")
    {
        checks.trusts("C2W trust bundle", &bundle, "the web bridge", &chain, Side::Server, now);
    }
    if let Some(chain) = chain_of(view, "callbridge.c2w") {
        super::webbridge3::check_that_it_trusts(&mut checks, mmp, view, "the call bridge", &chain);
    }
    if super::webadmin::is_on(view)
        && let Some(listener) = view.string("callbridge.https.listen")
    {
        let held = service::held(mmp, ROLE).await;
        held.check(&mut checks, view, "Web Admin interface and port", &listener);
    }
    service::check_database(&mut checks, view).await;
    checks
}

async fn disable(mmp: &Mmp, console: &Console) -> Done {
    if mmp.settings.look()?.is_enabled(Role::Scheduler) {
        return Err(Failed::line(
            "FAILURE: the scheduler of this server asks its call bridge: use \"scheduler disable\" first",
        ));
    }
    service::disable(mmp, console, ROLE, WORD).await
}

async fn status(mmp: &Mmp, console: &Console) -> Done {
    let Some(status) = service::status(mmp, console, ROLE).await? else { return Ok(()) };
    match status.database.and_then(|database| database.fault) {
        None => console.line("Database responsive at start").await,
        Some(fault) => console.line(format!("Database lost: {fault}")).await,
    }
    if status.listening.is_empty() {
        console.line("Web Admin not configured").await;
    } else {
        console.line(format!("Web Admin listening: {}", status.listening.join(" "))).await;
    }
    match status.links {
        None => console.line("C2W not configured").await,
        Some(links) => service::links(console, &links.peers, "C2W links to web bridges").await,
    }
    Ok(())
}
