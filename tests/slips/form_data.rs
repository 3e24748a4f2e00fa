//! The data of the forms' tests: the samples, the words that must be on paper, the longest texts.
//!
//! To add a form: its name in [`FORMS`], an arm in [`form`], its words in [`REQUIRED`].

use std::path::PathBuf;

use huzhu::slip::Form;
use huzhu::slip::p1::Acknowledgement;
use huzhu::slip::p2::P2;
use huzhu::slip::p3::P3;
use huzhu::slip::p4::P4;
use huzhu::slip::p5::P5;
use huzhu::slip::p10::P10;
use serde_json::{Value, json};

/// The forms that are tested here, with a second stage of P10.
pub const FORMS: [&str; 7] = ["p1", "p2", "p3", "p4", "p5", "p10", "p10-receipt"];

/// Words that stand on every paper in Chinese, spaces left out.
pub const REQUIRED: [(&str, &[&str]); 6] = [
    (
        "p2",
        &[
            "材料补正通知书",
            "编号150802-2021-02-9990001-33",
            "日期2021年06月15日",
            "受理号HZ150802-2021-9990001-60",
            "姓名王样本",
            "证件150802********0028",
            "单位样本第一中学",
            "类别住院",
            "出院小结",
            "未提交，请补交",
            "银行卡",
            "30日内",
            "按撤回申请处理",
            "电话0470-0000000，报受理号",
            "窗口1，经办0137",
            "签收人_",
            "（盖章）",
            "申请人联",
            "存根联",
        ],
    ),
    (
        "p3",
        &[
            "补助金计算及审批表",
            "编号150802-2021-03-9990001-96",
            "受理号HZ150802-2021-9990001-60",
            "受理日期2021年06月15日",
            "姓名王样本",
            "证件150802********0028",
            "李样本150802********0044配偶",
            "医院样本市医院",
            "诊断K80.100胆囊结石伴慢性胆囊炎",
            "票据150601219990000001",
            "结算方式按项目",
            "样本银行****0001",
            "医疗费总额￥44,665.67",
            "全自费￥1,320.00",
            "统筹基金支付￥30,000.00",
            "个人现金￥12,665.67",
            "各项基金合计￥30,000.00",
            "个人负担总金额￥14,665.67",
            "政策范围内个人自付￥12,345.67",
            "结算单核对平",
            "依据内蒙古职工医疗互助保障活动第二期NM-2021-1",
            "政策范围内个人自付(住院补助)12,345.67",
            "10,000.00以内40%4,000.00",
            "10,000至50,00050%*1,172.835",
            "最低200.00已超过",
            "住院补贴9天每天20.00180.00",
            "核定补助金额*￥5,352.84",
            "人民币伍仟叁佰伍拾贰元捌角肆分",
            "*试算口径",
            "医疗收费票据",
            "电子件",
            "原件",
            "与另一申领同日同额",
            "不是同一笔",
            "初审意见材料齐全，计算无误，同意补助。",
            "审核人0301",
            "2021年06月15日15:20",
            "复审意见同意。",
            "审核人0302",
            "终审意见",
            "签名_",
            "（盖章）",
            "档案联",
        ],
    ),
    (
        "p4",
        &[
            "互助补助金发放凭证",
            "内蒙古职工互助保障协会",
            "编号150802-2021-04-9990001-62",
            "日期2021年06月17日",
            "姓名王样本",
            "证件150802********0028",
            "单位样本第一中学",
            "期别第二期（2021年）",
            "医院样本市医院",
            "入出院2021年06月01日至2021年06月10日9天",
            "医疗费总额￥44,665.67",
            "补助基数￥12,345.67",
            "10,000.00×40%=4,000.00",
            "2,345.67×50%=1,172.835",
            "保底补差￥0.00",
            "住院补贴9天×20.00=180.00",
            "合计*￥5,352.84",
            "人民币伍仟叁佰伍拾贰元捌角肆分",
            "样本银行****0001",
            "校验码9f86d081884c7d65",
            "第1次打印",
            "本凭证非财政票据",
            "*试算口径",
            "经办_",
            "复核_",
            "领款人_",
            "（财务专用章）",
            "存根联（白）",
            "领款人联（红）",
            "记账联（蓝）",
        ],
    ),
    (
        "p5",
        &[
            "不予补助告知书",
            "编号150802-2021-05-9990001-28",
            "受理号HZ150802-2021-9990001-60",
            "姓名王样本",
            "2021年06月15日受理",
            "决定不予补助",
            "原因工伤",
            "(work_injury)",
            "不予补助情形：工伤",
            "审核0301",
            "复核0302",
            "15日内",
            "申请复议，以一次为限",
            "签收人_",
            "（盖章）",
            "2021年06月16日",
            "申请人联",
            "存根联",
        ],
    ),
    (
        "p10",
        &[
            "互助补助金追回通知书",
            "编号150802-2021-10-9990001-52",
            "原发放凭证150802-2021-04-9990001-62",
            "原发放金额￥5,352.84",
            "应退金额￥1,172.84",
            "人民币壹仟壹佰柒拾贰元捌角肆分",
            "冲红重开",
            "退还期限2021年09月20日",
            "退还方式到原受理窗口办理",
            "签收人_",
            "（盖章）",
            "存根联",
            "退款人联",
            "记账联",
        ],
    ),
    (
        "p10-receipt",
        &[
            "互助补助金退款凭证",
            "实退金额￥1,172.84",
            "人民币壹仟壹佰柒拾贰元捌角肆分",
            "收款日期2021年09月01日",
            "收款方式银行转账",
            "本凭证非财政票据",
            "退款人_",
            "（财务专用章）",
        ],
    ),
];

pub fn data(form: &str) -> Value {
    let file = form.split('-').next().unwrap();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("src/data/slips/{file}.json"));
    let mut data: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    if form == "p10-receipt" {
        data["stage"] = json!({ "receipt": { "on": "2021-09-01", "how": "银行转账，回单号 99900001" } });
    }
    data
}

/// A form of its data; none where it refuses them.
pub fn form(name: &str, data: Value) -> Option<Box<dyn Form>> {
    fn of<F: Form + serde::de::DeserializeOwned + 'static>(data: Value) -> Option<Box<dyn Form>> {
        serde_json::from_value::<F>(data).ok().map(|form| Box::new(form) as Box<dyn Form>)
    }
    match name {
        "p1" => of::<Acknowledgement>(data),
        "p2" => of::<P2>(data),
        "p3" => of::<P3>(data),
        "p4" => of::<P4>(data),
        "p5" => of::<P5>(data),
        "p10" | "p10-receipt" => of::<P10>(data),
        other => panic!("no form {other}"),
    }
}

/// The mark of a reprint and a code, as every form but P1 has them in its head.
pub fn reprinted(mut data: Value) -> Value {
    data["head"]["copy"] = json!({ "number": 2, "operator": "0138", "at": "2021-07-01T10:30:00" });
    data["head"]["code"] = json!("HZ1:TEST");
    data
}

/// The longest realistic texts in every field.
pub fn longest(name: &str) -> Value {
    let mut data = reprinted(data(name));
    data["head"]["office"] = json!("巴彦淖尔市经济技术开发区职工互助保障办事处");
    data["case"]["name"] = json!("阿拉坦敖其尔·巴特尔朝格图");
    data["case"]["unit"] = json!("内蒙古自治区样本市样本区解放街道办事处社区卫生服务中心");
    let fields: &[(&str, Value)] = match name {
        "p2" => &[(
            "wanted",
            json!([
                { "title": "补助申请表(签名,含单独同意)", "what": null },
                { "title": "身份证", "what": null },
                { "title": "银行卡", "what": "户名与申请人不一致，请交本人银行卡" },
                { "title": "医保结算单", "what": "缺医疗机构印章，请交加盖印章的结算单" },
                { "title": "医疗收费票据", "what": null },
                { "title": "出院小结", "what": "出院日期与结算单不一致，请医疗机构更正" },
                { "title": "代办人身份证、委托书", "what": null },
            ]),
        )],
        "p4" => &[
            ("hospital", json!("内蒙古自治区样本市样本区第一人民医院东区")),
            ("bank", json!("样本农村商业银行股份有限公司临河支行")),
            ("medical_total", json!("1234567.89")),
            ("basis", json!("345600.00")),
            (
                "computed",
                json!({
                    "slices": [
                        { "of": "10000.00", "rate": "40%", "gives": "4000.00" },
                        { "of": "40000.00", "rate": "50%", "gives": "20000.00" },
                        { "of": "50000.00", "rate": "60%", "gives": "30000.00" },
                        { "of": "245600.00", "rate": "70%", "gives": "171920.00" },
                    ],
                    "floor": "0.00",
                    "allowances": [{ "days": 97, "daily": "30.00", "gives": "2910.00" }],
                    "others": [],
                }),
            ),
            ("total", json!("345471.83")),
        ],
        "p5" => &[(
            "reason",
            json!("第三方责任：所报医疗费用因交通事故产生，已由对方当事人及其商业保险全额赔付，个人没有负担"),
        )],
        "p10" => &[
            (
                "reason",
                json!(
                    "所报医疗费用在发放后由商业保险赔付，赔付金额未在申请时申报，重新核算后补助基数降低，多发部分应予退还"
                ),
            ),
            ("amount", json!("345471.83")),
        ],
        _ => &[],
    };
    for (key, value) in fields {
        data[*key] = value.clone();
    }
    data
}
