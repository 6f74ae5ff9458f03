//! A meeting without a fixed time: people join it whenever they like.
//!
//! It lies in a year that nobody can ask for, so that everything that goes by time (lists, the past, clean-up) finds it ahead for
//! ever, and whoever shows it asks [`Series::is_unscheduled`] first.

use jiff::civil::{DateTime, date};

use super::{Length, Series};
use crate::Zone;

/// When such a meeting starts, on the clock of its zone: far beyond [`crate::draft::MAX_YEAR`].
pub const UNSCHEDULED_START: DateTime = date(9_000, 1, 1).at(0, 0, 0, 0);
/// When it ends: an hour later, which is the length that it has once it is given a start.
pub const UNSCHEDULED_END: DateTime = date(9_000, 1, 1).at(1, 0, 0, 0);

impl Series {
    /// A meeting without a fixed time; the zone is that of the time which it may be given.
    pub fn unscheduled(zone: Zone) -> Self {
        Self {
            start: UNSCHEDULED_START,
            end: UNSCHEDULED_END,
            zone,
            all_day: false,
            rule: None,
            rdates: Vec::new(),
            exdates: Vec::new(),
            length: Length::Exact(3_600),
            last: None,
        }
    }

    /// Whether it has no fixed time.
    pub fn is_unscheduled(&self) -> bool {
        self.start == UNSCHEDULED_START
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{Draft, draft};

    #[test]
    fn lies_beyond_what_people_can_ask_for() {
        let zone = Zone::named("Asia/Seoul").unwrap();
        let series = Series::unscheduled(zone);
        assert!(series.is_unscheduled() && !series.is_recurring());
        let first = series.first().unwrap();
        assert!(first.start > "8999-12-30T00:00:00Z".parse::<Timestamp>().unwrap());
        assert_eq!(first.original, UNSCHEDULED_START);
        let asked = Draft {
            dt_start: Some("9000-01-01T00:00:00"),
            dt_end: Some("9000-01-01T01:00:00"),
            time_zone: Some("Asia/Seoul"),
            ..Draft::default()
        };
        assert!(draft::check(&asked).is_err());
    }

    #[test]
    fn parts_and_texts_keep_it() {
        let series = Series::unscheduled(Zone::utc());
        let again = Series::new(series.parts()).unwrap();
        assert!(again.is_unscheduled());
        assert_eq!(again.last_end(), series.last_end());
    }
}
