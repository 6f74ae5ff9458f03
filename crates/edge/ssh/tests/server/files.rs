//! Files by OpenSSH's sftp and scp: one folder, whole files, resumed transfers.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
    process::Stdio,
};

use bytes::{Bytes, BytesMut};
use convoke_ssh::limits::{MAX_FILES, MAX_FOLDER_BYTES, MAX_PEM_BYTES};
use russh_sftp::protocol::{Close, FileAttributes, Init, Open, OpenFlags, Packet, Read, StatusCode, Write};

use crate::{
    client::connect,
    host::{Host, bundle, host, text},
};

/// Different bytes everywhere.
fn content(length: usize) -> Vec<u8> {
    (0_u32..).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).take(length).collect()
}

fn local(host: &Host, name: &str, bytes: &[u8]) -> String {
    let path = host.home.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn sftp_puts_lists_gets_renames_and_removes() {
    let host = host();
    let file = local(&host, "backup.bak", &content(3_000_000));
    let back = host.home.path().join("back").display().to_string();
    let out = host.sftp(
        "admin",
        &format!("put {file}\nls -l\nget backup.bak {back}\nrename backup.bak b.bak\nls b.*\npwd\n"),
    );
    let said = text(&out.stdout);
    assert!(out.status.success(), "{said}{}", text(&out.stderr));
    assert!(
        said.contains("-rw-------")
            && said.contains(" 3000000 ")
            && said.contains("Remote working directory: /\n")
            && said.contains("b.bak "),
        "{said}"
    );
    assert!(fs::read(&back).unwrap() == content(3_000_000));
    let kept = host.files().join("b.bak");
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(names(&host.files()), ["b.bak"]);
    assert!(host.sftp("admin", "rm b.bak\n").status.success());
    assert!(names(&host.files()).is_empty());
    let noted = host.accounts.noted.lock().unwrap().join(", ");
    let all = "admin wrote backup.bak (3000000 bytes), admin reads backup.bak, admin renamed backup.bak to b.bak, admin removed b.bak";
    assert_eq!(noted, all);
}

#[test]
fn scp_goes_both_ways() {
    let host = host();
    let file = local(&host, "cms1.crt", &content(5_000));
    let port = host.address.port();
    let remote = format!("scp://admin@127.0.0.1:{port}/");
    let put = host.command("scp").arg("-q").arg(&file).arg(&remote).output().unwrap();
    assert!(put.status.success(), "{}", text(&put.stderr));
    let back = host.home.path().join("back");
    let got =
        host.command("scp").args(["-q", "-p"]).arg(format!("{remote}cms1.crt")).arg(&back).output().unwrap();
    assert!(got.status.success(), "{}", text(&got.stderr));
    assert_eq!(fs::read(back).unwrap(), content(5_000));
    // As most people write it.
    let again = host.command("scp").arg("-q").arg(&file).arg("admin@127.0.0.1:").output().unwrap();
    assert!(again.status.success(), "{}", text(&again.stderr));
    let there = host.home.path().join("there");
    let got = host.command("scp").args(["-q", "admin@127.0.0.1:cms1.crt"]).arg(&there).output().unwrap();
    assert!(got.status.success(), "{}", text(&got.stderr));
    assert_eq!(fs::read(there).unwrap(), content(5_000));
}

#[test]
fn scp_renews_a_file_by_a_shorter_one() {
    let host = host();
    for length in [5000, 1400, 0, 3000] {
        let file = local(&host, "new.crt", &content(length));
        let put = host.command("scp").args(["-q", &file, "admin@127.0.0.1:cms1.crt"]).output().unwrap();
        assert!(put.status.success() && put.stderr.is_empty(), "{put:?}");
        assert!(fs::read(host.files().join("cms1.crt")).unwrap() == content(length), "{length}");
    }
}

#[test]
fn nothing_outside_the_folder_can_be_reached() {
    let host = host();
    fs::write(host.home.path().join("secret.txt"), "secret").unwrap();
    symlink("../secret.txt", host.files().join("link.txt")).unwrap();
    fs::write(host.files().join(".hidden"), "hidden").unwrap();
    fs::create_dir(host.files().join("inner")).unwrap();
    let file = local(&host, "local.txt", b"x");
    let back = host.home.path().join("back").display().to_string();
    for batch in [
        format!("get /../../secret.txt {back}\n"),
        format!("get ../secret.txt {back}\n"),
        format!("get link.txt {back}\n"),
        format!("get .hidden {back}\n"),
        format!("get inner {back}\n"),
        format!("get /etc/passwd {back}\n"),
        format!("put {file} .hidden\n"),
        format!("put {file} a/b\n"),
        format!("put {file} \"two words\"\n"),
        "mkdir new\n".to_owned(),
        "symlink /etc/passwd p.txt\n".to_owned(),
        "rm link.txt\n".to_owned(),
        "rename link.txt other.txt\n".to_owned(),
    ] {
        let out = host.sftp("admin", &format!("{batch}bye\n"));
        assert!(!Path::new(&back).exists(), "{batch}");
        let said = text(&out.stderr) + &text(&out.stdout);
        assert!(!said.is_empty(), "{batch}");
    }
    assert_eq!(names(&host.files()), [".hidden", "inner", "link.txt"]);
    let listed = host.sftp("admin", "ls -la\n");
    let listed = text(&listed.stdout);
    assert!(!listed.contains("hidden") && !listed.contains("link") && !listed.contains("inner"), "{listed}");
    let words = host.sftp("admin", &format!("put {file} .hidden\n"));
    assert!(text(&words.stderr).contains("a file's name has letters"), "{}", text(&words.stderr));
}

#[test]
fn roles_are_told_apart() {
    let host = host();
    fs::write(host.files().join("public.txt"), "all").unwrap();
    fs::write(host.files().join("cms1.key"), "key").unwrap();
    let file = local(&host, "local.txt", b"x");
    let back = host.home.path().join("back").display().to_string();
    let out = host.sftp(
        "audit",
        &format!("ls\nget public.txt {back}\nput {file} public.txt\nget cms1.key {back}2\nrm public.txt\n"),
    );
    let (said, faults) = (text(&out.stdout), text(&out.stderr));
    assert!(said.contains("public.txt") && !said.contains("cms1.key\n"), "{said}");
    assert_eq!(fs::read(&back).unwrap(), b"all");
    assert!(faults.contains("audit may not write public.txt"), "{faults}");
    assert!(!Path::new(&format!("{back}2")).exists());
    assert_eq!(fs::read(host.files().join("public.txt")).unwrap(), b"all");
    let out = host.sftp("api", "ls\n");
    assert!(text(&out.stderr).contains("This account may not use SFTP."), "{}", text(&out.stderr));
}

#[test]
fn what_the_server_makes_can_be_read_and_nothing_else() {
    let host = host();
    let back = host.home.path().join("back").display().to_string();
    let file = local(&host, "local.txt", b"x");
    let out = host.sftp(
        "admin",
        &format!("ls\nget logbundle.tar.gz {back}\nput {file} logbundle.tar.gz\nrm logbundle.tar.gz\n"),
    );
    assert!(text(&out.stdout).contains("logbundle.tar.gz"), "{}", text(&out.stdout));
    assert!(fs::read(&back).unwrap() == bundle());
    assert!(text(&out.stderr).contains("it can only be read"), "{}", text(&out.stderr));
    assert!(names(&host.files()).is_empty());
}

#[test]
fn a_file_that_is_too_large_for_its_kind_leaves_the_old_one() {
    let host = host();
    let most = usize::try_from(MAX_PEM_BYTES).unwrap();
    let fits = local(&host, "fits.crt", &content(most));
    let large = local(&host, "large.crt", &content(most + 1));
    assert!(host.sftp("admin", &format!("put {fits} cms1.crt\n")).status.success());
    let out = host.sftp("admin", &format!("put {large} cms1.crt\n"));
    assert!(text(&out.stderr).contains("larger than 1 MiB"), "{}", text(&out.stderr));
    assert!(fs::read(host.files().join("cms1.crt")).unwrap() == content(most));
    assert_eq!(names(&host.files()), ["cms1.crt"]);
}

#[test]
fn there_are_as_many_files_as_there_may_be() {
    let host = host();
    for number in 0..MAX_FILES {
        fs::write(host.files().join(format!("f{number}")), "").unwrap();
    }
    let file = local(&host, "local.txt", b"x");
    let out = host.sftp("admin", &format!("put {file} f0\nput {file} more\nrename -l f1 f0\n"));
    let faults = text(&out.stderr);
    assert!(
        faults.contains("there are 500 files already") && faults.contains("there is a file f0 already"),
        "{faults}"
    );
    assert_eq!(fs::read(host.files().join("f0")).unwrap(), b"x");
    assert_eq!(names(&host.files()).len(), MAX_FILES);
}

#[test]
fn the_files_together_are_as_large_as_they_may_be_and_no_larger() {
    let host = host();
    let (ten, more) = (local(&host, "ten", &content(10)), local(&host, "more", &content(11)));
    // A hole is as large as it says, and takes no room of the disk.
    let large = fs::File::create(host.files().join("large.bak")).unwrap();
    large.set_len(MAX_FOLDER_BYTES - 10).unwrap();
    let words = "the files here would have more than 4 GiB together; remove some first";
    let out = host.sftp("admin", &format!("put {more} b.bak\n"));
    assert!(text(&out.stderr).contains(words), "{}", text(&out.stderr));
    assert_eq!(names(&host.files()), ["large.bak"]);
    let out = host.sftp("admin", &format!("put {ten} b.bak\n"));
    assert!(out.status.success(), "{}", text(&out.stderr));
    let out = host.sftp("admin", &format!("put {ten} c.bak\n"));
    assert!(text(&out.stderr).contains(words), "{}", text(&out.stderr));
    let out = host.sftp("admin", &format!("put {ten} b.bak\n"));
    assert!(out.status.success(), "in the place of one as large: {}", text(&out.stderr));
    assert_eq!(names(&host.files()), ["b.bak", "large.bak"]);
}

#[test]
fn a_rename_replaces_a_file_where_the_client_asks_for_it_and_nowhere_else() {
    let host = host();
    for (name, holds) in [("a.crt", "a"), ("b.crt", "b")] {
        fs::write(host.files().join(name), holds).unwrap();
    }
    let out = host.sftp("admin", "rename -l a.crt b.crt\n");
    assert!(text(&out.stderr).contains("there is a file b.crt already"), "{}", text(&out.stderr));
    assert_eq!(fs::read(host.files().join("b.crt")).unwrap(), b"b");
    let out = host.sftp("admin", "rename a.crt b.crt\nrename -l b.crt c.crt\n");
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert_eq!(names(&host.files()), ["c.crt"]);
    assert_eq!(fs::read(host.files().join("c.crt")).unwrap(), b"a");
    let out = host.sftp("admin", "rename c.crt logbundle.tar.gz\n");
    assert!(text(&out.stderr).contains("it can only be read"), "{}", text(&out.stderr));
    let out = host.sftp("audit", "rename c.crt d.crt\n");
    assert!(text(&out.stderr).contains("audit may not read c.crt"), "{}", text(&out.stderr));
}

#[test]
fn a_file_in_use_is_neither_removed_nor_renamed_nor_renamed_over_and_a_new_one_is_put_in_its_place() {
    let host = host();
    for name in ["used.crt", "new.crt"] {
        fs::write(host.files().join(name), name).unwrap();
    }
    for batch in [
        "rm used.crt\n",
        "rename used.crt old.crt\n",
        "rename -l used.crt old.crt\n",
        "rename new.crt used.crt\n",
    ] {
        let out = host.sftp("admin", batch);
        let said = text(&out.stderr);
        assert!(said.contains("used.crt is in use by \"scheduler https certs\""), "{batch}{said}");
    }
    assert_eq!(names(&host.files()), ["new.crt", "used.crt"]);
    assert_eq!(fs::read(host.files().join("used.crt")).unwrap(), b"used.crt");
    let renewed = local(&host, "renewed", b"renewed");
    let out = host.sftp("admin", &format!("put {renewed} used.crt\n"));
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert_eq!(fs::read(host.files().join("used.crt")).unwrap(), b"renewed");
    fs::remove_file(host.files().join("used.crt")).unwrap();
    let out = host.sftp("admin", "rename new.crt used.crt\n");
    assert!(out.status.success(), "there is nothing to lose: {}", text(&out.stderr));
}

#[test]
fn an_upload_that_breaks_off_leaves_the_old_file_and_is_resumed() {
    let host = host();
    let whole = content(4_000_000);
    let file = local(&host, "new.bak", &whole);
    fs::write(host.files().join("b.bak"), "old").unwrap();
    // Slow enough to be caught in the middle.
    let mut command = host.command("sftp");
    command.args(["-q", "-l", "20000", "admin@127.0.0.1"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), format!("put {file} b.bak\n").as_bytes())
        .unwrap();
    let partial = || names(&host.files()).into_iter().find(|name| name.starts_with(".b.bak"));
    let length = |name: String| fs::metadata(host.files().join(name)).map_or(0, |found| found.len());
    convoke_testkit::wait_for("some of the upload", || {
        partial().map(length).filter(|length| *length > 100_000)
    });
    assert_eq!(fs::read(host.files().join("b.bak")).unwrap(), b"old", "in the middle");
    child.kill().unwrap();
    child.wait().unwrap();
    // The server notices that the client is gone; until then the name is taken.
    let resumed = convoke_testkit::wait_for("the upload's end", || {
        let out = host.sftp("admin", &format!("put -a {file} b.bak\n"));
        (!text(&out.stderr).contains("is just being uploaded")).then_some(out)
    });
    assert!(resumed.status.success(), "{}", text(&resumed.stderr));
    assert!(fs::read(host.files().join("b.bak")).unwrap() == whole);
    assert_eq!(names(&host.files()), ["b.bak"]);
}

#[test]
fn a_download_is_resumed_and_a_whole_file_is_added_to() {
    let host = host();
    let whole = content(2_000_000);
    fs::write(host.files().join("b.bak"), &whole).unwrap();
    let back = local(&host, "back", &whole[..700_000]);
    assert!(host.sftp("admin", &format!("get -a b.bak {back}\n")).status.success());
    assert!(fs::read(&back).unwrap() == whole);
    fs::write(host.files().join("b.bak"), &whole[..700_000]).unwrap();
    let out = host.sftp("admin", &format!("put -a {back} b.bak\n"));
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(fs::read(host.files().join("b.bak")).unwrap() == whole);
}

/// Programs (paramiko is one) ask for a whole file at once, and write one without waiting for answers.
#[test]
fn a_client_that_asks_for_everything_at_once_gets_everything() {
    const PIECE: usize = 32 * 1024;
    const PIECES: usize = 600;
    let host = host();
    host.runtime.block_on(async {
        let client = connect(&host).await;
        let channel = client.channel_open_session().await.unwrap();
        channel.request_subsystem(true, "sftp").await.unwrap();
        let (mut reader, writer) = channel.split();
        let send = async |packet: Packet| writer.data_bytes(Bytes::try_from(packet).unwrap()).await.unwrap();
        let mut answers = Answers::default();
        send(Packet::Init(Init::new())).await;
        answers.next(&mut reader).await;
        for flags in [OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE, OpenFlags::READ] {
            let is_read = flags.contains(OpenFlags::READ);
            let (filename, attrs) = ("/large.bak".to_owned(), FileAttributes::empty());
            send(Packet::Open(Open { id: 1, filename, pflags: flags, attrs })).await;
            let Packet::Handle(opened) = answers.next(&mut reader).await else { panic!("not opened") };
            let asking = async {
                for number in 0..PIECES {
                    let (id, offset, handle) =
                        (number as u32, (number * PIECE) as u64, opened.handle.clone());
                    send(if is_read {
                        Packet::Read(Read { id, handle, offset, len: PIECE as u32 })
                    } else {
                        Packet::Write(Write { id, handle, offset, data: vec![number as u8; PIECE] })
                    })
                    .await;
                }
                send(Packet::Close(Close { id: 2, handle: opened.handle.clone() })).await;
            };
            let taking = async {
                for number in 0..=PIECES {
                    match answers.next(&mut reader).await {
                        Packet::Data(read) => assert_eq!(read.data, vec![number as u8; PIECE]),
                        Packet::Status(status) => assert_eq!(status.status_code, StatusCode::Ok, "{number}"),
                        other => panic!("{other:?}"),
                    }
                }
            };
            tokio::join!(asking, taking);
        }
    });
    assert_eq!(fs::metadata(host.files().join("large.bak")).unwrap().len(), (PIECE * PIECES) as u64);
}

/// Answers cut out of what a channel brings.
#[derive(Default)]
struct Answers(BytesMut);

impl Answers {
    async fn next(&mut self, reader: &mut russh::ChannelReadHalf) -> Packet {
        loop {
            if let Some(length) = self.0.first_chunk::<4>().map(|length| u32::from_be_bytes(*length) as usize)
                && self.0.len() >= 4 + length
            {
                let mut packet = self.0.split_to(4 + length).freeze().slice(4..);
                return Packet::try_from(&mut packet).unwrap();
            }
            match reader.wait().await {
                Some(russh::ChannelMsg::Data { data }) => self.0.extend_from_slice(&data),
                None | Some(russh::ChannelMsg::Close) => panic!("the channel ended"),
                Some(_) => {}
            }
        }
    }
}
