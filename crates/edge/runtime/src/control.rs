//! The control socket: how the node's shell asks a role of its own. One request a connection, one line of JSON each way.
//!
//! The socket lies in the node's folder, which nobody else may look into (mode 0700): whoever can connect may ask.

use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use convoke_control_api::{Answer, MAX_LINE_BYTES, Request};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{UnixListener, UnixStream},
    sync::Semaphore,
    time::timeout,
};

use crate::Shutdown;

/// Longest wait for the other side.
const PATIENCE: Duration = Duration::from_secs(5);
/// Connections at the same time, at most.
const AT_ONCE: usize = 8;

/// The role did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ControlFault {
    /// It does not listen, or the connection broke.
    #[error("it can't be asked: {0}")]
    OutOfReach(#[from] io::Error),
    /// It took too long.
    #[error("it did not answer within {} s", PATIENCE.as_secs())]
    Slow,
    /// The answer makes no sense.
    #[error("its answer is not understood: {0}")]
    NotUnderstood(#[from] serde_json::Error),
}

/// Answers at `path` until the stop. That it can't is logged, and keeps nobody from serving.
pub async fn serve<F>(
    path: PathBuf,
    shutdown: Shutdown,
    answer: impl Fn(Request) -> F + Send + Sync + 'static,
) where
    F: Future<Output = Answer> + Send + 'static,
{
    let listener = match listen(&path) {
        Ok(listener) => listener,
        Err(fault) => {
            tracing::warn!(target: "Control", "{} can't be listened on, so the shell can't ask: {fault}", path.display());
            return;
        }
    };
    let (places, answer) = (Arc::new(Semaphore::new(AT_ONCE)), Arc::new(answer));
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(_) if shutdown.sleep(Duration::from_millis(100)).await => continue,
                Err(_) => break,
            },
            () = shutdown.asked() => break,
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let answer = Arc::clone(&answer);
        tokio::spawn(async move {
            let _place = place;
            // Who asked notices by itself that there is no answer.
            drop(timeout(PATIENCE, talk(stream, &*answer)).await);
        });
    }
    drop(fs::remove_file(&path));
}

fn listen(path: &Path) -> io::Result<UnixListener> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    // What an earlier start left; a second process of the role would fail at its ports.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    UnixListener::bind(path)
}

async fn talk<F: Future<Output = Answer>>(
    stream: UnixStream,
    answer: impl Fn(Request) -> F,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let line = read_line(&mut stream).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(request) => answer(request).await,
        Err(fault) => Answer::Refused { reason: format!("the request is not understood: {fault}") },
    };
    let mut text = serde_json::to_string(&answer)?;
    text.push('\n');
    stream.get_mut().write_all(text.as_bytes()).await
}

/// Asks the role that listens at `path`.
pub async fn ask(path: &Path, request: &Request) -> Result<Answer, ControlFault> {
    let asked = async {
        let mut stream = BufReader::new(UnixStream::connect(path).await?);
        let mut text = serde_json::to_string(request)?;
        text.push('\n');
        stream.get_mut().write_all(text.as_bytes()).await?;
        let line = read_line(&mut stream).await?;
        Ok(serde_json::from_str(&line)?)
    };
    timeout(PATIENCE, asked).await.map_err(|_| ControlFault::Slow)?
}

async fn read_line(stream: &mut BufReader<UnixStream>) -> io::Result<String> {
    let mut line = String::new();
    let limit = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
    stream.take(limit).read_line(&mut line).await?;
    if line.ends_with('\n') { Ok(line) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_role_is_asked_and_answers_until_it_stops() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control/role.sock");
        let (shutdown, trigger) = Shutdown::new();
        assert!(matches!(ask(&path, &Request::Status).await, Err(ControlFault::OutOfReach(_))));
        // What is left of a process that was killed.
        fs::create_dir(folder.path().join("control")).unwrap();
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let role = serve(path.clone(), shutdown, async |request| match request {
            Request::TimedLogging => Answer::TimedLogging { topics: vec![("api".into(), 5)] },
            other => Answer::Refused { reason: format!("{other:?}") },
        });
        let asked = async {
            let answer = ask(&path, &Request::TimedLogging).await.unwrap();
            assert_eq!(answer, Answer::TimedLogging { topics: vec![("api".into(), 5)] });
            let answer = raw(&path, b"{\"ask\":\"nothing\"}\n").await;
            assert!(answer.contains("not understood"), "{answer}");
            assert_eq!(raw(&path, &vec![b'x'; MAX_LINE_BYTES + 1]).await, "");
            trigger.ask();
        };
        tokio::join!(role, asked);
        assert!(!path.exists());
    }

    async fn raw(path: &Path, text: &[u8]) -> String {
        let mut stream = UnixStream::connect(path).await.unwrap();
        let mut answer = String::new();
        drop(stream.write_all(text).await);
        drop(stream.read_to_string(&mut answer).await);
        answer
    }
}
