//! The files by name, each with its compressed forms. Made once at the start.

use std::{borrow::Cow, collections::HashMap};

use bytes::Bytes;
use rust_embed::RustEmbed;

use super::encoding::Encoding;

/// The page that every path of the web app begins with.
const INDEX: &str = "index.html";

#[derive(RustEmbed)]
#[folder = "../../../web/app/dist"]
struct Dist;

/// One file in one coding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    pub encoding: Encoding,
    pub bytes: Bytes,
    /// A strong validator, with its quotes.
    pub etag: String,
}

/// One file.
#[derive(Debug, Default)]
pub(crate) struct File {
    forms: Vec<Form>,
}

impl File {
    /// The form that comes first in `preference` and is there.
    pub(crate) fn form(&self, preference: impl Iterator<Item = Encoding>) -> Option<&Form> {
        preference.into_iter().find_map(|wanted| self.forms.iter().find(|form| form.encoding == wanted))
    }

    /// Whether the answer depends on what the browser takes.
    pub(crate) fn varies(&self) -> bool {
        self.forms.len() > 1
    }
}

/// All files of the web app.
#[derive(Debug, Default)]
pub(crate) struct Files(HashMap<String, File>);

impl Files {
    /// The files in the executable.
    pub(crate) fn embedded() -> Self {
        let files = Dist::iter().filter_map(|name| {
            let file = Dist::get(&name)?;
            let bytes = match file.data {
                Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Some((name.into_owned(), bytes, file.metadata.sha256_hash()))
        });
        Self::new(files)
    }

    /// Files by name, bytes and hash; `x.br` and `x.gz` are forms of `x` where that is there.
    pub(crate) fn new(files: impl Iterator<Item = (String, Bytes, [u8; 32])>) -> Self {
        let files: Vec<_> = files.collect();
        let plain = |name: &str| files.iter().any(|(other, ..)| other == name);
        let mut store: HashMap<String, File> = HashMap::new();
        for (name, bytes, hash) in &files {
            let (name, encoding) = match name.rsplit_once('.') {
                Some((stem, "br")) if plain(stem) => (stem, Encoding::Brotli),
                Some((stem, "gz")) if plain(stem) => (stem, Encoding::Gzip),
                _ => (name.as_str(), Encoding::Identity),
            };
            let form = Form { encoding, bytes: bytes.clone(), etag: etag(hash) };
            store.entry(name.to_owned()).or_default().forms.push(form);
        }
        Self(store)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&File> {
        self.0.get(name)
    }

    pub(crate) fn index(&self) -> Option<&File> {
        self.get(INDEX)
    }
}

/// The hash of the form's own bytes, so that each coding has a validator of its own (RFC 9110 8.8.3.3).
fn etag(hash: &[u8; 32]) -> String {
    let hex: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_holds_a_page() {
        let files = Files::embedded();
        let index = files.index().unwrap().form([Encoding::Identity].into_iter()).unwrap();
        assert!(String::from_utf8_lossy(&index.bytes).contains("<title>Convoke</title>"));
    }
}
