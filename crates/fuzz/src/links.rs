//! What comes over a link before and under HTTP/2.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The first message of a web bridge, or the upgrade request of a dialler: a path, then a field a line.
pub(crate) fn handshake(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Some(guid) = convoke_c2w::fuzz::hello(&text) {
        assert!(text.len() <= convoke_c2w::limits::MAX_HELLO, "{guid}");
    }
    let mut lines = data.split(|byte| *byte == b'\n');
    let path = String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
    let mut headers = HeaderMap::new();
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    if let Some((_, node)) = convoke_c2w::fuzz::upgrade(&path, &headers) {
        assert!((1..=convoke_c2w::limits::MAX_NODE_NAME).contains(&node.len()));
        assert!(node.bytes().all(|byte| byte.is_ascii_graphic()), "{node}");
    }
}

/// Frames of a WebSocket, as a web bridge reads them.
pub(crate) fn frames(data: &[u8]) {
    let read = convoke_c2w::fuzz::frames(data);
    assert!(read <= data.len(), "{read} bytes from {}", data.len());
}
