//! Bodies over a link: an answer's as it is read, a request's as it is sent. Apart because they know only their stream.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::FutureExt;
use h2::{Reason, RecvStream, SendStream};
use http::{Response, header::CONTENT_LENGTH};
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::load::Running;

/// An answer's body, which counts as running until it is done.
pub(super) struct AnswerBody {
    stream: RecvStream,
    /// What the answer announced.
    length: Option<u64>,
    data_is_done: bool,
    /// Nothing is left to be asked for: each question takes the lock that the whole link shares.
    is_done: bool,
    _running: Running,
}

impl AnswerBody {
    pub(super) fn wrap(answer: Response<RecvStream>, running: Running) -> Response<Body> {
        let length = answer.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        answer.map(|stream| {
            if stream.is_end_stream() {
                return Body::empty();
            }
            Body::new(Self { stream, length, data_is_done: false, is_done: false, _running: running })
        })
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = h2::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        if self.is_done {
            return Poll::Ready(None);
        }
        if !self.data_is_done {
            match ready!(self.stream.poll_data(context)) {
                Some(Ok(bytes)) => {
                    self.is_done = self.stream.is_end_stream();
                    // Whoever asks for more has room for more; after the last of it the link takes its room back by itself. It
                    // fails only for more than was received.
                    if !self.is_done {
                        let _ = self.stream.flow_control().release_capacity(bytes.len());
                    }
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => self.data_is_done = true,
            }
        }
        let trailers = ready!(self.stream.poll_trailers(context))?;
        Poll::Ready(trailers.map(|fields| Ok(Frame::trailers(fields))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_done
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Sends a request's body. One that is there already goes at once; only one that is waited for takes a task of its own.
pub(super) fn upload(body: Body, stream: SendStream<Bytes>) {
    let mut sending = Box::pin(send(body, stream));
    if (&mut sending).now_or_never().is_none() {
        tokio::spawn(sending);
    }
}

async fn send(mut body: Body, mut stream: SendStream<Bytes>) {
    loop {
        let frame = tokio::select! {
            frame = poll_fn(|context| Pin::new(&mut body).poll_frame(context)) => frame,
            // It was answered without the rest, or given up.
            _ = poll_fn(|context| stream.poll_reset(context)) => return,
        };
        match frame {
            None => {
                let _ = stream.send_data(Bytes::new(), true);
                return;
            }
            // Trailers of a request mean nothing to anyone here.
            Some(Ok(frame)) => {
                let is_last = body.is_end_stream();
                let sent = send_data(&mut stream, frame.into_data().unwrap_or_default(), is_last).await;
                if is_last || sent.is_none() {
                    return;
                }
            }
            Some(Err(_)) => return stream.send_reset(Reason::CANCEL),
        }
    }
}

/// As much at a time as the other side has room for; `None` when the stream is gone.
async fn send_data(stream: &mut SendStream<Bytes>, mut bytes: Bytes, is_last: bool) -> Option<()> {
    while !bytes.is_empty() {
        stream.reserve_capacity(bytes.len());
        while stream.capacity() == 0 {
            poll_fn(|context| stream.poll_capacity(context)).await?.ok()?;
        }
        let part = bytes.split_to(stream.capacity().min(bytes.len()));
        stream.send_data(part, is_last && bytes.is_empty()).ok()?;
        if is_last && bytes.is_empty() {
            return Some(());
        }
    }
    if is_last { stream.send_data(bytes, true).ok() } else { Some(()) }
}
