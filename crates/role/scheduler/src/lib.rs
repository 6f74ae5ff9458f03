//! The Scheduler: meetings, invitations, clean-up.
