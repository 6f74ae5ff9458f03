//! The socket's server side: looks who connects, and makes a session of each.

use std::{
    fmt, fs, io,
    os::unix::{fs::FileTypeExt as _, fs::PermissionsExt as _, net::UnixStream as BlockingStream},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use convoke_runtime::Shutdown;
use tokio::{
    net::{
        UnixListener, UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

use super::frame::{self, Frame, Side};
use crate::{
    Input, Kind, Session,
    limits::{CONSOLE_GRACE, MAX_CONSOLES, STOP_GRACE},
    session::{Ends, InputSender, NotTaken, session},
};

const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const NO_STATUS: u8 = 255;

/// The socket can't be served.
#[derive(Debug, thiserror::Error)]
#[error("the console's socket {path}: {cause}")]
pub struct ConsoleStartError {
    /// The socket.
    pub path: PathBuf,
    /// What the system says.
    pub cause: io::Error,
}

/// A served socket. It stops by the signal that it was started with, and removes its file.
#[derive(Debug)]
pub struct Console {
    serving: JoinSet<()>,
}

struct Shared<W> {
    who: W,
    sessions: mpsc::Sender<Session<W>>,
    shutdown: Shutdown,
    places: Arc<Semaphore>,
}

impl Console {
    /// Serves a socket at `path` as `who`, and sends each session to `sessions`.
    pub async fn start<W: Clone + Send + Sync + 'static>(
        path: &Path,
        who: W,
        sessions: mpsc::Sender<Session<W>>,
        shutdown: Shutdown,
    ) -> Result<Self, ConsoleStartError> {
        let listener = bind(path).map_err(|cause| ConsoleStartError { path: path.to_owned(), cause })?;
        let places = Arc::new(Semaphore::new(MAX_CONSOLES));
        let shared = Arc::new(Shared { who, sessions, shutdown, places });
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, path.to_owned(), shared));
        Ok(Self { serving })
    }

    /// Ends when all sessions have ended after the stop.
    pub async fn stopped(mut self) {
        while self.serving.join_next().await.is_some() {}
    }
}

/// Binds the socket for its owner alone. One that a dead process left is replaced; one that answers is not.
fn bind(path: &Path) -> io::Result<UnixListener> {
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "another file has this name"));
        }
        Ok(_) if BlockingStream::connect(path).is_ok() => {
            return Err(io::Error::new(io::ErrorKind::AddrInUse, "another node serves it"));
        }
        Ok(_) => fs::remove_file(path)?,
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Err(cause) => return Err(cause),
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn serve<W: Clone + Send + Sync + 'static>(
    listener: UnixListener,
    path: PathBuf,
    shared: Arc<Shared<W>>,
) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    sessions.spawn(meet(stream, Arc::clone(&shared)));
                }
                Err(cause) => {
                    tracing::warn!("console: no connection can be accepted: {cause}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            _ = sessions.join_next(), if !sessions.is_empty() => {}
            () = shared.shutdown.asked() => break,
        }
    }
    drop(fs::remove_file(path));
    let all = async { while sessions.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_GRACE * 2, all).await.is_err() {
        sessions.shutdown().await;
    }
}

/// Whether this peer may have a console: root, or the user that the node runs as (SO_PEERCRED).
fn may_enter(stream: &UnixStream) -> bool {
    let own = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == 0 || peer.uid() == own)
}

async fn meet<W: Clone + Send + Sync + 'static>(stream: UnixStream, shared: Arc<Shared<W>>) {
    let is_welcome = may_enter(&stream);
    let (mut reader, mut writer) = stream.into_split();
    if !is_welcome {
        return refuse(&mut writer, "only root and the user that runs Convoke may have its console").await;
    }
    let Ok(_place) = shared.places.try_acquire() else {
        let why = format!("there are {MAX_CONSOLES} sessions of the console already; end one first");
        return refuse(&mut writer, why).await;
    };
    let begun = tokio::time::timeout(CONSOLE_GRACE, frame::read(&mut reader, Side::Server)).await;
    if let Ok(Ok(Some(Frame::Begin(kind)))) = begun {
        carry(reader, writer, kind, &shared).await;
    }
}

async fn refuse(writer: &mut OwnedWriteHalf, why: impl fmt::Display) {
    let told = frame::write(writer, Frame::Refused(why.to_string()));
    drop(tokio::time::timeout(STOP_GRACE, told).await);
}

async fn carry<W: Clone>(
    mut reader: OwnedReadHalf,
    mut writer: OwnedWriteHalf,
    kind: Kind,
    shared: &Shared<W>,
) {
    let (session, Ends { input, mut output, exit }) = session(shared.who.clone(), None, kind);
    if shared.sessions.send(session).await.is_err() {
        return refuse(&mut writer, "the server stops").await;
    }
    let shown = async {
        while let Some(bytes) = output.recv().await {
            if frame::write(&mut writer, Frame::Output(bytes)).await.is_err() {
                return None;
            }
        }
        Some(exit.await.unwrap_or(NO_STATUS))
    };
    let ended = tokio::select! {
        biased;
        status = shown => status.map(|status| (None, status)),
        flooded = read(&mut reader, &input) => {
            flooded.then_some((Some("More was typed than was read; the session ends."), NO_STATUS))
        }
        () = shared.shutdown.asked() => Some((Some("The server stops."), NO_STATUS)),
    };
    let Some((text, status)) = ended else { return };
    let said = async {
        if let Some(text) = text {
            frame::write(&mut writer, Frame::Output(format!("\r\n{text}\r\n").into())).await?;
        }
        frame::write(&mut writer, Frame::Exit(status)).await
    };
    drop(tokio::time::timeout(STOP_GRACE, said).await);
}

/// Ends when the client is gone (false), or types more than is read (true).
async fn read(reader: &mut OwnedReadHalf, input: &InputSender) -> bool {
    while let Ok(Some(Frame::Input(what))) = frame::read(reader, Side::Server).await {
        let is_end = what == Input::Eof;
        if input.send(what) == Err(NotTaken::Full) {
            return true;
        }
        if is_end {
            break;
        }
    }
    // After the end of its input the client still listens; its own end closes the socket.
    !matches!(frame::read(reader, Side::Server).await, Ok(None) | Err(_))
}
