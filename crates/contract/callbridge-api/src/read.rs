//! Reading the API's XML as a client: lists, objects and refusals.

use std::collections::BTreeMap;

use quick_xml::{Reader, events::Event};

/// Largest body that a client reads, in bytes.
pub const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;

/// An element with an id and simple children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    /// The attribute `id`, empty when there is none.
    pub id: String,
    /// The texts of its children by name.
    pub fields: BTreeMap<String, String>,
}

/// The body is not what the API writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood(pub String);

impl std::fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the answer is not understood: {}", self.0)
    }
}

impl std::error::Error for NotUnderstood {}

/// Reads a list: the total over all pages, and the elements of this one.
pub fn list(body: &str) -> Result<(u64, Vec<Element>), NotUnderstood> {
    let tree = tree(body)?;
    let total = tree.attributes.get("total").and_then(|total| total.parse().ok());
    let total = total.ok_or_else(|| NotUnderstood("a list without a total".into()))?;
    Ok((total, tree.children.iter().map(Node::element).collect()))
}

/// Reads one object.
pub fn object(body: &str) -> Result<Element, NotUnderstood> {
    tree(body).map(|tree| tree.element())
}

/// The code of a refusal, such as `coSpaceDoesNotExist`; `parameterError` with the parameters' names.
pub fn failure(body: &str) -> Option<String> {
    let tree = tree(body).ok().filter(|tree| tree.name == "failureDetails")?;
    let parameters: Vec<&str> = tree
        .children
        .iter()
        .filter_map(|child| child.attributes.get("parameter").map(String::as_str))
        .collect();
    let code = tree.children.first()?.name.clone();
    Some(if parameters.is_empty() { code } else { format!("{code}: {}", parameters.join(", ")) })
}

#[derive(Debug, Default)]
struct Node {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Node>,
}

impl Node {
    fn element(&self) -> Element {
        let id = self.attributes.get("id").cloned().unwrap_or_default();
        Element {
            id,
            fields: self.children.iter().map(|child| (child.name.clone(), child.text.clone())).collect(),
        }
    }
}

/// Deepest nesting that is followed; the API's own is four.
const MAX_DEPTH: usize = 16;

fn tree(body: &str) -> Result<Node, NotUnderstood> {
    let fault = |reason: String| NotUnderstood(reason);
    if body.len() > MAX_BODY_BYTES {
        return Err(fault(format!("more than {MAX_BODY_BYTES} bytes")));
    }
    let mut reader = Reader::from_str(body);
    let mut open: Vec<Node> = Vec::new();
    loop {
        match reader.read_event().map_err(|e| fault(e.to_string()))? {
            Event::Start(start) => {
                if open.len() == MAX_DEPTH {
                    return Err(fault("nested too deeply".into()));
                }
                open.push(node(&start)?);
            }
            Event::Empty(start) => {
                let node = node(&start)?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(node),
                    None => return Ok(node),
                }
            }
            Event::Text(text) => {
                if let Some(node) = open.last_mut() {
                    node.text.push_str(&text);
                }
            }
            Event::GeneralRef(name) => {
                let resolved = resolve(&name);
                let resolved = resolved.ok_or_else(|| fault("an entity that is not known".into()))?;
                if let Some(node) = open.last_mut() {
                    node.text.push(resolved);
                }
            }
            Event::End(_) => {
                let done = open.pop().ok_or_else(|| fault("an end without a start".into()))?;
                match open.last_mut() {
                    Some(parent) => parent.children.push(done),
                    None => return Ok(done),
                }
            }
            Event::Eof => return Err(fault("it ends too early".into())),
            _ => {}
        }
    }
}

fn resolve(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

fn node(start: &quick_xml::events::BytesStart<'_>) -> Result<Node, NotUnderstood> {
    let fault = |reason: String| NotUnderstood(reason);
    let mut node = Node { name: start.name().as_ref().to_owned(), ..Node::default() };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| fault(e.to_string()))?;
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|e| fault(e.to_string()))?;
        node.attributes.insert(attribute.key.as_ref().to_owned(), value.into_owned());
    }
    Ok(node)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Failure, kinds, render};

    #[test]
    fn what_is_written_is_read_back() {
        let fields = BTreeMap::from([("url".to_owned(), "c2w://a:1?x=<&>\"é".to_owned())]);
        let shown =
            render::Shown { id: convoke_model::ObjectId(convoke_model::Uuid::nil()), fields: &fields };
        let (total, page) = list(&render::list(&kinds::web_bridges::WEB_BRIDGES, 7, &[shown])).unwrap();
        assert_eq!((total, page[0].fields["url"].as_str()), (7, "c2w://a:1?x=<&>\"é"));
    }

    #[test]
    fn both_forms_of_an_empty_list_are_read() {
        assert_eq!(list("<?xml version=\"1.0\"?><callBridges total=\"0\"/>").unwrap(), (0, vec![]));
        assert_eq!(list("<callBridges total=\"0\"></callBridges>").unwrap(), (0, vec![]));
    }

    #[test]
    fn refusals_are_read() {
        assert_eq!(failure(&Failure::Code("userDoesNotExist").body()).as_deref(), Some("userDoesNotExist"));
        assert_eq!(
            failure(&Failure::parameter("name", "invalidValue").body()).as_deref(),
            Some("parameterError: name")
        );
        assert_eq!(failure("<html>"), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            drop(list(&text));
            drop(object(&text));
        }
    }
}
