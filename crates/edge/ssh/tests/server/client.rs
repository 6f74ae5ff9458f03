//! A client that does what OpenSSH's would not, or not so easily.

use std::sync::Arc;

use russh::{
    Channel, ChannelMsg,
    client::{self, AuthResult, Handle, Handler, Msg},
    keys::PublicKeyOrCertificate,
};

use crate::host::{Host, PASSWORD};

pub struct Trusting;

impl Handler for Trusting {
    type Error = russh::Error;

    async fn check_server_key(&mut self, _: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        Ok(true)
    }
}

pub async fn connect(host: &Host) -> Handle<Trusting> {
    let config = Arc::new(client::Config::default());
    let mut handle = client::connect(config, host.address, Trusting).await.unwrap();
    let answer = handle.authenticate_password("admin", PASSWORD).await.unwrap();
    assert!(matches!(answer, AuthResult::Success));
    handle
}

/// Reads until `text` has come; answers everything so far.
pub async fn read_until(channel: &mut Channel<Msg>, text: &str) -> String {
    let mut read = String::new();
    while !read.contains(text) {
        match channel.wait().await {
            Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                read.push_str(&String::from_utf8_lossy(&data));
            }
            Some(ChannelMsg::Close) | None => panic!("it ended before {text}: {read}"),
            Some(_) => {}
        }
    }
    read
}

/// Reads to the end; answers everything and the exit status.
pub async fn read_to_end(channel: &mut Channel<Msg>) -> (String, Option<u32>) {
    let (mut read, mut status) = (String::new(), None);
    loop {
        match channel.wait().await {
            Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. }) => {
                read.push_str(&String::from_utf8_lossy(&data));
            }
            Some(ChannelMsg::ExitStatus { exit_status }) => status = Some(exit_status),
            Some(ChannelMsg::Close) | None => return (read, status),
            Some(_) => {}
        }
    }
}
