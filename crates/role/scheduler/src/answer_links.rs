//! Personal links of invitations: the key that all schedulers of a cluster sign them with, and their addresses.

use std::collections::HashMap;

use convoke_directory::link::{KEY_BYTES, LinkKey, Linked};
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_scheduler_api::PREFIX;
use convoke_store::{DbFault, Store, answer_links};
use tokio::sync::OnceCell;

/// The name of the key in the database.
const KEY: &str = "answers";

/// Makes and reads personal links.
#[derive(Debug)]
pub(crate) struct AnswerLinks {
    /// What comes before the signed part.
    base: String,
    key: OnceCell<LinkKey>,
}

/// The links of one meeting's people.
#[derive(Debug, Clone)]
pub(crate) struct LinksOf {
    base: String,
    key: LinkKey,
    meeting: MeetingId,
    epochs: HashMap<String, i64>,
}

impl AnswerLinks {
    /// Of a web app at this address, whatever this node is reached by.
    pub(crate) fn new(web_app_url: &str) -> Self {
        let base = format!("{}{PREFIX}/answers/", web_app_url.trim_end_matches('/'));
        Self { base, key: OnceCell::new() }
    }

    /// The key, which is made by whichever scheduler needs it first.
    pub(crate) async fn key(&self, store: &Store, now_ms: i64) -> Result<&LinkKey, DbFault> {
        let known = async || {
            let known = store.read_little(move |tx| answer_links::key(tx, KEY)).await?;
            let text = match known {
                Some(text) => text,
                None => {
                    let fresh = LinkKey::text_of(&random::bytes::<KEY_BYTES>());
                    store.write_rows(move |tx| answer_links::key_or(tx, KEY, &fresh, now_ms)).await?
                }
            };
            LinkKey::of_text(&text).ok_or_else(|| DbFault::Failed("the key of links is damaged".to_owned()))
        };
        self.key.get_or_try_init(known).await
    }

    /// The links of a meeting, of which these people's were revoked so often.
    pub(crate) fn of(&self, key: &LinkKey, meeting: MeetingId, epochs: HashMap<String, i64>) -> LinksOf {
        LinksOf { base: self.base.clone(), key: key.clone(), meeting, epochs }
    }
}

impl LinksOf {
    /// Where a person, by the address in lower case, answers.
    pub(crate) fn address(&self, person: &str) -> String {
        let epoch = self.epochs.get(person).copied().unwrap_or_default();
        let linked = Linked::new(self.meeting, person, u32::try_from(epoch).unwrap_or(u32::MAX));
        format!("{}{}", self.base, self.key.sign(&linked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use convoke_model::Uuid;

    #[test]
    fn answer_links_begin_with_the_web_apps_address_behind_a_proxy() {
        let key = LinkKey::new(&[1; KEY_BYTES]);
        let meeting = MeetingId(Uuid::from_u128(1));
        for url in ["https://meet.example.com", "https://meet.example.com/"] {
            let links = AnswerLinks::new(url).of(&key, meeting, HashMap::from([("bob@x".to_owned(), 2)]));
            let address = links.address("bob@x");
            let token = address.strip_prefix("https://meet.example.com/api/v1/scheduler/answers/").unwrap();
            assert_eq!(key.read(token), Some(Linked::new(meeting, "bob@x", 2)));
            assert_ne!(links.address("ann@x"), address);
        }
    }
}
