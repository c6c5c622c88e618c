-- A line's text → what it says, by place, each as JSON text: the line itself as DuckDB would write it (1), id (2),
-- _stamp (3), _is_merge (4), created (5), span_id (6), root_span_id (7), span_parents (8), project_id (9),
-- project_name (10), experiment_id (11), experiment_name (12), log_id (13), and the fields: input (14), output (15),
-- expected (16), context (17), error (18), scores (19), metadata (20), metrics (21), span_attributes (22), tags (23).
CREATE OR REPLACE TEMP MACRO bulk_said(raw) AS json_extract(raw, [
    '$', '$.id', '$._stamp', '$._is_merge', '$.created', '$.span_id', '$.root_span_id', '$.span_parents',
    '$.project_id', '$.project_name', '$.experiment_id', '$.experiment_name', '$.log_id',
    '$.input', '$.output', '$.expected', '$.context', '$.error',
    '$.scores', '$.metadata', '$.metrics', '$.span_attributes', '$.tags'
])::VARCHAR[];

-- Whether DuckDB writes a line just as it was logged, no key is unknown and none stands there twice: these values,
-- with their names, are the whole line then.
CREATE OR REPLACE TEMP MACRO bulk_is_whole(said, raw) AS
    said[1] = raw
    AND strlen(raw) = 1
        + coalesce(strlen(said[2]) + 6, 0) + coalesce(strlen(said[3]) + 10, 0) + coalesce(strlen(said[4]) + 13, 0)
        + coalesce(strlen(said[5]) + 11, 0) + coalesce(strlen(said[6]) + 11, 0) + coalesce(strlen(said[7]) + 16, 0)
        + coalesce(strlen(said[8]) + 16, 0) + coalesce(strlen(said[9]) + 14, 0) + coalesce(strlen(said[10]) + 16, 0)
        + coalesce(strlen(said[11]) + 17, 0) + coalesce(strlen(said[12]) + 19, 0) + coalesce(strlen(said[13]) + 10, 0)
        + coalesce(strlen(said[14]) + 9, 0) + coalesce(strlen(said[15]) + 10, 0) + coalesce(strlen(said[16]) + 12, 0)
        + coalesce(strlen(said[17]) + 11, 0) + coalesce(strlen(said[18]) + 9, 0) + coalesce(strlen(said[19]) + 10, 0)
        + coalesce(strlen(said[20]) + 12, 0) + coalesce(strlen(said[21]) + 11, 0) + coalesce(strlen(said[22]) + 19, 0)
        + coalesce(strlen(said[23]) + 8, 0);

-- Whether a row, if there is one, is an update that came after the row `before`, and says what `first` says of where the
-- span belongs, or nothing of it.
CREATE OR REPLACE TEMP MACRO bulk_follows(said, raw, stamp, before, first) AS CASE
    WHEN said IS NULL THEN true
    ELSE bulk_is_whole(said, raw)
        AND said[4] = 'true'
        AND stamp > before
        AND (said[5] IS NULL OR said[5] = first[5])
        AND (said[6] IS NULL OR said[6] = first[6])
        AND (said[7] IS NULL OR said[7] = first[7])
        AND CASE
            WHEN said[9] IS NULL AND first[9] IS NOT NULL
                THEN coalesce(said[10], said[11], said[12], said[13]) IS NULL
            ELSE said[9] IS NOT DISTINCT FROM first[9]
                AND said[10] IS NOT DISTINCT FROM first[10]
                AND said[11] IS NOT DISTINCT FROM first[11]
                AND said[12] IS NOT DISTINCT FROM first[12]
                AND said[13] IS NOT DISTINCT FROM first[13]
        END
END;

-- What the fold notes of a span's identity that its rows do not say: its beginning, its id, its trace, its parents.
CREATE OR REPLACE TEMP MACRO bulk_unsaid(created, span_id, root_span_id, has_parents) AS CASE
    WHEN created IS NULL OR span_id IS NULL OR root_span_id IS NULL OR NOT has_parents
        THEN ',"unsaid":[' || concat_ws(
            ',',
            CASE WHEN created IS NULL THEN '"created"' END,
            CASE WHEN span_id IS NULL THEN '"span_id"' END,
            CASE WHEN root_span_id IS NULL THEN '"root_span_id"' END,
            CASE WHEN NOT has_parents THEN '"span_parents"' END
        ) || ']'
END;

-- What the fold notes of who said it, where that was an update.
CREATE OR REPLACE TEMP MACRO bulk_ranks(stamp, created, span_id, root_span_id, has_parents) AS concat(
    '"ranks":{"process":[1,', stamp, ']',
    CASE WHEN created IS NOT NULL THEN concat(',"created":[1,', stamp, ']') END,
    CASE WHEN span_id IS NOT NULL THEN concat(',"span_id":[1,', stamp, ']') END,
    CASE WHEN root_span_id IS NOT NULL THEN concat(',"root_span_id":[1,', stamp, ']') END,
    CASE WHEN has_parents THEN concat(',"span_parents":[1,', stamp, ']') END,
    '}'
);

-- What a row says of a field; NULL where it says nothing.
CREATE OR REPLACE TEMP MACRO bulk_value(said, field) AS CASE WHEN said[field] != 'null' THEN said[field] END;

-- Which of a span's rows say something of a field, a bit each. Here and below a to f are what each says of it.
CREATE OR REPLACE TEMP MACRO bulk_sayers(a, b, c, d, e, f) AS
    (a IS NOT NULL)::TINYINT + 2 * (b IS NOT NULL)::TINYINT + 4 * (c IS NOT NULL)::TINYINT
    + 8 * (d IS NOT NULL)::TINYINT + 16 * (e IS NOT NULL)::TINYINT + 32 * (f IS NOT NULL)::TINYINT;

CREATE OR REPLACE TEMP MACRO bulk_is_full(text) AS coalesce(starts_with(text, '{') AND text != '{}', true);

CREATE OR REPLACE TEMP MACRO bulk_inner(text) AS substr(text, 2, length(text) - 2);

-- A field's text: objects add up; NULL where some of several values are none, or empty.
CREATE OR REPLACE TEMP MACRO bulk_text(sayers, a, b, c, d, e, f) AS CASE
    WHEN bit_count(sayers) < 2 THEN coalesce(a, b, c, d, e, f)
    WHEN
        bulk_is_full(a) AND bulk_is_full(b) AND bulk_is_full(c)
        AND bulk_is_full(d) AND bulk_is_full(e) AND bulk_is_full(f)
        THEN '{' || concat_ws(
            ',', bulk_inner(a), bulk_inner(b), bulk_inner(c), bulk_inner(d), bulk_inner(e), bulk_inner(f)
        ) || '}'
END;

-- The lengths of what several rows say of a field, in bytes; NULL where not several do.
CREATE OR REPLACE TEMP MACRO bulk_parts(name, sayers, a, b, c, d, e, f) AS CASE
    WHEN bit_count(sayers) > 1
        THEN name || concat_ws(',', strlen(a), strlen(b), strlen(c), strlen(d), strlen(e), strlen(f)) || ']'
END;

-- Whether an object names no key twice; of a doubled one DuckDB reads the first, we the last.
CREATE OR REPLACE TEMP MACRO bulk_has_own_keys(text) AS CASE
    WHEN starts_with(text, '{') THEN list_unique(json_keys(text)) = len(json_keys(text))
    ELSE true
END;

-- Whether the text is what the fold makes of a field's values: one value, or objects without a common key (which is
-- for the caller to see) and without escapes, so that keys can be written as they are.
CREATE OR REPLACE TEMP MACRO bulk_adds_up(sayers, text) AS CASE
    WHEN bit_count(sayers) < 2 THEN true
    ELSE coalesce(NOT contains(text, '\'), false)
END;

-- Whether an object names no key twice, of which some values are known, in `known_bytes` with their names: if they are all of it,
-- nothing has to be looked at.
CREATE OR REPLACE TEMP MACRO bulk_has_own_keys_beside(text, known_bytes) AS CASE
    WHEN strlen(text) = 1 + known_bytes THEN true
    ELSE bulk_has_own_keys(text)
END;

CREATE OR REPLACE TEMP MACRO bulk_key_bytes(value, name_bytes) AS coalesce(strlen(value) + name_bytes + 4, 0);

-- Whether a text of JSON is a string, not empty, that stands there as it is; a name may be missing.
CREATE OR REPLACE TEMP MACRO bulk_is_word(text) AS starts_with(text, '"') AND text != '""' AND NOT contains(text, '\');

CREATE OR REPLACE TEMP MACRO bulk_is_name(text) AS coalesce(text = 'null' OR bulk_is_word(text), true);

CREATE OR REPLACE TEMP MACRO bulk_word(text) AS CASE WHEN text != 'null' THEN bulk_inner(text) END;

-- A list of strings as JSON text, where no string needs an escape.
CREATE OR REPLACE TEMP MACRO bulk_list_text(list) AS
    CASE WHEN len(list) = 0 THEN '[]' ELSE '["' || array_to_string(list, '","') || '"]' END;

CREATE OR REPLACE TEMP MACRO bulk_plain_text(text) AS
    CASE WHEN starts_with(text, '"') THEN json_extract_string(text, '$') ELSE text END;

-- Whitespace folded and stripped, as `" ".join(text.split())` does it.
CREATE OR REPLACE TEMP MACRO bulk_folded(text) AS trim(
    regexp_replace(text, '[ \t\n\v\f\r\x1c-\x1f\x85\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+', ' ', 'g'),
    ' '
);

-- A value's beginning on one line, as `columns._preview` gives it. Most have nothing to fold, which is found sooner:
-- neither other whitespace, nor two spaces, nor one at the beginning or at the very end.
CREATE OR REPLACE TEMP MACRO bulk_preview(text) AS CASE
    WHEN
        regexp_matches(left(text, 201), '[\t\n\v\f\r\x1c-\x1f\x85\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]|  |^ ')
        OR (ends_with(text, ' ') AND length(text) <= 200)
        THEN left(bulk_folded(left(text, 1000)), 200)
    ELSE left(text, 200)
END;

-- A metric as a number, NULL for what is none.
CREATE OR REPLACE TEMP MACRO bulk_number(number) AS CASE WHEN abs(number) < 1e300 THEN number END;

-- A count that fits its column.
CREATE OR REPLACE TEMP MACRO bulk_count(number) AS
    CASE WHEN abs(number) <= 4611686018427387903 THEN trunc(number)::BIGINT END;

-- Seconds since the epoch as µs, NULL for what is no time between 1970 and 9999.
CREATE OR REPLACE TEMP MACRO bulk_micros(secs) AS
    CASE WHEN secs * 1e6 BETWEEN -0.5 AND 253402300799000000 THEN CAST(secs * 1e6 AS BIGINT) END;

-- A string without its quotes; NULL for every other value.
CREATE OR REPLACE TEMP MACRO bulk_string(text) AS
    CASE WHEN starts_with(text, '"') THEN json_extract_string(text, '$') END;

CREATE OR REPLACE TEMP MACRO bulk_attachments(text) AS
    CASE
        WHEN contains(text, '_attachment"')
            THEN len(regexp_extract_all(text, '"type":\s*"(?:braintrust|external)_attachment"'))
        ELSE 0
    END;
