//! Weekdays of each week made a shape.

use jiff::civil::Weekday;

use super::{
    super::{
        gather::Sorted,
        pieces::{Place, Refusal, Unit, refuse},
    },
    NO_RECURRENCE, Shape, letters,
};
use crate::Frequency;

/// The weekdays that are meant: those that were named, without those that are left out.
pub(super) fn named_weekdays(said: &Sorted) -> Vec<Weekday> {
    const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let all: &[Weekday] = if said.weekdays.is_empty() { &ALL } else { &said.weekdays.all };
    all.iter().copied().filter(|day| !said.without_weekdays.all.contains(day)).collect()
}

/// Weekdays of each week.
pub(super) fn of_weekdays(said: &Sorted) -> Result<Shape, Refusal> {
    let named = !said.weekdays.is_empty();
    let place = if named { said.weekdays.place } else { said.without_weekdays.place };
    let of = said.of.map(|(_, unit)| unit);
    let interval = match (said.every.map(|(_, many, unit)| (many, unit)), of) {
        (None, None | Some(Unit::Week)) if named => 1,
        (Some((1, Unit::Day)), None) => 1,
        (Some((1, Unit::Week)), _) if named => 1,
        (Some((many, Unit::Week)), None) if named => many,
        (Some((_, Unit::Minute | Unit::Hour)), _) => {
            return Err(place.refuse("names weekdays of what would go on day and night; say the times of day, for example \"every weekday at 9:00, 11:00 and 13:00\""));
        }
        (Some((many, Unit::Day)), _) if many > 1 => {
            return Err(place.refuse(format!(
                "names weekdays beside every {many} days; say \"every {many} days\", \"every other week on Monday\" or the weekdays alone"
            )));
        }
        (Some((_, Unit::Month | Unit::Quarter | Unit::HalfYear | Unit::Year)), _) | (None, Some(_)) if named => return Err(which_one(said)),
        (Some((many, Unit::Week)), Some(_)) if named => {
            return Err(place.refuse(format!("is every {many} weeks and of a month at once; say \"every first and third Friday of the month\" or \"every other Friday\"")));
        }
        (None, _) => return Err(refuse(NO_RECURRENCE)),
        _ => return Err(place.refuse("leaves out weekdays of what does not repeat by days; say the weekdays that are meant, or the dates that are left out")),
    };
    let days = named_weekdays(said);
    if days.is_empty() {
        return Err(said.without_weekdays.place.refuse("leaves out every day"));
    }
    let wraps = days.windows(2).any(|pair| pair[1].to_monday_zero_offset() < pair[0].to_monday_zero_offset());
    if interval > 1 && wraps && days.windows(2).all(|pair| pair[0].wrapping_add(1) == pair[1]) {
        return Err(place.refuse(
            "goes over the end of a week, of which only every other is meant; weeks begin on Monday",
        ));
    }
    let absent = said.without_weekdays.all.iter().find(|day| named && !said.weekdays.all.contains(day));
    if absent.is_some() {
        return Err(said
            .without_weekdays
            .place
            .refuse("leaves out a weekday that is not among those that are named"));
    }
    let mut shape = Shape::every(Frequency::Weekly, interval);
    shape.weekdays = letters(&days);
    shape.months.clone_from(&said.months.all);
    Ok(shape)
}

/// "monthly on Friday": the first, or all?
fn which_one(said: &Sorted) -> Refusal {
    let weekday = said.weekdays.all.first().copied().unwrap_or(Weekday::Monday);
    let name = super::super::super::weekday(convoke_model::Language::English, weekday);
    let korean = super::super::super::weekday(convoke_model::Language::Korean, weekday);
    let place: Place = said.weekdays.place;
    let of = match said.every.map(|(_, _, unit)| unit).or(said.of.map(|(_, unit)| unit)) {
        Some(Unit::Quarter) => "quarter",
        Some(Unit::HalfYear) => "half year",
        Some(Unit::Year) => "year",
        _ => "month",
    };
    place.refuse(format!(
        "is which one of the {of}? Say \"the first {name} of the {of}\" (첫째 {korean}) or \"every {name}\" (매주 {korean})"
    ))
}
