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
        let settings = format!("# {text}\n[node]\ndata_dir = \"data\"\n");
        fs::write(&path, if path == places.settings { &settings } else { text }).unwrap();
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
    let read = |path: &PathBuf| fs::read_to_string(path).unwrap();
    placed(places)
        .iter()
        .map(|path| read(path).lines().next().unwrap_or_default().trim_start_matches("# ").to_owned())
        .collect()
}

#[test]
fn the_way_back_leads_to_what_there_was() {
    let folder = tempfile::tempdir().unwrap();
    let places = server(folder.path(), "before");
    let backup = places.data_dir.join("files/one.bak");
    write(&places, &about(), &backup).unwrap();
    server(folder.path(), "after");
    fs::write(places.data_dir.join("files/new.key"), "of later").unwrap();
    let unpacked = unpack(&places, &backup, VERSION).unwrap();
    assert_eq!(unpacked.about, about());
    assert_eq!(texts(&places), ["after"; 4], "nothing has changed yet");
    assert!(!is_waiting(&places.data_dir), "nobody has said yet that it is wanted");
    unpacked.is_wanted().unwrap();
    assert!(is_waiting(&places.data_dir));
    put_in_place(&places.data_dir, &places.settings).unwrap();
    assert_eq!(texts(&places), ["before"; 4]);
    assert!(!is_waiting(&places.data_dir) && backup.exists());
    assert!(!places.data_dir.join("files/new.key").exists(), "a key of later is none of then");
}

#[test]
fn what_was_broken_off_is_ended_later() {
    let folder = tempfile::tempdir().unwrap();
    let places = server(folder.path(), "before");
    let backup = places.data_dir.join("files/one.bak");
    write(&places, &about(), &backup).unwrap();
    server(folder.path(), "after");
    unpack(&places, &backup, VERSION).unwrap().is_wanted().unwrap();
    // Killed when some had moved.
    fs::write(places.unpacked().join("files.cleared"), "").unwrap();
    fs::rename(places.unpacked().join("files/cms1.key"), places.data_dir.join("files/cms1.key")).unwrap();
    fs::rename(places.unpacked().join("accounts.json"), places.data_dir.join("accounts.json")).unwrap();
    put_in_place(&places.data_dir, &places.settings).unwrap();
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
    unpack(&places, &backup, VERSION).unwrap().is_wanted().unwrap();
    put_in_place(&places.data_dir, &places.settings).unwrap();
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
        assert!(!is_waiting(&places.data_dir), "{name}");
    }
    assert_eq!(texts(&places), ["before"; 4]);
}

#[test]
fn the_database_goes_where_it_was_whatever_is_used_now() {
    let folder = tempfile::tempdir().unwrap();
    let mut places = server(folder.path(), "before");
    let was = places.data_dir.join("convoke.db");
    places.database = Some(was.clone());
    drop(convoke_store::Store::open(&Database::Sqlite { file: was.clone() }).unwrap());
    let backup = places.data_dir.join("files/one.bak");
    write(&places, &about(), &backup).unwrap();
    let again = write(&places, &about(), &backup).unwrap_err().to_string();
    assert_eq!(again, "it is there already; choose another name, or remove it by SFTP first");
    // Since then another one is used, and the old file is gone.
    fs::remove_file(&was).unwrap();
    let now = places.data_dir.join("other.db");
    fs::write(&now, "of now").unwrap();
    places.database = Some(now.clone());
    unpack(&places, &backup, VERSION).unwrap().is_wanted().unwrap();
    put_in_place(&places.data_dir, &places.settings).unwrap();
    assert!(was.exists());
    assert_eq!(fs::read_to_string(now).unwrap(), "of now");
}

#[test]
fn a_backup_of_another_server_is_refused() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (here, there) = (server(one.path(), "before"), server(other.path(), "of another"));
    fs::write(&there.settings, format!("[node]\ndata_dir = {:?}\n", there.data_dir.display().to_string()))
        .unwrap();
    let backup = here.data_dir.join("files/one.bak");
    write(&there, &about(), &backup).unwrap();
    let fault = unpack(&here, &backup, VERSION).unwrap_err();
    assert_eq!(fault, format!("it is of another server, whose folder is {}", there.data_dir.display()));
    assert!(!is_waiting(&here.data_dir));
}

#[test]
fn what_a_killed_snapshot_left_is_swept() {
    let folder = tempfile::tempdir().unwrap();
    let places = server(folder.path(), "before");
    let files = places.data_dir.join("files");
    let left = [places.data_dir.join("backup-x.sqlite"), files.join(".one.bak.new")];
    left.iter().for_each(|path| fs::write(path, "x").unwrap());
    sweep(&places.data_dir, &files);
    assert!(left.iter().all(|path| !path.exists()));
    assert_eq!(texts(&places), ["before"; 4]);
}
