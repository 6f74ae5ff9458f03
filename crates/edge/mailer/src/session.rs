//! One connection to the mail server: opened, encrypted, signed in, and used for one mail after the other.
//!
//! Every wait has a limit of its own, beside the limit of the whole that [`crate::Mailer`] holds.

use std::{future::Future, sync::Arc, time::Duration, time::Instant};

use mail_send::{
    Credentials, SmtpClient,
    smtp::{AssertReply as _, message::Parameters},
};
use rustls::ClientConfig;
use secrecy::ExposeSecret;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, EXT_START_TLS, EhloResponse};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::{Accepted, Envelope, MailerSettings, Protocol, SendFault, fault::reply_text, settings::Auth};

/// Bytes both ways, encrypted or not.
trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// An open connection, ready for a mail.
pub(crate) struct Session {
    client: SmtpClient<Box<dyn Duplex>>,
    data_limit: Duration,
    host: String,
    /// How many mails it has taken.
    pub(crate) mails: u32,
    /// When it was used last.
    pub(crate) used_at: Instant,
}

impl Session {
    /// Connects, encrypts as the settings want, and signs in.
    pub(crate) async fn open(settings: &MailerSettings, tls: &Arc<ClientConfig>) -> Result<Self, SendFault> {
        let steps = Steps { limit: settings.timeouts.step, host: &settings.host };
        let mut client = connect(settings).await?;
        let (mut client, capabilities): (SmtpClient<Box<dyn Duplex>>, _) = match settings.protocol {
            Protocol::Smtps => {
                let connector = TlsConnector::from(tls.clone());
                let mut client = steps
                    .wait("TLS handshake", client.into_tls(&connector, &settings.host))
                    .await
                    .map(boxed)?;
                steps.greeting(&mut client).await?;
                let capabilities = steps.hello(&mut client, &settings.hello).await?;
                (client, capabilities)
            }
            Protocol::Smtp => {
                steps.greeting(&mut client).await?;
                let capabilities = steps.hello(&mut client, &settings.hello).await?;
                if settings.starttls {
                    steps.start_tls(client, capabilities, settings, tls).await?
                } else {
                    (boxed(client), capabilities)
                }
            }
        };
        if let Some(auth) = &settings.auth {
            steps.sign_in(&mut client, capabilities, auth).await?;
        }
        let (data_limit, host) = (settings.timeouts.data, settings.host.clone());
        Ok(Self { client, data_limit, host, mails: 0, used_at: Instant::now() })
    }

    /// Says who sends a mail: the step that finds out whether an old connection still lives.
    pub(crate) async fn begin(&mut self, envelope: &Envelope) -> Result<(), SendFault> {
        let steps = Steps { limit: self.client.timeout, host: &self.host };
        let none = Parameters::default();
        steps.wait("MAIL FROM", self.client.mail_from(envelope.from.as_str(), &none)).await
    }

    /// Says to whom it goes, and hands it over if `may_go_on` still holds right before.
    pub(crate) async fn finish(
        &mut self,
        envelope: &Envelope,
        mail: &[u8],
        may_go_on: impl Fn() -> bool,
    ) -> Result<Accepted, SendFault> {
        let steps = Steps { limit: self.client.timeout, host: &self.host };
        let none = Parameters::default();
        steps.wait("RCPT TO", self.client.rcpt_to(envelope.to.as_str(), &none)).await?;
        let step_limit = std::mem::replace(&mut self.client.timeout, self.data_limit);
        let steps = Steps { limit: self.data_limit, ..steps };
        let begun = async { self.client.cmd(b"DATA\r\n").await?.assert_code(354) };
        let begun = steps.wait("DATA", begun).await;
        self.client.timeout = step_limit;
        begun?;
        if !may_go_on() {
            return Err(SendFault::GivenUp);
        }
        let data = async {
            self.client.write_message(mail).await?;
            self.client.read().await?.into_positive_completion()
        };
        Ok(Accepted { reply: reply_text(&steps.wait("DATA", data).await?) })
    }

    /// Makes the connection ready for the next mail after one that was refused.
    pub(crate) async fn reset(&mut self) -> bool {
        let steps = Steps { limit: self.client.timeout, host: &self.host };
        steps.wait("RSET", self.client.rset()).await.is_ok()
    }

    /// Counts a mail.
    pub(crate) fn rest(&mut self) {
        self.mails += 1;
        self.used_at = Instant::now();
    }

    /// Ends the connection politely.
    pub(crate) async fn quit(self) {
        // The mails are accepted already; a server that does not say goodbye changes nothing.
        let _answer = self.client.quit().await;
    }
}

async fn connect(settings: &MailerSettings) -> Result<SmtpClient<TcpStream>, SendFault> {
    let address = (settings.host.as_str(), settings.port);
    let connecting = tokio::time::timeout(settings.timeouts.connect, TcpStream::connect(address));
    let stream = connecting.await.map_err(|_| SendFault::Timeout { step: "connecting" })?;
    let stream = stream.map_err(|error| SendFault::Unreachable {
        text: format!("{}:{}: {error}", settings.host, settings.port),
    })?;
    Ok(SmtpClient { stream, timeout: settings.timeouts.step })
}

fn boxed<T: Duplex + 'static>(client: SmtpClient<T>) -> SmtpClient<Box<dyn Duplex>> {
    SmtpClient { stream: Box::new(client.stream), timeout: client.timeout }
}

/// The limit of each step, and the host for the words of a fault.
#[derive(Clone, Copy)]
struct Steps<'s> {
    limit: Duration,
    host: &'s str,
}

impl Steps<'_> {
    async fn wait<T>(
        &self,
        step: &'static str,
        work: impl Future<Output = mail_send::Result<T>>,
    ) -> Result<T, SendFault> {
        match tokio::time::timeout(self.limit, work).await {
            Ok(done) => done.map_err(|error| SendFault::from_error(error, step, self.host)),
            Err(_) => Err(SendFault::Timeout { step }),
        }
    }

    async fn greeting<T: Duplex>(&self, client: &mut SmtpClient<T>) -> Result<(), SendFault> {
        let reply = self.wait("greeting", client.read()).await?;
        if reply.is_positive_completion() {
            return Ok(());
        }
        Err(unwilling(SendFault::refused(&reply)))
    }

    async fn hello<T: Duplex>(
        &self,
        client: &mut SmtpClient<T>,
        name: &str,
    ) -> Result<EhloResponse<String>, SendFault> {
        self.wait("EHLO", client.ehlo(name)).await.map_err(unwilling)
    }

    async fn start_tls(
        &self,
        client: SmtpClient<TcpStream>,
        capabilities: EhloResponse<String>,
        settings: &MailerSettings,
        tls: &Arc<ClientConfig>,
    ) -> Result<(SmtpClient<Box<dyn Duplex>>, EhloResponse<String>), SendFault> {
        if !capabilities.has_capability(EXT_START_TLS) {
            return Err(SendFault::Tls { text: "it does not offer STARTTLS".to_owned() });
        }
        let connector = TlsConnector::from(tls.clone());
        let started = self.wait("STARTTLS", client.start_tls(&connector, &settings.host)).await;
        let mut client = boxed(started.map_err(|fault| match fault {
            SendFault::Temporary { code, text } | SendFault::Permanent { code, text } => {
                SendFault::Tls { text: format!("it refuses STARTTLS: {code} {text}") }
            }
            other => other,
        })?);
        let capabilities = self.hello(&mut client, &settings.hello).await?;
        Ok((client, capabilities))
    }

    /// Signs in by PLAIN or LOGIN, whatever else is offered; the connection is encrypted (see `MailerSettings::check`).
    async fn sign_in(
        &self,
        client: &mut SmtpClient<Box<dyn Duplex>>,
        mut capabilities: EhloResponse<String>,
        auth: &Auth,
    ) -> Result<(), SendFault> {
        capabilities.auth_mechanisms &= AUTH_PLAIN | AUTH_LOGIN;
        let credentials = Credentials::new(auth.username.as_str(), auth.password.expose_secret());
        let done = self.wait("sign-in", client.authenticate(&credentials, &capabilities)).await;
        done.map(|_| ()).map_err(|fault| match fault {
            SendFault::Permanent { code, text } => SendFault::AuthRefused { text: format!("{code} {text}") },
            other => other,
        })
    }
}

/// A server that turns away everybody says nothing of the mail.
fn unwilling(fault: SendFault) -> SendFault {
    match fault {
        SendFault::Permanent { code, text } => {
            SendFault::Unreachable { text: format!("it turns this host away: {code} {text}") }
        }
        other => other,
    }
}
