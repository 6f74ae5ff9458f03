//! What is left out, in Korean: "12월 25일 제외", "제외: 12월 25일", "주말 제외".

use super::{
    super::{NotUnderstood, pieces::Said},
    Read, Reader,
};

impl Reader<'_> {
    pub(super) fn left_out(&mut self) -> Read {
        let from = self.next;
        if self.eat(&["제외:", "제외 :"]).is_some() {
            self.settle_pending()?;
            self.blanks();
            while self.date()? {
                while self.eat(&[" ", ","]).is_some() {}
            }
            return if self.leave_out_pending() { Ok(true) } else { Err(nothing(from)) };
        }
        if self
            .eat(&[
                "제외하고는",
                "제외하고",
                "제외한",
                "제외",
                "빼고",
                "말고",
                "휴무",
                "쉼",
                "쉬고",
                "쉽니다",
            ])
            .is_none()
        {
            return Ok(false);
        }
        if self.leave_out_pending() {
            return Ok(true);
        }
        let Some(last) = self.said.last_mut() else { return Err(nothing(from)) };
        let left_out = match &last.said {
            Said::Weekdays(days) => Said::WithoutWeekdays(days.clone()),
            Said::Months { months, .. } => Said::WithoutMonths(months.clone()),
            _ => return Err(nothing(from)),
        };
        last.said = left_out;
        Ok(true)
    }

    /// Whether there were dates.
    fn leave_out_pending(&mut self) -> bool {
        let pending = std::mem::take(&mut self.pending);
        let found = !pending.is_empty();
        for (place, first, last) in pending {
            self.said.push(super::Piece { place, said: Said::Without(first, last) });
        }
        found
    }
}

fn nothing(at: usize) -> NotUnderstood {
    NotUnderstood {
        at,
        reason: "there should be dates or weekdays to leave out, such as \"12월 25일 제외\" or \"주말 제외\""
            .to_owned(),
    }
}
