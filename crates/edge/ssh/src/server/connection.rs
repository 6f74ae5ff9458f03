//! One connection: signs in by the gate, and starts what its channels ask for. Everything that SSH could do beyond is refused.

use std::{collections::HashMap, future::pending, net::SocketAddr, sync::Arc, time::Duration};

use convoke_runtime::Shutdown;
use russh::{
    Channel, ChannelId, ChannelOpenFailure, Disconnect, Pty,
    server::{
        self, Auth, ChannelOpenHandle, Handle, Handler, Msg, PublicKeyOffer, RunningSession,
        VerifiedPublicKey,
    },
};
use secrecy::SecretString;
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{
    Shared,
    channel::{self, Start},
    life::{Life, Over},
    places::Place,
    stream::Stream,
};
use crate::{
    Answer, Gate, Kind, Terminal, UserKey, algorithms,
    limits::{LOGIN_GRACE, MAX_EXEC_BYTES, MAX_NAME_BYTES, MAX_PASSWORD_BYTES, MAX_TERM_BYTES, STOP_GRACE},
};

/// What is said where a sign-in holds no more.
const NO_MORE: &str = "This account was changed meanwhile; sign in again.";
/// How often it is looked whether a connection is over.
const LOOK: Duration = Duration::from_secs(1);

/// Runs a connection to its end.
pub(super) async fn run<G: Gate>(
    tcp: TcpStream,
    from: SocketAddr,
    place: Place,
    life: Arc<Life>,
    shared: Arc<Shared<G>>,
) {
    let goes_on = tokio::select! {
        goes_on = shared.shutdown.sleep(place.wait) => goes_on,
        () = life.until_cut() => false,
    };
    if !goes_on {
        return;
    }
    let (entered, entering) = mpsc::channel(1);
    let handler = Connection {
        shared: Arc::clone(&shared),
        from,
        life: Arc::clone(&life),
        place,
        known: Known::Nobody,
        entered,
        opened: HashMap::new(),
    };
    let stream = Stream::new(tcp, Arc::clone(&life));
    let begun = tokio::select! {
        begun = tokio::time::timeout(LOGIN_GRACE, server::run_stream(Arc::clone(&shared.ssh), stream, handler)) => begun,
        () = shared.shutdown.asked() => return,
    };
    match begun {
        Ok(Ok(running)) => watch(running, entering, &life, &shared, from).await,
        Ok(Err(cause)) => tracing::debug!("SSH: {from} did not begin: {cause}"),
        Err(_) => tracing::debug!("SSH: {from} said nothing"),
    }
    life.cut();
}

/// Waits for the connection's end, and ends it when it is over.
async fn watch<G: Gate>(
    mut running: RunningSession<Connection<G>>,
    mut entering: mpsc::Receiver<(G::Stay, Shutdown)>,
    life: &Life,
    shared: &Shared<G>,
    from: SocketAddr,
) {
    let handle = running.handle();
    let mut entered: Option<(G::Stay, Shutdown)> = None;
    loop {
        let ended = async {
            match &entered {
                Some((_, ended)) => ended.asked().await,
                None => pending().await,
            }
        };
        tokio::select! {
            Some(stay) = entering.recv() => entered = Some(stay),
            () = ended => {
                life.leave();
                return stop(running, &handle, life, "the session was ended").await;
            }
            ended = &mut running => {
                if let Err(cause) = ended {
                    tracing::debug!("SSH: the connection of {from} ended: {cause}");
                }
                return;
            }
            () = tokio::time::sleep(LOOK) => {
                if let Some(over) = life.over(Instant::now()) {
                    return end(&handle, over, from).await;
                }
            }
            () = shared.shutdown.asked() => return stop(running, &handle, life, "the server stops").await,
        }
    }
}

/// Says why, if the client can still be reached.
async fn end(handle: &Handle, over: Over, from: SocketAddr) {
    let why = match over {
        Over::Login => "it took too long to sign in",
        Over::Stalled => "nothing moved any more",
        Over::NoChannel => "nothing was asked for",
    };
    tracing::debug!("SSH: the connection of {from} is ended: {why}");
    let told = handle.disconnect(Disconnect::ByApplication, why.to_owned(), String::new());
    drop(tokio::time::timeout(STOP_GRACE, told).await);
}

/// Gives the channels their time to say goodbye.
async fn stop<G: Gate>(mut running: RunningSession<Connection<G>>, handle: &Handle, life: &Life, why: &str) {
    const LOOK_FOR_CHANNELS: Duration = Duration::from_millis(20);
    let goodbye = async {
        while life.has_channels() {
            tokio::time::sleep(LOOK_FOR_CHANNELS).await;
        }
        // OpenSSH ends by itself once its channels are closed; told to go before, it would drop what it has not shown yet.
        if life.is_signed_in() && tokio::time::timeout(STOP_GRACE / 2, &mut running).await.is_ok() {
            return Ok(());
        }
        let told = handle.disconnect(Disconnect::ByApplication, why.to_owned(), String::new());
        drop(told.await);
        (&mut running).await
    };
    drop(tokio::time::timeout(STOP_GRACE, goodbye).await);
}

/// Who has signed in.
enum Known<W> {
    Nobody,
    /// An account.
    Account(W),
    /// One that may not come in now, and is told why.
    Told(String),
}

/// A channel that has not been asked for anything yet.
struct Opened<W> {
    start: oneshot::Sender<Start<W>>,
    terminal: Option<Terminal>,
}

pub(super) struct Connection<G: Gate> {
    shared: Arc<Shared<G>>,
    from: SocketAddr,
    life: Arc<Life>,
    place: Place,
    known: Known<G::Who>,
    entered: mpsc::Sender<(G::Stay, Shutdown)>,
    opened: HashMap<ChannelId, Opened<G::Who>>,
}

impl<G: Gate> Connection<G> {
    fn judged(&mut self, answer: Answer<G::Who>) -> Auth {
        self.known = match answer {
            Answer::Welcome(who) => Known::Account(who),
            Answer::Told(why) => Known::Told(why),
            Answer::Refused => return refused(),
        };
        Auth::Accept
    }

    /// Starts what a channel asks for, once; `false` when it may not.
    fn start(
        &mut self,
        id: ChannelId,
        what: impl FnOnce(G::Who, Option<Terminal>) -> Option<Start<G::Who>>,
    ) -> bool {
        let Some(Opened { start, terminal }) = self.opened.remove(&id) else { return false };
        if matches!(&self.known, Known::Account(who) if !self.shared.gate.still(who)) {
            self.known = Known::Told(NO_MORE.to_owned());
        }
        let what = match &self.known {
            Known::Account(who) => what(who.clone(), terminal),
            Known::Told(why) => Some(Start::Told(why.clone())),
            Known::Nobody => None,
        };
        // Dropping the sender ends the channel.
        what.is_some_and(|what| start.send(what).is_ok())
    }
}

/// A refusal after which the client may try again, by whatever way: who mistypes a password is asked for it once more.
fn refused() -> Auth {
    Auth::Reject { proceed_with_methods: Some(algorithms::methods()), partial_success: false }
}

fn answer(is_yes: bool, channel: ChannelId, session: &mut server::Session) -> Result<(), russh::Error> {
    if is_yes { session.channel_success(channel) } else { session.channel_failure(channel) }
}

impl<G: Gate> Handler for Connection<G> {
    type Error = russh::Error;

    async fn authentication_banner(&mut self) -> Result<Option<String>, Self::Error> {
        Ok(self.shared.banner.clone())
    }

    async fn auth_password(&mut self, name: &str, password: &str) -> Result<Auth, Self::Error> {
        if name.len() > MAX_NAME_BYTES || password.len() > MAX_PASSWORD_BYTES {
            return Ok(refused());
        }
        let answer = self.shared.gate.password(name, SecretString::from(password), self.from).await;
        Ok(self.judged(answer))
    }

    async fn auth_publickey_offered(
        &mut self,
        name: &str,
        offer: PublicKeyOffer<'_>,
    ) -> Result<Auth, Self::Error> {
        if name.len() > MAX_NAME_BYTES || !algorithms::is_accepted(offer.algorithm) {
            return Ok(refused());
        }
        let Ok(key) = UserKey::of(offer.public_key) else { return Ok(refused()) };
        let is_known = self.shared.gate.knows_key(name, &key, self.from).await;
        Ok(if is_known { Auth::Accept } else { refused() })
    }

    async fn auth_publickey(&mut self, name: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, Self::Error> {
        if name.len() > MAX_NAME_BYTES || !algorithms::is_accepted(key.algorithm) {
            return Ok(refused());
        }
        let Ok(key) = UserKey::of(key.public_key) else { return Ok(refused()) };
        let answer = self.shared.gate.key(name, &key, self.from).await;
        Ok(self.judged(answer))
    }

    async fn auth_succeeded(&mut self, _: &mut server::Session) -> Result<(), Self::Error> {
        self.life.signs_in(Instant::now());
        if let Known::Account(who) = &self.known {
            // There is room for the one sign-in of a connection.
            drop(self.entered.try_send(self.shared.gate.enters(who)));
        }
        self.place.signed_in();
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut server::Session,
    ) -> Result<(), Self::Error> {
        self.opened.retain(|_, opened| !opened.start.is_closed());
        if !self.life.channel_opens() {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        }
        let (start, started) = oneshot::channel();
        self.opened.insert(channel.id(), Opened { start, terminal: None });
        reply.accept().await;
        let (shared, life, from) = (Arc::clone(&self.shared), Arc::clone(&self.life), self.from);
        tokio::spawn(channel::run(channel, started, from, shared, life));
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut server::Session,
    ) -> Result<(), Self::Error> {
        let is_fine = term.len() <= MAX_TERM_BYTES && term.bytes().all(|byte| byte.is_ascii_graphic());
        let opened = self.opened.get_mut(&channel).filter(|_| is_fine);
        let is_yes = opened
            .map(|opened| {
                opened.terminal = Some(Terminal::new(term, columns, rows));
            })
            .is_some();
        answer(is_yes, channel, session)
    }

    async fn env_request(
        &mut self,
        channel: ChannelId,
        _: &str,
        _: &str,
        session: &mut server::Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn x11_request(
        &mut self,
        channel: ChannelId,
        _: bool,
        _: &str,
        _: &str,
        _: u32,
        session: &mut server::Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn agent_request(
        &mut self,
        channel: ChannelId,
        session: &mut server::Session,
    ) -> Result<bool, Self::Error> {
        session.channel_failure(channel)?;
        Ok(false)
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut server::Session,
    ) -> Result<(), Self::Error> {
        let is_yes = self.start(channel, |who, terminal| Some(Start::Session(who, Kind::Shell { terminal })));
        answer(is_yes, channel, session)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        line: &[u8],
        session: &mut server::Session,
    ) -> Result<(), Self::Error> {
        let is_yes = self.start(channel, |who, terminal| {
            let line = String::from_utf8_lossy(line).into_owned();
            (line.len() <= MAX_EXEC_BYTES).then_some(Start::Session(who, Kind::Exec { line, terminal }))
        });
        answer(is_yes, channel, session)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut server::Session,
    ) -> Result<(), Self::Error> {
        let files = self.shared.files.clone();
        let gate = Arc::clone(&self.shared.gate);
        let is_yes = self.start(channel, |who, _| {
            let folder = files.filter(|_| name == "sftp")?;
            Some(match gate.may_use_files(&who) {
                Ok(()) => Start::Files(who, folder),
                Err(why) => Start::Told(why),
            })
        });
        answer(is_yes, channel, session)
    }
}
