//! A backup and the way back, whole and broken off.

use super::*;

const VERSION: &str = "0.1.0";

fn about() -> About {
    About {
        version: VERSION.into(),
        node: "cms1".into(),
        written: "2026-11-23T12:00:00Z".into(),
        database: false,
    }
}

/// A server's folders, with this text in each place.
fn server(folder: &Path, text: &str) -> Places {
    let data_dir = folder.join("data");
    for within in ["files", "secrets"] {
        fs::create_dir_all(data_dir.join(within)).unwrap();
    }
    let places = Places { settings: folder.join("convoke.toml"), database: None, data_dir };
    for path in placed(&places) {
        fs::write(path, text).unwrap();
    }
    places
}

fn placed(places: &Places) -> [PathBuf; 4] {
    let data = &places.data_dir;
    [
        places.settings.clone(),
        data.join("accounts.json"),
        data.join("files/cms1.key"),
        data.join("secrets/mail.password"),
    ]
}

fn texts(places: &Places) -> Vec<String> {
    placed(places).iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn the_way_back_leads_to_what_there_was() {
    let folder = tempfile::tempdir().unwrap();
    let places = server(folder.path(), "before");
    let backup = places.data_dir.join("files/one.bak");
    write(&places, &about(), &backup).unwrap();
    server(folder.path(), "after");
    fs::write(places.data_dir.join("files/new.key"), "of later").unwrap();
    assert_eq!(unpack(&places, &backup, VERSION).unwrap(), about());
    assert_eq!(texts(&places), ["after"; 4], "nothing has changed yet");
    assert!(is_waiting(&places));
    put_in_place(&places).unwrap();
    assert_eq!(texts(&places), ["before"; 4]);
    assert!(!is_waiting(&places) && backup.exists());
    assert!(!places.data_dir.join("files/new.key").exists(), "a key of later is none of then");
}

#[test]
fn what_was_broken_off_is_ended_later() {
    let folder = tempfile::tempdir().unwrap();
    let places = server(folder.path(), "before");
    let backup = places.data_dir.join("files/one.bak");
    write(&places, &about(), &backup).unwrap();
    server(folder.path(), "after");
    unpack(&places, &backup, VERSION).unwrap();
    // Killed when some had moved.
    fs::write(places.unpacked().join("files.cleared"), "").unwrap();
    fs::rename(places.unpacked().join("files/cms1.key"), places.data_dir.join("files/cms1.key")).unwrap();
    fs::rename(places.unpacked().join("accounts.json"), places.data_dir.join("accounts.json")).unwrap();
    put_in_place(&places).unwrap();
    assert_eq!(texts(&places), ["before"; 4]);
}

#[test]
fn the_database_is_copied_while_it_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let mut places = server(folder.path(), "before");
    let database = places.data_dir.join("convoke.db");
    places.database = Some(database.clone());
    let store = convoke_store::Store::open(&Database::Sqlite { file: database.clone() }).unwrap();
    let backup = places.data_dir.join("files/one.bak");
    write(&places, &about(), &backup).unwrap();
    drop(store);
    fs::remove_file(&database).unwrap();
    fs::write(places.data_dir.join("convoke.db-wal"), "of another").unwrap();
    unpack(&places, &backup, VERSION).unwrap();
    put_in_place(&places).unwrap();
    assert!(convoke_store::Store::open(&Database::Sqlite { file: database }).is_ok());
}

#[test]
fn what_is_no_backup_of_this_version_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let places = server(folder.path(), "before");
    let file = |name: &str| places.data_dir.join("files").join(name);
    write(&places, &about(), &file("good.bak")).unwrap();
    fs::write(file("junk.bak"), "no archive").unwrap();
    let whole = fs::read(file("good.bak")).unwrap();
    fs::write(file("half.bak"), &whole[..whole.len() / 2]).unwrap();
    let mut escape = Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let mut header = Header::new_gnu();
    header.set_size(1);
    header.as_mut_bytes()[..12].copy_from_slice(b"files/../../");
    header.as_mut_bytes()[12..14].copy_from_slice(b"x\0");
    header.set_cksum();
    escape.append(&header, b"x".as_slice()).unwrap();
    fs::write(file("escape.bak"), escape.into_inner().unwrap().finish().unwrap()).unwrap();
    for (name, version, told) in [
        ("junk.bak", VERSION, "it is not a backup, or it is damaged: invalid gzip header"),
        ("half.bak", VERSION, "it is not a backup, or it is damaged: "),
        (
            "escape.bak",
            VERSION,
            "it is not a backup, or it is damaged: files/../../x does not belong into a backup",
        ),
        (
            "good.bak",
            "9.9.9",
            "it was written by Convoke 0.1.0, and this is 9.9.9; the version must be the same",
        ),
    ] {
        let fault = unpack(&places, &file(name), version).unwrap_err();
        assert!(fault.starts_with(told), "{name}: {fault}");
        assert!(!is_waiting(&places), "{name}");
    }
    assert_eq!(texts(&places), ["before"; 4]);
}
