//! `convoke dev seed-meetings N`: fills a database with believable people, spaces and meetings, for measuring and looking.
//!
//! One person to ten meetings; people sit in teams of twelve, live in four zones, and have a space of their own. A
//! fifth of the meetings recurs, as calendars do: mostly weekly, some for ever. Everything goes through the same code
//! as requests do, less HTTP. The same number gives data of the same shape, about the day on which it is run.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use convoke_callbridge::{
    objects::Refused,
    spaces::{from_template, from_template::Wanted},
    users::{self, NewUser},
};
use convoke_callbridge_api::loopback::{AccessMethod, Space, User};
use convoke_model::{MeetingId, ObjectId, UserId, Uuid};
use convoke_runtime::{Clock, Settings, random};
use convoke_scheduler::import;
use convoke_scheduler_api::request::{AttendeeRequest, MeetingRequest};
use convoke_store::{DbFault, Tx, objects, objects::Query};
use jiff::{ToSpan as _, civil::Date};
use secrecy::SecretString;

use super::seed::{GUEST_METHOD, HOST_METHOD, TEMPLATE};
use crate::{database::Session, start};

/// Meetings to one person.
const MEETINGS_A_PERSON: u64 = 10;
/// People of a team, who invite each other.
const TEAM: u64 = 12;
/// People of one transaction.
const PEOPLE_AT_ONCE: u64 = 250;
/// Where people live, and how many of ten do.
const ZONES: [(&str, u64); 4] =
    [("Asia/Seoul", 5), ("Europe/Berlin", 2), ("America/New_York", 2), ("Europe/London", 1)];
const FIRST_NAMES: [&str; 12] = [
    "Minjun", "Seoyeon", "Jiho", "Hana", "Anna", "Lukas", "Emma", "James", "Olivia", "Noah", "Sofia",
    "Daniel",
];
const LAST_NAMES: [&str; 12] = [
    "Kim", "Lee", "Park", "Choi", "Müller", "Schmidt", "Smith", "Johnson", "Brown", "García", "Jung", "Kang",
];
const SUMMARIES: [&str; 8] = [
    "Weekly planning",
    "주간 회의",
    "Design review",
    "Customer call",
    "1:1",
    "Retrospective",
    "분기 계획",
    "Budget",
];

/// How many people go with so many meetings.
pub fn people_for(meetings: u64) -> u64 {
    (meetings / MEETINGS_A_PERSON).max(1)
}

/// The user name of a person, from 0 on; the address is `name@example.test`.
pub fn user_name(person: u64) -> String {
    format!("p{person:07}")
}

/// The id of a person's directory entry.
pub fn user_id(person: u64) -> Uuid {
    Uuid::from_u128(0x00c0_0000_0000_4000_8000_0000_0000_0000 | u128::from(person))
}

/// Fills the database of these settings; `tell` hears how far it is, in people done and people in all.
pub fn run(config: &Path, meetings: u64, mut tell: impl FnMut(u64, u64)) -> anyhow::Result<()> {
    let settings = start::settings(config, convoke_runtime::settings::Wanted::Enabled)?;
    let session = Session::of(&settings)?;
    let people = people_for(meetings);
    let hash = convoke_directory::password::hash(&SecretString::from(random::link_secret()))?;
    let filler = Filler::new(&session, &settings, people, hash)?;
    let today = Clock::system().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut first = 0;
    while first < people {
        let last = (first + PEOPLE_AT_ONCE).min(people);
        let spaces = filler.add_people(&session, first..last)?;
        let mut written = Vec::new();
        for (person, space) in (first..last).zip(&spaces) {
            let count = meetings / people + u64::from(person < meetings % people);
            for number in 0..count {
                written.push(filler.meeting(person, number, space, today)?);
            }
        }
        let stored: Result<(), DbFault> =
            session.wait(session.store.write_rows(move |tx| import::insert(tx, &written)));
        stored.context("meetings could not be written; has this database been filled before?")?;
        first = last;
        tell(first, people);
    }
    Ok(())
}

struct Filler {
    template: ObjectId,
    domain: String,
    web_app_url: String,
    people: u64,
    password_hash: String,
}

impl Filler {
    fn new(
        session: &Session,
        settings: &Settings,
        people: u64,
        password_hash: String,
    ) -> anyhow::Result<Self> {
        let query = Query { limit: 1, search: Some(TEMPLATE.to_owned()), ..Query::default() };
        let found: Result<_, DbFault> =
            session.wait(session.store.read(move |tx| objects::list(tx, "coSpaceTemplates", &query)));
        let template = found?.1.first().map(|template| template.id);
        let callbridge = settings.callbridge.as_ref().context("the settings have no [callbridge]")?;
        Ok(Self {
            template: template.with_context(|| format!("there is no template {TEMPLATE}; a demo has it"))?,
            domain: callbridge.domain.clone(),
            web_app_url: callbridge.web_app_url.clone(),
            people,
            password_hash,
        })
    }

    /// Adds people and a space for each.
    fn add_people(&self, session: &Session, people: std::ops::Range<u64>) -> anyhow::Result<Vec<Space>> {
        let new: Vec<(Uuid, NewUser)> = people
            .map(|person| {
                let email = format!("{}@{}", user_name(person), self.domain);
                Ok::<_, anyhow::Error>((
                    user_id(person),
                    NewUser {
                        jid: email.parse()?,
                        name: full_name(person),
                        email: email.parse()?,
                        password_hash: self.password_hash.clone(),
                    },
                ))
            })
            .collect::<Result<_, _>>()?;
        let (template, url, now) = (self.template, self.web_app_url.clone(), Clock::system().now_ms());
        let made = session.wait(session.store.write(move |tx| {
            new.iter()
                .map(|(id, user)| {
                    let owner = users::put(tx, user, *id, now)?;
                    space_of(tx, template, owner, &user.name, &url, now)
                })
                .collect::<Result<Vec<_>, Refused>>()
        }));
        made.map_err(|refused| anyhow!("people could not be added: {refused:?}"))
    }

    fn meeting(
        &self,
        person: u64,
        number: u64,
        space: &Space,
        today: Date,
    ) -> anyhow::Result<import::Imported> {
        let mut dice = Dice(person * 1_000 + number);
        let user = User {
            id: user_id(person).to_string(),
            jid: format!("{}@{}", user_name(person), self.domain),
            name: full_name(person),
            email: format!("{}@{}", user_name(person), self.domain),
            templates: Vec::new(),
        };
        let recurring = dice.below(5) == 0;
        let day = today.saturating_add((i64::try_from(dice.below(730))? - 365).days());
        let (hour, half) = (8 + dice.below(10), dice.below(2) * 30);
        let length = [30, 30, 60, 90][usize::try_from(dice.below(4))?];
        let start = day.at(i8::try_from(hour)?, i8::try_from(half)?, 0, 0);
        let end = start.saturating_add(i64::from(length).minutes());
        let request = MeetingRequest {
            summary: SUMMARIES[usize::try_from(dice.below(8))?].to_owned(),
            description: "Notes and agenda are in the usual place.".to_owned(),
            dt_start: Some(start.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
            dt_end: Some(end.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
            time_zone: Some(zone_of(person).to_owned()),
            rrule: recurring.then(|| rule(&mut dice, start.date())),
            attendees: self.attendees(person, &mut dice),
            co_space: Some(space.id.clone()),
            language: Some(if zone_of(person) == "Asia/Seoul" { "ko" } else { "en" }.to_owned()),
            ..MeetingRequest::default()
        };
        let created_at = day.to_zoned(jiff::tz::TimeZone::UTC)?.timestamp().as_millisecond() - 1_000_000_000;
        let id = MeetingId(random::guid_at(Clock::system().now_ms()));
        import::check(id, &request, &user, space, created_at, &self.web_app_url)
            .map_err(|problem| anyhow!("a meeting is at fault: {problem:?}"))
    }

    /// Three others of the team; one in eight meetings has a guest from elsewhere instead of the last.
    fn attendees(&self, person: u64, dice: &mut Dice) -> Vec<AttendeeRequest> {
        let team = person / TEAM * TEAM;
        let size = TEAM.min(self.people - team);
        let offset = dice.below(4);
        let mut invited: Vec<AttendeeRequest> = (1..=3)
            .map(|step| team + (person - team + step + offset) % size)
            .filter(|other| *other != person)
            .map(|other| AttendeeRequest {
                email: format!("{}@{}", user_name(other), self.domain),
                name: Some(full_name(other)),
                role: Some(HOST_METHOD.to_owned()),
                ..AttendeeRequest::default()
            })
            .collect();
        invited.dedup_by(|a, b| a.email == b.email);
        if dice.below(8) == 0 {
            invited.truncate(2);
            invited.push(AttendeeRequest {
                email: format!("guest{}@elsewhere.example", dice.below(100_000)),
                name: None,
                role: Some(GUEST_METHOD.to_owned()),
                ..AttendeeRequest::default()
            });
        }
        invited
    }
}

/// The person's own space, as the scheduler would be told of it.
fn space_of(
    tx: &mut Tx<'_>,
    template: ObjectId,
    owner: UserId,
    name: &str,
    web_app_url: &str,
    now_ms: i64,
) -> Result<Space, Refused> {
    let wanted = Wanted {
        request: None,
        template,
        name: format!("{name} {}", owner.0.as_u128() & 0xffff_ffff),
        owner,
        must_be_assigned: false,
    };
    let space = from_template::create(tx, &wanted, now_ms)?;
    let methods = convoke_callbridge::spaces::access_methods(tx, space.id)?;
    let methods = methods.iter().map(|method| AccessMethod {
        id: method.id.to_string(),
        name: method.get("name").unwrap_or_default().to_owned(),
        uri: method.get("uri").map(str::to_owned),
        call_id: method.get("callId").map(str::to_owned),
        passcode: method.get("passcode").map(str::to_owned),
        link: convoke_callbridge::spaces::link(web_app_url, method),
    });
    Ok(Space {
        id: space.id.to_string(),
        name: space.get("name").unwrap_or_default().to_owned(),
        access_methods: methods.collect(),
        default_access_method: None,
        is_temporary: false,
    })
}

fn full_name(person: u64) -> String {
    let mut dice = Dice(person ^ 0x5eed);
    let first = FIRST_NAMES[usize::try_from(dice.below(12)).unwrap_or_default()];
    let last = LAST_NAMES[usize::try_from(dice.below(12)).unwrap_or_default()];
    format!("{first} {last}")
}

fn zone_of(person: u64) -> &'static str {
    let mut left = person / TEAM % 10;
    for (zone, share) in ZONES {
        if left < share {
            return zone;
        }
        left -= share;
    }
    "UTC"
}

/// A rule whose first occurrence is `start`'s day.
fn rule(dice: &mut Dice, start: Date) -> String {
    let weekday = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
        [usize::try_from(start.weekday().to_monday_zero_offset()).unwrap_or_default()];
    let pattern = match dice.below(10) {
        0..=5 => format!("FREQ=WEEKLY;BYDAY={weekday}"),
        6 => format!("FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}"),
        7 => "FREQ=DAILY".to_owned(),
        8 => format!("FREQ=MONTHLY;BYMONTHDAY={}", start.day().min(28)),
        _ => format!("FREQ=MONTHLY;BYDAY={}{weekday}", (start.day() - 1) / 7 + 1),
    };
    match dice.below(4) {
        0 => pattern,
        _ => format!("{pattern};COUNT={}", 4 + dice.below(40)),
    }
}

/// Numbers that look random and are always the same (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}
