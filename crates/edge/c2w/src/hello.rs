//! What both sides say before HTTP/2 begins: the upgrade request names who dials, the hello names the web bridge.

use convoke_model::Uuid;
use http::{
    HeaderMap, HeaderValue, Request, Response, StatusCode,
    header::{CONNECTION, HOST, InvalidHeaderValue, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE},
};
use tokio_tungstenite::tungstenite::handshake::client::generate_key;

use crate::{
    limits::{MAX_HELLO, MAX_NODE_NAME},
    role::Role,
    url::C2wUrl,
};

/// Where links are upgraded.
pub(crate) const PATH: &str = "/c2w/v1";

/// The request that the web bridge sends as a heartbeat.
pub(crate) const HEARTBEAT_PATH: &str = "/c2w/heartbeat";

/// The same as a URI: HTTP/2 wants an authority.
pub(crate) const HEARTBEAT_URI: &str = "http://c2w/c2w/heartbeat";

const ROLE_HEADER: &str = "x-convoke-c2w-role";
const NODE_HEADER: &str = "x-convoke-c2w-node";

/// Who dials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub role: Role,
    pub node: String,
}

/// The upgrade request of a dialler.
pub(crate) fn upgrade_request(url: &C2wUrl, caller: &Caller) -> Result<Request<()>, InvalidHeaderValue> {
    let mut request = Request::new(());
    // tungstenite wants a ws URI; the connection exists already, so that only the path matters.
    *request.uri_mut() = http::Uri::from_static("ws://c2w/c2w/v1");
    let headers = request.headers_mut();
    headers.insert(HOST, HeaderValue::from_str(&url.to_string())?);
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    headers.insert(SEC_WEBSOCKET_KEY, HeaderValue::from_str(&generate_key())?);
    headers.insert(ROLE_HEADER, HeaderValue::from_static(caller.role.name()));
    headers.insert(NODE_HEADER, HeaderValue::from_str(&caller.node)?);
    Ok(request)
}

/// Who dials, or the answer that refuses it.
pub(crate) fn read_upgrade(path: &str, headers: &HeaderMap) -> Result<Caller, Box<Response<Option<String>>>> {
    let refuse = |status, text: &str| {
        let mut response = Response::new(Some(text.to_owned()));
        *response.status_mut() = status;
        Box::new(response)
    };
    if path != PATH {
        return Err(refuse(StatusCode::NOT_FOUND, "links are upgraded at /c2w/v1"));
    }
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let role = text(ROLE_HEADER).and_then(Role::from_name);
    let node = text(NODE_HEADER).filter(|node| is_node_name(node));
    match (role, node) {
        (Some(role), Some(node)) => Ok(Caller { role, node: node.to_owned() }),
        _ => Err(refuse(StatusCode::BAD_REQUEST, "the headers that name role and node are missing or wrong")),
    }
}

/// Whether `name` can be a node's name: 1 to 64 visible ASCII characters.
pub(crate) fn is_node_name(name: &str) -> bool {
    (1..=MAX_NODE_NAME).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_graphic())
}

/// The web bridge's first message.
pub(crate) fn hello(guid: Uuid) -> String {
    serde_json::json!({ "guid": guid.hyphenated().to_string() }).to_string()
}

/// The GUID in the web bridge's first message. Unknown fields are passed over, for later versions.
pub(crate) fn read_hello(text: &str) -> Option<Uuid> {
    if text.len() > MAX_HELLO {
        return None;
    }
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    convoke_model::id::parse_guid(value.get("guid")?.as_str()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hello_names_the_guid() {
        let guid: Uuid = "b6859515-3ea3-4bdc-9dce-a8b3033e62d7".parse().unwrap();
        assert_eq!(hello(guid), r#"{"guid":"b6859515-3ea3-4bdc-9dce-a8b3033e62d7"}"#);
        assert_eq!(read_hello(&hello(guid)), Some(guid));
    }

    #[test]
    fn a_hello_that_is_none_is_refused() {
        let long = format!("{}{}", hello(Uuid::nil()), " ".repeat(MAX_HELLO));
        for text in ["", "{}", "[]", r#"{"guid":1}"#, r#"{"guid":"x"}"#, &long] {
            assert_eq!(read_hello(text), None, "{text}");
        }
    }

    #[test]
    fn the_heartbeat_goes_to_its_path() {
        assert_eq!(http::Uri::from_static(HEARTBEAT_URI).path(), HEARTBEAT_PATH);
    }

    #[test]
    fn the_upgrade_names_role_and_node() {
        let caller = Caller { role: Role::Scheduler, node: "node1".into() };
        let request = upgrade_request(&"c2w://wb1.test:8443".parse().unwrap(), &caller).unwrap();
        assert_eq!(read_upgrade(request.uri().path(), request.headers()).unwrap(), caller);
        assert_eq!(read_upgrade("/", request.headers()).unwrap_err().status(), StatusCode::NOT_FOUND);
        assert_eq!(read_upgrade(PATH, &HeaderMap::new()).unwrap_err().status(), StatusCode::BAD_REQUEST);
    }
}
