//! A byte stream over a WebSocket: what HTTP/2 reads and writes. Apart because it knows nothing of HTTP or of links.
//!
//! Writes are gathered until they are flushed. On a link with many requests a flush first lets every other task that is
//! ready have its turn: what they write in the same moment is one binary message, one TLS record and one system call. A
//! lone request does not wait. Each read that brings bytes sets a clock; a link that is cut fails every read and write at
//! once.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Sink, Stream, task::AtomicWaker};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    task::yield_now,
    time::Instant,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Error as WsError, Message, protocol::WebSocketConfig},
};

use crate::limits::{MAX_MESSAGE_IN, MAX_MESSAGE_OUT, READ_BUFFER};

/// Requests of a link from which on a flush lets others have their turn first. Giving way takes a turn of the scheduler,
/// which a lone request would only wait for. The number is a choice, not a measurement.
const CROWD: usize = 8;

/// tungstenite's settings for both sides.
pub(crate) fn web_socket_config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(4 * MAX_MESSAGE_OUT)
        .max_message_size(Some(MAX_MESSAGE_IN))
        .max_frame_size(Some(MAX_MESSAGE_IN))
}

/// What the rest of a link knows of its stream, and how it cuts it.
#[derive(Debug, Clone)]
pub(crate) struct LinkPulse(Arc<Pulse>);

#[derive(Debug)]
struct Pulse {
    start: Instant,
    last_read_nanos: AtomicU64,
    running: AtomicUsize,
    cut: AtomicBool,
    waker: AtomicWaker,
}

impl LinkPulse {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Pulse {
            start: Instant::now(),
            last_read_nanos: AtomicU64::new(0),
            running: AtomicUsize::new(0),
            cut: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }))
    }

    /// Time since the link began.
    pub(crate) fn now(&self) -> Duration {
        self.0.start.elapsed()
    }

    /// When bytes were read last, as time since the link began.
    pub(crate) fn last_read(&self) -> Duration {
        Duration::from_nanos(self.0.last_read_nanos.load(Ordering::Acquire))
    }

    /// The instant that is `since_start` after the link's begin.
    pub(crate) fn instant(&self, since_start: Duration) -> Instant {
        self.0.start + since_start
    }

    /// Makes every read and write of the stream fail from now on.
    pub(crate) fn cut(&self) {
        self.0.cut.store(true, Ordering::Release);
        self.0.waker.wake();
    }

    /// Counts a request that runs on the link until the guard is dropped.
    pub(crate) fn request(&self) -> OnLink {
        self.0.running.fetch_add(1, Ordering::Relaxed);
        OnLink(Arc::clone(&self.0))
    }

    /// Whether so many requests run that others are likely to write in the same moment.
    fn is_crowded(&self) -> bool {
        self.0.running.load(Ordering::Relaxed) >= CROWD
    }

    fn beat(&self) {
        let nanos = u64::try_from(self.now().as_nanos()).unwrap_or(u64::MAX);
        self.0.last_read_nanos.store(nanos, Ordering::Release);
    }

    fn check(&self, context: &Context<'_>) -> io::Result<()> {
        self.0.waker.register(context.waker());
        if self.0.cut.load(Ordering::Acquire) {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the link was given up"));
        }
        Ok(())
    }
}

/// A request that runs on a link.
#[derive(Debug)]
pub(crate) struct OnLink(Arc<Pulse>);

impl Drop for OnLink {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Bytes in and out of a WebSocket's binary messages.
pub(crate) struct WsIo<S> {
    socket: WebSocketStream<S>,
    incoming: Bytes,
    outgoing: BytesMut,
    gathering: Gathering,
    pulse: LinkPulse,
}

/// Whether others had their turn before a flush.
enum Gathering {
    /// Nothing is to be flushed.
    Nothing,
    /// They have it now.
    Waits(Pin<Box<dyn Future<Output = ()> + Send>>),
    /// They had it.
    Done,
}

impl<S> WsIo<S> {
    pub(crate) fn new(socket: WebSocketStream<S>, pulse: LinkPulse) -> Self {
        let (incoming, outgoing) = (Bytes::new(), BytesMut::new());
        Self { socket, incoming, outgoing, gathering: Gathering::Nothing, pulse }
    }

    fn poll_gather(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.outgoing.is_empty() || !self.pulse.is_crowded() {
            return Poll::Ready(());
        }
        if let Gathering::Nothing = self.gathering {
            self.gathering = Gathering::Waits(Box::pin(yield_now()));
        }
        if let Gathering::Waits(turn) = &mut self.gathering {
            ready!(turn.as_mut().poll(context));
            self.gathering = Gathering::Done;
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> WsIo<S> {
    /// Hands what was gathered to the socket, as one message.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.outgoing.is_empty() {
            return Poll::Ready(Ok(()));
        }
        ready!(Pin::new(&mut self.socket).poll_ready(context)).map_err(io_error)?;
        let message = Message::Binary(self.outgoing.split().freeze());
        self.gathering = Gathering::Nothing;
        Poll::Ready(Pin::new(&mut self.socket).start_send(message).map_err(io_error))
    }

    /// Makes room for at least one byte. `Ready` gives how many fit.
    fn poll_room(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.pulse.check(context)?;
        if self.outgoing.len() >= MAX_MESSAGE_OUT {
            ready!(self.poll_send(context))?;
        }
        Poll::Ready(Ok(MAX_MESSAGE_OUT - self.outgoing.len()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for WsIo<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.pulse.check(context)?;
        while this.incoming.is_empty() {
            let message = match ready!(Pin::new(&mut this.socket).poll_next(context)) {
                Some(message) => message.map_err(io_error)?,
                None => return Poll::Ready(Ok(())),
            };
            this.pulse.beat();
            match message {
                Message::Binary(bytes) => this.incoming = bytes,
                Message::Close(_) => return Poll::Ready(Ok(())),
                Message::Text(_) => {
                    return Poll::Ready(Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "a text message on a link",
                    )));
                }
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
        let count = this.incoming.len().min(buffer.remaining());
        buffer.put_slice(&this.incoming[..count]);
        this.incoming.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for WsIo<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let room = ready!(self.poll_room(context))?;
        let count = room.min(bytes.len());
        self.outgoing.extend_from_slice(&bytes[..count]);
        Poll::Ready(Ok(count))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let room = ready!(self.poll_room(context))?;
        let mut count = 0;
        for slice in slices {
            let part = slice.len().min(room - count);
            self.outgoing.extend_from_slice(&slice[..part]);
            count += part;
        }
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.pulse.check(context)?;
        ready!(self.poll_gather(context));
        ready!(self.poll_send(context))?;
        Pin::new(&mut self.socket).poll_flush(context).map_err(io_error)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.as_mut().poll_flush(context))?;
        Pin::new(&mut self.socket).poll_close(context).map_err(io_error)
    }
}

fn io_error(error: WsError) -> io::Error {
    match error {
        WsError::Io(error) => error,
        WsError::ConnectionClosed | WsError::AlreadyClosed => io::ErrorKind::BrokenPipe.into(),
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio_tungstenite::tungstenite::protocol::Role;

    async fn pair() -> (WsIo<DuplexStream>, WsIo<DuplexStream>, LinkPulse) {
        let (a, b) = duplex(4096);
        let config = Some(web_socket_config());
        let pulse = LinkPulse::new();
        let a = WebSocketStream::from_raw_socket(a, Role::Client, config).await;
        let b = WebSocketStream::from_raw_socket(b, Role::Server, config).await;
        (WsIo::new(a, pulse.clone()), WsIo::new(b, LinkPulse::new()), pulse)
    }

    #[tokio::test]
    async fn carries_more_than_a_message_both_ways() {
        let (mut a, mut b, pulse) = pair().await;
        let sent: Vec<u8> = (0..300_000u32).map(|n| n as u8).collect();
        let copy = sent.clone();
        let echo = tokio::spawn(async move {
            let mut got = vec![0; copy.len()];
            b.read_exact(&mut got).await.unwrap();
            b.write_all(&got).await.unwrap();
            b.shutdown().await.unwrap();
            got
        });
        a.write_all(&sent).await.unwrap();
        a.flush().await.unwrap();
        let mut back = Vec::new();
        a.read_to_end(&mut back).await.unwrap();
        assert!(back == sent && echo.await.unwrap() == sent);
        assert!(pulse.last_read() > Duration::ZERO);
    }

    #[tokio::test]
    async fn what_several_write_in_one_moment_is_one_message() {
        let (mut a, mut b, pulse) = pair().await;
        let crowd: Vec<OnLink> = (1..CROWD).map(|_| pulse.request()).collect();
        assert!(!pulse.is_crowded(), "a few do not wait for each other");
        let last = pulse.request();
        a.write_all(b"one ").await.unwrap();
        let first = std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut a).poll_flush(context))).await;
        assert!(first.is_pending(), "others have their turn first");
        a.write_all(b"two").await.unwrap();
        a.flush().await.unwrap();
        let mut got = [0; 100];
        assert_eq!(b.read(&mut got).await.unwrap(), 7, "one read takes from one message");
        drop((crowd, last));
        assert!(!pulse.is_crowded());
    }

    #[tokio::test]
    async fn a_cut_ends_a_waiting_read() {
        let (mut a, _b, pulse) = pair().await;
        let reading = tokio::spawn(async move { a.read(&mut [0; 1]).await });
        tokio::task::yield_now().await;
        pulse.cut();
        assert_eq!(reading.await.unwrap().unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }
}
