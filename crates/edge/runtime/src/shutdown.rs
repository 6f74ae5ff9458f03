//! The stop signal: asked for once, seen by everyone who holds a [`Shutdown`].

use std::time::Duration;

use tokio::sync::watch;

/// How long a process may take from the stop signal to its end.
pub const GRACE: Duration = Duration::from_secs(5);

/// Tells whether, and waits until, the process is to stop. Clones see the same signal.
#[derive(Debug, Clone)]
pub struct Shutdown {
    asked: watch::Receiver<bool>,
}

/// Asks for the stop. Dropping it asks too.
#[derive(Debug)]
pub struct ShutdownTrigger {
    asked: watch::Sender<bool>,
}

impl Shutdown {
    /// A signal and the hand that gives it.
    pub fn new() -> (Self, ShutdownTrigger) {
        let (sender, receiver) = watch::channel(false);
        (Self { asked: receiver }, ShutdownTrigger { asked: sender })
    }

    /// Ends when the stop is asked for.
    pub async fn asked(&self) {
        let mut asked = self.asked.clone();
        // A dropped trigger means that nobody can ask any more: stop as well.
        drop(asked.wait_for(|asked| *asked).await);
    }

    /// Whether the stop has been asked for.
    pub fn is_asked(&self) -> bool {
        *self.asked.borrow() || self.asked.has_changed().is_err()
    }

    /// Waits for `duration`; `false` when the stop came first.
    pub async fn sleep(&self, duration: Duration) -> bool {
        tokio::select! {
            () = self.asked() => false,
            () = tokio::time::sleep(duration) => true,
        }
    }
}

impl ShutdownTrigger {
    /// Asks everyone to stop.
    pub fn ask(&self) {
        self.asked.send_replace(true);
    }

    /// Asks for the stop when the process gets SIGTERM or SIGINT; a second signal ends it at once.
    pub fn on_signals(self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::spawn(async move {
            for round in 0.. {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                if round > 0 {
                    std::process::exit(130);
                }
                self.ask();
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn everyone_sees_the_stop_and_a_dropped_trigger_is_one() {
        let (shutdown, trigger) = Shutdown::new();
        assert!(!shutdown.is_asked());
        trigger.ask();
        shutdown.clone().asked().await;
        assert!(shutdown.is_asked());

        let (shutdown, trigger) = Shutdown::new();
        drop(trigger);
        shutdown.asked().await;
        assert!(shutdown.is_asked());
    }
}
