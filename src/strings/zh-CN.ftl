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

## Keys and actions
action-help = 帮助
action-help-help = 列出本画面所有按键及说明,可输入查找
action-palette = 全部命令
action-palette-help = 列出全部命令,输入几个字即可找到
action-lock = 锁屏
action-lock-help = 立即遮住画面,草稿保留,输入口令后继续
action-back = 返回
action-back-help = 回到上一级,已输入的内容不会丢失
action-quit = 退出
action-quit-help = 结束程序,草稿保留
action-search = 查找
action-search-help = 回到查找框:姓名、拼音、证件号、手机号、受理号都可输入
action-new_claim = 新申领
action-new_claim-help = 为光标所在的会员新建申领单
action-slip = 回执
action-slip-help = 在屏幕上显示受理回执,可打印或补打
action-history = 历次
action-history-help = 显示会员历次申领
action-open = 打开
action-open-help = 打开光标所在的一行
action-choose_up = 上一行
action-choose_up-help = 光标上移一行
action-choose_down = 下一行
action-choose_down-help = 光标下移一行
action-choose_page_up = 上一页
action-choose_page_up-help = 光标上移一页
action-choose_page_down = 下一页
action-choose_page_down-help = 光标下移一页
action-pick = 选行
action-pick-help = 直接选中列表的第 1 至 9 行
action-withdraw = 撤回
action-withdraw-help = 应会员要求撤回审核前的申领,须写明原因
action-reveal = 显示
action-reveal-help = 显示完整号码 30 秒,每次查看都会记录
action-next = 下一项
action-next-help = 离开本项,到下一个需要填写的项目
action-down = 下移
action-down-help = 到下面一项;候选打开时选下一个
action-up = 上移
action-up-help = 到上面一项;候选打开时选上一个
action-previous = 上一项
action-previous-help = 回到前一项,不跳过任何项目
action-same_as_before = 同上笔
action-same_as_before-help = 本项取上一笔申领的值
action-submit = 提交
action-submit-help = 在任何一项都可按:检查全部内容并进入确认
action-undo = 撤销
action-undo-help = 取消对本项的最后一次改动
action-clear_field = 清空
action-clear_field-help = 清空本项
action-all_documents = 齐全
action-all_documents-help = 全部材料都已收到
action-toggle_document = 材料
action-toggle_document-help = 第 1 至 9 项材料已收到或未收到
action-accept = 确认
action-accept-help = 按所列内容提交
action-print = 打印
action-print-help = 把屏幕上的回执送到打印机
action-reprint = 补打
action-reprint-help = 再打印一份,注明补打次数
action-printer_left = 换左
action-printer_left-help = 换用前一台打印机
action-printer_right = 换右
action-printer_right-help = 换用后一台打印机
keymap-syntax = 不是有效的 TOML: { $why }
keymap-unknown-base = 没有名为“{ $name }”的按键方案;可用: { $names }
keymap-unknown-layer = 没有名为“{ $name }”的层;可用: { $names }
keymap-unknown-action = [{ $layer }] 中没有名为“{ $name }”的操作;可用: { $names }
keymap-wrong-layer = 操作“{ $name }”应写在 [{ $layer }] 中
keymap-not-keys = “{ $name }”的值应是按键名或按键名的列表,例如 ["f3", "alt-n"]
keymap-unknown-key = 没有名为“{ $name }”的按键;例如 f3、ctrl-s、alt-1、shift-tab、pgdn、space
keymap-cant-send = 终端无法发送 { $key };请换用功能键、ctrl-字母 或 alt-字母
keymap-takes-text = { $key } 在输入文字的画面上就是文字;请换用功能键、ctrl-字母 或 alt-字母
keymap-taken = { $key } 在同一画面上已用于“{ $other }”;请为“{ $action }”换一个键,或在本文件中改写“{ $other }”
keymap-taken-line = { $key } 在同一画面上已用于“{ $other }”(第 { $line } 行);请为“{ $action }”换一个键

## Configuration and commands

## Runtime and terminal

## Desk

## Member

## Sheet

## Confirmation

