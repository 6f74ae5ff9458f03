//! `scheduler`: its listing, checks and status are the seed's, to the letter, as long as all is as there.

use convoke_control_api::{Answer, MailServer, Request};
use convoke_runtime::Role;
use convoke_shell::{
    rows::Rows,
    words::scheduler::{Scheduler, Topic},
};

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

const ROLE: Role = Role::Scheduler;
const WORD: &str = "scheduler";
/// What names the file of the mail server's password.
const PASSWORD_KEY: &str = "scheduler.email.password_file";

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Scheduler) -> Done {
    match command {
        Scheduler::Show => show(mmp, console).await,
        Scheduler::HttpsListen(listener) => certs::set_listener(mmp, "scheduler.https.listen", listener),
        Scheduler::HttpsCerts(certs) => certs::set_full(mmp, "scheduler.https", certs),
        Scheduler::C2wCerts(certs) => certs::set_full(mmp, "scheduler.c2w", certs),
        Scheduler::C2wTrust(bundle) => certs::set_file(mmp, "scheduler.c2w.trust_file", bundle),
        Scheduler::EmailServer(server) => set_server(mmp, console, server).await,
        Scheduler::EmailUsername(name) => set_username(mmp, console, name).await,
        Scheduler::EmailRemoveUsername => remove_username(mmp),
        Scheduler::EmailProtocol { smtps } => mmp.settings.change(|view| {
            view.set("scheduler.email.protocol", if smtps { "smtps" } else { "smtp" });
            if smtps {
                // It is encrypted from the first byte: there is nothing to start.
                view.remove("scheduler.email.starttls");
            }
            Ok(())
        }),
        Scheduler::EmailAuth(on) => set(mmp, "auth", on),
        Scheduler::EmailStarttls(on) => set(mmp, "starttls", on),
        Scheduler::EmailTrust(bundle) => certs::set_file(mmp, "scheduler.email.trust_file", bundle),
        Scheduler::TimedLogging => timed_logging(mmp, console, &Request::TimedLogging).await,
        Scheduler::SetTimedLogging(topic, seconds) => {
            let topic = match topic {
                Topic::WebBridge => "webBridge",
                Topic::Api => "api",
                Topic::Email => "email",
            };
            timed_logging(mmp, console, &Request::SetTimedLogging { topic: topic.to_owned(), seconds }).await
        }
        Scheduler::Enable => enable(mmp, console, Asked::Enable).await,
        Scheduler::Restart => {
            service::must_be_enabled(&mmp.settings.look()?, ROLE, WORD)?;
            enable(mmp, console, Asked::Restart).await
        }
        Scheduler::Disable => service::disable(mmp, console, ROLE, WORD).await,
        Scheduler::Status => status(mmp, console).await,
    }
}

async fn show(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    let listener = view.string("scheduler.https.listen");
    let (interface, port) = match listener.as_deref().and_then(|listener| listener.rsplit_once(':')) {
        Some((interface, port)) => (Some(interface), Some(port)),
        None => (None, None),
    };
    let file = |key: &str| certs::shown(mmp, &view, key);
    let server = view.string("scheduler.email.server");
    let email_port = server.as_ref().map(|_| email_port(&view));
    let password = view.has("scheduler.email.password_file").then_some("******");
    let mut rows = Rows::new()
        .flag("Enabled", view.is_enabled(ROLE))
        .row("Https interface", interface)
        .row("Https port", port)
        .row("Https key file", file("scheduler.https.key_file"))
        .row("Https certificate file", file("scheduler.https.cert_file"))
        .row("C2W Key file", file("scheduler.c2w.key_file"))
        .row("C2W Full chain certificate file", file("scheduler.c2w.cert_file"))
        .row("C2W Trust bundle", file("scheduler.c2w.trust_file"))
        .row("Email Server", server.as_ref())
        .row("Email Port", email_port)
        .row("Email Username", view.string("scheduler.email.username"))
        .row("Email Password", password);
    // The seed shows no more, and has no mail server.
    if server.is_some() {
        let protocol = view.string("scheduler.email.protocol").unwrap_or_else(|| "smtp".to_owned());
        let auth = view.flag("scheduler.email.auth").unwrap_or_else(|| view.has("scheduler.email.username"));
        rows = rows
            .row("Email Protocol", Some(protocol))
            .switch("Email Authentication", auth)
            .switch("Email STARTTLS", view.flag("scheduler.email.starttls").unwrap_or(false))
            .row("Email Trust bundle", file("scheduler.email.trust_file"));
    }
    for line in rows.lines() {
        console.line(line).await;
    }
    Ok(())
}

fn email_port(view: &View) -> i64 {
    let smtps = view.string("scheduler.email.protocol").as_deref() == Some("smtps");
    view.number("scheduler.email.port").unwrap_or(if smtps { 465 } else { 25 })
}

fn set(mmp: &Mmp, key: &str, value: impl Into<toml_edit::Value>) -> Done {
    mmp.settings.change(|view| {
        view.set(&format!("scheduler.email.{key}"), value);
        Ok(())
    })
}

/// A mail server needs an address that mails come from; the first server gets one that can be changed.
async fn set_server(mmp: &Mmp, console: &Console, server: Option<(String, u16)>) -> Done {
    let from = mmp.settings.change(|view| {
        let Some((host, port)) = server else {
            view.remove("scheduler.email.server");
            view.remove("scheduler.email.port");
            return Ok(None);
        };
        view.set("scheduler.email.server", host);
        view.set("scheduler.email.port", i64::from(port));
        if view.has("scheduler.email.from") {
            return Ok(None);
        }
        let from = format!("meetings@{}", mail_domain(mmp, view));
        view.set("scheduler.email.from", from.as_str());
        Ok(Some(from))
    })?;
    if let Some(from) = from {
        console.line(format!("Invitations come from {from}; \"mail from <address>\" changes that")).await;
    }
    Ok(())
}

/// The domain of the spaces' addresses, or the host of the web app, or this server's name.
fn mail_domain(mmp: &Mmp, view: &View) -> String {
    let host = view.string("node.web_app_url").and_then(|url| {
        let host = url.strip_prefix("https://")?.split(['/', ':']).next()?.to_owned();
        Some(host).filter(|host| host.contains('.') && host.parse::<std::net::IpAddr>().is_err())
    });
    let own = mmp.host.name();
    let name = if own.contains('.') { own } else { format!("{own}.invalid") };
    view.string("callbridge.domain").or(host).unwrap_or(name)
}

async fn set_username(mmp: &Mmp, console: &mut Console, name: String) -> Done {
    let view = mmp.settings.look()?;
    let is_encrypted = view.flag("scheduler.email.starttls").unwrap_or(false)
        || view.string("scheduler.email.protocol").as_deref() == Some("smtps");
    // Before a password is asked for that could not be kept.
    if view.is_enabled(ROLE) && view.has("scheduler.email.server") && !is_encrypted {
        return Err(Failed::line(
            "FAILURE: the password would go over the network in the clear: use \"scheduler email starttls enable\" or \"scheduler email \
             protocol smtps\" first",
        ));
    }
    let password = console.ask_secret("Please enter password: ").await?;
    super::secrets::set(mmp, PASSWORD_KEY, &password, |view| {
        view.set("scheduler.email.username", name);
        Ok(())
    })
}

fn remove_username(mmp: &Mmp) -> Done {
    super::secrets::clear(mmp, PASSWORD_KEY, |view| {
        view.remove("scheduler.email.username");
        view.remove("scheduler.email.auth");
        Ok(())
    })
}

async fn timed_logging(mmp: &Mmp, console: &Console, request: &Request) -> Done {
    match mmp.services.ask(ROLE, request).await {
        Ok(Answer::TimedLogging { topics }) => {
            for (topic, seconds) in topics {
                let state = if seconds == 0 { "off".to_owned() } else { format!("{seconds} seconds left") };
                console.line(format!("{topic} : {state}")).await;
            }
            Ok(())
        }
        Ok(Answer::Refused { reason }) => Err(Failed::line(format!("FAILURE: {reason}"))),
        Ok(Answer::Status(_)) => Err(Failed::line("FAILURE: the scheduler's answer is not understood")),
        Err(_) => Err(Failed::line("FAILURE: the scheduler does not run: use \"scheduler enable\"")),
    }
}

async fn enable(mmp: &Mmp, console: &Console, asked: Asked) -> Done {
    let turn = mmp.turn().await;
    let view = mmp.settings.look()?;
    let checks = check(mmp, &view, asked).await;
    service::enable(mmp, console, Wish { role: ROLE, word: WORD, asked, turn }, checks, |_| ()).await
}

async fn check(mmp: &Mmp, view: &View, asked: Asked) -> Checks {
    let (mut checks, now, files) = (service::checks(mmp, ROLE, asked), mmp.clock.now(), &mmp.files);
    let listener = view.string("scheduler.https.listen");
    if listener.is_some() || view.has("scheduler.https.key_file") {
        let pair = Pair {
            label: "HTTPS ",
            section: "scheduler.https",
            command: "scheduler https certs",
            side: Side::Server,
        };
        checks.pair(view, files, pair, now).await;
    }
    let held = service::held(mmp, ROLE).await;
    match &listener {
        Some(listener) => held.check(&mut checks, view, "HTTPS interface and port", listener),
        None if view.has("scheduler.https.key_file") => {
            checks.failure("HTTPS certificates are configured, and no interface: use \"scheduler https listen <interface> <port>\", or \"scheduler https certs none\"");
        }
        None => {}
    }
    let pair =
        Pair { label: "C2W ", section: "scheduler.c2w", command: "scheduler c2w certs", side: Side::Client };
    checks.pair(view, files, pair, now).await;
    let bundle =
        checks.bundle(view, files, "scheduler.c2w.trust_file", "C2W trust bundle", "scheduler c2w trust");
    if let Some(listener) = view.string("scheduler.replies.lmtp.listen")
        && view.string("scheduler.replies.mode").as_deref() == Some("lmtp")
    {
        held.check(&mut checks, view, "LMTP interface and port", &listener);
    }
    if let Some(bundle) = bundle
        && view.is_enabled(Role::WebBridge)
        && let Some(chain) = chain_of(view, "webbridge.c2w")
    {
        checks.trusts("C2W trust bundle", &bundle, "the web bridge", &chain, Side::Server, now);
    }
    if let Some(chain) = chain_of(view, "scheduler.c2w") {
        super::webbridge3::check_that_it_trusts(&mut checks, mmp, view, "the scheduler", &chain);
    }
    if !view.is_enabled(Role::CallBridge) {
        checks.failure(
            "no call bridge is enabled on this server, and the scheduler asks the one beside it: use \"webadmin enable\" or \"callbridge \
             enable\" first",
        );
    }
    service::check_database(&mut checks, view).await;
    checks
}

async fn status(mmp: &Mmp, console: &Console) -> Done {
    let Some(status) = service::status(mmp, console, ROLE).await? else { return Ok(()) };
    match status.database.and_then(|database| database.fault) {
        None => console.line("Database responsive at start").await,
        Some(fault) => console.line(format!("Database lost: {fault}")).await,
    }
    if let Some(fault) = status.call_bridge.and_then(|call_bridge| call_bridge.fault) {
        console.line(format!("Call bridge of this server: {fault}")).await;
    }
    console.line(if status.listening.is_empty() { "HTTPS not configured" } else { "HTTPS configured" }).await;
    console.line("C2W configured").await;
    let links = status.links.map(|links| links.peers).unwrap_or_default();
    if links.is_empty() || links.iter().any(|link| link.fault.is_some()) {
        service::links(console, &links, "C2W links to web bridges").await;
    }
    match status.mail {
        None => console.line("Email server not configured").await,
        Some(mail) => tell_mail(mmp, console, &mail).await,
    }
    Ok(())
}

async fn tell_mail(mmp: &Mmp, console: &Console, mail: &MailServer) {
    console.line("Email server configured").await;
    let last = match &mail.last {
        None => "nothing was sent since the start".to_owned(),
        Some(last) => {
            let at = jiff::Timestamp::from_millisecond(last.at_ms)
                .map(|at| mmp.shown_time(at))
                .unwrap_or_default();
            let did = if last.taken { "took a mail" } else { "did not take a mail" };
            format!("{did} at {at}: {}", last.text.trim())
        }
    };
    console.line(format!("Email server {}: {last}", mail.server)).await;
    if mail.waiting > 0 {
        console.line(format!("Mails that wait: {}", mail.waiting)).await;
    }
}
