//! A page as plain text.

use super::Page;

impl Page {
    /// Lines that end in LF; what people typed keeps its own lines.
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!("{}\n\n{}\n", self.lead, self.title);
        if let Some((label, changes)) = &self.changed {
            text.push_str(&format!("\n{label}:\n"));
            changes.iter().for_each(|change| text.push_str(&format!("- {change}\n")));
        }
        text.push('\n');
        for fact in &self.facts {
            text.push_str(&format!("{}: {}\n", fact.label, fact.value));
        }
        if let Some((label, link)) = &self.join {
            text.push_str(&format!("\n{label}:\n{link}\n"));
        }
        if let Some(ask) = &self.ask {
            text.push_str(&format!("\n{}:\n{}\n", ask.request, ask.link));
        }
        if let Some((label, description)) = &self.description {
            text.push_str(&format!("\n{label}:\n{description}\n"));
        }
        text
    }
}
