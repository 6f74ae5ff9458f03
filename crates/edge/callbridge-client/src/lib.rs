//! The scheduler's loopback client of its Call Bridge.
