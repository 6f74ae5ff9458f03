//! How often, how many times and for how long, in Korean.

use super::{
    super::{
        NotUnderstood,
        pieces::{Said, Unit},
    },
    Read, Reader, words,
};

impl Reader<'_> {
    /// 매주, 격월, 2주마다, 3일 간격, 주 2회, 한 달에 한 번.
    pub(super) fn repeat(&mut self) -> Read {
        let from = self.next;
        // 매 월요일 is each Monday.
        if self
            .attempt(|reader| {
                reader.eat(&["매"])?;
                reader.blanks();
                let (_, length) = words::weekday(&reader.letters[reader.next..])?;
                (length == 3).then_some(())
            })
            .is_some()
        {
            self.next = from + 1;
            self.say(from, Said::Every(1, Unit::Week));
            return Ok(true);
        }
        if let Some((unit, every)) = self.known(words::UNITS) {
            let rate = self.attempt(|reader| reader.so_many_times());
            self.say(from, rate.map_or(Said::Every(every, unit), |times| Said::Rate(times, every, unit)));
            return Ok(true);
        }
        if let Some(said) = self.attempt(Self::rate).or_else(|| self.attempt(Self::counted_unit)) {
            self.say(from, said);
            return Ok(true);
        }
        if let Some(unit) = self.attempt(Self::of_the_unit) {
            self.say(from, Said::OfThe(unit));
            return Ok(true);
        }
        Ok(false)
    }

    /// "그 달의", "분기의", "연도의", 한 해의: of which unit days are.
    fn of_the_unit(&mut self) -> Option<Unit> {
        if self.is_at_any(&["분기말", "분기초"]) {
            self.next += 2;
            return Some(Unit::Quarter);
        }
        if self.is_at_any(&["반기말", "반기초"]) {
            self.next += 2;
            return Some(Unit::HalfYear);
        }
        self.known(&[
            ("반기의", Unit::HalfYear),
            ("반기 ", Unit::HalfYear),
            ("한 해의", Unit::Year),
            ("분기의", Unit::Quarter),
            ("분기 ", Unit::Quarter),
            ("그 달의", Unit::Month),
            ("달의", Unit::Month),
        ])
    }

    /// 주 2회, 월 1회, 하루 두 번, 연 1회.
    fn rate(&mut self) -> Option<Said> {
        let unit = self.known(&[
            ("일주일", Unit::Week),
            ("한 주", Unit::Week),
            ("한주", Unit::Week),
            ("주당", Unit::Week),
            ("주", Unit::Week),
            ("한 달", Unit::Month),
            ("한달", Unit::Month),
            ("월", Unit::Month),
            ("달", Unit::Month),
            ("하루", Unit::Day),
            ("일", Unit::Day),
            ("분기", Unit::Quarter),
            ("일 년", Unit::Year),
            ("일년", Unit::Year),
            ("한 해", Unit::Year),
            ("연간", Unit::Year),
            ("연", Unit::Year),
            ("년", Unit::Year),
        ])?;
        self.eat(&["에"]);
        self.so_many_times().map(|times| Said::Rate(times, 1, unit))
    }

    /// 2회, 두 번, 한번; not 총 2회, 두 번째.
    fn so_many_times(&mut self) -> Option<u32> {
        self.blanks();
        let times = self.number()?;
        self.blanks();
        self.eat(&["회", "번", "차례"])?;
        (!self.is_at_any(&["째", "의"])).then(|| {
            self.eat(&["씩"]);
            times
        })
    }

    /// 2주마다, 3일 간격, 2주에 한 번, 30분마다, 이틀에 한 번, 2주 1회.
    fn counted_unit(&mut self) -> Option<Said> {
        let is_each = self.eat(&["매 "]).is_some();
        let (many, unit, each) = self.units()?;
        self.blanks();
        let many = many.saturating_mul(each);
        if is_each {
            self.eat(&["마다"]);
            return Some(Said::Every(many, unit));
        }
        // 매월 15일마다: the day, not every 15 days.
        let is_monthly = self.said.iter().any(|piece| {
            matches!(piece.said, Said::Every(_, Unit::Month | Unit::Quarter | Unit::HalfYear | Unit::Year))
        });
        if unit == Unit::Day && is_monthly {
            return None;
        }
        if self.eat(&["마다", "간격으로", "간격"]).is_some() {
            let times = self.attempt(|reader| reader.so_many_times());
            return Some(times.map_or(Said::Every(many, unit), |times| Said::Rate(times, many, unit)));
        }
        // 이틀 걸러 leaves two days out.
        if self.eat(&["걸러"]).is_some() {
            return Some(Said::Every(many.saturating_add(1), unit));
        }
        if self.eat(&["에"]).is_some() || unit > Unit::Day {
            return self.so_many_times().map(|times| Said::Rate(times, many, unit));
        }
        None
    }

    /// A number of units.
    fn units(&mut self) -> Option<(u32, Unit, u32)> {
        if let Some((many, unit)) = self.known(words::WHOLE_UNITS) {
            return Some((many, unit, 1));
        }
        let many = self.number()?;
        self.blanks();
        let (unit, each) = self.known(words::COUNTED_UNITS)?;
        Some((many, unit, each))
    }

    /// 12회, 6주 동안, 30분간, 1시간 반.
    pub(super) fn counted(&mut self) -> Read {
        let from = self.next;
        let is_in_all = self.eat(&["총 ", "총", "모두 ", "전부 ", "합계 "]).is_some();
        if let Some(times) = self.attempt(|reader| reader.so_many_times()) {
            // 매주 2회 was read with its unit; 매일, 5회 is an end, 매주 월요일 1회 is none.
            let is_only = self.eat(&["만"]).is_some();
            let before = self.letters[..from].iter().rev().find(|letter| **letter != ' ');
            let is_end = is_in_all || is_only || before == Some(&',');
            self.say(from, if is_end { Said::Count(times) } else { Said::Often(times) });
            return Ok(true);
        }
        if let Some((many, unit)) = self.attempt(|reader| {
            let (many, unit, each) = reader.units()?;
            reader.blanks();
            reader.eat(&["동안", "간"])?;
            (unit >= Unit::Day && !reader.is_at("격")).then_some((many.saturating_mul(each), unit))
        }) {
            self.say(from, Said::For(many, unit));
            return Ok(true);
        }
        if let Some(minutes) = self.length_of_time() {
            self.eat(&[" 동안", "동안", "간", "짜리", " 짜리", "씩"]);
            self.say(from, Said::Length(minutes));
            return Ok(true);
        }
        if is_in_all {
            return Err(NotUnderstood {
                at: from,
                reason: "there should be a number of times such as \"총 10회\"".to_owned(),
            });
        }
        Ok(false)
    }
}
