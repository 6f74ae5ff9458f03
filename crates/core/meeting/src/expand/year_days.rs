//! Days of the year as bits: a rule can name hundreds, and each month asks which of them it has.

use crate::rule::bits;

/// Days 1 to 366 from the start of the year, and from its end.
pub(super) struct YearDays {
    /// Bit n - 1 of the whole for day n.
    from_start: [u64; 6],
    /// Bit n - 1 for day -n.
    from_end: [u64; 6],
}

impl YearDays {
    /// The set of such days; `None` of none.
    pub(super) fn of(days: &[i16]) -> Option<Box<Self>> {
        if days.is_empty() {
            return None;
        }
        let mut set = Box::new(Self { from_start: [0; 6], from_end: [0; 6] });
        for day in days {
            let side = if *day > 0 { &mut set.from_start } else { &mut set.from_end };
            let place = usize::from(day.unsigned_abs().saturating_sub(1)).min(365);
            side[place / 64] |= 1 << (place % 64);
        }
        Some(set)
    }

    /// Which days of a month are named, bit 0 for its first, which has `before` days of its year before it.
    pub(super) fn of_month(&self, before: i32, days_in_year: i32) -> u32 {
        let before = before.unsigned_abs() as usize;
        let mut mask = from(&self.from_start, before) as u32 & 0x7fff_ffff;
        if self.from_end != [0; 6] {
            // Day n from the start, counted from 0, is day (days in the year - n) from the end.
            let last = (days_in_year.unsigned_abs() as usize).saturating_sub(before + 31);
            let reach = (days_in_year.unsigned_abs() as usize) - before;
            for place in bits(from(&self.from_end, last) & 0x7fff_ffff) {
                let from_end = last + usize::from(place);
                if from_end < reach {
                    mask |= 1 << (reach - 1 - from_end);
                }
            }
        }
        mask
    }
}

/// 64 bits from a place on.
fn from(set: &[u64; 6], place: usize) -> u64 {
    let (word, bit) = (place / 64, place % 64);
    let low = set.get(word).map_or(0, |word| word >> bit);
    let high = if bit == 0 { 0 } else { set.get(word + 1).map_or(0, |word| word << (64 - bit)) };
    low | high
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day;

    #[test]
    fn names_the_same_days_from_the_start_and_from_the_end() {
        for year in [2023, 2024] {
            let (start, days) = (day::from_civil(year, 1, 1), day::days_in_year(year));
            for month in 1..=12 {
                let first = day::from_civil(year, month, 1) - start;
                let length = i32::from(day::days_in_month(year, month));
                for place in 0..length {
                    let number = (first + place + 1) as i16;
                    for named in [number, number - days as i16 - 1] {
                        let set = YearDays::of(&[named]).unwrap();
                        assert_eq!(set.of_month(first, days), 1 << place, "{named} of {year}-{month}");
                    }
                }
            }
            assert_eq!(YearDays::of(&[-366]).unwrap().of_month(0, days), u32::from(days == 366));
        }
    }
}
