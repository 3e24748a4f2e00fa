use super::*;
use crate::domain::bill::Bill;
use crate::domain::claim::{Agent, ClaimId, ClaimKind, Diagnosis, Payee, PolicyRef, SettlementMode};
use crate::domain::date::from_shanghai;
use crate::domain::member::MemberId;

const THEN: ClaimState = ClaimState::Submitted;

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

/// A stay that was taken back, with everything that a claim can have.
pub fn recorded() -> Recorded {
    let hospital = "H15080290001".to_owned();
    let claim = NewClaim {
        id: ClaimId("0190d3e4-6a4f-7c11-8000-0123456789ab".parse().unwrap()),
        member: MemberId(158_020_000_001),
        period: 2021,
        kind: ClaimKind::Inpatient,
        state: ClaimState::Withdrawn,
        channel: "window".into(),
        window: 3,
        bill: Bill {
            code: "15060121".into(),
            number: "0000000001".into(),
            check: "7B1C11".into(),
            hospital: hospital.clone(),
        },
        hospital,
        diagnosis: Diagnosis { code: "K80.100".into(), name: "胆囊结石".into(), standard: true },
        mode: SettlementMode::ByItem,
        admission: day("2021-03-01"),
        discharge: day("2021-03-08"),
        settlement: None,
        facts: "{}".into(),
        policy: PolicyRef { code: "NM-2021".into(), version: 1, sha256: "ab".into() },
        assessment: r#"{"total":"1.00"}"#.into(),
        total: "3200.00".parse().unwrap(),
        payee: Payee::OnFile { bank: "内蒙古银行".into(), last4: "1111".into() },
        agent: Some(Agent { name: "王强".into(), id_number: "152801197105062261".into(), relation: "spouse".into() }),
        documents: Vec::new(),
        reasons: Vec::new(),
        remark: "急".into(),
    };
    let at = from_shanghai(day("2021-03-20").unwrap().and_hms_micro_opt(10, 30, 0, 123).unwrap());
    let entry = Entry {
        claim: &claim,
        number: "HZ150802-2021-0000412-95".parse().unwrap(),
        league: AreaCode::new(150_800).unwrap(),
        rev: 2,
        at,
        clerk: "0137",
        medical_total: "10000.00".parse().unwrap(),
        salt: &Salt::stored("00112233445566778899aabbccddeeff".into()),
        card: "6221470001234561111",
    };
    Recorded::to_be(&entry).unwrap()
}

/// As an auditor gets it.
fn without_values(recorded: &Recorded) -> Recorded {
    let hidden = |name, personal: &Personal| Personal::Commitment(personal.commitment(name, &recorded.salt));
    Recorded {
        card: hidden("card", &recorded.card),
        agent: hidden("agent", &recorded.agent),
        remark: hidden("remark", &recorded.remark),
        salt: Salt::default(),
        ..recorded.clone()
    }
}

/// The values were computed by another program from the words of the contract.
#[test]
fn the_bytes_of_both_forms_are_what_they_are_for_ever() {
    let recorded = recorded();
    let first = SubmitBody::in_form(Form::First, &recorded, THEN);
    assert_eq!(first.claim, "20a2dffb3998d3a7b9e97a80795ff6b40683a7eec7369fa42ec54a90928be327");
    let all = "6d314ec9ab279ca927306aeea4eaf4ffcbc71aeb4abc9554d4f56d5faa489d3b";
    assert_eq!(hex(&sha256(first.fields.as_bytes())), all);
    assert_eq!(first.text(), format!(r#"{{"claim":"{}","fields":"{}"}}"#, first.claim, first.fields));
    let second = SubmitBody::of(&recorded, THEN);
    assert_eq!(second.claim, "1928758a3974dab9316259dedc47202231a9ef51fc276af791ed55e64a055316");
    let all = "b68114466ee10f89fe36f9eaae1f597bee941ea85f9350d49f1283a1b77c61ec";
    assert_eq!(hex(&sha256(second.fields.as_bytes())), all);
    assert_eq!(second.text(), format!(r#"{{"claim":"{}","fields":"{}","form":2}}"#, second.claim, second.fields));
    let card = "e53ca2c584327da7d5c8526c203f7ae56f01902ce2ea54c59165a2f1a06e8940";
    assert_eq!(recorded.card.commitment("card", &recorded.salt), card);
    assert_eq!(commitment("card", &recorded.salt, ""), "");
}

#[test]
fn a_body_says_its_form_or_is_of_the_first() {
    let recorded = recorded();
    for form in [Form::First, Form::Second] {
        let body = SubmitBody::in_form(form, &recorded, THEN);
        assert_eq!(SubmitBody::read(&body.text()), Some(body.clone()));
        assert_eq!(body.differing(&recorded, THEN), [""; 0]);
        assert_eq!(body.differing(&recorded, ClaimState::Returned), ["state"]);
    }
    for text in ["", "{}", r#"{"reason":"x"}"#, r#"{"claim":"","fields":"","form":3}"#] {
        assert_eq!(SubmitBody::read(text), None, "{text}");
    }
}

#[test]
fn every_field_that_is_changed_is_named() {
    let recorded = recorded();
    let change = |change: fn(&mut Recorded)| {
        let mut changed = recorded.clone();
        change(&mut changed);
        changed
    };
    let of = |text: &str| Personal::Value(text.to_owned());
    let changes = [
        ("total", change(|one| one.claim.claim.total = Money::ZERO)),
        ("clerk", change(|one| one.claim.clerk.push('1'))),
        ("day", change(|one| one.day.push('1'))),
        ("documents", change(|one| one.documents.push(' '))),
        ("card", Recorded { card: of("6221470001234561112"), ..recorded.clone() }),
        ("agent", Recorded { agent: of(""), ..recorded.clone() }),
        ("remark", Recorded { remark: of("x"), ..recorded.clone() }),
    ];
    for (name, changed) in &changes {
        for form in [Form::First, Form::Second] {
            let body = SubmitBody::in_form(form, &recorded, THEN);
            assert_eq!(body.differing(changed, THEN), [*name], "{form:?}");
        }
        // Who sees commitments only finds the same.
        let body = SubmitBody::of(&recorded, THEN);
        assert_eq!(body.differing(&without_values(changed), THEN), [*name]);
    }
    let body = SubmitBody { claim: "0".repeat(64), ..SubmitBody::of(&recorded, THEN) };
    assert_eq!(body.differing(&recorded, THEN), ["claim"]);
}

#[test]
fn a_value_is_not_guessed_without_the_salt() {
    let one = recorded();
    let other = Recorded { salt: Salt::random().unwrap(), ..one.clone() };
    let second = Recorded { salt: Salt::random().unwrap(), ..one.clone() };
    let bodies = [&one, &other, &second].map(|recorded| SubmitBody::of(recorded, THEN));
    assert!(bodies[0].claim != bodies[1].claim && bodies[1].claim != bodies[2].claim);
    assert_eq!(bodies[0].differing(&other, THEN), PERSONAL, "the same values under another salt");
    assert!(other.salt.digits().len() == 32 && other.salt.digits().chars().all(|digit| digit.is_ascii_hexdigit()));
    assert!(!format!("{one:?}").contains(one.salt.digits()));
    // The first form knows no salt.
    let first = SubmitBody::in_form(Form::First, &one, THEN);
    assert_eq!(first.differing(&other, THEN), [""; 0]);
}

#[test]
fn without_the_values_the_rest_is_verified() {
    let whole = recorded();
    let unseen = without_values(&whole);
    assert_eq!(SubmitBody::of(&unseen, THEN), SubmitBody::of(&whole, THEN));
    assert!(unseen.card_ends() && whole.card_ends());
    let other = Recorded { card: Personal::Value("6221470001234561112".into()), ..whole.clone() };
    assert!(!other.card_ends());
    // The first form holds the values themselves: they are left out, everything else is not.
    let first = SubmitBody::in_form(Form::First, &whole, THEN);
    assert_eq!(first.differing(&unseen, THEN), [""; 0]);
    let mut changed = unseen.clone();
    changed.claim.claim.total = Money::ZERO;
    assert_eq!(first.differing(&changed, THEN), ["total"]);
    assert!(!format!("{:?}", whole.card).contains("1111"));
}
