## General
app-name = huzhu
association = Inner Mongolia Workers Mutual Aid Association

## Domain (kinds, states, fields)
kind-inpatient = Inpatient
kind-radiotherapy = Radiotherapy
kind-chemotherapy = Chemotherapy
kind-haemodialysis = Haemodialysis
state-submitted = accepted
state-returned = incomplete
state-withdrawn = withdrawn
mode-by_item = by item
mode-disease_package = package
mode-drg_dip = DRG/DIP
sex-F = F
sex-M = M

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

