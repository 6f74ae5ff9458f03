//! Spaces as people meet them: made from templates, joined by links, invited to by text.

pub mod branding;
pub mod entry;
pub mod from_template;
pub mod invitation;
pub mod written;

use convoke_model::ObjectId;
use convoke_store::{DbFault, Tx, objects, objects::Record};

/// The access methods of a space, oldest first.
pub fn access_methods(tx: &mut Tx<'_>, space: ObjectId) -> Result<Vec<Record>, DbFault> {
    Ok(objects::children(tx, space)?.into_iter().filter(|child| child.kind == "accessMethods").collect())
}

/// The full form of a URI's user part.
pub fn full_uri(user_part: &str, domain: &str) -> String {
    if user_part.contains('@') { user_part.to_owned() } else { format!("{user_part}@{domain}") }
}

/// The link that opens the web app at a call id: `https://<web app>/meeting/<callId>?secret=<secret>`.
pub fn link(web_app_url: &str, record: &Record) -> Option<String> {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    let call_id = record.get("callId")?;
    let mut link = format!("{web_app_url}/meeting/{call_id}");
    if let Some(secret) = record.get("secret") {
        // A secret that the bridge chose needs no escaping; one that a client set may.
        let plain = secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.~".contains(&b));
        let secret =
            if plain { secret.to_owned() } else { utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string() };
        link.push_str("?secret=");
        link.push_str(&secret);
    }
    Some(link)
}
