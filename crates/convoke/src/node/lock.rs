//! One node a folder: a second one on the same `data_dir` is refused before it touches anything.

use std::{
    fs::File,
    io::{Read as _, Seek as _, Write as _},
    path::Path,
};

use anyhow::{Context as _, bail};
use nix::fcntl::{Flock, FlockArg};

/// Takes the lock `node.lock` in `folder`, which holds this process's id, until the answer is dropped.
pub fn take(folder: &Path) -> anyhow::Result<Flock<File>> {
    take_named(folder, "node.lock")?.map_err(|pid| {
        anyhow::anyhow!("another node (process {pid}) runs on node.data_dir {}", folder.display())
    })
}

/// Takes a lock file; an inner error is the id of the process that holds it.
pub fn take_named(folder: &Path, name: &str) -> anyhow::Result<Result<Flock<File>, u32>> {
    let path = folder.join(name);
    let open = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let file = open.with_context(|| format!("{} can't be opened", path.display()))?;
    match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(mut lock) => {
            lock.set_len(0)?;
            lock.rewind()?;
            writeln!(lock, "{}", std::process::id())?;
            Ok(Ok(lock))
        }
        Err((mut file, nix::errno::Errno::EWOULDBLOCK)) => {
            let mut text = String::new();
            file.read_to_string(&mut text)?;
            Ok(Err(text.trim().parse().unwrap_or_default()))
        }
        Err((_, error)) => bail!("{} can't be locked: {error}", path.display()),
    }
}
