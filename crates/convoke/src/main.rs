//! The executable: one subcommand a role, wiring only.

fn main() {}
