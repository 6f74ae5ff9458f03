//! Taking a port for links, apart from serving it, so that a taken port is known before the role says that it runs.

use std::{fmt, io, net::SocketAddr};

use tokio::net::{TcpListener, TcpSocket};

use crate::limits;

/// A port for links that is ours.
#[derive(Debug)]
pub struct C2wListener {
    pub(super) listener: TcpListener,
    address: SocketAddr,
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
                write!(f, "can't listen for C2W on {ip} port {port}: another program listens there already")
            }
            io::ErrorKind::AddrNotAvailable => {
                write!(
                    f,
                    "can't listen for C2W on {ip} port {port}: this machine does not have the address {ip}"
                )
            }
            _ => write!(f, "can't listen for C2W on {ip} port {port}: {}", self.source),
        }
    }
}

impl std::error::Error for BindError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// With room for all diallers that come at once, and for strangers before them.
fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(limits::BACKLOG)
}

impl C2wListener {
    /// Takes `address`; port 0 lets the system choose.
    pub async fn bind(address: SocketAddr) -> Result<Self, BindError> {
        let error = |source| BindError { address, source };
        let listener = listen(address).map_err(error)?;
        let address = listener.local_addr().map_err(error)?;
        Ok(Self { listener, address })
    }

    /// The address that was taken; with port 0 asked for, the port that the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
