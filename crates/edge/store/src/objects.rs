//! Objects of the Call Bridge's API, of whatever kind: rows, references between them, and keys to find them by.
//!
//! What a kind's fields mean is declared elsewhere; here they are texts by name.

use std::collections::BTreeMap;

use convoke_model::ObjectId;

use crate::{DbFault, Row, Tx, Value};

/// An object as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: ObjectId,
    /// Its collection's name, such as `coSpaces`.
    pub kind: String,
    /// The object that it belongs to, if any.
    pub parent: Option<ObjectId>,
    /// Its set fields, as texts.
    pub fields: BTreeMap<String, String>,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
}

impl Record {
    /// A field's text, when it is set.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.fields.get(field).map(String::as_str)
    }
}

/// A value that an object is found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What the value is, such as `uri`.
    pub scope: String,
    /// The value.
    pub value: String,
    /// Whose it is: the object itself, or its parent when both may share it.
    pub owner: ObjectId,
}

/// What goes along with a record so that it can be found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Indexes {
    /// What substring filters look at.
    pub search: String,
    /// Fields that name other objects.
    pub references: Vec<(String, ObjectId)>,
    /// Exact values.
    pub keys: Vec<Key>,
}

/// Which objects of a kind, and which page of them.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Only those within this object.
    pub parent: Option<ObjectId>,
    /// Only those whose search text holds this (any case).
    pub search: Option<String>,
    /// Only those with this key (scope, value).
    pub key: Option<(String, String)>,
    /// Only those that name these objects (field, target).
    pub references: Vec<(String, ObjectId)>,
    /// Only those that some other object names, or that none names.
    pub referenced: Option<bool>,
    /// Objects to pass over.
    pub offset: i64,
    /// Objects to answer at most.
    pub limit: i64,
}

/// Which objects of a kind by their keys of a scope that nobody shares, in the keys' order.
#[derive(Debug, Clone, Default)]
pub struct Keyed<'a> {
    /// The scope.
    pub scope: &'a str,
    /// Only those whose search text holds this (any case).
    pub search: &'a str,
    /// Only those whose keys come after this.
    pub after: &'a str,
    /// The kind of the objects within each that are counted.
    pub counted: &'a str,
    /// Objects to answer at most.
    pub limit: i64,
}

const COLUMNS: &str = "o.id, o.kind, o.parent, o.fields, o.created_at";

/// Adds an object. Within a parent each is listed after those before it, also when they are of the same millisecond.
pub fn insert(tx: &mut Tx<'_>, record: &Record, indexes: &Indexes) -> Result<(), DbFault> {
    let created_at = match record.parent {
        Some(parent) => record.created_at.max(newest_child(tx, &record.kind, parent)?.saturating_add(1)),
        None => record.created_at,
    };
    tx.execute(
        "INSERT INTO object (id, kind, parent, search, fields, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            record.id.to_string().into(),
            record.kind.as_str().into(),
            parent_text(record.parent).into(),
            indexes.search.to_lowercase().into(),
            fields_text(record)?.into(),
            created_at.into(),
            created_at.into(),
        ],
    )?;
    insert_indexes(tx, record.id, indexes)
}

/// When the newest object of a kind within a parent was made; 0 when there is none.
fn newest_child(tx: &mut Tx<'_>, kind: &str, parent: ObjectId) -> Result<i64, DbFault> {
    let sql = "SELECT COALESCE(MAX(created_at), 0) FROM object WHERE kind = $1 AND parent = $2";
    let row = tx.query_one(sql, &[kind.into(), parent.to_string().into()])?;
    row.map_or(Ok(0), |row| row.integer(0))
}

/// Replaces an object's fields and what it is found by.
pub fn update(tx: &mut Tx<'_>, record: &Record, indexes: &Indexes, now_ms: i64) -> Result<(), DbFault> {
    let id = record.id.to_string();
    tx.execute(
        "UPDATE object SET search = $1, fields = $2, updated_at = $3 WHERE id = $4",
        &[
            indexes.search.to_lowercase().into(),
            fields_text(record)?.into(),
            now_ms.into(),
            id.as_str().into(),
        ],
    )?;
    delete_indexes(tx, &id)?;
    insert_indexes(tx, record.id, indexes)
}

/// Removes one object and what it is found by; what belongs to it or names it is the caller's to settle first.
pub fn delete(tx: &mut Tx<'_>, id: ObjectId) -> Result<(), DbFault> {
    let id = id.to_string();
    delete_indexes(tx, &id)?;
    tx.execute("DELETE FROM object WHERE id = $1", &[id.into()])?;
    Ok(())
}

fn insert_indexes(tx: &mut Tx<'_>, id: ObjectId, indexes: &Indexes) -> Result<(), DbFault> {
    let id = id.to_string();
    for (field, target) in &indexes.references {
        tx.execute(
            "INSERT INTO object_reference (object, field, target) VALUES ($1, $2, $3)",
            &[id.as_str().into(), field.as_str().into(), target.to_string().into()],
        )?;
    }
    for key in &indexes.keys {
        tx.execute(
            "INSERT INTO object_key (scope, value, object, owner) VALUES ($1, $2, $3, $4)",
            &[
                key.scope.as_str().into(),
                key.value.as_str().into(),
                id.as_str().into(),
                key.owner.to_string().into(),
            ],
        )?;
    }
    Ok(())
}

fn delete_indexes(tx: &mut Tx<'_>, id: &str) -> Result<(), DbFault> {
    tx.execute("DELETE FROM object_reference WHERE object = $1", &[id.into()])?;
    tx.execute("DELETE FROM object_key WHERE object = $1", &[id.into()])?;
    Ok(())
}

/// The object of this kind with this id.
pub fn find(tx: &mut Tx<'_>, kind: &str, id: ObjectId) -> Result<Option<Record>, DbFault> {
    let row = tx.query_one(
        &format!("SELECT {COLUMNS} FROM object o WHERE o.id = $1 AND o.kind = $2"),
        &[id.to_string().into(), kind.into()],
    )?;
    row.as_ref().map(record).transpose()
}

/// The object with this id, of whatever kind.
pub fn find_any(tx: &mut Tx<'_>, id: ObjectId) -> Result<Option<Record>, DbFault> {
    let row =
        tx.query_one(&format!("SELECT {COLUMNS} FROM object o WHERE o.id = $1"), &[id.to_string().into()])?;
    row.as_ref().map(record).transpose()
}

/// One page of the objects of a kind, oldest first, and how many there are on all pages.
pub fn list(tx: &mut Tx<'_>, kind: &str, query: &Query) -> Result<(i64, Vec<Record>), DbFault> {
    let (condition, mut values) = conditions(kind, query);
    let total = tx.query_one(&format!("SELECT COUNT(*) FROM object o WHERE {condition}"), &values)?;
    let total = total.map_or(Ok(0), |row| row.integer(0))?;
    if query.offset >= total || query.limit == 0 {
        return Ok((total, Vec::new()));
    }
    let next = values.len() + 1;
    values.extend([query.limit.into(), query.offset.into()]);
    let rows = tx.query(
        &format!(
            "SELECT {COLUMNS} FROM object o WHERE {condition} ORDER BY o.created_at, o.id LIMIT ${next} OFFSET ${}",
            next + 1
        ),
        &values,
    )?;
    Ok((total, rows.iter().map(record).collect::<Result<_, _>>()?))
}

/// The objects of a scope in the order of their keys, each with its key and how many of a kind lie within it.
pub fn by_key(tx: &mut Tx<'_>, query: &Keyed<'_>) -> Result<Vec<(Record, String, i64)>, DbFault> {
    let sql = format!(
        "SELECT {COLUMNS}, k.value, (SELECT COUNT(*) FROM object c WHERE c.kind = $1 AND c.parent = o.id)
         FROM object_key k JOIN object o ON o.id = k.object
         WHERE k.scope = $2 AND k.value > $3 AND o.search LIKE $4 ESCAPE '!' ORDER BY k.value LIMIT $5"
    );
    let values = [
        query.counted.into(),
        query.scope.into(),
        query.after.into(),
        like(query.search).into(),
        query.limit.into(),
    ];
    let rows = tx.query(&sql, &values)?;
    rows.iter().map(|row| Ok((record(row)?, row.text(5)?, row.integer(6)?))).collect()
}

fn conditions(kind: &str, query: &Query) -> (String, Vec<Value>) {
    let mut text = "o.kind = $1".to_owned();
    let mut values: Vec<Value> = vec![kind.into()];
    let mut add = |condition: &str, given: Vec<Value>| {
        let mut condition = condition.to_owned();
        for value in given {
            values.push(value);
            condition = condition.replacen('?', &format!("${}", values.len()), 1);
        }
        text.push_str(" AND ");
        text.push_str(&condition);
    };
    if let Some(parent) = query.parent {
        add("o.parent = ?", vec![parent.to_string().into()]);
    }
    if let Some(search) = query.search.as_deref().filter(|search| !search.is_empty()) {
        add("o.search LIKE ? ESCAPE '!'", vec![like(search).into()]);
    }
    if let Some((scope, value)) = &query.key {
        let condition = "o.id IN (SELECT k.object FROM object_key k WHERE k.scope = ? AND k.value = ?)";
        add(condition, vec![scope.as_str().into(), value.as_str().into()]);
    }
    for (field, target) in &query.references {
        let condition =
            "o.id IN (SELECT r.object FROM object_reference r WHERE r.target = ? AND r.field = ?)";
        add(condition, vec![target.to_string().into(), field.as_str().into()]);
    }
    match query.referenced {
        Some(true) => add("EXISTS (SELECT 1 FROM object_reference r WHERE r.target = o.id)", vec![]),
        Some(false) => add("NOT EXISTS (SELECT 1 FROM object_reference r WHERE r.target = o.id)", vec![]),
        None => {}
    }
    (text, values)
}

/// A pattern for "contains", with the pattern's own signs taken literally.
fn like(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The objects that belong to `parent`, of all kinds.
pub fn children(tx: &mut Tx<'_>, parent: ObjectId) -> Result<Vec<Record>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM object o WHERE o.parent = $1 ORDER BY o.created_at, o.id");
    tx.query(&sql, &[parent.to_string().into()])?.iter().map(record).collect()
}

/// These objects (or fewer, some named twice) with all that belongs to them.
pub fn families(tx: &mut Tx<'_>, heads: [ObjectId; 3]) -> Result<Vec<Record>, DbFault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM object o WHERE o.id IN ($1, $2, $3)
         UNION ALL SELECT {COLUMNS} FROM object o WHERE o.parent IN ($1, $2, $3) ORDER BY 5, 1"
    );
    let heads = heads.map(|head| head.to_string().into());
    tx.query(&sql, &heads)?.iter().map(record).collect()
}

/// How many objects of a kind belong to `parent`.
pub fn count_children(tx: &mut Tx<'_>, kind: &str, parent: ObjectId) -> Result<i64, DbFault> {
    let sql = "SELECT COUNT(*) FROM object WHERE kind = $1 AND parent = $2";
    let row = tx.query_one(sql, &[kind.into(), parent.to_string().into()])?;
    row.map_or(Ok(0), |row| row.integer(0))
}

/// The objects that name `target`, each with the field that does.
pub fn referencing(tx: &mut Tx<'_>, target: ObjectId) -> Result<Vec<(String, Record)>, DbFault> {
    let sql = format!(
        "SELECT {COLUMNS}, r.field FROM object_reference r JOIN object o ON o.id = r.object WHERE r.target = $1 ORDER BY o.created_at, o.id"
    );
    let rows = tx.query(&sql, &[target.to_string().into()])?;
    rows.iter().map(|row| Ok((row.text(5)?, record(row)?))).collect()
}

/// Who holds a key: the object and its owner.
pub fn key_holders(tx: &mut Tx<'_>, scope: &str, value: &str) -> Result<Vec<(ObjectId, ObjectId)>, DbFault> {
    let rows = tx.query(
        "SELECT object, owner FROM object_key WHERE scope = $1 AND value = $2 ORDER BY object",
        &[scope.into(), value.into()],
    )?;
    rows.iter().map(|row| Ok((row.id(0)?, row.id(1)?))).collect()
}

/// Counts a change of `topic`, so that [`change_version`] answers something new.
pub fn note_change(tx: &mut Tx<'_>, topic: &str) -> Result<(), DbFault> {
    tx.execute(
        "INSERT INTO change (topic, version) VALUES ($1, 1) ON CONFLICT (topic) DO UPDATE SET version = change.version + 1",
        &[topic.into()],
    )?;
    Ok(())
}

/// How often `topic` has changed.
pub fn change_version(tx: &mut Tx<'_>, topic: &str) -> Result<i64, DbFault> {
    let row = tx.query_one("SELECT version FROM change WHERE topic = $1", &[topic.into()])?;
    row.map_or(Ok(0), |row| row.integer(0))
}

fn parent_text(parent: Option<ObjectId>) -> String {
    parent.map_or_else(String::new, |parent| parent.to_string())
}

fn fields_text(record: &Record) -> Result<String, DbFault> {
    serde_json::to_string(&record.fields).map_err(|e| DbFault::Failed(e.to_string()))
}

fn record(row: &Row) -> Result<Record, DbFault> {
    let parent = row.text(2)?;
    let fields = row.text(3)?;
    Ok(Record {
        id: row.id(0)?,
        kind: row.text(1)?,
        parent: if parent.is_empty() { None } else { Some(row.id(2)?) },
        fields: serde_json::from_str(&fields)
            .map_err(|e| DbFault::Failed(format!("fields of an object: {e}")))?,
        created_at: row.integer(4)?,
    })
}
