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
slip-dates = 住院
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

## Confirmation

