//! How members are shared out: over leagues by their shares, in a league over its banners, in an office over its units.
//! Members of one unit, office and league have neighbouring indices, so that a share is only a pair of bounds.

use std::ops::Range;

use super::dice::{Dice, For, sums};
use super::{OfficeRow, UnitRow};
use crate::data::demo::{demo, names};
use crate::data::{AreaLevel, areas};
use crate::domain::area::{AreaCode, OfficeCode, REGION};
use crate::domain::romanise::initials;

/// Shares of the leagues in a thousand members, in the order of the table of areas.
pub const LEAGUE_SHARES: [u64; 12] = [150, 130, 25, 198, 100, 110, 100, 60, 50, 35, 27, 15];
/// Members for one unit.
const MEMBERS_A_UNIT: u64 = 55;

/// An office that has members.
#[derive(Clone, Debug)]
pub struct Agency {
    /// Its code.
    pub office: OfficeCode,
    /// Its area.
    pub area: AreaCode,
    /// Its league.
    pub league: AreaCode,
    /// The league's place in the table.
    pub league_at: usize,
    /// The name of its area.
    pub name: String,
    /// Indices of its members.
    pub members: Range<u32>,
    /// The first index in the league.
    pub league_start: u32,
    /// Where each unit ends, counted from the office's first member.
    pub unit_ends: Vec<u32>,
}

impl Agency {
    /// Number of members.
    pub fn size(&self) -> u32 {
        self.members.end - self.members.start
    }

    /// Members of the unit `k`, counted from the office's first member.
    pub fn unit_members(&self, k: usize) -> Range<u32> {
        let start = if k == 0 { 0 } else { self.unit_ends.get(k - 1).copied().unwrap_or(0) };
        start..self.unit_ends.get(k).copied().unwrap_or(start)
    }

    /// The unit of a member, counted from the office's first member.
    pub fn unit_of(&self, local: u32) -> usize {
        self.unit_ends.partition_point(|end| *end <= local)
    }

    /// The id of the unit `k`.
    pub fn unit_id(&self, k: usize) -> i64 {
        i64::from(self.office.get()) * 100_000 + k as i64 + 1
    }
}

/// Shares `members` out.
pub fn agencies(members: u32) -> Vec<Agency> {
    let total = u64::from(members);
    let league_ends = sums(LEAGUE_SHARES.into_iter());
    let leagues = areas().iter().filter(|area| area.level == AreaLevel::League);
    let mut all = Vec::with_capacity(areas().len());
    for (league_at, league) in leagues.enumerate().take(league_ends.len()) {
        let end = total * league_ends[league_at] / 1000;
        let start = if league_at == 0 { 0 } else { total * league_ends[league_at - 1] / 1000 };
        let banners: Vec<_> = areas().iter().filter(|area| area.parent == league.code).collect();
        // The seat of the league is several times a banner, a zone is half of one.
        let weight = |at: usize| match at {
            0 => 12,
            at if banners[at].is_zone() => 2,
            at => 4 + u64::from(banners[at].code.get() % 3),
        };
        let shares = sums((0..banners.len()).map(weight));
        let whole = shares.last().copied().unwrap_or(1);
        let bound = |at: usize| start + (end - start) * at.checked_sub(1).map_or(0, |before| shares[before]) / whole;
        for (at, banner) in banners.iter().enumerate() {
            let range = bound(at) as u32..bound(at + 1) as u32;
            let Some(office) = OfficeCode::new(banner.code.get()) else { continue };
            all.push(Agency {
                office,
                area: banner.code,
                league: league.code,
                league_at,
                name: banner.name.clone(),
                unit_ends: unit_ends(&range),
                members: range,
                league_start: start as u32,
            });
        }
    }
    all
}

/// Ends of an office's units: 55 members a unit on the whole, the first units several times that.
fn unit_ends(members: &Range<u32>) -> Vec<u32> {
    let size = u64::from(members.end - members.start);
    let units = u64::from(members.end) / MEMBERS_A_UNIT - u64::from(members.start) / MEMBERS_A_UNIT;
    let units = units.max(3).min(size.max(1));
    let shares = sums((0..units).map(|k| 1_000_000 / (k + 4)));
    let whole = shares.last().copied().unwrap_or(1);
    shares.iter().map(|share| (size * share / whole) as u32).collect()
}

/// A unit of an office.
pub fn unit(seed: u64, agency: &Agency, k: usize) -> UnitRow {
    let mut dice = Dice::new(seed, For::Unit, agency.unit_id(k) as u64);
    let fixed = demo().units.iter().find(|unit| unit.office == agency.office && unit.unit == k);
    let members = agency.unit_members(k);
    let participants = members.end - members.start;
    let joined = match fixed.and_then(|unit| unit.joined_permille) {
        Some(permille) => permille,
        None => dice.between(750, 1000) as u32,
    };
    let name = fixed.map_or_else(|| unit_name(&agency.name, k), |unit| unit.name.clone());
    UnitRow {
        id: agency.unit_id(k),
        league: agency.league,
        office: agency.office,
        initials: initials(&name),
        name,
        participants,
        employees: ((u64::from(participants) * 1000 + u64::from(joined) / 2) / u64::from(joined)).max(1) as u32,
    }
}

/// Every kind once, then every kind of every brand, then numbered ones: different for every `k` of an area.
fn unit_name(area: &str, k: usize) -> String {
    let (kinds, brands) = (&names().unit_kinds, &demo().brands);
    let Some(kind) = kinds.get(k % kinds.len().max(1)) else {
        return format!("{area}{k}");
    };
    let round = k / kinds.len();
    let brand = round.checked_sub(1).and_then(|round| brands.get(round % brands.len().max(1)));
    let number = match round.saturating_sub(1) / brands.len().max(1) {
        0 => String::new(),
        n => (n + 1).to_string(),
    };
    format!("{area}{}{kind}{number}", brand.map_or("", String::as_str))
}

/// The association, the leagues' offices, and their agencies.
pub fn offices() -> impl Iterator<Item = OfficeRow> {
    let phone = |league: AreaCode, area: AreaCode| {
        let code = demo().phones.get(&league).map_or("", String::as_str);
        format!("{code}-555{:04}", area.get() % 10_000)
    };
    let association = OfficeCode::new(REGION.get()).map(|code| OfficeRow {
        code,
        name: demo().region.clone(),
        kind: "association",
        area: REGION,
        league: REGION,
        parent: None,
        phone: phone(REGION, REGION),
    });
    let territorial = areas().iter().filter_map(move |area| {
        let kind = match area.level {
            AreaLevel::League => "league",
            AreaLevel::Banner if area.is_zone() => "zone",
            AreaLevel::Banner => "banner",
        };
        Some(OfficeRow {
            code: OfficeCode::new(area.code.get())?,
            name: area.name.clone(),
            kind,
            area: area.code,
            league: area.code.league(),
            parent: OfficeCode::new(area.parent.get()),
            phone: phone(area.code.league(), area.code),
        })
    });
    association.into_iter().chain(territorial)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn leagues_get_their_shares_and_nobody_is_lost() {
        for members in [1_000, 20_000, 1_100_000] {
            let all = agencies(members);
            assert_eq!(all.len(), 108);
            assert_eq!(all[0].members.start, 0);
            assert_eq!(all[107].members.end, members);
            assert!(all.windows(2).all(|pair| pair[0].members.end == pair[1].members.start));
            assert!(all.iter().all(|agency| agency.size() > 0 && agency.unit_ends.last() == Some(&agency.size())));
            for (at, share) in LEAGUE_SHARES.into_iter().enumerate() {
                let size: u32 = all.iter().filter(|agency| agency.league_at == at).map(Agency::size).sum();
                assert!((u64::from(size) * 1000).abs_diff(share * u64::from(members)) <= 1000, "{at}: {size}");
            }
        }
    }

    #[test]
    fn twenty_thousand_units_with_names_of_their_own() {
        let all = agencies(1_100_000);
        assert_eq!(all.iter().map(|agency| agency.unit_ends.len()).sum::<usize>(), 20_000);
        let linhe = all.iter().find(|agency| agency.office.get() == 150_802).unwrap();
        let units: Vec<UnitRow> = (0..linhe.unit_ends.len()).map(|k| unit(1, linhe, k)).collect();
        let different: HashSet<&str> = units.iter().map(|unit| unit.name.as_str()).collect();
        assert_eq!(different.len(), units.len());
        assert_eq!(units.iter().map(|unit| unit.participants).sum::<u32>(), linhe.size());
        assert_eq!((units[0].name.as_str(), units[1].name.as_str()), ("临河区第一中学", "巴彦淖尔市医院"));
        assert_eq!((units[1].participants * 1000 + units[1].employees / 2) / units[1].employees, 824);
        assert!(units.iter().all(|unit| unit.participants <= unit.employees));
        assert_eq!((0..3_000).map(|k| unit_name("甲", k)).collect::<HashSet<_>>().len(), 3_000);
    }

    #[test]
    fn offices_are_the_whole_table() {
        let all: Vec<OfficeRow> = offices().collect();
        assert_eq!(all.iter().filter(|office| office.kind == "banner").count(), 103);
        assert_eq!((all[0].code.get(), all[0].parent), (150_000, None));
        let linhe = all.iter().find(|office| office.code.get() == 150_802).unwrap();
        assert_eq!((linhe.name.as_str(), linhe.phone.as_str()), ("临河区", "0478-5550802"));
        assert!(all[1..].iter().all(|office| all.iter().any(|other| Some(other.code) == office.parent)));
    }
}
