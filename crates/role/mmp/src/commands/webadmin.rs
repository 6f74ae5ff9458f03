//! `webadmin`: the API's listener, within the call bridge's process.

use convoke_runtime::Role;
use convoke_shell::{rows::Rows, words::webadmin::WebAdmin};

use super::{
    callbridge, certs,
    service::{self, Asked, Wish},
};
use crate::{
    checks::{Checks, Pair, Side},
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
    services::{Condition, to_its_end},
    settings_file::View,
};

const ROLE: Role = Role::CallBridge;
const WORD: &str = "webadmin";

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: WebAdmin) -> Done {
    match command {
        WebAdmin::Show => show(mmp, console).await,
        WebAdmin::Listen(listener) => certs::set_listener(mmp, "callbridge.https.listen", listener),
        WebAdmin::Certs(certs) => certs::set(mmp, "callbridge.https", certs),
        WebAdmin::Enable => enable(mmp, console, Asked::Enable).await,
        WebAdmin::Restart if is_on(&mmp.settings.look()?) => enable(mmp, console, Asked::Restart).await,
        WebAdmin::Restart => Err(Failed::line("FAILURE: webadmin is not enabled: use \"webadmin enable\"")),
        WebAdmin::Disable => disable(mmp, console).await,
        WebAdmin::Status => {
            console.line(state(mmp).await?).await;
            Ok(())
        }
    }
}

pub(super) fn is_on(view: &View) -> bool {
    view.is_enabled(ROLE)
        && view.has("callbridge.https.listen")
        && view.flag("callbridge.https.enabled").unwrap_or(true)
}

async fn state(mmp: &Mmp) -> Result<String, Failed> {
    let view = mmp.settings.look()?;
    Ok(match mmp.services.condition(ROLE).await {
        _ if !is_on(&view) => "STATUS : webadmin disabled".to_owned(),
        Condition::Running(status) if !status.listening.is_empty() => "STATUS : webadmin running".to_owned(),
        Condition::Running(_) => {
            "STATUS : webadmin not running; \"webadmin restart\" makes the changes count".to_owned()
        }
        Condition::Starting => "STATUS : webadmin starting".to_owned(),
        Condition::Silent(why) => format!("STATUS : webadmin silent: {why}"),
        Condition::Stopped => "STATUS : webadmin not running".to_owned(),
        Condition::Failed(ended) => format!("STATUS : webadmin failed: {}", ended.words()),
    })
}

async fn show(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    let listener = view.string("callbridge.https.listen");
    let (interface, port) = match listener.as_deref().and_then(|listener| listener.rsplit_once(':')) {
        Some((interface, port)) => (Some(interface), Some(port)),
        None => (None, None),
    };
    let file = |key: &str| certs::shown(mmp, &view, key);
    let rows = Rows::new()
        .flag("Enabled", is_on(&view))
        .row("TLS listening interface", interface)
        .row("TLS listening port", port)
        .row("Key file", file("callbridge.https.key_file"))
        .row("Certificate file", file("callbridge.https.cert_file"))
        .row("CA Bundle file", file("callbridge.https.bundle_file"))
        .switch("HTTP redirect", false);
    for line in rows.lines() {
        console.line(line).await;
    }
    console.line(state(mmp).await?).await;
    Ok(())
}

async fn enable(mmp: &Mmp, console: &Console, asked: Asked) -> Done {
    let turn = mmp.turn().await;
    let view = mmp.settings.look()?;
    let mut checks = check(mmp, &view, asked).await;
    let web_app = callbridge::note_web_app(mmp, &view, &mut checks);
    service::enable(mmp, console, Wish { role: ROLE, word: WORD, asked, turn }, checks, |view| {
        view.remove("callbridge.https.enabled");
        if let Some(url) = web_app {
            view.set("node.web_app_url", url);
        }
    })
    .await
}

async fn check(mmp: &Mmp, view: &View, asked: Asked) -> Checks {
    let (mut checks, now) = (service::checks(mmp, ROLE, asked), mmp.clock.now());
    match view.string("callbridge.https.listen") {
        Some(listener) => {
            let before = checks.are_good();
            let held = service::held(mmp, ROLE).await;
            held.check(&mut checks, view, "TLS interface and port", &listener);
            if before && checks.are_good() {
                checks.success("TLS interface and port configured");
            }
        }
        None => {
            checks.failure(
                "TLS interface and port are not configured: use \"webadmin listen <interface> <port>\"",
            );
        }
    }
    let pair = Pair { label: "", section: "callbridge.https", command: "webadmin certs", side: Side::Server };
    checks.pair(view, &mmp.files, pair, now).await;
    service::check_database(&mut checks, view).await;
    checks
}

async fn disable(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    if !is_on(&view) {
        return Err(Failed::line("FAILURE: webadmin is not enabled"));
    }
    let goes_on = view.has("callbridge.c2w.key_file") || view.is_enabled(Role::Scheduler);
    let turn = mmp.turn().await;
    mmp.settings.change(|view| {
        view.set("callbridge.https.enabled", false);
        view.set("callbridge.enabled", goes_on);
        Ok(())
    })?;
    let services = mmp.services.clone();
    let done = to_its_end(async move {
        let _turn = turn;
        if goes_on {
            // The call bridge itself goes on, without its API.
            services.restart(ROLE).await;
            services.until_it_runs(ROLE).await.map(drop)
        } else {
            services.stop(ROLE).await;
            Ok(())
        }
    });
    if let Some(Err(why)) = done.await {
        return Err(Failed::line(format!("FAILURE: callbridge does not run: {why}")));
    }
    console.line("SUCCESS: webadmin disabled").await;
    Ok(())
}
