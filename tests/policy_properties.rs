//! What must hold of every policy and every claim, on random ones: among them exact agreement with a second computation of
//! the steps in decimals, written for reading, not for speed.

#[path = "policy/naive.rs"]
mod naive;
#[path = "policy/random.rs"]
mod random;

use chrono::NaiveDate;
use huzhu::domain::area::AreaCode;
use huzhu::domain::claim::ClaimKind;
use huzhu::domain::cover::Cover;
use huzhu::domain::money::Money;
use huzhu::domain::sheet::Line;
use huzhu::policy::engine::run;
use huzhu::policy::{Assessment, Facts, Policy, Record, assess};
use naive::{Naive, naive};
use proptest::prelude::*;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use random::{facts, policy_text};
use rust_decimal::Decimal;

fn agrees(policy: &Policy, facts: &Facts) -> Result<(), TestCaseError> {
    let mut record = Record::default();
    run::<false>(policy, facts, &mut record).map_err(|error| TestCaseError::fail(error.to_string()))?;
    let benefits = record.benefits.iter().map(|benefit| {
        let code = policy.benefits[benefit.index as usize].code.to_string();
        let decimal = |fen: i64| Money::from_fen(fen).to_decimal();
        (code, decimal(benefit.amount), decimal(benefit.paid))
    });
    let engine = Naive {
        covered: record.covered,
        years: record.years,
        days: record.days,
        benefits: benefits.collect(),
        total: Money::from_fen(record.total).to_decimal(),
        flags: record.flags.names().collect(),
    };
    prop_assert_eq!(engine, naive(policy, facts));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn agrees_with_the_second_computation(seed: u64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let text = policy_text(&mut rng);
        let policy = Policy::parse(&text).map_err(|errors| TestCaseError::fail(format!("{errors:#?}\n{text}")))?;
        for _ in 0..12 {
            agrees(&policy, &facts(&mut rng))?;
        }
    }

    #[test]
    fn half_fen_ties_alone(seed: u64, rounding in prop::sample::select(vec!["half_up", "half_even", "down"])) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // Odd fen at these rates end on exactly half a fen.
        let rates = ["0.5", "0.50", "0.1", "0.3", "0.7", "0.9"];
        let (rate, other) = (*rates.choose(&mut rng).unwrap(), *rates.choose(&mut rng).unwrap());
        let factor = if rate.starts_with("0.5") { 1 } else { 5 };
        let text = format!(r#"
format = 1
code = "T"
version = 1
period = 2021
title = "t"
issuer = "150000"
source = "s"
valid = {{ from = 2021-01-01, to = 2021-12-31 }}
rounding = "{rounding}"
cover = {{ anchor = "discharge" }}
[[benefit]]
code = "b0"
title = "t"
claim = ["inpatient"]
steps = [ {{ op = "base", of = "self_pay" }}, {{ op = "rate", rate = "{rate}" }} ]
[[benefit]]
code = "b1"
title = "t"
claim = ["inpatient"]
steps = [ {{ op = "base", of = "self_pay" }}, {{ op = "tiers", mode = "marginal", table = [ {{ to = "100.00", rate = "{other}" }}, {{ rate = "{rate}" }} ] }} ]
"#);
        let policy = Policy::parse(&text).map_err(|errors| TestCaseError::fail(format!("{errors:#?}")))?;
        for _ in 0..20 {
            let mut claim = facts(&mut rng);
            "inpatient".clone_into(&mut claim.kind);
            (claim.admission, claim.discharge) = (claim.settlement, claim.settlement);
            if claim.settlement.is_none() {
                (claim.admission, claim.discharge) = (NaiveDate::from_ymd_opt(2021, 6, 1), NaiveDate::from_ymd_opt(2021, 6, 2));
            }
            claim.amounts = Default::default();
            let odd = rng.random_range(0..500_000i64) * 2 + 1;
            claim.amounts.set(Line::Total, Money::from_fen(odd * factor));
            let exact = claim.amounts.self_pay().to_decimal() * Decimal::from_str_exact(rate).unwrap() * Decimal::from(1000);
            prop_assert_eq!(exact % Decimal::from(10), Decimal::from(5), "not a tie");
            agrees(&policy, &claim)?;
        }
    }

    #[test]
    fn same_facts_same_bytes_and_totals_add_up(seed: u64) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let policy = Policy::parse(&policy_text(&mut rng)).unwrap();
        let mut used = Record::default();
        for _ in 0..6 {
            let claim = facts(&mut rng);
            let assessment = assess(&policy, &claim).unwrap();
            run::<true>(&policy, &claim, &mut used).unwrap();
            prop_assert_eq!(used.to_json(&policy, &claim), assessment.to_json());
            prop_assert_eq!(&Assessment::from_json(&assessment.to_json()).unwrap(), &assessment);
            let sum: Money = assessment.benefits.iter().map(|benefit| benefit.paid).sum();
            prop_assert_eq!(sum, assessment.total);
            for benefit in &assessment.benefits {
                prop_assert!(benefit.paid >= Money::ZERO && benefit.amount >= Money::ZERO);
                prop_assert_eq!(benefit.steps.last().unwrap().output, benefit.amount);
                for pair in benefit.steps.windows(2) {
                    prop_assert_eq!(pair[0].output, pair[1].input);
                }
                for step in &benefit.steps {
                    if let Some(parts) = &step.parts {
                        let sum: Money = parts.iter().map(|(_, amount)| *amount).sum();
                        prop_assert_eq!(sum.at_least_zero(), step.output);
                    }
                    if let Some(slices) = &step.slices {
                        let exact: Decimal = slices.iter().map(|slice| slice.3.parse::<Decimal>().unwrap()).sum();
                        prop_assert!((exact - step.output.to_decimal()).abs() < Decimal::new(1, 2));
                    }
                }
            }
            // Facts are read back as they were written, and written as they were read.
            let json = claim.to_json();
            let back = Facts::from_json(&json).unwrap();
            prop_assert_eq!(&back, &claim);
            prop_assert_eq!(back.to_json(), json);
        }
    }

    #[test]
    fn amounts_rise_with_the_base(low in 0i64..20_000_000, more in 0i64..1_000_000) {
        let policy = Policy::parse(include_str!("../policies/nm-2021.toml")).unwrap();
        let gets = |fen: i64| {
            let mut claim = Facts::default_for(ClaimKind::Inpatient, AreaCode::new(150_802).unwrap());
            claim.admission = NaiveDate::from_ymd_opt(2021, 6, 1);
            claim.discharge = NaiveDate::from_ymd_opt(2021, 6, 8);
            claim.amounts.set(Line::Total, Money::from_fen(fen));
            claim.cover = vec![Cover {
                period: 2021,
                from: NaiveDate::from_ymd_opt(2021, 1, 1).unwrap(),
                to: NaiveDate::from_ymd_opt(2021, 12, 31).unwrap(),
            }];
            assess(&policy, &claim).unwrap().total
        };
        let (lower, higher) = (gets(low), gets(low + more));
        prop_assert!(lower <= higher);
        // Never more than the highest rate of what was added, but for the floor and one fen of rounding.
        prop_assert!((higher - lower).fen() <= more * 7 / 10 + 20_000 + 1);
    }

    #[test]
    fn no_text_breaks_the_readers(text in "[\\[\\]{}=\"a-z0-9_., \n#-]{0,200}") {
        let _ = Policy::parse(&text);
        let _ = Facts::from_json(&text);
        let _ = Assessment::from_json(&text);
    }
}

#[test]
fn nothing_wraps_at_the_largest_amounts() {
    let head = r#"format = 1
code = "M"
version = 1
period = 2021
title = "t"
issuer = "150000"
source = "s"
valid = { from = 2021-01-01, to = 2021-12-31 }
cover = { anchor = "discharge" }
"#;
    let benefit = |steps: &str| {
        format!("{head}[[benefit]]\ncode = \"b\"\ntitle = \"t\"\nclaim = [\"inpatient\"]\nsteps = [{steps}]\n")
    };
    let largest = "999999999999.99";
    let facts = format!(
        r#"{{"kind":"inpatient","area":"150102","admission":"2021-01-01","discharge":"2021-12-31","total":"{largest}","cash":"{largest}","visits":4294967295,
        "cover":[{{"period":2021,"from":"2021-01-01","to":"2021-12-31"}}],
        "paid":[{{"period":2021,"benefit":"b","base":"{largest}","days":4294967295,"amount":"{largest}"}},{{"period":2021,"benefit":"b","base":"0.00","days":4294967295,"amount":"{largest}"}}]}}"#
    );
    let facts = Facts::from_json(&facts).unwrap();
    let gets = |steps: &str| {
        let policy = Policy::parse(&benefit(steps)).unwrap_or_else(|errors| panic!("{errors:#?}"));
        assess(&policy, &facts).map(|assessment| assessment.total.to_string()).map_err(|error| error.to_string())
    };
    let base = r#"{ op = "base", of = "self_pay" }"#;
    assert_eq!(gets(base).as_deref(), Ok(largest));
    assert_eq!(gets(&format!(r#"{base}, {{ op = "rate", rate = "0.999999" }}"#)).as_deref(), Ok("999998999999.99"));
    let table = r#"table = [ { to = "1.00", rate = "0.1" }, { rate = "0.999999" } ]"#;
    assert_eq!(
        gets(&format!(r#"{base}, {{ op = "tiers", mode = "marginal", {table} }}"#)).as_deref(),
        Ok("999998999999.09")
    );
    let period = format!(r#"{base}, {{ op = "tiers", mode = "marginal", count = "period", {table} }}"#);
    assert_eq!(gets(&period), Err("paid.base: too large".to_owned()));
    assert_eq!(gets(&format!(r#"{base}, {{ op = "period_limit", amount = "{largest}" }}"#)).as_deref(), Ok("0.00"));
    let too_large = Err("total: too large".to_owned());
    assert_eq!(gets(&format!(r#"{base}, {{ op = "lump_sum", amount = "0.01" }}"#)), too_large);
    assert_eq!(gets(&format!(r#"{{ op = "per_day", amount = "{largest}" }}"#)), too_large);
    assert_eq!(gets(&format!(r#"{{ op = "per_visit", amount = "{largest}" }}"#)), too_large);
    assert_eq!(gets(r#"{ op = "base", of = "total", plus = ["self_pay", "cash"] }"#), too_large);
    assert_eq!(gets(r#"{ op = "per_day", amount = "1.00", period_days = 9 }"#).as_deref(), Ok("0.00"));
}
