//! The SSH and SFTP server, and the socket of the machine's own console.
//!
//! An edge crate (the outside systems are SSH clients): it authenticates through what it is given, and hands each session over as
//! streams. It knows no command.
