//! The page that a personal link leads to, as HTML: one column, one question, three buttons.

use convoke_invite::told;
use convoke_meeting::{Occurrence, words::recurrence};
use convoke_model::Language;
use convoke_scheduler_api::answer::{MAX_COMMENT_CHARS, PartStat};

use super::{
    texts::{self, Words},
    view::View,
};

/// The page's own style.
pub(super) const STYLE: &str = include_str!("page.css");

/// Convoke's mark: a ring of people, open for one more.
const MARK: &str = "<svg width=\"28\" height=\"28\" viewBox=\"0 0 32 32\" aria-hidden=\"true\" focusable=\"false\">\
    <path fill=\"none\" stroke=\"currentColor\" stroke-width=\"5\" stroke-linecap=\"round\" d=\"M23.4 8.6a10.5 10.5 0 1 0 0 14.8\"/>\
    <circle cx=\"26\" cy=\"16\" r=\"3.5\" fill=\"currentColor\"/></svg>";

/// What somebody has typed, or what the form begins with.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    /// `all`, `one` or `following`.
    pub(super) scope: String,
    /// Which date.
    pub(super) recurrence: String,
    /// The answer that was chosen.
    pub(super) answer: Option<PartStat>,
    /// What is said with it; what was said before when absent.
    pub(super) comment: Option<String>,
    /// Another start.
    pub(super) start: String,
    /// Another end.
    pub(super) end: String,
}

impl Typed {
    /// What of it the form begins with once it was taken.
    pub(super) fn for_the_next(&self) -> Self {
        Self { scope: self.scope.clone(), recurrence: self.recurrence.clone(), ..Self::default() }
    }
}

/// What the page says above the form.
#[derive(Debug, Clone, Copy)]
pub(super) enum Notice {
    /// The answer was taken.
    Noted {
        /// Which.
        partstat: PartStat,
        /// Whether another time was proposed with it.
        is_proposal: bool,
    },
    /// Something is wrong with what was typed.
    Wrong(Field, &'static str),
}

/// Which part of the form something is wrong with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// The buttons, or the meeting itself.
    Answer,
    /// The choice of dates.
    Dates,
    /// The comment.
    Comment,
    /// The other time.
    Times,
}

/// The page of a meeting.
pub(super) fn meeting(view: &View, language: Language, typed: &Typed, notice: Option<&Notice>) -> String {
    let words = texts::of(language);
    let mut main = format!(
        "<p class=\"lead\">{}</p>\n<h1>{}</h1>\n",
        escaped(&(words.invited_by)(&view.organizer)),
        escaped(&view.summary)
    );
    main.push_str(&facts(view, language, words));
    if !view.description.trim().is_empty() {
        main.push_str(&format!("<p class=\"description\">{}</p>\n", escaped(view.description.trim())));
    }
    if let Some(Notice::Noted { partstat, is_proposal }) = notice {
        main.push_str(&noted(*partstat, *is_proposal, words));
    }
    main.push_str("<section class=\"card\">\n");
    if view.is_open() {
        main.push_str(&form(view, language, typed, notice));
    } else {
        let said = if view.is_cancelled { words.cancelled } else { words.over };
        main.push_str(&format!("<p class=\"lead\">{said}</p>\n"));
    }
    main.push_str("</section>\n");
    main.push_str(&format!("<p class=\"whom\">{}</p>\n", escaped(&(words.for_whom)(&view.name))));
    whole(language, &view.summary, &main, typed)
}

/// The page of a link that shows no meeting.
pub(super) fn refusal(language: Language, (title, said): (&str, &str)) -> String {
    let main = format!("<h1>{title}</h1>\n<p class=\"lead\">{said}</p>\n");
    whole(language, title, &main, &Typed::default())
}

fn whole(language: Language, title: &str, main: &str, typed: &Typed) -> String {
    let words = texts::of(language);
    let (tag, other) = words.other_language;
    let mut there = format!("?language={tag}");
    if !typed.recurrence.is_empty() {
        there.push_str(&format!("&recurrence={}", percent_encoded(&typed.recurrence)));
    }
    format!(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"robots\" content=\"noindex\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{} · {}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><span class=\"brand\">{MARK}Convoke</span>\
         <a href=\"{}\" hreflang=\"{tag}\" lang=\"{tag}\">{other}</a></header>\n<main>\n{main}</main>\n</body>\n</html>\n",
        language.tag(),
        escaped(title),
        words.title,
        escaped(&there),
    )
}

fn facts(view: &View, language: Language, words: &Words) -> String {
    let series = &view.plan.series;
    let mut facts = String::from("<dl>\n");
    let mut fact = |label: &str, value: String| {
        facts.push_str(&format!("<dt>{label}</dt><dd>{value}</dd>\n"));
    };
    if let Some(first) = &view.first {
        let label = if view.has_dates() { words.next_date } else { words.when };
        fact(label, with_zone(&told::when(language, series, first, None)));
        if let Some(zone) = view.zone.as_ref().filter(|_| !series.is_all_day()) {
            fact(words.your_time, with_zone(&told::when(language, series, first, Some(zone))));
        }
    }
    if let Some(repeats) = recurrence(language, series).filter(|_| view.has_dates()) {
        fact(words.repeats, escaped(&repeats));
    }
    facts.push_str("</dl>\n");
    facts
}

/// A time whose zone stays whole on a narrow screen, and behind the time on any.
fn with_zone(when: &str) -> String {
    match when.rsplit_once(" (") {
        Some((time, zone)) => format!("{} <span class=\"zone\">({}</span>", escaped(time), escaped(zone)),
        None => escaped(when),
    }
}

/// That an answer was taken.
fn noted(partstat: PartStat, is_proposal: bool, words: &Words) -> String {
    let mut said = (words.noted)(words.answer(partstat).unwrap_or_default());
    if is_proposal {
        said.push(' ');
        said.push_str(words.proposed);
    }
    format!(
        "<div class=\"notice\" role=\"status\" tabindex=\"-1\" autofocus><p><strong>{}</strong></p><p>{}</p></div>\n",
        escaped(&said),
        words.organizer_is_told
    )
}

/// What is wrong with a part of the form, where it is; nothing when that is right.
fn wrong(notice: Option<&Notice>, field: Field) -> String {
    match notice {
        Some(Notice::Wrong(at, said)) if *at == field => format!(
            "<div class=\"notice wrong\" id=\"wrong\" role=\"alert\" tabindex=\"-1\" autofocus><p>{said}</p></div>\n"
        ),
        _ => String::new(),
    }
}

/// What a field with a fault says of it to those who don't see.
fn marked(notice: Option<&Notice>, field: Field) -> &'static str {
    match notice {
        Some(Notice::Wrong(at, _)) if *at == field => " aria-invalid=\"true\" aria-describedby=\"wrong\"",
        _ => "",
    }
}

fn form(view: &View, language: Language, typed: &Typed, notice: Option<&Notice>) -> String {
    let words = texts::of(language);
    let mut form = format!("<form method=\"post\">\n<h2 id=\"question\">{}</h2>\n", words.question);
    if view.has_dates() {
        form.push_str(&wrong(notice, Field::Dates));
        form.push_str(&dates(view, language, typed, notice));
    }
    form.push_str(&wrong(notice, Field::Comment));
    form.push_str(&format!(
        "<div class=\"field\"><label class=\"label\" for=\"comment\">{} <span>({})</span></label>\
         <textarea id=\"comment\" name=\"comment\" rows=\"1\" maxlength=\"{MAX_COMMENT_CHARS}\"{}>\n{}</textarea></div>\n",
        words.comment,
        words.optional,
        marked(notice, Field::Comment),
        escaped(typed.comment.as_ref().unwrap_or(&view.said.1))
    ));
    form.push_str(&wrong(notice, Field::Answer));
    form.push_str("<div class=\"buttons\" role=\"group\" aria-labelledby=\"question\">\n");
    // Who proposes another time has chosen none of these.
    let typed_answer = typed.answer.filter(|_| typed.start.is_empty() && typed.end.is_empty());
    let said = said_of(view, typed);
    let chosen = typed_answer.or(Some(said));
    for partstat in [PartStat::Accepted, PartStat::Tentative, PartStat::Declined] {
        let is_chosen = chosen == Some(partstat);
        form.push_str(&format!(
            "<button name=\"answer\" value=\"{}\"{}>{}</button>\n",
            word(partstat),
            if is_chosen { " class=\"chosen\"" } else { "" },
            words.answer(partstat).unwrap_or_default()
        ));
    }
    form.push_str("</div>\n");
    let hint = match (typed_answer.and_then(|answer| words.answer(answer)), words.answer(said)) {
        (Some(chosen), said) if said != Some(chosen) => (words.confirm)(chosen),
        (_, Some(said)) => (words.you_said)(said),
        (_, None) => words.not_yet.to_owned(),
    };
    form.push_str(&format!("<p class=\"hint\">{}</p>\n", escaped(&hint)));
    form.push_str(&proposal(view, typed, words, notice));
    form.push_str("</form>\n");
    form
}

/// What was answered so far to what the form is about.
fn said_of(view: &View, typed: &Typed) -> PartStat {
    let date = view.dates.iter().find(|(date, _)| view.name_of(date) == typed.recurrence);
    let date = date.filter(|_| matches!(typed.scope.as_str(), "one" | "following"));
    date.map_or(view.said.0, |(_, partstat)| *partstat)
}

fn word(partstat: PartStat) -> &'static str {
    crate::meeting::answers::partstat_of(partstat).word()
}

/// The choice of what an answer is about.
fn dates(view: &View, language: Language, typed: &Typed, notice: Option<&Notice>) -> String {
    let words = texts::of(language);
    let scope = if matches!(typed.scope.as_str(), "one" | "following") { &typed.scope } else { "all" };
    let mut html = format!("<fieldset><legend>{}</legend>\n", words.which_dates);
    for (value, label) in [("all", words.all_dates), ("one", words.one_date), ("following", words.following)]
    {
        let checked = if value == scope { " checked" } else { "" };
        html.push_str(&format!(
            "<label class=\"choice\"><input type=\"radio\" name=\"scope\" value=\"{value}\"{checked}>{label}</label>\n"
        ));
    }
    html.push_str(&format!(
        "<div class=\"date\"><select name=\"recurrence\" aria-label=\"{}\"{}>\n",
        words.date,
        marked(notice, Field::Dates)
    ));
    for (date, partstat) in &view.dates {
        let name = view.name_of(date);
        let selected = if name == typed.recurrence { " selected" } else { "" };
        let mut label = span(view, language, date);
        if let Some(answer) = words.answer(*partstat) {
            label.push_str(&format!(" · {answer}"));
        }
        html.push_str(&format!(
            "<option value=\"{}\"{selected}>{}</option>\n",
            escaped(&name),
            escaped(&label)
        ));
    }
    html.push_str("</select></div>\n</fieldset>\n");
    html
}

fn span(view: &View, language: Language, date: &Occurrence) -> String {
    told::span(language, date.local_start, date.local_end, view.plan.series.is_all_day())
}

/// Another time, folded away: most have none.
fn proposal(view: &View, typed: &Typed, words: &Words, notice: Option<&Notice>) -> String {
    let series = &view.plan.series;
    let kind = if series.is_all_day() { "date" } else { "datetime-local" };
    let open = if typed.start.is_empty() && typed.end.is_empty() { "" } else { " open" };
    let field = |name: &str, label: &str, value: &str| {
        format!(
            "<div><label class=\"label\" for=\"{name}\">{label}</label>\
             <input type=\"{kind}\" id=\"{name}\" name=\"{name}\" value=\"{}\"{}></div>\n",
            escaped(value),
            marked(notice, Field::Times)
        )
    };
    let zone = if series.is_all_day() {
        String::new()
    } else {
        format!("<p class=\"hint\">{}</p>\n", escaped(&(words.in_zone)(series.zone().name())))
    };
    format!(
        "<details{open}><summary>{}</summary>\n{}<div class=\"times\">{}{}</div>\n{zone}\
         <button name=\"answer\" value=\"TENTATIVE\">{}</button>\n</details>\n",
        words.propose,
        wrong(notice, Field::Times),
        field("start", words.start, &typed.start),
        field("end", words.end, &typed.end),
        words.send_proposal
    )
}

/// Text that stays text between tags and in quoted attributes.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// A text as the value of a parameter of an address.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
