//! Recurrences as people type them in Korean.
//!
//! Words and their particles are written together, so this reads letters from the left and takes the longest word that
//! it knows; particles that say nothing here are passed over.

mod dates;
mod words;

use jiff::civil::Weekday;

use super::{
    NotUnderstood,
    phrase::{End, Phrase, When},
};
use crate::{
    Frequency,
    words::spoken::{Day, WORKDAYS},
};

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Phrase, NotUnderstood> {
    let letters: Vec<char> = text.chars().map(plain).collect();
    let mut reader = Reader { letters: &letters, next: 0, said: Phrase::default(), pending: Vec::new() };
    while reader.next < letters.len() {
        reader.clause()?;
    }
    reader.finish()
}

struct Reader<'a> {
    letters: &'a [char],
    next: usize,
    said: Phrase,
    /// Dates of which it was not said yet what they are.
    pending: Vec<When>,
}

impl Reader<'_> {
    fn clause(&mut self) -> Result<(), NotUnderstood> {
        if self.eat(&[" ", ",", "(", ")", ".", "·", "~", "-"]).is_some() {
            return Ok(());
        }
        if self.is_left_out()? || self.unit() || self.time() || self.date() || self.numbered() || self.days()
        {
            return Ok(());
        }
        if self.eat(words::FILLERS).is_some() {
            return Ok(());
        }
        let rest: String = self.letters[self.next..].iter().take_while(|c| **c != ' ').take(20).collect();
        Err(NotUnderstood {
            at: self.next,
            reason: format!(
                "\"{rest}\" is not understood here; say for example \"격주 화요일 오전 9시, 12월 18일까지\""
            ),
        })
    }

    /// "제외: 12월 25일" and "12월 25일 제외".
    fn is_left_out(&mut self) -> Result<bool, NotUnderstood> {
        let at = self.next;
        let nothing = || {
            NotUnderstood {
            at,
            reason: "there should be dates to leave out, such as \"12월 25일 제외\"; for weekdays say those that are meant"
                .to_owned(),
        }
        };
        if self.eat(&["제외:", "제외 :"]).is_some() {
            self.blanks();
            let before = self.said.left_out.len();
            while let Some(when) = self.when() {
                self.said.left_out.push(when);
                while self.eat(&[" ", ","]).is_some() {}
            }
            return if self.said.left_out.len() > before { Ok(true) } else { Err(nothing()) };
        }
        if self.eat(&["제외하고", "제외", "빼고", "말고", "휴무", "쉼"]).is_some() {
            if self.pending.is_empty() {
                return Err(nothing());
            }
            self.said.left_out.append(&mut self.pending);
            return Ok(true);
        }
        Ok(false)
    }

    /// 매주, 격월, 2주마다, 3일 간격.
    fn unit(&mut self) -> bool {
        if let Some((unit, every)) = self.known(words::UNITS) {
            self.said.repeats(unit, every);
            return true;
        }
        let before = self.next;
        if let Some(many) = self.number() {
            self.blanks();
            if let Some((unit, each)) = self.known(words::COUNTED_UNITS) {
                self.blanks();
                if self.eat(&["마다", "간격", "에 한 번", "에 한번", "에 1번", "에 1회"]).is_some()
                {
                    self.said.repeats(unit, many.saturating_mul(each));
                    return true;
                }
            }
        }
        self.next = before;
        false
    }

    /// 12회, 6주 동안, 30분간.
    fn numbered(&mut self) -> bool {
        let before = self.next;
        let Some(many) = self.number() else { return false };
        self.blanks();
        let is_count = !self.is_at("번째") && self.eat(&["회", "번", "차례"]).is_some();
        // 매월 1회 says how often, not how many times in all.
        let says_nothing = many == 1
            && self.said.unit.is_some()
            && self.said.weekdays.is_empty()
            && self.said.days.is_empty()
            && self.said.time.is_none();
        if is_count && says_nothing {
            return true;
        }
        if is_count {
            self.said.ends(End::Times(many));
            return true;
        }
        if self.eat(&["시간"]).is_some() {
            let more = self.minutes_and_half();
            self.said.minutes = Some(i64::from(many) * 60 + more);
            self.eat(&[" 동안", "동안", "간"]);
            return true;
        }
        if self.eat(&["분"]).is_some() {
            self.eat(&[" 동안", "동안", "간"]);
            self.said.minutes = Some(i64::from(many));
            return true;
        }
        if let Some((unit, each)) = self.known(words::COUNTED_UNITS)
            && self.eat(&[" 동안", "동안", "간"]).is_some()
        {
            self.said.ends(End::For(many.saturating_mul(each), unit));
            return true;
        }
        self.next = before;
        false
    }

    /// Weekdays, and days of a month.
    fn days(&mut self) -> bool {
        if self.eat(&["말일"]).is_some() {
            self.said.days.push(Day::Number(-1));
            return true;
        }
        if self.eat(&["평일", "근무일", "영업일"]).is_some() {
            self.add_weekdays(&WORKDAYS);
            return true;
        }
        if self.eat(&["주말"]).is_some() {
            self.add_weekdays(&[Weekday::Saturday, Weekday::Sunday]);
            return true;
        }
        self.places() || self.months() || self.day_numbers() || self.weekdays()
    }

    /// 첫째, 셋째 월요일; 마지막 평일; 끝에서 2번째 날.
    fn places(&mut self) -> bool {
        let before = self.next;
        let mut places = Vec::new();
        while let Some(place) = self.place() {
            places.push(place);
            while self.eat(&[" ", ",", "와 ", "과 ", "및 ", "·"]).is_some() {}
        }
        if places.is_empty() {
            return false;
        }
        self.eat(&["주의 ", "주 "]);
        let mut add =
            |make: &dyn Fn(i8) -> Day| self.said.days.extend(places.iter().map(|place| make(*place)));
        if starts(self.letters, self.next, "평일") || starts(self.letters, self.next, "영업일") {
            add(&Day::Workday);
            self.eat(&["평일", "영업일"]);
        } else if starts(self.letters, self.next, "근무일") {
            add(&Day::Workday);
            self.eat(&["근무일"]);
        } else if starts(self.letters, self.next, "날") {
            add(&Day::Number);
            self.eat(&["날"]);
        } else if let Some((weekday, length)) = words::weekday(&self.letters[self.next..]) {
            add(&|place| Day::Weekday(place, weekday));
            self.next += length;
        } else {
            self.next = before;
            return false;
        }
        true
    }

    fn place(&mut self) -> Option<i8> {
        let before = self.next;
        let is_from_end = self.eat(&["끝에서 ", "뒤에서 "]).is_some();
        let place = match self.known(words::PLACES) {
            Some(place) => Some(place),
            None => self.number().filter(|number| (1..=53).contains(number)).and_then(|number| {
                self.blanks();
                self.eat(&["번째", "째"]).and(i8::try_from(number).ok())
            }),
        };
        if place.is_none() {
            self.next = before;
        }
        place.map(|place| if is_from_end { -place } else { place })
    }

    /// 5월의 ..., 1월, 7월: months whose days follow.
    fn months(&mut self) -> bool {
        let before = self.next;
        if let Some(number) = self.number().filter(|number| (1..=12).contains(number))
            && self.eat(&["월"]).is_some()
            && !self.is_at("요일")
        {
            self.said.months.push(number as i8);
            return true;
        }
        self.next = before;
        false
    }

    /// 1일과 15일.
    fn day_numbers(&mut self) -> bool {
        let before = self.next;
        if let Some(number) = self.number().filter(|number| (1..=31).contains(number))
            && self.eat(&["일"]).is_some()
        {
            self.said.days.push(Day::Number(number as i8));
            return true;
        }
        self.next = before;
        false
    }

    /// 월요일, 월·수·금, 월요일~금요일.
    fn weekdays(&mut self) -> bool {
        let Some((first, length)) = words::weekday(&self.letters[self.next..]) else { return false };
        self.next += length;
        let before = self.next;
        self.blanks();
        if self.eat(&["~", "-", "부터"]).is_some() {
            self.blanks();
            if let Some((last, length)) = words::weekday(&self.letters[self.next..]) {
                self.next += length;
                self.eat(&["까지"]);
                let all = (0..=i64::from(first.until(last))).map(|days| first.wrapping_add(days));
                let all: Vec<Weekday> = all.collect();
                self.add_weekdays(&all);
                return true;
            }
        }
        self.next = before;
        self.add_weekdays(&[first]);
        true
    }

    fn add_weekdays(&mut self, days: &[Weekday]) {
        for day in days {
            if !self.said.weekdays.contains(day) {
                self.said.weekdays.push(*day);
            }
        }
    }

    /// Dates that nothing was said of are those of a yearly recurrence.
    fn finish(mut self) -> Result<Phrase, NotUnderstood> {
        for when in std::mem::take(&mut self.pending) {
            match when {
                When::Day { year: None, month, day } => self.said.dates.push((month, day)),
                _ => {
                    let reason =
                        "there is a date of which it is not said what it is; say 부터, 까지 or 제외 after it";
                    return Err(NotUnderstood { at: self.letters.len(), reason: reason.to_owned() });
                }
            }
        }
        // 매월 1월 1일 would be two things at once; a date of a year repeats by years.
        if !self.said.dates.is_empty() && self.said.unit.is_none() {
            self.said.unit = Some(Frequency::Yearly);
        }
        Ok(self.said)
    }

    fn number(&mut self) -> Option<u32> {
        let digits: String =
            self.letters[self.next..].iter().take_while(|c| c.is_ascii_digit()).take(6).collect();
        if !digits.is_empty() {
            self.next += digits.len();
            return digits.parse().ok();
        }
        self.known(words::NUMBERS)
    }

    fn blanks(&mut self) {
        while self.eat(&[" "]).is_some() {}
    }

    fn is_at(&self, word: &str) -> bool {
        starts(self.letters, self.next, word)
    }

    /// Takes the first of these words that stands here.
    fn eat<'w>(&mut self, any: &[&'w str]) -> Option<&'w str> {
        let found = any.iter().copied().find(|word| self.is_at(word))?;
        self.next += found.chars().count();
        Some(found)
    }

    fn known<T: Copy>(&mut self, words: &[(&str, T)]) -> Option<T> {
        let (word, value) = words.iter().find(|(word, _)| self.is_at(word))?;
        self.next += word.chars().count();
        Some(*value)
    }
}

fn starts(letters: &[char], at: usize, word: &str) -> bool {
    let mut rest = letters[at.min(letters.len())..].iter();
    word.chars().all(|c| rest.next() == Some(&c))
}

/// One sign for all that mean the same.
fn plain(sign: char) -> char {
    match sign {
        '–' | '—' | '−' | '～' | '〜' => '~',
        '，' | '、' | ';' | '/' | 'ㆍ' => ',',
        '：' => ':',
        '（' | '[' => '(',
        '）' | ']' => ')',
        sign if sign.is_whitespace() => ' ',
        sign => sign,
    }
}
