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
slip-p1-title = 受理回执 Acknowledgement
slip-p1-incomplete = 材料不全 Incomplete
slip-p1-withdrawn = 已撤回 Withdrawn
slip-copy = Reprint no. { $n } by { $operator } { $time }
slip-number = Claim
slip-time = Time
slip-date = { $year }-{ $month }-{ $day }
slip-name = Name
slip-id = ID
slip-unit = Unit
slip-kind = Kind
slip-hospital = Hospital
slip-dates = Stay
slip-stay = { $from } to { $to }
slip-stay-days = { $from } to { $to }, days: { $days }
slip-settlement = Settled
slip-visits = Visits
slip-bill = Bill
slip-medical-total = Medical total
slip-basis = Basis
slip-policy = Policy
slip-estimate = Estimated benefit
slip-words = In words
slip-renminbi = 人民币{ $words }
slip-not-covered = No cover on the date of the claim
slip-subject-to-review = Estimate, subject to review
slip-illustrative = * trial figures
slip-and = ;{" "}
slip-received = Received
slip-missing = Missing
slip-ask = Enquiries
slip-ask-phone = { $phone }, with the claim number
slip-ask-window = at the window, with the claim number
slip-window = Window
slip-window-clerk = { $window }, clerk { $clerk }
slip-rare = Rare characters: { $codes }
print-no-folder = The print folder is not there: { $path }
print-exists = A file of that name with other content is there; it was left alone: { $path }
print-unreachable = The printer { $device } can't be reached: { $why }
print-timed-out = The printer { $device } does not go on; the slip is not whole
print-broke-off = The printer { $device } broke off: { $why }
print-command = The print system refused: { $said }
print-font = The font can't be read: { $why }
print-pdf = The PDF could not be made: { $why }
print-file = File { $path } can't be written or read: { $why }

## Keys and actions

## Configuration and commands

## Runtime and terminal

## Desk

## Member

## Sheet
screen-sheet = Claim sheet
sheet-title = { $kind } { $name }
years-first = { $period } first year
years-row = { $period } year { $years }
cover-until = to { $date }
field-kind = Kind
field-bill_code = BillCode
field-bill_number = Bill no.
field-check_code = Check
field-hospital = Hospital
field-admission = Admitted
field-discharge = Dischgd
field-settlement = Settled
field-visits = Visits
field-diagnosis = Diagn.
field-mode = Mode
field-total = Total
field-out_of_scope = OutScope
field-over_limit = OverLim
field-first_pay = FirstPay
field-pooled = Pooled
field-major = Major
field-civil_servant = CivilSvt
field-supplement = Supplem.
field-assistance = Assist.
field-other_funds = OthFunds
field-hospital_pay = HospPays
field-personal_account = PersAcct
field-family_account = FamAcct
field-cash = Cash
field-other_compensation = OtherCmp
field-card = Card
field-card_again = Again
field-bank = Bank
field-agent_name = Agent
field-agent_id = Agent ID
field-agent_relation = Relation
field-remark = Remark
level-0 = level ?
level-1 = level 1
level-2 = level 2
level-3 = level 3
relation-spouse = spouse
relation-child = child
relation-parent = parent
relation-colleague = colleague
relation-other = other
relation-heir = heir
bill-free = no duplicate
bill-asked = checking
stay-days = { $days } days
balance-even = balanced
balance-cash-open = cash not checked
balance-off = off { $difference }
balance-swapped = { $field } { $right } (swap)?
balance-digit = { $field } { $right }?
draft-saved = draft kept { $time }
draft-not-saved = The draft was not kept ({ $why }): take no claims, call the administrator
panel-title = Reimbursement
panel-policy = { $code } v{ $version }
panel-missing-stay = needs admission and discharge
panel-missing-settlement = needs the settlement date
panel-missing-total = needs the medical total
panel-missing-member = reading the member's sheet
panel-self-pay-negative = payments exceed the total: look again
panel-paid = This period { $total } in { $count }
panel-documents = { $count } documents, checked at submit
sheet-stopped-back = Look here again; change it only for another bill or another stay
sheet-member-loading = The member's sheet is not there yet, submit in a moment
sheet-open-problems = { $text } (and { $more } more)
sheet-left-unconfirmed = No answer yet, the draft is kept; submitting again can't count twice
sheet-unconfirmed = Not confirmed, trying again; it can't count twice
sheet-facts-changed = The member's record changed, the amount was computed anew: look and submit again
sheet-submitted = Accepted { $number } { $name } { $total }
sheet-returned = Recorded as incomplete { $number } { $name }
slip-printed = Accepted { $number }, slip sent to { $place }
slip-not-printed = { $number } is accepted, its slip was not printed: { $why }; F5 prints it
check-missing = { $field } is still empty
check-bill-code-unusual = Bill codes have 8 digits and begin with 1506: look again
check-digits = Digits only
check-check-code = The check code has 6 characters of 0-9 and a-f
check-length = { $typed } characters, should be { $right }
check-hospital-unlisted = Not on the list of hospitals: counted as level 3
check-hospital-unknown = No such hospital: choose one, or type its 12-character code
check-diagnosis-text = Not a listed code: after it a space and the diagnosis
check-diagnosis-free = Not a listed code: look at code and name again
check-diagnosis-unknown = Not on the list: choose one, or type code, space, name
check-date = Dates: 0518, 210518, 20210518, t (today), -3 (three days ago)
check-date-no-such-day = There is no such day
check-date-future = The date is after today
check-date-early = The year is wrong
check-discharge-before-admission = Discharged before admitted
check-long-stay = A stay of more than 180 days: look again
check-settlement-before-discharge = Settled before discharged: look again
check-visits = A whole number from 1 to 366
check-amount = Amounts: 1234.56, or a sum 1200+350.5
check-amount-places = At most two places
check-amount-negative = No negative amount here
check-amount-large = Too large
check-amount-comma = Commas only between thousands (1,234.50)
check-cash-negative = The cash comes out negative: payments exceed the total, look again
check-other-compensation = Injury or poisoning: type what insurance or others paid, or Enter for none
check-card-again = The two card numbers differ
check-card-luhn = The card's check digit does not fit: read it from the card again
check-card-length = Cards have 16 to 19 digits
check-name = The name has characters that can't be taken
check-id-length = ID numbers have 18 characters
check-id-digits = ID numbers are digits, the last may be X
check-id-birth = The date of birth in it is wrong
check-id-check = The check digit does not fit: a digit is wrong
check-self-pay-negative = Payments exceed the total: look again
check-in-scope-negative = What is out of scope exceeds the self pay: counted as 0
check-unbalanced = The sheet is off by { $difference }
check-same-sheet = Same day and total as { $number }: perhaps the same sheet
check-no-policy = No policy applies: it can only be kept as a draft
check-above-total = The benefit exceeds the medical total
check-above-own-cost = The benefit exceeds what the member paid
standing-title = Claimed before
standing-elsewhere = A claim of another league: ask that office
standing-paid = Benefit
standing-submitted = Accepted on
standing-next = Enter goes back to the field; Esc leaves, the draft is kept

## Confirmation
confirm-title = Confirm
confirm-total = Benefit in all
confirm-zero = No benefit: the reviewer decides
confirm-documents = Documents (Space all, digits one)
confirm-reason = Reason: { $text }
confirm-accept = Enter submits, Esc goes back
confirm-accept-incomplete = Enter records it as incomplete, Esc back
confirm-incomplete = { $count } required documents missing: Enter again records it as incomplete, Esc keeps the draft
confirm-sending = On its way
reason-title = Needs a reason ({ $at }/{ $count })
reason-prompt = Reason (Enter)

