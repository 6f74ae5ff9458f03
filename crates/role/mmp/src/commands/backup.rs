//! `backup`: a copy of the whole server in one file, and the way back.

use std::{io, net::IpAddr, path::Path};

use convoke_runtime::{Role, Settings, settings::Wanted};
use convoke_shell::{rows, words::backup::Backup};

use super::{
    power::{self, Rebooting},
    service::told,
};
use crate::{
    backup::{self, About, Places, SUFFIX, Unpacked},
    console::Console,
    machine,
    mmp::Mmp,
    outcome::{Done, Failed},
    services::to_its_end,
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Backup) -> Done {
    match command {
        Backup::Snapshot(name) => snapshot(mmp, console, &name).await,
        Backup::Rollback(name) => rollback(mmp, console, &name).await,
        Backup::List => list(mmp, console).await,
    }
}

fn places(mmp: &Mmp) -> Result<Places, Failed> {
    let settings = mmp.settings.look()?.settings(Wanted::Nothing);
    let settings = settings.map_err(|faults| told(&faults))?;
    Ok(Places {
        data_dir: mmp.data_dir.clone(),
        settings: mmp.settings.path().to_owned(),
        database: Places::database_of(&settings.database),
    })
}

async fn snapshot(mmp: &Mmp, console: &Console, name: &str) -> Done {
    let file = format!("{}{SUFFIX}", name.trim_end_matches(SUFFIX));
    let to = mmp.files.place(&file)?;
    let places = places(mmp)?;
    let about = About {
        version: VERSION.to_owned(),
        node: mmp.host.name(),
        written: mmp.clock.now().to_string(),
        database: places.database.is_some(),
    };
    let without = places.database.is_none();
    console.line(format!("Writing {file} ...")).await;
    let written = tokio::task::spawn_blocking(move || backup::write(&places, &about, &to)).await;
    match written {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => return Err(Failed::line(format!("FAILURE: {file} can't be written: {fault}"))),
        Err(fault) => return Err(Failed::line(format!("FAILURE: {file} can't be written: {fault}"))),
    }
    if without {
        console
            .line("WARNING: the PostgreSQL database is not in it: use PostgreSQL's own tools (pg_dump)")
            .await;
    }
    console
        .line(format!(
            "{file} ready for download via SFTP; it holds keys and passwords: keep it as secret as those"
        ))
        .await;
    Ok(())
}

async fn rollback(mmp: &Mmp, console: &mut Console, name: &str) -> Done {
    let file = format!("{}{SUFFIX}", name.trim_end_matches(SUFFIX));
    let from = mmp.files.existing(&file)?;
    let turn = mmp.turn().await;
    let places = Places {
        data_dir: mmp.data_dir.clone(),
        settings: mmp.settings.path().to_owned(),
        // It is the backup's own settings that say where its database was.
        database: None,
    };
    let unpacked = match tokio::task::spawn_blocking(move || backup::unpack(&places, &from, VERSION)).await {
        Ok(Ok(unpacked)) => unpacked,
        Ok(Err(fault)) => return Err(Failed::line(format!("FAILURE: {file}: {fault}"))),
        Err(fault) => return Err(Failed::line(format!("FAILURE: {file}: {fault}"))),
    };
    let about = &unpacked.about;
    console.line(format!("{file} of {}, written {}", about.node, about.written)).await;
    for line in warnings(mmp, &unpacked) {
        console.line(line).await;
    }
    let database = if about.database { " and the database" } else { "; the database stays as it is" };
    let question = format!(
        "Configuration, accounts, keys, certificates{database}, will be those of then: are you sure?"
    );
    if console.is_terminal && !matches!(console.confirm(&question).await, Ok(true)) {
        backup::forget_unpacked(&mmp.data_dir);
        return Err(Failed::line("FAILURE: not done; only a capital Y is yes"));
    }
    let (services, data_dir, settings) =
        (mmp.services.clone(), mmp.data_dir.clone(), mmp.settings.path().to_owned());
    let rebooting = Rebooting::of(mmp);
    // To its end, even if who asked goes away meanwhile.
    let placed = to_its_end(async move {
        let _turn = turn;
        if let Ok(Err(fault)) = tokio::task::spawn_blocking(move || unpacked.is_wanted()).await {
            backup::forget_unpacked(&data_dir);
            return Placed::NotBegun(fault);
        }
        services.stop_all().await;
        match tokio::task::spawn_blocking(move || backup::put_in_place(&data_dir, &settings)).await {
            Ok(Ok(())) => Placed::Whole(rebooting.run().await),
            Ok(Err(fault)) => Placed::InPart(fault),
            Err(_) => Placed::Unknown,
        }
    });
    match placed.await {
        Some(Placed::Whole(restarted)) => {
            console.line("SUCCESS: rolled back").await;
            power::tell_restarted(mmp, console, restarted).await
        }
        Some(Placed::NotBegun(fault)) => Err(Failed::line(format!("FAILURE: nothing was changed: {fault}"))),
        Some(Placed::InPart(fault)) => {
            console.line(format!("FAILURE: not all of it could be put in place: {fault}")).await;
            console.line("Mend that, then start the server's process again, which goes on with it; until then its services are stopped").await;
            Err(Failed::Lines(Vec::new()))
        }
        Some(Placed::Unknown) | None => Err(Failed::line(
            "FAILURE: the rollback ended by itself; the server's next start goes on with it",
        )),
    }
}

/// What is of another server or another machine, before it shuts anybody out.
fn warnings(mmp: &Mmp, unpacked: &Unpacked) -> Vec<String> {
    let folder = mmp.settings.path().parent().unwrap_or(Path::new("."));
    let read =
        unpacked.settings().ok().and_then(|text| Settings::parse_for(&text, folder, Wanted::Shell).ok());
    let Some(settings) = read else {
        return vec!["WARNING: its settings have faults; the shell may not start with them".to_owned()];
    };
    let (own, its) = (mmp.host.name(), &settings.node.name);
    let mut lines = Vec::new();
    if *its != own {
        lines.push(format!("WARNING: it is of a server that is called {its}, and this one is {own}"));
    }
    let devices = machine::devices();
    let is_here =
        |ip: IpAddr| ip.is_loopback() || ip.is_unspecified() || devices.iter().any(|device| device.has(ip));
    let listeners = settings.mmp.iter().flat_map(|mmp| &mmp.listen);
    for address in listeners.map(|listener| listener.address).filter(|address| !is_here(address.ip())) {
        lines.push(format!(
            "WARNING: its shell listens on {address}, which is no address of this machine: by that one nobody would get in any more"
        ));
    }
    lines
}

/// How far a rollback came.
enum Placed {
    /// With the services that were started again.
    Whole(Vec<Role>),
    NotBegun(io::Error),
    InPart(io::Error),
    Unknown,
}

async fn list(mmp: &Mmp, console: &Console) -> Done {
    let mut lines = Vec::new();
    for name in mmp.files.names().into_iter().filter(|name| name.ends_with(SUFFIX)) {
        let metadata = std::fs::metadata(mmp.files.place(&name)?);
        let (size, at) = metadata.map_or((0, String::new()), |metadata| {
            let at = metadata.modified().ok().and_then(|at| jiff::Timestamp::try_from(at).ok());
            (metadata.len(), at.map(|at| mmp.shown_time(at)).unwrap_or_default())
        });
        lines.push(vec![name, size.to_string(), at]);
    }
    if lines.is_empty() {
        console.line("There are no backups; \"backup snapshot <name>\" makes one").await;
        return Ok(());
    }
    for line in rows::table(&["NAME", "BYTES", "WRITTEN"], &lines) {
        console.line(line).await;
    }
    Ok(())
}
