-- The spans of `bulk_read` whose rows simply add up → rows of `spans`, column by column as `columns.span_row` makes
-- them.
-- Left out are those whose rows do not add up after all, and those that the tables know already.
CREATE OR REPLACE TEMP TABLE bulk_fold AS
WITH known AS (
    SELECT *, id[2:-2] AS bare_id, TRY_CAST(created[2:27] AS TIMESTAMP) AS created_at
    FROM bulk_read
    WHERE
        is_plain
        AND TRY_CAST(id[2:-2] AS UUID)::VARCHAR = id[2:-2]
        AND created LIKE '"____-__-__T__:__:__.______+00:00"'
        AND created[2] BETWEEN '0' AND '9'
        AND created[13:14] < '24'
        AND TRY_CAST(created[2:27] AS TIMESTAMP) IS NOT NULL
        AND bulk_is_word(span_id)
        AND bulk_is_word(root_span_id)
        AND bulk_is_word(coalesce(nullif(experiment_id, 'null'), project_id))
        AND bulk_is_name(project_id)
        AND bulk_is_name(project_name)
        AND bulk_is_name(experiment_name)
), doubled AS (  -- their rows say different things of what they are
    SELECT id[2:-2] AS id FROM bulk_read GROUP BY id HAVING count(*) > 1
), stored AS (
    SELECT spans.id
    FROM spans
    WHERE spans.created >= (SELECT min(created_at) FROM known) AND spans.id IN (SELECT bare_id FROM known)
    UNION ALL
    SELECT deleted_spans.id FROM deleted_spans
), ordered AS (
    SELECT
        * REPLACE (
            bulk_sorted(input) AS input,
            bulk_sorted(output) AS output,
            bulk_sorted(expected) AS expected,
            bulk_sorted(context) AS context,
            bulk_sorted(scores) AS scores,
            bulk_sorted(metadata) AS metadata,
            bulk_sorted(metrics) AS metrics,
            bulk_sorted(span_attributes) AS span_attributes,
            bulk_sorted(tags) AS tags
        )
    FROM known
    WHERE bare_id NOT IN (SELECT id FROM doubled) AND bare_id NOT IN (SELECT id FROM stored)
), texts AS (
    SELECT
        *,
        bulk_text(input) AS input_text,
        bulk_text(output) AS output_text,
        bulk_text(expected) AS expected_text,
        bulk_text(context) AS context_text,
        bulk_text(scores) AS scores_text,
        bulk_text(metadata) AS metadata_text,
        bulk_text(metrics) AS metrics_text,
        bulk_text(span_attributes) AS span_attributes_text,
        bulk_text(tags) AS tags_text
    FROM ordered
), parsed AS (
    SELECT
        *,
        bulk_plain_text(input_text) AS input_plain,
        bulk_plain_text(output_text) AS output_plain,
        json_extract(metrics_text, [
            '$.start', '$.end', '$.tokens', '$.total_tokens', '$.prompt_tokens', '$.completion_tokens',
            '$.prompt_cached_tokens', '$.cached_tokens', '$.completion_reasoning_tokens', '$.reasoning_tokens',
            '$.cost', '$.estimated_cost', '$.time_to_first_token'
        ])::VARCHAR[] AS measured,
        json_extract(span_attributes_text, ['$.name', '$.type'])::VARCHAR[] AS named,
        coalesce(from_json(nullif(span_parents, 'null'), '["VARCHAR"]'), []) AS parents,
        coalesce(from_json(tags_text, '["VARCHAR"]'), []) AS tag_list
    FROM texts
    WHERE
        bulk_has_own_keys(scores_text)
        AND bulk_has_own_keys(metadata_text)
        AND bulk_has_own_keys(metrics_text)
        AND bulk_has_own_keys(span_attributes_text)
        AND bulk_adds_up(input, input_text)
        AND bulk_adds_up(output, output_text)
        AND bulk_adds_up(expected, expected_text)
        AND bulk_adds_up(context, context_text)
        AND bulk_adds_up(scores, scores_text)
        AND bulk_adds_up(metadata, metadata_text)
        AND bulk_adds_up(metrics, metrics_text)
        AND bulk_adds_up(span_attributes, span_attributes_text)
        AND (tags IS NULL OR len(tags) = 1)
), counted AS (
    SELECT
        *,
        bulk_micros(measured[1]) AS start_us,
        bulk_micros(measured[2]) AS end_us,
        coalesce(bulk_number(measured[3]), bulk_number(measured[4])) AS total,
        bulk_count(bulk_number(measured[5])) AS prompt,
        bulk_count(bulk_number(measured[6])) AS completion
    FROM parsed
)
SELECT
    bare_id AS id,
    bulk_word(coalesce(nullif(experiment_id, 'null'), project_id)) AS container,
    bulk_word(span_id) AS span_id,
    bulk_word(root_span_id) AS root_span_id,
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
    len(parents) = 0 AS is_root,
    false AS is_error,
    NULL::VARCHAR AS error_type,
    NULL::VARCHAR AS error_message,
    false AS is_interrupted,
    CASE WHEN metadata_text[1] = '{' THEN bulk_string(json_extract(metadata_text, '$.model')::VARCHAR) END AS model,
    coalesce(
        bulk_count(total),
        CASE WHEN prompt IS NOT NULL OR completion IS NOT NULL THEN coalesce(prompt, 0) + coalesce(completion, 0) END
    ) AS tokens,
    prompt AS prompt_tokens,
    completion AS completion_tokens,
    bulk_count(coalesce(bulk_number(measured[7]), bulk_number(measured[8]))) AS cached_tokens,
    bulk_count(coalesce(bulk_number(measured[9]), bulk_number(measured[10]))) AS reasoning_tokens,
    coalesce(bulk_number(measured[11]), bulk_number(measured[12])) AS cost,
    bulk_number(measured[13]) AS ttft_secs,
    coalesce(bulk_attachments(input_text), 0) + coalesce(bulk_attachments(output_text), 0)
    + coalesce(bulk_attachments(expected_text), 0) + coalesce(bulk_attachments(scores_text), 0)
    + coalesce(bulk_attachments(metadata_text), 0) + coalesce(bulk_attachments(metrics_text), 0)
    + coalesce(bulk_attachments(span_attributes_text), 0) + coalesce(bulk_attachments(context_text), 0)
        AS attachment_count,
    CASE
        WHEN scores_text[1] = '{'
            THEN len(list_filter(json_extract(scores_text, '$.*'), lambda score: score::VARCHAR != 'null'))
        ELSE 0
    END AS score_count,
    tag_list AS tags,
    bulk_preview(input_plain) AS input_preview,
    bulk_preview(output_plain) AS output_preview,
    input_text AS input,
    output_text AS output,
    expected_text AS expected,
    NULL::VARCHAR AS error,
    scores_text AS scores,
    metadata_text AS metadata,
    metrics_text AS metrics,
    span_attributes_text AS span_attributes,
    context_text AS context,
    '{"log_id":' || nullif(log_id, 'null') || '}' AS extra,
    ($processes::MAP(VARCHAR, VARCHAR))[filename] AS process,
    '{"full":' || full_stamp || coalesce(
        format(
            ',"marks":[0,-1,{},{{{}}}]',
            last_stamp,
            nullif(
                concat_ws(
                    ',',
                    CASE WHEN project_id != 'null' THEN '"project_id":' || last_stamp END,
                    CASE WHEN project_name != 'null' THEN '"project_name":' || last_stamp END,
                    CASE WHEN experiment_id != 'null' THEN '"experiment_id":' || last_stamp END,
                    CASE WHEN experiment_name != 'null' THEN '"experiment_name":' || last_stamp END,
                    CASE WHEN log_id != 'null' THEN '"log_id":' || last_stamp END,
                    '"input":' || bulk_mark(input, full_stamp),
                    '"output":' || bulk_mark(output, full_stamp),
                    '"expected":' || bulk_mark(expected, full_stamp),
                    '"context":' || bulk_mark(context, full_stamp),
                    '"scores":' || bulk_mark(scores, full_stamp),
                    '"metadata":' || bulk_mark(metadata, full_stamp),
                    '"metrics":' || bulk_mark(metrics, full_stamp),
                    '"span_attributes":' || bulk_mark(span_attributes, full_stamp),
                    '"tags":' || bulk_mark(tags, full_stamp)
                ),
                ''
            )
        ),
        ''
    ) || '}' AS stamps
FROM counted
WHERE
    len(list_distinct(tag_list)) = len(tag_list)
    AND coalesce(tags_text = bulk_list_text(tag_list), true)
    AND coalesce(nullif(span_parents, 'null') = bulk_list_text(parents), true)
