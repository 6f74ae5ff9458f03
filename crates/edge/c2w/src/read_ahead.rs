//! Reads of a link's socket, below TLS. Apart because it knows only bytes.
//!
//! rustls asks for 4 KiB at a time, which makes five system calls of one full record and a second one of most moments in
//! which several answers come together. Here one read takes what has arrived.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::limits::READ_AHEAD;

/// A socket of which more is read than was asked for, once it is a link.
#[derive(Debug)]
pub(crate) struct ReadAhead<S> {
    socket: S,
    /// Empty until it is a link: whoever has shown no certificate gets no room.
    bytes: Box<[u8]>,
    /// What of `bytes` was read and not handed on yet.
    waiting: std::ops::Range<usize>,
}

impl<S> ReadAhead<S> {
    pub(crate) fn new(socket: S) -> Self {
        Self { socket, bytes: Box::default(), waiting: 0..0 }
    }

    /// Reads ahead from now on.
    pub(crate) fn begin(&mut self) {
        self.bytes = vec![0; READ_AHEAD].into_boxed_slice();
    }

    /// The socket alone; what was read ahead is lost.
    pub(crate) fn into_inner(self) -> S {
        self.socket
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for ReadAhead<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.bytes.is_empty() {
            return Pin::new(&mut this.socket).poll_read(context, buffer);
        }
        if this.waiting.is_empty() {
            let mut read = ReadBuf::new(&mut this.bytes);
            ready!(Pin::new(&mut this.socket).poll_read(context, &mut read))?;
            this.waiting = 0..read.filled().len();
        }
        let count = this.waiting.len().min(buffer.remaining());
        buffer.put_slice(&this.bytes[this.waiting.start..this.waiting.start + count]);
        this.waiting.start += count;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for ReadAhead<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn one_read_of_the_socket_serves_many_small_ones() {
        let sent: Vec<u8> = (0..3 * READ_AHEAD).map(|n| n as u8).collect();
        let mut socket = counted(&sent);
        let mut got = Vec::new();
        let mut piece = [0; 4096];
        let before = socket.read(&mut piece).await.unwrap();
        got.extend_from_slice(&piece[..before]);
        socket.begin();
        loop {
            match socket.read(&mut piece).await.unwrap() {
                0 => break,
                count => got.extend_from_slice(&piece[..count]),
            }
        }
        assert!(got == sent);
        assert_eq!(
            socket.into_inner().reads,
            5,
            "one before it was a link, three of what is left, one that is told the end"
        );
    }

    /// Hands out all bytes that fit, and counts how often it was asked.
    struct Counted<'a> {
        bytes: &'a [u8],
        reads: usize,
    }

    fn counted(bytes: &[u8]) -> ReadAhead<Counted<'_>> {
        ReadAhead::new(Counted { bytes, reads: 0 })
    }

    impl AsyncRead for Counted<'_> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            self.reads += 1;
            let (now, rest) = self.bytes.split_at(self.bytes.len().min(buffer.remaining()));
            buffer.put_slice(now);
            self.bytes = rest;
            Poll::Ready(Ok(()))
        }
    }
}
