//! Texts that are asked for again and again: each is fetched once and looked after every few minutes. Who asks waits for a fetch and
//! never for long, because a server that is away is left alone for a while and the last text stands for it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{Method, StatusCode};

use crate::{Fetcher, Question, Target};

/// How long a text counts as it was fetched.
pub const FRESH: Duration = Duration::from_secs(300);
/// How long a server is left alone that did not give one.
const AFTER_A_FAULT: Duration = Duration::from_secs(60);
/// Longest wait for one.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Texts that are remembered; a system has a few.
const MAX_KNOWN: usize = 1_000;

/// What is at a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// A text. Where the last look failed, the one from before, and why.
    Found(Arc<str>, Option<String>),
    /// Nothing (404 or 410).
    Absent,
    /// Nobody knows, for this reason.
    Fault(String),
}

type Slot = Arc<tokio::sync::Mutex<Option<(Instant, Text)>>>;

/// Texts by their URLs.
#[derive(Debug)]
pub struct Texts {
    fetcher: Fetcher,
    most: usize,
    fresh: Duration,
    after_a_fault: Duration,
    known: Mutex<HashMap<String, Slot>>,
}

impl Texts {
    /// Texts of at most so many bytes.
    pub fn new(fetcher: Fetcher, most: usize) -> Self {
        let timeout = fetcher.timeout.min(TIMEOUT);
        let fetcher = fetcher.within(timeout);
        Self { fetcher, most, fresh: FRESH, after_a_fault: AFTER_A_FAULT, known: Mutex::default() }
    }

    /// The same that looks again after this time, whatever came of the last look.
    #[must_use]
    pub fn looking_again_after(self, time: Duration) -> Self {
        Self { fresh: time, after_a_fault: time, ..self }
    }

    /// The text at a URL. Who asks first waits for it, and so does who asks when it has to be looked after; while its server gives
    /// none nobody waits, and it is looked after beside.
    pub async fn at(&self, url: &str) -> Text {
        let slot = self.slot(url);
        // Who asks meanwhile waits for the same fetch.
        let mut known = slot.lock().await;
        let before = known.clone();
        if let Some((at, text)) = &before {
            let is_sure = matches!(text, Text::Found(_, None) | Text::Absent);
            if at.elapsed() < if is_sure { self.fresh } else { self.after_a_fault } {
                return text.clone();
            }
            if !is_sure {
                *known = Some((Instant::now(), text.clone()));
                let (fetcher, most, url, slot) =
                    (self.fetcher.clone(), self.most, url.to_owned(), slot.clone());
                tokio::spawn(async move {
                    let found = fetch(&fetcher, most, &url).await;
                    let mut known = slot.lock().await;
                    let before = known.take();
                    *known = Some((Instant::now(), instead(found, before)));
                });
                return text.clone();
            }
        }
        let text = instead(fetch(&self.fetcher, self.most, url).await, before);
        *known = Some((Instant::now(), text.clone()));
        text
    }

    fn slot(&self, url: &str) -> Slot {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_KNOWN && !known.contains_key(url) {
            known.clear();
        }
        known.entry(url.to_owned()).or_default().clone()
    }
}

/// What stands for what was found: where that is nothing for certain, the text of before.
fn instead(found: Text, before: Option<(Instant, Text)>) -> Text {
    match (found, before) {
        (Text::Fault(why), Some((_, Text::Found(text, _)))) => Text::Found(text, Some(why)),
        (found, _) => found,
    }
}

async fn fetch(fetcher: &Fetcher, most: usize, url: &str) -> Text {
    let target = match Target::parse(url, true) {
        Ok(target) => target,
        Err(fault) => return Text::Fault(fault.to_string()),
    };
    let question = Question {
        method: Method::GET,
        target: &target,
        fields: Vec::new(),
        body: Bytes::new(),
        read_at_most: most,
        body_within: None,
    };
    let fault = |what: &str| Text::Fault(format!("{} {what}", target.server()));
    match fetcher.ask(question).await {
        Err(fault) => Text::Fault(fault.to_string()),
        Ok(answer) if [StatusCode::NOT_FOUND, StatusCode::GONE].iter().any(|gone| *gone == answer.status) => {
            Text::Absent
        }
        Ok(answer) if answer.status != 200 => fault(&format!("answered {}", answer.status)),
        Ok(answer) if !answer.is_whole => fault(&format!("has more than {} bytes", most)),
        Ok(answer) => match std::str::from_utf8(&answer.body) {
            Ok(text) => Text::Found(text.into(), None),
            Err(_) => fault("answered what is not UTF-8"),
        },
    }
}
