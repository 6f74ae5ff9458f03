//! What is settled later: each job keeps something true, woken by a signal or by time, in every scheduler alike.

pub(crate) mod clean_up_spaces;
pub(crate) mod forget;
pub(crate) mod hand_over;
mod leases;
pub(crate) mod read_mails;
pub(crate) mod remind;
pub(crate) mod send_mails;
pub(crate) mod send_webhooks;
pub(crate) mod settle_spaces;
pub(crate) mod watch_zones;
