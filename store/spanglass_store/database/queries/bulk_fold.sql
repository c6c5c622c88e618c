-- Segments → one row for each id: those whose rows are plain and simply add up become rows of `spans`, column by
-- column as `columns.span_row` makes them (but for the headlines of errors). Of all others, and of lines that are no
-- rows of a span, and of those in `stored`, `left_lines` holds the lines, for the fold in Python. JSON text is taken from
-- DuckDB only where it writes a line just as it was logged.
CREATE TABLE bulk_fold AS
WITH lines AS (
    SELECT
        file_index::INTEGER + 1 AS file,
        json::VARCHAR AS raw,
        -- what it should be; `bulk_is_whole` and the check of the id find out whether it is
        CASE
            WHEN starts_with(raw, '{"id":"') AND substr(raw, 44, 1) = '"' THEN substr(raw, 8, 36)
            ELSE json_extract_string(json, '$.id')
        END AS id
    FROM read_json_objects(
        $files, format = 'newline_delimited', maximum_object_size = 4194304, ignore_errors = true
    )
), grouped AS (
    SELECT id, list({file: file, raw: raw}) AS logged FROM lines GROUP BY id
), said AS (
    SELECT
        id,
        logged,
        bulk_said(logged[1].raw) AS a,
        bulk_said(logged[2].raw) AS b,
        bulk_said(logged[3].raw) AS c,
        bulk_said(logged[4].raw) AS d,
        bulk_said(logged[5].raw) AS e,
        bulk_said(logged[6].raw) AS f
    FROM grouped
), valued AS (
    -- a field's values, row by row
    SELECT
        *,
        [a[3], b[3], c[3], d[3], e[3], f[3]] AS row_stamps,
        bulk_value(a, 14) AS input_a, bulk_value(b, 14) AS input_b, bulk_value(c, 14) AS input_c,
        bulk_value(d, 14) AS input_d, bulk_value(e, 14) AS input_e, bulk_value(f, 14) AS input_f,
        bulk_value(a, 15) AS output_a, bulk_value(b, 15) AS output_b, bulk_value(c, 15) AS output_c,
        bulk_value(d, 15) AS output_d, bulk_value(e, 15) AS output_e, bulk_value(f, 15) AS output_f,
        bulk_value(a, 16) AS expected_a, bulk_value(b, 16) AS expected_b, bulk_value(c, 16) AS expected_c,
        bulk_value(d, 16) AS expected_d, bulk_value(e, 16) AS expected_e, bulk_value(f, 16) AS expected_f,
        bulk_value(a, 17) AS context_a, bulk_value(b, 17) AS context_b, bulk_value(c, 17) AS context_c,
        bulk_value(d, 17) AS context_d, bulk_value(e, 17) AS context_e, bulk_value(f, 17) AS context_f,
        bulk_value(a, 18) AS error_a, bulk_value(b, 18) AS error_b, bulk_value(c, 18) AS error_c,
        bulk_value(d, 18) AS error_d, bulk_value(e, 18) AS error_e, bulk_value(f, 18) AS error_f,
        bulk_value(a, 19) AS scores_a, bulk_value(b, 19) AS scores_b, bulk_value(c, 19) AS scores_c,
        bulk_value(d, 19) AS scores_d, bulk_value(e, 19) AS scores_e, bulk_value(f, 19) AS scores_f,
        bulk_value(a, 20) AS metadata_a, bulk_value(b, 20) AS metadata_b, bulk_value(c, 20) AS metadata_c,
        bulk_value(d, 20) AS metadata_d, bulk_value(e, 20) AS metadata_e, bulk_value(f, 20) AS metadata_f,
        bulk_value(a, 21) AS metrics_a, bulk_value(b, 21) AS metrics_b, bulk_value(c, 21) AS metrics_c,
        bulk_value(d, 21) AS metrics_d, bulk_value(e, 21) AS metrics_e, bulk_value(f, 21) AS metrics_f,
        bulk_value(a, 22) AS span_attributes_a,
        bulk_value(b, 22) AS span_attributes_b,
        bulk_value(c, 22) AS span_attributes_c,
        bulk_value(d, 22) AS span_attributes_d,
        bulk_value(e, 22) AS span_attributes_e,
        bulk_value(f, 22) AS span_attributes_f,
        bulk_value(a, 23) AS tags_a, bulk_value(b, 23) AS tags_b, bulk_value(c, 23) AS tags_c,
        bulk_value(d, 23) AS tags_d, bulk_value(e, 23) AS tags_e, bulk_value(f, 23) AS tags_f
    FROM said
), sayers AS (
    SELECT
        *,
        bulk_sayers(input_a, input_b, input_c, input_d, input_e, input_f) AS input_sayers,
        bulk_sayers(output_a, output_b, output_c, output_d, output_e, output_f) AS output_sayers,
        bulk_sayers(expected_a, expected_b, expected_c, expected_d, expected_e, expected_f) AS expected_sayers,
        bulk_sayers(context_a, context_b, context_c, context_d, context_e, context_f) AS context_sayers,
        bulk_sayers(error_a, error_b, error_c, error_d, error_e, error_f) AS error_sayers,
        bulk_sayers(scores_a, scores_b, scores_c, scores_d, scores_e, scores_f) AS scores_sayers,
        bulk_sayers(metadata_a, metadata_b, metadata_c, metadata_d, metadata_e, metadata_f) AS metadata_sayers,
        bulk_sayers(metrics_a, metrics_b, metrics_c, metrics_d, metrics_e, metrics_f) AS metrics_sayers,
        bulk_sayers(
            span_attributes_a, span_attributes_b, span_attributes_c, span_attributes_d, span_attributes_e, span_attributes_f
        ) AS span_attributes_sayers,
        bulk_sayers(tags_a, tags_b, tags_c, tags_d, tags_e, tags_f) AS tags_sayers,
        TRY_CAST(row_stamps AS BIGINT[]) AS stamp_numbers
    FROM valued
), texts AS (
    SELECT
        *,
        -- one full row (or an update, of a span that no full row speaks of), then updates of the same span in their order
        len(logged) <= 6
            AND a[2] = '"' || id || '"'
            AND bulk_is_whole(a, logged[1].raw)
            AND stamp_numbers[1] > 0
            AND stamp_numbers::VARCHAR[] = row_stamps
            AND bulk_follows(b, logged[2].raw, stamp_numbers[2], stamp_numbers[1], a)
            AND bulk_follows(c, logged[3].raw, stamp_numbers[3], stamp_numbers[2], a)
            AND bulk_follows(d, logged[4].raw, stamp_numbers[4], stamp_numbers[3], a)
            AND bulk_follows(e, logged[5].raw, stamp_numbers[5], stamp_numbers[4], a)
            AND bulk_follows(f, logged[6].raw, stamp_numbers[6], stamp_numbers[5], a)
            AND CASE  -- of its parents a full row has the say
                WHEN a[4] = 'true' THEN coalesce(b[8], c[8], d[8], e[8], f[8]) IS NULL
                ELSE true
            END AS is_in_order,
        a[4] IS DISTINCT FROM 'true' AS is_full,
        a[5] AS created,
        CASE
            WHEN a[5] IS NULL THEN make_timestamp(stamp_numbers[1] // 1000)
            ELSE TRY_CAST(substr(a[5], 2, 26) AS TIMESTAMP)
        END AS created_at,
        bulk_sayers(a[5], b[5], c[5], d[5], e[5], f[5]) AS created_sayers,
        bulk_sayers(a[9], b[9], c[9], d[9], e[9], f[9]) AS project_sayers,
        (1 << least(len(logged), 7)) - 1 AS all_rows,
        a[6] AS span_id,
        a[7] AS root_span_id,
        a[8] AS span_parents,
        a[9] AS project_id,
        a[10] AS project_name,
        a[11] AS experiment_id,
        a[12] AS experiment_name,
        a[13] AS log_id,
        coalesce(input_a, input_b, input_c, input_d, input_e, input_f) AS input,
        coalesce(output_a, output_b, output_c, output_d, output_e, output_f) AS output,
        coalesce(expected_a, expected_b, expected_c, expected_d, expected_e, expected_f) AS expected,
        coalesce(context_a, context_b, context_c, context_d, context_e, context_f) AS context,
        coalesce(error_a, error_b, error_c, error_d, error_e, error_f) AS error,
        bulk_text(scores_sayers, scores_a, scores_b, scores_c, scores_d, scores_e, scores_f) AS scores,
        bulk_text(metadata_sayers, metadata_a, metadata_b, metadata_c, metadata_d, metadata_e, metadata_f) AS metadata,
        bulk_text(metrics_sayers, metrics_a, metrics_b, metrics_c, metrics_d, metrics_e, metrics_f) AS metrics,
        bulk_text(
            span_attributes_sayers, span_attributes_a, span_attributes_b, span_attributes_c, span_attributes_d, span_attributes_e, span_attributes_f
        ) AS span_attributes,
        coalesce(tags_a, tags_b, tags_c, tags_d, tags_e, tags_f) AS tags
    FROM sayers
), parsed AS (
    SELECT
        *,
        bulk_plain_text(input) AS input_plain,
        bulk_plain_text(output) AS output_plain,
        json_extract(metrics, [
            '$.start', '$.end', '$.tokens', '$.total_tokens', '$.prompt_tokens', '$.completion_tokens',
            '$.prompt_cached_tokens', '$.cached_tokens', '$.completion_reasoning_tokens', '$.reasoning_tokens',
            '$.cost', '$.estimated_cost', '$.time_to_first_token'
        ])::VARCHAR[] AS measured,
        json_extract(span_attributes, ['$.name', '$.type', '$.exec_counter', '$.purpose'])::VARCHAR[] AS named,
        CASE WHEN is_full THEN 1 ELSE 2 END AS before,
        is_full OR coalesce(span_parents != 'null', false) AS has_parents,
        coalesce(from_json(nullif(span_parents, 'null'), '["VARCHAR"]'), []) AS parents,
        coalesce(from_json(tags, '["VARCHAR"]'), []) AS tag_list
    FROM texts
), numbered AS (
    SELECT *, TRY_CAST(measured AS DOUBLE[]) AS numbers FROM parsed
), counted AS (
    SELECT
        *,
        bulk_micros(numbers[1]) AS start_us,
        bulk_micros(numbers[2]) AS end_us,
        coalesce(bulk_number(numbers[3]), bulk_number(numbers[4])) AS total,
        bulk_count(bulk_number(numbers[5])) AS prompt,
        bulk_count(bulk_number(numbers[6])) AS completion,
        is_in_order
            AND id NOT IN (SELECT unnest($stored::VARCHAR[]))
            AND TRY_CAST(id AS UUID)::VARCHAR = id
            AND (
                created IS NULL
                OR (
                    created LIKE '"____-__-__T__:__:__.______+00:00"'
                    AND substr(created, 2, 1) BETWEEN '0' AND '9'
                    AND substr(created, 13, 2) < '24'
                )
            )
            AND created_at IS NOT NULL
            AND coalesce(bulk_is_word(span_id), true)
            AND coalesce(bulk_is_word(root_span_id), true)
            AND coalesce(
                bulk_is_word(coalesce(nullif(experiment_id, 'null'), project_id)),
                experiment_id IS NULL AND project_id IS NULL
            )
            AND bulk_is_name(project_id)
            AND bulk_is_name(project_name)
            AND bulk_is_name(experiment_name)
            AND coalesce(nullif(span_parents, 'null') = bulk_list_text(parents), true)
            AND coalesce(tags = bulk_list_text(tag_list), true)
            AND len(list_distinct(tag_list)) = len(tag_list)
            AND bit_count(input_sayers) < 2
            AND bit_count(output_sayers) < 2
            AND bit_count(expected_sayers) < 2
            AND bit_count(context_sayers) < 2
            AND bit_count(error_sayers) < 2
            AND bit_count(tags_sayers) < 2
            AND bulk_adds_up(scores_sayers, scores)
            AND bulk_adds_up(metadata_sayers, metadata)
            AND bulk_adds_up(metrics_sayers, metrics)
            AND bulk_adds_up(span_attributes_sayers, span_attributes)
            AND coalesce(bulk_has_own_keys(scores), true)
            AND coalesce(bulk_has_own_keys(metadata), true)
            AND coalesce(
                bulk_has_own_keys_beside(
                    metrics,
                    bulk_key_bytes(measured[1], 5) + bulk_key_bytes(measured[2], 3)
                    + bulk_key_bytes(measured[3], 6) + bulk_key_bytes(measured[4], 12)
                    + bulk_key_bytes(measured[5], 13) + bulk_key_bytes(measured[6], 17)
                    + bulk_key_bytes(measured[7], 20) + bulk_key_bytes(measured[8], 13)
                    + bulk_key_bytes(measured[9], 27) + bulk_key_bytes(measured[10], 16)
                    + bulk_key_bytes(measured[11], 4) + bulk_key_bytes(measured[12], 14)
                    + bulk_key_bytes(measured[13], 19)
                ),
                true
            )
            AND coalesce(
                bulk_has_own_keys_beside(
                    span_attributes,
                    bulk_key_bytes(named[1], 4) + bulk_key_bytes(named[2], 4)
                    + bulk_key_bytes(named[3], 12) + bulk_key_bytes(named[4], 7)
                ),
                true
            ) AS is_plain
    FROM numbered
)
SELECT
    id,
    coalesce(bulk_word(coalesce(nullif(experiment_id, 'null'), project_id)), '') AS container,
    coalesce(bulk_word(span_id), id) AS span_id,
    coalesce(bulk_word(root_span_id), bulk_word(span_id), id) AS root_span_id,
    parents AS span_parents,
    left(coalesce(bulk_string(named[1]), ''), 1000) AS name,
    bulk_string(named[2]) AS type,
    bulk_word(project_id) AS project_id,
    bulk_word(project_name) AS project_name,
    bulk_word(experiment_id) AS experiment_id,
    bulk_word(experiment_name) AS experiment_name,
    created_at AS created,
    coalesce(make_timestamp(start_us), created_at) AS start_ts,
    make_timestamp(end_us) AS end_ts,
    (end_us - coalesce(start_us, epoch_us(created_at)))::DOUBLE / 1e6 AS duration_secs,
    has_parents AND len(parents) = 0 AS is_root,
    coalesce(error NOT IN ('false', '""'), false) AS is_error,
    NULL::VARCHAR AS error_type,
    NULL::VARCHAR AS error_message,
    false AS is_interrupted,
    CASE WHEN starts_with(metadata, '{') THEN bulk_string(json_extract(metadata, '$.model')::VARCHAR) END AS model,
    coalesce(
        bulk_count(total),
        CASE WHEN prompt IS NOT NULL OR completion IS NOT NULL THEN coalesce(prompt, 0) + coalesce(completion, 0) END
    ) AS tokens,
    prompt AS prompt_tokens,
    completion AS completion_tokens,
    bulk_count(coalesce(bulk_number(numbers[7]), bulk_number(numbers[8]))) AS cached_tokens,
    bulk_count(coalesce(bulk_number(numbers[9]), bulk_number(numbers[10]))) AS reasoning_tokens,
    coalesce(bulk_number(numbers[11]), bulk_number(numbers[12])) AS cost,
    bulk_number(numbers[13]) AS ttft_secs,
    coalesce(bulk_attachments(input), 0) + coalesce(bulk_attachments(output), 0)
    + coalesce(bulk_attachments(expected), 0) + coalesce(bulk_attachments(error), 0)
    + coalesce(bulk_attachments(scores), 0)
    + coalesce(bulk_attachments(metadata), 0) + coalesce(bulk_attachments(metrics), 0)
    + coalesce(bulk_attachments(span_attributes), 0) + coalesce(bulk_attachments(context), 0)
        AS attachment_count,
    CASE
        WHEN starts_with(scores, '{')
            THEN len(list_filter(json_extract(scores, '$.*'), lambda score: score::VARCHAR != 'null'))
        ELSE 0
    END AS score_count,
    tag_list AS tags,
    bulk_preview(input_plain) AS input_preview,
    bulk_preview(output_plain) AS output_preview,
    input,
    output,
    expected,
    error,
    scores,
    metadata,
    metrics,
    span_attributes,
    context,
    '{"log_id":' || nullif(log_id, 'null') || '}' AS extra,
    ($processes::VARCHAR[])[logged[1].file] AS process,
    -- what `stamps.marks_of_rows` reads; the fields in the order of `stamps.NOTED_FIELDS`
    CASE
        WHEN is_full THEN '{"full":' || a[3]
        ELSE '{' || bulk_ranks(a[3], created, span_id, root_span_id, has_parents)
    END
    || coalesce(bulk_unsaid(created, span_id, root_span_id, has_parents), '')
    || CASE
        WHEN b IS NULL AND is_full THEN '}'
        ELSE concat(
            -- before the first update of a span without a full row there is none, and none says anything
            ',"updates":[', concat_ws(',', CASE WHEN NOT is_full THEN a[3] END, b[3], c[3], d[3], e[3], f[3]),
            '],"said":[',
            concat_ws(
                ',', input_sayers * before, output_sayers * before, expected_sayers * before, error_sayers * before,
                scores_sayers * before, metadata_sayers * before, metrics_sayers * before,
                span_attributes_sayers * before, context_sayers * before, tags_sayers * before
            ),
            ']',
            CASE WHEN project_sayers > 0 AND project_sayers < all_rows THEN concat(',"named":', project_sayers * before) END,
            bulk_parts(',"scores":[', scores_sayers, scores_a, scores_b, scores_c, scores_d, scores_e, scores_f),
            bulk_parts(
                ',"metadata":[', metadata_sayers,
                metadata_a, metadata_b, metadata_c, metadata_d, metadata_e, metadata_f
            ),
            bulk_parts(
                ',"metrics":[', metrics_sayers, metrics_a, metrics_b, metrics_c, metrics_d, metrics_e, metrics_f
            ),
            bulk_parts(
                ',"span_attributes":[', span_attributes_sayers,
                span_attributes_a, span_attributes_b, span_attributes_c,
                span_attributes_d, span_attributes_e, span_attributes_f
            ),
            '}'
        )
    END AS stamps,
    created_sayers = all_rows AS is_bounded,  -- a row without a start may be of a span with any
    -- of updates alone: often the full row was merged before, and then these are left, too
    CASE WHEN is_plain AND NOT is_full THEN logged END AS spare_lines,
    CASE WHEN is_plain THEN NULL ELSE logged END AS left_lines
FROM counted
