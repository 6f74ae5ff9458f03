//! The socket's client side: carries this process's terminal, or its standard input as a script.

use std::{
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use bytes::Bytes;
use tokio::{
    net::UnixStream,
    signal::unix::{SignalKind, signal},
    sync::mpsc,
};

use super::{
    frame::{self, Frame, Side},
    terminal::{self, Raw},
};
use crate::{Input, Kind};

/// Reads of standard input that wait to be sent.
const WAITING: usize = 4;
const READ_AT_ONCE: usize = 8 * 1024;
/// What a process that a signal ends is known by: this and the signal's number.
const SIGNALLED: u8 = 128;

/// Why there is no session, or why it broke off.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// Nobody serves the socket.
    #[error("{path}: {cause}; is `convoke node` running on this machine with these settings?")]
    Unreached {
        /// The socket.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The node refused.
    #[error("{0}")]
    Refused(String),
    /// The node ended without a word.
    #[error("the node is gone")]
    Gone,
    /// This side's terminal or socket.
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// Has a session with the node at this socket: a shell, or one line. Answers the session's exit status.
///
/// Without a terminal standard input is a script, or answers to what the line asks.
pub async fn run(path: &Path, line: Option<String>) -> Result<u8, ConsoleError> {
    let unreached = |cause| ConsoleError::Unreached { path: path.to_owned(), cause };
    let stream = UnixStream::connect(path).await.map_err(unreached)?;
    let terminal = terminal::of_process();
    let _raw = terminal.as_ref().map(|_| Raw::enter()).transpose()?;
    let is_terminal = terminal.is_some();
    let kind = match line {
        Some(line) => Kind::Exec { line, terminal },
        None => Kind::Shell { terminal },
    };
    let (mut reader, mut writer) = stream.into_split();
    // A node that refuses says why before it reads.
    let begun = frame::write(&mut writer, Frame::Begin(kind)).await;
    let mut typed = read_input();
    let mut resized = signal(SignalKind::window_change())?;
    let (mut ended, mut hung_up) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let sending = async {
        begun?;
        loop {
            let input = tokio::select! {
                input = typed.recv() => input.unwrap_or(Input::Eof),
                _ = resized.recv(), if is_terminal => {
                    let (columns, rows) = terminal::measure();
                    Input::Resize { columns, rows }
                }
            };
            let is_end = input == Input::Eof;
            frame::write(&mut writer, Frame::Input(input)).await?;
            if is_end {
                return io::Result::Ok(());
            }
        }
    };
    // What can't be sent is told by the end of what is shown.
    let sending = async {
        drop(sending.await);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        shown = show(&mut reader) => shown,
        () = sending => Err(ConsoleError::Gone),
        _ = ended.recv() => Ok(SIGNALLED + 15),
        _ = hung_up.recv() => Ok(SIGNALLED + 1),
    }
}

async fn show(reader: &mut (impl tokio::io::AsyncRead + Unpin)) -> Result<u8, ConsoleError> {
    loop {
        match frame::read(reader, Side::Client).await {
            Ok(Some(Frame::Output(bytes))) => {
                let mut out = io::stdout().lock();
                out.write_all(&bytes)?;
                out.flush()?;
            }
            Ok(Some(Frame::Exit(status))) => return Ok(status),
            Ok(Some(Frame::Refused(why))) => return Err(ConsoleError::Refused(why)),
            Ok(_) | Err(_) => return Err(ConsoleError::Gone),
        }
    }
}

/// Reads standard input on a thread of its own, which nobody waits for when the session ends first.
fn read_input() -> mpsc::Receiver<Input> {
    let (to, from) = mpsc::channel(WAITING);
    std::thread::spawn(move || {
        let mut buffer = vec![0; READ_AT_ONCE];
        loop {
            let input = match io::stdin().read(&mut buffer) {
                Ok(0) | Err(_) => Input::Eof,
                Ok(count) => Input::Bytes(Bytes::copy_from_slice(&buffer[..count])),
            };
            let is_end = input == Input::Eof;
            if to.blocking_send(input).is_err() || is_end {
                return;
            }
        }
    });
    from
}
