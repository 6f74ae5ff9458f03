//! What can be done with an object, whatever its kind.

use convoke_callbridge_api::{
    Failure, Kind,
    check::Changes,
    failure::INVALID_OPERATION,
    form::Form,
    kind::{Compares, Operations, Values},
    kinds,
    path::Step,
};
use convoke_model::{ObjectId, Uuid, id::parse_guid};
use convoke_store::{
    Tx, objects,
    objects::{Query, Record},
};

use super::{Refused, rules, values};

/// Objects on one page at most, whatever the client asks for.
pub const MAX_PAGE: i64 = 500;

/// Makes an object. `parents` is the path to it.
pub fn create(
    tx: &mut Tx<'_>,
    kind: &'static Kind,
    parents: &[Step],
    changes: &Changes,
    id: Uuid,
    now_ms: i64,
) -> Result<Record, Refused> {
    check_parents(tx, parents)?;
    let parent = parents.last().map(|step| step.id);
    let fields =
        changes.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?))).collect();
    let mut record =
        Record { id: ObjectId(id), kind: kind.plural.into(), parent, fields, created_at: now_ms };
    rules::before_save(tx, kind, &mut record)?;
    values::check_references(tx, kind, &record)?;
    if let (Some((most, code)), Some(parent)) = (kind.most, parent)
        && objects::count_children(tx, kind.plural, parent)? >= most
    {
        return Err(Refused::code(code));
    }
    let indexes = values::indexes(kind, &record);
    values::check_keys(tx, kind, &record, &indexes)?;
    objects::insert(tx, &record, &indexes)?;
    rules::after_change(tx, kind.plural)?;
    Ok(record)
}

/// Changes an object: what `changes` does not name stays.
pub fn modify(
    tx: &mut Tx<'_>,
    target: &Step,
    parents: &[Step],
    changes: &Changes,
    now_ms: i64,
) -> Result<Record, Refused> {
    let mut record = find(tx, target, parents)?;
    for (name, value) in changes {
        match value {
            Some(value) => drop(record.fields.insert((*name).to_owned(), value.clone())),
            None => drop(record.fields.remove(*name)),
        }
    }
    save(tx, target.kind, &mut record, now_ms)?;
    Ok(record)
}

/// Checks and keeps an object that has been changed.
pub fn save(tx: &mut Tx<'_>, kind: &'static Kind, record: &mut Record, now_ms: i64) -> Result<(), Refused> {
    rules::before_save(tx, kind, record)?;
    values::check_references(tx, kind, record)?;
    let indexes = values::indexes(kind, record);
    values::check_keys(tx, kind, record, &indexes)?;
    objects::update(tx, record, &indexes, now_ms)?;
    rules::after_change(tx, kind.plural)?;
    Ok(())
}

/// Finds an object at its path; without it the code of its kind, or of the parent that is missing.
pub fn find(tx: &mut Tx<'_>, target: &Step, parents: &[Step]) -> Result<Record, Refused> {
    check_parents(tx, parents)?;
    let found = objects::find(tx, target.kind.plural, target.id)?;
    let parent = parents.last().map(|step| step.id);
    found.filter(|record| record.parent == parent).ok_or(Refused::code(target.kind.missing))
}

/// Removes an object, what lies within it, and what can't be without it; others that name it forget it.
pub fn delete(tx: &mut Tx<'_>, target: &Step, parents: &[Step], now_ms: i64) -> Result<Record, Refused> {
    let record = find(tx, target, parents)?;
    rules::before_delete(&record)?;
    remove(tx, &record, now_ms)?;
    Ok(record)
}

/// Removes an object that has been found.
pub fn remove(tx: &mut Tx<'_>, record: &Record, now_ms: i64) -> Result<(), Refused> {
    for child in objects::children(tx, record.id)? {
        remove(tx, &child, now_ms)?;
    }
    for (field, other) in objects::referencing(tx, record.id)? {
        let Some(kind) = kinds::named(&other.kind) else { continue };
        // It may have gone or changed with one of those before it.
        let Some(mut other) = objects::find(tx, kind.plural, other.id)? else { continue };
        if rules::goes_with(kind, &field) {
            remove(tx, &other, now_ms)?;
        } else {
            rules::forget(&mut other, &field);
            objects::update(tx, &other, &values::indexes(kind, &other), now_ms)?;
        }
    }
    objects::delete(tx, record.id)?;
    rules::after_change(tx, &record.kind)?;
    Ok(())
}

/// One page of a collection and the total of all pages, by the query string.
pub fn list(
    tx: &mut Tx<'_>,
    kind: &'static Kind,
    parents: &[Step],
    form: &Form,
) -> Result<(i64, Vec<Record>), Refused> {
    check_parents(tx, parents)?;
    let limit = form.number("limit").filter(|limit| *limit >= 0).unwrap_or(kind.page).min(MAX_PAGE);
    let mut query = Query {
        parent: parents.last().map(|step| step.id),
        search: form.get("filter").map(str::to_owned),
        offset: form.number("offset").unwrap_or(0).max(0),
        limit,
        ..Query::default()
    };
    for filter in kind.filters {
        let Some(given) = form.get(filter.parameter).filter(|given| !given.is_empty()) else { continue };
        match filter.compares {
            Compares::Reference(field) => {
                let target =
                    parse_guid(given).map_err(|_| Failure::parameter(filter.parameter, "invalidValue"))?;
                query.references.push((field.to_owned(), ObjectId(target)));
            }
            Compares::Key(scope) => query.key = Some((scope.to_owned(), given.to_lowercase())),
            Compares::Usage => query.referenced = Some(usage(filter.parameter, given)?),
        }
    }
    let (total, mut page) = objects::list(tx, kind.plural, &query)?;
    for record in &mut page {
        fill_counts(tx, kind, record)?;
    }
    Ok((total, page))
}

fn usage(parameter: &str, given: &str) -> Result<bool, Failure> {
    match given {
        "referenced" => Ok(true),
        "unreferenced" => Ok(false),
        _ => Err(Failure::parameter(parameter, "invalidValue")),
    }
}

/// Adds the counts that the declaration shows.
pub fn fill_counts(tx: &mut Tx<'_>, kind: &Kind, record: &mut Record) -> Result<(), Refused> {
    for field in kind.fields {
        if let Values::Count(children) = field.values {
            let count = objects::count_children(tx, children, record.id)?;
            record.fields.insert(field.name.to_owned(), count.to_string());
        }
    }
    Ok(())
}

fn check_parents(tx: &mut Tx<'_>, parents: &[Step]) -> Result<(), Refused> {
    let mut within = None;
    for step in parents {
        let found = objects::find(tx, step.kind.plural, step.id)?;
        if found.is_none_or(|record| record.parent != within) {
            return Err(Refused::code(step.kind.missing));
        }
        within = Some(step.id);
    }
    Ok(())
}

/// Whether clients may make (`true`) or change objects of this kind.
pub fn may_write(kind: &Kind, creating: bool) -> Result<(), Failure> {
    match (kind.operations, creating) {
        (Operations::All, _) | (Operations::CreateAndDelete, true) => Ok(()),
        _ => Err(INVALID_OPERATION),
    }
}

/// Whether clients may remove objects of this kind.
pub fn may_delete(kind: &Kind) -> Result<(), Failure> {
    if kind.operations == Operations::ReadOnly { Err(INVALID_OPERATION) } else { Ok(()) }
}
