//! `syslog`: where logs go, and lines as they come.

use convoke_shell::{
    rows::Rows,
    words::{
        log::Filters,
        syslog::{Server, Syslog},
    },
};
use tokio::sync::broadcast::error::RecvError;

use crate::{console::Console, mmp::Mmp, outcome::Done};

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Syslog) -> Done {
    match command {
        Syslog::Show => show(mmp, console).await,
        Syslog::Server(server) => set(mmp, console, server).await,
        Syslog::Follow(filters) => follow(mmp, console, &filters).await,
    }
}

async fn show(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    let server = view.string("log.syslog");
    let rows = Rows::new()
        .flag("Enabled", server.is_some())
        .row("Server", server)
        .row("Level", Some(view.string("log.level").unwrap_or_else(|| "info".to_owned())));
    for line in rows.lines() {
        console.line(line).await;
    }
    Ok(())
}

async fn set(mmp: &Mmp, console: &Console, server: Option<Server>) -> Done {
    mmp.settings.change(|view| {
        match server {
            Some(Server { host, port, tcp }) => {
                let host = if host.contains(':') { format!("[{host}]") } else { host };
                view.set("log.syslog", format!("{}://{host}:{port}", if tcp { "tcp" } else { "udp" }));
            }
            None => view.remove("log.syslog"),
        }
        Ok(())
    })?;
    console.line("A reboot is required for the change to take effect").await;
    Ok(())
}

async fn follow(mmp: &Mmp, console: &mut Console, filters: &Filters) -> Done {
    let mut lines = mmp.journal.follow();
    loop {
        let line = tokio::select! {
            line = lines.recv() => line,
            () = console.interrupted() => return Ok(()),
        };
        match line {
            Ok(line) if filters.accept(&line.text) => console.line(&*line.text).await,
            Ok(_) => {}
            Err(RecvError::Lagged(missed)) => {
                console
                    .line(format!("... {missed} lines were too fast and are left out; \"log\" shows them"))
                    .await
            }
            Err(RecvError::Closed) => return Ok(()),
        }
    }
}
