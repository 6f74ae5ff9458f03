//! Dates in Korean.

use jiff::civil::Weekday;

use super::{
    super::{
        pieces::{Place, Said},
        when::When,
    },
    Read, Reader, words,
};

/// What shows that a number of days is none of a date.
const NO_DATE: &[&str] = &[
    "마다", " 마다", "간격", " 간격", "동안", " 동안", "간", "에 한", "에 두", "에 1회", "에 1번", "에 2회",
    "에 2번",
];

/// What shows that a bare number is none of a date.
const NO_DAY: &[&str] = &[
    ":", "시", "회", "번", "월", "주", "분", ".", "/", "개", "명", "년", "달", " 개월", " 주", " 시간",
    " 달", " 년",
];

impl Reader<'_> {
    /// A date or a range of dates, and what it is: 부터 begins, 까지 ends; what is not said stays open.
    pub(super) fn date(&mut self) -> Read {
        let from = self.next;
        let Some(first) = self.attempt(Self::when) else { return Ok(false) };
        let last = self.attempt(|reader| {
            if !reader.range_mark() {
                return None;
            }
            let last =
                reader.attempt(|reader| reader.day_of(first)).or_else(|| reader.attempt(Self::when))?;
            reader.eat(&["까지", " 까지"]);
            Some(last)
        });
        if let Some(last) = last {
            let place = self.place_from(from);
            self.pending.push((place, first, Some(last)));
            return Ok(true);
        }
        let ends = self.attempt(|reader| {
            reader.blanks();
            if reader.eat(&["까지", "에 종료", "종료"]).is_some() {
                return Some(true);
            }
            reader.eat(&["부터 시작", "부터", "에 시작", "시작"]).map(|_| false)
        });
        match ends {
            Some(true) => self.say_date(from, Said::Until(first))?,
            Some(false) => self.say_date(from, Said::From(first))?,
            None => {
                let place: Place = self.place_from(from);
                self.pending.push((place, first, None));
            }
        }
        Ok(true)
    }

    /// Notes a date that is known for what it is; what stood open before stays what it was.
    fn say_date(&mut self, from: usize, said: Said) -> Result<(), super::NotUnderstood> {
        self.settle_pending()?;
        self.say(from, said);
        Ok(())
    }

    fn when(&mut self) -> Option<When> {
        if let Some(when) = self.attempt(Self::relative).or_else(|| self.attempt(Self::numeric)) {
            return Some(when);
        }
        if let Some(when) = self.attempt(Self::month_and_day) {
            return Some(when);
        }
        // 12월 1일, 8일
        if let Some((_, first, last)) = self.pending.last().copied()
            && let Some(when) = self.attempt(|reader| reader.day_of(last.unwrap_or(first)))
            && !self.is_at_any(NO_DATE)
        {
            return Some(when);
        }
        self.attempt(Self::month)
            .or_else(|| self.attempt(Self::marked_day))
            .or_else(|| self.attempt(Self::coming))
    }

    /// Whether 까지, 부터 or the other end of a range follows.
    fn is_marked(&mut self) -> bool {
        let before = self.next;
        self.blanks();
        let found = self.is_at_any(&["까지", "부터", "~"]);
        self.next = before;
        found
    }

    /// 18일까지, 1일부터, 1일~5일, 1~5일.
    fn marked_day(&mut self) -> Option<When> {
        let day = self.day_number()?;
        let after = self.next;
        if self.eat(&["일"]).is_some() {
            let is_date = self.is_marked();
            let ends_a_range = self.is_after_mark(after);
            return (is_date || ends_a_range && !self.is_at_any(NO_DATE)).then_some(When::DayOfMonth(day));
        }
        // 1~5일
        let goes_on = self.attempt(|reader| {
            if !reader.range_mark() {
                return None;
            }
            reader.day_number()?;
            reader.eat(&["일"])?;
            (!reader.is_at_any(NO_DATE)).then_some(())
        });
        self.next = after;
        goes_on.map(|()| When::DayOfMonth(day))
    }

    /// Whether a day just read is the second of a range.
    fn is_after_mark(&self, day_end: usize) -> bool {
        let before: String = self.letters[..day_end].iter().collect();
        let before = before.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
        before.ends_with("부터") || before.ends_with('~') || before.ends_with("에서") || before.ends_with('-')
    }

    /// Another day of the same month.
    fn day_of(&mut self, same: When) -> Option<When> {
        let When::Day { year, month, .. } = same else { return None };
        let day = self.day_number()?;
        // 12월 7일부터 10일마다 is every ten days from that date.
        let is_other = if self.eat(&["일"]).is_some() { NO_DATE } else { NO_DAY };
        if self.is_at_any(is_other) {
            return None;
        }
        let weekday = self.attempt(Self::weekday_after);
        Some(When::Day { year, month, day, weekday })
    }

    fn day_number(&mut self) -> Option<i8> {
        let (day, digits) = self.digits()?;
        i8::try_from(day).ok().filter(|day| (1..=31).contains(day) && digits <= 2)
    }

    /// 금요일까지, 월요일부터; not 월요일부터 금요일까지.
    fn coming(&mut self) -> Option<When> {
        let (weekday, length) = words::weekday(&self.letters[self.next..])?;
        self.next += length;
        let before = self.next;
        self.blanks();
        let is_date = if self.eat(&["까지"]).is_some() {
            true
        } else {
            self.eat(&["부터"]).is_some() && {
                self.blanks();
                words::weekday(&self.letters[self.next..]).is_none()
            }
        };
        self.next = before;
        is_date.then_some(When::Coming(weekday))
    }

    fn relative(&mut self) -> Option<When> {
        if let Some(when) = self.known(&[
            ("오늘", When::InDays(0)),
            ("금일", When::InDays(0)),
            ("내일", When::InDays(1)),
            ("명일", When::InDays(1)),
            ("모레", When::InDays(2)),
            ("글피", When::InDays(3)),
            ("연말", When::EndOfYearsAhead(0)),
            ("올해 말", When::EndOfYearsAhead(0)),
            ("올해말", When::EndOfYearsAhead(0)),
            ("내년 말", When::EndOfYearsAhead(1)),
            ("내년말", When::EndOfYearsAhead(1)),
            ("이번 달 말", When::EndOfMonthsAhead(0)),
            ("이번달 말", When::EndOfMonthsAhead(0)),
            ("이달 말", When::EndOfMonthsAhead(0)),
            ("다음 달 말", When::EndOfMonthsAhead(1)),
            ("다음달 말", When::EndOfMonthsAhead(1)),
        ]) {
            if self.is_at("일") && matches!(when, When::EndOfMonthsAhead(_)) {
                self.next += 1;
            }
            return Some(when);
        }
        if self.is_at("월말") {
            self.next += 2;
            return self.is_marked().then_some(When::EndOfMonthsAhead(0));
        }
        let years = self.known(&[("올해 ", 0), ("금년 ", 0), ("내년 ", 1), ("명년 ", 1)]);
        if let Some(ahead) = years
            && let Some(when) = self.attempt(|reader| reader.month_of(Year::Ahead(ahead)))
        {
            return Some(when);
        }
        if years.is_some() {
            return None;
        }
        if let Some(ahead) = self.known(&[("올해", 0), ("내년", 1)]) {
            return Some(When::YearsAhead(ahead));
        }
        if let Some(ahead) = self.known(&[
            ("이번 달", 0),
            ("이번달", 0),
            ("이달", 0),
            ("다음 달", 1),
            ("다음달", 1),
            ("다다음 달", 2),
            ("다다음달", 2),
        ]) {
            return Some(When::MonthsAhead(ahead));
        }
        let weeks = self.known(&[
            ("이번 주", 0),
            ("이번주", 0),
            ("금주", 0),
            ("다음 주", 1),
            ("다음주", 1),
            ("차주", 1),
            ("다다음 주", 2),
            ("다다음주", 2),
        ])?;
        let weekday = self.attempt(|reader| {
            reader.blanks();
            let (weekday, length) = words::weekday(&reader.letters[reader.next..])?;
            reader.next += length;
            Some(weekday)
        });
        Some(weekday.map_or(When::WeeksAhead(weeks), |weekday| When::WeekdayOf(weeks, weekday)))
    }

    /// 2026-12-18, 2026. 12. 18., 2026/12/18, 12/18, 12.18.
    fn numeric(&mut self) -> Option<When> {
        let (first, digits) = self.digits()?;
        let sign = self.eat(&["-", ".", "/"])?;
        let (year, month) = if digits == 4 {
            self.blanks();
            let (month, _) = self.digits()?;
            self.eat(&[sign])?;
            self.blanks();
            (Some(i16::try_from(first).ok()?), month)
        } else if sign == "-" {
            return None;
        } else {
            (None, first)
        };
        let (day, _) = self.digits()?;
        if year.is_some() && sign == "." {
            self.eat(&["."]);
        }
        if self.is_at_any(&["시", "분", "회", "번", "일", "주", "월", "개", "년", ":", "/"]) {
            return None;
        }
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        if year.is_none() && !((1..=12).contains(&month) && (1..=31).contains(&day)) {
            return None;
        }
        let weekday = self.attempt(Self::weekday_after);
        Some(When::Day { year, month, day, weekday })
    }

    /// 12월 18일, 2026년 12월 18일, 12월 말.
    fn month_and_day(&mut self) -> Option<When> {
        let year = self.attempt(Self::year);
        let when = self.month_of(Year::Known(year))?;
        (!matches!(when, When::Month { .. })).then_some(when)
    }

    fn year(&mut self) -> Option<i16> {
        let (year, 4) = self.digits()? else { return None };
        self.eat(&["년"])?;
        self.blanks();
        i16::try_from(year).ok()
    }

    fn month_of(&mut self, year: Year) -> Option<When> {
        let year = match year {
            Year::Known(year) => year,
            // Years ahead are known where today is; of those to come the next is meant.
            Year::Ahead(0) => None,
            Year::Ahead(_) => return self.month_of_next_year(),
        };
        let (month, digits) = self.digits()?;
        let month = i8::try_from(month).ok().filter(|month| (1..=12).contains(month) && digits <= 2)?;
        self.eat(&["월"])?;
        let after = self.next;
        self.blanks();
        if self.eat(&["말일", "말"]).is_some() {
            return Some(When::EndOfMonth { year, month });
        }
        let day = self.attempt(|reader| {
            let day = reader.day_number()?;
            reader.eat(&["일"])?;
            Some(day)
        });
        let Some(day) = day else {
            self.next = after;
            return Some(When::Month { year, month, open: false });
        };
        let weekday = self.attempt(Self::weekday_after);
        Some(When::Day { year, month, day, weekday })
    }

    /// A month, or a day of one, of next year.
    fn month_of_next_year(&mut self) -> Option<When> {
        match self.month_of(Year::Known(None))? {
            When::Day { month, day, .. } => Some(When::OfYearsAhead { years: 1, month, day: Some(day) }),
            When::Month { month, .. } | When::EndOfMonth { month, .. } => {
                Some(When::OfYearsAhead { years: 1, month, day: None })
            }
            _ => None,
        }
    }

    /// 6월까지, 3월부터, 3월~5월, 3~5월.
    fn month(&mut self) -> Option<When> {
        let year = self.attempt(Self::year);
        let (month, _) = self.digits()?;
        let month = i8::try_from(month).ok().filter(|month| (1..=12).contains(month))?;
        let after = self.next;
        if self.eat(&["월"]).is_some() {
            let is_date = self.is_marked() || self.is_after_mark(after);
            return (is_date || year.is_some()).then_some(When::Month { year, month, open: false });
        }
        let goes_on = self.attempt(|reader| {
            if !reader.range_mark() {
                return None;
            }
            reader.digits()?;
            reader.eat(&["월"])?;
            reader.blanks();
            reader.digits().is_none().then_some(())
        });
        self.next = after;
        goes_on.map(|()| When::Month { year, month, open: false })
    }

    /// The weekday of a date: (금), 금요일.
    fn weekday_after(&mut self) -> Option<Weekday> {
        self.blanks();
        let is_bracketed = self.eat(&["("]).is_some();
        let (weekday, length) = words::weekday(&self.letters[self.next..])?;
        self.next += length;
        if is_bracketed {
            self.eat(&[")"])?;
        }
        (is_bracketed || length > 1).then_some(weekday)
    }
}

/// Of which year a month is.
enum Year {
    /// As it is written, if it is.
    Known(Option<i16>),
    /// So many years ahead.
    Ahead(i16),
}
