//! Who may sign in: password checks and directory sources.
