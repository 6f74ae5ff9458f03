//! What each request of SFTP does: judged by name and by right, carried out off the connection's task.

use std::{fs, os::unix::fs::FileExt as _, sync::Arc, time::SystemTime};

use russh_sftp::protocol::{
    Attrs, Data, File, FileAttributes, Handle, Name as Names, OpenFlags, Packet, Version,
};

use super::{
    Folder, Name,
    answer::{Refusal, done},
    attributes,
    handles::{Handles, Open},
    names::Place,
    serve::Visit,
    upload::{Upload, there_already},
};
use crate::{Gate, limits::MAX_SFTP_READ};

/// Entries of a list in one answer.
const LISTED_AT_ONCE: usize = 100;

/// A rename that takes the place of another file at one moment, as POSIX has it: OpenSSH's sftp asks for it unless told `rename -l`.
const POSIX_RENAME: &str = "posix-rename@openssh.com";

const FLAT: &str = "there is one folder without folders or links in it";
const MADE_HERE: &str = "this file is made by the server; it can only be read";

const NO_MORE: &str = "permission denied: this account was changed meanwhile; sign in again";

/// One client's visit.
pub(super) struct Visitor<G: Gate> {
    folder: Folder,
    visit: Visit<G>,
    handles: Handles,
    last_remark: String,
}

/// Runs what touches the disk where it may block.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Refusal::failed("the server failed at this; see its log"))
}

impl<G: Gate> Visitor<G> {
    pub(super) fn new(folder: Folder, visit: Visit<G>) -> Self {
        Self { folder, visit, handles: Handles::default(), last_remark: String::new() }
    }

    /// Carries a request out.
    pub(super) async fn answer(&mut self, packet: Packet) -> Packet {
        let id = packet.get_request_id();
        match self.carry_out(id, packet).await {
            Ok(answer) => answer,
            Err(refusal) => {
                self.remark(&refusal);
                refusal.packet(id)
            }
        }
    }

    /// Tells a refusal in words, once: a client has many requests under way when one is refused.
    fn remark(&mut self, refusal: &Refusal) {
        if refusal.is_remarkable() && refusal.text != self.last_remark {
            self.last_remark.clone_from(&refusal.text);
            // A client that reads none of them needs none.
            drop(self.visit.remarks.try_send(refusal.text.clone()));
        }
    }

    async fn carry_out(&mut self, id: u32, packet: Packet) -> Result<Packet, Refusal> {
        if begins_or_ends(&packet) && !self.visit.gate.still(&self.visit.who) {
            return Err(Refusal::denied(NO_MORE));
        }
        match packet {
            Packet::Init(_) => Ok(Packet::Version(version())),
            Packet::RealPath(asked) => {
                let path = Place::read(&asked.path)?.path();
                Ok(Packet::Name(Names { id, files: vec![File::dummy(path)] }))
            }
            Packet::Stat(asked) => self.stat(id, &asked.path).await,
            Packet::Lstat(asked) => self.stat(id, &asked.path).await,
            Packet::Fstat(asked) => self.stat_open(id, &asked.handle).await,
            Packet::OpenDir(asked) => self.open_list(id, &asked.path).await,
            Packet::ReadDir(asked) => self.read_list(id, &asked.handle),
            Packet::Open(asked) => self.open(id, &asked.filename, asked.pflags).await,
            Packet::Read(asked) => self.read(id, &asked.handle, asked.offset, asked.len).await,
            Packet::Write(asked) => self.write(id, asked.handle, asked.offset, asked.data).await,
            Packet::Close(asked) => self.close(id, &asked.handle).await,
            Packet::Remove(asked) => self.remove(id, &asked.filename).await,
            Packet::Rename(asked) => self.rename(id, &asked.oldpath, &asked.newpath, false).await,
            Packet::Extended(asked) if asked.request == POSIX_RENAME => {
                let Some((old, new)) = two_texts(&asked.data) else {
                    return Err(Refusal::failed("two paths are wanted"));
                };
                self.rename(id, old, new, true).await
            }
            Packet::SetStat(asked) => set(id, &asked.attrs),
            Packet::FSetStat(asked) => self.set_open(id, &asked.handle, &asked.attrs).await,
            Packet::MkDir(_) | Packet::RmDir(_) | Packet::Symlink(_) | Packet::ReadLink(_) => {
                Err(Refusal::unsupported(FLAT))
            }
            _ => Err(Refusal::unsupported("this is not known here")),
        }
    }

    fn account(&self) -> String {
        self.visit.gate.account(&self.visit.who)
    }

    fn note(&self, what: &str) {
        self.visit.gate.noted(&self.visit.who, self.visit.from, what);
    }

    fn may_read(&self, name: &Name) -> Result<(), Refusal> {
        self.visit.gate.may_read(&self.visit.who, name.as_str()).map_err(Refusal::denied)
    }

    fn may_write(&self, name: &Name) -> Result<(), Refusal> {
        if self.folder.made(name).is_some() {
            return Err(Refusal::denied(MADE_HERE));
        }
        self.visit.gate.may_write(&self.visit.who, name.as_str()).map_err(Refusal::denied)
    }

    fn may_put(&self, name: &Name) -> Result<(), Refusal> {
        self.may_write(name)?;
        self.visit.gate.may_put(&self.visit.who, name.as_str()).map_err(Refusal::denied)
    }

    /// Looks whether something needs the file of this name; where there is none, nothing is lost.
    async fn may_take_away(&self, name: &Name) -> Result<(), Refusal> {
        let (gate, who, folder, name) =
            (Arc::clone(&self.visit.gate), self.visit.who.clone(), self.folder.clone(), name.clone());
        blocking(move || match folder.look(&name) {
            Ok(_) => gate.may_take_away(&who, name.as_str()).map_err(Refusal::denied),
            Err(_) => Ok(()),
        })
        .await?
    }

    async fn stat(&mut self, id: u32, path: &str) -> Result<Packet, Refusal> {
        let name = match Place::read(path)? {
            Place::Folder => return Ok(Packet::Attrs(Attrs { id, attrs: attributes::of_folder() })),
            Place::File(name) => name,
        };
        // What one may not see is not there.
        self.may_read(&name).map_err(|_| Refusal::absent(&name))?;
        if self.folder.made(&name).is_some() {
            let attrs = attributes::of_file(None, SystemTime::now());
            return Ok(Packet::Attrs(Attrs { id, attrs }));
        }
        let (folder, account) = (self.folder.clone(), self.account());
        let found = blocking(move || match folder.broken_off(&name, &account) {
            Some(partial) => Ok(partial),
            None => folder.look(&name),
        })
        .await??;
        Ok(Packet::Attrs(Attrs { id, attrs: attributes::of(&found) }))
    }

    async fn stat_open(&mut self, id: u32, handle: &str) -> Result<Packet, Refusal> {
        let attrs = match self.handles.get(handle)? {
            Open::List(_) => attributes::of_folder(),
            Open::Read(name, file) => {
                let (name, file) = (name.clone(), Arc::clone(file));
                let found = blocking(move || file.metadata()).await?;
                attributes::of(&found.map_err(|cause| Refusal::of_file(&name, &cause))?)
            }
            Open::Write(upload) => attributes::of_file(Some(upload.length), SystemTime::now()),
        };
        Ok(Packet::Attrs(Attrs { id, attrs }))
    }

    async fn open_list(&mut self, id: u32, path: &str) -> Result<Packet, Refusal> {
        if let Place::File(name) = Place::read(path)? {
            return Err(Refusal::failed(format!("{name} is no folder")));
        }
        self.handles.has_room()?;
        let folder = self.folder.clone();
        let files = blocking(move || folder.list()).await??;
        let made = self.folder.virtuals().iter().map(|made| {
            let attrs = attributes::of_file(None, SystemTime::now());
            (made.name.clone(), attrs)
        });
        let found = files.into_iter().map(|(name, found)| (name, attributes::of(&found)));
        let mut entries: Vec<_> = found.chain(made).filter(|(name, _)| self.may_read(name).is_ok()).collect();
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut list = vec![attributes::entry(".", attributes::of_folder())];
        list.extend(entries.into_iter().map(|(name, attrs)| attributes::entry(name.as_str(), attrs)));
        let handle = self.handles.add(Open::List(list))?;
        Ok(Packet::Handle(Handle { id, handle }))
    }

    fn read_list(&mut self, id: u32, handle: &str) -> Result<Packet, Refusal> {
        let Open::List(rest) = self.handles.get(handle)? else {
            return Err(Refusal::failed("this is no list"));
        };
        if rest.is_empty() {
            return Err(Refusal::end());
        }
        let files = rest.drain(..rest.len().min(LISTED_AT_ONCE)).collect();
        Ok(Packet::Name(Names { id, files }))
    }

    async fn open(&mut self, id: u32, path: &str, flags: OpenFlags) -> Result<Packet, Refusal> {
        let Place::File(name) = Place::read(path)? else {
            return Err(Refusal::failed("this is the folder; name a file"));
        };
        self.handles.has_room()?;
        let open = if flags.contains(OpenFlags::WRITE) || flags.contains(OpenFlags::APPEND) {
            self.may_put(&name)?;
            let (folder, account) = (self.folder.clone(), self.account());
            let upload = blocking(move || Upload::begin(&folder, name, &account, flags)).await??;
            Open::Write(Box::new(upload))
        } else {
            self.may_read(&name)?;
            let file = self.open_to_read(name.clone()).await?;
            self.note(&format!("reads {name}"));
            Open::Read(name, Arc::new(file))
        };
        let handle = self.handles.add(open)?;
        Ok(Packet::Handle(Handle { id, handle }))
    }

    async fn open_to_read(&self, name: Name) -> Result<fs::File, Refusal> {
        if let Some(made) = self.folder.made(&name) {
            return (made.make)().await.map_err(Refusal::failed);
        }
        let folder = self.folder.clone();
        blocking(move || folder.read(&name)).await?
    }

    async fn read(&mut self, id: u32, handle: &str, offset: u64, length: u32) -> Result<Packet, Refusal> {
        let Open::Read(name, file) = self.handles.get(handle)? else {
            return Err(Refusal::failed("this is not open to be read"));
        };
        let (name, file) = (name.clone(), Arc::clone(file));
        let mut data = vec![0; (length as usize).min(MAX_SFTP_READ)];
        let read = move || {
            let count = file.read_at(&mut data, offset)?;
            data.truncate(count);
            Ok(data)
        };
        let data = blocking(read).await?.map_err(|cause| Refusal::of_file(&name, &cause))?;
        if data.is_empty() { Err(Refusal::end()) } else { Ok(Packet::Data(Data { id, data })) }
    }

    async fn write(
        &mut self,
        id: u32,
        handle: String,
        offset: u64,
        data: Vec<u8>,
    ) -> Result<Packet, Refusal> {
        let mut upload = self.upload(&handle)?;
        let (upload, written) = blocking(move || {
            let written = upload.write(offset, &data);
            (upload, written)
        })
        .await?;
        self.handles.put_back(handle, Open::Write(upload));
        written.map(|()| done(id))
    }

    /// OpenSSH's scp writes over the old file, and cuts what is left of it at the end.
    async fn set_open(&mut self, id: u32, handle: &str, attrs: &FileAttributes) -> Result<Packet, Refusal> {
        let Some(size) = attrs.size else { return set(id, attrs) };
        let mut upload = self.upload(handle)?;
        let (upload, cut) = blocking(move || {
            let cut = upload.cut(size);
            (upload, cut)
        })
        .await?;
        self.handles.put_back(handle.to_owned(), Open::Write(upload));
        cut.map(|()| done(id))
    }

    /// Takes an upload out of the handles while it is worked on.
    fn upload(&mut self, handle: &str) -> Result<Box<Upload>, Refusal> {
        match self.handles.take(handle)? {
            Open::Write(upload) => Ok(upload),
            other => {
                self.handles.put_back(handle.to_owned(), other);
                Err(Refusal::failed("this is not open to be written"))
            }
        }
    }

    async fn close(&mut self, id: u32, handle: &str) -> Result<Packet, Refusal> {
        if let Open::Write(upload) = self.handles.take(handle)? {
            let (name, length) = (upload.name.clone(), upload.length);
            blocking(move || upload.finish()).await??;
            self.note(&format!("wrote {name} ({length} bytes)"));
        }
        Ok(done(id))
    }

    async fn remove(&mut self, id: u32, path: &str) -> Result<Packet, Refusal> {
        let Place::File(name) = Place::read(path)? else {
            return Err(Refusal::failed("this is the folder; name a file"));
        };
        self.may_write(&name)?;
        self.may_take_away(&name).await?;
        let (folder, account, removed) = (self.folder.clone(), self.account(), name.clone());
        blocking(move || {
            let had_partial = folder.forget_broken_off(&name, &account);
            match folder.look(&name) {
                Err(_) if had_partial => Ok(()),
                Err(refusal) => Err(refusal),
                Ok(_) => fs::remove_file(folder.path_of(&name))
                    .and_then(|()| folder.sync())
                    .map_err(|cause| Refusal::of_file(&name, &cause)),
            }
        })
        .await??;
        self.note(&format!("removed {removed}"));
        Ok(done(id))
    }

    async fn rename(&mut self, id: u32, old: &str, new: &str, replaces: bool) -> Result<Packet, Refusal> {
        let (Place::File(old), Place::File(new)) = (Place::read(old)?, Place::read(new)?) else {
            return Err(Refusal::failed("this is the folder; name a file"));
        };
        self.may_read(&old)?;
        self.may_write(&old)?;
        self.may_put(&new)?;
        self.may_take_away(&old).await?;
        if replaces {
            self.may_take_away(&new).await?;
        }
        let what = format!("renamed {old} to {new}");
        let folder = self.folder.clone();
        blocking(move || {
            let found = folder.look(&old)?;
            if found.len() > new.most_bytes() {
                return Err(Refusal::failed(format!("{old} is too large for a file of the name {new}")));
            }
            let renamed = folder.rename(&folder.path_of(&old), &folder.path_of(&new), replaces);
            renamed.map_err(|cause| match cause.kind() {
                std::io::ErrorKind::AlreadyExists => there_already(&new),
                _ => Refusal::of_file(&old, &cause),
            })
        })
        .await??;
        self.note(&what);
        Ok(done(id))
    }
}

/// What is known beyond version 3 of the protocol.
fn version() -> Version {
    let mut version = Version::new();
    version.extensions.insert(POSIX_RENAME.to_owned(), "1".to_owned());
    version
}

/// Two texts as the protocol writes them, each with its length before it.
pub(crate) fn two_texts(data: &[u8]) -> Option<(&str, &str)> {
    fn text(data: &[u8]) -> Option<(&str, &[u8])> {
        let (length, rest) = data.split_first_chunk::<4>()?;
        let (text, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        Some((std::str::from_utf8(text).ok()?, rest))
    }
    let (one, rest) = text(data)?;
    Some((one, text(rest)?.0))
}

/// Whether a request begins or ends something; what lies between is pieces of what was judged when it began.
fn begins_or_ends(packet: &Packet) -> bool {
    use Packet::{Close, Extended, Open, OpenDir, Remove, Rename};
    matches!(packet, Open(_) | OpenDir(_) | Close(_) | Remove(_) | Rename(_) | Extended(_))
}

/// Times and modes are ours: clients that set them are told that all is well. The size of a file that is not open can't be set.
fn set(id: u32, attrs: &FileAttributes) -> Result<Packet, Refusal> {
    if attrs.size.is_some() { Err(Refusal::unsupported("a size can't be set")) } else { Ok(done(id)) }
}
