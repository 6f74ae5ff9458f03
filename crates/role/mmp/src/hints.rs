//! Which command sets a key of the settings: faults are told by their keys, and who sits at the shell has commands.

/// Keys and how they begin, the longer ones first, each with its command.
const COMMANDS: [(&str, &str); 25] = [
    ("callbridge.https.listen", "webadmin listen"),
    ("callbridge.https.", "webadmin certs"),
    ("callbridge.c2w.trust_file", "callbridge trust c2w"),
    ("callbridge.c2w.", "callbridge certs"),
    ("callbridge.listen", "callbridge listen"),
    ("webbridge.https.listen", "webbridge3 https listen"),
    ("webbridge.https.http_redirect", "webbridge3 http-redirect"),
    ("webbridge.https.frame_ancestors", "webbridge3 https frame-ancestors"),
    ("webbridge.https.", "webbridge3 https certs"),
    ("webbridge.c2w.listen", "webbridge3 c2w listen"),
    ("webbridge.c2w.trust_file", "webbridge3 c2w trust"),
    ("webbridge.c2w.", "webbridge3 c2w certs"),
    ("scheduler.https.listen", "scheduler https listen"),
    ("scheduler.https.", "scheduler https certs"),
    ("scheduler.c2w.trust_file", "scheduler c2w trust"),
    ("scheduler.c2w.", "scheduler c2w certs"),
    ("scheduler.email.server", "scheduler email server"),
    ("scheduler.email.from", "mail from"),
    ("scheduler.email.starttls", "scheduler email starttls"),
    ("scheduler.email.trust_file", "scheduler email trust"),
    ("scheduler.replies.", "mail replies"),
    ("database.", "database"),
    ("node.web_app_url", "callbridge webapp"),
    ("outgoing.trust_file", "callbridge trust branding"),
    ("log.syslog", "syslog server"),
];

/// A fault of the settings with the command that mends it, where there is one.
pub fn with_command(fault: &str) -> String {
    match command(fault) {
        Some(command) => format!("{fault} (\"{command}\")"),
        None => fault.to_owned(),
    }
}

fn command(fault: &str) -> Option<&'static str> {
    let (key, rest) = fault.split_once(": ")?;
    if key == "scheduler.email.auth" {
        let in_clear = rest.contains("in the clear");
        return Some(if in_clear { "scheduler email starttls enable" } else { "scheduler email username" });
    }
    // No command knows a key that nobody knows.
    if rest.starts_with("unknown key") {
        return None;
    }
    COMMANDS.iter().find(|(begin, _)| key.starts_with(begin)).map(|(_, command)| *command)
}

#[cfg(test)]
mod tests {
    use convoke_model::AccountRole;
    use convoke_shell::{grammar::Form, words};

    use super::*;

    #[test]
    fn each_command_is_one_of_the_shells() {
        let patterns: Vec<&Form> = words::ALL.iter().flat_map(|word| word.forms).collect();
        for (key, command) in COMMANDS {
            let is_there =
                |form: &&Form| form.is_for(AccountRole::Admin) && form.pattern.starts_with(command);
            assert!(patterns.iter().any(is_there), "{key}: {command}");
        }
    }

    #[test]
    fn a_fault_is_told_with_the_command_that_mends_it() {
        for (fault, told) in [
            (
                "scheduler.email.auth: a password would go over the network in the clear; expected starttls = true",
                " (\"scheduler email starttls enable\")",
            ),
            ("webbridge.c2w.key_file: missing; expected a file", " (\"webbridge3 c2w certs\")"),
            ("webbridge.c2w.colour: unknown key; expected one of: listen", ""),
            ("settings file: not well-formed TOML", ""),
        ] {
            assert_eq!(with_command(fault), format!("{fault}{told}"));
        }
    }
}
