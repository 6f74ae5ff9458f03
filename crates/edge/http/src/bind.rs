//! Taking a port, apart from serving it, so that a role hears of every taken port before it says that it runs.

use std::{fmt, io, net::SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

use crate::limits;

/// A port that is ours and not served yet.
#[derive(Debug)]
pub struct Bound {
    pub(crate) listener: TcpListener,
    address: SocketAddr,
}

impl Bound {
    /// The address that was taken; with port 0 asked for, the port that the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

/// The address could not be listened on.
#[derive(Debug)]
pub struct BindError {
    /// The address that was asked for.
    pub address: SocketAddr,
    /// The system's reason.
    pub source: io::Error,
}

impl fmt::Display for BindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ip, port) = (self.address.ip(), self.address.port());
        match self.source.kind() {
            io::ErrorKind::AddrInUse => {
                write!(f, "can't listen on {ip} port {port}: another program listens there already")
            }
            io::ErrorKind::PermissionDenied => {
                write!(
                    f,
                    "can't listen on {ip} port {port}: not allowed (ports below 1024 need CAP_NET_BIND_SERVICE)"
                )
            }
            io::ErrorKind::AddrNotAvailable => {
                write!(f, "can't listen on {ip} port {port}: this machine does not have the address {ip}")
            }
            _ => write!(f, "can't listen on {ip} port {port}: {}", self.source),
        }
    }
}

// The reason is part of the words already: as a source it would be told twice.
impl std::error::Error for BindError {}

/// Takes `address`; port 0 lets the system choose.
pub async fn bind(address: SocketAddr) -> Result<Bound, BindError> {
    let error = |source| BindError { address, source };
    let listener = listen(address).map_err(error)?;
    let address = listener.local_addr().map_err(error)?;
    Ok(Bound { listener, address })
}

/// With room for a crowd: what overflows the queue waits for a second at least until its client tries again.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // As tokio does by itself: a port is free again although connections of a former process linger.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(limits::BACKLOG)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named() {
        let first = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        assert_ne!(first.address().port(), 0);
        let error = bind(first.address()).await.unwrap_err();
        let port = first.address().port();
        assert_eq!(
            error.to_string(),
            format!("can't listen on 127.0.0.1 port {port}: another program listens there already")
        );
    }
}
