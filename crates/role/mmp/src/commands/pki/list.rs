//! `pki list`: the keys and certificates that are there.

use crate::{console::Console, files::is_of_pki, mmp::Mmp, outcome::Done};

pub(super) async fn run(mmp: &Mmp, console: &Console) -> Done {
    console.line("User supplied certificates and keys:").await;
    for name in mmp.files.names().into_iter().filter(|name| is_of_pki(name)) {
        console.line(name).await;
    }
    Ok(())
}
