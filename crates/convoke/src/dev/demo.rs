//! `convoke dev demo` and `convoke dev cluster`: a whole system that a person starts with one command.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use anyhow::Context as _;
use convoke_runtime::Shutdown;
use convoke_testkit::postgres::Postgres;

use super::{
    catch_mail::MailCatcher,
    folder::Folder,
    layout::{Layout, NodeLayout},
    seed::People,
    summary::Summary,
    system::System,
};

/// The nodes of the modelled deployment.
pub const CLUSTER_NODES: usize = 3;
/// How many of a cluster's nodes have a scheduler.
const CLUSTER_SCHEDULERS: usize = 2;
/// The port that mails are handed over on, unless it is in use.
const MAIL_PORT: u16 = 2525;
/// How often it is looked whether the nodes still run.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Runs a system in `dir` until SIGTERM or SIGINT.
pub fn run(dir: &Path, nodes: usize) -> anyhow::Result<()> {
    let folder = Folder::take(dir)?;
    let program = std::env::current_exe().context("the path of this program is not known")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let (shutdown, trigger) = Shutdown::new();
        trigger.on_signals()?;
        // A private server, started and stopped with the demo. The nodes go first.
        let postgres = (nodes > 1).then(Postgres::start);
        let database = postgres.as_ref().map(|server| server.database("convoke"));
        let mail = catch_mail(&folder.path, shutdown.clone()).await?;
        let layout = Layout { nodes: places(nodes)?, database, mail, folder: folder.path.clone() };
        let mut system = System::prepare(layout, &program)?;
        let people = tokio::select! {
            people = bring_up(&mut system) => Some(people?),
            () = shutdown.asked() => None,
        };
        if let Some(people) = people {
            let summary = Summary::of(&system, &people);
            summary.write(&folder.path)?;
            println!("{}", summary.text(&folder.path));
            watch(&mut system, &shutdown).await?;
        }
        println!("stopping");
        let stopped = system.stop();
        match fs::remove_file(Summary::file(&folder.path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        stopped
    })
}

async fn bring_up(system: &mut System) -> anyhow::Result<People> {
    let people = system.seed_people().await?;
    system.start()?;
    system.seed_objects(&people).await?;
    system.until_ready().await?;
    Ok(people)
}

/// The nodes on 127.0.0.1, .2 and so on; the first is `localhost` to browsers.
fn places(count: usize) -> anyhow::Result<Vec<NodeLayout>> {
    let schedulers = if count >= CLUSTER_NODES { CLUSTER_SCHEDULERS } else { count };
    (1..=count)
        .map(|number| {
            let address = Ipv4Addr::new(127, 0, 0, u8::try_from(number)?);
            let host = if number == 1 { "localhost".to_owned() } else { address.to_string() };
            NodeLayout::new(number, address, host, number <= schedulers)
        })
        .collect()
}

async fn catch_mail(folder: &Path, shutdown: Shutdown) -> anyhow::Result<SocketAddr> {
    let at = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mails = Layout::mail_dir(folder);
    let catcher = match MailCatcher::bind(at(MAIL_PORT), &mails).await {
        Ok(catcher) => catcher,
        Err(_) => MailCatcher::bind(at(0), &mails).await?,
    };
    let address = catcher.address()?;
    tokio::spawn(catcher.serve(shutdown));
    Ok(address)
}

/// Ends when the stop is asked for; fails when a node ends by itself.
async fn watch(system: &mut System, shutdown: &Shutdown) -> anyhow::Result<()> {
    while shutdown.sleep(LOOK_EVERY).await {
        system.check_running()?;
    }
    Ok(())
}
