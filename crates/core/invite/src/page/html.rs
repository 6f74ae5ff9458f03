//! A page as HTML: no style sheet, no script, no picture; colours are the reader's own, light or dark.

use super::Page;

const BODY: &str = "margin:0;padding:24px;font-family:system-ui,-apple-system,'Segoe UI','Malgun Gothic',\
                    'Apple SD Gothic Neo',sans-serif;font-size:16px;line-height:1.5";
const BOX: &str = "max-width:600px";
const LEAD: &str = "margin:0 0 8px";
const TITLE: &str = "margin:0 0 16px;font-size:22px;line-height:1.3";
const NOTE: &str = "margin:0 0 16px;padding:4px 0 4px 12px;border-left:4px solid #b26a00";
const TABLE: &str = "border-collapse:collapse;margin:0 0 16px";
const LABEL: &str =
    "padding:2px 16px 2px 0;text-align:left;vertical-align:top;font-weight:600;white-space:nowrap";
const VALUE: &str = "padding:2px 0;vertical-align:top";
const BUTTON: &str = "display:inline-block;padding:10px 20px;border-radius:6px;background-color:#1f5fbf;\
                      color:#ffffff;text-decoration:none;font-weight:600";

const CHOICE: &str = "display:inline-block;margin:0 8px 8px 0;padding:9px 14px;border:1px solid #1f5fbf;border-radius:6px;\
                      color:inherit;text-decoration:none;font-weight:600";

impl Page {
    /// A whole document in the language of `tag`.
    pub(crate) fn to_html(&self, tag: &str) -> String {
        let title = escaped(&self.title);
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>{title}</title>\n</head>\n\
             <body style=\"{BODY}\">\n<div style=\"{BOX}\">\n<p style=\"{LEAD}\">{}</p>\n<h1 style=\"{TITLE}\">{title}</h1>\n",
            escaped(&self.lead)
        );
        if let Some((label, changes)) = &self.changed {
            html.push_str(&format!("<div style=\"{NOTE}\"><strong>{label}</strong><br>\n"));
            let lines: Vec<String> = changes.iter().map(|change| escaped(change)).collect();
            html.push_str(&format!("{}</div>\n", lines.join("<br>\n")));
        }
        html.push_str(&format!("<table role=\"presentation\" style=\"{TABLE}\">\n"));
        for fact in &self.facts {
            html.push_str(&format!(
                "<tr><th scope=\"row\" style=\"{LABEL}\">{}</th><td style=\"{VALUE}\">{}</td></tr>\n",
                fact.label,
                escaped(&fact.value)
            ));
        }
        html.push_str("</table>\n");
        if let Some((label, link)) = &self.join {
            let link = escaped(link);
            html.push_str(&format!(
                "<p style=\"margin:0 0 8px\"><a href=\"{link}\" style=\"{BUTTON}\">{label}</a></p>\n"
            ));
            html.push_str(&format!(
                "<p style=\"margin:0 0 16px;font-size:14px\"><a href=\"{link}\">{link}</a></p>\n"
            ));
        }
        if let Some(ask) = &self.ask {
            html.push_str(&format!(
                "<p style=\"{LEAD}\"><strong>{}</strong></p>\n<p style=\"margin:0 0 8px\">",
                ask.question
            ));
            for (label, link) in &ask.buttons {
                html.push_str(&format!("<a href=\"{}\" style=\"{CHOICE}\">{label}</a>\n", escaped(link)));
            }
            html.push_str("</p>\n");
        }
        if let Some((label, description)) = &self.description {
            let text = escaped(description).replace('\n', "<br>\n");
            html.push_str(&format!(
                "<p style=\"{LEAD}\"><strong>{label}</strong></p>\n<p style=\"margin:0\">{text}</p>\n"
            ));
        }
        html.push_str("</div>\n</body>\n</html>\n");
        html
    }
}

/// A text as a document: its paragraphs and lines, and its web addresses as links.
pub(crate) fn of_text(text: &str, tag: &str, title: &str) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n</head>\n\
         <body style=\"{BODY}\">\n<div style=\"{BOX}\">\n",
        escaped(title)
    );
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        let lines: Vec<String> = paragraph.lines().map(linked).collect();
        html.push_str(&format!("<p style=\"margin:0 0 16px\">{}</p>\n", lines.join("<br>\n")));
    }
    html.push_str("</div>\n</body>\n</html>\n");
    html
}

/// A line with its words that are web addresses as links.
fn linked(line: &str) -> String {
    let word = |word: &str| {
        let address = word.trim_end_matches(['.', ',', ';', ')', '>']);
        if !address.starts_with("https://") && !address.starts_with("http://") {
            return escaped(word);
        }
        let rest = word.get(address.len()..).unwrap_or_default();
        let address = escaped(address);
        format!("<a href=\"{address}\">{address}</a>{}", escaped(rest))
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Text that stays text between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}
