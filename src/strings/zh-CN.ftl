## General
app-name = 互助
association = 内蒙古职工互助保障协会

## Domain (kinds, states, fields)
kind-inpatient = 住院
kind-radiotherapy = 门诊放疗
kind-chemotherapy = 门诊化疗
kind-haemodialysis = 血液透析
state-submitted = 已受理
state-returned = 材料不全
state-withdrawn = 已撤回
mode-by_item = 按项目
mode-disease_package = 病种包干
mode-drg_dip = DRG/DIP
sex-F = 女
sex-M = 男

## Policy and explanation

## Search

## Store

## Slips
slip-p1-title = 受理回执
slip-p1-incomplete = 材料不全
slip-p1-withdrawn = 已撤回
slip-copy = 补打 第{ $n }次 操作员 { $operator } { $time }
slip-number = 受理号
slip-time = 时间
slip-date = { $year }年{ $month }月{ $day }日
slip-name = 姓名
slip-id = 证件
slip-unit = 单位
slip-kind = 类别
slip-hospital = 医院
slip-dates = 入出院
slip-stay = { $from }至{ $to }
slip-stay-days = { $from }至{ $to } { $days }天
slip-settlement = 结算
slip-visits = 次数
slip-bill = 票据
slip-medical-total = 医疗费总额
slip-basis = 补助基数
slip-policy = 依据
slip-estimate = 预计补助金额
slip-words = 大写
slip-renminbi = 人民币{ $words }
slip-not-covered = 所报日期不在保障期内
slip-subject-to-review = 预计补助金额,以审核为准
slip-illustrative = * 试算口径
slip-and = 、
slip-received = 已收
slip-missing = 尚缺
slip-ask = 查询
slip-ask-phone = 电话 { $phone },报受理号
slip-ask-window = 到受理窗口,报受理号
slip-window = 窗口
slip-window-clerk = { $window }, 经办 { $clerk }
slip-rare = 生僻字: { $codes }
print-no-folder = 打印目录不存在: { $path }
print-exists = 同名文件已存在且内容不同,未覆盖: { $path }
print-unreachable = 连不上打印机 { $device }: { $why }
print-timed-out = 打印机 { $device } 没有反应,未打完
print-broke-off = 打印机 { $device } 中断: { $why }
print-command = 打印系统拒绝: { $said }
print-font = 字体读不了: { $why }
print-pdf = 生成 PDF 失败: { $why }
print-file = 文件读写失败 { $path }: { $why }

## Keys and actions

## Configuration and commands

## Runtime and terminal

## Desk

## Member

## Sheet
screen-sheet = 申领单
sheet-title = { $kind }申领 { $name }
years-first = { $period }首年
years-row = { $period }连续{ $years }年
cover-until = 有效至{ $date }
field-kind = 类别
field-bill_code = 票据代码
field-bill_number = 票据号码
field-check_code = 校验码
field-hospital = 医院
field-admission = 入院
field-discharge = 出院
field-settlement = 结算日
field-visits = 次数
field-diagnosis = 诊断
field-mode = 结算方式
field-total = 总额
field-out_of_scope = 全自费
field-over_limit = 超限价
field-first_pay = 先行自付
field-pooled = 统筹
field-major = 大额
field-civil_servant = 公务员
field-supplement = 企补
field-assistance = 救助
field-other_funds = 其他基金
field-hospital_pay = 医院负担
field-personal_account = 个人账户
field-family_account = 账户共济
field-cash = 现金
field-other_compensation = 商保等
field-card = 银行卡
field-card_again = 卡号再输
field-bank = 开户行
field-agent_name = 代办人
field-agent_id = 代办证件
field-agent_relation = 关系
field-remark = 备注
level-0 = 等级不明
level-1 = 一级
level-2 = 二级
level-3 = 三级
relation-spouse = 配偶
relation-child = 子女
relation-parent = 父母
relation-colleague = 同事
relation-other = 其他
relation-heir = 继承人
bill-free = 无重复
bill-asked = 查重中
stay-days = { $days }天
balance-even = 平
balance-cash-open = 现金待核
balance-off = 不平 { $difference }
balance-swapped = { $field }应为{ $right }(换位)?
balance-digit = { $field }应为{ $right }?
draft-saved = 草稿已存 { $time }
draft-not-saved = 草稿没有存上({ $why }),先不要受理,请联系管理员
panel-title = 补助测算
panel-policy = { $code } 第{ $version }版
panel-missing-stay = 还需入院、出院日期
panel-missing-settlement = 还需结算日期
panel-missing-total = 还需医疗费总额
panel-missing-member = 正在读取会员资料
panel-self-pay-negative = 各项支付超过总额,请核对
panel-paid = 本期已得 { $total } 共{ $count }次
panel-documents = 材料 { $count }项 提交时核对
sheet-stopped-back = 请核对这里;确为另一张票据或另一次住院才改
sheet-member-loading = 会员资料还没读完,请稍候再提交
sheet-open-problems = { $text }(另有{ $more }处待补)
sheet-left-unconfirmed = 提交还没有得到答复,草稿保留;再次提交不会重复
sheet-unconfirmed = 未确认,正在重试;不会重复受理
sheet-facts-changed = 会员资料有变化,已重新测算,请核对后再提交
sheet-submitted = 已受理 { $number } { $name } { $total }
sheet-returned = 已按材料不全登记 { $number } { $name }
slip-printed = 已受理 { $number },回执已送 { $place }
slip-not-printed = { $number } 已受理,回执没有打出:{ $why };F5 可再打
check-missing = { $field }还没填
check-bill-code-unusual = 票据代码一般是8位、1506开头,请核对
check-digits = 这里只能是数字
check-check-code = 校验码是6位,只含0-9和a-f
check-length = 现在{ $typed }位,应为{ $right }位
check-hospital-unlisted = 医院不在目录,按等级不明(同三级)计算
check-hospital-unknown = 目录里没有这家医院;请选一家,或输12位机构编码
check-diagnosis-text = 非标准码:编码后空一格写诊断名称
check-diagnosis-free = 非标准码,请核对编码和名称
check-diagnosis-unknown = 目录里没有;请选一条,或输编码、空格、名称
check-date = 日期写法:0518、210518、20210518、t(今天)、-3(三天前)
check-date-no-such-day = 没有这一天
check-date-future = 日期在今天以后
check-date-early = 年份不对
check-discharge-before-admission = 出院早于入院
check-long-stay = 住院超过180天,请核对
check-settlement-before-discharge = 结算早于出院,请核对
check-visits = 次数是1到366的整数
check-amount = 金额写法:1234.56,或几张相加 1200+350.5
check-amount-places = 金额最多两位小数
check-amount-negative = 金额不能是负数
check-amount-large = 金额太大
check-amount-comma = 逗号只能作千分位(1,234.50)
check-cash-negative = 算出的现金是负数:各项支付超过总额,请核对
check-other-compensation = 外伤或中毒:请填商保、第三方等补偿,没有就按回车
check-card-again = 两次卡号不一样
check-card-luhn = 卡号校验不符,请对着卡再看一遍
check-card-length = 卡号是16到19位
check-name = 姓名里有不能用的字符
check-id-length = 证件号是18位
check-id-digits = 证件号只能是数字,末位可为X
check-id-birth = 证件号里的出生日期不对
check-id-check = 证件号校验不符,有一位输错
check-self-pay-negative = 各项支付超过总额,请核对
check-in-scope-negative = 自费和先行自付合计超过个人负担,范围内自付按0计
check-unbalanced = 结算单不平,差{ $difference }
check-same-sheet = 与{ $number }同日同额,可能是同一张结算单
check-no-policy = 没有适用的政策,只能保留草稿
check-above-total = 补助高于医疗费总额
check-above-own-cost = 补助高于个人负担
standing-title = 已经申领过
standing-elsewhere = 其他盟市的申领,详情请联系该办事处
standing-paid = 补助
standing-submitted = 受理日期
standing-next = 回车回到该项核对;Esc退出,草稿保留

## Confirmation
confirm-title = 确认提交
confirm-total = 补助合计
confirm-zero = 没有补助金额,审核时决定
confirm-documents = 材料(空格全有,数字单项)
confirm-reason = 理由:{ $text }
confirm-accept = 回车提交,Esc返回修改
confirm-accept-incomplete = 回车按材料不全登记,Esc返回
confirm-incomplete = 缺{ $count }项必备材料:再按回车按材料不全登记,或Esc留作草稿
confirm-sending = 正在提交
reason-title = 需要说明({ $at }/{ $count })
reason-prompt = 理由(回车确认)

