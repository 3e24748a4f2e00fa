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
search-label = 查找
search-what = 输入姓名、拼音、身份证号、手机号、尾号4至6位或申领号。姓名后空格加单位可缩小范围。
search-one-more = 再输入一个字或字母。
search-few-digits = 数字太少：尾号至少4位。
search-part-of-number = 请输入完整的身份证号（18位）或手机号（11位），或只输入尾号4至6位。
search-wrong-check = 身份证号校验码不对：请对照证件逐位核对。
search-wrong-birth = 身份证号中的出生日期不存在：请对照证件核对。
search-claim-number = 申领号不完整或校验不对：应为 HZ 和19位数字，照回执输入。
search-too-long = 数字太长：不按银行卡查找，请用身份证号、手机号或姓名。
search-unknown = 不能这样查找：请输入姓名、拼音、身份证号、手机号、尾号或申领号。
search-nothing = 没有找到：请核对，或用身份证号、手机号再查。
search-elsewhere = 该身份证号的会员在其他盟市参互，请到其参互地办理。
search-more = 还有更多：请再多输入一些，或空格后加单位。
search-count = { $count }条 { $kind }
search-count-more = 前{ $count }条 { $kind }
search-kind-id = 身份证号
search-kind-mobile = 手机号
search-kind-tail = 尾号
search-kind-claim = 申领号
search-kind-name = 姓名
search-kind-latin = 拼音

## Store
store-not-allowed = 您的账号没有这项权限：请由有权限的同事办理，或找管理员。
store-not-found = 没有这条记录，或不在您的办理范围内：请核对后再查。
store-stale = 这条记录刚被别人改动：请重新打开后再办。
store-stale-member = 该会员的参互或已得补助刚有变动：已重新测算，请核对后再提交。
store-duplicate-bill = 该票据已申领：{ $number }（{ $office }，{ $state }）。请核对票据号码。
store-duplicate-stay = 住院日期与已有申领重叠：{ $number }（{ $office }，{ $state }）。请核对日期。
store-id-reused = 该申领编号已用于另一份内容：请返回工作台，重新开一份申领。
store-refused = 中心未接受（{ $code }）：请核对后再试，仍不行请找管理员。
store-throttled = 操作太频繁：{ $until } 以后再试。
store-unreachable = 连不上中心：没有送出任何内容，已输入的都在。请稍后再试。
store-unknown = 没有收到中心的答复：请再试一次，不会重复记录。
store-version-too-old = 本程序版本太旧，不能使用当前数据库：请找管理员升级。
store-damaged = 数据文件损坏：{ $what }。请找管理员。
again-or-back = Enter再试，Esc返回。

## Slips

## Keys and actions

## Configuration and commands

## Runtime and terminal

## Desk
frame-who = 互助 { $office } { $window }号窗口 { $login }
frame-today = 今日 受理{ $accepted } 待补{ $returned }
frame-connected = 已连接
frame-connecting = 正在连接
frame-cut = 连接中断 自{ $since }
frame-waiting = 请稍候
frame-too-small = 终端太小：需要 { $columns }x{ $rows }，现在是 { $now_columns }x{ $now_rows }。请放大窗口。
tone-good = [完成]
tone-warning = [注意]
tone-error = [错误]
screen-desk = 工作台
screen-help = 帮助
screen-palette = 全部命令
screen-lock = 已锁屏
desk-draft = [草稿]
desk-draft-saved = { $at } 已存
desk-draft-go-on = { $key }继续
desk-returned = [退回]
desk-missing = 缺 { $what }
desk-days = { $days }天
desk-own = [今日]
filter-label = 筛选
filter-nothing = 没有匹配的命令。
lock-go-on = 已锁屏，按 { $key } 继续
draft-not-saved = 草稿未能保存：{ $why }。请先办完这一笔，再找管理员。

## Member
screen-member = 会员
screen-claim = 申领
screen-slip = 回执
member-opening = 正在打开会员资料
member-who = { $name } { $sex } { $birth }
member-name = 姓名
member-work = 人员
member-working = 在职
member-retired = 退休
member-id = 身份证
member-mobile = 手机
member-card = 银行卡
member-unit = 单位
member-unit-ratio = { $unit } 参互率 { $ratio }%（{ $participants }/{ $employees }）
member-cover = 参互
member-paid-period = { $period }年补助
member-paid-all = 历次补助
member-paid = { $count }次 { $total }
member-none = 无
member-claims = 历次申领 { $count }笔
member-medical = 医疗费总额 { $total }
cover-none = 未参互
cover-first = { $period } 首年
cover-years = { $period } 连续{ $years }年
days-span = { $from } 至 { $until }
claim-opening = 正在打开申领
claim-number = 申领号
claim-state = 状态
claim-submitted = 受理时间
claim-taken = 受理
claim-taken-by = { $office } { $window }号窗口 { $clerk }
claim-kind = 类别
claim-days = 住院
claim-settlement = 结算
claim-visits = 次数
claim-mode = 结算方式
claim-hospital = 医院
claim-bill = 票据
claim-diagnosis = 诊断
claim-not-standard = 非标准码
claim-payee = 收款
claim-agent = 代办人
claim-policy = 政策
claim-policy-version = { $code } 第{ $version }版
claim-prints = 打印次数
claim-remark = 备注
claim-amounts = 结算单
claim-assessment = 补助
claim-total = 合计
claim-documents = 材料
claim-document-there = 有
claim-document-missing = 缺
claim-reasons = 说明
claim-withdraw-ask = 应会员要求撤回，填写原因后回车
claim-reason = 原因
claim-reason-missing = 请写明撤回原因，至少两个字。
claim-withdrawn = 已撤回 { $number }，票据可以重新申领
claim-withdrawn-before = 该申领已经撤回。
claim-withdraw-not-allowed = 不能撤回：只有受理机构能在审核前撤回，请联系受理机构。

## Sheet

## Confirmation

