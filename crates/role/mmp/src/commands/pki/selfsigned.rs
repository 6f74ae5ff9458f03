//! `pki selfsigned`: a key, and a certificate that it signs itself: a CA for `pki sign`.

use convoke_shell::words::pki::NewKey;

use super::{
    compute_unless_interrupted,
    make::{self, Life},
    may_write,
};
use crate::{console::Console, mmp::Mmp, outcome::Done};

/// How long it holds unless said: a CA of one's own is renewed by hand on every server that trusts it.
const USUAL_DAYS: u64 = 3_650;

pub(super) async fn run(mmp: &Mmp, console: &mut Console, new: NewKey, days: Option<u64>) -> Done {
    let (key, certificate) = (format!("{}.key", new.basename), format!("{}.crt", new.basename));
    may_write(mmp, console, &[&key, &certificate], new.overwrite).await?;
    console.line("..............").await;
    let life = Life::of_days(days.unwrap_or(USUAL_DAYS), mmp.clock.now());
    let made = compute_unless_interrupted(console, move || make::authority(&new, life)).await?;
    mmp.files.write(&key, made.key_pem.as_bytes())?;
    mmp.files.write(&certificate, made.pem.as_bytes())?;
    console.line(format!("Created key file {key} and certificate {certificate}")).await;
    console.line(format!("Certificate {certificate} holds until {}", mmp.shown_time(life.until))).await;
    Ok(())
}
