//! Weekdays, days of a month and months in Korean.

use jiff::civil::Weekday;

use super::{
    super::pieces::{Day, Said, Unit, weekday_range},
    Read, Reader, words,
};
use crate::words::spoken::WORKDAYS;

impl Reader<'_> {
    /// Weekdays, days of a month, months.
    pub(super) fn days(&mut self) -> Read {
        let from = self.next;
        if self.eat(&["평일", "근무일", "영업일", "주중"]).is_some() {
            self.say(from, Said::Weekdays(WORKDAYS.to_vec()));
            return Ok(true);
        }
        if self.eat(&["주말"]).is_some() {
            self.say(from, Said::Weekdays(vec![Weekday::Saturday, Weekday::Sunday]));
            return Ok(true);
        }
        if let Some(day) = self.first_or_last() {
            self.say(from, Said::Days(vec![day]));
            return Ok(true);
        }
        if self.places()? {
            return Ok(true);
        }
        if let Some(months) = self.attempt(Self::months) {
            self.say(from, Said::Months { months, every: false });
            return Ok(true);
        }
        if let Some(days) = self.attempt(Self::day_numbers) {
            // 13일이 금요일인 달: only where both hold.
            let condition = self.attempt(|reader| {
                reader.eat(&["이 ", "의 "])?;
                let weekday = reader.weekday_name()?;
                reader.eat(&["인 달에만", "인 달", "인 경우만", "인 경우", "일 때만", "일 때"])?;
                Some(weekday)
            });
            self.say(from, Said::Days(days));
            if let Some(weekday) = condition {
                self.say(from, Said::OnlyOn(vec![weekday]));
            }
            return Ok(true);
        }
        if let Some(weekdays) = self.attempt(Self::weekdays) {
            self.say(from, Said::Weekdays(weekdays));
            return Ok(true);
        }
        Ok(false)
    }

    /// 말일, 월말, 첫날; 말 and 초 after what they are of.
    fn first_or_last(&mut self) -> Option<Day> {
        let is_of_unit = self.is_of_unit();
        // 마지막 일요일 is a Sunday.
        let is_sunday = self.is_at_any(&["마지막 일요", "마지막 일욜", "마지막일요", "마지막일욜"]);
        if !is_sunday && self.eat(&["말일", "월말", "마지막일", "마지막 일"]).is_some()
            || is_of_unit && self.eat(&["말"]).is_some()
        {
            return Some(Day::Nth(-1));
        }
        let is_first =
            self.eat(&["첫날", "초일", "월초"]).is_some() || is_of_unit && self.eat(&["초"]).is_some();
        is_first.then_some(Day::Nth(1))
    }

    /// Whether a unit or a month that first and last days are of was said just before.
    fn is_of_unit(&self) -> bool {
        let is_yearly = self.said.iter().any(|piece| matches!(piece.said, Said::Every(_, Unit::Year)));
        self.said.last().is_some_and(|piece| match piece.said {
            Said::Every(_, unit) => unit >= Unit::Month,
            Said::OfThe(_) => true,
            // 매년 3월 초
            Said::Months { .. } => is_yearly,
            _ => false,
        })
    }

    pub(super) fn weekday_name(&mut self) -> Option<Weekday> {
        let (weekday, length) = words::weekday(&self.letters[self.next..])?;
        self.next += length;
        Some(weekday)
    }

    /// 첫째, 셋째 월요일; 마지막 평일; 끝에서 2번째 날; 2, 4주 토요일.
    fn places(&mut self) -> Read {
        let from = self.next;
        let Some(places) = self.attempt(Self::place_list) else { return Ok(false) };
        let day = |reader: &mut Self| -> Option<Box<dyn Fn(i8) -> Day>> {
            if reader.eat(&["평일", "영업일", "근무일"]).is_some() {
                return Some(Box::new(Day::Workday));
            }
            if reader.eat(&["날", "일 "]).is_some() {
                return Some(Box::new(|place| Day::Nth(place.into())));
            }
            let weekday = reader.weekday_name()?;
            Some(Box::new(move |place| Day::Weekday(place, weekday)))
        };
        let is_week = self.eat(&["주차의 ", "주차 ", "주의 ", "주 ", "주차", "주"]).is_some();
        self.blanks();
        let after = self.next;
        let names_workdays = self.is_at_any(&["평일", "영업일", "근무일", "주중", "주말"]);
        let made = if is_week && names_workdays { None } else { self.attempt(|reader| day(reader)) };
        let Some(make) = made else {
            if is_week {
                self.eat(&["평일", "영업일", "근무일", "주중", "주말"]);
                return Err(self.refuse(
                    self.place_from(from),
                    "is not counted by all in the same way; say the weekday, for example \"매월 첫째 월요일\"",
                ));
            }
            self.next = from;
            return Ok(false);
        };
        let another = self.attempt(|reader| {
            reader.joiner().then_some(())?;
            reader.weekday_name()
        });
        if another.is_some() {
            let place = self.place_from(from);
            return Err(self.refuse(place, "names weekdays of which the place is not clear; say each, for example \"매월 첫째 월요일, 첫째 수요일\""));
        }
        debug_assert!(self.next >= after);
        self.say(from, Said::Days(places.iter().map(|place| make(*place)).collect()));
        Ok(true)
    }

    fn place_list(&mut self) -> Option<Vec<i8>> {
        let mut places = Vec::new();
        loop {
            let joined = places.is_empty() || {
                let before = self.next;
                let found = self.joiner();
                if !found {
                    self.next = before;
                    self.blanks();
                }
                true
            };
            match self.attempt(Self::place).filter(|_| joined) {
                Some(place) => {
                    places.push(place);
                    self.week_between();
                }
                None => break,
            }
        }
        if places.is_empty() {
            return self.attempt(Self::week_numbers);
        }
        self.blanks();
        Some(places)
    }

    /// 첫째 주와 셋째 주 월요일: passes over the first 주.
    fn week_between(&mut self) {
        self.attempt(|reader| {
            reader.blanks();
            reader.eat(&["주"])?;
            let after = reader.next;
            if !reader.joiner() {
                reader.blanks();
            }
            reader.attempt(Self::place)?;
            reader.next = after;
            Some(())
        });
    }

    /// 2, 4주 토요일: the numbers before 주.
    fn week_numbers(&mut self) -> Option<Vec<i8>> {
        let mut numbers = Vec::new();
        loop {
            let (number, 1) = self.digits()? else { return None };
            numbers.push(i8::try_from(number).ok().filter(|number| (1..=5).contains(number))?);
            if !self.joiner() {
                break;
            }
        }
        let before = self.next;
        let is_week = self.eat(&["주차 ", "주 ", "주차"]).is_some() && self.weekday_name().is_some();
        self.next = before;
        is_week.then_some(numbers)
    }

    fn place(&mut self) -> Option<i8> {
        let is_from_end = self.eat(&["끝에서 ", "뒤에서 "]).is_some();
        let place = match self.known(words::PLACES) {
            Some(place) => place,
            None => {
                let (number, _) = self.digits()?;
                let number = i8::try_from(number).ok().filter(|number| (1..=100).contains(number))?;
                self.blanks();
                self.eat(&["번째", "째"])?;
                number
            }
        };
        Some(if is_from_end { -place } else { place })
    }

    /// 5월의 ..., 1월, 7월: months whose days follow.
    fn months(&mut self) -> Option<Vec<i8>> {
        let mut months = Vec::new();
        loop {
            let before = self.next;
            let is_listed = months.is_empty() || self.joiner();
            let more = self.attempt(|reader| {
                let first = reader.month_number()?;
                if reader.eat(&["월"]).is_none() {
                    // 3, 6, 9, 12월
                    let goes_on = reader.is_at_any(&[",", "·", "~", "-"]);
                    return (goes_on && reader.ends_with_month()).then(|| vec![first]);
                }
                Some(vec![first])
            });
            match more.filter(|_| is_listed) {
                Some(more) => months.extend(more),
                None => {
                    self.next = before;
                    break;
                }
            }
        }
        (!months.is_empty()).then_some(months)
    }

    fn month_number(&mut self) -> Option<i8> {
        let (month, digits) = self.digits()?;
        i8::try_from(month).ok().filter(|month| (1..=12).contains(month) && digits <= 2)
    }

    /// Whether a list of numbers that goes on here is one of months.
    fn ends_with_month(&self) -> bool {
        let rest = self.letters[self.next..]
            .iter()
            .find(|c| !(c.is_ascii_digit() || matches!(**c, ',' | '·' | ' ')));
        rest == Some(&'월')
    }

    /// 1일과 15일; 1, 15일; 1일.
    fn day_numbers(&mut self) -> Option<Vec<Day>> {
        let mut days = Vec::new();
        loop {
            let (day, digits) = self.digits()?;
            days.push(Day::Number(
                i8::try_from(day).ok().filter(|day| (1..=31).contains(day) && digits <= 2)?,
            ));
            if self.eat(&["일"]).is_some() {
                return Some(days);
            }
            if !self.joiner() {
                return None;
            }
        }
    }

    /// 월요일, 월·수·금, 월수금, 월요일~금요일.
    fn weekdays(&mut self) -> Option<Vec<Weekday>> {
        let mut days = Vec::new();
        loop {
            let before = self.next;
            let is_listed = days.is_empty() || self.joiner() || self.letters[before - 1] != ' ';
            let Some(first) = self.weekday_name().filter(|_| is_listed) else {
                self.next = before;
                break;
            };
            // 월요일, 수요일까지 is another thing.
            if self.is_at("까지") || self.is_at(" 까지") {
                self.next = before;
                break;
            }
            let last = self.attempt(|reader| {
                reader.range_mark().then_some(())?;
                let last = reader.weekday_name()?;
                reader.eat(&["까지"]);
                Some(last)
            });
            days.extend(weekday_range(first, last.unwrap_or(first)));
        }
        (!days.is_empty()).then_some(days)
    }
}
