//! The Scheduler API on the wire.
