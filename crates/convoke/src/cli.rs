//! The command line: every subcommand and its options, and nothing of what they do.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};
use convoke_model::{AccountRole, EmailAddress, Jid, account::AccountName};
use convoke_runtime::Role;

use crate::{admin, check_config, dev, init, mmp, node, roles, start::Start, user};

/// Convoke: meetings, scheduled and held on your own servers.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub struct Convoke {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a node: every enabled role as a process of its own, started again when it ends
    Node(StartArgs),
    /// Run the call bridge alone
    Callbridge(StartArgs),
    /// Run the web bridge alone
    Webbridge(StartArgs),
    /// Run the scheduler alone
    Scheduler(StartArgs),
    /// Check a settings file and tell every fault
    CheckConfig {
        /// The settings file
        file: PathBuf,
    },
    /// Write the settings file of a new server, which its shell then sets up
    Init {
        /// The settings file, which must not exist
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// The folder that the server writes to
        #[arg(long, value_name = "FOLDER", default_value = "/var/lib/convoke")]
        data_dir: PathBuf,
        /// The port of the shell
        #[arg(long, value_name = "PORT", default_value_t = init::SSH_PORT, value_parser = clap::value_parser!(u16).range(1..))]
        ssh_port: u16,
    },
    /// The shell of the node that runs on this machine: a session, one line, or a script on standard input
    Mmp {
        #[command(flatten)]
        config: ConfigArgs,
        /// One line, such as: scheduler status
        #[arg(trailing_var_arg = true)]
        line: Vec<String>,
    },
    /// People of the built-in directory
    #[command(subcommand)]
    User(UserCommand),
    /// Operators: the accounts of this server, for the shell and the APIs
    #[command(subcommand)]
    Admin(AdminCommand),
    /// What developers and tests start; nothing of a real deployment
    #[command(subcommand)]
    Dev(DevCommand),
}

#[derive(Debug, Args)]
struct StartArgs {
    /// The node's settings file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// End when this process ends (given by `convoke node` and `convoke dev` to their children)
    #[arg(long, hide = true, value_name = "PID")]
    parent: Option<u32>,
    /// Run with a clock that goes ahead of the machine's by so many seconds (for tests)
    #[arg(long, hide = true, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true)]
    clock_ahead: i64,
}

impl From<StartArgs> for Start {
    fn from(args: StartArgs) -> Self {
        Self { config: args.config, parent: args.parent, clock_ahead: args.clock_ahead }
    }
}

#[derive(Debug, Args)]
struct PasswordArgs {
    /// The file (mode 0600) whose first line is the password; otherwise it is asked for, or read from standard input
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a person, or change the name, address and password of the one of this name
    Add {
        /// user@domain
        jid: Jid,
        #[command(flatten)]
        config: ConfigArgs,
        /// The name that people see
        #[arg(long)]
        name: String,
        /// Where invitations go
        #[arg(long, value_name = "ADDRESS")]
        email: EmailAddress,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Remove a person with the memberships and assignments
    Del {
        /// user@domain
        jid: Jid,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// List the people
    List(ConfigArgs),
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Add an operator, or change the role and password of the one of this name
    Add {
        /// Letters, digits, dots, hyphens and underscores, at most 64
        name: AccountName,
        #[command(flatten)]
        config: ConfigArgs,
        /// What the operator may do
        #[arg(long)]
        role: OperatorRole,
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Remove an operator
    Del {
        /// The operator's name
        name: AccountName,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// List the operators
    List(ConfigArgs),
}

#[derive(Debug, Args)]
struct ConfigArgs {
    /// The node's settings file
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum OperatorRole {
    /// Everything
    Admin,
    /// Keys and certificates, by the shell
    Crypto,
    /// Logs, by the shell
    Audit,
    /// The APIs, as a person
    Appadmin,
    /// The APIs, as a program
    Api,
}

impl From<OperatorRole> for AccountRole {
    fn from(role: OperatorRole) -> Self {
        match role {
            OperatorRole::Admin => Self::Admin,
            OperatorRole::Crypto => Self::Crypto,
            OperatorRole::Audit => Self::Audit,
            OperatorRole::Appadmin => Self::AppAdmin,
            OperatorRole::Api => Self::Api,
        }
    }
}

#[derive(Debug, Subcommand)]
enum DevCommand {
    /// Start a whole system with a throw-away CA, users and a mailbox, until Ctrl-C
    Demo {
        /// The folder that it writes to; what a former demo left there is removed
        #[arg(long, default_value = ".demo")]
        dir: PathBuf,
        /// How many nodes; more than one need PostgreSQL's server programs
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=9))]
        nodes: u8,
    },
    /// The same with three nodes on 127.0.0.1 to .3, schedulers on the first two, and one shared PostgreSQL
    Cluster {
        /// The folder that it writes to; what a former demo left there is removed
        #[arg(long, default_value = ".demo")]
        dir: PathBuf,
    },
    /// Fill a database with people, spaces and meetings, one person to ten meetings
    SeedMeetings {
        /// How many meetings
        #[arg(value_parser = clap::value_parser!(u64).range(1..=20_000_000))]
        meetings: u64,
        #[command(flatten)]
        config: ConfigArgs,
    },
    /// A mail server that keeps every mail as a file
    CatchMail {
        /// Where it listens; port 0 lets the system choose
        #[arg(long, value_name = "ADDRESS")]
        listen: SocketAddr,
        /// Where the mails go
        #[arg(long)]
        dir: PathBuf,
    },
}

/// Does what the command line says.
pub fn run(convoke: Convoke) -> anyhow::Result<ExitCode> {
    let done = |()| ExitCode::SUCCESS;
    match convoke.command {
        Command::Node(args) => node::run(&args.into()).map(done),
        Command::Callbridge(args) => roles::run(Role::CallBridge, &args.into()).map(done),
        Command::Webbridge(args) => roles::run(Role::WebBridge, &args.into()).map(done),
        Command::Scheduler(args) => roles::run(Role::Scheduler, &args.into()).map(done),
        Command::CheckConfig { file } => Ok(check_config::run(&file)),
        Command::Init { config, data_dir, ssh_port } => {
            init::run(&config, &init::absolute(&data_dir)?, ssh_port).map(done)
        }
        Command::Mmp { config, line } => mmp::run(&config.config, &line),
        Command::User(command) => run_user(command).map(done),
        Command::Admin(command) => run_admin(command).map(done),
        Command::Dev(command) => run_dev(command).map(done),
    }
}

fn run_user(command: UserCommand) -> anyhow::Result<()> {
    match command {
        UserCommand::Add { jid, config, name, email, password } => {
            let person = user::Person { jid, name, email };
            user::add(&config.config, person, password.password_file.as_deref())
        }
        UserCommand::Del { jid, config } => user::delete(&config.config, jid),
        UserCommand::List(config) => user::list(&config.config),
    }
}

fn run_admin(command: AdminCommand) -> anyhow::Result<()> {
    match command {
        AdminCommand::Add { name, config, role, password } => {
            admin::add(&config.config, &name, role.into(), password.password_file.as_deref())
        }
        AdminCommand::Del { name, config } => admin::delete(&config.config, &name),
        AdminCommand::List(config) => admin::list(&config.config),
    }
}

fn run_dev(command: DevCommand) -> anyhow::Result<()> {
    match command {
        DevCommand::Demo { dir, nodes } => dev::demo::run(&dir, usize::from(nodes)),
        DevCommand::Cluster { dir } => dev::demo::run(&dir, dev::demo::CLUSTER_NODES),
        DevCommand::SeedMeetings { meetings, config } => {
            dev::seed_meetings::run(&config.config, meetings, |done, all| {
                if done == all || done % 10_000 == 0 {
                    println!("{done} of {all} people with their meetings");
                }
            })
        }
        DevCommand::CatchMail { listen, dir } => dev::catch_mail::run(listen, &dir),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Convoke::command().debug_assert();
    }

    #[test]
    fn a_password_is_never_an_argument() {
        let given = ["convoke", "user", "add", "a@b", "--config", "f", "--name", "A", "--email", "a@b.test"];
        assert!(Convoke::try_parse_from(given).is_ok());
        assert!(Convoke::try_parse_from(given.into_iter().chain(["--password", "x"])).is_err());
    }
}
