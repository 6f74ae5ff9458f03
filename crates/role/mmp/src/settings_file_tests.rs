//! Changes of the settings file: what stays, what is refused, and two at once.

use super::*;

const TEXT: &str = "\
# The server of the main office.
[node]
name = \"cms1\"
data_dir = \"data\" # on the fast disk

[interfaces]
a = \"192.0.2.10\"

# Left as it was.
[scheduler]
enabled = false
https = { listen = \"a:9443\" } # inline
";

fn file(text: &str) -> (tempfile::TempDir, SettingsFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("convoke.toml");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    (folder, SettingsFile::new(&path))
}

#[test]
fn a_change_keeps_comments_order_and_mode() {
    let (_folder, file) = file(TEXT);
    let changed = file.change(|view| {
        view.set("node.data_dir", "other");
        view.set("scheduler.https.listen", "a:9444");
        view.set("scheduler.c2w.key_file", "cb.key");
        view.set_list("webbridge.https.listen", &["a:443".into(), "b:443".into()]);
        Ok(7)
    });
    assert_eq!(changed, Ok(7));
    let text = fs::read_to_string(file.path()).unwrap();
    assert_eq!(
        text,
        TEXT.replace("\"data\" #", "\"other\" #").replace("a:9443", "a:9444")
            + "\n[scheduler.c2w]\nkey_file = \"cb.key\"\n\n[webbridge]\nenabled = false\n\n[webbridge.https]\n\
               listen = [\"a:443\", \"b:443\"]\n"
    );
    assert_eq!(fs::metadata(file.path()).unwrap().mode() & 0o7777, 0o640);
    let view = file.look().unwrap();
    assert_eq!(view.strings("webbridge.https.listen"), ["a:443", "b:443"]);
    assert_eq!(view.file("scheduler.c2w.key_file"), Some(file.path().with_file_name("cb.key")));
    assert!(!view.is_enabled(Role::WebBridge) && !view.is_enabled(Role::CallBridge));
}

#[test]
fn what_is_refused_or_would_break_a_service_that_is_enabled_changes_nothing() {
    let (_folder, file) = file(TEXT);
    let refused: Result<(), Failed> = file.change(|view| {
        view.set("node.name", "other");
        Err(Failed::line("no"))
    });
    assert_eq!(refused, Err(Failed::line("no")));
    let broken = file.change(|view| {
        view.set("scheduler.enabled", true);
        Ok(())
    });
    let Err(Failed::Lines(lines)) = broken else { panic!("it was changed") };
    assert_eq!(lines[0], "FAILURE: not changed, since a service that is enabled could not start with it:");
    assert!(lines.iter().any(|line| line.starts_with("  scheduler.c2w.key_file: missing")), "{lines:?}");
    assert_eq!(fs::read_to_string(file.path()).unwrap(), TEXT);
}

fn name(view: &mut View, name: &str) -> Result<(), Failed> {
    view.set("node.name", name);
    Ok(())
}

#[test]
fn a_file_that_is_no_toml_is_left_alone() {
    let (_folder, file) = file("[node\nname = 1");
    let Err(Failed::Lines(lines)) = file.change(|view| name(view, "a")) else { panic!() };
    assert!(lines[0].ends_with("is not well-formed; mend it by hand, then try again:"), "{lines:?}");
    assert!(lines.len() > 1);
    assert_eq!(fs::read_to_string(file.path()).unwrap(), "[node\nname = 1");
}

#[test]
fn two_who_change_it_at_once_lose_nothing() {
    let (_folder, file) = file(TEXT);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let file = file.clone();
            scope.spawn(move || {
                for number in 0..25 {
                    file.change(|view| {
                        view.set(&format!("interfaces.x{writer}-{number}"), "192.0.2.1");
                        Ok(())
                    })
                    .unwrap();
                }
            });
        }
    });
    assert_eq!(file.look().unwrap().section("interfaces").len(), 101);
}

#[test]
fn a_key_goes_and_its_section_stays_with_its_comments() {
    let (_folder, file) = file(TEXT);
    file.change(|view| {
        view.remove("scheduler.https.listen");
        view.remove("nothing.there");
        Ok(())
    })
    .unwrap();
    let view = file.look().unwrap();
    assert!(!view.has("scheduler.https.listen") && view.has("scheduler.https"));
    assert!(view.text().contains("# Left as it was.") && view.faults(Wanted::Nothing).is_empty());
}

#[test]
fn what_is_undone_is_as_before_to_the_letter_and_what_others_changed_since_stays() {
    let before =
        View::of(&format!("{TEXT}\n[callbridge]\nhttps.enabled = false # for now\n"), Path::new("/"));
    let mut after = before.clone();
    after.set("scheduler.enabled", true);
    after.remove("callbridge.https.enabled");
    after.set("node.web_app_url", "https://cms1");
    let keys = ["scheduler.enabled", "callbridge.https.enabled", "node.web_app_url", "callbridge.domain"];
    let mut undone = after.clone();
    undone.undo(&keys, &before, &after);
    assert_eq!(undone.text(), before.text());
    let mut meanwhile = after.clone();
    meanwhile.set("node.web_app_url", "https://meet.example.com");
    meanwhile.set("scheduler.https.listen", "a:9444");
    meanwhile.undo(&keys, &before, &after);
    assert_eq!(meanwhile.flag("scheduler.enabled"), Some(false));
    assert_eq!(meanwhile.flag("callbridge.https.enabled"), Some(false));
    assert_eq!(meanwhile.string("node.web_app_url").unwrap(), "https://meet.example.com");
    assert_eq!(meanwhile.string("scheduler.https.listen").unwrap(), "a:9444");
}

#[test]
fn a_file_that_can_not_be_read_or_written_or_is_being_changed_is_told() {
    let (folder, file) = file(TEXT);
    let change = || {
        file.change(|view| {
            view.set("node.name", "other");
            Ok(())
        })
    };
    let name = file.path().display();
    let told = |what: Result<(), Failed>| match what {
        Err(Failed::Lines(lines)) => lines.join("\n"),
        other => panic!("{other:?}"),
    };
    let lock = File::create(folder.path().join(".convoke.toml.lock")).unwrap();
    lock.lock().unwrap();
    assert_eq!(told(change()), "FAILURE: another program is changing the settings file; try again");
    drop(lock);
    let in_the_way = folder.path().join("convoke.toml.new");
    fs::create_dir(&in_the_way).unwrap();
    let refused = told(change());
    assert!(refused.starts_with(&format!("FAILURE: {name} can't be changed: ")), "{refused}");
    assert!(refused.ends_with("; the server's user must be able to write its folder"), "{refused}");
    fs::remove_dir(in_the_way).unwrap();
    assert_eq!(fs::read_to_string(file.path()).unwrap(), TEXT);
    let largest = usize::try_from(MAX_FILE_BYTES).unwrap();
    fs::write(file.path(), format!("{TEXT}#{}", "x".repeat(largest - TEXT.len()))).unwrap();
    let refused = told(change());
    assert_eq!(
        refused,
        format!("FAILURE: {name} can't be read: it has {} bytes, more than {largest}", largest + 1)
    );
    fs::write(file.path(), format!("{TEXT}#{}", "x".repeat(largest - TEXT.len() - 1))).unwrap();
    assert_eq!(change(), Ok(()));
    fs::remove_file(file.path()).unwrap();
    assert!(told(change()).starts_with(&format!("FAILURE: {name} can't be read: No such file")));
}
