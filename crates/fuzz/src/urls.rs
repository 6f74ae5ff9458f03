//! URLs of servers that people name.

use convoke_fetch::{MAX_URL_CHARS, Target};

/// A URL that is taken names one server by what stands in it, says that server again, and nothing of the rest.
pub(crate) fn url(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(target) = Target::parse(&text, true) else { return };
    assert!(text.chars().count() <= MAX_URL_CHARS);
    let server = target.server();
    assert!(server.bytes().all(|byte| byte.is_ascii_graphic()), "{server}");
    let again = Target::parse(&server, true);
    assert_eq!(again.map(|again| again.server()), Ok(server));
}
