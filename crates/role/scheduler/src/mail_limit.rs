//! How many mails the meetings of one user may ask for within an hour, so that nobody's meetings become a way to send mail to
//! anybody. Counted in memory, in each scheduler alike: a count is no truth that has to last.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use convoke_store::DbFault;
use convoke_web_api::Problem;

/// The time that counts, in milliseconds.
const HOUR_MS: i64 = 3_600_000;
/// Counts are kept by the minute.
const MINUTE_MS: i64 = 60_000;
/// Users who are remembered; beyond, those whose mails are the oldest are forgotten.
const MAX_USERS: usize = 50_000;

/// The mails of the last hour, by user.
#[derive(Debug, Default)]
pub(crate) struct MailLimit {
    users: Mutex<HashMap<String, VecDeque<(i64, usize)>>>,
}

impl MailLimit {
    /// Counts mails that a user's meeting asks for, or refuses them when they would be more than `most` within an hour.
    pub(crate) fn take(
        &self,
        user: &str,
        count: usize,
        most: usize,
        now_ms: i64,
    ) -> Result<Counted<'_>, Problem> {
        let counted = || Counted { limit: self, user: user.to_owned(), count };
        if count == 0 {
            return Ok(counted());
        }
        if count > most {
            let words = format!(
                "This would mail {count} people, and the mails of one user are at most {most} within an hour. Invite fewer, or \
                 ask the administrators to raise scheduler.limits.mails_per_hour."
            );
            return Err(Problem::new(429, "Too many mails", words).coded("tooManyMails"));
        }
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        if users.len() >= MAX_USERS && !users.contains_key(user) {
            forget(&mut users, now_ms);
        }
        let minutes = users.entry(user.to_owned()).or_default();
        while minutes.front().is_some_and(|(minute, _)| *minute <= now_ms - HOUR_MS) {
            minutes.pop_front();
        }
        let sum: usize = minutes.iter().map(|(_, count)| count).sum();
        if sum.saturating_add(count) > most {
            return Err(refused(minutes, sum + count - most, most, now_ms));
        }
        match minutes.back_mut() {
            Some((minute, before)) if *minute > now_ms - MINUTE_MS => *before += count,
            _ => minutes.push_back((now_ms, count)),
        }
        Ok(counted())
    }

    /// Takes mails out of the count that were not queued after all, the newest first.
    fn give_back(&self, user: &str, mut count: usize) {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let minutes = users.get_mut(user).into_iter().flat_map(|minutes| minutes.iter_mut().rev());
        for (_, counted) in minutes {
            let less = count.min(*counted);
            *counted -= less;
            count -= less;
        }
    }
}

/// Mails that were counted. They stay so unless they are given back: whoever goes away while they are written may have had them
/// queued all the same.
#[derive(Debug)]
#[must_use]
pub(crate) struct Counted<'a> {
    limit: &'a MailLimit,
    user: String,
    count: usize,
}

impl Counted<'_> {
    /// They are queued.
    pub(crate) fn used(self) {}

    /// They are not queued.
    pub(crate) fn give_back(self) {
        self.limit.give_back(&self.user, self.count);
    }

    /// They are queued if this says so, or may be.
    pub(crate) fn used_by<T>(self, outcome: &Result<T, DbFault>) {
        if !matches!(outcome, Ok(_) | Err(DbFault::Unknown(_))) {
            self.give_back();
        }
    }
}

/// Says when enough of the mails that were counted are an hour old.
fn refused(minutes: &VecDeque<(i64, usize)>, mut over: usize, most: usize, now_ms: i64) -> Problem {
    let mut free_at = now_ms + HOUR_MS;
    for (minute, count) in minutes {
        free_at = minute + HOUR_MS;
        over = over.saturating_sub(*count);
        if over == 0 {
            break;
        }
    }
    let seconds = u32::try_from((free_at - now_ms + 999) / 1_000).unwrap_or(3_600).max(1);
    let words = format!(
        "The mails of one user are at most {most} within an hour; try again in {} minutes, or notify fewer people.",
        seconds.div_ceil(60)
    );
    Problem::new(429, "Too many mails", words).coded("tooManyMails").to_be_retried_in(seconds)
}

/// Makes room: those without a mail in the last hour go, or else the one whose last mail is the oldest.
fn forget(users: &mut HashMap<String, VecDeque<(i64, usize)>>, now_ms: i64) {
    let last = |minutes: &VecDeque<(i64, usize)>| minutes.back().map_or(i64::MIN, |(minute, _)| *minute);
    users.retain(|_, minutes| last(minutes) > now_ms - HOUR_MS);
    if users.len() >= MAX_USERS
        && let Some(oldest) =
            users.iter().min_by_key(|(_, minutes)| last(minutes)).map(|(user, _)| user.clone())
    {
        users.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(limit: &MailLimit, user: &str, count: usize, now_ms: i64) -> Option<(u16, Option<u32>, String)> {
        let refused = limit.take(user, count, 10, now_ms).map(Counted::used).err();
        refused.map(|problem| (problem.status, problem.retry_after, problem.detail))
    }

    #[test]
    fn an_hours_mails_are_counted_a_user() {
        let limit = MailLimit::default();
        assert_eq!(told(&limit, "a", 6, 0), None);
        assert_eq!(told(&limit, "a", 4, 30_000), None);
        let words = "The mails of one user are at most 10 within an hour; try again in 50 minutes, or notify fewer people.";
        assert_eq!(told(&limit, "a", 1, 600_000), Some((429, Some(3_000), words.to_owned())));
        assert_eq!(told(&limit, "b", 10, 600_000), None);
        assert_eq!(told(&limit, "a", 0, 600_000), None);
        // An hour later the first ones count no more.
        assert_eq!(told(&limit, "a", 10, HOUR_MS), None);
        assert!(told(&limit, "a", 1, HOUR_MS + 1).is_some());
    }

    #[test]
    fn what_was_not_queued_is_given_back() {
        let limit = MailLimit::default();
        assert_eq!(told(&limit, "a", 6, 0), None);
        limit.take("a", 4, 10, 70_000).unwrap().give_back();
        limit.take("a", 3, 10, 80_000).unwrap().used_by(&Ok(()));
        limit.take("a", 1, 10, 80_000).unwrap().used_by::<()>(&Err(DbFault::Busy));
        limit.take("a", 1, 10, 80_000).unwrap().used_by::<()>(&Err(DbFault::Unknown("lost".into())));
        assert!(limit.take("a", 1, 10, 80_000).is_err());
        assert!(limit.take("a", 1, 10, 80_000).is_err(), "a refusal gives nothing back");
    }

    #[test]
    fn what_can_never_be_is_said_at_once() {
        let words = "This would mail 11 people, and the mails of one user are at most 10 within an hour. Invite fewer, or ask \
                     the administrators to raise scheduler.limits.mails_per_hour.";
        assert_eq!(told(&MailLimit::default(), "a", 11, 0), Some((429, None, words.to_owned())));
    }

    #[test]
    fn room_is_made_for_new_users() {
        let mut users: HashMap<String, VecDeque<(i64, usize)>> = (0..MAX_USERS)
            .map(|n| (n.to_string(), VecDeque::from([(HOUR_MS + i64::try_from(n).unwrap(), 1)])))
            .collect();
        forget(&mut users, HOUR_MS * 2 - 1);
        assert!(users.len() == MAX_USERS - 1 && !users.contains_key("0"));
        forget(&mut users, HOUR_MS * 3);
        assert!(users.is_empty());
    }
}
