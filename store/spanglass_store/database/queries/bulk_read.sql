-- Segments → one row a span: what its rows say of each field, and whether the rows themselves are plain ones. JSON
-- text is taken from DuckDB only where it writes a line just as it was logged.
CREATE OR REPLACE TEMP TABLE bulk_read AS
WITH lines AS (
    SELECT
        filename,
        json(json)::VARCHAR = json::VARCHAR AS is_as_logged,
        strlen(json) AS line_bytes,
        json_extract(json, [
            '$.id', '$._stamp', '$._is_merge', '$.created', '$.span_id', '$.root_span_id', '$.span_parents',
            '$.project_id', '$.project_name', '$.experiment_id', '$.experiment_name', '$.log_id',
            '$.input', '$.output', '$.expected', '$.context', '$.error',
            '$.scores', '$.metadata', '$.metrics', '$.span_attributes', '$.tags'
        ])::VARCHAR[] AS said
    FROM read_json_objects(
        $files, format = 'newline_delimited', filename = true, maximum_object_size = 4194304, ignore_errors = true
    )
), words AS (
    SELECT
        filename,
        said[1] AS id,
        TRY_CAST(said[2] AS BIGINT) AS stamp,
        said[3] IS DISTINCT FROM 'true' AS is_full,
        said[4] AS created,
        said[5] AS span_id,
        said[6] AS root_span_id,
        said[7] AS span_parents,
        said[8] AS project_id,
        said[9] AS project_name,
        said[10] AS experiment_id,
        said[11] AS experiment_name,
        said[12] AS log_id,
        nullif(said[13], 'null') AS input,
        nullif(said[14], 'null') AS output,
        nullif(said[15], 'null') AS expected,
        nullif(said[16], 'null') AS context,
        nullif(said[18], 'null') AS scores,
        nullif(said[19], 'null') AS metadata,
        nullif(said[20], 'null') AS metrics,
        nullif(said[21], 'null') AS span_attributes,
        nullif(said[22], 'null') AS tags,
        is_as_logged
            -- no key that is unknown, none twice: these values, with their names, are the whole line
            AND line_bytes = 1
                + coalesce(strlen(said[1]) + 6, 0) + coalesce(strlen(said[2]) + 10, 0)
                + coalesce(strlen(said[3]) + 13, 0) + coalesce(strlen(said[4]) + 11, 0)
                + coalesce(strlen(said[5]) + 11, 0) + coalesce(strlen(said[6]) + 16, 0)
                + coalesce(strlen(said[7]) + 16, 0) + coalesce(strlen(said[8]) + 14, 0)
                + coalesce(strlen(said[9]) + 16, 0) + coalesce(strlen(said[10]) + 17, 0)
                + coalesce(strlen(said[11]) + 19, 0) + coalesce(strlen(said[12]) + 10, 0)
                + coalesce(strlen(said[13]) + 9, 0) + coalesce(strlen(said[14]) + 10, 0)
                + coalesce(strlen(said[15]) + 12, 0) + coalesce(strlen(said[16]) + 11, 0)
                + coalesce(strlen(said[17]) + 9, 0) + coalesce(strlen(said[18]) + 10, 0)
                + coalesce(strlen(said[19]) + 12, 0) + coalesce(strlen(said[20]) + 11, 0)
                + coalesce(strlen(said[21]) + 19, 0) + coalesce(strlen(said[22]) + 8, 0)
            AND coalesce(said[17], 'null') = 'null'  -- headlines of errors are found in Python
            AND TRY_CAST(said[2] AS BIGINT)::VARCHAR = said[2] AS is_plain
    FROM lines
)
SELECT
    id,
    created,
    span_id,
    root_span_id,
    project_id,
    project_name,
    experiment_id,
    experiment_name,
    log_id,
    count(*) AS line_count,
    any_value(filename) FILTER (is_full) AS filename,
    any_value(span_parents) FILTER (is_full) AS span_parents,
    any_value(stamp) FILTER (is_full) AS full_stamp,
    max(stamp) FILTER (NOT is_full) AS last_stamp,
    list({stamp: stamp, text: input}) FILTER (input IS NOT NULL) AS input,
    list({stamp: stamp, text: output}) FILTER (output IS NOT NULL) AS output,
    list({stamp: stamp, text: expected}) FILTER (expected IS NOT NULL) AS expected,
    list({stamp: stamp, text: context}) FILTER (context IS NOT NULL) AS context,
    list({stamp: stamp, text: scores}) FILTER (scores IS NOT NULL) AS scores,
    list({stamp: stamp, text: metadata}) FILTER (metadata IS NOT NULL) AS metadata,
    list({stamp: stamp, text: metrics}) FILTER (metrics IS NOT NULL) AS metrics,
    list({stamp: stamp, text: span_attributes}) FILTER (span_attributes IS NOT NULL) AS span_attributes,
    list({stamp: stamp, text: tags}) FILTER (tags IS NOT NULL) AS tags,
    -- one full row, and before all updates
    coalesce(bool_and(is_plain AND stamp > 0), false)
        AND count(*) FILTER (is_full) = 1
        AND min(stamp) = any_value(stamp) FILTER (is_full)
        AND coalesce(min(stamp) FILTER (NOT is_full) > min(stamp), true) AS is_plain
FROM words
GROUP BY
    id, created, span_id, root_span_id, project_id, project_name, experiment_id, experiment_name, log_id
