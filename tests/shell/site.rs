//! Servers with their services, set up by the shell as in the seed, for tests of what becomes of them.

use std::process::Output;

use convoke_testkit::wait_for;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;

use crate::{certificates::Authority, matching::matches, meeting, replay::lines_of, server::Server};

/// The port of the API on every server.
pub const API: &str = "8445";
/// The port of the web app on every server.
pub const WEB: &str = "4443";

/// Call bridge with its API.
pub const CALL_BRIDGE: &str = "\
callbridge certs CB344748.key CB344748.cer root.cer
callbridge trust c2w wbbundle.cer
callbridge webapp https://{address}:4443
webadmin listen a 8445
webadmin certs CB344748.key CB344748.cer root.cer
webadmin enable
callbridge enable
";

/// Web bridge.
pub const WEB_BRIDGE: &str = "\
webbridge3 https listen a:4443
webbridge3 https certs CB344748.key BUN344748.cer
webbridge3 c2w listen a:8443
webbridge3 c2w certs CB344748.key BUN344748.cer
webbridge3 c2w trust schedulerbun.cer
webbridge3 enable
";

/// What a scheduler is told before it is enabled.
pub const SCHEDULER_SETTINGS: &str = "\
scheduler https listen a 9443
scheduler https certs CB344748.key BUN344748.cer
scheduler c2w certs CB344748.key BUN344748.cer
scheduler c2w trust wbbundle.cer
";

/// What a scheduler's status is when all is well and no mail server is there.
pub const WELL: [&str; 6] = [
    "Status: enabled",
    "Running",
    "Database responsive at start",
    "HTTPS configured",
    "C2W configured",
    "Email server not configured",
];

/// The servers, from cms1 on. They end with the test.
pub struct Site {
    servers: Vec<Server>,
    authority: Authority,
    _folder: TempDir,
}

impl Site {
    /// So many empty servers with their certificates.
    pub fn start(count: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let names = (1..=count).map(|number| format!("cms{number}"));
        let servers: Vec<Server> = names.map(|name| Server::start(folder.path(), &name)).collect();
        let authority = Authority::new();
        authority.put_beside(servers.iter());
        let mut site = Self { servers, authority, _folder: folder };
        for index in 0..count {
            let put = site.server(index).sftp(
                "put CB344748.key\nput CB344748.cer\nput BUN344748.cer\nput root.cer\nput wbbundle.cer\nput schedulerbun.cer",
            );
            assert!(put.status.success(), "{}", String::from_utf8_lossy(&put.stderr));
        }
        site
    }

    /// One server with all of its services, on SQLite.
    pub fn whole() -> Self {
        let mut site = Self::start(1);
        let script = [CALL_BRIDGE, WEB_BRIDGE, SCHEDULER_SETTINGS, "scheduler enable\n"].concat();
        site.done(0, &script);
        site.dial(0);
        site.until(0, "scheduler status", &WELL);
        site
    }

    pub fn server(&mut self, index: usize) -> &mut Server {
        &mut self.servers[index]
    }

    /// The CA's certificate.
    pub fn ca(&self) -> &str {
        self.authority.pem()
    }

    /// Has the call bridge of cms1 know of the web bridge of this server.
    pub fn dial(&self, index: usize) {
        let url = format!("c2w://{}:8443", self.servers[index].address);
        let told = meeting::create(self.ca(), (&self.servers[0], API), "webBridges", &[("url", &url)]);
        assert!(told.is_empty(), "{told:?}");
    }

    /// Someone who may schedule by the web bridge of cms1.
    pub fn organizer(&self) -> meeting::Organizer {
        let server = &self.servers[0];
        meeting::Organizer::new(self.ca(), (server, API), (server, WEB))
    }

    /// A script by ssh, each line of which is done; what it shows.
    #[track_caller]
    pub fn done(&mut self, index: usize, script: &str) -> Vec<String> {
        let address = self.servers[index].address.to_string();
        let output = self.server(index).ssh("", &script.replace("{address}", &address));
        let lines = lines_of(&output, &output.stdout);
        assert!(output.status.success(), "{lines:#?}\n{}", self.servers[index].said());
        lines
    }

    /// One line by ssh; what it shows, and its status where it is not 0.
    pub fn line(&mut self, index: usize, line: &str) -> Vec<String> {
        let output: Output = self.server(index).ssh(line, "");
        lines_of(&output, &output.stdout)
    }

    /// Types a line by ssh until it shows this; answers what it showed.
    pub fn until(&mut self, index: usize, line: &str, expected: &[&str]) -> Vec<String> {
        let expected: Vec<String> = expected.iter().map(|&line| line.to_owned()).collect();
        let mut last = Vec::new();
        let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_for(line, || {
                last = self.line(index, line);
                matches(&expected, &last).then_some(())
            });
        }));
        assert!(
            found.is_ok(),
            "{line}\n--- expected\n{expected:#?}\n--- shown\n{last:#?}\n{}",
            self.servers[index].said()
        );
        last
    }

    /// The process of a service, as `uptime` tells it.
    pub fn process(&mut self, index: usize, word: &str) -> Pid {
        let lines = self.line(index, "uptime");
        let line = lines.iter().find(|line| line.trim_start().starts_with(&format!("{word} up ")));
        let pid = line.and_then(|line| line.split("(process ").nth(1)?.trim_end_matches(')').parse().ok());
        Pid::from_raw(pid.unwrap_or_else(|| panic!("{word} does not run: {lines:?}")))
    }
}

/// Sends a signal to a process of a service.
pub fn signal(process: Pid, signal: Signal) {
    kill(process, signal).unwrap();
}
