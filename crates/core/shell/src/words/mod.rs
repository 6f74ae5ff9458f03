//! The command words, one file each: the forms, and what each of them means.

pub mod absent;
pub mod backup;
pub mod callbridge;
pub mod database;
pub mod general;
pub mod log;
pub mod mail;
pub mod network;
pub mod passwd;
pub mod pki;
pub mod power;
pub mod scheduler;
pub mod syslog;
pub mod tls;
pub mod user;
pub mod webadmin;
pub mod webbridge3;

use crate::grammar::Word;

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Something that is another system's here.
    Absent(absent::Absent),
    /// Copies of the whole server.
    Backup(backup::Backup),
    /// The call bridge.
    CallBridge(callbridge::CallBridge),
    /// The database.
    Database(database::Database),
    /// Help, version and the like.
    General(general::General),
    /// What was logged.
    Log(log::Log),
    /// What Convoke adds to the scheduler's mails.
    Mail(mail::Mail),
    /// Names, addresses and time.
    Network(network::Network),
    /// A new password.
    Passwd(passwd::Passwd),
    /// Keys and certificates.
    Pki(pki::Pki),
    /// Stopping and starting.
    Power(power::Power),
    /// The scheduler.
    Scheduler(scheduler::Scheduler),
    /// Where logs go.
    Syslog(syslog::Syslog),
    /// TLS of the listeners.
    Tls(tls::Tls),
    /// Accounts.
    User(user::User),
    /// The API's listener.
    WebAdmin(webadmin::WebAdmin),
    /// The web bridge.
    WebBridge3(webbridge3::WebBridge3),
}

/// Every command word, in the order in which help shows them.
pub const ALL: &[&Word] = &[
    &backup::BACKUP,
    &callbridge::CALLBRIDGE,
    &database::DATABASE,
    &network::DATE,
    &network::DNS,
    &general::EXIT,
    &power::FACTORY_RESET,
    &general::HEALTH,
    &general::HELP,
    &network::HOSTNAME,
    &network::IFACE,
    &network::IPV4,
    &general::LICENSE,
    &log::LOG,
    &mail::MAIL,
    &network::NTP,
    &passwd::PASSWD,
    &pki::PKI,
    &power::REBOOT,
    &scheduler::SCHEDULER,
    &power::SHUTDOWN,
    &syslog::SYSLOG,
    &network::TIMEZONE,
    &tls::TLS,
    &general::UPTIME,
    &user::USER,
    &general::VERSION,
    &webadmin::WEBADMIN,
    &webbridge3::WEBBRIDGE3,
    &absent::DSCP,
    &absent::FIREWALL,
    &absent::IPV6,
    &absent::LDAP,
    &absent::MEETINGAPPS,
    &absent::NETSTAT,
    &absent::PCAP,
    &absent::PING,
    &absent::RECORDER,
    &absent::SCP,
    &absent::STREAMER,
    &absent::TRACEROUTE,
    &absent::TURN,
    &absent::UPGRADE,
    &absent::UPLOADER,
];

/// The word of this name.
pub fn find(name: &str) -> Option<&'static Word> {
    ALL.iter().find(|word| word.name == name).copied()
}
