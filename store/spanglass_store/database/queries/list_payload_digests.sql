-- An attachment counts by its bytes: in the values of spans that name any, their keys, which each run makes anew, are
-- taken out, and the digests stand for them. A key without a digest stands for itself.
WITH naming AS (
    SELECT
        span_id, input, output, error,
        regexp_extract_all(input, '"key":\s*"([^"\\]*)"', 1) AS input_keys,
        regexp_extract_all(output, '"key":\s*"([^"\\]*)"', 1) AS output_keys
    FROM spans
    WHERE root_span_id = $root_span_id AND attachment_count > 0
),
digests AS (
    SELECT map_from_entries(list((key, digest))) AS by_key
    FROM attachments
    WHERE digest IS NOT NULL AND key IN (SELECT unnest(list_concat(input_keys, output_keys)) FROM naming)
)
SELECT span_id, CASE WHEN input IS NOT NULL THEN hash(input) END, hash(output, error)
FROM spans
WHERE root_span_id = $root_span_id AND attachment_count = 0
UNION ALL
SELECT
    span_id,
    CASE WHEN input IS NOT NULL THEN
        hash(
            regexp_replace(input, '"key":\s*"[^"\\]*"', '', 'g'),
            list_transform(input_keys, lambda key: coalesce(by_key[key], key))
        )
    END,
    hash(
        regexp_replace(output, '"key":\s*"[^"\\]*"', '', 'g'),
        list_transform(output_keys, lambda key: coalesce(by_key[key], key)),
        error
    )
FROM naming, digests
