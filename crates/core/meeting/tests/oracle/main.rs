//! Our occurrences against those of python-dateutil, of libical, and of Python's zoneinfo, for rules made up by chance.
//!
//! `differences.txt` holds how the others differ: for each a case, what both say, who is right and why. A difference that no
//! entry's class covers fails, and so does an entry that is no longer true.
//!
//! ORACLE_SEED and ORACLE_CASES make a longer and another run.

mod cases;
mod differences;
mod peers;

use std::collections::BTreeMap;

use cases::{Case, Chance, MOST};
use convoke_meeting::{Occurrence, Zone};
use differences::{Entry, Peer};
use jiff::civil::DateTime;
use peers::Answer;

/// The seed of `make test`.
const SEED: u64 = 20_260_105;
/// How many cases `make test` has time for: about 5 s on a busy machine.
const CASES: usize = 1_500;

fn from_environment<T: std::str::FromStr>(name: &str, otherwise: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

fn text(local: DateTime) -> String {
    local.strftime("%Y%m%dT%H%M%S").to_string()
}

/// Our occurrences as far as the peers look, on a clock that never changes.
fn originals(case: &Case) -> Vec<String> {
    let series = case.series(&Zone::utc());
    let starts = series.occurrences().map(|occurrence| occurrence.original);
    starts.take_while(|start| *start <= case.horizon).take(MOST).map(text).collect()
}

/// Both peers' answers.
fn ask(cases: &[Case]) -> [(Peer, Vec<Answer>); 2] {
    let lines: String = cases.iter().enumerate().map(|(number, case)| case.line(number)).collect();
    std::thread::scope(|scope| {
        let dateutil = scope.spawn(|| peers::dateutil(&lines));
        let libical = peers::libical(&lines);
        [(Peer::Dateutil, dateutil.join().unwrap()), (Peer::Libical, libical)]
    })
}

fn starts(answer: &Answer) -> Option<Vec<&str>> {
    match answer {
        Answer::Starts(starts) => Some(starts.iter().map(|(local, _)| local.as_str()).collect()),
        Answer::Refused(_) => None,
    }
}

#[test]
fn rules_give_the_dates_that_others_give_except_for_explained_differences() {
    let seed = from_environment("ORACLE_SEED", SEED);
    let zones = Zone::all_names();
    let mut chance = Chance(seed);
    let cases: Vec<Case> =
        (0..from_environment("ORACLE_CASES", CASES)).map(|_| Case::make(&mut chance, &zones)).collect();
    let mut covered: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut unexplained, mut agreed) = (Vec::new(), 0);
    for (peer, answers) in ask(&cases) {
        for (case, answer) in cases.iter().zip(&answers) {
            let ours = originals(case);
            let Some(theirs) = starts(answer) else { continue };
            if ours == theirs {
                agreed += 1;
                unexplained.extend(other_instant(case, answer));
                continue;
            }
            match differences::class_of(peer, case) {
                Some(class) => *covered.entry(class).or_default() += 1,
                None => unexplained.push(format!(
                    "{peer:?} {} from {}: ours {ours:?}, theirs {theirs:?}",
                    case.rule,
                    text(case.start)
                )),
            }
        }
    }
    println!("seed {seed}: {} cases, {agreed} answers agree, differences {covered:?}", cases.len());
    assert!(unexplained.is_empty(), "seed {seed}:\n{}", unexplained.join("\n"));
}

/// Where an instant in the case's own zone is not what zoneinfo says.
fn other_instant(case: &Case, answer: &Answer) -> Option<String> {
    let Answer::Starts(theirs) = answer else { return None };
    let theirs: BTreeMap<&str, i64> =
        theirs.iter().filter_map(|(local, instant)| Some((local.as_str(), (*instant)?))).collect();
    let series = case.series(&case.zone);
    // One start may have the instant of another, in a gap: then there is one occurrence of the two.
    let ours: Vec<Occurrence> = series.occurrences().take(theirs.len()).collect();
    let wrong = ours.iter().find(|ours| {
        theirs.get(text(ours.original).as_str()).is_some_and(|instant| *instant != ours.start.as_second())
    })?;
    let theirs = theirs[text(wrong.original).as_str()];
    Some(format!(
        "{} from {} in {}: {} is {} for us and {theirs} for zoneinfo",
        case.rule,
        text(case.start),
        case.zone,
        text(wrong.original),
        wrong.start.as_second()
    ))
}

#[test]
fn each_explained_difference_is_as_written() {
    let entries = Entry::all();
    for class in differences::CLASSES {
        assert!(entries.iter().any(|entry| entry.class == class.name), "{} has no entry", class.name);
    }
    let cases: Vec<Case> = entries.iter().map(Entry::case).collect();
    let answers = ask(&cases);
    for (number, (entry, case)) in entries.iter().zip(&cases).enumerate() {
        let class = entry.known_class();
        assert_eq!(differences::class_of(class.peer, case), Some(class.name), "{}", entry.class);
        let (_, theirs) = answers.iter().find(|(peer, _)| *peer == class.peer).unwrap();
        let mut theirs = starts(&theirs[number]).expect("an answer");
        let mut ours = originals(case);
        assert_ne!(ours, theirs, "{} is settled", entry.class);
        theirs.truncate(entry.theirs.len());
        ours.truncate(entry.ours.len());
        assert_eq!(
            (ours, theirs),
            (entry.ours.clone(), entry.theirs.iter().map(String::as_str).collect()),
            "{}",
            entry.class
        );
    }
}
