//! Times of day and lengths in Korean.

use super::{
    super::{
        clock::{Clock, Night},
        pieces::{Part, Said},
    },
    Reader,
};

/// The half or part of the day before an hour.
#[derive(Debug, Clone, Copy)]
enum Half {
    Morning,
    Afternoon,
    Part(Part),
}

const HALVES: &[(&str, Half)] = &[
    ("오전", Half::Morning),
    ("오후", Half::Afternoon),
    ("새벽", Half::Part(Part::Dawn)),
    ("아침", Half::Part(Part::Morning)),
    ("점심", Half::Part(Part::Noon)),
    ("한낮", Half::Part(Part::Noon)),
    ("낮", Half::Part(Part::Noon)),
    ("저녁", Half::Part(Part::Evening)),
    ("밤", Half::Part(Part::Night)),
];

/// What says that a time is a start.
const STARTS: &[&str] =
    &[" 시작해서", "시작해서", "에 시작해서", "부터 시작해서", " 시작", "시작", "에 시작", "부터 시작"];

impl Reader<'_> {
    /// 오전 9시, 오후 3시 반, 15:30, 9시부터 10시까지, 9~10시.
    pub(super) fn time(&mut self) -> bool {
        let from = self.next;
        let Some(start) = self.clock(true) else { return false };
        let end = self.attempt(|reader| {
            if !reader.range_mark() {
                return None;
            }
            let end = reader.clock(false)?;
            reader.eat(&["까지"]);
            Some(end)
        });
        let end = end.or_else(|| self.attempt(Self::later_end));
        // 9시부터: a start without its end.
        let is_onward = end.is_none() && (self.eat(STARTS).is_some() || self.eat(&["부터"]).is_some());
        self.say(from, Said::Clock(start, end));
        if is_onward {
            self.say(from, Said::Onward);
        }
        true
    }

    /// 10시 시작 11시 종료: the end after the word for the start.
    fn later_end(&mut self) -> Option<Clock> {
        self.eat(STARTS)?;
        while self.eat(&[" ", ","]).is_some() {}
        let end = self.clock(false)?;
        self.eat(&["에"]);
        self.blanks();
        self.eat(&["종료", "끝"])?;
        Some(end)
    }

    /// 아침 without an hour: the part of the day alone.
    pub(super) fn part_of_day(&mut self) -> bool {
        let from = self.next;
        let Some(half) = self.known(HALVES) else { return false };
        let part = match half {
            Half::Morning => Part::Morning,
            Half::Afternoon => Part::Afternoon,
            Half::Part(part) => part,
        };
        self.say(from, Said::Part(part));
        true
    }

    /// A time of day; a bare number only where 시 follows its range.
    fn clock(&mut self, may_begin: bool) -> Option<Clock> {
        self.attempt(|reader| {
            if reader.eat(&["정오"]).is_some() {
                return Clock::exact(12, 0, Night::No);
            }
            if reader.eat(&["자정"]).is_some() {
                return Clock::exact(0, 0, Night::Perhaps);
            }
            let half = reader.known(HALVES);
            reader.blanks();
            let (hour, padded, minute) = reader.hour_and_minute(may_begin)?;
            match half {
                None => Clock::written(hour, minute, padded),
                Some(Half::Morning) => {
                    Clock::half(hour, minute, false).or_else(|| exact(hour, minute, 0..=0))
                }
                Some(Half::Afternoon) => {
                    Clock::half(hour, minute, true).or_else(|| exact(hour, minute, 13..=23))
                }
                Some(Half::Part(part)) => Clock::of_part(hour, minute, part),
            }
        })
    }

    fn hour_and_minute(&mut self, may_begin: bool) -> Option<(i8, bool, i8)> {
        let (hour, padded) = match self.digits() {
            Some((hour, digits)) if digits <= 2 => (hour, digits == 2 && hour < 10),
            Some(_) => return None,
            None => (self.number()?, false),
        };
        let hour = i8::try_from(hour).ok().filter(|hour| (0..24).contains(hour))?;
        if self.eat(&[":"]).is_some() {
            let (minute, 2) = self.digits()? else { return None };
            if self.is_at(":00") {
                self.next += 3;
            }
            return Some((hour, padded, i8::try_from(minute).ok()?));
        }
        if may_begin && self.is_start_of_range() {
            return Some((hour, padded, 0));
        }
        // 2시간 is a length.
        if self.is_at("시간") {
            return None;
        }
        self.eat(&["시"])?;
        Some((hour, padded, i8::try_from(self.minutes_and_half()).ok()?))
    }

    /// Whether a number begins 9~10시.
    fn is_start_of_range(&mut self) -> bool {
        let before = self.next;
        let is_mark = self.eat(&["~", "-", " ~ ", " - "]).is_some();
        let has_hour = is_mark && self.digits().is_some_and(|(_, digits)| digits <= 2);
        let found = has_hour && self.is_at("시") && !self.is_at("시간");
        self.next = before;
        found
    }

    /// 30분, 반, or nothing: minutes after an hour.
    pub(super) fn minutes_and_half(&mut self) -> i64 {
        self.attempt(|reader| {
            reader.blanks();
            if reader.is_at("반") && !reader.is_at("반복") {
                reader.next += 1;
                return Some(30);
            }
            let minutes = reader.digits().map(|(minutes, _)| minutes).filter(|minutes| *minutes < 60)?;
            reader.blanks();
            reader.eat(&["분"])?;
            // 9시 30분간 is a length after the hour, 9시 30분마다 how often.
            let is_other = reader.is_at_any(&["간", " 동안", "동안", "마다", " 마다", "짜리", "씩", " 간격"]);
            (!is_other).then_some(i64::from(minutes))
        })
        .unwrap_or(0)
    }

    /// 1시간 30분 동안, 1시간 반, 90분간, 1.5시간, 반시간: minutes.
    pub(super) fn length_of_time(&mut self) -> Option<i64> {
        self.attempt(|reader| {
            if reader.eat(&["반시간", "반 시간"]).is_some() {
                return Some(30);
            }
            let whole = i64::from(reader.number()?);
            let part = reader.attempt(|reader| {
                reader.eat(&["."])?;
                let (value, digits @ 1..=2) = reader.digits()? else { return None };
                let parts = if digits == 1 { 10 } else { 100 };
                let minutes = i64::from(value) * 60;
                (minutes % parts == 0).then_some(minutes / parts)
            });
            reader.blanks();
            if reader.eat(&["시간"]).is_some() {
                let more = part.unwrap_or_else(|| reader.more_minutes());
                return Some(whole * 60 + more);
            }
            (part.is_none() && reader.eat(&["분"]).is_some()).then_some(whole)
        })
    }

    /// The minutes that follow hours of a length.
    fn more_minutes(&mut self) -> i64 {
        self.attempt(|reader| {
            reader.blanks();
            if reader.is_at("반") && !reader.is_at("반복") {
                reader.next += 1;
                return Some(30);
            }
            let minutes = reader.digits().map(|(minutes, _)| minutes).filter(|minutes| *minutes < 60)?;
            reader.blanks();
            reader.eat(&["분"])?;
            (!reader.is_at_any(&["마다", " 마다"])).then_some(i64::from(minutes))
        })
        .unwrap_or(0)
    }
}

fn exact(hour: i8, minute: i8, hours: std::ops::RangeInclusive<i8>) -> Option<Clock> {
    if hours.contains(&hour) { Clock::exact(hour, minute, Night::No) } else { None }
}
