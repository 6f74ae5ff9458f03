//! The crate rrule, the engine that a scheduler in Rust would take.

use anyhow::Context as _;
use rrule::{RRule, RRuleSet, Unvalidated};

/// Where its series start: a set that is ready, so that a pass reads nothing but the rule.
pub struct CrateRrule(RRuleSet);

impl CrateRrule {
    /// Series that start at this local time, `20260105T090000`.
    pub fn starting(local: &str, zone: &str) -> anyhow::Result<Self> {
        let text = format!("DTSTART;TZID={zone}:{local}\nRRULE:FREQ=DAILY;COUNT=1");
        Ok(Self(text.parse().context("the crate rrule does not take the start")?))
    }

    /// The first so many instants of a rule, in seconds, each given to `each`.
    pub fn expand(&self, rule: &str, most: usize, mut each: impl FnMut(i64)) -> anyhow::Result<()> {
        let rule: RRule<Unvalidated> = rule.parse()?;
        let set = rule.build(*self.0.get_dt_start())?;
        (&set).into_iter().take(most).for_each(|time| each(time.timestamp()));
        Ok(())
    }
}
