//! Shells and lines: streams both ways, sizes, statuses, and the end.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use convoke_ssh::limits::{KEEPALIVE, MAX_CHANNELS, MAX_EXEC_BYTES, MAX_KEEPALIVES, MAX_UNREAD_INPUT};
use russh::Sig;

use crate::{
    client::{connect, read_to_end, read_until},
    host::{host, host_without_waiting, text},
    sign_in::{make_key, read_key},
};

#[test]
fn a_line_has_its_output_and_its_status_and_a_script_its_input() {
    let host = host();
    let out = host.ssh("admin", &["large"]);
    assert_eq!((out.status.code(), out.stdout.len()), (Some(7), 2_000_000));
    assert_eq!(host.ssh("admin", &["no such thing"]).status.code(), Some(2));
    let mut child = host
        .command("ssh")
        .arg("admin@127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&[b'x'; 100_000]).unwrap();
    assert_eq!(text(&child.wait_with_output().unwrap().stdout), "100000 bytes\n");
}

#[test]
fn a_panic_ends_one_session_with_a_status_and_nothing_else() {
    let host = host();
    host.runtime.block_on(async {
        let client = connect(&host).await;
        let mut other = client.channel_open_session().await.unwrap();
        other.request_pty(true, "xterm", 80, 24, 0, 0, &[]).await.unwrap();
        other.request_shell(true).await.unwrap();
        let mut panics = client.channel_open_session().await.unwrap();
        panics.exec(true, "panic").await.unwrap();
        assert_eq!(read_to_end(&mut panics).await.1, Some(255));
        other.data(&b"still here"[..]).await.unwrap();
        read_until(&mut other, "still here").await;
    });
}

#[test]
fn a_terminal_has_a_size_that_changes_and_interruptions_without_bytes() {
    let host = host();
    host.runtime.block_on(async {
        let client = connect(&host).await;
        let mut channel = client.channel_open_session().await.unwrap();
        channel.set_env(false, "LANG", "ko_KR.UTF-8").await.unwrap();
        channel.request_pty(true, "xterm-256color", 132, 50, 0, 0, &[]).await.unwrap();
        channel.request_shell(true).await.unwrap();
        read_until(&mut channel, "132x50 xterm-256color").await;
        channel.window_change(0, 70_000, 0, 0).await.unwrap();
        read_until(&mut channel, "now 80x65535").await;
        channel.signal(Sig::INT).await.unwrap();
        read_until(&mut channel, "break").await;
        channel.data(&b"\x04"[..]).await.unwrap();
        assert_eq!(read_to_end(&mut channel).await.1, Some(0));
    });
}

#[test]
fn a_connection_has_as_many_channels_as_it_may_and_one_more_once_one_has_ended() {
    let host = host();
    host.runtime.block_on(async {
        let client = connect(&host).await;
        let mut channels = Vec::new();
        for _ in 0..MAX_CHANNELS {
            let channel = client.channel_open_session().await.unwrap();
            channel.exec(true, "deaf").await.unwrap();
            channels.push(channel);
        }
        assert!(client.channel_open_session().await.is_err());
        let ended = channels.pop().unwrap();
        ended.close().await.unwrap();
        // The channel's end is noticed by its own task.
        let again = loop {
            if let Ok(channel) = client.channel_open_session().await {
                break channel;
            }
        };
        drop(again);
    });
}

#[test]
fn too_long_a_line_and_more_input_than_is_read_are_refused() {
    let host = host();
    host.runtime.block_on(async {
        let client = connect(&host).await;
        let mut channel = client.channel_open_session().await.unwrap();
        channel.exec(true, vec![b'a'; MAX_EXEC_BYTES]).await.unwrap();
        assert_eq!(read_to_end(&mut channel).await.1, Some(2), "the program does not know it");
        let mut channel = client.channel_open_session().await.unwrap();
        channel.exec(true, vec![b'a'; MAX_EXEC_BYTES + 1]).await.unwrap();
        assert_eq!(read_to_end(&mut channel).await.1, None);
        let mut channel = client.channel_open_session().await.unwrap();
        channel.exec(true, "deaf").await.unwrap();
        channel.data_bytes(vec![b'a'; MAX_UNREAD_INPUT + 1]).await.unwrap();
        let (said, status) = read_to_end(&mut channel).await;
        assert!(said.contains("More was typed than was read"), "{said}");
        assert_eq!(status, Some(255));
    });
}

#[test]
fn a_client_that_answers_no_more_is_found_while_its_command_runs() {
    let host = host_without_waiting();
    let key = make_key(&host, "ed25519", &["-t", "ed25519"]);
    host.accounts.keys.lock().unwrap().push(read_key(&key).unwrap());
    host.runtime.block_on(async {
        // What two sides say to each other takes real time.
        tokio::time::resume();
        let mut command = host.command_with_key(&key);
        command.args(["admin@127.0.0.1", "follow"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        let (first, _said) = tokio::task::spawn_blocking(move || {
            said.read_line(&mut first).unwrap();
            (first, said)
        })
        .await
        .unwrap();
        assert_eq!(first, "following\n");
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
        tokio::time::pause();
        let began = tokio::time::Instant::now();
        while !host.accounts.inside.lock().unwrap().is_empty() {
            tokio::time::sleep(KEEPALIVE / 10).await;
        }
        let asked = KEEPALIVE * MAX_KEEPALIVES as u32;
        assert!((asked..asked + KEEPALIVE * 2).contains(&began.elapsed()), "{:?}", began.elapsed());
        child.kill().unwrap();
        child.wait().unwrap();
    });
}

#[test]
fn nothing_is_forwarded() {
    let host = host();
    let tunnelled = host.command("ssh").args(["-W", "127.0.0.1:22", "admin@127.0.0.1"]).output().unwrap();
    assert!(!tunnelled.status.success());
    assert!(text(&tunnelled.stderr).contains("forwarding failed"), "{}", text(&tunnelled.stderr));
    let options = ["-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:22", "admin@127.0.0.1", "who"];
    let back = host.command("ssh").args(options).output().unwrap();
    assert!(!back.status.success(), "remote forwarding");
    host.runtime.block_on(async {
        let client = connect(&host).await;
        let mut channel = client.channel_open_session().await.unwrap();
        channel.agent_forward(true).await.unwrap();
        channel.request_x11(true, false, "MIT-MAGIC-COOKIE-1", "00", 0).await.unwrap();
        for _ in 0..2 {
            let answer = loop {
                match channel.wait().await.unwrap() {
                    russh::ChannelMsg::WindowAdjusted { .. } => {}
                    other => break other,
                }
            };
            assert!(matches!(answer, russh::ChannelMsg::Failure), "{answer:?}");
        }
    });
}

#[test]
fn sessions_are_told_that_the_server_stops() {
    let mut host = host();
    let mut child: std::process::Child = {
        let mut command: Command = host.command("ssh");
        command.args(["admin@127.0.0.1", "deaf"]).stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap()
    };
    let (stop, server) = (host.stop.take().unwrap(), host.server.take().unwrap());
    let told = host.runtime.block_on(async {
        let client = connect(&host).await;
        let mut channel = client.channel_open_session().await.unwrap();
        channel.request_pty(true, "xterm", 80, 24, 0, 0, &[]).await.unwrap();
        channel.request_shell(true).await.unwrap();
        read_until(&mut channel, "80x24").await;
        stop.ask();
        let told = read_to_end(&mut channel).await;
        server.stopped().await;
        told
    });
    assert_eq!(told, ("\r\nThe server stops.\r\n".to_owned(), Some(255)));
    assert!(!child.wait().unwrap().success());
}
