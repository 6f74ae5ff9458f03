//! Recurrences as people type them in Korean: the pieces of a text.
//!
//! Words and their particles are written together, so this reads letters from the left and takes the longest word that
//! it knows; particles that say nothing here are passed over.

mod cursor;
mod dates;
mod days;
mod left_out;
mod repeats;
mod times;
mod words;

use super::{
    NotUnderstood,
    pieces::{Piece, Place, Said},
    when::When,
};

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Vec<Piece>, NotUnderstood> {
    let letters: Vec<char> = text.chars().map(cursor::plain).collect();
    let mut reader = Reader { letters: &letters, next: 0, said: Vec::new(), pending: Vec::new() };
    while reader.next < letters.len() {
        reader.clause()?;
    }
    reader.settle_pending()?;
    Ok(reader.said)
}

struct Reader<'a> {
    letters: &'a [char],
    next: usize,
    said: Vec<Piece>,
    /// Dates of which it was not said yet what they are.
    pending: Vec<(Place, When, Option<When>)>,
}

/// What a clause was, once it is read.
type Read = Result<bool, NotUnderstood>;

impl Reader<'_> {
    fn clause(&mut self) -> Result<(), NotUnderstood> {
        let is_stroke =
            self.is_at("~") && self.next > 0 && self.letters[self.next - 1] == ' ' && self.is_at("~ ");
        if is_stroke || self.eat(&[" ", ",", "(", ")", ".", "·"]).is_some() {
            self.next += usize::from(is_stroke);
            return Ok(());
        }
        if self.left_out()? {
            return Ok(());
        }
        let from = self.next;
        if self.eat(&["에만", "만"]).is_some() {
            if matches!(self.said.last().map(|piece| &piece.said), Some(Said::Weekdays(_))) {
                self.say(from, Said::Only);
            }
            return Ok(());
        }
        if self.date()? || self.eat_filler() {
            return Ok(());
        }
        // What is no date ends a list of dates.
        let from = self.next;
        let many = self.said.len();
        if self.repeat()? || self.time() || self.part_of_day() || self.counted()? || self.days()? {
            if self.said.len() > many {
                let later = self.said.split_off(many);
                self.settle_pending()?;
                self.said.extend(later);
            }
            return Ok(());
        }
        let rest: String = self.letters[from..].iter().take_while(|c| **c != ' ').take(20).collect();
        let why = if rest.starts_with("공휴일") || rest.starts_with("휴일") {
            "is not known here; say the dates, such as \"12월 25일 제외\""
        } else {
            "is not understood here; say for example \"격주 화요일 오전 9시, 12월 18일까지\""
        };
        Err(NotUnderstood { at: from, reason: format!("\"{rest}\" {why}") })
    }

    /// Dates that nothing was said of are those of a yearly recurrence.
    fn settle_pending(&mut self) -> Result<(), NotUnderstood> {
        for (place, when, last) in std::mem::take(&mut self.pending) {
            let said = match (when, last) {
                (When::Day { year: None, month, day, weekday: None }, None) => {
                    Said::Dates(vec![(month, day)])
                }
                // 매년 12월 말일
                (When::EndOfMonth { year: None, month }, None) => Said::Dates(vec![(month, -1)]),
                (first, Some(last)) => Said::Run(first, last),
                _ => {
                    return Err(self.refuse(
                        place,
                        "is a date of which it is not said what it is; say 부터, 까지 or 제외 after it",
                    ));
                }
            };
            self.said.push(Piece { place, said });
        }
        Ok(())
    }
}
