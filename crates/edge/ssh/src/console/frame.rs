//! What goes over the console's socket: a kind, a length, and that many bytes; nothing without a limit.

use std::io;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::{
    Input, Kind, Terminal,
    limits::{MAX_EXEC_BYTES, MAX_FRAME_BYTES, MAX_TERM_BYTES},
    session::size,
};

const BEGIN: u8 = 1;
const BYTES: u8 = 2;
const RESIZE: u8 = 3;
const BREAK: u8 = 4;
const EOF: u8 = 5;
const EXIT: u8 = 6;
const REFUSED: u8 = 7;

/// A frame, of either side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Frame {
    /// What the client wants; its first frame.
    Begin(Kind),
    /// What the client types and does.
    Input(Input),
    /// What the server shows.
    Output(Bytes),
    /// The status, and the end.
    Exit(u8),
    /// Why there is no session.
    Refused(String),
}

/// Which side reads: bytes mean another thing on each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Server,
    Client,
}

impl Frame {
    fn encode(&self) -> BytesMut {
        let mut body = BytesMut::new();
        let kind = match self {
            Self::Begin(kind) => {
                encode_kind(kind, &mut body);
                BEGIN
            }
            Self::Input(Input::Bytes(bytes)) | Self::Output(bytes) => {
                body.put_slice(bytes);
                BYTES
            }
            Self::Input(Input::Resize { columns, rows }) => {
                body.put_u16(*columns);
                body.put_u16(*rows);
                RESIZE
            }
            Self::Input(Input::Break) => BREAK,
            Self::Input(Input::Eof) => EOF,
            Self::Exit(status) => {
                body.put_u8(*status);
                EXIT
            }
            Self::Refused(why) => {
                body.put_slice(why.as_bytes());
                REFUSED
            }
        };
        let mut whole = BytesMut::with_capacity(5 + body.len());
        whole.put_u8(kind);
        whole.put_u32(u32::try_from(body.len()).unwrap_or(u32::MAX));
        whole.unsplit(body);
        whole
    }

    pub(super) fn decode(kind: u8, mut body: Bytes, side: Side) -> Option<Self> {
        match (kind, side) {
            (BEGIN, Side::Server) => decode_kind(body).map(Self::Begin),
            (BYTES, Side::Server) => Some(Self::Input(Input::Bytes(body))),
            (BYTES, Side::Client) => Some(Self::Output(body)),
            (RESIZE, Side::Server) if body.len() == 4 => {
                let (columns, rows) = (u32::from(body.get_u16()), u32::from(body.get_u16()));
                Some(Self::Input(Input::Resize { columns: size(columns, 80), rows: size(rows, 24) }))
            }
            (BREAK, Side::Server) => Some(Self::Input(Input::Break)),
            (EOF, Side::Server) => Some(Self::Input(Input::Eof)),
            (EXIT, Side::Client) if body.len() == 1 => Some(Self::Exit(body.get_u8())),
            (REFUSED, Side::Client) => Some(Self::Refused(String::from_utf8_lossy(&body).into_owned())),
            _ => None,
        }
    }
}

fn encode_kind(kind: &Kind, body: &mut BytesMut) {
    let (terminal, line) = match kind {
        Kind::Shell { terminal } => (terminal, None),
        Kind::Exec { line, terminal } => (terminal, Some(line)),
    };
    body.put_u8(u8::from(terminal.is_some()) | u8::from(line.is_some()) << 1);
    if let Some(Terminal { columns, rows, term }) = terminal {
        body.put_u16(*columns);
        body.put_u16(*rows);
        let term = &term.as_bytes()[..term.len().min(MAX_TERM_BYTES)];
        body.put_u8(u8::try_from(term.len()).unwrap_or(0));
        body.put_slice(term);
    }
    body.put_slice(line.map_or("", String::as_str).as_bytes());
}

fn decode_kind(mut body: Bytes) -> Option<Kind> {
    let flags = body.try_get_u8().ok()?;
    let terminal = if flags & 1 == 0 { None } else { Some(decode_terminal(&mut body)?) };
    if flags & 2 == 0 {
        return Some(Kind::Shell { terminal });
    }
    let fits = body.len() <= MAX_EXEC_BYTES;
    fits.then(|| Kind::Exec { line: String::from_utf8_lossy(&body).into_owned(), terminal })
}

fn decode_terminal(body: &mut Bytes) -> Option<Terminal> {
    let (columns, rows) = (body.try_get_u16().ok()?, body.try_get_u16().ok()?);
    let length = usize::from(body.try_get_u8().ok()?);
    if length > body.len().min(MAX_TERM_BYTES) {
        return None;
    }
    let term = body.split_to(length);
    let term = std::str::from_utf8(&term).ok().filter(|term| term.bytes().all(|b| b.is_ascii_graphic()))?;
    Some(Terminal::new(term, u32::from(columns), u32::from(rows)))
}

/// Reads the next frame; none at the end.
pub(super) async fn read(from: &mut (impl AsyncRead + Unpin), side: Side) -> io::Result<Option<Frame>> {
    let kind = match from.read_u8().await {
        Ok(kind) => kind,
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(cause) => return Err(cause),
    };
    let length = from.read_u32().await? as usize;
    if length > MAX_FRAME_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a frame is too large"));
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).await?;
    let frame = Frame::decode(kind, body.into(), side);
    frame.map(Some).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a frame is none"))
}

/// Writes a frame; bytes of any length go in several.
pub(super) async fn write(to: &mut (impl AsyncWrite + Unpin), frame: Frame) -> io::Result<()> {
    let (mut bytes, wrap): (Bytes, fn(Bytes) -> Frame) = match frame {
        Frame::Output(bytes) => (bytes, Frame::Output),
        Frame::Input(Input::Bytes(bytes)) => (bytes, |bytes| Frame::Input(Input::Bytes(bytes))),
        other => return to.write_all(&other.encode()).await,
    };
    while !bytes.is_empty() {
        let piece = bytes.split_to(bytes.len().min(MAX_FRAME_BYTES));
        to.write_all(&wrap(piece).encode()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds() -> Vec<Kind> {
        let terminal = Some(Terminal { columns: 132, rows: 50, term: "xterm".to_owned() });
        vec![
            Kind::Shell { terminal: None },
            Kind::Shell { terminal: terminal.clone() },
            Kind::Exec { line: "scheduler status".to_owned(), terminal: None },
            Kind::Exec { line: String::new(), terminal },
        ]
    }

    #[tokio::test]
    async fn frames_arrive_as_they_were_sent() {
        let mut frames: Vec<_> = kinds().into_iter().map(Frame::Begin).collect();
        frames.extend([
            Frame::Input(Input::Bytes(Bytes::from_static(b"abc"))),
            Frame::Input(Input::Resize { columns: 80, rows: 24 }),
            Frame::Input(Input::Break),
            Frame::Input(Input::Eof),
        ]);
        for frame in frames {
            let mut wire = Vec::new();
            write(&mut wire, frame.clone()).await.unwrap();
            let mut wire = &wire[..];
            assert_eq!(read(&mut wire, Side::Server).await.unwrap(), Some(frame));
            assert_eq!(read(&mut wire, Side::Server).await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn long_output_goes_in_frames_that_fit() {
        let mut wire = Vec::new();
        write(&mut wire, Frame::Output(vec![7; MAX_FRAME_BYTES + 1].into())).await.unwrap();
        let mut wire = &wire[..];
        for length in [MAX_FRAME_BYTES, 1] {
            let frame = read(&mut wire, Side::Client).await.unwrap().unwrap();
            assert!(matches!(frame, Frame::Output(bytes) if bytes.len() == length));
        }
        let large = [[BYTES].as_slice(), &u32::try_from(MAX_FRAME_BYTES + 1).unwrap().to_be_bytes()].concat();
        assert!(read(&mut &large[..], Side::Client).await.is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_frame_or_none(kind in 0_u8..9, body in proptest::collection::vec(any::<u8>(), 0..100)) {
            for side in [Side::Server, Side::Client] {
                drop(Frame::decode(kind, Bytes::from(body.clone()), side));
            }
        }
    }
}
