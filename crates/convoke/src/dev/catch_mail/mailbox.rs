//! The folder of mails: each one a file that appears whole, numbered in the order of arrival.

use std::{
    fs, io,
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

/// Longest part of a recipient's address in a file name, in characters.
const MAX_NAME_CHARS: usize = 100;

/// A folder of mails.
#[derive(Debug)]
pub struct Mailbox {
    folder: PathBuf,
    last: AtomicU64,
}

impl Mailbox {
    /// Opens the folder, making it when it is missing; numbers go on after those that are there.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let numbers = fs::read_dir(&folder)?.flatten().filter_map(|entry| {
            let name = entry.file_name();
            name.to_str()?.split_once('-')?.0.parse::<u64>().ok()
        });
        let last = numbers.max().unwrap_or_default();
        Ok(Self { folder, last: AtomicU64::new(last) })
    }

    /// Keeps a mail, byte for byte, as `NNNNNN-<first recipient>.eml` (`+2` after it for two more recipients).
    pub fn keep(&self, recipients: &[String], mail: &[u8]) -> io::Result<PathBuf> {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let more = match recipients.len() {
            0 | 1 => String::new(),
            several => format!("+{}", several - 1),
        };
        let first = recipients.first().map(|address| file_name(address)).unwrap_or_default();
        let path = self.folder.join(format!("{number:06}-{first}{more}.eml"));
        let partial = self.folder.join(format!(".{number:06}.partial"));
        fs::write(&partial, mail)?;
        fs::rename(&partial, &path)?;
        Ok(path)
    }
}

/// An address as part of a file name: what could lead elsewhere becomes an underscore.
fn file_name(address: &str) -> String {
    let good = |c: char| c.is_alphanumeric() || "@._+-=".contains(c);
    address.chars().take(MAX_NAME_CHARS).map(|c| if good(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_are_numbered_on_and_never_leave_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let keep = |recipients: &[&str]| {
            let mailbox = Mailbox::open(folder.path().to_owned()).unwrap();
            let recipients: Vec<String> = recipients.iter().map(|&r| r.to_owned()).collect();
            let path = mailbox.keep(&recipients, b"Subject: x\r\n\r\ny").unwrap();
            assert_eq!(path.parent().unwrap(), folder.path());
            path.file_name().unwrap().to_str().unwrap().to_owned()
        };
        assert_eq!(keep(&["bob@example.test"]), "000001-bob@example.test.eml");
        assert_eq!(keep(&["../x/y@example.test", "c@d", "e@f"]), "000002-.._x_y@example.test+2.eml");
    }
}
