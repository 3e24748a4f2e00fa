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

## Configuration and commands

## Runtime and terminal

## Desk

## Member

## Sheet

## Confirmation

