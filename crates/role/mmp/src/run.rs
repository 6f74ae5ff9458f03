//! Start, serve, stop: SSH where it is configured, the machine's own console always, and a task a session.

use std::{net::SocketAddr, sync::Arc};

use convoke_model::{AccountRole, account::AccountName};
use convoke_runtime::{Shutdown, log::AUDIT};
use convoke_shell::complete::Completion;
use convoke_ssh::{
    Config, HostKey, Server, Session, console,
    sftp::{Folder, Name, Virtual},
};
use secrecy::ExposeSecret as _;
use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    bundle,
    console::{Console, Who},
    gate::Door,
    mmp::Mmp,
    public_keys::PublicKeys,
    shell,
    sign_in::SignIn,
    terminal::{self, Shell},
};

/// Sessions that wait to be begun.
const WAITING: usize = 16;
/// The name of whoever sits at the machine itself; no account, since whoever may use the socket owns the server anyway.
pub const CONSOLE: &str = "console";
/// What is said to whoever is shown out.
const ENDED: &str =
    "This session was ended: by an administrator, or because the account or its password is another one now.";
/// Tries to choose a new password, before the session ends.
const TRIES: usize = 3;

/// Serves the shell until the stop. What of it can't be served is logged, and leaves the rest: by SSH a broken console is mended, and the
/// other way round.
pub async fn run(mmp: Arc<Mmp>, listen: Vec<SocketAddr>) {
    let (sessions, mut opened) = mpsc::channel(WAITING);
    let at_the_machine =
        Who { name: CONSOLE.to_owned(), role: AccountRole::Admin, from: CONSOLE.to_owned(), sign_in: None };
    let socket = mmp.data_dir.join("mmp.sock");
    let console =
        console::Console::start(&socket, at_the_machine, sessions.clone(), mmp.stopping.clone()).await;
    let console = console
        .inspect_err(
            |fault| tracing::error!(target: "Mmp", "the machine's own console can't be served: {fault}"),
        )
        .ok();
    let ssh =
        if listen.is_empty() { Ok(None) } else { serve_ssh(&mmp, listen, sessions.clone()).await.map(Some) };
    let ssh = ssh.inspect_err(|fault| {
        tracing::error!(target: "Mmp", "{fault}; the shell can be reached by \"convoke mmp\" on the machine itself");
    });
    let here = Arc::new(Here { mmp: mmp.clone() });
    let mut running = JoinSet::new();
    loop {
        let session = tokio::select! {
            session = opened.recv() => session,
            _ = running.join_next(), if !running.is_empty() => continue,
            () = mmp.stopping.asked() => break,
        };
        let Some(session) = session else { break };
        running.spawn(serve(here.clone(), session));
    }
    drop((opened, sessions));
    while running.join_next().await.is_some() {}
    if let Some(console) = console {
        console.stopped().await;
    }
    if let Ok(Some(ssh)) = ssh {
        ssh.stopped().await;
    }
}

async fn serve_ssh(
    mmp: &Arc<Mmp>,
    listen: Vec<SocketAddr>,
    sessions: mpsc::Sender<Session<Who>>,
) -> Result<Server, String> {
    let host_key = HostKey::load_or_make(&mmp.data_dir).map_err(|fault| fault.to_string())?;
    let door = Door {
        accounts: mmp.accounts.clone(),
        attempts: Arc::clone(&mmp.attempts),
        public_keys: PublicKeys::of(mmp.files.clone()),
        files: mmp.files.clone(),
        settings: mmp.settings.clone(),
        sessions: mmp.sessions.clone(),
        clock: mmp.clock.clone(),
    };
    let folder = Folder::open(mmp.files.folder(), vec![log_bundle(mmp)]);
    let files = folder.map_err(|fault| format!("the folder of files: {fault}"))?;
    let config = Config { listen, host_key, banner: None, files: Some(files) };
    let server = Server::start(config, Arc::new(door), sessions, mmp.stopping.clone()).await;
    if server.addresses().is_empty() {
        tracing::error!(target: "Mmp", "SSH listens nowhere yet; the shell can be reached by \"convoke mmp\" on the machine itself");
    }
    Ok(server)
}

/// The log bundle is made whenever somebody fetches it.
fn log_bundle(mmp: &Arc<Mmp>) -> Virtual {
    let mmp = Arc::downgrade(mmp);
    #[expect(clippy::expect_used, reason = "a constant")]
    let name = Name::new(bundle::NAME).expect("it is a name");
    Virtual {
        name,
        make: Box::new(move || {
            let mmp = mmp.upgrade();
            Box::pin(async move {
                let mmp = mmp.ok_or_else(|| "the server stops".to_owned())?;
                bundle::make(&mmp).await
            })
        }),
    }
}

async fn serve(here: Arc<Here>, session: Session<Who>) {
    let who = &session.who;
    // A connection by SSH has been noted already.
    let (evicted, _noted) = match &who.sign_in {
        Some(sign_in) => (sign_in.ended.clone(), None),
        None => {
            let (ended, end) = Shutdown::new();
            let noted = here.mmp.sessions.enter(&who.name, &who.from, here.mmp.clock.now(), Arc::new(end));
            (ended, Some(noted))
        }
    };
    let stopping = here.mmp.stopping.clone();
    let ended = async move {
        tokio::select! {
            () = evicted.asked() => ENDED.to_owned(),
            () = stopping.asked() => "The server stops.".to_owned(),
        }
    };
    terminal::drive(session, here, ended).await;
}

/// The shell of this server, for the terminals.
struct Here {
    mmp: Arc<Mmp>,
}

impl Shell for Here {
    fn prompt(&self) -> String {
        format!("{}> ", self.mmp.host.name())
    }

    async fn greet(&self, mut console: Console) -> u8 {
        let Some(sign_in) = console.who.sign_in.clone().filter(|sign_in| sign_in.password().must_change)
        else {
            return shell::DONE;
        };
        if !console.is_terminal {
            console
                .line("FAILURE: this password must be changed first: sign in with a terminal (ssh -t)")
                .await;
            return shell::NOT_PERMITTED;
        }
        console.line("This password must be changed before anything else.").await;
        for _ in 0..TRIES {
            // Another channel of the connection may have asked too.
            if !sign_in.password().must_change {
                return shell::DONE;
            }
            match choose_password(&self.mmp, &mut console, &sign_in).await {
                Ok(true) => return shell::DONE,
                Ok(false) => {}
                Err(crate::console::Interrupted) => return shell::INTERRUPTED,
            }
        }
        shell::FAILED
    }

    async fn complete(&self, who: &Who, before_cursor: &str) -> Completion {
        shell::complete_at(&self.mmp, who, before_cursor)
    }

    async fn help_at(&self, who: &Who, before_cursor: &str) -> Vec<String> {
        shell::help_at(who.role, before_cursor)
    }

    async fn run(&self, line: String, mut console: Console) -> u8 {
        if let Some(sign_in) = &console.who.sign_in
            && !sign_in.holds(&self.mmp.accounts, self.mmp.clock.now())
        {
            // The whole connection: its files too.
            sign_in.end().ask();
            return shell::NOT_PERMITTED;
        }
        shell::execute(&self.mmp, &mut console, &line).await
    }
}

/// Asks for a new password twice, and keeps it; `false` when it was not good, which has been told.
async fn choose_password(
    mmp: &Arc<Mmp>,
    console: &mut Console,
    sign_in: &SignIn,
) -> Result<bool, crate::console::Interrupted> {
    let new = console.ask_secret("Please enter new password: ").await?;
    let again = console.ask_secret("Please enter new password again: ").await?;
    if new.expose_secret() != again.expose_secret() {
        console.line("FAILURE: the two passwords are not the same; nothing was changed").await;
        return Ok(false);
    }
    let Ok(name) = console.who.name.parse::<AccountName>() else { return Ok(false) };
    let (accounts, now) = (mmp.accounts.clone(), mmp.clock.now());
    let signed_in_by = sign_in.password().generation;
    let changed =
        tokio::task::spawn_blocking(move || accounts.choose_password(&name, signed_in_by, &new, now)).await;
    match changed {
        Ok(Ok(fresh)) => {
            sign_in.renew(fresh);
            let Who { name, from, .. } = &console.who;
            tracing::info!(target: AUDIT, "User {name} from {from} chose a password, as was asked at the sign-in");
            console.line("Success").await;
            Ok(true)
        }
        Ok(Err(fault)) => {
            console.line(format!("FAILURE: {fault}")).await;
            Ok(false)
        }
        Err(_) => Ok(false),
    }
}
