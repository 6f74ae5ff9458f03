//! Ways in to what reads a stranger's bytes, for crates/fuzz.

use bytes::{Bytes, BytesMut};
use russh_sftp::protocol::Packet;

use crate::{
    console,
    sftp::{self, Name},
};

/// Reads bytes as a stream of SFTP; answers how many packets there were, and every name of a file that one of them means.
pub fn sftp(data: &[u8]) -> (usize, Vec<Name>) {
    let (mut buffer, mut packets, mut names) = (BytesMut::from(data), 0, Vec::new());
    while let Ok(Some(mut frame)) = sftp::take_frame(&mut buffer) {
        let Ok(packet) = Packet::try_from(&mut frame) else { break };
        packets += 1;
        let paths: Vec<String> = match packet {
            Packet::Open(asked) => vec![asked.filename],
            Packet::Stat(asked) => vec![asked.path],
            Packet::Lstat(asked) => vec![asked.path],
            Packet::RealPath(asked) => vec![asked.path],
            Packet::Remove(asked) => vec![asked.filename],
            Packet::Rename(asked) => vec![asked.oldpath, asked.newpath],
            Packet::Extended(asked) => sftp::two_texts(&asked.data)
                .map(|(old, new)| vec![old.to_owned(), new.to_owned()])
                .unwrap_or_default(),
            _ => Vec::new(),
        };
        names.extend(paths.iter().filter_map(|path| sftp::file_of(path)));
    }
    (packets, names)
}

/// Reads bytes as a frame of the console's socket, as either side.
pub fn console(kind: u8, body: &[u8]) {
    console::read_either(kind, &Bytes::copy_from_slice(body));
}
