-- An attachment counts by its bytes: in the values of spans that name any, their keys, which each run makes anew, are
-- taken out, and the digests stand for them. A key without a digest stands for itself.
WITH naming AS (
    SELECT
        span_id, input, output,
        regexp_extract_all(concat_ws(' ', input, output), '"key":\s*"([^"\\]*)"', 1) AS keys
    FROM spans
    WHERE root_span_id = $root_span_id AND attachment_count > 0
),
digests AS (
    SELECT map_from_entries(list((key, digest))) AS by_key
    FROM attachments
    WHERE digest IS NOT NULL AND key IN (SELECT unnest(keys) FROM naming)
)
SELECT span_id, hash(input, output)
FROM spans
WHERE root_span_id = $root_span_id AND attachment_count = 0
UNION ALL
SELECT
    span_id,
    hash(
        regexp_replace(input, '"key":\s*"[^"\\]*"', '', 'g'),
        regexp_replace(output, '"key":\s*"[^"\\]*"', '', 'g'),
        list_transform(keys, lambda key: coalesce(by_key[key], key))
    )
FROM naming, digests
