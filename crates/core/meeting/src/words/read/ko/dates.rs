//! Dates and times of day in Korean.

use jiff::civil::Time;

use super::{
    super::phrase::{End, When},
    Reader, words,
};

impl Reader<'_> {
    /// A date, and what it is: 부터 begins, 까지 ends; what is not said stays open.
    pub(super) fn date(&mut self) -> bool {
        let Some(when) = self.when() else { return false };
        let before = self.next;
        self.blanks();
        if self.eat(&["까지"]).is_some() {
            self.said.ends(End::Until(when));
        } else if self.eat(&["부터", "에 시작", "시작"]).is_some() {
            self.said.from = Some(when);
        } else {
            self.next = before;
            self.pending.push(when);
        }
        true
    }

    /// A date; nothing is read where there is none.
    pub(super) fn when(&mut self) -> Option<When> {
        let before = self.next;
        let found = self.relative().or_else(|| self.numeric()).or_else(|| self.named());
        if found.is_none() {
            self.next = before;
        }
        found
    }

    fn relative(&mut self) -> Option<When> {
        let before = self.next;
        if let Some(when) = self.known(&[
            ("오늘", When::InDays(0)),
            ("내일", When::InDays(1)),
            ("모레", When::InDays(2)),
            ("연말", When::EndOfYear),
            ("올해 말", When::EndOfYear),
        ]) {
            return Some(when);
        }
        if self.eat(&["다음 주 ", "다음주 "]).is_some()
            && let Some((weekday, length)) = words::weekday(&self.letters[self.next..])
        {
            self.next += length;
            return Some(When::Next(weekday));
        }
        self.next = before;
        None
    }

    /// 2026-12-18 and 2026. 12. 18.
    fn numeric(&mut self) -> Option<When> {
        let before = self.next;
        let found = self.numbers_of_date();
        if found.is_none() {
            self.next = before;
        }
        found
    }

    fn numbers_of_date(&mut self) -> Option<When> {
        let year = self.number().filter(|year| (1000..=9999).contains(year))?;
        let sign = self.eat(&["-", "."])?;
        self.blanks();
        let month = self.number()?;
        self.eat(&[sign])?;
        self.blanks();
        let day = self.number()?;
        if sign == "." {
            self.eat(&["."]);
        }
        Some(When::Day {
            year: i16::try_from(year).ok(),
            month: i8::try_from(month).ok()?,
            day: i8::try_from(day).ok()?,
        })
    }

    /// 12월 18일, 2026년 12월 18일, 12월 말.
    fn named(&mut self) -> Option<When> {
        let before = self.next;
        let found = self.month_and_day();
        if found.is_none() {
            self.next = before;
        }
        found
    }

    fn month_and_day(&mut self) -> Option<When> {
        let mut year = None;
        let before = self.next;
        match self.number() {
            Some(number) if (1000..=9999).contains(&number) && self.eat(&["년"]).is_some() => {
                year = i16::try_from(number).ok();
                self.blanks();
            }
            _ => self.next = before,
        }
        let month = self.number().filter(|month| (1..=12).contains(month))? as i8;
        self.eat(&["월"])?;
        self.blanks();
        if self.eat(&["말일", "말"]).is_some() {
            return Some(When::EndOfMonth { year, month });
        }
        let day = self.number().filter(|day| (1..=31).contains(day))? as i8;
        self.eat(&["일"])?;
        let before = self.next;
        self.blanks();
        let has_weekday = self.eat(&["("]).is_some();
        match words::weekday(&self.letters[self.next..]) {
            Some((_, length)) if has_weekday => {
                self.next += length;
                self.eat(&[")"]);
            }
            _ => self.next = before,
        }
        Some(When::Day { year, month, day })
    }

    /// 오전 9시, 오후 3시 반, 15:30, 9시부터 10시까지.
    pub(super) fn time(&mut self) -> bool {
        let Some((start, is_afternoon)) = self.time_of_day(None) else { return false };
        self.said.time = Some(start);
        let before = self.next;
        self.blanks();
        if self.eat(&["부터", "에서", "~", "-"]).is_some() {
            self.blanks();
            if let Some((end, _)) = self.time_of_day(Some((start, is_afternoon))) {
                self.eat(&["까지"]);
                self.said.end_time = Some(end);
                return true;
            }
        }
        self.next = before;
        true
    }

    /// A time, and whether it was said to be of the afternoon; the half of the day of an end is that of its start.
    fn time_of_day(&mut self, start: Option<(Time, bool)>) -> Option<(Time, bool)> {
        let before = self.next;
        let found = self.hour_and_minute(start);
        if found.is_none() {
            self.next = before;
        }
        found
    }

    fn hour_and_minute(&mut self, start: Option<(Time, bool)>) -> Option<(Time, bool)> {
        if self.eat(&["정오"]).is_some() {
            return Some((Time::new(12, 0, 0, 0).ok()?, false));
        }
        if self.eat(&["자정"]).is_some() {
            return Some((Time::midnight(), false));
        }
        let half =
            self.known(&[("오전", false), ("아침", false), ("오후", true), ("저녁", true), ("밤", true)]);
        self.blanks();
        let hour = i8::try_from(self.number()?).ok()?;
        let minute = if self.eat(&[":"]).is_some() {
            i8::try_from(self.number()?).ok()?
        } else {
            // 2시간 is a length.
            if self.is_at("시간") {
                return None;
            }
            self.eat(&["시"])?;
            self.minutes_and_half() as i8
        };
        let is_afternoon = match half {
            Some(half) if hour > 12 || (hour == 0 && half) => return None,
            Some(half) => half,
            // 오후 3시부터 4시까지: the end is of the afternoon too, as the start was said to be.
            None => start.is_some_and(|(start, said)| said && hour < 12 && hour + 12 > start.hour()),
        };
        let hour =
            if half.is_some() || is_afternoon { hour % 12 + if is_afternoon { 12 } else { 0 } } else { hour };
        Some((Time::new(hour, minute, 0, 0).ok()?, is_afternoon))
    }

    /// 30분, 반, or nothing: minutes after an hour.
    pub(super) fn minutes_and_half(&mut self) -> i64 {
        let before = self.next;
        self.blanks();
        if self.is_at("반") && !self.is_at("반복") {
            self.next += 1;
            return 30;
        }
        if let Some(minutes) = self.number().filter(|minutes| *minutes < 60) {
            self.blanks();
            // 9시 30분간 is a length after the hour.
            if self.eat(&["분"]).is_some() && !self.is_at("간") && !self.is_at(" 동안") {
                return i64::from(minutes);
            }
        }
        self.next = before;
        0
    }
}
