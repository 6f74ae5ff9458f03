//! What a command sees of the person or program that typed it: lines out, answers in, an interruption.
//!
//! Apart from the terminal so that commands neither know how they are reached (SSH, the machine's own console, a script) nor how a line is
//! edited.

use convoke_model::AccountRole;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::mpsc;

use crate::sign_in::SignIn;

/// Who types.
#[derive(Debug, Clone)]
pub struct Who {
    /// The account's name.
    pub name: String,
    /// What it may do.
    pub role: AccountRole,
    /// From where: an address with its port, or `console`.
    pub from: String,
    /// By which sign-in; none at the machine's own console.
    pub sign_in: Option<SignIn>,
}

/// What a command says to the terminal.
#[derive(Debug)]
pub enum ToTerminal {
    /// Text to show; its lines end in `\n`.
    Text(String),
    /// A question; the terminal answers with a line. A secret one is not shown as it is typed.
    Ask {
        /// What stands before the answer.
        prompt: String,
        /// Whether what is typed stays unseen.
        secret: bool,
    },
}

/// What the terminal says to a command.
#[derive(Debug)]
pub enum FromTerminal {
    /// The answer to a question.
    Line(SecretString),
    /// Ctrl-C.
    Interrupt,
}

/// The command was interrupted: Ctrl-C, the end of the input, or a connection that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

/// One command's view of its terminal.
#[derive(Debug)]
pub struct Console {
    /// Who types.
    pub who: Who,
    /// Whether a person sits there, who can be asked whether it is meant.
    pub is_terminal: bool,
    to: mpsc::Sender<ToTerminal>,
    from: mpsc::Receiver<FromTerminal>,
}

impl Console {
    /// A console over its two channels.
    pub fn new(
        who: Who,
        is_terminal: bool,
        to: mpsc::Sender<ToTerminal>,
        from: mpsc::Receiver<FromTerminal>,
    ) -> Self {
        Self { who, is_terminal, to, from }
    }

    /// Shows a line. That nobody listens any more is noticed where something is asked.
    pub async fn line(&self, text: impl AsRef<str>) {
        self.text(format!("{}\n", text.as_ref())).await;
    }

    /// Shows text as it stands.
    pub async fn text(&self, text: String) {
        drop(self.to.send(ToTerminal::Text(text)).await);
    }

    /// Asks for a line.
    pub async fn ask(&mut self, prompt: &str) -> Result<String, Interrupted> {
        self.answer(prompt, false).await.map(|line| line.expose_secret().to_owned())
    }

    /// Asks for something that must not be seen.
    pub async fn ask_secret(&mut self, prompt: &str) -> Result<SecretString, Interrupted> {
        self.answer(prompt, true).await
    }

    /// Asks whether it is meant; only a capital `Y` is yes, as in the modelled system.
    pub async fn confirm(&mut self, question: &str) -> Result<bool, Interrupted> {
        Ok(self.ask(&format!("{question} (Y/n) ")).await? == "Y")
    }

    /// Waits for Ctrl-C or the end of the connection.
    pub async fn interrupted(&mut self) {
        while let Some(FromTerminal::Line(_)) = self.from.recv().await {}
    }

    async fn answer(&mut self, prompt: &str, secret: bool) -> Result<SecretString, Interrupted> {
        let ask = ToTerminal::Ask { prompt: prompt.to_owned(), secret };
        self.to.send(ask).await.map_err(|_| Interrupted)?;
        match self.from.recv().await {
            Some(FromTerminal::Line(line)) => Ok(line),
            Some(FromTerminal::Interrupt) | None => Err(Interrupted),
        }
    }
}
