//! `mail`: senders of invitations, and how answers come in.

use convoke_model::EmailAddress;
use convoke_shell::{rows::Rows, words::mail::Mail};

use super::certs;
use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

/// What names the file of the mailbox's password.
const PASSWORD_KEY: &str = "scheduler.replies.imap.password_file";

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Mail) -> Done {
    match command {
        Mail::Show => show(mmp, console).await,
        Mail::From(address) => set_from(mmp, address),
        Mail::Hello(name) => set_or_clear(mmp, "scheduler.email.hello", name),
        Mail::SenderService => mmp.settings.change(|view| {
            view.remove("scheduler.email.sender");
            view.remove("scheduler.email.person_domains");
            Ok(())
        }),
        Mail::SenderPerson(domains) => sender_person(mmp, &domains),
        Mail::RepliesOff => mmp.settings.change(|view| {
            view.set("scheduler.replies.mode", "off");
            Ok(())
        }),
        Mail::RepliesLmtp(listener) => mmp.settings.change(|view| {
            certs::check_listener(view, &listener)?;
            view.set("scheduler.replies.lmtp.listen", listener);
            view.set("scheduler.replies.mode", "lmtp");
            Ok(())
        }),
        Mail::RepliesImap { server, username } => imap(mmp, console, server, username).await,
        Mail::RepliesAddress(address) => set_or_clear(mmp, "scheduler.replies.address", address),
        Mail::RepliesAuthserv(name) => set_or_clear(mmp, "scheduler.replies.authserv_id", name),
        Mail::RepliesAllow(addresses) => mmp.settings.change(|view| {
            if let Some(bad) = addresses.iter().find(|address| address.parse::<std::net::IpAddr>().is_err()) {
                return Err(Failed::line(format!(
                    "FAILURE: \"{bad}\" is not an address: expected such as 192.0.2.25"
                )));
            }
            if addresses.is_empty() {
                view.remove("scheduler.replies.lmtp.allow");
            } else {
                view.set_list("scheduler.replies.lmtp.allow", &addresses);
            }
            Ok(())
        }),
        Mail::RepliesTrust(bundle) => certs::set_file(mmp, "scheduler.replies.imap.trust_file", bundle),
    }
}

async fn show(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    let sender = view.string("scheduler.email.sender").unwrap_or_else(|| "service".to_owned());
    let rows = Rows::new()
        .row("From", view.string("scheduler.email.from"))
        .row("Name in EHLO", view.string("scheduler.email.hello"))
        .row("Sender", Some(sender))
        .list("Domains of persons", &view.strings("scheduler.email.person_domains"))
        .row("Replies", Some(view.string("scheduler.replies.mode").unwrap_or_else(|| "off".to_owned())))
        .row("Replies to", view.string("scheduler.replies.address"))
        .row("Mail server's name in Authentication-Results", view.string("scheduler.replies.authserv_id"))
        .list("LMTP allowed mail servers", &view.strings("scheduler.replies.lmtp.allow"))
        .row("LMTP listening interface and port", view.string("scheduler.replies.lmtp.listen"))
        .row("IMAP server", view.string("scheduler.replies.imap.server"))
        .row("IMAP username", view.string("scheduler.replies.imap.username"))
        .row("IMAP password", view.has("scheduler.replies.imap.password_file").then_some("******"))
        .row("IMAP trust bundle", certs::shown(mmp, &view, "scheduler.replies.imap.trust_file"));
    for line in rows.lines() {
        console.line(line).await;
    }
    Ok(())
}

fn set_or_clear(mmp: &Mmp, key: &str, value: Option<String>) -> Done {
    mmp.settings.change(|view| {
        match value {
            Some(value) => view.set(key, value),
            None => view.remove(key),
        }
        Ok(())
    })
}

fn set_from(mmp: &Mmp, address: Option<String>) -> Done {
    if let Some(address) = &address
        && let Err(fault) = address.parse::<EmailAddress>()
    {
        return Err(Failed::line(format!(
            "FAILURE: \"{address}\" is not a mail address: {fault}; expected such as meetings@example.com"
        )));
    }
    mmp.settings.change(|view| {
        match address {
            Some(address) => view.set("scheduler.email.from", address),
            None if view.has("scheduler.email.server") => {
                return Err(Failed::line(
                    "FAILURE: no mail goes out without an address that it comes from: set another one, or use \"scheduler email server none\" first",
                ));
            }
            None => view.remove("scheduler.email.from"),
        }
        Ok(())
    })
}

fn sender_person(mmp: &Mmp, domains: &[String]) -> Done {
    let is_domain = |domain: &&String| format!("a@{domain}").parse::<EmailAddress>().is_err();
    if let Some(bad) = domains.iter().find(is_domain) {
        return Err(Failed::line(format!(
            "FAILURE: \"{bad}\" is not a domain: expected such as example.com"
        )));
    }
    mmp.settings.change(|view| {
        view.set("scheduler.email.sender", "person");
        view.set_list("scheduler.email.person_domains", domains);
        Ok(())
    })
}

async fn imap(mmp: &Mmp, console: &mut Console, server: String, username: String) -> Done {
    let password = console.ask_secret("Please enter password: ").await?;
    super::secrets::set(mmp, PASSWORD_KEY, &password, |view| {
        view.set("scheduler.replies.imap.server", server);
        view.set("scheduler.replies.imap.username", username);
        view.set("scheduler.replies.mode", "imap");
        Ok(())
    })
}
