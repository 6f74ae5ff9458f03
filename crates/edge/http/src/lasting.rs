//! Answers that last, such as event streams. Over HTTP/1.1 such an answer takes the connection away from hyper, whose
//! buffers (8 KiB for heads read, 8 KiB for heads written) have nothing more to do and would cost more than all the rest
//! of a browser that is held.

use std::{
    fmt,
    future::poll_fn,
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::SystemTime,
};

use bytes::Bytes;
use http::{HeaderName, Response, header, response::Parts};
use http_body::Body;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};

/// Put into an answer's extensions: its body lasts, and the connection carries nothing after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasting;

/// What hyper is told instead of an answer: the connection is no longer its own.
#[derive(Debug)]
pub(crate) struct TakenAway;

impl fmt::Display for TakenAway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer that lasts has taken the connection")
    }
}

impl std::error::Error for TakenAway {}

/// A connection's bytes, lent to hyper until an answer that lasts takes them away.
pub(crate) struct Lent<I, B>(Arc<Mutex<Loan<I, B>>>);

struct Loan<I, B> {
    io: Option<I>,
    answer: Option<Response<B>>,
}

impl<I, B> Clone for Lent<I, B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<I, B> Lent<I, B> {
    pub(crate) fn new(io: I) -> Self {
        Self(Arc::new(Mutex::new(Loan { io: Some(io), answer: None })))
    }

    /// Gives the answer through when it is a usual one; keeps one that lasts, for [`Lent::taken`].
    pub(crate) fn pass(&self, answer: Response<B>) -> Result<Response<B>, TakenAway> {
        if answer.extensions().get::<Lasting>().is_none() {
            return Ok(answer);
        }
        self.lock().answer = Some(answer);
        Err(TakenAway)
    }

    /// The connection and the answer that lasts, when there is one. Hyper must have ended.
    pub(crate) fn taken(self) -> Option<(I, Response<B>)> {
        let mut loan = self.lock();
        let answer = loan.answer.take()?;
        Some((loan.io.take()?, answer))
    }

    fn lock(&self) -> MutexGuard<'_, Loan<I, B>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing reaches the connection once an answer has taken it: neither hyper's end of it nor its shutdown.
    fn with<T>(&self, gone: T, lent: impl FnOnce(Pin<&mut I>) -> T) -> T
    where
        I: Unpin,
    {
        let mut loan = self.lock();
        if loan.answer.is_some() {
            return gone;
        }
        match &mut loan.io {
            Some(io) => lent(Pin::new(io)),
            None => gone,
        }
    }
}

impl<I: AsyncRead + Unpin, B> AsyncRead for Lent<I, B> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.with(Poll::Ready(Ok(())), |io| io.poll_read(context, buffer))
    }
}

impl<I: AsyncWrite + Unpin, B> AsyncWrite for Lent<I, B> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.with(Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())), |io| io.poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let gone = Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        self.with(gone, |io| io.poll_write_vectored(context, slices))
    }

    fn is_write_vectored(&self) -> bool {
        self.with(false, |io| io.is_write_vectored())
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(Poll::Ready(Ok(())), |io| io.poll_flush(context))
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(Poll::Ready(Ok(())), |io| io.poll_shutdown(context))
    }
}

/// Writes an answer that lasts, in chunks, until its body ends or the client goes.
pub(crate) async fn write<I, B>(mut io: I, answer: Response<B>) -> io::Result<()>
where
    I: AsyncRead + AsyncWrite + Unpin,
    B: Body<Data = Bytes> + Unpin,
{
    let (parts, mut body) = answer.into_parts();
    io.write_all(&head(&parts)).await?;
    drop(parts);
    loop {
        // Nothing is expected of the client any more, but its end.
        let mut ignored = [0; 32];
        let frame = tokio::select! {
            frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)) => frame,
            read = io.read(&mut ignored) => match read? {
                0 => return Ok(()),
                _ => continue,
            },
        };
        let Some(Ok(frame)) = frame else { break };
        let bytes = frame.into_data().unwrap_or_default();
        // A chunk of no bytes would be the end.
        if !bytes.is_empty() {
            let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
            chunk.extend_from_slice(&bytes);
            chunk.extend_from_slice(b"\r\n");
            io.write_all(&chunk).await?;
            io.flush().await?;
        }
    }
    io.write_all(b"0\r\n\r\n").await?;
    io.shutdown().await
}

/// RFC 9112 4 and 5, with the fields of this connection.
fn head(parts: &Parts) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {}\r\n", parts.status).into_bytes();
    let own: [HeaderName; 4] =
        [header::CONNECTION, header::CONTENT_LENGTH, header::DATE, header::TRANSFER_ENCODING];
    for (name, value) in parts.headers.iter().filter(|(name, _)| !own.contains(name)) {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    let date = httpdate::fmt_http_date(SystemTime::now());
    head.extend_from_slice(
        format!("date: {date}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n").as_bytes(),
    );
    head
}
