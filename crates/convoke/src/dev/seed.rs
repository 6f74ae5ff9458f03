//! What a demo and the journeys begin with: three people, an operator, and the template with its two access methods.

use anyhow::{Context as _, ensure};
use convoke_directory::{Accounts, accounts::Taken, password};
use convoke_model::AccountRole;
use convoke_runtime::{Clock, random};
use convoke_store::Store;
use secrecy::SecretString;
use serde::Serialize;

use super::{api::AdminApi, layout::Layout, settings_file::DOMAIN};
use crate::user;

/// The template that schedulers make temporary spaces from.
pub const TEMPLATE: &str = "CoSpaceTemp-Scheduler";
/// The access method of guests.
pub const GUEST_METHOD: &str = "ExternalAccessMeth";
/// The access method of hosts.
pub const HOST_METHOD: &str = "InternalAccessMeth";
/// The people: user name and full name.
const PEOPLE: [(&str, &str); 3] = [("alice", "Alice Kim"), ("bob", "Bob Lee"), ("carol", "Carol Park")];
/// The operator's name.
const OPERATOR: &str = "admin";

/// A person who may sign in to the web app.
#[derive(Clone, Serialize)]
pub struct SeededUser {
    /// What to type at the sign-in.
    pub username: String,
    /// The password.
    pub password: String,
    /// Where invitations go.
    pub email: String,
    /// What the person is in the system: `user`.
    pub role: &'static str,
    /// The id in the Call Bridge's API.
    #[serde(skip)]
    pub id: String,
}

/// An operator of role admin.
#[derive(Clone, Serialize)]
pub struct SeededOperator {
    /// The name.
    pub username: String,
    /// The password.
    pub password: String,
}

/// Everyone who may sign in.
#[derive(Clone)]
pub struct People {
    /// The people of the web app.
    pub users: Vec<SeededUser>,
    /// The operator.
    pub admin: SeededOperator,
}

/// What was made through the API.
#[derive(Debug, Clone)]
pub struct Objects {
    /// The id of [`TEMPLATE`].
    pub template: String,
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.users.iter().map(|user| &user.username)).finish()
    }
}

/// Adds the people to the database and the operator to each node's accounts, each with a fresh password, as `convoke user add` and
/// `convoke admin add` do.
pub async fn people(store: &Store, nodes: &[Accounts]) -> anyhow::Result<People> {
    let mut users = Vec::new();
    for (username, name) in PEOPLE {
        let (password, email) = (new_password(), format!("{username}@{DOMAIN}"));
        let person = user::Person { jid: email.parse()?, name: name.to_owned(), email: email.parse()? };
        let id = user::put(store, person, &SecretString::from(password.clone())).await?;
        users.push(SeededUser {
            username: username.to_owned(),
            password,
            email,
            role: "user",
            id: id.to_string(),
        });
    }
    let admin = SeededOperator { username: OPERATOR.to_owned(), password: new_password() };
    let secret = SecretString::from(admin.password.clone());
    let operator =
        Taken { name: OPERATOR.parse()?, role: AccountRole::Admin, hash: password::hash(&secret)? };
    for accounts in nodes {
        // As accounts of before, whose passwords do not expire: the clock of a test may be years ahead.
        ensure!(
            accounts.take_over(vec![operator.clone()], Clock::system().now())?,
            "a node has accounts already"
        );
    }
    Ok(People { users, admin })
}

/// 12 characters that can be told apart at a glance (about 59 bits).
fn new_password() -> String {
    random::text(b"abcdefghjkmnpqrstuvwxyz23456789", 12)
}

/// Makes the web bridges, the profiles and the template, and assigns the template to everyone.
pub async fn objects(api: &AdminApi, layout: &Layout, people: &People) -> anyhow::Result<Objects> {
    for node in &layout.nodes {
        api.create("webBridges", &[("url", &node.c2w_url())]).await?;
    }
    let template = template(api).await.context("the template could not be made")?;
    for user in &people.users {
        let collection = format!("users/{}/userCoSpaceTemplates", user.id);
        api.create(&collection, &[("coSpaceTemplate", &template)]).await?;
    }
    Ok(Objects { template })
}

async fn template(api: &AdminApi) -> anyhow::Result<String> {
    let call =
        api.create("callProfiles", &[("name", "Scheduled meetings"), ("participantLimit", "100")]).await?;
    let everyone = api.create("callLegProfiles", &[("name", "Scheduled meetings")]).await?;
    let guest = [("name", "Guests"), ("needsActivation", "true"), ("disconnectOthersAllowed", "false")];
    let guest = api.create("callLegProfiles", &guest).await?;
    let host = [("name", "Hosts"), ("needsActivation", "false"), ("disconnectOthersAllowed", "true")];
    let host = api.create("callLegProfiles", &host).await?;
    let fields = [
        ("name", TEMPLATE),
        ("description", "CST-External/Internal Access"),
        ("callProfile", &call),
        ("callLegProfile", &everyone),
    ];
    let template = api.create("coSpaceTemplates", &fields).await?;
    for (name, generator, leg) in [(GUEST_METHOD, "$.guest", &guest), (HOST_METHOD, "$.host", &host)] {
        let fields = [
            ("name", name),
            ("uriGenerator", generator),
            ("callLegProfile", leg),
            ("generateUniqueCallId", "true"),
        ];
        api.create(&format!("coSpaceTemplates/{template}/accessMethodTemplates"), &fields).await?;
    }
    Ok(template)
}
