//! One member from an index: name, ID number, mobile, card, participations. Numbers are spread over their ranges by
//! multiplications that hit every value once, so that they are unique without a list of the ones that were given.

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate};

use super::PersonRow;
use super::dice::{Dice, For, sums};
use super::plan::Agency;
use crate::data::demo::{FixedMember, demo, names};
use crate::data::{Bank, bank_of, banks, surnames};
use crate::domain::bank_card::luhn;
use crate::domain::cover::Cover;
use crate::domain::id_number::{IdNumber, check_character};
use crate::domain::member::{MemberId, Sex};
use crate::domain::romanise::{Reading, readings};

/// Mongolian names in a hundred, by league in the order of the table of areas.
const MONGOLIAN: [u64; 12] = [10, 8, 6, 12, 40, 12, 20, 8, 5, 38, 35, 25];
/// Days of birth from 1951-01-01 on; a prime, so that any step hits every day.
const BIRTH_DAYS: u64 = 18_617;
const MOBILE_HEADS: [&str; 16] =
    ["138", "139", "135", "136", "137", "147", "150", "151", "152", "158", "159", "182", "186", "187", "188", "199"];
/// 临河区, where nobody else is found under the keys of the reference task.
const DEMO_OFFICE: u32 = 150_802;
const DEMO_KEY: &str = "wangxiu";
/// Area codes of 巴彦淖尔盟 from before 2004, which live on in people's numbers, in the order of the league's offices.
const OLD_AREAS: [(u32, u32); 7] = [
    (150_802, 152_801),
    (150_821, 152_822),
    (150_822, 152_823),
    (150_823, 152_824),
    (150_824, 152_825),
    (150_825, 152_826),
    (150_826, 152_827),
];

/// The members of the demo and where they are in an office.
pub fn fixed(agency: &Agency) -> Vec<(u32, &'static FixedMember)> {
    let mut found: Vec<(u32, &FixedMember)> = Vec::new();
    for member in demo().members.iter().filter(|member| member.office == agency.office) {
        let before = found.iter().filter(|(_, other)| other.unit == member.unit).count() as u32;
        let local = agency.unit_members(member.unit).start + before;
        found.push((local.min(agency.size() - 1), member));
    }
    found
}

/// The member `local` of an office.
pub fn person(seed: u64, day: NaiveDate, agency: &Agency, local: u32) -> PersonRow {
    let fixed = fixed(agency).into_iter().find(|(at, _)| *at == local).map(|(_, member)| member);
    let index = u64::from(agency.members.start + local);
    let mut dice = Dice::new(seed, For::Member, index);
    let thrown = if dice.percent(46) { Sex::Female } else { Sex::Male };
    let fixed_id = fixed.and_then(|member| member.id.as_deref()).and_then(|id| IdNumber::parse(id, day).ok());
    let sex = match &fixed_id {
        Some(id) if id.is_female() => Sex::Female,
        Some(_) => Sex::Male,
        None => fixed.and_then(|member| member.sex).unwrap_or(thrown),
    };
    let (name, readings) = match fixed {
        Some(member) => (member.name.clone(), readings(&member.name, surnames())),
        None => name_of(&mut dice, agency, sex),
    };
    let (birth, id_number) = match fixed_id.and_then(|id| Some((id.birth()?, id.as_str().to_owned()))) {
        Some(found) => found,
        None => id_number(agency, u64::from(local), sex),
    };
    let years =
        i64::from(day.year() - birth.year()) - i64::from((day.month(), day.day()) < (birth.month(), birth.day()));
    let covers = covers(&mut dice, fixed, day);
    let retired = years >= if sex == Sex::Female { 55 } else { 60 };
    let mobile = match fixed.and_then(|member| member.mobile.clone()) {
        Some(mobile) => mobile,
        None if dice.percent(3) => String::new(),
        None => mobile(index),
    };
    let card = match fixed.and_then(|member| member.card.clone()) {
        Some(number) => Some((bank_of(&number).unwrap_or_default().to_owned(), number)),
        None if fixed.is_none() && dice.percent(3) => None,
        None => card(&mut dice, index),
    };
    PersonRow {
        id: MemberId::new(agency.league, agency.members.start + local - agency.league_start + 1),
        league: agency.league,
        office: agency.office,
        unit: agency.unit_id(agency.unit_of(local)),
        name,
        readings,
        sex,
        birth,
        id_number,
        mobile,
        retired,
        card,
        covers,
    }
}

struct Tables {
    surnames: Vec<u64>,
    given: Vec<u64>,
    mongolian: Vec<u64>,
    banks: Vec<u64>,
}

/// Rising sums of the weights of names (see `names.json`) and banks.
static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    // Falling weights, rounded to whole numbers so coarsely that no machine's powf can show.
    let falling = |n: usize, after: f64, power: f64| {
        sums((0..n).map(move |rank| (100_000.0 / (rank as f64 + after).powf(power)).round() as u64))
    };
    Tables {
        surnames: sums(names().surnames.iter().map(|surname| u64::from(surname.share))),
        given: falling(names().given.len(), 8.0, 0.8),
        mongolian: falling(names().mongolian.len(), 5.0, 0.6),
        banks: sums(banks().iter().map(|bank| u64::from(bank.weight))),
    }
});

/// A name and its readings; in the office of the reference task none that its keys would find.
fn name_of(dice: &mut Dice, agency: &Agency, sex: Sex) -> (String, Vec<Reading>) {
    loop {
        let mongolian = dice.percent(MONGOLIAN.get(agency.league_at).copied().unwrap_or(10));
        let name = if mongolian { mongolian_name(dice) } else { chinese_name(dice, sex) };
        let readings = readings(&name, surnames());
        // At the office nobody else is found by the beginning of a key; in its league nobody by a whole one, since those
        // stand before the beginnings.
        let of_the_task = |reading: &Reading| {
            [&reading.full, &reading.initials, &reading.surname_initials]
                .into_iter()
                .any(|key| key == DEMO_KEY || (key.starts_with(DEMO_KEY) && agency.office.get() == DEMO_OFFICE))
        };
        let in_league = agency.office.get() / 100 == DEMO_OFFICE / 100;
        if !in_league || !readings.iter().any(of_the_task) {
            return (name, readings);
        }
    }
}

fn chinese_name(dice: &mut Dice, sex: Sex) -> String {
    let surname = names().surnames.get(dice.weighted(&TABLES.surnames));
    let mut name = surname.map_or_else(String::new, |surname| surname.name.clone());
    let others = if sex == Sex::Female { &demo().men_only } else { &demo().women_only };
    for _ in 0..if dice.percent(82) { 2 } else { 1 } {
        for _ in 0..8 {
            let given = names().given.get(dice.weighted(&TABLES.given)).map_or("", String::as_str);
            if !others.contains(given) && !name.ends_with(given) {
                name.push_str(given);
                break;
            }
        }
    }
    name
}

fn mongolian_name(dice: &mut Dice) -> String {
    let base = names().mongolian.get(dice.weighted(&TABLES.mongolian)).map_or("", String::as_str);
    let suffix = match dice.percent(30) {
        true => dice.pick(&names().mongolian_suffixes).map_or("", String::as_str),
        false => "",
    };
    let fits = base.chars().count() + suffix.chars().count() <= 7 && !base.ends_with(suffix);
    if fits { format!("{base}{suffix}") } else { base.to_owned() }
}

/// Birth and ID number: the office's code (or its old one), a day, and a number that no other member of that day has.
fn id_number(agency: &Agency, local: u64, sex: Sex) -> (NaiveDate, String) {
    let day = (local * 7_919 + u64::from(agency.office.get())) % BIRTH_DAYS;
    let round = local / BIRTH_DAYS;
    let half = (day * 271 + round * 7) % 500;
    let sequence = half * 2 + u64::from(sex == Sex::Male);
    let birth = NaiveDate::from_ymd_opt(1951, 1, 1).and_then(|first| first.checked_add_days(Days::new(day)));
    let birth = birth.unwrap_or_default();
    let write = |area: u32| {
        let (year, month, day) = (birth.year(), birth.month(), birth.day());
        let digits = format!("{area}{year:04}{month:02}{day:02}{sequence:03}");
        let check = check_character(&digits);
        format!("{digits}{check}")
    };
    let office = agency.office.get();
    let old = OLD_AREAS.iter().find(|(new, _)| *new == office).map_or(office, |(_, old)| *old);
    let number = write(old);
    let taken = demo().members.iter().any(|member| member.id.as_deref() == Some(number.as_str()));
    (birth, if taken { write(office) } else { number })
}

fn mobile(index: u64) -> String {
    let spread = (index * 982_451_653 + 271_828_183) % (MOBILE_HEADS.len() as u64 * 100_000_000);
    let number = format!("{}{:08}", MOBILE_HEADS[(spread / 100_000_000) as usize], spread % 100_000_000);
    let taken = demo().members.iter().any(|member| member.mobile.as_deref() == Some(number.as_str()));
    if taken { String::new() } else { number }
}

fn card(dice: &mut Dice, index: u64) -> Option<(String, String)> {
    let Bank { bin, length, name, .. } = banks().get(dice.weighted(&TABLES.banks))?;
    let free = length.checked_sub(bin.len() + 1)?;
    let spread = (index * 61_803_398_873 + 314_159_265) % 10u64.pow(free as u32);
    let body = format!("{bin}{spread:0free$}");
    let number = (0..10).map(|digit| format!("{body}{digit}")).find(|number| luhn(number))?;
    let taken = demo().members.iter().any(|member| member.card.as_deref() == Some(number.as_str()));
    (!taken).then(|| (name.clone(), number))
}

/// Participations in one of several patterns; those that begin after the world's day are not there yet.
fn covers(dice: &mut Dice, fixed: Option<&FixedMember>, day: NaiveDate) -> Vec<Cover> {
    let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default();
    let (january, may) = ((1, 1), (5, 25));
    let thrown = dice.below(100);
    let spans: Vec<(NaiveDate, NaiveDate)> = match fixed.and_then(|member| member.covers.clone()) {
        Some(spans) => spans,
        None => {
            let from: &[(i32, (u32, u32))] = match thrown {
                0..38 => &[(2020, january), (2021, january)],
                38..58 => &[(2020, may), (2021, january)],
                58..78 => &[(2021, january)],
                78..86 => &[(2020, january), (2021, may)],
                86..90 => &[(2021, may)],
                90..95 => &[(2019, january), (2020, january), (2021, january)],
                95..98 => &[(2020, may)],
                _ => &[],
            };
            from.iter().map(|(year, (month, day))| (date(*year, *month, *day), date(*year, 12, 31))).collect()
        }
    };
    let begun = spans.into_iter().filter(|(from, _)| *from <= day);
    begun.map(|(from, to)| Cover { period: from.year(), from, to }).collect()
}
