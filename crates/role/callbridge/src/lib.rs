//! The Call Bridge: its API, users, spaces and templates.
