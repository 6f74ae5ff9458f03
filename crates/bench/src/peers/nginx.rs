//! nginx as a web server and as a proxy, tuned as one would for this work: two workers, kept connections, no access log.

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
};

use convoke_testkit::{
    ca::{Ca, Request},
    free_port, own_address,
    process::Process,
    wait_for,
};

use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, DATE, ETAG, VARY},
};

use crate::bench::Bench;

/// The loopback host that all peers listen on.
const HOST: u8 = 50;

/// A running nginx. It ends with this value.
#[derive(Debug)]
pub struct Nginx {
    process: Process,
    address: SocketAddr,
}

impl Nginx {
    /// Starts it over TLS (the suites and the kind of key that Convoke has) with these lines in its `server` block, and
    /// `upstreams` beside that.
    pub fn start(bench: &Bench, ca: &Ca, upstreams: &str, server: &str) -> anyhow::Result<Self> {
        let folder = bench.folder("nginx")?;
        let host = own_address(HOST);
        let address = SocketAddr::new(IpAddr::V4(host), free_port(IpAddr::V4(host)));
        let name = host.to_string();
        ca.issue_into(&folder, "nginx", &Request::new("nginx", &["localhost", &name]));
        let file = folder.join("nginx.conf");
        fs::write(&file, config(&folder, address, upstreams, server))?;
        let process = Process::start(Command::new(program()).arg("-c").arg(&file).arg("-p").arg(&folder));
        wait_for("nginx", || std::net::TcpStream::connect(address).ok());
        Ok(Self { process, address })
    }

    /// Where it listens, by HTTPS.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The master's process id; its workers are its children.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }
}

/// nginx's lines for the fields that an answer of Convoke has beyond its own: both then write as much.
pub fn adding(headers: &HeaderMap) -> String {
    let own = [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, ETAG, DATE, VARY];
    let added = headers.iter().filter(|(name, _)| !own.contains(name));
    let lines: Vec<String> = added
        .map(|(name, value)| format!("add_header {name} \"{}\";", value.to_str().unwrap_or_default()))
        .collect();
    lines.join("\n    ")
}

fn program() -> PathBuf {
    // Debian puts it where only root's PATH looks.
    let usual = Path::new("/usr/sbin/nginx");
    if usual.exists() { usual.to_owned() } else { PathBuf::from("nginx") }
}

fn config(folder: &Path, address: SocketAddr, upstreams: &str, server: &str) -> String {
    let folder = folder.display();
    // Started by root, its workers would be a user who can't read the folder.
    let user = if nix::unistd::geteuid().is_root() { "user root;" } else { "" };
    format!(
        r"daemon off;
{user}
worker_processes 2;
worker_rlimit_nofile 20000;
pid {folder}/nginx.pid;
error_log {folder}/error.log error;
events {{ worker_connections 20000; multi_accept on; }}
http {{
  access_log off;
  include /etc/nginx/mime.types;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=60s;
  open_file_cache_valid 60s;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  {upstreams}
  server {{
    listen {address} ssl backlog=4096 reuseport;
    ssl_certificate {folder}/nginx.crt;
    ssl_certificate_key {folder}/nginx.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:SSL:20m;
    ssl_session_tickets on;
    {server}
  }}
}}
"
    )
}
