-- Slips that have a number of their own (P1 has its claim's): given in the transaction that makes one due, gapless in an
-- office, year and form; printing takes none. `form` is the form's number, 2 for P2, whose prints are counted here.
CREATE TABLE slip (
    office INTEGER NOT NULL,
    year   INTEGER NOT NULL,
    form   INTEGER NOT NULL,
    number INTEGER NOT NULL,
    claim  INTEGER NOT NULL REFERENCES claim,
    prints INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (office, year, form, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX slip_claim ON slip (claim, form);
-- Claims that were returned before there were numbers, in the order of submission.
INSERT INTO slip (office, year, form, number, claim)
SELECT c.office, c.year, 2, row_number() OVER (PARTITION BY c.office, c.year ORDER BY c.number), c.seq
FROM claim c WHERE c.seq IN (SELECT e.claim FROM claim_event e WHERE e.kind = 'returned');

CREATE TRIGGER slip_delete BEFORE DELETE ON slip BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER slip_update BEFORE UPDATE OF office, year, form, number, claim ON slip
BEGIN SELECT RAISE(ABORT, 'never edited'); END;

-- What slips' codes are checked with, by the id that a code names: NAME+ID+base64, public.
CREATE TABLE slip_key (
    id     TEXT    NOT NULL PRIMARY KEY,
    office INTEGER NOT NULL,
    key    TEXT    NOT NULL UNIQUE,
    who    TEXT    NOT NULL,
    at     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER slip_key_update BEFORE UPDATE ON slip_key BEGIN SELECT RAISE(ABORT, 'append-only'); END;
CREATE TRIGGER slip_key_delete BEFORE DELETE ON slip_key BEGIN SELECT RAISE(ABORT, 'append-only'); END;
