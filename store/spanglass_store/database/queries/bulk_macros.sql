-- What the rows of a span say of one field, each `{stamp, text}`, oldest first.
CREATE OR REPLACE TEMP MACRO bulk_sorted(said) AS CASE WHEN len(said) > 1 THEN list_sort(said) ELSE said END;

-- … → its text: objects add up; NULL where some of several are none, or empty.
CREATE OR REPLACE TEMP MACRO bulk_text(said) AS CASE
    WHEN len(said) < 2 THEN said[1].text
    WHEN len(list_filter(said, lambda row: row.text[1] != '{' OR row.text = '{}')) > 0 THEN NULL
    ELSE '{' || array_to_string(list_transform(said, lambda row: row.text[2:-2]), ',') || '}'
END;

-- … → whether the text is what the fold makes of them: one value, or objects without a common key
-- (and without escapes, so that keys can be written as they are).
CREATE OR REPLACE TEMP MACRO bulk_adds_up(said, text) AS
    CASE
        WHEN len(said) > 1 THEN text IS NOT NULL AND NOT contains(text, '\') AND bulk_has_own_keys(text)
        ELSE true
    END;

-- Whether an object names no key twice; of a doubled one DuckDB reads the first, we the last.
CREATE OR REPLACE TEMP MACRO bulk_has_own_keys(text) AS CASE
    WHEN text[1] = '{' THEN list_unique(json_keys(text)) = len(json_keys(text))
    ELSE true
END;

-- Whether a text of JSON is a string, not empty, that stands there as it is; a name may be missing.
CREATE OR REPLACE TEMP MACRO bulk_is_word(text) AS text[1] = '"' AND text != '""' AND NOT contains(text, '\');
CREATE OR REPLACE TEMP MACRO bulk_is_name(text) AS coalesce(text = 'null' OR bulk_is_word(text), true);
CREATE OR REPLACE TEMP MACRO bulk_word(text) AS CASE WHEN text != 'null' THEN text[2:-2] END;

-- … → its mark, as `stamps.encode_mark` writes it; NULL where the full row alone said it.
CREATE OR REPLACE TEMP MACRO bulk_mark(said, full_stamp) AS CASE
    WHEN len(said) = 1 THEN nullif(said[1].stamp, full_stamp)::VARCHAR
    WHEN len(said) > 1 THEN format(
        '[{},-1,{},{{{}}}]',
        coalesce(nullif(said[1].stamp, full_stamp), 0),
        said[-1].stamp,
        array_to_string(
            list_transform(
                said[2:],
                lambda row: array_to_string(
                    list_transform(json_keys(row.text), lambda key: '"' || key || '":' || row.stamp), ','
                )
            ),
            ','
        )
    )
END;

-- A list of strings as JSON text, where no string needs an escape.
CREATE OR REPLACE TEMP MACRO bulk_list_text(list) AS
    CASE WHEN len(list) = 0 THEN '[]' ELSE '["' || array_to_string(list, '","') || '"]' END;

CREATE OR REPLACE TEMP MACRO bulk_plain_text(text) AS
    CASE WHEN text[1] = '"' THEN json_extract_string(text, '$') ELSE text END;

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
CREATE OR REPLACE TEMP MACRO bulk_number(text) AS
    CASE WHEN abs(TRY_CAST(text AS DOUBLE)) < 1e300 THEN TRY_CAST(text AS DOUBLE) END;

-- A count that fits its column.
CREATE OR REPLACE TEMP MACRO bulk_count(number) AS
    CASE WHEN abs(number) <= 4611686018427387903 THEN trunc(number)::BIGINT END;

-- Seconds since the epoch as µs, NULL for what is no time between 1970 and 9999.
CREATE OR REPLACE TEMP MACRO bulk_micros(text) AS
    CASE
        WHEN TRY_CAST(text AS DOUBLE) * 1e6 BETWEEN -0.5 AND 253402300799000000
            THEN CAST(TRY_CAST(text AS DOUBLE) * 1e6 AS BIGINT)
    END;

-- A string without its quotes; NULL for every other value.
CREATE OR REPLACE TEMP MACRO bulk_string(text) AS
    CASE WHEN text[1] = '"' THEN json_extract_string(text, '$') END;

CREATE OR REPLACE TEMP MACRO bulk_attachments(text) AS
    CASE
        WHEN contains(text, '_attachment"')
            THEN len(regexp_extract_all(text, '"type":\s*"(?:braintrust|external)_attachment"'))
        ELSE 0
    END;
