//! The mailer against real mail servers: aiosmtpd with each behaviour that a test asks for, and Postfix.

mod dovecot;
mod flights;
mod goldens;
mod lines;
mod mails;
mod postfix;
mod sending;
mod servers;
