//! What of the whole text decides how a piece is read, seen before pieces are sorted.

use super::super::pieces::{Doubt, Piece, Refusal, Said, Unit};

/// What of the whole text decides how a piece is read.
pub(super) struct Context {
    pub(super) is_yearly: bool,
    pub(super) is_monthly: bool,
    is_of_month: bool,
}

impl Context {
    pub(super) fn of(pieces: &[Piece]) -> Self {
        let says = |wanted: &dyn Fn(&Said) -> bool| pieces.iter().any(|piece| wanted(&piece.said));
        let is_yearly =
            says(&|said| matches!(said, Said::Every(_, Unit::Year) | Said::Rate(_, _, Unit::Year)));
        let is_monthly = says(&|said| {
            matches!(
                said,
                Said::Every(_, Unit::Month)
                    | Said::Rate(_, _, Unit::Month)
                    | Said::OfThe(Unit::Month)
                    | Said::Bi(Unit::Month)
            )
        });
        let is_of_month = is_monthly
            || is_yearly
            || says(&|said| matches!(said, Said::OfThe(_) | Said::Every(_, Unit::Quarter | Unit::HalfYear)));
        Self { is_yearly, is_monthly, is_of_month }
    }

    /// "every Monday every other week": the week of "every Monday", where the other one says how many.
    pub(super) fn is_said_again(&self, pieces: &[Piece], piece: &Piece) -> bool {
        let days: Vec<&Piece> =
            pieces.iter().filter(|piece| matches!(piece.said, Said::Weekdays(_))).collect();
        let [day] = days[..] else { return false };
        piece.said == Said::Every(1, Unit::Week)
            && piece.place.at == day.place.at
            && pieces.iter().any(|other| {
                matches!(other.said, Said::Every(many, Unit::Week) if many > 1)
                    && other.place.at > day.place.at
            })
    }

    /// Whether "every second Tuesday" is one every two weeks.
    pub(super) fn is_every_so_many(&self, nth: i8, doubt: Option<Doubt>) -> bool {
        if self.is_of_month {
            return false;
        }
        nth > 5 || (nth == 2) != (doubt == Some(Doubt::Nth))
    }
}

/// Times belong to all days: "Monday at 9 and Thursday at 14" is no rule, nor is "Monday at 9 and Thursday".
pub(super) fn times_of_all_days(pieces: &[Piece]) -> Result<(), Refusal> {
    let is_clock = |piece: &&Piece| matches!(piece.said, Said::Clock(..) | Said::Onward);
    let is_day = |piece: &Piece| {
        matches!(piece.said, Said::Weekdays(_) | Said::Days(_) | Said::Dates(_) | Said::EveryNth(..))
    };
    let groups: Vec<&[Piece]> = pieces
        .chunk_by(|one, next| is_clock(&one) == is_clock(&next))
        .filter(|group| group.first().is_some_and(|piece| is_clock(&piece)))
        .collect();
    let (Some(first), Some(last)) = (groups.first(), groups.last()) else { return Ok(()) };
    let times = |group: &[Piece]| group.iter().map(|piece| piece.said.clone()).collect::<Vec<_>>();
    if let Some(other) = groups.iter().find(|group| times(group) != times(first)) {
        return Err(other[0].place.refuse(DIFFERENT_TIMES));
    }
    let (begin, end) = (first[0].place.at, last[0].place.at);
    let is_before = pieces.iter().any(|piece| is_day(piece) && piece.place.at < begin);
    match pieces.iter().find(|piece| is_day(piece) && piece.place.at > end) {
        Some(after) if is_before => Err(after.place.refuse(DIFFERENT_TIMES)),
        _ => Ok(()),
    }
}

const DIFFERENT_TIMES: &str =
    "comes after days with a time of their own; say all days and then the time, or make a meeting of each";
