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

## Confirmation

