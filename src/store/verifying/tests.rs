use super::*;
use crate::domain::form::FormId;
use crate::store::recorded::tests::recorded;

fn found(feed: impl FnOnce(&mut Verifying)) -> Vec<(String, String)> {
    let mut verifying = Verifying::new();
    feed(&mut verifying);
    verifying.end().differences.into_iter().map(|one| (one.claim, one.field)).collect()
}

fn pair(claim: &str, field: &str) -> (String, String) {
    (claim.to_owned(), field.to_owned())
}

fn event<'a>(place: i64, hash: &'a Hash, body: &'a str) -> Walked<'a> {
    let (kind, who, at) = ("submitted", "0137", "2021-03-20T02:30:00.000000Z");
    let text = EventText { office: 150_802, place, claim: "x", rev: 1, kind, who, at, body };
    Walked { office: 150_802, place, claim: Some("HZ".into()), text: Ok(text), hash }
}

fn link(place: i64, head: &Hash) -> Hash {
    event(place, &GENESIS, "{}").text.unwrap().link(head)
}

#[test]
fn a_chain_is_walked_from_its_beginning_to_the_head_that_is_kept() {
    let first = link(1, &GENESIS);
    let second = link(2, &first);
    let walk = |body: &'static str, events: &[(i64, Hash)], length: i64, head: Hash| {
        found(|verifying| {
            verifying.head(150_802, length, &head);
            for (place, hash) in events {
                let body = if *place == 1 { body } else { "{}" };
                verifying.event(event(*place, hash, body)).unwrap();
            }
            verifying.head_after(150_802, length, &head);
            verifying.heads_end();
        })
    };
    let whole = [(1, first), (2, second)];
    assert_eq!(walk("{}", &whole, 2, second), []);
    assert_eq!(walk("{ }", &whole, 2, second), [pair("HZ", "event:submitted")], "a changed event is one difference");
    assert_eq!(walk("{}", &whole[..1], 2, second), [pair("150802", "chain")], "the newest is gone");
    assert_eq!(walk("{}", &whole, 1, first), [pair("150802", "chain")], "the head stayed behind");
    assert_eq!(walk("{}", &whole, 2, first), [pair("150802", "chain")], "the head is another one");
    let behind = walk("{}", &whole[1..], 2, second);
    assert_eq!(behind, [pair("150802", "chain"), pair("HZ", "event:submitted")], "the oldest is gone");
    let lone = found(|verifying| {
        verifying.event(event(1, &first, "{}")).unwrap();
        verifying.heads_end();
    });
    assert_eq!(lone, [pair("150802", "chain")], "no head is kept");
}

#[test]
fn a_chain_may_grow_while_it_is_walked() {
    let mut links = vec![GENESIS];
    for place in 1..=4 {
        links.push(link(place, links.last().unwrap()));
    }
    let walk = |before: Option<i64>, walked: i64, after: Option<i64>| {
        found(|verifying| {
            if let Some(length) = before {
                verifying.head(150_802, length, &links[length as usize]);
            }
            for place in 1..=walked {
                verifying.event(event(place, &links[place as usize], "{}")).unwrap();
            }
            if let Some(length) = after {
                verifying.head_after(150_802, length, &links[length as usize]);
            }
            verifying.heads_end();
        })
    };
    for good in [(Some(2), 2, Some(3)), (Some(2), 3, Some(4)), (Some(0), 2, Some(2)), (None, 1, Some(2))] {
        assert_eq!(walk(good.0, good.1, good.2), [], "{good:?}");
    }
    for bad in
        [(Some(3), 2, Some(4)), (Some(2), 3, Some(2)), (Some(2), 2, None), (None, 2, Some(1)), (Some(1), 0, None)]
    {
        assert_eq!(walk(bad.0, bad.1, bad.2), [pair("150802", "chain")], "{bad:?}");
    }
}

#[test]
fn claims_may_come_in_while_they_are_walked() {
    let walk = |before: Option<i64>, walked: i64, after: Option<i64>| {
        let told = found(|verifying| {
            if let Some(last) = before {
                verifying.counter(150_802, 2021, last);
            }
            for number in 1..=walked {
                verifying.claim((150_802, 2021, number), Err(StoreError::Damaged("x".into()))).unwrap();
            }
            if let Some(last) = after {
                verifying.counter_after(150_802, 2021, last);
            }
            verifying.counters_end();
        });
        told.into_iter().map(|(_, field)| field).filter(|field| field != "x").collect::<Vec<_>>()
    };
    for good in [(Some(2), 2, Some(3)), (Some(2), 3, Some(4)), (None, 1, Some(2)), (None, 0, Some(2))] {
        assert!(walk(good.0, good.1, good.2).is_empty(), "{good:?}");
    }
    for bad in
        [(Some(3), 2, Some(4)), (Some(2), 3, Some(2)), (Some(2), 2, None), (None, 2, Some(1)), (Some(1), 0, Some(1))]
    {
        assert_eq!(walk(bad.0, bad.1, bad.2), ["counter:2021"], "{bad:?}");
    }
}

#[test]
fn numbers_have_no_gaps_and_end_with_their_counter() {
    let damaged = || Err(StoreError::Damaged("remark".into()));
    let all = found(|verifying| {
        verifying.counter(150_802, 2021, 4);
        for number in [1, 3] {
            verifying.claim((150_802, 2021, number), damaged()).unwrap();
        }
        verifying.counter_after(150_802, 2021, 4);
        verifying.claim((5, 2021, 1), damaged()).unwrap();
        verifying.counters_end();
        let lost = verifying.claim((5, 2021, 2), Err(StoreError::Unreachable(String::new())));
        assert!(lost.is_err(), "only damage is a difference");
    });
    let name = |sequence| name_of(Some(150_802), Some(2021), Some(sequence));
    let expected = [
        pair(&name(1), "remark"),
        pair(&name(3), "number"),
        pair(&name(3), "remark"),
        pair("5-2021-1", "remark"),
        pair("5", "counter:2021"),
        pair("150802", "counter:2021"),
    ];
    assert_eq!(all, expected);
    assert_eq!(name_of(Some(150_802), None, Some(-1)), "150802-?--1");
}

#[test]
fn rows_beside_claims_have_a_claim() {
    let bill = Bill { code: "15060121".into(), number: "0000000001".into(), ..Bill::default() };
    let (key, claim) = (bill.key(), "HZ".to_owned());
    let holder = |live: bool| Some(Holder { claim: claim.clone(), live, bill: bill.clone() });
    assert_eq!(found(|verifying| verifying.bill(&key, holder(true))), []);
    assert_eq!(found(|verifying| verifying.bill(&key, holder(false))), [pair("HZ", "bill")]);
    assert_eq!(found(|verifying| verifying.bill("E/1/2", holder(true))), [pair("HZ", "bill")]);
    assert_eq!(found(|verifying| verifying.bill("E/1/2", None)), [pair("E/1/2", "bill")]);
    assert_eq!(found(|verifying| verifying.lone_paid("0190")), [pair("claim 0190", "paid")]);
    assert_eq!(found(|verifying| verifying.lone_slip("0190")), [pair("claim 0190", "slip")]);
}

#[test]
fn numbers_of_notices_have_no_gap() {
    let told = |numbers: &[u32]| {
        let fields = found(|verifying| {
            for (claim, number) in (1..).zip(numbers) {
                let mut recorded = recorded();
                let number = SlipNumber { form: FormId::P2, sequence: *number, ..recorded.claim.number.into() };
                recorded.claim.notice = Some(Notice { number, prints: 0 });
                verifying.claim((150_802, 2021, claim), Ok((recorded, History::default()))).unwrap();
            }
            verifying.counters_end();
        });
        fields.into_iter().map(|(_, field)| field).filter(|field| field.starts_with("notices")).collect::<Vec<_>>()
    };
    assert!(told(&[]).is_empty() && told(&[1, 2, 3]).is_empty() && told(&[2, 1]).is_empty());
    for gap in [&[2][..], &[1, 3], &[1, 2, 4]] {
        assert_eq!(told(gap), ["notices:2021"], "{gap:?}");
    }
}

#[test]
fn what_stands_around_a_claim_is_what_its_state_says() {
    let mut claim = recorded();
    let around = |claim: &Recorded, history: History| {
        let told = found(|verifying| verifying.claim((150_802, 2021, 1), Ok((claim.clone(), history))).unwrap());
        told.into_iter().map(|(_, field)| field).collect::<Vec<_>>()
    };
    let body = SubmitBody::of(&claim, ClaimState::Submitted).text();
    let history = History {
        first: Some(("submitted".into(), body)),
        state: Some("withdrawn".into()),
        rev: Some(2),
        printed: 0,
        noticed: 0,
        returned: false,
        holds_bill: false,
        holds_stay: Some(false),
        paid: None,
    };
    // It was assessed by no policy that is published.
    let no_policy = ["policy_sha256", "assessment", "total", "paid"];
    assert_eq!(around(&claim, history.clone()), no_policy);
    assert_eq!(around(&claim, History { holds_stay: None, ..history.clone() }), no_policy);
    let all = around(&claim, History { holds_stay: Some(true), holds_bill: true, ..History::default() });
    assert_eq!(all[..5], ["event", "state", "rev", "bill", "stay"]);
    let printed = History { noticed: 1, returned: true, ..history.clone() };
    assert_eq!(around(&claim, printed)[..2], ["notice", "notice_prints"], "a returned claim has a notice");
    claim.claim.claim.state = ClaimState::Submitted;
    let all = around(&claim, History { state: Some("submitted".into()), printed: 1, ..history });
    assert_eq!(all[..3], ["prints", "bill", "stay"], "a live claim holds both");
}
