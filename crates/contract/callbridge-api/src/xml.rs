//! XML text as the API writes it: one line, no trailing newline, control characters left out.

/// The prolog that every body begins with.
pub const PROLOG: &str = "<?xml version=\"1.0\"?>";

/// Text for an element or an attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            '\r' => out.push_str("&#13;"),
            c if can_hold(c) => out.push(c),
            _ => {}
        }
    }
    out
}

/// Whether a character comes through: XML 1.0 has no way to write most control characters.
pub fn can_hold(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// `<name>text</name>`, or `<name/>` for empty text.
pub fn element(name: &str, text: &str) -> String {
    if text.is_empty() { format!("<{name}/>") } else { format!("<{name}>{}</{name}>", escape(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_can_become_markup() {
        assert_eq!(element("name", "a<b>&\"c\"\u{1}"), "<name>a&lt;b&gt;&amp;&quot;c&quot;</name>");
        assert_eq!(element("passcode", ""), "<passcode/>");
    }
}
