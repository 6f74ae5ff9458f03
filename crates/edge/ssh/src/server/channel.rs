//! One channel: waits for what it is asked for, and carries bytes between the client and whoever serves it.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Sig, server::Msg};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{Shared, life::Life};
use crate::{
    Gate, Input, Kind,
    limits::{NO_CHANNEL, OUTPUT_QUEUE, SFTP_QUEUE, SFTP_QUEUES_OF_ACCOUNT, STOP_GRACE},
    queue::{self, queue},
    session::{Ends, InputSender, NotTaken, session, size},
    sftp::{self, Folder, Visit},
};

/// The status of a session that has none of its own: it was ended, or its owner vanished.
const NO_STATUS: u8 = 255;

/// What a channel is to be.
pub(super) enum Start<W> {
    /// A shell or a line.
    Session(W, Kind),
    /// SFTP.
    Files(W, Folder),
    /// A text, and the end.
    Told(String),
}

type Writer = ChannelWriteHalf<Msg>;

/// Counts the channel down whatever ends it.
struct Counted(Arc<Life>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.channel_ends(Instant::now());
    }
}

/// Runs a channel to its end.
pub(super) async fn run<G: Gate>(
    channel: Channel<Msg>,
    started: oneshot::Receiver<Start<G::Who>>,
    from: SocketAddr,
    shared: Arc<Shared<G>>,
    life: Arc<Life>,
) {
    let counted = Counted(life);
    let (cut, leaving) = (counted.0.until_cut(), counted.0.until_leaving());
    let (mut reader, writer) = channel.split();
    let served = async {
        let asked = tokio::time::timeout(NO_CHANNEL, asked_for(&mut reader, started)).await;
        match asked {
            Ok(Some(Start::Session(who, kind))) => {
                serve_session(&mut reader, &writer, who, kind, from, &shared).await;
            }
            Ok(Some(Start::Files(who, folder))) => {
                let visit = serve_files(&mut reader, &writer, who, folder, from, &shared);
                tokio::select! {
                    // First, so that no request is carried out any more.
                    biased;
                    () = leaving => {}
                    () = visit => {}
                }
                drop(tokio::time::timeout(STOP_GRACE, finish(&writer, 0)).await);
            }
            Ok(Some(Start::Told(why))) => {
                drop(writer.extended_data_bytes(1, format!("{why}\r\n")).await);
                finish(&writer, 1).await;
            }
            Ok(None) | Err(_) => drop(writer.close().await),
        }
    };
    tokio::select! {
        () = served => {}
        () = cut => {}
    }
}

/// Waits for a request and for what the connection makes of it. Everything before it is dropped.
async fn asked_for<W>(
    reader: &mut ChannelReadHalf,
    started: oneshot::Receiver<Start<W>>,
) -> Option<Start<W>> {
    loop {
        match reader.wait().await? {
            ChannelMsg::RequestShell { .. }
            | ChannelMsg::Exec { .. }
            | ChannelMsg::RequestSubsystem { .. } => {
                return started.await.ok();
            }
            ChannelMsg::Close => return None,
            _ => {}
        }
    }
}

async fn finish(writer: &Writer, status: u8) {
    drop(writer.exit_status(u32::from(status)).await);
    drop(writer.eof().await);
    drop(writer.close().await);
}

async fn serve_session<G: Gate>(
    reader: &mut ChannelReadHalf,
    writer: &Writer,
    who: G::Who,
    kind: Kind,
    from: SocketAddr,
    shared: &Shared<G>,
) {
    let (session, Ends { input, output, exit }) = session(who, Some(from), kind);
    if shared.sessions.send(session).await.is_err() {
        return finish(writer, NO_STATUS).await;
    }
    tokio::select! {
        // Output first, so that what was said before the client's end still goes out.
        biased;
        () = write(writer, output, exit) => {}
        ended = read(reader, &input) => if ended == Ended::Flooded {
            farewell(writer, "More was typed than was read; the session ends.").await;
        },
        () = shared.shutdown.asked() => farewell(writer, "The server stops.").await,
    }
}

async fn write(writer: &Writer, mut output: mpsc::Receiver<Bytes>, exit: oneshot::Receiver<u8>) {
    while let Some(bytes) = output.recv().await {
        if writer.data_bytes(bytes).await.is_err() {
            return;
        }
    }
    finish(writer, exit.await.unwrap_or(NO_STATUS)).await;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Gone,
    Flooded,
}

async fn read(reader: &mut ChannelReadHalf, input: &InputSender) -> Ended {
    while let Some(message) = reader.wait().await {
        let what = match message {
            ChannelMsg::Data { data } => Input::Bytes(data),
            ChannelMsg::WindowChange { col_width, row_height, .. } => {
                Input::Resize { columns: size(col_width, 80), rows: size(row_height, 24) }
            }
            ChannelMsg::Signal { signal: Sig::INT } => Input::Break,
            ChannelMsg::Eof => Input::Eof,
            ChannelMsg::Close => return Ended::Gone,
            _ => continue,
        };
        // An owner that listens no more may still have something to say.
        if input.send(what) == Err(NotTaken::Full) {
            return Ended::Flooded;
        }
    }
    Ended::Gone
}

async fn farewell(writer: &Writer, text: &str) {
    let said = async {
        drop(writer.data_bytes(format!("\r\n{text}\r\n")).await);
        finish(writer, NO_STATUS).await;
    };
    drop(tokio::time::timeout(STOP_GRACE, said).await);
}

async fn serve_files<G: Gate>(
    reader: &mut ChannelReadHalf,
    writer: &Writer,
    who: G::Who,
    folder: Folder,
    from: SocketAddr,
    shared: &Shared<G>,
) {
    let share = shared.queues.of(&shared.gate.account(&who), SFTP_QUEUES_OF_ACCOUNT);
    let (requests, asked) = queue(SFTP_QUEUE, &share);
    let (answers, said) = queue(SFTP_QUEUE, &share);
    let (remarks, remarked) = mpsc::channel(OUTPUT_QUEUE);
    let visit = Visit { gate: Arc::clone(&shared.gate), who, from, remarks };
    let served = async {
        sftp::serve(folder, visit, asked, answers).await;
        // Its last answers still go out.
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = give(writer, said, remarked) => {}
        () = take(reader, requests) => {}
        () = served => {}
        () = shared.shutdown.asked() => {}
    }
}

/// Ends when the client has closed the channel; after the end of its input alone its answers are still due.
async fn take(reader: &mut ChannelReadHalf, requests: queue::Sender) {
    let mut requests = Some(requests);
    while let Some(message) = reader.wait().await {
        match (message, &mut requests) {
            (ChannelMsg::Data { data }, Some(to)) => {
                let sent = to.send(data).await;
                if sent.is_err() {
                    requests = None;
                }
            }
            (ChannelMsg::Eof, _) => requests = None,
            (ChannelMsg::Close, _) => return,
            _ => {}
        }
    }
}

/// Answers, and remarks beside them where OpenSSH shows them.
async fn give(writer: &Writer, mut said: queue::Receiver, mut remarked: mpsc::Receiver<String>) {
    const STANDARD_ERROR: u32 = 1;
    loop {
        let sent = tokio::select! {
            biased;
            Some(remark) = remarked.recv() => writer.extended_data_bytes(STANDARD_ERROR, remark + "\r\n").await,
            bytes = said.recv() => match bytes {
                Some(bytes) => writer.data_bytes(bytes).await,
                None => return,
            },
        };
        if sent.is_err() {
            return;
        }
    }
}
