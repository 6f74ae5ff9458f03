//! Whether the call bridge answers at all: asked all the time and apart from the calls, so that a process that was stopped
//! holds no caller for as long as a slow one may take.

use std::time::Duration;

use tokio::sync::watch;

/// How often it is asked.
const ASK_EVERY: Duration = Duration::from_millis(200);
/// Without an answer for so long it counts as away. The page that is asked for needs nothing, so that a call bridge with
/// much to do answers too; links to web bridges are given up after as long.
pub const SILENCE: Duration = Duration::from_millis(600);

/// What is known of it.
#[derive(Debug)]
pub(crate) struct Pulse {
    beats: watch::Sender<bool>,
}

impl Pulse {
    /// It counts as there until it is found to be away.
    pub(crate) fn new() -> Self {
        Self { beats: watch::Sender::new(true) }
    }

    /// Resolves once it is away, at once when it is away already.
    pub(crate) async fn is_lost(&self) {
        // The sender lives as long as this does.
        let _ = self.beats.subscribe().wait_for(|beats| !beats).await;
    }

    /// Whether it is away, as far as that is known.
    pub(crate) fn is_away(&self) -> bool {
        !*self.beats.borrow()
    }

    /// Asks for ever.
    pub(crate) async fn keep<A: Future + Send>(&self, ask: impl Fn() -> A) {
        loop {
            // One that refuses at once has told as much as one that answers: calls find out by themselves.
            let beats = tokio::time::timeout(SILENCE, ask()).await.is_ok();
            self.beats.send_if_modified(|known| std::mem::replace(known, beats) != beats);
            tokio::time::sleep(ASK_EVERY).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn silence_is_told_to_those_who_wait_and_an_answer_ends_it() {
        let pulse = Pulse::new();
        let mute = watch::Sender::new(true);
        let waited = async {
            pulse.is_lost().await;
            pulse.is_lost().await;
            mute.send_replace(false);
            pulse.beats.subscribe().wait_for(|beats| *beats).await.unwrap();
        };
        let ask = || {
            let mut mute = mute.subscribe();
            async move { mute.wait_for(|mute| !mute).await.map(|_| ()) }
        };
        tokio::select! {
            () = waited => {}
            () = pulse.keep(ask) => {}
        }
    }
}
