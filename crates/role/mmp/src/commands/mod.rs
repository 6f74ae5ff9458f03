//! What each command does, one file a word.

mod backup;
mod callbridge;
pub(crate) mod certificates;
mod certs;
mod database;
mod general;
mod log;
mod mail;
mod network;
mod passwd;
mod pki;
mod power;
mod scheduler;
mod secrets;
mod service;
mod syslog;
mod tls;
mod user;
mod webadmin;
mod webbridge3;

use convoke_shell::words::Command;

use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

/// Does what a line asks for.
pub async fn run(mmp: &Mmp, console: &mut Console, command: Command) -> Done {
    match command {
        Command::Absent(absent) => {
            Err(Failed::line(format!("FAILURE: {} is not here: {}", absent.name, absent.instead)))
        }
        Command::Backup(command) => backup::run(mmp, console, command).await,
        Command::CallBridge(command) => callbridge::run(mmp, console, command).await,
        Command::Database(command) => database::run(mmp, console, command).await,
        Command::General(command) => general::run(mmp, console, command).await,
        Command::Log(command) => log::run(mmp, console, command).await,
        Command::Mail(command) => mail::run(mmp, console, command).await,
        Command::Network(command) => network::run(mmp, console, command).await,
        Command::Passwd(command) => passwd::run(mmp, console, command).await,
        Command::Pki(command) => pki::run(mmp, console, command).await,
        Command::Power(command) => power::run(mmp, console, command).await,
        Command::Scheduler(command) => scheduler::run(mmp, console, command).await,
        Command::Syslog(command) => syslog::run(mmp, console, command).await,
        Command::Tls(command) => tls::run(mmp, console, command).await,
        Command::User(command) => user::run(mmp, console, command).await,
        Command::WebAdmin(command) => webadmin::run(mmp, console, command).await,
        Command::WebBridge3(command) => webbridge3::run(mmp, console, command).await,
    }
}
