//! The stream of requests and answers: cut into packets, one after the other.

use std::{net::SocketAddr, sync::Arc};

use bytes::{Buf as _, Bytes, BytesMut};
use russh_sftp::protocol::Packet;
use tokio::sync::mpsc;

use super::{Folder, visitor::Visitor};
use crate::{
    Gate,
    limits::{MAX_SFTP_PACKET, SFTP_IDLE},
    queue::{Receiver, Sender},
};

/// Who visits.
pub(crate) struct Visit<G: Gate> {
    pub(crate) gate: Arc<G>,
    pub(crate) who: G::Who,
    pub(crate) from: SocketAddr,
    /// Where refusals are also told in words; OpenSSH shows no text of an answer.
    pub(crate) remarks: mpsc::Sender<String>,
}

/// Serves until the client is done, silent for too long, or speaks nonsense.
pub(crate) async fn serve<G: Gate>(
    folder: Folder,
    visit: Visit<G>,
    mut asked: Receiver,
    mut answers: Sender,
) {
    let mut visitor = Visitor::new(folder, visit);
    let mut buffer = BytesMut::new();
    while let Ok(Some(bytes)) = tokio::time::timeout(SFTP_IDLE, asked.recv()).await {
        buffer.extend_from_slice(&bytes);
        loop {
            let mut frame = match take_frame(&mut buffer) {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                Err(TooLarge) => return,
            };
            // Where one packet is none, nobody knows what the next would mean.
            let Ok(packet) = Packet::try_from(&mut frame) else { return };
            let Ok(answer) = Bytes::try_from(visitor.answer(packet).await) else { return };
            if answers.send(answer).await.is_err() {
                return;
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// Cuts the next packet off, once it is whole.
pub(crate) fn take_frame(buffer: &mut BytesMut) -> Result<Option<Bytes>, TooLarge> {
    let Some(length) = buffer.first_chunk::<4>() else { return Ok(None) };
    let length = u32::from_be_bytes(*length) as usize;
    if length > MAX_SFTP_PACKET {
        return Err(TooLarge);
    }
    if buffer.len() < 4 + length {
        return Ok(None);
    }
    buffer.advance(4);
    Ok(Some(buffer.split_to(length).freeze()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(length: u32, data: &[u8]) -> BytesMut {
        let mut buffer = BytesMut::from(&length.to_be_bytes()[..]);
        buffer.extend_from_slice(data);
        buffer
    }

    #[test]
    fn a_packet_comes_when_it_is_whole_and_not_larger_than_it_may_be() {
        let most = u32::try_from(MAX_SFTP_PACKET).unwrap();
        assert_eq!(take_frame(&mut frame(3, b"ab")), Ok(None));
        assert_eq!(take_frame(&mut frame(2, b"abc")), Ok(Some(Bytes::from_static(b"ab"))));
        assert_eq!(take_frame(&mut frame(most, b"a")), Ok(None));
        assert_eq!(take_frame(&mut frame(most + 1, b"a")), Err(TooLarge));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_of_packets_panic(
            kind in 0_u8..=255, mut bytes in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            bytes.insert(0, kind);
            drop(Packet::try_from(&mut Bytes::from(bytes)));
        }
    }
}
