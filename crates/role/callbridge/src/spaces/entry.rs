//! What a URI or a call id leads to.

use convoke_model::ObjectId;
use convoke_store::{DbFault, Tx, objects, objects::Record};
use subtle::ConstantTimeEq;

/// The space or access method that a call id with its secret opens, as the space's record.
pub fn by_call_id(tx: &mut Tx<'_>, call_id: &str, secret: &str) -> Result<Option<Record>, DbFault> {
    let mut found = None;
    for (holder, owner) in objects::key_holders(tx, "callId", call_id)? {
        let Some(record) = objects::find_any(tx, holder)? else { continue };
        let known = record.get("secret").unwrap_or_default();
        if !known.is_empty() && bool::from(known.as_bytes().ct_eq(secret.as_bytes())) {
            found = Some(owner);
        }
    }
    match found {
        Some(space) => objects::find(tx, "coSpaces", space),
        None => Ok(None),
    }
}

/// The space that has this URI (with or without the domain) or this call id.
pub fn space_of(
    tx: &mut Tx<'_>,
    scope: &str,
    value: &str,
    domain: &str,
) -> Result<Option<ObjectId>, DbFault> {
    let value = value.trim().to_lowercase();
    let value = value.strip_suffix(&format!("@{}", domain.to_lowercase())).unwrap_or(&value);
    Ok(objects::key_holders(tx, scope, value)?.first().map(|(_, owner)| *owner))
}
