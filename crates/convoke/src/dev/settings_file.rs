//! The settings file of a node of a demo or a test.

use super::layout::{Layout, NodeLayout};

/// The domain of the seeded people and of the URIs of their spaces.
pub const DOMAIN: &str = "example.test";

/// The text of a node's settings file; paths in it count from the layout's folder.
pub fn text(layout: &Layout, node: &NodeLayout) -> String {
    let NodeLayout { name, address, ports, .. } = node;
    let web_app_url = layout.nodes.first().unwrap_or(node).web_app();
    let database =
        layout.database.as_ref().map_or_else(String::new, |url| format!("[database]\nurl = \"{url}\"\n\n"));
    let scheduler = if node.scheduler { scheduler(layout, node) } else { String::new() };
    format!(
        r#"# Written by `convoke dev`; every key is explained in docs/operating/configure.md.
[node]
name = "{name}"
data_dir = "data/{name}"
web_app_url = "{web_app_url}"

[interfaces]
a = "{address}"
lo = "{address}"

[mmp]
listen = ["a:{mmp}"]

{database}[callbridge]
loopback = "lo:{callbridge_loopback}"
domain = "{DOMAIN}"

[callbridge.https]
listen = "a:{admin_api}"
{callbridge_identity}
[callbridge.c2w]
{callbridge_identity}trust_file = "certs/ca.crt"

[webbridge]
loopback = "lo:{webbridge_loopback}"

[webbridge.https]
listen = ["a:{web_app}"]
{webbridge_identity}
[webbridge.c2w]
listen = ["a:{c2w}"]
{webbridge_identity}trust_file = "certs/ca.crt"
{scheduler}"#,
        callbridge_loopback = ports.callbridge_loopback,
        webbridge_loopback = ports.webbridge_loopback,
        admin_api = ports.admin_api,
        web_app = ports.web_app,
        c2w = ports.c2w,
        mmp = ports.mmp,
        callbridge_identity = identity(node, "callbridge"),
        webbridge_identity = identity(node, "webbridge"),
    )
}

fn scheduler(layout: &Layout, node: &NodeLayout) -> String {
    format!(
        r#"
[scheduler]
loopback = "lo:{loopback}"

[scheduler.https]
listen = "a:{port}"
{identity}
[scheduler.c2w]
{identity}trust_file = "certs/ca.crt"

# People who try things out, and tests, are not to wait.
[scheduler.limits]
mails_per_hour = 10000000

[scheduler.email]
server = "{mail_host}"
port = {mail_port}
from = "meetings@{DOMAIN}"
"#,
        loopback = node.ports.scheduler_loopback,
        port = node.ports.scheduler_api,
        identity = identity(node, "scheduler"),
        mail_host = layout.mail.ip(),
        mail_port = layout.mail.port(),
    )
}

fn identity(node: &NodeLayout, role: &str) -> String {
    let name = &node.name;
    format!("key_file = \"certs/{name}-{role}.key\"\ncert_file = \"certs/{name}-{role}.crt\"\n")
}
