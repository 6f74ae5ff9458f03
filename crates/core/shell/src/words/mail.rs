//! `mail`: what Convoke can do with invitations beyond what the seed's `scheduler email` has forms for.

use super::Command;
use crate::grammar::{Word, form};

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mail {
    /// Show the configuration.
    Show,
    /// The address that invitations come from.
    From(Option<String>),
    /// The name that this server says in EHLO.
    Hello(Option<String>),
    /// Invitations come from that address.
    SenderService,
    /// Those of organizers in these domains come from their own address.
    SenderPerson(Vec<String>),
    /// Calendars answer to the organizer.
    RepliesOff,
    /// The mail server hands answers over here.
    RepliesLmtp(String),
    /// A mailbox is read; the password is asked for.
    RepliesImap {
        /// The IMAP server.
        server: String,
        /// The name there.
        username: String,
    },
    /// The address that calendars answer to.
    RepliesAddress(Option<String>),
    /// The name by which the mail server says what it found out about senders.
    RepliesAuthserv(Option<String>),
    /// Addresses of mail servers that may hand answers over.
    RepliesAllow(Vec<String>),
    /// Whom to trust as the IMAP server.
    RepliesTrust(Option<String>),
}

/// The word.
pub const MAIL: Word = Word {
    name: "mail",
    about: "Configure senders of invitations, and how answers come in",
    forms: &[
        form("mail", |_| ok(Mail::Show)),
        form("mail from <address>", |args| ok(Mail::From(Some(args.text(0))))),
        form("mail from none", |_| ok(Mail::From(None))),
        form("mail hello <name>", |args| ok(Mail::Hello(Some(args.text(0))))),
        form("mail hello none", |_| ok(Mail::Hello(None))),
        form("mail sender service", |_| ok(Mail::SenderService)),
        form("mail sender person <domain>...", |args| ok(Mail::SenderPerson(args.all(0)))),
        form("mail replies off", |_| ok(Mail::RepliesOff)),
        form("mail replies lmtp <interface:port>", |args| ok(Mail::RepliesLmtp(args.text(0)))),
        form("mail replies imap <hostname|address> <mailbox>", |args| {
            ok(Mail::RepliesImap { server: args.text(0), username: args.text(1) })
        }),
        form("mail replies address <address>", |args| ok(Mail::RepliesAddress(Some(args.text(0))))),
        form("mail replies address none", |_| ok(Mail::RepliesAddress(None))),
        form("mail replies authserv-id <name>", |args| ok(Mail::RepliesAuthserv(Some(args.text(0))))),
        form("mail replies authserv-id none", |_| ok(Mail::RepliesAuthserv(None))),
        form("mail replies allow <address>...", |args| ok(Mail::RepliesAllow(args.all(0)))),
        form("mail replies allow none", |_| ok(Mail::RepliesAllow(Vec::new()))),
        form("mail replies trust <bundle>", |args| ok(Mail::RepliesTrust(Some(args.text(0))))),
        form("mail replies trust none", |_| ok(Mail::RepliesTrust(None))),
    ],
    notes: "A change takes effect at `scheduler restart`. `mail replies imap` asks for the mailbox's password.",
};

fn ok(mail: Mail) -> Result<Command, String> {
    Ok(Command::Mail(mail))
}
