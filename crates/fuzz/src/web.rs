//! What a browser sends to a web bridge: paths and fields.

use convoke_callbridge_api::path;
use convoke_webbridge::fuzz::{Routed, carried, encodings, route};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};

use crate::texts;

/// A path: none that goes to a call bridge means anything of the operators' API there, decoded or not.
pub(crate) fn paths(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    drop(path::parse(&text));
    let Ok(uri) = text.parse::<http::Uri>() else { return };
    if route(uri.path()) == Routed::CallBridge {
        assert!(path::parse(uri.path()).is_none(), "{text}");
        assert!(path::parse(&percent_decoded(uri.path())).is_none(), "{text}");
    }
    if route(uri.path()) == Routed::Scheduler {
        assert!(uri.path().starts_with("/api/v1/scheduler"), "{text}");
    }
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |offset: usize| bytes.get(at + offset).and_then(|byte| char::from(*byte).to_digit(16));
        match (bytes[at], hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Fields of a request, a line each: what is carried to a part holds no word of the browser about itself. The first line
/// is an `Accept-Encoding`.
pub(crate) fn headers(data: &[u8]) {
    let [accepted, fields] = texts(data);
    let order = encodings(&accepted);
    assert!((1..=3).contains(&order.len()) && order.last() == Some(&"identity"), "{order:?}");
    let mut request = Request::new(());
    *request.method_mut() = Method::POST;
    let mut given = HeaderMap::new();
    for line in fields.split('\n') {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        {
            given.append(name, value);
        }
    }
    *request.headers_mut() = given;
    let (parts, ()) = request.into_parts();
    let carried = carried(parts.clone(), [192, 0, 2, 1].into());
    for (name, value) in &carried {
        let name = name.as_str();
        assert!(!name.starts_with("x-forwarded-") && name != "forwarded" && name != "host", "{name}");
        if name.starts_with("x-convoke-") {
            let told = name == "x-convoke-host" || value == "192.0.2.1";
            assert!(told, "{name}: {value:?}");
        }
    }
    assert_eq!(carried.get_all("x-convoke-client-address").iter().count(), 1);
    assert!(carried.get_all("x-convoke-host").iter().count() <= 1);
    for name in
        ["connection", "transfer-encoding", "te", "upgrade", "keep-alive", "proxy-connection", "trailer"]
    {
        assert!(!carried.contains_key(name), "{name}");
    }
}
