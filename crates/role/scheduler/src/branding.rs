//! Which text invitations are written by: the organisation's own, by the branding profile of a meeting's space or of the system, or
//! else a file, or else the built-in one. A meeting notes the text by its digest, so that its mails are the same whenever they are
//! tried, and whatever becomes of the text's address.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use convoke_callbridge_api::{branding::Branding, loopback::IvrNumber};
use convoke_fetch::{Fetcher, Reach, Text, Texts};
use convoke_invite::{MAX_TEMPLATE_BYTES, Template};
use convoke_model::Language;
use convoke_store::{DbFault, Store, templates};
use convoke_trust::Bundle;
use sha2::{Digest, Sha256};

use crate::{meeting::body::Body, templates::Templates};

/// Texts whose digests are remembered, and addresses of which is remembered what was said in the log.
const MAX_REMEMBERED: usize = 1_000;

/// Addresses of which the database has the last text, at most: two a branding profile that is used.
const MAX_LAST: i64 = 200;

/// The digests of the texts that a meeting's invitations are written by, by the tags of their languages.
pub(crate) type Digests = BTreeMap<String, String>;

/// By what a meeting's invitations are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written {
    /// The texts.
    pub(crate) templates: Digests,
    /// The numbers to dial in by that they may show; nothing else does.
    pub(crate) ivr_numbers: Vec<IvrNumber>,
}

impl Written {
    /// Lets a meeting's invitations be written by it.
    pub(crate) fn note(&self, body: &mut Body) {
        body.templates.clone_from(&self.templates);
        body.ivr_numbers.clone_from(&self.ivr_numbers);
    }
}

/// The texts that branding profiles name.
#[derive(Debug)]
pub(crate) struct Brandings {
    texts: Texts,
    /// Digests of texts that are in the database and can be understood.
    kept: Mutex<HashSet<String>>,
    /// Which text the database has as the last one of addresses, or that it has none; the first is the digest of the addresses.
    last: Mutex<HashMap<String, Option<String>>>,
    /// What the log says of each address.
    told: Mutex<HashMap<String, String>>,
}

impl Brandings {
    /// Asks servers whose certificates `trust` believes, or the system. Administrators name these addresses, many of them of servers
    /// in their own network.
    pub(crate) fn new(trust: Option<Bundle>) -> Self {
        let texts = Texts::new(Fetcher::new(Reach::Private, trust), MAX_TEMPLATE_BYTES);
        Self { texts, kept: Mutex::default(), last: Mutex::default(), told: Mutex::default() }
    }
}

/// A text, and what was wrong with those that it stands for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// The text; the built-in one when unset.
    pub(crate) text: Option<String>,
    /// In words.
    pub(crate) warnings: Vec<String>,
}

impl Brandings {
    /// The texts that invitations are written by from now on; they are in the database afterwards. A text that can't be kept is
    /// none: the meeting is what matters.
    pub(crate) async fn noted(
        &self,
        store: &Store,
        files: &Templates,
        branding: &Branding,
        now_ms: i64,
    ) -> Digests {
        let mut noted = Digests::new();
        if branding.is_none() && files.is_empty() {
            return noted;
        }
        let [one, other] =
            Language::ALL.map(|language| self.chosen((store, now_ms), files, branding, language));
        let (one, other) = tokio::join!(one, other);
        for (language, chosen) in Language::ALL.into_iter().zip([one, other]) {
            let Some(text) = chosen.text else { continue };
            let digest = digest(&text);
            match self.keep(store, &digest, text, now_ms).await {
                Ok(()) => drop(noted.insert(language.tag().to_owned(), digest)),
                Err(fault) => {
                    tracing::warn!(target: "EmailService", "a text of invitations could not be kept: {fault}");
                }
            }
        }
        noted
    }

    /// The text of a language at this time. While its server is out of reach it is the last one that any scheduler found there.
    pub(crate) async fn chosen(
        &self,
        (store, now_ms): (&Store, i64),
        files: &Templates,
        branding: &Branding,
        language: Language,
    ) -> Chosen {
        let mut chosen = Chosen::default();
        let addresses = branding.addresses(language);
        let source = templates::source(&addresses);
        for url in &addresses {
            let (text, why) = match self.texts.at(url).await {
                Text::Absent => continue,
                Text::Fault(why) => (last(store, &source).await, vec![why]),
                Text::Found(text, why) => match understood(&text) {
                    Ok(()) => {
                        self.note_last(store, &source, Some(&text), now_ms).await;
                        (Some(text.to_string()), why.into_iter().collect())
                    }
                    Err(faults) => (None, faults),
                },
            };
            self.tell(url, &why, text.is_some());
            chosen.warnings.extend(why);
            if text.is_some() {
                return Chosen { text, ..chosen };
            }
            chosen.text = files.text(language).map(str::to_owned);
            return chosen;
        }
        if !addresses.is_empty() {
            self.note_last(store, &source, None, now_ms).await;
        }
        chosen.text = files.text(language).map(str::to_owned);
        chosen
    }

    /// The text at an address that somebody looks at, whatever it is used for.
    pub(crate) async fn at(&self, url: &str) -> Text {
        self.texts.at(url).await
    }

    /// Notes what is at addresses, so that it is known after a restart; what can't be noted is tried again the next time.
    async fn note_last(&self, store: &Store, source: &str, text: Option<&str>, now_ms: i64) {
        let key = text.map(digest);
        let is_noted = |last: &HashMap<String, Option<String>>| last.get(source) == Some(&key);
        if is_noted(&self.last.lock().unwrap_or_else(PoisonError::into_inner)) {
            return;
        }
        let (of, noted, text) = (source.to_owned(), key.clone(), text.map(str::to_owned));
        let written = store.write_rows(move |tx| match (&noted, &text) {
            (Some(digest), Some(text)) => {
                templates::put(tx, digest, text, now_ms)?;
                templates::note_last(tx, &of, digest, now_ms, MAX_LAST)
            }
            _ => templates::forget_last(tx, &of),
        });
        let written: Result<(), DbFault> = written.await;
        match written {
            Ok(()) => {
                let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
                if last.len() >= MAX_REMEMBERED {
                    last.clear();
                }
                last.insert(source.to_owned(), key);
            }
            Err(fault) => {
                tracing::warn!(target: "EmailService", "a text of invitations could not be noted: {fault}");
            }
        }
    }

    async fn keep(&self, store: &Store, digest: &str, text: String, now_ms: i64) -> Result<(), DbFault> {
        if self.lock().contains(digest) {
            return Ok(());
        }
        let key = digest.to_owned();
        store.write_rows(move |tx| templates::put(tx, &key, &text, now_ms)).await?;
        let mut kept = self.lock();
        if kept.len() >= MAX_REMEMBERED {
            kept.clear();
        }
        kept.insert(digest.to_owned());
        Ok(())
    }

    /// Says in the log what is wrong with a text, once as long as it is the same.
    fn tell(&self, url: &str, why: &[String], is_known: bool) {
        let words = why.join("; ");
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.get(url).map_or(words.is_empty(), |before| *before == words) {
            return;
        }
        if told.len() >= MAX_REMEMBERED {
            told.clear();
        }
        told.insert(url.to_owned(), words.clone());
        // An address may be a secret; the words name its server.
        match (words.is_empty(), is_known) {
            (true, _) => {
                tracing::info!(target: "EmailService", "the text of invitations is as it should be again")
            }
            (false, true) => {
                tracing::warn!(target: "EmailService", "the text of invitations stays as it was: {words}");
            }
            (false, false) => {
                tracing::warn!(target: "EmailService", "invitations have another text than the branding profile says: {words}");
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<String>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text that was found last at addresses; none where the database can't say.
async fn last(store: &Store, source: &str) -> Option<String> {
    let source = source.to_owned();
    let found: Result<_, DbFault> = store.read_little(move |tx| templates::last(tx, &source)).await;
    found.ok().flatten().filter(|text| understood(text).is_ok())
}

/// Whether a text is a template; what is wrong with it, each with line and column.
fn understood(text: &str) -> Result<(), Vec<String>> {
    let words = |faults: Vec<convoke_invite::TemplateFault>| faults.iter().map(ToString::to_string).collect();
    Template::parse(text).map(drop).map_err(words)
}

fn digest(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
