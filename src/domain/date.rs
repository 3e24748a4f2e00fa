//! Dates as a clerk types them, and the time of the clocks on the wall.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::text::half_width;

/// Asia/Shanghai, which has had no other time since 1991.
const EAST_8: TimeDelta = TimeDelta::hours(8);

/// A moment as clocks on the wall show it.
pub fn to_shanghai(moment: DateTime<Utc>) -> NaiveDateTime {
    moment.naive_utc() + EAST_8
}

/// The moment when clocks on the wall show this.
pub fn from_shanghai(shown: NaiveDateTime) -> DateTime<Utc> {
    (shown - EAST_8).and_utc()
}

/// Why what was typed is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateError {
    /// Not one of the forms.
    NotADate,
    /// The form is right, the day does not exist (30 February).
    NoSuchDay,
    /// Later than today.
    Future,
    /// Before 1900.
    TooEarly,
}

/// Reads `0518` (this year's, or last year's where that would be in the future), `210518`, `20210518`, `2021-05-18`,
/// `t` (today) and `-3` (three days ago).
pub fn parse(typed: &str, today: NaiveDate) -> Result<NaiveDate, DateError> {
    let typed = half_width(typed.trim());
    if typed == "t" || typed == "T" {
        return Ok(today);
    }
    if let Some(days) = typed.strip_prefix('-') {
        let days: u64 = days.parse().map_err(|_| DateError::NotADate)?;
        let date = today.checked_sub_days(Days::new(days)).ok_or(DateError::NotADate)?;
        return if date.year() < 1900 { Err(DateError::TooEarly) } else { Ok(date) };
    }
    let digits: String = typed.chars().filter(|c| !matches!(c, '-' | '/' | '.')).collect();
    let separated = digits.len() != typed.len();
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) || (separated && digits.len() != 8) {
        return Err(DateError::NotADate);
    }
    let part = |from: usize, to: usize| digits[from..to].parse::<u32>().unwrap_or(0);
    let day = |year: i32, month: u32, day: u32| NaiveDate::from_ymd_opt(year, month, day).ok_or(DateError::NoSuchDay);
    let date = match digits.len() {
        4 => {
            let this_year = day(today.year(), part(0, 2), part(2, 4));
            match this_year {
                Ok(date) if date <= today => date,
                _ => day(today.year() - 1, part(0, 2), part(2, 4)).or(this_year)?,
            }
        }
        6 => day(2000 + part(0, 2) as i32, part(2, 4), part(4, 6))?,
        8 => day(part(0, 4) as i32, part(4, 6), part(6, 8))?,
        _ => return Err(DateError::NotADate),
    };
    if date.year() < 1900 {
        Err(DateError::TooEarly)
    } else if date > today {
        Err(DateError::Future)
    } else {
        Ok(date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(y: i32, m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(y, m, d).unwrap()
    }

    #[test]
    fn the_wall_is_eight_hours_ahead() {
        let moment: DateTime<Utc> = "2021-03-19T18:30:00Z".parse().unwrap();
        assert_eq!(to_shanghai(moment), day(2021, 3, 20).and_hms_opt(2, 30, 0).unwrap());
        assert_eq!(from_shanghai(to_shanghai(moment)), moment);
    }

    #[test]
    fn reads_every_form() {
        let today = day(2021, 3, 20);
        for (typed, expected) in [
            ("0312", day(2021, 3, 12)),
            ("1231", day(2020, 12, 31)),
            ("210312", day(2021, 3, 12)),
            ("20210312", day(2021, 3, 12)),
            ("2021-03-12", day(2021, 3, 12)),
            ("２０２１０３１２", day(2021, 3, 12)),
            ("t", today),
            ("-3", day(2021, 3, 17)),
            ("0229", day(2020, 2, 29)),
        ] {
            assert_eq!(parse(typed, today), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        let today = day(2026, 3, 20);
        for (typed, error) in [
            ("20260230", DateError::NoSuchDay),
            ("0000", DateError::NoSuchDay),
            ("02260101", DateError::TooEarly),
            ("20260321", DateError::Future),
            ("abc", DateError::NotADate),
            ("", DateError::NotADate),
            ("-", DateError::NotADate),
            ("-99999999999999999999", DateError::NotADate),
            ("312", DateError::NotADate),
        ] {
            assert_eq!(parse(typed, today), Err(error), "{typed}");
        }
    }
}
