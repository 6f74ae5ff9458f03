//! How much an upload may grow: what is left of the folder's share, and of the disk, which the server needs too.

use super::answer::Refusal;
use crate::limits::{MAX_FOLDER_BYTES, MIN_FREE_BYTES, ROOM_STEP};

/// What is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    folder: u64,
    disk: u64,
}

impl Room {
    /// With so many bytes used by the folder's files and so many free on its disk.
    pub(super) fn of(used: u64, free: u64) -> Self {
        Self { folder: MAX_FOLDER_BYTES.saturating_sub(used), disk: free.saturating_sub(MIN_FREE_BYTES) }
    }

    /// By how much an upload may grow before it asks again, if it is to grow by `wanted` at least.
    pub(super) fn grant(self, wanted: u64) -> Result<u64, Refusal> {
        let left = self.folder.min(self.disk);
        if left >= wanted.max(1) {
            return Ok(left.min(wanted.max(ROOM_STEP)));
        }
        const GIB: u64 = 1 << 30;
        const MIB: u64 = 1 << 20;
        Err(Refusal::failed(if self.folder <= self.disk {
            format!(
                "the files here would have more than {} GiB together; remove some first",
                MAX_FOLDER_BYTES / GIB
            )
        } else {
            format!(
                "the disk would have less than {} MiB left, which the server needs; make room first",
                MIN_FREE_BYTES / MIB
            )
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_and_the_disk_are_used_up_to_their_limits_and_no_further() {
        let plenty = 1 << 50;
        let folder =
            |left: u64, wanted| Room::of(MAX_FOLDER_BYTES - left, plenty).grant(wanted).map_err(|no| no.text);
        let disk = |left: u64, wanted| Room::of(0, MIN_FREE_BYTES + left).grant(wanted).map_err(|no| no.text);
        for room in [&folder as &dyn Fn(u64, u64) -> Result<u64, String>, &disk] {
            assert_eq!(room(10, 10), Ok(10));
            assert!(room(10, 11).is_err() && room(0, 0).is_err());
            assert_eq!(room(ROOM_STEP * 2, 10), Ok(ROOM_STEP), "a step at a time");
            assert_eq!(room(ROOM_STEP * 2, ROOM_STEP * 2), Ok(ROOM_STEP * 2));
        }
        assert_eq!(
            folder(10, 11).unwrap_err(),
            "the files here would have more than 4 GiB together; remove some first"
        );
        let full = "the disk would have less than 256 MiB left, which the server needs; make room first";
        assert_eq!(disk(10, 11).unwrap_err(), full);
        assert_eq!(Room::of(u64::MAX, 0).grant(1).unwrap_err().code, super::super::answer::Code::Failed);
    }
}
