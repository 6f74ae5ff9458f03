//! The log bundle: what somebody who helps needs to see, without what nobody else may: no key, no password.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Write as _},
    path::Path,
};

use convoke_runtime::Role;
use convoke_shell::scrub::without_userinfo;
use flate2::{Compression, write::GzEncoder};
use tar::{Builder, Header};
use tokio::sync::Mutex;

use crate::{mmp::Mmp, services::Condition};

/// Its name in the folder of files.
pub const NAME: &str = "logbundle.tar.gz";

/// One is made at a time: each reads the whole journal.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Makes the bundle anew, in a file without a name.
pub async fn make(mmp: &Mmp) -> Result<File, String> {
    let _turn = ONE_AT_A_TIME.lock().await;
    let about = about(mmp).await;
    let settings = mmp.settings.look().map(|view| view.text()).unwrap_or_else(|_| "not readable".to_owned());
    let (journal, files, folder) = (mmp.journal.files(), mmp.files.clone(), mmp.data_dir.clone());
    let now = mmp.clock.now().as_second();
    let made = tokio::task::spawn_blocking(move || -> io::Result<File> {
        let file = tempfile::tempfile_in(folder)?;
        let mut archive = Builder::new(GzEncoder::new(file, Compression::default()));
        add(&mut archive, "about.txt", about.as_bytes(), now)?;
        add(&mut archive, "settings.toml", without_userinfo(&settings).as_bytes(), now)?;
        add(&mut archive, "files.txt", list(&files).as_bytes(), now)?;
        for path in journal {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            add(&mut archive, &name, &lines_of(&path)?, now)?;
        }
        archive.into_inner()?.finish()
    });
    match made.await {
        Ok(Ok(file)) => Ok(file),
        Ok(Err(fault)) => Err(format!("the bundle can't be made: {fault}")),
        Err(fault) => Err(format!("the bundle can't be made: {fault}")),
    }
}

/// A file of the journal without the instants that it has of its own before each line.
fn lines_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        let line = line?;
        let from = line.iter().position(|byte| *byte == b' ').map_or(0, |at| at + 1);
        let line = String::from_utf8_lossy(line.get(from..).unwrap_or_default()).into_owned();
        writeln!(text, "{}", without_userinfo(&line))?;
    }
    Ok(text)
}

fn add(archive: &mut Builder<impl io::Write>, name: &str, bytes: &[u8], at: i64) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(at).unwrap_or_default());
    archive.append_data(&mut header, name, bytes)
}

async fn about(mmp: &Mmp) -> String {
    let mut text = format!(
        "Convoke {} on {}\nwritten {}\nup since {}\n",
        env!("CARGO_PKG_VERSION"),
        mmp.host.name(),
        mmp.clock.now(),
        mmp.started_at
    );
    for role in Role::ALL {
        let condition = match mmp.services.condition(role).await {
            Condition::Running(status) => format!("running {status:?}"),
            other => format!("{other:?}"),
        };
        text += &format!("{}: {condition}\n", role.word());
    }
    text
}

/// Names and sizes; of certificates nothing more either, since their files may hold keys as well.
fn list(files: &crate::files::Files) -> String {
    let size = |name: &String| {
        let path = files.place(name).ok()?;
        Some(std::fs::metadata(path).ok()?.len())
    };
    files.names().iter().map(|name| format!("{name} {} bytes\n", size(name).unwrap_or_default())).collect()
}
