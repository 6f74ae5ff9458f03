//! A system whose database is full of believable meetings. Filling takes minutes, so the database is kept between runs in
//! `target/bench`; everything else is made anew.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, ensure};
use convoke::dev::{
    layout::{Layout, NodeLayout},
    seed::{Objects, People},
    seed_meetings::{people_for, user_id, user_name},
    system::System,
};
use convoke_directory::token::Signer;
use convoke_model::ObjectId;
use convoke_runtime::{Clock, Settings};
use convoke_store::{DbFault, Store, keys, objects};
use convoke_testkit::own_address;
use convoke_web_api::token::{AUDIENCE, Claims};

use crate::bench::Bench;

/// Where kept databases lie.
const KEPT: &str = "target/bench";

/// A prepared system of one database and perhaps more nodes than run.
pub struct Filled {
    /// Its files, its certificates, its nodes.
    pub system: System,
    /// Who may sign in by password.
    pub people: People,
    meetings: u64,
}

/// A person who may ask.
#[derive(Debug, Clone)]
pub struct Person {
    /// The value of `Authorization`.
    pub authorization: String,
    /// The user name.
    pub name: String,
    /// The person's own space.
    pub space: String,
}

impl Filled {
    /// Prepares a system of so many nodes whose first one has the filled database; nothing runs yet. Mails stay in the
    /// outbox, so that only what is measured works.
    pub async fn prepare(bench: &Bench, meetings: u64, nodes: usize) -> anyhow::Result<Self> {
        let folder = std::path::absolute(KEPT)?.join(format!("filled-{meetings}"));
        fs::create_dir_all(&folder)?;
        let nodes = (1..=nodes).map(|number| {
            let address = own_address(70 + u8::try_from(number)?);
            NodeLayout::new(number, address, address.to_string(), true)
        });
        let layout = Layout {
            folder: folder.clone(),
            database: None,
            nodes: nodes.collect::<anyhow::Result<_>>()?,
            mail: SocketAddr::from(([127, 0, 0, 1], 25)),
        };
        let mut system = System::prepare(layout, &bench.convoke)?;
        for node in &system.layout.nodes {
            without_mail(&system.layout.settings_file(node))?;
        }
        let people = system.seed_people().await?;
        let database = database(&system);
        forget_web_bridges(&database)?;
        let filled = folder.join("filled");
        if !filled.exists() {
            fill(bench, &mut system, &people, meetings).await?;
            fs::write(&filled, "")?;
            forget_web_bridges(&database)?;
        }
        Ok(Self { system, people, meetings })
    }

    /// The same of nodes on a PostgreSQL database that is new; nothing of it is kept.
    pub async fn prepare_postgres(
        bench: &Bench,
        meetings: u64,
        database: &str,
        nodes: usize,
    ) -> anyhow::Result<Self> {
        let nodes = (1..=nodes).map(|number| {
            let address = own_address(78 + u8::try_from(number)?);
            NodeLayout::new(number, address, address.to_string(), true)
        });
        let layout = Layout {
            folder: bench.folder("filled")?,
            database: Some(database.to_owned()),
            nodes: nodes.collect::<anyhow::Result<_>>()?,
            mail: SocketAddr::from(([127, 0, 0, 1], 25)),
        };
        let mut system = System::prepare(layout, &bench.convoke)?;
        for node in &system.layout.nodes {
            without_mail(&system.layout.settings_file(node))?;
        }
        let people = system.seed_people().await?;
        fill(bench, &mut system, &people, meetings).await?;
        Ok(Self { system, people, meetings })
    }

    /// Starts the first node and waits until it is ready.
    pub async fn start(&mut self) -> anyhow::Result<Objects> {
        self.system.start_node(0, &[])?;
        let objects = self.system.seed_objects(&self.people).await?;
        self.system.until_ready().await?;
        Ok(objects)
    }

    /// Starts all nodes and waits until they are ready.
    pub async fn start_all(&mut self) -> anyhow::Result<()> {
        self.system.start()?;
        self.system.seed_objects(&self.people).await?;
        self.system.until_ready().await
    }

    /// The database file.
    pub fn database(&self) -> PathBuf {
        database(&self.system)
    }

    /// The first node's Scheduler API.
    pub fn scheduler_api(&self) -> anyhow::Result<String> {
        let node = self.system.layout.nodes.first().context("a system has a node")?;
        node.scheduler_api().context("the first node has a scheduler")
    }

    /// The Scheduler API of each node.
    pub fn scheduler_apis(&self) -> Vec<String> {
        self.system.layout.nodes.iter().filter_map(NodeLayout::scheduler_api).collect()
    }

    /// What a meeting's row in a list and its revision say, as long as such texts are.
    pub async fn texts(&self) -> anyhow::Result<(String, String)> {
        let store = self.store().await?;
        let found = store.read(|tx| {
            let sql = "SELECT l.listing, r.body FROM meeting_listed l JOIN meeting_revision r ON r.meeting = l.meeting
                 WHERE l.recurring = 0 LIMIT 1";
            let row = tx.query_one(sql, &[])?.ok_or_else(|| DbFault::Failed("no meeting".into()))?;
            Ok::<_, DbFault>((row.text(0)?, row.text(1)?))
        });
        Ok(found.await?)
    }

    async fn store(&self) -> anyhow::Result<Store> {
        let settings = Settings::read(&self.system.layout.settings_file(&self.system.layout.nodes[0]))?;
        Ok(tokio::task::spawn_blocking(move || Store::open(&settings.database)).await??)
    }

    /// So many people from all over the directory, signed in. Those of another `row` are others, so that what one row
    /// schedules does not lengthen the lists of the next.
    pub async fn people(&self, count: u64, row: u64) -> anyhow::Result<Vec<Person>> {
        let all = people_for(self.meetings);
        let store = self.store().await?;
        let chosen: Vec<u64> =
            (0..count.min(all)).map(|n| (n * all / count.min(all) + 17 * row) % all).collect();
        let people = store.read(move |tx| {
            let key = keys::newest(tx)?.ok_or_else(|| DbFault::Failed("no key yet".into()))?;
            let spaces: Result<Vec<ObjectId>, DbFault> = chosen
                .iter()
                .map(|person| {
                    let naming = objects::referencing(tx, ObjectId(user_id(*person)))?;
                    let first = naming.into_iter().find(|(_, record)| record.kind == "coSpaceUsers");
                    let space = first.and_then(|(_, member)| member.parent);
                    space.ok_or_else(|| DbFault::Failed(format!("person {person} has no space")))
                })
                .collect();
            Ok::<_, DbFault>((key, chosen.clone(), spaces?))
        });
        let (key, chosen, spaces) = people.await?;
        let signer = Signer::new(&key.kid, &key.private_key)?;
        chosen
            .iter()
            .zip(spaces)
            .map(|(person, space)| {
                let token = signer.sign(&claims(&key.cluster_id, *person))?;
                Ok(Person {
                    authorization: format!("Bearer {token}"),
                    name: user_name(*person),
                    space: space.to_string(),
                })
            })
            .collect()
    }
}

fn claims(cluster: &str, person: u64) -> Claims {
    let now = Clock::system().now().as_second();
    let address = format!("{}@example.test", user_name(person));
    Claims {
        iss: cluster.to_owned(),
        aud: AUDIENCE.to_owned(),
        sub: user_id(person).to_string(),
        jid: address.clone(),
        name: user_name(person),
        email: address,
        iat: now,
        exp: now + 20 * 3600,
        jti: format!("bench-{person}"),
    }
}

fn database(system: &System) -> PathBuf {
    system.layout.folder.join("data").join(&system.layout.nodes[0].name).join("convoke.db")
}

/// Web bridges of a former run, on ports that are gone.
fn forget_web_bridges(database: &Path) -> anyhow::Result<()> {
    let connection = rusqlite::Connection::open(database)?;
    connection.execute_batch(
        "DELETE FROM object_key WHERE object IN (SELECT id FROM object WHERE kind = 'webBridges');
         DELETE FROM object WHERE kind = 'webBridges';",
    )?;
    Ok(())
}

async fn fill(bench: &Bench, system: &mut System, people: &People, meetings: u64) -> anyhow::Result<()> {
    system.start_node(0, &[])?;
    system.seed_objects(people).await?;
    system.stop_node(0)?;
    eprintln!("  filling a database with {meetings} meetings, once");
    let mut command = Command::new(&bench.convoke);
    command.args(["dev", "seed-meetings", &meetings.to_string(), "--config"]);
    command.arg(system.layout.settings_file(&system.layout.nodes[0]));
    let status = command.stdout(std::io::stderr()).status()?;
    ensure!(status.success(), "the database could not be filled: {status}");
    Ok(())
}

/// Takes the mail server out of a settings file: it is the last section.
fn without_mail(file: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(file)?;
    let (before, _) = text.split_once("\n[scheduler.email]").context("a scheduler has a mail server")?;
    fs::write(file, format!("{before}\n"))?;
    Ok(())
}
