-- The central database in one file. Money is integer fen; dates are YYYY-MM-DD, moments YYYY-MM-DDTHH:MM:SS.ffffffZ (UTC).
-- Text keeps the BINARY collation: the order of code points, which the half-open ranges of searches rely on.

-- world_day (a generated world's own date), generated (1: may be made anew), reference (version of the reference data),
-- looks_a_minute and looks_a_day (of one person; none or 0: any number).
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE office (
    code   INTEGER NOT NULL PRIMARY KEY,
    name   TEXT    NOT NULL,
    kind   TEXT    NOT NULL,
    area   INTEGER NOT NULL,
    league INTEGER NOT NULL,
    parent INTEGER,
    phone  TEXT    NOT NULL
) STRICT;

-- `generated`: an account that the world made; any other keeps the database from being made anew.
CREATE TABLE account (
    login     TEXT    NOT NULL PRIMARY KEY,
    duties    TEXT    NOT NULL,
    office    INTEGER NOT NULL REFERENCES office,
    seat      INTEGER NOT NULL,
    generated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE unit (
    id           INTEGER NOT NULL PRIMARY KEY,
    league       INTEGER NOT NULL,
    office       INTEGER NOT NULL REFERENCES office,
    name         TEXT    NOT NULL,
    initials     TEXT    NOT NULL,
    participants INTEGER NOT NULL,
    employees    INTEGER NOT NULL
) STRICT;
CREATE INDEX unit_name ON unit (league, name, office);
CREATE INDEX unit_initials ON unit (league, initials, office);

CREATE TABLE member (
    id        INTEGER NOT NULL PRIMARY KEY,
    league    INTEGER NOT NULL,
    office    INTEGER NOT NULL REFERENCES office,
    unit      INTEGER NOT NULL REFERENCES unit,
    name      TEXT    NOT NULL,
    sex       TEXT    NOT NULL CHECK (sex IN ('F', 'M')),
    birth     TEXT    NOT NULL,
    id_number TEXT    NOT NULL,
    mobile    TEXT    NOT NULL,
    retired   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX member_id_number ON member (id_number);

CREATE TABLE cover (
    member   INTEGER NOT NULL REFERENCES member,
    period   INTEGER NOT NULL,
    from_day TEXT    NOT NULL,
    to_day   TEXT    NOT NULL,
    PRIMARY KEY (member, period)
) STRICT, WITHOUT ROWID;

-- What members are searched by, once a league, once an office and once a unit, so that each arm of a search is one short
-- range in its own order. Kinds: 0 the whole name, 1 the name from its 2nd, 3rd … character on, 2 letters, 3 the end of
-- the ID number reversed, 4 the mobile number reversed. `unit` is the member's, for names that a unit narrows.
CREATE TABLE league_key (
    league INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    key    TEXT    NOT NULL,
    member INTEGER NOT NULL,
    unit   INTEGER NOT NULL,
    PRIMARY KEY (league, kind, key, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE office_key (
    office INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    key    TEXT    NOT NULL,
    member INTEGER NOT NULL,
    unit   INTEGER NOT NULL,
    PRIMARY KEY (office, kind, key, member)
) STRICT, WITHOUT ROWID;
CREATE TABLE unit_key (
    unit   INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    key    TEXT    NOT NULL,
    member INTEGER NOT NULL,
    PRIMARY KEY (unit, kind, key, member)
) STRICT, WITHOUT ROWID;

-- Bank cards, apart from everything that is searched or listed. The newest of a member is the one on file.
CREATE TABLE card (
    id     INTEGER NOT NULL PRIMARY KEY,
    member INTEGER NOT NULL REFERENCES member,
    bank   TEXT    NOT NULL,
    number TEXT    NOT NULL
) STRICT;
CREATE INDEX card_member ON card (member, id);

CREATE TABLE hospital (
    code     TEXT    NOT NULL PRIMARY KEY,
    name     TEXT    NOT NULL,
    initials TEXT    NOT NULL,
    level    INTEGER NOT NULL,
    area     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE diagnosis (
    code     TEXT NOT NULL PRIMARY KEY,
    name     TEXT NOT NULL,
    initials TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE policy (
    code         TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    text         TEXT    NOT NULL,
    sha256       TEXT    NOT NULL,
    published_at TEXT    NOT NULL,
    PRIMARY KEY (code, version)
) STRICT, WITHOUT ROWID;

-- A claim as it was submitted, and its last state. `seq` is the order of submission. Texts that the contract calls JSON
-- are stored as they came. `request` is the hash of what was sent: a retry is told from an id that is used again.
CREATE TABLE claim (
    seq            INTEGER NOT NULL PRIMARY KEY,
    id             BLOB    NOT NULL UNIQUE,
    league         INTEGER NOT NULL,
    office         INTEGER NOT NULL REFERENCES office,
    year           INTEGER NOT NULL,
    number         INTEGER NOT NULL,
    member         INTEGER NOT NULL REFERENCES member,
    period         INTEGER NOT NULL,
    kind           TEXT    NOT NULL,
    state          TEXT    NOT NULL,
    rev            INTEGER NOT NULL,
    submitted_at   TEXT    NOT NULL,
    day            TEXT    NOT NULL,
    clerk          TEXT    NOT NULL,
    channel        TEXT    NOT NULL,
    seat           INTEGER NOT NULL,
    bill_code      TEXT    NOT NULL,
    bill_number    TEXT    NOT NULL,
    bill_check     TEXT    NOT NULL,
    bill_hospital  TEXT    NOT NULL,
    hospital       TEXT    NOT NULL,
    diagnosis      TEXT    NOT NULL,
    diagnosis_name TEXT    NOT NULL,
    standard       INTEGER NOT NULL,
    mode           TEXT    NOT NULL,
    admission      TEXT,
    discharge      TEXT,
    settlement     TEXT,
    medical_total  INTEGER NOT NULL,
    facts          TEXT    NOT NULL,
    policy         TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    policy_sha256  TEXT    NOT NULL,
    assessment     TEXT    NOT NULL,
    total          INTEGER NOT NULL,
    bank           TEXT    NOT NULL,
    card           INTEGER REFERENCES card,
    last4          TEXT    NOT NULL,
    agent          TEXT    NOT NULL,
    documents      TEXT    NOT NULL,
    reasons        TEXT    NOT NULL,
    remark         TEXT    NOT NULL,
    request        BLOB    NOT NULL,
    prints         INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX claim_number ON claim (office, year, number);
CREATE INDEX claim_member ON claim (member, seq);
CREATE INDEX claim_state ON claim (office, state, seq);
CREATE INDEX claim_clerk ON claim (clerk, day, seq);
CREATE INDEX claim_seat ON claim (office, seat, seq);

-- What live claims' benefits got, for the `paid` of later claims.
CREATE TABLE claim_paid (
    claim   INTEGER NOT NULL REFERENCES claim,
    place   INTEGER NOT NULL,
    period  INTEGER NOT NULL,
    benefit TEXT    NOT NULL,
    base    INTEGER NOT NULL,
    days    INTEGER NOT NULL,
    amount  INTEGER NOT NULL,
    PRIMARY KEY (claim, place)
) STRICT, WITHOUT ROWID;

-- Bills of live claims: one claim a bill in the whole region.
CREATE TABLE bill (
    key   TEXT    NOT NULL PRIMARY KEY,
    claim INTEGER NOT NULL REFERENCES claim
) STRICT, WITHOUT ROWID;

-- The last number given out in an office and year, and the head of an office's chain with its length.
CREATE TABLE counter (
    office INTEGER NOT NULL,
    year   INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (office, year)
) STRICT, WITHOUT ROWID;
CREATE TABLE chain (
    office INTEGER NOT NULL PRIMARY KEY,
    length INTEGER NOT NULL,
    head   BLOB    NOT NULL
) STRICT;

-- The history is the truth, `claim` its last state. One chain an office: hash = SHA-256(previous hash || canonical bytes).
CREATE TABLE claim_event (
    office INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    claim  INTEGER NOT NULL REFERENCES claim,
    rev    INTEGER NOT NULL,
    kind   TEXT    NOT NULL,
    who    TEXT    NOT NULL,
    at     TEXT    NOT NULL,
    body   TEXT    NOT NULL,
    hash   BLOB    NOT NULL,
    PRIMARY KEY (office, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX claim_event_claim ON claim_event (claim, place);

-- Who looked at whose data, when and why: sheets opened and numbers revealed.
CREATE TABLE look (
    ticket  BLOB    NOT NULL PRIMARY KEY,
    at      TEXT    NOT NULL,
    who     TEXT    NOT NULL,
    office  INTEGER NOT NULL,
    member  INTEGER NOT NULL,
    field   TEXT    NOT NULL,
    purpose TEXT    NOT NULL
) STRICT;
CREATE INDEX look_who ON look (who, at);

-- Append-only, and a submitted claim is never edited.
CREATE TRIGGER claim_event_update BEFORE UPDATE ON claim_event BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER claim_event_delete BEFORE DELETE ON claim_event BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER look_update BEFORE UPDATE ON look BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER look_delete BEFORE DELETE ON look BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER card_update BEFORE UPDATE ON card BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER policy_update BEFORE UPDATE ON policy BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER policy_delete BEFORE DELETE ON policy BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER claim_delete BEFORE DELETE ON claim BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER claim_update BEFORE UPDATE OF
    seq, id, league, office, year, number, member, period, kind, submitted_at, day, clerk, channel, seat, bill_code,
    bill_number, bill_check, bill_hospital, hospital, diagnosis, diagnosis_name, standard, mode, admission, discharge,
    settlement, medical_total, facts, policy, version, policy_sha256, assessment, total, bank, card, last4, agent,
    documents, reasons, remark, request
    ON claim BEGIN SELECT RAISE(ABORT, 'never edited'); END;
