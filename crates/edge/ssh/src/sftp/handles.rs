//! What a client has open, under names that it gives back with each request.

use std::{collections::HashMap, fs, sync::Arc};

use russh_sftp::protocol::File;

use super::{answer::Refusal, names::Name, upload::Upload};
use crate::limits::MAX_HANDLES;

/// One open thing.
#[derive(Debug)]
pub(super) enum Open {
    /// The rest of a list.
    List(Vec<File>),
    /// A file that is read.
    Read(Name, Arc<fs::File>),
    /// A file that is written.
    Write(Box<Upload>),
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Handles {
    open: HashMap<String, Open>,
    last: u64,
}

impl Handles {
    pub(super) fn add(&mut self, open: Open) -> Result<String, Refusal> {
        self.has_room()?;
        self.last += 1;
        let handle = self.last.to_string();
        self.open.insert(handle.clone(), open);
        Ok(handle)
    }

    /// Refuses before anything is begun.
    pub(super) fn has_room(&self) -> Result<(), Refusal> {
        if self.open.len() < MAX_HANDLES {
            return Ok(());
        }
        Err(Refusal::failed(format!("{MAX_HANDLES} files are open already; close one first")))
    }

    pub(super) fn get(&mut self, handle: &str) -> Result<&mut Open, Refusal> {
        self.open.get_mut(handle).ok_or_else(|| Refusal::failed("this is not open"))
    }

    pub(super) fn take(&mut self, handle: &str) -> Result<Open, Refusal> {
        self.open.remove(handle).ok_or_else(|| Refusal::failed("this is not open"))
    }

    pub(super) fn put_back(&mut self, handle: String, open: Open) {
        self.open.insert(handle, open);
    }
}
