//! `pki remove`: a file less, unless a service uses it.

use super::{existing, users_of};
use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

pub(super) async fn run(mmp: &Mmp, console: &Console, name: &str) -> Done {
    let path = existing(mmp, name)?;
    let users = users_of(mmp, name)?;
    if !users.is_empty() {
        return Err(Failed::line(format!(
            "FAILURE: {name} is in use by \"{}\"; set another one there, or none, first",
            users.join("\" and \"")
        )));
    }
    std::fs::remove_file(&path)
        .map_err(|fault| Failed::line(format!("FAILURE: {name} can't be removed: {fault}")))?;
    console.line(format!("Removed {name}")).await;
    Ok(())
}
