//! A good file, and every change that makes it a bad one.

/// A policy that uses everything.
pub const GOOD: &str = r#"format   = 1
code     = "GOOD"
version  = 1
period   = 2021
title    = "好政策"
issuer   = "150000"
source   = "made up"
valid    = { from = 2021-01-01, to = 2021-12-31 }
review_by = 2022-06-30
rounding = "half_up"
illustrative = ["valid"]

[cover]
anchor       = "discharge"
waiting_days = 0
unit_ratio   = "0.75"
claim_within_days = 365
days         = "nights"
years        = "consecutive"

[premium]
amount = "100.00"
[[premium.subsidy]]
payer = "region"
area = "150000"
amount = "10.00"
[[premium.subsidy]]
payer = "league"
area = "150800"
range = ["10.00", "15.00"]
[[premium.subsidy]]
payer = "banner"
area = "150802"
amount = "30.00"
paid = { from = 2021-05-25, to = 2021-07-31 }
[[premium.subsidy]]
payer = "banner"
area = "150802"
amount = "20.00"
paid = { from = 2021-08-01, to = 2021-09-30 }
[[premium.subsidy]]
payer = "unit"
area = "150000"
unit = true

[review]
second_from = "50000.00"

[[document]]
code = "summary"
title = "出院小结"
claim = ["inpatient"]
need = "always"
[[document]]
code = "card"
title = "银行卡"
claim = ["inpatient"]

[[exclusion]]
code = "injury"
title = "工伤"
ask = { diagnosis = ["S*", "T*"], claim = ["inpatient"] }
[[exclusion]]
code = "other"
title = "其他"

[[benefit]]
code   = "inpatient"
title  = "住院"
claim  = ["inpatient"]
when   = { area = ["15*"], hospital_level = [1, 2, 3], age = { min = 10, max = 90 }, diagnosis = ["K80*"] }
steps  = [
  { op = "base", of = "in_scope_self_pay", plus = ["first_pay"], less = ["personal_account"] },
  { op = "deduct", by = "hospital_level", amounts = ["1.00", "2.00", "3.00"] },
  { op = "rate", by = "retired", rates = ["0.90", "0.95"] },
  { op = "tiers", mode = "marginal", table = [ { to = "10000.00", rate = "0.40" }, { to = "50000.00", rate = "0.50" }, { rate = "0.60" } ] },
  { op = "at_least", amount = "200.00", not_above = "cash" },
  { op = "at_most", of = "self_pay" },
  { op = "period_limit", amount = "90000.00", count = 9 },
]
[[benefit]]
code   = "allowance"
title  = "补贴"
claim  = ["inpatient"]
steps  = [
  { op = "per_day", by = "years", amounts = ["10.00", "20.00"], from_day = 1, max_days = 90, period_days = 180 },
  { op = "per_visit", amount = "1.00", max_visits = 9 },
  { op = "lump_sum", amount = "5.00", once = "period" },
]

[[total]]
op = "period_limit"
amount = "500000.00"

[[case]]
name = "one"
[case.facts]
kind = "inpatient"
area = "150802"
admission = 2021-07-01
discharge = 2021-07-08
total = "100.00"
[case.expect]
total = "80.00"
[[case]]
name = "two"
facts = { kind = "inpatient", area = "150802", admission = 2021-07-01, discharge = 2021-07-08, total = "100.00" }
expect = { covered = false, benefits = { inpatient = "0.00" } }
"#;

/// `(what stands in the good file, what stands there instead, the field, the variant)`.
pub const ROWS: &[(&str, &str, &str, &str)] = &[
    // The head.
    ("format   = 1", "format   = 2", "format", "Format"),
    ("format   = 1", "", "format", "Missing"),
    ("format   = 1", "format = \"1\"", "format", "Type"),
    ("format   = 1", "format = 1.0", "format", "Float"),
    ("code     = \"GOOD\"", "", "code", "Missing"),
    ("code     = \"GOOD\"", "code = 7", "code", "Type"),
    ("code     = \"GOOD\"", "code = \"\"", "code", "Empty"),
    ("code     = \"GOOD\"", "code = \"a\\u001b[2J\"", "code", "Control"),
    ("version  = 1", "", "version", "Missing"),
    ("version  = 1", "version = 0", "version", "CountRange"),
    ("version  = 1", "version = -1", "version", "CountRange"),
    ("version  = 1", "version = 1.5", "version", "Float"),
    ("period   = 2021", "", "period", "Missing"),
    ("period   = 2021", "period = 2022", "period", "PeriodOutside"),
    ("period   = 2021", "period = 2020", "period", "PeriodOutside"),
    ("title    = \"好政策\"", "", "title", "Missing"),
    ("issuer   = \"150000\"", "", "issuer", "Missing"),
    ("issuer   = \"150000\"", "issuer = \"159900\"", "issuer", "UnknownArea"),
    ("issuer   = \"150000\"", "issuer = 150000", "issuer", "Type"),
    ("issuer   = \"150000\"", "issuer = \"15*\"", "issuer", "UnknownArea"),
    ("source   = \"made up\"", "", "source", "Missing"),
    ("valid    = { from = 2021-01-01, to = 2021-12-31 }", "", "valid", "Missing"),
    ("valid    = { from = 2021-01-01, to", "valid = { from = 2022-01-01, to", "valid", "Reversed"),
    ("valid    = { from = 2021-01-01, to", "valid = { from = \"2021-01-01\", to", "valid.from", "Type"),
    ("valid    = { from = 2021-01-01, to", "valid = { from = 2021-01-01T00:00:00, to", "valid.from", "Type"),
    ("valid    = { from = 2021-01-01, to", "valid = { to", "valid.from", "Missing"),
    (
        "valid    = { from = 2021-01-01, to = 2021-12-31 }",
        "valid = { from = 2021-01-01, to = 2021-12-31, till = 1 }",
        "valid.till",
        "Unknown",
    ),
    ("review_by = 2022-06-30", "review_by = 2020-12-31", "review_by", "ReviewBeforeValid"),
    ("rounding = \"half_up\"", "rounding = \"up\"", "rounding", "Choice"),
    ("illustrative = [\"valid\"]", "illustrative = [\"colour\"]", "illustrative[1]", "UnknownMark"),
    ("illustrative = [\"valid\"]", "illustrative = \"valid\"", "illustrative", "Type"),
    ("illustrative = [\"valid\"]", "colour = \"red\"", "colour", "Unknown"),
    ("rounding = \"half_up\"", "rounding = \"half_up\"\nrounding = \"down\"", "file", "NotToml"),
    ("rounding = \"half_up\"", "rounding = half_up", "file", "NotToml"),
    ("rounding = \"half_up\"", "rounding = \"half_up", "file", "NotToml"),
    ("valid    = { from = 2021-01-01, to", "valid = { from = 2021-01-01,\n to", "valid", "InlineBreak"),
    // Cover, premium, review.
    ("[cover]", "[covered]", "cover", "Missing"),
    ("anchor       = \"discharge\"", "", "cover.anchor", "Missing"),
    ("anchor       = \"discharge\"", "anchor = \"birth\"", "cover.anchor", "Choice"),
    ("waiting_days = 0", "waiting_days = -1", "cover.waiting_days", "CountRange"),
    ("unit_ratio   = \"0.75\"", "unit_ratio = \"75%\"", "cover.unit_ratio", "NotARate"),
    ("unit_ratio   = \"0.75\"", "unit_ratio = 0.75", "cover.unit_ratio", "Float"),
    ("claim_within_days = 365", "claim_within_days = \"365\"", "cover.claim_within_days", "Type"),
    ("days         = \"nights\"", "days = \"hours\"", "cover.days", "Choice"),
    ("years        = \"consecutive\"", "years = \"some\"", "cover.years", "Choice"),
    ("[premium]\namount = \"100.00\"", "[premium]", "premium.amount", "Missing"),
    ("[premium]\namount = \"100.00\"", "[premium]\namount = \"54.99\"", "premium.subsidy[3]", "SubsidiesAbovePremium"),
    (
        "payer = \"region\"\narea = \"150000\"",
        "payer = \"region\"\narea = \"150999\"",
        "premium.subsidy[1].area",
        "UnknownArea",
    ),
    ("payer = \"region\"\n", "", "premium.subsidy[1].payer", "Missing"),
    ("range = [\"10.00\", \"15.00\"]", "", "premium.subsidy[2]", "OneOf"),
    (
        "range = [\"10.00\", \"15.00\"]",
        "range = [\"10.00\", \"15.00\"]\namount = \"1.00\"",
        "premium.subsidy[2]",
        "OneOf",
    ),
    ("range = [\"10.00\", \"15.00\"]", "range = [\"10.00\"]", "premium.subsidy[2].range", "ListLength"),
    ("range = [\"10.00\", \"15.00\"]", "range = [\"15.01\", \"15.00\"]", "premium.subsidy[2].range", "Choice"),
    ("unit = true", "unit = false", "premium.subsidy[5]", "OneOf"),
    (
        "paid = { from = 2021-05-25, to = 2021-07-31 }",
        "paid = { from = 2021-05-25, to = 2021-08-01 }",
        "premium.subsidy[4].paid",
        "SubsidyOverlap",
    ),
    ("paid = { from = 2021-05-25, to = 2021-07-31 }", "", "premium.subsidy[4].paid", "SubsidyOverlap"),
    (
        "paid = { from = 2021-05-25, to = 2021-07-31 }",
        "paid = { from = 2021-07-31, to = 2021-05-25 }",
        "premium.subsidy[3].paid",
        "Reversed",
    ),
    ("second_from = \"50000.00\"", "second_from = 50000", "review.second_from", "Type"),
    ("second_from = \"50000.00\"", "second_form = \"50000.00\"", "review.second_form", "Unknown"),
    // Documents and exclusions.
    ("code = \"summary\"", "code = \"card\"", "document[2].code", "Duplicate"),
    ("title = \"出院小结\"", "", "document[1].title", "Missing"),
    ("need = \"always\"", "need = \"sometimes\"", "document[1].need", "Choice"),
    ("title = \"银行卡\"\nclaim = [\"inpatient\"]", "title = \"银行卡\"\nclaim = []", "document[2].claim", "Empty"),
    ("code = \"injury\"", "code = \"other\"", "exclusion[2].code", "Duplicate"),
    ("[\"S*\", \"T*\"]", "[\"*S\"]", "exclusion[1].ask.diagnosis[1]", "Star"),
    ("[\"S*\", \"T*\"], claim", "[\"S*\"], kind", "exclusion[1].ask.kind", "Unknown"),
    // Benefits and conditions.
    ("code   = \"inpatient\"", "code = \"allowance\"", "benefit[2].code", "Duplicate"),
    ("title  = \"住院\"\nclaim  = [\"inpatient\"]", "title  = \"住院\"\nclaim  = []", "benefit[1].claim", "Empty"),
    ("title  = \"住院\"\nclaim  = [\"inpatient\"]", "title  = \"住院\"", "benefit[1].claim", "Missing"),
    (
        "title  = \"住院\"\nclaim  = [\"inpatient\"]",
        "title  = \"住院\"\nclaim  = \"inpatient\"",
        "benefit[1].claim",
        "Type",
    ),
    ("area = [\"15*\"]", "area = [\"16*\"]", "benefit[1].when.area[1]", "NoAreaBegins"),
    ("area = [\"15*\"]", "area = [\"150199\"]", "benefit[1].when.area[1]", "UnknownArea"),
    ("area = [\"15*\"]", "area = [\"1508\"]", "benefit[1].when.area[1]", "UnknownArea"),
    ("area = [\"15*\"]", "area = [\"15*1\"]", "benefit[1].when.area[1]", "Star"),
    ("area = [\"15*\"]", "area = []", "benefit[1].when.area", "Empty"),
    ("hospital_level = [1, 2, 3]", "hospital_level = [0]", "benefit[1].when.hospital_level[1]", "CountRange"),
    ("hospital_level = [1, 2, 3]", "hospital_level = [1, 4]", "benefit[1].when.hospital_level[2]", "CountRange"),
    ("age = { min = 10, max = 90 }", "age = { min = 91, max = 90 }", "benefit[1].when.age", "MinAboveMax"),
    ("age = { min = 10, max = 90 }", "age = { }", "benefit[1].when.age", "Empty"),
    ("age = { min = 10, max = 90 }", "age = { least = 10, max = 90 }", "benefit[1].when.age.least", "Unknown"),
    ("diagnosis = [\"K80*\"]", "diagnosis = [\"K*80\"]", "benefit[1].when.diagnosis[1]", "Star"),
    ("diagnosis = [\"K80*\"]", "weight = 3", "benefit[1].when.weight", "Unknown"),
    ("diagnosis = [\"K80*\"]", "sex = \"W\"", "benefit[1].when.sex", "Choice"),
    // Steps.
    (
        "{ op = \"base\", of = \"in_scope_self_pay\"",
        "{ op = \"basis\", of = \"in_scope_self_pay\"",
        "benefit[1].steps[1].op",
        "UnknownOp",
    ),
    (
        "{ op = \"base\", of = \"in_scope_self_pay\"",
        "{ of = \"in_scope_self_pay\"",
        "benefit[1].steps[1].op",
        "Missing",
    ),
    (
        "{ op = \"base\", of = \"in_scope_self_pay\"",
        "{ op = \"base\", of = \"visits\"",
        "benefit[1].steps[1].of",
        "UnknownFact",
    ),
    ("plus = [\"first_pay\"]", "plus = [\"second_pay\"]", "benefit[1].steps[1].plus[1]", "UnknownFact"),
    ("less = [\"personal_account\"]", "less = \"personal_account\"", "benefit[1].steps[1].less", "Type"),
    ("less = [\"personal_account\"]", "minus = [\"cash\"]", "benefit[1].steps[1].minus", "Unknown"),
    (
        "  { op = \"deduct\"",
        "  { op = \"base\", of = \"total\" },\n  { op = \"deduct\"",
        "benefit[1].steps[2].op",
        "BaseNotFirst",
    ),
    (
        "  { op = \"per_visit\", amount",
        "  { op = \"base\", of = \"total\" },\n  { op = \"per_visit\", amount",
        "benefit[2].steps[2].op",
        "BaseNotFirst",
    ),
    (
        "steps  = [\n  { op = \"per_day\"",
        "steps  = [\n  { op = \"deduct\", amount = \"1.00\" },\n  { op = \"per_day\"",
        "benefit[2].steps[1].op",
        "NothingBefore",
    ),
    (
        "steps  = [\n  { op = \"per_day\"",
        "steps  = [\n  { op = \"rate\", rate = \"1\" },\n  { op = \"per_day\"",
        "benefit[2].steps[1].op",
        "NothingBefore",
    ),
    (
        "steps  = [\n  { op = \"per_day\"",
        "steps  = [\n  { op = \"at_most\", amount = \"1.00\" },\n  { op = \"per_day\"",
        "benefit[2].steps[1].op",
        "NothingBefore",
    ),
    (
        "steps  = [\n  { op = \"per_day\"",
        "steps  = [\n  { op = \"period_limit\", count = 1 },\n  { op = \"per_day\"",
        "benefit[2].steps[1].op",
        "NothingBefore",
    ),
    (
        "steps  = [\n  { op = \"per_day\"",
        "steps  = [\n  { op = \"tiers\", mode = \"whole\", table = [ { rate = \"1\" } ] },\n  { op = \"per_day\"",
        "benefit[2].steps[1].op",
        "NothingBefore",
    ),
    (
        "steps  = [\n  { op = \"per_day\"",
        "steps  = [\n  { op = \"at_least\", amount = \"1.00\" },\n  { op = \"per_day\"",
        "benefit[2].steps[1].op",
        "FloorWithoutBase",
    ),
    (
        "  { op = \"lump_sum\"",
        "  { op = \"at_least\", amount = \"1.00\" },\n  { op = \"lump_sum\"",
        "benefit[2].steps[3].op",
        "FloorWithoutBase",
    ),
    (
        "  { op = \"at_least\"",
        "  { op = \"tiers\", mode = \"whole\", table = [ { rate = \"1\" } ] },\n  { op = \"at_least\"",
        "benefit[1].steps[5].op",
        "OpTwice",
    ),
    (
        "  { op = \"lump_sum\"",
        "  { op = \"per_day\", amount = \"1.00\" },\n  { op = \"lump_sum\"",
        "benefit[2].steps[3].op",
        "OpTwice",
    ),
    (
        "amounts = [\"1.00\", \"2.00\", \"3.00\"]",
        "amounts = [\"1.00\", \"2.00\"]",
        "benefit[1].steps[2].amounts",
        "ListLength",
    ),
    ("amounts = [\"1.00\", \"2.00\", \"3.00\"]", "amounts = []", "benefit[1].steps[2].amounts", "Empty"),
    ("amounts = [\"1.00\", \"2.00\", \"3.00\"]", "amount = \"1.00\"", "benefit[1].steps[2]", "OneOf"),
    (", amounts = [\"1.00\", \"2.00\", \"3.00\"]", "", "benefit[1].steps[2].amounts", "Missing"),
    ("by = \"hospital_level\", ", "", "benefit[1].steps[2].by", "Missing"),
    ("by = \"hospital_level\"", "by = \"weekday\"", "benefit[1].steps[2].by", "Choice"),
    (
        "amounts = [\"1.00\", \"2.00\", \"3.00\"]",
        "amounts = [\"1.00\", \"2.00\", 3.0]",
        "benefit[1].steps[2].amounts[3]",
        "Float",
    ),
    (
        "amounts = [\"1.00\", \"2.00\", \"3.00\"]",
        "amounts = [\"1.00\", \"2.00\", \"-3.00\"]",
        "benefit[1].steps[2].amounts[3]",
        "AmountNegative",
    ),
    (
        "amounts = [\"1.00\", \"2.00\", \"3.00\"]",
        "amounts = [\"1.00\", \"2.00\", \"3.001\"]",
        "benefit[1].steps[2].amounts[3]",
        "AmountPlaces",
    ),
    (
        "amounts = [\"1.00\", \"2.00\", \"3.00\"]",
        "amounts = [\"1.00\", \"2.00\", \"3000000000000\"]",
        "benefit[1].steps[2].amounts[3]",
        "AmountTooLong",
    ),
    (
        "amounts = [\"1.00\", \"2.00\", \"3.00\"]",
        "amounts = [\"1.00\", \"2.00\", \"3,00\"]",
        "benefit[1].steps[2].amounts[3]",
        "NotAnAmount",
    ),
    ("rates = [\"0.90\", \"0.95\"]", "rates = [\"0.90\", \"1.000001\"]", "benefit[1].steps[3].rates[2]", "RateRange"),
    ("rates = [\"0.90\", \"0.95\"]", "rates = [\"0.90\", \"-0.1\"]", "benefit[1].steps[3].rates[2]", "RateRange"),
    ("rates = [\"0.90\", \"0.95\"]", "rates = [\"0.90\", \"0.9500001\"]", "benefit[1].steps[3].rates[2]", "RatePlaces"),
    ("rates = [\"0.90\", \"0.95\"]", "rates = [\"0.90\"]", "benefit[1].steps[3].rates", "ListLength"),
    ("rates = [\"0.90\", \"0.95\"]", "rates = [\"0.90\", \"0.95\"], rate = \"1\"", "benefit[1].steps[3]", "OneOf"),
    ("mode = \"marginal\", ", "", "benefit[1].steps[4].mode", "Missing"),
    ("mode = \"marginal\"", "mode = \"cliff\"", "benefit[1].steps[4].mode", "Choice"),
    ("mode = \"marginal\"", "mode = \"marginal\", count = \"life\"", "benefit[1].steps[4].count", "Choice"),
    ("to = \"50000.00\"", "to = \"10000.00\"", "benefit[1].steps[4].table[2].to", "TiersNotRising"),
    ("to = \"50000.00\"", "to = \"9000.00\"", "benefit[1].steps[4].table[2].to", "TiersNotRising"),
    ("to = \"10000.00\"", "to = \"0\"", "benefit[1].steps[4].table[1].to", "TierAtZero"),
    ("to = \"50000.00\", ", "", "benefit[1].steps[4].table[2].to", "MiddleTierOpen"),
    (
        "{ rate = \"0.60\" }",
        "{ to = \"60000.00\", rate = \"0.60\" }",
        "benefit[1].steps[4].table[3].to",
        "LastTierEnds",
    ),
    ("{ rate = \"0.60\" }", "{ }", "benefit[1].steps[4].table[3].rate", "Missing"),
    ("{ rate = \"0.60\" }", "{ rate = 0.6 }", "benefit[1].steps[4].table[3].rate", "Float"),
    (
        "[ { to = \"10000.00\", rate = \"0.40\" }, { to = \"50000.00\", rate = \"0.50\" }, { rate = \"0.60\" } ]",
        "[]",
        "benefit[1].steps[4].table",
        "Empty",
    ),
    ("not_above = \"cash\"", "not_above = \"money\"", "benefit[1].steps[5].not_above", "UnknownFact"),
    ("{ op = \"at_least\", amount = \"200.00\",", "{ op = \"at_least\",", "benefit[1].steps[5].amount", "Missing"),
    ("of = \"self_pay\"", "of = \"self\"", "benefit[1].steps[6].of", "UnknownFact"),
    ("of = \"self_pay\"", "of = \"self_pay\", amount = \"1.00\"", "benefit[1].steps[6]", "OneOf"),
    ("{ op = \"at_most\", of = \"self_pay\" }", "{ op = \"at_most\" }", "benefit[1].steps[6]", "OneOf"),
    (", amount = \"90000.00\", count = 9", "", "benefit[1].steps[7]", "LimitOfNothing"),
    ("count = 9", "count = 0", "benefit[1].steps[7].count", "CountRange"),
    ("from_day = 1", "from_day = 0", "benefit[2].steps[1].from_day", "CountRange"),
    ("max_days = 90", "max_days = 0", "benefit[2].steps[1].max_days", "CountRange"),
    ("once = \"period\"", "once = \"day\"", "benefit[2].steps[3].once", "Choice"),
    ("amount = \"5.00\", once", "amount = 5, once", "benefit[2].steps[3].amount", "Type"),
    ("op = \"period_limit\"\namount = \"500000.00\"", "op = \"rate\"\nrate = \"1\"", "total[1].op", "NotUnderTotal"),
    ("op = \"period_limit\"\namount = \"500000.00\"", "op = \"period_limit\"", "total[1]", "LimitOfNothing"),
    // Cases.
    ("name = \"one\"", "name = \"two\"", "case[2].name", "Duplicate"),
    (
        "total = \"100.00\"\n[case.expect]",
        "total = \"100.00\"\ncolour = \"red\"\n[case.expect]",
        "case[1].facts.colour",
        "CaseFact",
    ),
    ("total = \"100.00\"\n[case.expect]", "total = 100\n[case.expect]", "case[1].facts.total", "CaseFact"),
    ("total = \"100.00\"\n[case.expect]", "total = 100.0\n[case.expect]", "case[1].facts.total", "Float"),
    ("discharge = 2021-07-08\ntotal", "discharge = 2022-07-08\ntotal", "case[1].facts.discharge", "CaseDate"),
    ("area = \"150802\"\nadmission", "area = \"110000\"\nadmission", "case[1].facts.area", "CaseArea"),
    ("[case.expect]\ntotal", "[case.expect]\nsum", "case[1].expect.sum", "Unknown"),
    (
        "benefits = { inpatient = \"0.00\" }",
        "benefits = { outpatient = \"0.00\" }",
        "case[2].expect.benefits.outpatient",
        "UnknownExpected",
    ),
    ("covered = false", "flags = [\"broken\"]", "case[2].expect.flags[1]", "Choice"),
];
