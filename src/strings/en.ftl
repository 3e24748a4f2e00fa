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
search-label = Find
search-what = Type a name, pinyin, an ID number, a mobile number, the last 4 to 6 of either, or a claim number. A space and the unit narrow it.
search-one-more = One more character or letter.
search-few-digits = Too few digits: at least the last 4.
search-part-of-number = Type the whole ID number (18) or mobile number (11), or only its last 4 to 6.
search-wrong-check = The check digit of the ID number does not fit: compare it with the card, digit by digit.
search-wrong-birth = The date of birth in the ID number does not exist: compare it with the card.
search-claim-number = The claim number is not complete or its check does not fit: HZ and 19 digits, as on the slip.
search-too-long = Too many digits: bank cards are not searched. Use the ID number, the mobile number or the name.
search-unknown = This can't be searched: type a name, pinyin, an ID number, a mobile number, its end, or a claim number.
search-nothing = Nothing found: check it, or search by the ID or mobile number.
search-elsewhere = The member with this ID number belongs to another league; the claim is taken there.
search-more = There are more: type more, or a space and the unit.
search-count = { $count } by { $kind }
search-count-more = first { $count } by { $kind }
search-kind-id = ID number
search-kind-mobile = mobile
search-kind-tail = last digits
search-kind-claim = claim number
search-kind-name = name
search-kind-latin = pinyin

## Store
store-not-allowed = Your account may not do this: ask a colleague who may, or the administrator.
store-not-found = There is no such record, or it is outside your scope: check it and search again.
store-stale = Somebody has just changed this record: open it again.
store-stale-member = The member's covers or payments have just changed: the amount was computed anew, check it and submit again.
store-duplicate-bill = This bill was claimed: { $number } ({ $office }, { $state }). Check the bill's number.
store-duplicate-stay = The days overlap with a claim: { $number } ({ $office }, { $state }). Check the dates.
store-id-reused = This claim's id was used for other content: go back to the desk and start a new claim.
store-refused = The centre refused it ({ $code }): check it and try again, or ask the administrator.
store-throttled = Too many at once: go on after { $until }.
store-unreachable = The centre can't be reached: nothing was sent, everything typed is kept. Try again shortly.
store-unknown = No answer came from the centre: try again, nothing is recorded twice.
store-version-too-old = This program is too old for the database: ask the administrator to update it.
store-damaged = The data file is damaged: { $what }. Ask the administrator.
again-or-back = Enter tries again, Esc goes back.

## Slips

## Keys and actions

## Configuration and commands

## Runtime and terminal

## Desk
frame-who = huzhu { $office } window { $window } { $login }
frame-today = today { $accepted }, { $returned } incomplete
frame-connected = connected
frame-connecting = connecting
frame-cut = cut off since { $since }
frame-waiting = please wait
frame-too-small = The terminal is too small: { $columns }x{ $rows } is needed, it has { $now_columns }x{ $now_rows }. Enlarge the window.
tone-good = [done]
tone-warning = [note]
tone-error = [error]
screen-desk = Desk
screen-help = Help
screen-palette = All commands
screen-lock = Locked
desk-draft = [draft]
desk-draft-saved = saved { $at }
desk-draft-go-on = { $key } goes on
desk-returned = [incomplete]
desk-missing = missing: { $what }
desk-days = { $days } d
desk-own = [today]
filter-label = Filter
filter-nothing = No command matches.
lock-go-on = Locked. { $key } goes on.
draft-not-saved = The draft was not saved: { $why }. Finish this claim, then ask the administrator.

## Member
screen-member = Member
screen-claim = Claim
screen-slip = Slip
member-opening = Opening the member's sheet
member-who = { $name } { $sex } { $birth }
member-name = Name
member-work = Status
member-working = working
member-retired = retired
member-id = ID number
member-mobile = Mobile
member-card = Bank card
member-unit = Unit
member-unit-ratio = { $unit } participation { $ratio }% ({ $participants }/{ $employees })
member-cover = Cover
member-paid-period = Paid in { $period }
member-paid-all = Paid in all
member-paid = { $count } times { $total }
member-none = none
member-claims = Claims: { $count }
member-medical = medical total { $total }
cover-none = not covered
cover-first = { $period } 1st year
cover-years = { $period } year { $years }
days-span = { $from } to { $until }
claim-opening = Opening the claim
claim-number = Number
claim-state = State
claim-submitted = Submitted
claim-taken = Taken by
claim-taken-by = { $office } window { $window } { $clerk }
claim-kind = Kind
claim-days = Stay
claim-settlement = Settled
claim-visits = Visits
claim-mode = Settlement
claim-hospital = Hospital
claim-bill = Bill
claim-diagnosis = Diagnosis
claim-not-standard = not standard
claim-payee = Paid to
claim-agent = Agent
claim-policy = Policy
claim-policy-version = { $code } version { $version }
claim-prints = Prints
claim-remark = Remark
claim-amounts = Settlement sheet
claim-assessment = Allowance
claim-total = Total
claim-documents = Documents
claim-document-there = there
claim-document-missing = missing
claim-reasons = Reasons
claim-withdraw-ask = Withdraw at the member's wish: type the reason, then Enter
claim-reason = Reason
claim-reason-missing = Say why it is withdrawn, in two characters or more.
claim-withdrawn = Withdrawn: { $number }. Its bill can be claimed again.
claim-withdrawn-before = This claim was withdrawn before.
claim-withdraw-not-allowed = It can't be withdrawn: only the office that took it may, before review. Ask that office.

## Sheet

## Confirmation

