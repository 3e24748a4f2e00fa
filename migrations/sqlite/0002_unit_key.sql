-- What units are searched by: the name as the search box normalises what is typed (half-width, no dots, no spaces, small
-- letters). The program fills it where it is empty.
ALTER TABLE unit ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
DROP INDEX unit_name;
CREATE INDEX unit_name_key ON unit (league, name_key, office);
-- Empty but for units that are new here: that there are none is known at once.
CREATE INDEX unit_without_key ON unit (id) WHERE name_key = '';
