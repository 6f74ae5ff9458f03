//! `log`: what was logged, by filters; and the bundle of all that a maintainer needs.

use convoke_shell::words::log::{Filters, Log};

use crate::{
    bundle,
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Log) -> Done {
    match command {
        Log::Show(filters) => show(mmp, console, filters).await,
        Log::Bundle => {
            bundle::write(mmp).await?;
            console.line(format!("{} ready for download via SFTP", bundle::NAME)).await;
            Ok(())
        }
    }
}

async fn show(mmp: &Mmp, console: &Console, filters: Filters) -> Done {
    let (journal, now) = (mmp.journal.clone(), mmp.clock.now());
    let oldest = filters.since.and_then(|since| now.checked_sub(since).ok());
    let read = tokio::task::spawn_blocking(move || {
        journal.last(filters.lines, |line| {
            oldest.is_none_or(|oldest| line.at >= oldest) && filters.accept(&line.text)
        })
    });
    let lines = match read.await {
        Ok(Ok(lines)) => lines,
        Ok(Err(fault)) => return Err(Failed::line(format!("FAILURE: the journal can't be read: {fault}"))),
        Err(fault) => return Err(Failed::line(format!("FAILURE: the journal can't be read: {fault}"))),
    };
    for line in lines {
        console.line(&*line.text).await;
    }
    Ok(())
}
