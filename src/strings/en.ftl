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
action-help = Help
action-help-help = All keys of this screen with what they do; type to find
action-palette = All
action-palette-help = All commands; type a few letters to find one
action-lock = Lock
action-lock-help = Hides the screen at once; drafts are kept; the password brings it back
action-back = Back
action-back-help = One level up; nothing typed is lost
action-quit = Quit
action-quit-help = Ends the program; drafts are kept
action-search = Find
action-search-help = Into the search box: name, pinyin, ID number, mobile or claim number
action-new_claim = Claim
action-new_claim-help = A new claim of the highlighted member
action-slip = Slip
action-slip-help = Shows the slip on the screen, to print it or print it again
action-history = Past
action-history-help = The member's earlier claims
action-open = Open
action-open-help = Opens the highlighted row
action-choose_up = Up
action-choose_up-help = One row up
action-choose_down = Down
action-choose_down-help = One row down
action-choose_page_up = PageUp
action-choose_page_up-help = One page up
action-choose_page_down = PageDn
action-choose_page_down-help = One page down
action-pick = Pick
action-pick-help = Takes row 1 to 9 of the list directly
action-withdraw = Cancel
action-withdraw-help = Takes a claim back before its review, at the member's wish; a reason is asked
action-reveal = Reveal
action-reveal-help = Shows a whole number for 30 seconds; every look is recorded
action-next = Next
action-next-help = Leaves the field for the next one that needs something
action-down = Down
action-down-help = The field below; the next offer where offers are open
action-up = Up
action-up-help = The field above; the offer before where offers are open
action-previous = Before
action-previous-help = The field before, passing over none
action-same_as_before = Same
action-same_as_before-help = This field as on the claim before
action-submit = Submit
action-submit-help = From any field: checks everything and asks to confirm
action-undo = Undo
action-undo-help = Takes the last change of this field back
action-clear_field = Clear
action-clear_field-help = Empties this field
action-all_documents = All
action-all_documents-help = All documents are there
action-toggle_document = Docs
action-toggle_document-help = Document 1 to 9 is there, or not
action-accept = Accept
action-accept-help = Submits what is listed
action-print = Print
action-print-help = Sends the slip on the screen to the printer
action-reprint = Again
action-reprint-help = Prints another copy, marked as one
action-printer_left = Left
action-printer_left-help = The printer before
action-printer_right = Right
action-printer_right-help = The next printer
keymap-syntax = no valid TOML: { $why }
keymap-unknown-base = no keymap is called "{ $name }"; there are: { $names }
keymap-unknown-layer = no layer is called "{ $name }"; there are: { $names }
keymap-unknown-action = [{ $layer }] has no action "{ $name }"; there are: { $names }
keymap-wrong-layer = the action "{ $name }" belongs under [{ $layer }]
keymap-not-keys = "{ $name }" takes a key's name or a list of them, such as ["f3", "alt-n"]
keymap-unknown-key = no key is called "{ $name }"; keys are f3, ctrl-s, alt-1, shift-tab, pgdn, space and the like
keymap-cant-send = a terminal can't send { $key }; take a function key, ctrl-letter or alt-letter
keymap-takes-text = { $key } is text where text is typed; take a function key, ctrl-letter or alt-letter
keymap-taken = { $key } means "{ $other }" on the same screen; take another key for "{ $action }", or change "{ $other }" in this file too
keymap-taken-line = { $key } means "{ $other }" on the same screen (line { $line }); take another key for "{ $action }"

## Configuration and commands

## Runtime and terminal

## Desk

## Member

## Sheet

## Confirmation

