//! Debian's `wrk` as the client of both sides: it is no part of Convoke and fast enough not to be what is measured.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, bail, ensure};
use tokio::process::Command;

use crate::bench::Bench;

/// Prints the first answer that refuses something, which a count of failures does not tell; wrk is slower with it.
const REFUSED: &str = r#"
response = function(status, headers, body)
  if status >= 400 and not refused then
    refused = true
    io.write(string.format("REFUSED %d %s\n", status, body))
  end
end
"#;
/// Printed by the script's `done`: `RESULT requests microseconds bytes errors... p50 p99`, times in microseconds.
const DONE: &str = r#"
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d %d %d %d\n", summary.requests, summary.duration, summary.bytes,
    e.connect, e.read, e.write, e.status, e.timeout, latency:percentile(50), latency:percentile(99)))
end
"#;

/// What to ask, how.
#[derive(Debug, Clone)]
pub struct Load {
    /// An absolute URL.
    pub url: String,
    /// Connections that ask one after the other, each without a pause.
    pub clients: usize,
    /// Threads of wrk; at most as many as clients.
    pub threads: usize,
    /// How long.
    pub span: Duration,
    /// Header fields of each request.
    pub headers: Vec<(String, String)>,
    /// Further Lua, such as a `request` function; its `setup` and `init` are free.
    pub script: String,
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// Answers.
    pub requests: f64,
    /// Seconds.
    pub seconds: f64,
    /// Bytes read.
    pub bytes: f64,
    /// Median latency in milliseconds.
    pub p50: f64,
    /// 99th percentile in milliseconds.
    pub p99: f64,
}

impl Outcome {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.requests / self.seconds
    }
}

impl Load {
    /// GET requests by so many clients.
    pub fn get(url: impl Into<String>, clients: usize, span: Duration) -> Self {
        // A thread more than needed takes a core from what is measured.
        let threads = if clients >= 64 { 2 } else { 1 };
        Self { url: url.into(), clients, threads, span, headers: Vec::new(), script: String::new() }
    }

    /// With a header field.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With further Lua.
    pub fn script(mut self, script: impl Into<String>) -> Self {
        self.script = script.into();
        self
    }

    /// Runs it. An error when any request failed or was answered 4xx or 5xx: such a run counts for nothing.
    pub async fn run(&self, bench: &Bench) -> anyhow::Result<Outcome> {
        let file = self.write_script(bench, "")?;
        let text = self.output(&file, self.span).await?;
        match read(&text) {
            Ok(outcome) => Ok(outcome),
            Err(fault) => {
                let file = self.write_script(bench, REFUSED)?;
                let text = self.output(&file, Duration::from_secs(1)).await?;
                let refused = text.lines().find(|line| line.starts_with("REFUSED")).unwrap_or_default();
                Err(fault.context(format!("{} by {} clients {refused}", self.url, self.clients)))
            }
        }
    }

    async fn output(&self, file: &Path, span: Duration) -> anyhow::Result<String> {
        let mut command = Command::new("wrk");
        command.args(["-t", &self.threads.to_string(), "-c", &self.clients.to_string()]);
        command.args(["-d", &format!("{}s", span.as_secs().max(1)), "--timeout", "10s", "-s"]).arg(file);
        for (name, value) in &self.headers {
            command.arg("-H").arg(format!("{name}: {value}"));
        }
        let output = command.arg(&self.url).kill_on_drop(true).output().await.context("wrk can't be run")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(
            output.status.success(),
            "wrk ended with {}: {text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(text)
    }

    fn write_script(&self, bench: &Bench, further: &str) -> anyhow::Result<PathBuf> {
        let file = bench.folder("wrk")?.join("load.lua");
        fs::write(&file, format!("{}\n{DONE}{further}", self.script))?;
        Ok(file)
    }
}

fn read(text: &str) -> anyhow::Result<Outcome> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))
        .with_context(|| format!("wrk told nothing: {text}"))?;
    let numbers: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [requests, micros, bytes, connect, read, write, status, timeout, p50, p99] = numbers[..] else {
        bail!("wrk told something else: {line}");
    };
    let errors = connect + read + write + status + timeout;
    ensure!(
        errors == 0.0,
        "{errors} requests failed: {connect} at connecting, {read} at reading, {write} at writing, {status} by status, {timeout} by time"
    );
    ensure!(requests > 0.0, "nothing was answered");
    Ok(Outcome { requests, seconds: micros / 1e6, bytes, p50: p50 / 1e3, p99: p99 / 1e3 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_read_from_the_scripts_line() {
        let outcome = read("Running\nRESULT 1000 2000000 5000 0 0 0 0 0 1500 9000\n").unwrap();
        assert_eq!(outcome, Outcome { requests: 1000.0, seconds: 2.0, bytes: 5000.0, p50: 1.5, p99: 9.0 });
        assert_eq!(outcome.rate(), 500.0);
    }

    #[test]
    fn a_run_with_failed_requests_does_not_count() {
        let error = read("RESULT 1000 2000000 5000 0 1 0 3 0 1500 9000").unwrap_err().to_string();
        assert!(error.starts_with("4 requests failed") && error.contains("3 by status"), "{error}");
        assert!(read("RESULT 0 2000000 0 0 0 0 0 0 0 0").is_err());
        assert!(read("nothing").is_err());
    }
}
