//! `log`: what was logged, by filters.

use convoke_shell::words::log::{Filters, Log};

use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

pub(super) async fn run(mmp: &Mmp, console: &mut Console, command: Log) -> Done {
    let Log::Show(filters) = command;
    show(mmp, console, filters).await
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
