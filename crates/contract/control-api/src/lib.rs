//! What a node asks its roles, and what they answer, one line of JSON each, over a socket in the node's own folder.
//!
//! A contract crate: the shell on one side, each role on the other.
