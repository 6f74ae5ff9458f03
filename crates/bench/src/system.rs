//! A real Convoke system from release binaries, as `convoke dev` builds it, for rows that measure the whole.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use convoke::dev::{
    catch_mail::MailCatcher,
    layout::{Layout, NodeLayout},
    seed::{Objects, People},
    system::System,
};
use convoke_runtime::{Shutdown, ShutdownTrigger};
use convoke_testkit::{own_address, postgres::Postgres};
use http::{Method, Request, Response, header};
use serde_json::{Value, json};

use crate::{bench::Bench, process};

/// What to start.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// Nodes; more than one need PostgreSQL.
    pub nodes: usize,
    /// How many of them have a scheduler.
    pub schedulers: usize,
    /// A PostgreSQL of its own rather than SQLite.
    pub postgres: bool,
    /// Further arguments of `convoke node`.
    pub arguments: &'a [&'a str],
}

/// A running system, gone with this value.
pub struct Running {
    /// Its files, its certificates, its nodes.
    pub system: System,
    /// Who may sign in.
    pub people: People,
    /// What was made through the API.
    pub objects: Objects,
    /// The folder that holds all of it.
    pub folder: PathBuf,
    _mail: ShutdownTrigger,
    _postgres: Option<Postgres>,
}

impl Plan<'_> {
    /// One node on SQLite.
    pub const SMALL: Plan<'static> = Plan { nodes: 1, schedulers: 1, postgres: false, arguments: &[] };

    /// Starts it, and waits until every link is up and every scheduler answers.
    pub async fn start(&self, bench: &Bench) -> anyhow::Result<Running> {
        self.start_filled(bench, async |_, _| Ok(())).await
    }

    /// The same; `fill` works on the database (its folder or URL is in the layout) after the people were added and before
    /// any node runs.
    pub async fn start_filled(
        &self,
        bench: &Bench,
        fill: impl AsyncFnOnce(&System, &People) -> anyhow::Result<()>,
    ) -> anyhow::Result<Running> {
        let folder = bench.folder("system")?;
        let postgres = self.postgres.then(Postgres::start);
        let (shutdown, mail_trigger) = Shutdown::new();
        let mails = Layout::mail_dir(&folder);
        let catcher = MailCatcher::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &mails).await?;
        let mail = catcher.address()?;
        tokio::spawn(catcher.serve(shutdown));
        let nodes = (1..=self.nodes).map(|number| {
            let address = own_address(u8::try_from(number)?);
            NodeLayout::new(number, address, address.to_string(), number <= self.schedulers)
        });
        let layout = Layout {
            nodes: nodes.collect::<anyhow::Result<_>>()?,
            database: postgres.as_ref().map(|server| server.database("convoke")),
            mail,
            folder: folder.clone(),
        };
        let mut system = System::prepare(layout, &bench.convoke)?;
        let people = system.seed_people().await?;
        fill(&system, &people).await?;
        for index in 0..system.layout.nodes.len() {
            system.start_node(index, self.arguments)?;
        }
        let objects = system.seed_objects(&people).await?;
        system.until_ready().await?;
        Ok(Running { system, people, objects, folder, _mail: mail_trigger, _postgres: postgres })
    }
}

impl Running {
    /// The web app's address on a node.
    pub fn web(&self, node: usize) -> String {
        self.system.layout.nodes[node].web_app()
    }

    /// The process ids of a role (`callbridge`, `webbridge`, `scheduler`) on a node.
    pub fn processes(&self, node: usize, role: &str) -> anyhow::Result<Vec<u32>> {
        let config = self.system.layout.settings_file(&self.system.layout.nodes[node]);
        processes_of(&config, role)
    }

    /// Signs a person in through a node's web bridge; the value of `Authorization`.
    pub async fn sign_in(&self, node: usize, person: usize) -> anyhow::Result<String> {
        let person = self.people.users.get(person).context("there is no such person")?;
        let body = json!({"username": person.username, "password": person.password, "trace": false});
        let url = format!("{}/api/auth", self.web(node));
        let answer = self.call(Method::POST, &url, "", Some(&body)).await?;
        ensure!(answer.status() == 200, "the sign-in was answered {}", answer.status());
        let token: Value = serde_json::from_slice(answer.body())?;
        Ok(format!("Bearer {}", token["jwt"].as_str().context("the sign-in answered no token")?))
    }

    /// Sends JSON, or nothing, over a connection of its own.
    pub async fn call(
        &self,
        method: Method,
        url: &str,
        authorization: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Response<Bytes>> {
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let mut request = Request::builder().method(method).uri(url);
        if !authorization.is_empty() {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        self.system.client.send(request.body(bytes)?).await
    }
}

/// The processes of a role that were started with this settings file.
pub fn processes_of(config: &Path, role: &str) -> anyhow::Result<Vec<u32>> {
    let config = config.to_string_lossy().into_owned();
    process::find(|words| words.get(1).is_some_and(|word| word == role) && words.contains(&config))
}
