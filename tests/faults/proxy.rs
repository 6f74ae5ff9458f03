//! A wire that can be cut: a TCP proxy that passes, lets everything vanish, or refuses.

use std::{net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::watch,
    task::{JoinHandle, JoinSet},
};

/// What becomes of what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// It arrives.
    Whole,
    /// It vanishes without a word: connections stay open and nothing passes.
    BlackHole,
    /// Connections end, and new ones are refused.
    Refusing,
}

/// A wire between two.
pub struct Proxy {
    pub address: SocketAddr,
    wire: Arc<watch::Sender<Wire>>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// A whole wire from a free port of this address to `target`.
    pub async fn start(at: std::net::IpAddr, target: SocketAddr) -> Self {
        let listener = TcpListener::bind((at, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let wire = Arc::new(watch::Sender::new(Wire::Whole));
        let task = tokio::spawn(serve(listener, address, target, wire.subscribe()));
        Self { address, wire, task }
    }

    /// From now on it is so.
    pub fn set(&self, wire: Wire) {
        self.wire.send_replace(wire);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    target: SocketAddr,
    mut wire: watch::Receiver<Wire>,
) {
    let mut listener = Some(listener);
    let mut connections = JoinSet::new();
    loop {
        if *wire.borrow_and_update() == Wire::Refusing {
            listener = None;
            connections.shutdown().await;
            if wire.changed().await.is_err() {
                return;
            }
            continue;
        }
        let open = match listener.take() {
            Some(open) => open,
            None => {
                let socket = TcpSocket::new_v4().unwrap();
                socket.set_reuseaddr(true).unwrap();
                socket.bind(address).unwrap();
                socket.listen(1024).unwrap()
            }
        };
        tokio::select! {
            accepted = open.accept() => {
                if let Ok((near, _)) = accepted {
                    connections.spawn(carry(near, target, wire.clone()));
                }
            }
            changed = wire.changed() => if changed.is_err() { return },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
        listener = Some(open);
    }
}

async fn carry(near: TcpStream, target: SocketAddr, mut wire: watch::Receiver<Wire>) {
    if wire.wait_for(|wire| *wire == Wire::Whole).await.is_err() {
        return;
    }
    let Ok(far) = TcpStream::connect(target).await else { return };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (near_read, near_write) = near.into_split();
    let (far_read, far_write) = far.into_split();
    tokio::join!(forward(near_read, far_write, wire.clone()), forward(far_read, near_write, wire));
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut wire: watch::Receiver<Wire>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count) = from.read(&mut buffer).await {
        if wire.wait_for(|wire| *wire == Wire::Whole).await.is_err() || count == 0 {
            break;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
}
