//! What a declaration says of an object's values: references that must exist, keys that must not be taken.

use convoke_callbridge_api::{
    Failure, Kind,
    kind::{Sharing, Values},
};
use convoke_model::{ObjectId, id::parse_guid};
use convoke_store::{
    DbFault, Tx, objects,
    objects::{Indexes, Key, Record},
};

use super::{Refused, rules};

/// What stands between the parts of a key of several fields.
const SEPARATOR: &str = "\u{1}";

/// Every reference must name an object that exists.
pub fn check_references(tx: &mut Tx<'_>, kind: &Kind, record: &Record) -> Result<(), Refused> {
    for field in kind.fields {
        let Values::Reference(target, missing) = field.values else { continue };
        let Some(value) = record.get(field.name) else { continue };
        let id = parse_guid(value).map_err(|_| Failure::Code(missing))?;
        if objects::find(tx, target, ObjectId(id))?.is_none() {
            return Err(Refused::code(missing));
        }
    }
    Ok(())
}

/// What an object is found by.
pub fn indexes(kind: &Kind, record: &Record) -> Indexes {
    let searched =
        kind.fields.iter().filter(|field| field.searched).filter_map(|field| record.get(field.name));
    let references = kind.fields.iter().filter_map(|field| match field.values {
        Values::Reference(..) => {
            Some((field.name.to_owned(), ObjectId(parse_guid(record.get(field.name)?).ok()?)))
        }
        _ => None,
    });
    let mut keys: Vec<Key> = Vec::new();
    for declared in kind.keys {
        if let Some(key) = key(declared, record)
            && !keys.contains(&key)
        {
            keys.push(key);
        }
    }
    keys.extend(rules::further_keys(kind, record));
    // Each value begins after a line feed, so that a search can ask for its beginning.
    let search = searched.map(|value| format!("\n{value}")).collect();
    Indexes { search, references: references.collect(), keys }
}

fn key(declared: &convoke_callbridge_api::kind::Key, record: &Record) -> Option<Key> {
    record.get(declared.fields.first()?)?;
    let parts: Vec<&str> = declared.fields.iter().map(|name| record.get(name).unwrap_or_default()).collect();
    let parent = record.parent.unwrap_or(record.id);
    let value = match declared.sharing {
        Sharing::PerParent => format!("{parent}{SEPARATOR}{}", parts.join(SEPARATOR)),
        _ => parts.join(SEPARATOR),
    };
    let owner = if declared.sharing == Sharing::WithinOwner { parent } else { record.id };
    Some(Key { scope: declared.scope.to_owned(), value: value.to_lowercase(), owner })
}

/// Whether any object has this key of several fields that nobody shares.
pub fn is_taken(tx: &mut Tx<'_>, scope: &str, parts: &[&str]) -> Result<bool, DbFault> {
    Ok(!objects::key_holders(tx, scope, &parts.join(SEPARATOR).to_lowercase())?.is_empty())
}

/// No key may be taken by somebody who does not share it.
pub fn check_keys(tx: &mut Tx<'_>, kind: &Kind, record: &Record, indexes: &Indexes) -> Result<(), Refused> {
    for declared in kind.keys.iter().filter(|declared| declared.sharing != Sharing::All) {
        let Some(key) = key(declared, record) else { continue };
        debug_assert!(indexes.keys.contains(&key), "every declared key is indexed");
        let holders = objects::key_holders(tx, &key.scope, &key.value)?;
        if holders.iter().any(|(object, owner)| *object != record.id && *owner != key.owner) {
            return Err(Refused::code(declared.taken));
        }
    }
    Ok(())
}
