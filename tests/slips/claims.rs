//! Recorded claims for the slip's tests, and the explanation's lines, made by hand.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use huzhu::domain::bill::Bill;
use huzhu::domain::claim::{
    Agent, Claim, ClaimId, ClaimKind, ClaimState, Diagnosis, Document, NewClaim, Payee, PolicyRef, SettlementMode,
};
use huzhu::domain::member::MemberId;
use huzhu::domain::{AreaCode, OfficeCode};
use huzhu::slip::p1::Acknowledgement;
use huzhu::store::Office;
use huzhu::strings::explain::{ExplainLine, LineKind};
use uuid::Uuid;

/// The cases of the golden files.
pub const CASES: [&str; 7] = ["accepted", "incomplete", "reprint", "outpatient", "uncovered", "largest", "longest"];

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

pub fn now() -> NaiveDateTime {
    day(2021, 3, 22).and_hms_opt(14, 5, 9).unwrap()
}

fn document(title: &str, present: bool) -> Document {
    Document { code: title.into(), title: title.into(), required: true, present }
}

fn line(kind: LineKind, text: &str, figure: &str, clause: &str, illustrative: bool) -> ExplainLine {
    ExplainLine { kind, text: text.into(), figure: figure.into(), clause: clause.into(), illustrative }
}

/// The claim of the reference task: 18,234.56 in all, 2,427.70 for the member.
pub fn record(case: &str) -> Claim {
    let mut documents: Vec<Document> =
        ["补助申请表(签名,含单独同意)", "身份证", "银行卡", "医保结算单", "医疗收费票据", "出院小结"]
            .iter()
            .map(|title| document(title, true))
            .collect();
    documents.push(Document { required: false, ..document("代办人身份证、委托书", false) });
    let claim = NewClaim {
        id: ClaimId(Uuid::nil()),
        member: MemberId(1_508_000_000_123),
        period: 2021,
        kind: ClaimKind::Inpatient,
        state: ClaimState::Submitted,
        channel: "window".into(),
        window: 1,
        bill: Bill {
            code: "15060121".into(),
            number: "0012345678".into(),
            check: "7B1C11".into(),
            hospital: "H15080290001".into(),
        },
        hospital: "H15080290001".into(),
        diagnosis: Diagnosis { code: "K80.100".into(), name: "胆囊结石伴胆囊炎".into(), standard: true },
        mode: SettlementMode::ByItem,
        admission: Some(day(2021, 3, 5)),
        discharge: Some(day(2021, 3, 12)),
        settlement: Some(day(2021, 3, 12)),
        facts: r#"{"kind":"inpatient","total":"18234.56","pooled":"11020.30"}"#.into(),
        policy: PolicyRef { code: "NM-2021".into(), version: 1, sha256: "0".repeat(64) },
        assessment: r#"{"form":1,"policy":"NM-2021","version":1,"covered":true,"years":1,"days":7,"benefits":[
            {"code":"inpatient","title":"住院医疗补助","amount":"2357.70","paid":"2357.70","steps":[
             {"op":"base","in":"0.00","out":"5894.26","of":"in_scope_self_pay","parts":[]},
             {"op":"tiers","in":"5894.26","out":"2357.70"}]}],
            "total":"2427.70","flags":["illustrative"]}"#
            .into(),
        total: "2427.70".parse().unwrap(),
        payee: Payee::New { bank: "农业银行".into(), card: "6228481234561234".into() },
        agent: Some(Agent { name: "张三".into(), id_number: "11010519491231002X".into(), relation: "spouse".into() }),
        documents,
        reasons: Vec::new(),
        remark: "备注 13812345678".into(),
    };
    let mut record = Claim {
        claim,
        number: "HZ150802-2021-0000412-95".parse().unwrap(),
        league: AreaCode::new(150_800).unwrap(),
        office: OfficeCode::new(150_802).unwrap(),
        rev: 1,
        submitted_at: DateTime::from_timestamp(1_616_202_900, 0).unwrap(),
        clerk: "0137".into(),
        member_name: "王秀英".into(),
        member_id_masked: "152801********2264".into(),
        unit: "巴彦淖尔市医院".into(),
        hospital_name: "巴彦淖尔市医院".into(),
        prints: 1,
        notice: None,
    };
    match case {
        "accepted" | "reprint" => {}
        "incomplete" => {
            record.claim.state = ClaimState::Returned;
            record.claim.documents[5].present = false;
        }
        "outpatient" => {
            record.claim.kind = ClaimKind::Haemodialysis;
            record.claim.admission = None;
            record.claim.discharge = None;
            record.claim.diagnosis =
                Diagnosis { code: "N18.001".into(), name: "慢性肾脏病".into(), standard: true };
            record.claim.facts = r#"{"kind":"haemodialysis","total":"4800.00","visits":12}"#.into();
            record.claim.assessment = r#"{"covered":true,"years":2,"days":0,"benefits":[{"steps":[
                {"op":"base","in":"0.00","out":"960.00"}]}],"total":"384.00","flags":[]}"#
                .into();
            record.claim.total = "384.00".parse().unwrap();
        }
        "uncovered" => {
            record.claim.assessment = r#"{"covered":false,"years":0,"days":7,"benefits":[],"total":"0.00",
                "flags":["not_covered"],"not":[],"total_steps":[]}"#
                .into();
            record.claim.total = "0.00".parse().unwrap();
        }
        "largest" => {
            record.claim.facts = r#"{"total":"1000000.00"}"#.into();
            record.claim.assessment = record.claim.assessment.replace("5894.26", "633333.33");
            record.claim.total = "345400.00".parse().unwrap();
        }
        other => panic!("no case {other}"),
    }
    record
}

/// The office that took a record.
pub fn office(record: &Claim) -> Office {
    Office {
        code: record.office,
        name: "巴彦淖尔市临河区办事处".into(),
        area: AreaCode::new(150_802).unwrap(),
        league: record.league,
        phone: "0478-8221234".into(),
    }
}

/// The slip of a record, with the lines that explain its amount.
pub fn slip_of(record: &Claim, copy: u32) -> Acknowledgement {
    let title = "内蒙古职工医疗互助保障活动 第二期";
    Acknowledgement::from_claim(record, &office(record), title, explanation(record), copy, "0138", now())
}

fn explanation(record: &Claim) -> Vec<ExplainLine> {
    use LineKind::{Note, Step, Title, Total};
    if record.claim.total.is_zero() {
        return vec![line(Note, "参保日期不含出院日期 2021-03-12", "", "", false)];
    }
    if record.claim.kind == ClaimKind::Haemodialysis {
        return vec![
            line(Title, "门诊特慢病补助", "", "门诊放疗、化疗、血液透析", false),
            line(Step, "960.00 × 40%".replace('×', "x").as_str(), "384.00", "", false),
            line(Total, "合计", "384.00", "", false),
        ];
    }
    vec![
        line(Title, "住院医疗补助", "", "住院补助", false),
        line(Step, "政策范围内个人自付", "5,894.26", "", false),
        line(Step, "0.00-10,000.00 按 40%: 5,894.26", "2,357.70", "", false),
        line(Step, "保底 200.00: 未用", "", "", false),
        line(Title, "住院生活补贴", "", "住院补贴", true),
        line(Step, "7 天, 每天 10.00 (连续第 1 年)", "70.00", "", true),
        line(Total, "合计", "2,427.70", "", true),
    ]
}

/// The slip of a case.
pub fn acknowledgement(case: &str) -> Acknowledgement {
    match case {
        "reprint" => slip_of(&record(case), 2),
        "longest" => longest(),
        _ => slip_of(&record(case), 0),
    }
}

/// The longest realistic slip: long names, two lines of documents, eight lines of explanation, incomplete, reprinted.
pub fn longest() -> Acknowledgement {
    use LineKind::{Note, Step, Title, Total};
    let mut record = record("incomplete");
    record.member_name = "阿拉坦敖其尔·巴特尔朝格图".into();
    record.unit = "内蒙古自治区巴彦淖尔市临河区解放街道办事处社区卫生服务中心".into();
    record.hospital_name = "内蒙古自治区巴彦淖尔市临河区第一人民医院东区".into();
    record.claim.admission = Some(day(2020, 12, 5));
    record.claim.facts = r#"{"total":"1234567.89"}"#.into();
    record.claim.assessment =
        record.claim.assessment.replace("5894.26", "1134567.89").replace("\"days\":7", "\"days\":97");
    record.claim.total = "345471.83".parse().unwrap();
    record.claim.documents[4].present = false;
    record.claim.documents[6].present = true;
    let mut slip = slip_of(&record, 12);
    slip.office = "巴彦淖尔市经济技术开发区职工互助保障办事处".into();
    slip.explanation = vec![
        line(Title, "住院医疗补助", "", "住院补助", false),
        line(Step, "政策范围内个人自付", "1,134,567.89", "", false),
        line(Step, "0.00-10,000.00 按 40%", "4,000.00", "", false),
        line(Step, "10,000.00-50,000.00 按 50%", "20,000.00", "", true),
        line(Step, "50,000.00 以上按 60%", "650,740.73", "", true),
        line(Title, "住院生活补贴", "", "住院补贴", true),
        line(Note, "本期限额 500,000.00, 已用 154,528.17, 尚余 345,471.83", "", "", true),
        line(Total, "合计", "345,471.83", "", true),
    ];
    slip
}
