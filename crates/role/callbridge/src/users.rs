//! People of the built-in directory: made and removed by the operator, looked up by everyone.

use std::collections::BTreeMap;

use convoke_callbridge_api::kinds::{self, users::USERS};
use convoke_model::{EmailAddress, Jid, ObjectId, UserId, Uuid};
use convoke_store::{DbFault, Tx, objects, objects::Record, passwords, removed_users};
use convoke_web_api::users::User;

use crate::objects::{Refused, rules::USER_NAME, service, values};

/// Longest name of a person, in characters.
pub const MAX_NAME_CHARS: usize = 200;

/// How long the token of a person who has been removed may go on: what settings allow at most, and an hour for clocks that
/// differ.
const LONGEST_TOKEN_MS: i64 = 25 * 3_600 * 1_000;

/// A person to be added.
#[derive(Clone)]
pub struct NewUser {
    /// `user@domain`.
    pub jid: Jid,
    /// The name that people see.
    pub name: String,
    /// Where mails go.
    pub email: EmailAddress,
    /// The hash of the password.
    pub password_hash: String,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewUser({})", self.jid)
    }
}

/// Adds a person, or changes the name, address and password of the one of this JID.
pub fn put(tx: &mut Tx<'_>, new: &NewUser, id: Uuid, now_ms: i64) -> Result<UserId, Refused> {
    let fields = BTreeMap::from([
        ("userJid".to_owned(), new.jid.to_string()),
        ("name".to_owned(), new.name.clone()),
        ("email".to_owned(), new.email.to_string()),
    ]);
    let known = objects::key_holders(tx, "jid", new.jid.as_str())?.first().map(|(user, _)| *user);
    let id = match known {
        Some(id) => {
            let mut record = objects::find(tx, USERS.plural, id)?.ok_or(Refused::code(USERS.missing))?;
            record.fields.extend(fields);
            service::save(tx, &USERS, &mut record, now_ms)?;
            id
        }
        None => {
            let record = Record {
                id: ObjectId(id),
                kind: USERS.plural.into(),
                parent: None,
                fields,
                created_at: now_ms,
            };
            objects::insert(tx, &record, &values::indexes(&USERS, &record))?;
            record.id
        }
    };
    passwords::put(tx, UserId(id.0), &new.password_hash, now_ms)?;
    Ok(UserId(id.0))
}

/// Removes a person with the memberships and assignments; whether there was one.
pub fn delete(tx: &mut Tx<'_>, jid: &Jid, now_ms: i64) -> Result<bool, Refused> {
    let Some((id, _)) = objects::key_holders(tx, "jid", jid.as_str())?.first().copied() else {
        return Ok(false);
    };
    let Some(record) = objects::find(tx, USERS.plural, id)? else { return Ok(false) };
    service::remove(tx, &record, now_ms)?;
    passwords::delete(tx, UserId(id.0))?;
    removed_users::note(tx, UserId(id.0), LONGEST_TOKEN_MS)?;
    Ok(true)
}

/// The person whom a sign-in names: by JID, by e-mail address, or by the user part when only one person has it.
pub fn named(tx: &mut Tx<'_>, text: &str) -> Result<Option<Record>, DbFault> {
    let text = text.trim().to_lowercase();
    if text.contains('@') {
        for scope in ["jid", "email"] {
            if let [(id, _)] = objects::key_holders(tx, scope, &text)?.as_slice() {
                return objects::find(tx, USERS.plural, *id);
            }
        }
        return Ok(None);
    }
    // An exact key rather than a search: whoever can reach the sign-in asks for this.
    match objects::key_holders(tx, USER_NAME, &text)?.as_slice() {
        [(id, _)] => objects::find(tx, USERS.plural, *id),
        _ => Ok(None),
    }
}

/// The person with this id.
pub fn find(tx: &mut Tx<'_>, id: UserId) -> Result<Option<Record>, DbFault> {
    objects::find(tx, USERS.plural, ObjectId(id.0))
}

/// A person as the web app sees it.
pub fn shown(record: &Record) -> User {
    let text = |name: &str| record.get(name).unwrap_or_default().to_owned();
    User { id: record.id.to_string(), user_jid: text("userJid"), name: text("name"), email: text("email") }
}

/// The templates that are assigned to a person.
pub fn templates(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Record>, DbFault> {
    let assigned = objects::children(tx, ObjectId(user.0))?;
    let mut found = Vec::new();
    for assignment in assigned
        .iter()
        .filter(|record| record.kind == kinds::user_cospace_templates::USER_COSPACE_TEMPLATES.plural)
    {
        let id = assignment.get("coSpaceTemplate").and_then(|id| id.parse::<ObjectId>().ok());
        if let Some(id) = id
            && let Some(template) = objects::find(tx, "coSpaceTemplates", id)?
        {
            found.push(template);
        }
    }
    Ok(found)
}
