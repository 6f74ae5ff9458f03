//! The days of one period as a list: apart because it decides where they are kept.

/// Days of one period: at most a month's, or a year's where `BYSETPOS` or `BYWEEKNO` need it whole.
#[derive(Default)]
pub(super) struct DayList {
    count: usize,
    few: [i32; 31],
    more: Vec<i32>,
}

impl DayList {
    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.more.clear();
    }

    #[inline]
    pub(super) fn push(&mut self, day: i32) {
        match self.few.get_mut(self.count) {
            Some(place) => *place = day,
            None => self.more.push(day),
        }
        self.count += 1;
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.count
    }

    #[inline]
    pub(super) fn at(&self, place: usize) -> i32 {
        match self.few.get(place) {
            Some(day) => *day,
            None => self.more[place - self.few.len()],
        }
    }
}
