-- The span that follows, without values that are too large to be handed out: their sizes alone, in bytes.
SELECT
    * REPLACE (
        CASE WHEN strlen(input) <= $most OR strlen(input) <= $most_media AND regexp_matches(input, $media)
            THEN input END AS input,
        CASE WHEN strlen(output) <= $most OR strlen(output) <= $most_media AND regexp_matches(output, $media)
            THEN output END AS output,
        CASE WHEN strlen(expected) <= $most OR strlen(expected) <= $most_media AND regexp_matches(expected, $media)
            THEN expected END AS expected,
        left(error, $most_error_chars) AS error,
        CASE WHEN strlen(scores) <= $most THEN scores END AS scores,
        CASE WHEN strlen(metadata) <= $most THEN metadata END AS metadata,
        CASE WHEN strlen(metrics) <= $most THEN metrics END AS metrics,
        CASE WHEN strlen(context) <= $most THEN context END AS context
    ),
    strlen(input), strlen(output), strlen(expected), strlen(scores), strlen(metadata), strlen(metrics), strlen(context)
FROM (
