//! A connection becomes usable: connected, encrypted as the settings want, greeted, signed in.
//!
//! Every wait has a limit of its own, beside the limit of the whole that [`crate::Mailer`] holds.

use std::{future::Future, sync::Arc, time::Duration};

use mail_send::{Credentials, SmtpClient};
use rustls::ClientConfig;
use secrecy::ExposeSecret;
use smtp_proto::{AUTH_LOGIN, AUTH_PLAIN, EXT_DSN, EXT_PIPELINING, EXT_START_TLS, EhloResponse};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::{
    MailerSettings, Protocol, SendFault,
    settings::Auth,
    wire::{Duplex, Wire},
};

/// What an opened connection is.
pub(super) struct Opened {
    pub(super) wire: Wire,
    /// Whether commands may be sent without waiting for each answer (RFC 2920).
    pub(super) is_pipelined: bool,
    /// Whether it can be told what to report and by which name (RFC 3461).
    pub(super) has_reports: bool,
}

/// Connects, encrypts as the settings want, and signs in.
pub(super) async fn open(settings: &MailerSettings, tls: &Arc<ClientConfig>) -> Result<Opened, SendFault> {
    let steps = Steps { limit: settings.timeouts.step, host: &settings.host };
    let mut client = connect(settings).await?;
    let (mut client, capabilities): (SmtpClient<Box<dyn Duplex>>, _) = match settings.protocol {
        Protocol::Smtps => {
            let connector = TlsConnector::from(tls.clone());
            let mut client =
                steps.wait("TLS handshake", client.into_tls(&connector, &settings.host)).await.map(boxed)?;
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
    let has_reports = capabilities.has_capability(EXT_DSN);
    let is_pipelined = capabilities.has_capability(EXT_PIPELINING);
    if let Some(auth) = &settings.auth {
        steps.sign_in(&mut client, capabilities, auth).await?;
    }
    Ok(Opened { wire: Wire::new(client.stream), is_pipelined, has_reports })
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
        if (200..300).contains(&reply.code) {
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
        SendFault::Temporary { code: 421, text } => SendFault::NoConnection { text: format!("421 {text}") },
        SendFault::Permanent { code, text } => {
            SendFault::Unreachable { text: format!("it turns this host away: {code} {text}") }
        }
        other => other,
    }
}
