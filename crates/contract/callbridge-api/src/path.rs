//! From a request's path to what it means: leniently in case, in doubled and in trailing slashes.

use convoke_model::{ObjectId, Uuid, id::parse_guid};

use crate::{kind::Kind, kinds};

/// What a path names.
#[derive(Debug, Clone)]
pub enum Target {
    /// A collection, within its parents.
    Collection {
        /// The collection's kind.
        kind: &'static Kind,
        /// The objects that it lies within, the outermost first.
        parents: Vec<Step>,
    },
    /// One object.
    Object {
        /// The objects that it lies within, the outermost first.
        parents: Vec<Step>,
        /// The object itself.
        object: Step,
    },
    /// A node that is neither, such as `system/status` or `coSpaces/{id}/meetingEntryDetail`.
    Node {
        /// The objects that it lies within, the outermost first.
        parents: Vec<Step>,
        /// Its path after them, in lower case.
        name: String,
    },
}

/// One object on the way.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// Its kind.
    pub kind: &'static Kind,
    /// Its id; the nil GUID for a text that is none, which no object has.
    pub id: ObjectId,
}

/// Deepest path, in segments after `/api/v1`.
const MAX_SEGMENTS: usize = 8;

/// Reads a path. `None` when it does not begin with `/api/v1`.
pub fn parse(path: &str) -> Option<Target> {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    if !segments.next()?.eq_ignore_ascii_case("api") || !segments.next()?.eq_ignore_ascii_case("v1") {
        return None;
    }
    let segments: Vec<&str> = segments.take(MAX_SEGMENTS).collect();
    let mut parents: Vec<Step> = Vec::new();
    let mut rest = segments.as_slice();
    while let Some((collection, after)) = rest.split_first() {
        let within = parents.last().map(|step| step.kind.plural);
        let Some(kind) = kinds::find(within, collection) else {
            return Some(Target::Node { parents, name: rest.join("/").to_ascii_lowercase() });
        };
        let Some((id, after)) = after.split_first() else {
            return Some(Target::Collection { kind, parents });
        };
        let step = Step { kind, id: ObjectId(parse_guid(id).unwrap_or(Uuid::nil())) };
        if after.is_empty() {
            return Some(Target::Object { parents, object: step });
        }
        parents.push(step);
        rest = after;
    }
    Some(Target::Node { parents, name: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "19577d25-f7cf-4524-9a26-5fd418dd5f96";

    #[test]
    fn collections_are_found_in_any_case_and_with_stray_slashes() {
        for path in ["/api/v1/coSpaces", "/api/v1/cospaces/", "//api/v1//COSPACES"] {
            let Some(Target::Collection { kind, parents }) = parse(path) else { panic!("{path}") };
            assert_eq!((kind.plural, parents.len()), ("coSpaces", 0), "{path}");
        }
    }

    #[test]
    fn objects_lie_within_others() {
        let path = format!("/api/v1/coSpaces/{ID}/accessMethods/{}", ID.to_uppercase());
        let Some(Target::Object { parents, object }) = parse(&path) else { panic!("{path}") };
        assert_eq!((parents[0].kind.plural, object.kind.plural), ("coSpaces", "accessMethods"));
        assert_eq!(object.id.to_string(), ID);
    }

    #[test]
    fn what_is_no_collection_is_a_node_of_its_parents() {
        let Some(Target::Node { parents, name }) = parse("/api/v1/System/Status/") else { panic!() };
        assert_eq!((parents.len(), name.as_str()), (0, "system/status"));
        let Some(Target::Node { parents, name }) =
            parse(&format!("/api/v1/coSpaces/{ID}/meetingEntryDetail"))
        else {
            panic!()
        };
        assert_eq!((parents.len(), name.as_str()), (1, "meetingentrydetail"));
    }

    #[test]
    fn a_kind_is_found_only_within_its_parent() {
        assert!(matches!(parse("/api/v1/accessMethods"), Some(Target::Node { .. })));
        assert!(parse("/other").is_none());
    }

    #[test]
    fn a_text_that_is_no_id_names_no_object() {
        let Some(Target::Object { object, .. }) = parse("/api/v1/coSpaces/nonsense") else { panic!() };
        assert_eq!(object.id, ObjectId(Uuid::nil()));
    }
}
