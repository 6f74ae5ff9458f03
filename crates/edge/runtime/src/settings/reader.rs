//! Reading TOML with all faults at once: every key that is asked for is known, the rest are faults.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    fmt,
    ops::RangeInclusive,
    path::{Path, PathBuf},
};

use convoke_trust::{Bundle, Identity};
use rustls_pki_types::ServerName;
use secrecy::SecretString;
use toml::{Table, Value};

use crate::tls_files::{mode_beyond, read_bundle, read_identity};

/// Largest password file that is read, in bytes.
const MAX_PASSWORD_BYTES: u64 = 4096;

/// One thing that is wrong, with what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The key in full, such as `scheduler.https.port`.
    pub key: String,
    /// What is wrong.
    pub reason: String,
    /// What would be right.
    pub expected: String,
}

impl Fault {
    /// A fault of `key`.
    pub fn new(key: impl Into<String>, reason: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { key: key.into(), reason: reason.into(), expected: expected.into() }
    }

    fn is_unknown_key(&self) -> bool {
        self.reason == UNKNOWN_KEY
    }
}

/// The reason of a key that nobody asked for.
const UNKNOWN_KEY: &str = "unknown key";

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; expected {}", self.key, self.reason, self.expected)
    }
}

/// Collects faults while sections are read.
#[derive(Debug)]
pub struct Reader {
    faults: RefCell<Vec<Fault>>,
    remarks: RefCell<Vec<String>>,
    folder: PathBuf,
}

/// One table of the file. Asking for a key marks it as known.
#[derive(Debug)]
pub struct Section<'a> {
    reader: &'a Reader,
    path: String,
    table: Option<&'a Table>,
    known: RefCell<BTreeSet<String>>,
}

impl Reader {
    /// A reader for a file in `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { faults: RefCell::default(), remarks: RefCell::default(), folder: folder.to_owned() }
    }

    /// The file's top table.
    pub fn root<'a>(&'a self, table: &'a Table) -> Section<'a> {
        Section { reader: self, path: String::new(), table: Some(table), known: RefCell::default() }
    }

    /// What is no fault, and should be known.
    pub fn remarks(&self) -> Vec<String> {
        self.remarks.borrow().clone()
    }

    /// Everything found wrong so far.
    pub fn faults(&self) -> Vec<Fault> {
        self.faults.borrow().clone()
    }
}

impl<'a> Section<'a> {
    /// Notes a fault of one of this section's keys.
    pub fn fault(&self, key: &str, reason: impl Into<String>, expected: impl Into<String>) {
        self.reader.faults.borrow_mut().push(Fault::new(self.key(key), reason, expected));
    }

    fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn value(&self, key: &str) -> Option<&'a Value> {
        self.known.borrow_mut().insert(key.to_owned());
        self.table?.get(key)
    }

    /// Whether the key is written in the file.
    pub fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(key))
    }

    /// Makes keys known that are not asked for as the file stands, and may be written for later.
    pub fn know(&self, keys: &[&str]) {
        self.known.borrow_mut().extend(keys.iter().map(|key| (*key).to_owned()));
    }

    /// The names of all keys, each then known.
    pub fn names(&self) -> Vec<&'a str> {
        let names: Vec<&str> =
            self.table.map_or_else(Vec::new, |table| table.keys().map(String::as_str).collect());
        self.known.borrow_mut().extend(names.iter().map(|name| (*name).to_owned()));
        names
    }

    /// A table within this one, empty when it is not written. Its unknown keys are told when it goes out of sight.
    pub fn section(&self, key: &str) -> Section<'a> {
        let table = match self.value(key) {
            None => None,
            Some(Value::Table(table)) => Some(table),
            Some(_) => {
                self.fault(key, "not a table", format!("a section [{}]", self.key(key)));
                None
            }
        };
        Section { reader: self.reader, path: self.key(key), table, known: RefCell::default() }
    }

    /// A table within this one as it is written, without a look at what is in it.
    pub(super) fn optional_unseen(&self, key: &str) -> Option<&'a Table> {
        self.table?.get(key)?.as_table()
    }

    /// Reads a table within this one only to learn its keys: those that `read` does not ask for are faults, what stands in the others is
    /// not.
    pub(super) fn only_its_keys(&self, key: &str, read: impl FnOnce(&Section<'a>)) {
        let Some(table) = self.optional_unseen(key) else {
            // One that is no table is a fault all the same.
            drop(self.section(key));
            return;
        };
        self.known.borrow_mut().insert(key.to_owned());
        let aside = self.reader.faults.take();
        read(&Section {
            reader: self.reader,
            path: self.key(key),
            table: Some(table),
            known: RefCell::default(),
        });
        let found = self.reader.faults.replace(aside);
        self.reader.faults.borrow_mut().extend(found.into_iter().filter(Fault::is_unknown_key));
    }

    /// A table within this one that counts once the keys that it needs are all there: the shell writes it key by key. As long as some
    /// are missing that is remarked, and only the keys are looked at. The outer option says whether it could be read.
    pub(super) fn when_whole<T>(
        &self,
        key: &str,
        needed: &[&str],
        read: impl Fn(&Section<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        let Some(table) = self.optional_unseen(key) else {
            // One that is no table is a fault.
            drop(self.section(key));
            return Some(None);
        };
        let missing: Vec<&str> = needed.iter().copied().filter(|key| !table.contains_key(*key)).collect();
        if missing.is_empty() {
            return read(&self.section(key)).map(Some);
        }
        self.only_its_keys(key, |section| drop(read(section)));
        if missing.len() < needed.len() {
            let remark =
                format!("{}: not used as long as it has no {}", self.key(key), missing.join(" and no "));
            self.reader.remarks.borrow_mut().push(remark);
        }
        Some(None)
    }

    /// A table within this one, if it is written.
    pub fn optional(&self, key: &str) -> Option<Section<'a>> {
        let present = self.has(key);
        let section = self.section(key);
        present.then_some(section)
    }

    /// Text that may be left out.
    pub fn text(&self, key: &str) -> Option<String> {
        match self.value(key)? {
            Value::String(text) => Some(text.clone()),
            other => {
                self.fault(key, format!("{} is not text", other.type_str()), "text in quotation marks");
                None
            }
        }
    }

    /// Text that must be there; `expected` says what it is.
    pub fn required(&self, key: &str, expected: &str) -> Option<String> {
        if !self.has(key) {
            self.known.borrow_mut().insert(key.to_owned());
            self.fault(key, "missing", expected);
            return None;
        }
        let text = self.text(key)?;
        if text.trim().is_empty() {
            self.fault(key, "empty", expected);
            return None;
        }
        Some(text)
    }

    /// The name or address of a server, which must be there; `expected` says which one's.
    pub(super) fn host(&self, key: &str, expected: &str) -> Option<String> {
        let text = self.required(key, expected)?;
        if ServerName::try_from(text.as_str()).is_err() {
            self.fault(key, format!("\"{text}\" is neither a host name nor an IP address"), expected);
            return None;
        }
        Some(text)
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)], default: T) -> Option<T> {
        if !self.has(key) {
            self.value(key);
            return Some(default);
        }
        let text = self.text(key)?;
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, choice)| *choice);
        if found.is_none() {
            let words: Vec<_> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            self.fault(key, format!("\"{text}\" is not known"), words.join(" or "));
        }
        found
    }

    /// `true` or `false`.
    pub fn flag(&self, key: &str, default: bool) -> bool {
        match self.value(key) {
            None => default,
            Some(Value::Boolean(flag)) => *flag,
            Some(other) => {
                self.fault(key, format!("{} is not a truth value", other.type_str()), "true or false");
                default
            }
        }
    }

    /// A whole number within a range.
    pub fn number(&self, key: &str, range: RangeInclusive<i64>, default: i64) -> i64 {
        let expected = || format!("a whole number from {} to {}", range.start(), range.end());
        match self.value(key) {
            None => default,
            Some(Value::Integer(number)) if range.contains(number) => *number,
            Some(Value::Integer(number)) => {
                self.fault(key, format!("{number} is out of range"), expected());
                default
            }
            Some(other) => {
                self.fault(key, format!("{} is not a number", other.type_str()), expected());
                default
            }
        }
    }

    /// A list of texts; empty when left out.
    pub fn list(&self, key: &str) -> Vec<String> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let texts: Option<Vec<String>> =
            value.as_array().and_then(|list| list.iter().map(|v| v.as_str().map(str::to_owned)).collect());
        texts.unwrap_or_else(|| {
            self.fault(key, "not a list of texts", "such as [\"a:443\", \"b:443\"]");
            Vec::new()
        })
    }

    /// A path; a relative one counts from the settings file's folder.
    pub fn path(&self, key: &str, expected: &str) -> Option<PathBuf> {
        self.required(key, expected).map(|text| self.reader.folder.join(text))
    }

    /// A path that may be left out.
    pub fn optional_path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(|text| self.reader.folder.join(text))
    }

    /// `key_file` and `cert_file` of this section: a key and its full chain; `bundle_file` holds the certificates above the own one where
    /// `cert_file` does not.
    pub fn identity(&self) -> Option<Identity> {
        let key = self.path("key_file", "the file of the private key (PEM)");
        let chain = self.path("cert_file", "the file of the certificate with its full chain (PEM)");
        let bundle = self.optional_path("bundle_file");
        let expected = "a PEM key and the full chain of its certificate, own certificate first";
        self.all(read_identity(&key?, &chain?, bundle.as_deref()), "cert_file", expected)
    }

    /// A trust bundle that must be there.
    pub fn bundle(&self, key: &str) -> Option<Bundle> {
        let file =
            self.path(key, "a file of certificates (PEM): the peers' own or those of the CAs above them")?;
        self.read_bundle(key, &file)
    }

    /// A trust bundle that may be left out; the outer option says whether it could be read.
    pub fn optional_bundle(&self, key: &str) -> Option<Option<Bundle>> {
        match self.optional_path(key) {
            None => Some(None),
            Some(file) => self.read_bundle(key, &file).map(Some),
        }
    }

    fn read_bundle(&self, key: &str, file: &Path) -> Option<Bundle> {
        self.all(read_bundle(file), key, "a PEM file of one or more certificates")
    }

    fn all<T>(&self, read: Result<T, Vec<String>>, key: &str, expected: &str) -> Option<T> {
        read.map_err(|reasons| reasons.into_iter().for_each(|reason| self.fault(key, reason, expected))).ok()
    }

    /// The password in the file that `key` names: its first line.
    pub fn password(&self, key: &str, file: &Path) -> Option<SecretString> {
        let expected = "a file of mode 0600 that holds just the password";
        let fault = |reason: String| {
            self.fault(key, reason, expected);
        };
        let size = std::fs::metadata(file).map_err(|e| fault(format!("{}: {e}", file.display()))).ok()?.len();
        if let Some(mode) = mode_beyond(file, 0o077) {
            fault(format!("{} can be read by others (mode {mode:04o})", file.display()));
            return None;
        }
        if size > MAX_PASSWORD_BYTES {
            fault(format!("{} has {size} bytes, more than {MAX_PASSWORD_BYTES}", file.display()));
            return None;
        }
        let text =
            std::fs::read_to_string(file).map_err(|e| fault(format!("{}: {e}", file.display()))).ok()?;
        let password = text.lines().next().unwrap_or_default();
        if password.is_empty() {
            fault(format!("{} is empty", file.display()));
            return None;
        }
        Some(SecretString::from(password.to_owned()))
    }
}

/// A key in quotation marks where TOML wants them.
fn as_written(key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if is_bare { key.to_owned() } else { format!("{key:?}") }
}

/// A section that goes out of sight tells the keys that nobody asked for.
impl Drop for Section<'_> {
    fn drop(&mut self) {
        let Some(table) = self.table else { return };
        let known = self.known.borrow();
        for key in table.keys().filter(|key| !known.contains(*key)) {
            let names: Vec<_> = known.iter().map(String::as_str).collect();
            self.fault(&as_written(key), UNKNOWN_KEY, format!("one of: {}", names.join(", ")));
        }
    }
}
