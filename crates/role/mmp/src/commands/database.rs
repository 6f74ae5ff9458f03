//! `database`: where call bridge and scheduler keep what they know.

use convoke_runtime::{
    Role,
    settings::{Wanted, database::Database as Configured},
};
use convoke_shell::{rows::Rows, words::database::Database};
use convoke_store::{OpenFault, Store, Version};
use tokio::task::JoinError;

use super::certs;
use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

/// What names the file of PostgreSQL's password.
const PASSWORD_KEY: &str = "database.password_file";
/// What is used where nothing is set.
const USUAL: &str = "sqlite:convoke.db";

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Database) -> Done {
    match command {
        Database::Show => show(mmp, console).await,
        Database::Url(url) => set_url(mmp, console, url).await,
        Database::Password { none: false } => ask_password(mmp, console).await,
        Database::Password { none: true } => super::secrets::clear(mmp, PASSWORD_KEY, |_| Ok(())),
        Database::Trust(bundle) => certs::set_file(mmp, "database.trust_file", bundle),
        Database::Status => status(mmp, console).await,
        Database::Migrate => migrate(mmp, console).await,
        Database::Cluster => Err(Failed::line(
            "FAILURE: Convoke has no database of its own to cluster: the servers of a cluster name the same PostgreSQL database by \
             \"database url\"; its replicas are PostgreSQL's own",
        )),
    }
}

async fn show(mmp: &Mmp, console: &Console) -> Done {
    let view = mmp.settings.look()?;
    let url = view.string("database.url").unwrap_or_else(|| USUAL.to_owned());
    let rows = Rows::new()
        .row("Url", Some(url))
        .row("Password", view.has("database.password_file").then_some("******"))
        .row("Trust bundle", certs::shown(mmp, &view, "database.trust_file"))
        .row("Connections", Some(view.number("database.connections").unwrap_or(8)));
    for line in rows.lines() {
        console.line(line).await;
    }
    Ok(())
}

async fn set_url(mmp: &Mmp, console: &Console, url: Option<String>) -> Done {
    // The file may say another place; by the shell nobody reaches beyond the server's own folder.
    if let Some(name) = url.as_ref().and_then(|url| url.strip_prefix("sqlite:"))
        && (name.contains('/') || name.starts_with('.'))
    {
        return Err(Failed::line(format!(
            "FAILURE: \"{name}\" is not the name of a file of this server: expected such as sqlite:convoke.db"
        )));
    }
    mmp.settings.change(|view| {
        match &url {
            Some(url) => view.set("database.url", url.as_str()),
            None => view.remove("database.url"),
        }
        if url.as_ref().is_none_or(|url| url.starts_with("sqlite:")) {
            // A file has neither.
            view.remove("database.password_file");
            view.remove("database.trust_file");
        }
        let known = |fault: &String| fault.starts_with("database.url");
        match view.faults(Wanted::Nothing).into_iter().find(known) {
            Some(fault) => Err(Failed::line(format!("FAILURE: {fault}"))),
            None => Ok(()),
        }
    })?;
    let running =
        [Role::CallBridge, Role::Scheduler].into_iter().any(|role| mmp.services.life(role).is_wanted);
    if running {
        console.line("The services that run keep their database until \"callbridge restart\" and \"scheduler restart\"").await;
    }
    Ok(())
}

async fn ask_password(mmp: &Mmp, console: &mut Console) -> Done {
    let url = mmp.settings.look()?.string("database.url").unwrap_or_default();
    if !url.starts_with("postgres") {
        return Err(Failed::line(
            "FAILURE: a SQLite file has no password: use \"database url postgres://...\" first",
        ));
    }
    let password = console.ask_secret("Please enter password: ").await?;
    super::secrets::set(mmp, PASSWORD_KEY, &password, |_| Ok(()))
}

fn configured(mmp: &Mmp) -> Result<Configured, Failed> {
    let settings = mmp.settings.look()?.settings(Wanted::Nothing);
    settings.map(|settings| settings.database).map_err(|faults| super::service::told(&faults))
}

/// The result of blocking work on it.
fn answered<T>(answer: Result<Result<T, OpenFault>, JoinError>) -> Result<T, Failed> {
    answer.map_err(|fault| Failed::line(format!("FAILURE: {fault}")))?.map_err(|fault| match fault {
        OpenFault::Open(why) => Failed::line(format!("FAILURE: database out of reach: {why}")),
        other => Failed::line(format!("FAILURE: {other}")),
    })
}

/// Looks whether it answers, and changes nothing.
async fn status(mmp: &Mmp, console: &Console) -> Done {
    let database = configured(mmp)?;
    let looked = tokio::task::spawn_blocking(move || Store::look(&database)).await;
    let Version { found, known } = answered(looked)?;
    console.line("Database responsive").await;
    let tables = match found {
        0 => "Tables: none yet; a service makes them when it starts, or \"database migrate\" does".to_owned(),
        found if found < known => {
            format!("Tables: version {found} of {known}; \"database migrate\" brings them up to date")
        }
        found if found > known => {
            format!("Tables: version {found}, of a newer Convoke; this one knows {known}")
        }
        found => format!("Tables: version {found}, up to date"),
    };
    console.line(tables).await;
    if found > known { Err(Failed::Lines(Vec::new())) } else { Ok(()) }
}

/// Opens it as a service would, which brings its tables up to date.
async fn migrate(mmp: &Mmp, console: &Console) -> Done {
    let database = configured(mmp)?;
    let opened = tokio::task::spawn_blocking(move || Store::open(&database).map(|store| store.kind())).await;
    let kind = answered(opened)?;
    console.line(format!("SUCCESS: database up to date ({kind})")).await;
    Ok(())
}
