//! The settings file as the shell reads and changes it: one key at a time, comments kept, nobody's change lost.
//!
//! The file is read anew for each command, so what people write by hand is seen. A change is made to what stands there at that
//! moment, under a lock, and appears whole (written beside it, then renamed).

use std::{
    fs::{self, File, Permissions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    str::FromStr as _,
    thread,
    time::{Duration, Instant},
};

use convoke_runtime::{
    Role, Settings,
    settings::{MAX_FILE_BYTES, Wanted},
};
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use crate::{hints::with_command, outcome::Failed};

/// How long a change waits for another program's.
const LOCK_WAIT: Duration = Duration::from_secs(1);
/// How long it sleeps before it looks again.
const LOCK_PAUSE: Duration = Duration::from_millis(2);

/// The settings file of this server.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    path: PathBuf,
}

/// What stands in the file, or what will.
#[derive(Debug, Clone)]
pub struct View {
    document: DocumentMut,
    folder: PathBuf,
}

impl SettingsFile {
    /// The file at this place.
    pub fn new(path: &Path) -> Self {
        // The file itself, where the path is a link; and its folder has a name even where the path has none.
        let found = path.canonicalize().or_else(|_| std::path::absolute(path));
        Self { path: found.unwrap_or_else(|_| path.to_owned()) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What stands there now.
    pub fn look(&self) -> Result<View, Failed> {
        let name = self.path.display();
        let text = read(&self.path)
            .map_err(|fault| Failed::line(format!("FAILURE: {name} can't be read: {fault}")))?;
        let document = DocumentMut::from_str(&text).map_err(|fault| {
            let mut lines =
                vec![format!("FAILURE: {name} is not well-formed; mend it by hand, then try again:")];
            lines.extend(fault.to_string().trim_end().lines().map(|line| format!("  {line}")));
            Failed::Lines(lines)
        })?;
        let folder = self.path.parent().unwrap_or(Path::new(".")).to_owned();
        Ok(View { document, folder })
    }

    /// Changes it. What `change` refuses leaves the file as it was, and so does a change after which a role that is enabled could not
    /// start any more.
    pub fn change<T>(&self, change: impl FnOnce(&mut View) -> Result<T, Failed>) -> Result<T, Failed> {
        let _lock = self.lock()?;
        let before = self.look()?;
        let mut after = before.clone();
        let answer = change(&mut after)?;
        if after.text() == before.text() {
            return Ok(answer);
        }
        let known = before.faults(Wanted::Enabled);
        let new: Vec<String> =
            after.faults(Wanted::Enabled).into_iter().filter(|fault| !known.contains(fault)).collect();
        if !new.is_empty() {
            let mut lines = vec![
                "FAILURE: not changed, since a service that is enabled could not start with it:".to_owned(),
            ];
            lines.extend(new.iter().map(|fault| format!("  {}", with_command(fault))));
            return Err(Failed::Lines(lines));
        }
        self.write(&after)?;
        Ok(answer)
    }

    /// Puts a whole file in its place, as a backup has it.
    pub fn replace(&self, text: &str) -> Result<(), Failed> {
        let _lock = self.lock()?;
        self.write_text(text)
    }

    /// Nobody else of this program holds it for longer than a change takes; whoever else does is not waited for.
    fn lock(&self) -> Result<File, Failed> {
        let name = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = self.path.with_file_name(format!(".{name}.lock"));
        let opened = File::options().create(true).truncate(false).write(true).mode(0o600).open(path);
        let file = opened.map_err(|fault| self.cannot_write(&fault))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if begun.elapsed() < LOCK_WAIT => thread::sleep(LOCK_PAUSE),
                Err(TryLockError::WouldBlock) => {
                    return Err(Failed::line(
                        "FAILURE: another program is changing the settings file; try again",
                    ));
                }
                Err(TryLockError::Error(fault)) => return Err(self.cannot_write(&fault)),
            }
        }
    }

    fn write(&self, view: &View) -> Result<(), Failed> {
        self.write_text(&view.text())
    }

    fn write_text(&self, text: &str) -> Result<(), Failed> {
        let written = || -> io::Result<()> {
            let fresh = self.path.with_extension("toml.new");
            let mode = fs::metadata(&self.path).map_or(0o640, |metadata| metadata.mode() & 0o7777);
            let mut file = File::create(&fresh)?;
            file.set_permissions(Permissions::from_mode(mode))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&fresh, &self.path)?;
            File::open(self.path.parent().unwrap_or(Path::new(".")))?.sync_all()
        };
        written().map_err(|fault| self.cannot_write(&fault))
    }

    fn cannot_write(&self, fault: &io::Error) -> Failed {
        Failed::line(format!(
            "FAILURE: {} can't be changed: {fault}; the server's user must be able to write its folder",
            self.path.display()
        ))
    }
}

fn read(path: &Path) -> io::Result<String> {
    let size = fs::metadata(path)?.len();
    if size > MAX_FILE_BYTES {
        return Err(io::Error::other(format!("it has {size} bytes, more than {MAX_FILE_BYTES}")));
    }
    fs::read_to_string(path)
}

impl View {
    /// A view of this text, whose relative paths count from `folder`; for tests.
    #[cfg(test)]
    pub fn of(text: &str, folder: &Path) -> Self {
        Self { document: DocumentMut::from_str(text).unwrap(), folder: folder.to_owned() }
    }

    /// The file's text.
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// What is wrong with it, as these roles would find it.
    pub fn faults(&self, wanted: Wanted) -> Vec<String> {
        match self.settings(wanted) {
            Ok(_) => Vec::new(),
            Err(faults) => faults,
        }
    }

    /// The settings as these roles would see them.
    pub fn settings(&self, wanted: Wanted) -> Result<Settings, Vec<String>> {
        Settings::parse_for(&self.text(), &self.folder, wanted)
            .map_err(|faults| faults.0.iter().map(ToString::to_string).collect())
    }

    fn item(&self, key: &str) -> Option<&Item> {
        let mut parts = key.split('.');
        let mut item = self.document.get(parts.next()?)?;
        for part in parts {
            item = item.as_table_like()?.get(part)?;
        }
        Some(item)
    }

    /// Whether something stands at this key (`scheduler.https.listen`).
    pub fn has(&self, key: &str) -> bool {
        self.item(key).is_some()
    }

    /// Text.
    pub fn string(&self, key: &str) -> Option<String> {
        self.item(key)?.as_str().map(str::to_owned)
    }

    /// A number.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.item(key)?.as_integer()
    }

    /// Yes or no.
    pub fn flag(&self, key: &str) -> Option<bool> {
        self.item(key)?.as_bool()
    }

    /// Texts; a single one counts as a list of one.
    pub fn strings(&self, key: &str) -> Vec<String> {
        match self.item(key) {
            Some(item) => match (item.as_str(), item.as_array()) {
                (Some(text), _) => vec![text.to_owned()],
                (None, Some(array)) => {
                    array.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect()
                }
                (None, None) => Vec::new(),
            },
            None => Vec::new(),
        }
    }

    /// The names and values of a section that holds texts.
    pub fn section(&self, key: &str) -> Vec<(String, String)> {
        let table = self.item(key).and_then(Item::as_table_like);
        let entries = table.into_iter().flat_map(TableLike::iter);
        entries.filter_map(|(name, item)| Some((name.to_owned(), item.as_str()?.to_owned()))).collect()
    }

    /// The file that a key names; a relative path counts from the settings file's folder.
    pub fn file(&self, key: &str) -> Option<PathBuf> {
        self.string(key).map(|path| self.folder.join(path))
    }

    /// Every file that is named, with its key: keys that name one end in `_file`.
    pub fn files(&self) -> Vec<(String, PathBuf)> {
        let mut found = Vec::new();
        let mut tables = vec![(String::new(), self.document.as_table() as &dyn TableLike)];
        while let Some((path, table)) = tables.pop() {
            for (name, item) in table.iter() {
                let key = format!("{path}{name}");
                if let Some(table) = item.as_table_like() {
                    tables.push((format!("{key}."), table));
                } else if let Some(file) = item.as_str().filter(|_| name.ends_with("_file")) {
                    found.push((key, self.folder.join(file)));
                }
            }
        }
        found.sort();
        found
    }

    /// Whether the node is to run a role.
    pub fn is_enabled(&self, role: Role) -> bool {
        self.item(role.section()).is_some_and(Item::is_table_like)
            && self.flag(&format!("{}.enabled", role.section())).unwrap_or(true)
    }

    /// Puts a value at a key; sections on the way are made. A role's section that is made is off.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        let role = Role::ALL.into_iter().find(|role| key.split('.').next() == Some(role.section()));
        if let Some(role) = role.filter(|role| !self.document.contains_key(role.section())) {
            self.put(&format!("{}.enabled", role.section()), false.into());
        }
        self.put(key, value.into());
    }

    /// Puts a list of texts at a key.
    pub fn set_list(&mut self, key: &str, texts: &[String]) {
        self.set(key, texts.iter().collect::<Array>());
    }

    fn put(&mut self, key: &str, mut value: Value) {
        let mut parts: Vec<&str> = key.split('.').collect();
        let Some(last) = parts.pop() else { return };
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for part in parts {
            let item = table.entry(part).or_insert_with(|| {
                let mut table = Table::new();
                // A section that holds others alone needs no line of its own.
                table.set_implicit(true);
                Item::Table(table)
            });
            if !item.is_table_like() {
                *item = Item::Table(Table::new());
            }
            match item.as_table_like_mut() {
                Some(next) => table = next,
                None => return,
            }
        }
        match table.get_mut(last).and_then(Item::as_value_mut) {
            Some(old) => {
                // What stands around the value stays: a comment behind it, above all.
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            None => {
                table.insert(last, Item::Value(value));
            }
        }
    }

    /// Undoes a change of these keys, from `before` to `after`. Whoever has changed something since keeps that.
    pub fn undo(&mut self, keys: &[&str], before: &Self, after: &Self) {
        if self.text() == after.text() {
            // With its comments, each in its place.
            *self = before.clone();
            return;
        }
        let text = |view: &Self, key: &str| view.item(key).map(|item| item.to_string().trim().to_owned());
        for key in keys {
            if text(self, key) != text(after, key) {
                continue;
            }
            match before.item(key).and_then(Item::as_value) {
                Some(value) => self.put(key, value.clone()),
                None => self.remove(key),
            }
        }
    }

    /// Takes a key away.
    pub fn remove(&mut self, key: &str) {
        let (path, last) = key.rsplit_once('.').unwrap_or(("", key));
        let mut table: &mut dyn TableLike = self.document.as_table_mut();
        for part in path.split('.').filter(|part| !part.is_empty()) {
            match table.get_mut(part).and_then(Item::as_table_like_mut) {
                Some(next) => table = next,
                None => return,
            }
        }
        table.remove(last);
    }
}

#[cfg(test)]
#[path = "settings_file_tests.rs"]
mod tests;
