-- An id of 16 hex digits → its number; NULL for any other. Half of what a regular expression and a cast would take.
CREATE OR REPLACE TEMP MACRO id_number(id) AS CASE
    WHEN strlen(id) = 16 AND id = lower(id) THEN TRY(unhex(id))::BIT::UBIGINT
END;
-- A number from -1 (there is none) to the largest of 32 bits.
CREATE OR REPLACE TEMP MACRO int_or_none(number) AS
    greatest(least(coalesce(number, -1), 2147483647), -1)::INTEGER;
