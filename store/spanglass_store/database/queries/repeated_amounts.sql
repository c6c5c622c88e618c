-- What spans log again of what the spans below them have logged: of a subtree counts the larger of what its top logged
-- and of what all below it comes to. `trace.rollups` does the same with a trace that is open. Only spans of which not
-- all counts; tokens in whole numbers, `is_costed_above` where a span above logged a cost, which tells more than a price list.
-- What it reads is the table, or a part of it that has whole traces. Ids are hashed: texts take three times as long.
WITH RECURSIVE
logged AS MATERIALIZED (
    SELECT
        rowid AS source, root_span_id, hash(root_span_id, span_id) AS own, start_ts,
        list_transform(span_parents, lambda parent: hash(root_span_id, parent)) AS parents,
        tokens, prompt_tokens, completion_tokens, cached_tokens, cost,
        cost IS NULL AND model IS NOT NULL AND (prompt_tokens > 0 OR completion_tokens > 0) AS has_price
    FROM {spans}
),
nested AS MATERIALIZED (
    SELECT root_span_id, bool_or(cost > 0) AS has_cost
    FROM logged
    WHERE (tokens > 0 OR cost > 0) AND own IN (SELECT unnest(parents) FROM logged)
    GROUP BY root_span_id
),
members AS MATERIALIZED (
    SELECT logged.* EXCLUDE (root_span_id), nested.has_cost
    FROM logged
    JOIN nested ON nested.root_span_id = logged.root_span_id
),
named AS (
    SELECT own, arg_min(source, (start_ts, source)) AS source, min(start_ts) AS start_ts FROM members GROUP BY own
),
-- each span's first parent that is there; `is_later` where it began after its child
edges AS MATERIALIZED (
    SELECT child.source, arg_min(named.source, child.nth) AS above, arg_min(named.start_ts, child.nth) AS above_ts, any_value(child.start_ts) AS start_ts
    FROM (
        SELECT source, start_ts, unnest(parents) AS parent, generate_subscripts(parents, 1) AS nth FROM members
    ) AS child
    JOIN named ON named.own = child.parent
    WHERE named.source != child.source OR child.nth = 1
    GROUP BY child.source
),
-- from a span whose parent is later up through later ones: where that leads back, it is the first of a cycle
circling AS (
    SELECT source, start_ts, above FROM edges WHERE above_ts >= start_ts
    UNION
    SELECT circling.source, circling.start_ts, edges.above
    FROM circling
    JOIN edges ON edges.source = circling.above
    WHERE circling.above != circling.source AND edges.above_ts >= circling.start_ts
),
tree AS MATERIALIZED (
    SELECT source, above FROM edges WHERE source NOT IN (SELECT source FROM circling WHERE above = source)
),
-- tokens, costs, and where a cost is logged what would else be priced
amounts AS MATERIALIZED (
    SELECT 1 AS what, source, tokens::DOUBLE AS amount FROM members WHERE tokens > 0
    UNION ALL
    SELECT 2, source, cost FROM members WHERE cost > 0
    UNION ALL
    SELECT 3, source, 0 FROM members WHERE has_price AND has_cost
),
-- from each of them up to the next one that has an amount of its kind
climbing AS (
    SELECT what, amounts.source, above FROM amounts JOIN tree ON tree.source = amounts.source
    UNION ALL
    SELECT climbing.what, climbing.source, tree.above
    FROM climbing
    ANTI JOIN amounts ON amounts.what = least(climbing.what, 2) AND amounts.source = climbing.above
    JOIN tree ON tree.source = climbing.above
),
next_above AS MATERIALIZED (
    SELECT climbing.what, climbing.source, climbing.above
    FROM climbing
    JOIN amounts ON amounts.what = least(climbing.what, 2) AND amounts.source = climbing.above
),
leveled AS (
    SELECT what, source, amount, NULL::BIGINT AS above, 0 AS level
    FROM amounts
    ANTI JOIN next_above ON next_above.what = amounts.what AND next_above.source = amounts.source
    WHERE what < 3
    UNION ALL
    SELECT amounts.what, amounts.source, amounts.amount, next_above.above, level + 1
    FROM leveled
    JOIN next_above ON next_above.what = leveled.what AND next_above.above = leveled.source
    JOIN amounts ON amounts.what = next_above.what AND amounts.source = next_above.source
),
levels AS MATERIALIZED (
    FROM leveled
),
-- a level after the other, from the innermost on
settled AS (
    SELECT what, source, above, level, amount, amount AS taken, amount AS share
    FROM levels
    WHERE level = (SELECT max(level) FROM levels)
    UNION ALL
    SELECT what, source, above, level, amount, greatest(amount, under), greatest(amount - under, 0)
    FROM (
        SELECT levels.what, levels.source, levels.above, levels.level, levels.amount, coalesce(below.under, 0) AS under
        FROM levels
        LEFT JOIN (
            SELECT what, above, sum(taken) AS under FROM settled GROUP BY what, above
        ) AS below ON below.what = levels.what AND below.above = levels.source
        WHERE levels.level = (SELECT min(level) - 1 FROM settled)
    )
),
counted AS (
    SELECT
        source,
        min(share / amount) FILTER (what = 1) AS part,
        sum(amount - share) FILTER (what = 2) AS cost,
        false AS is_costed_above
    FROM settled
    WHERE share < amount
    GROUP BY source
    UNION ALL
    SELECT source, NULL, NULL, true FROM next_above WHERE what = 3
),
repeated AS (
    SELECT
        source, coalesce(min(part), 1) AS part, coalesce(sum(cost), 0) AS cost, bool_or(is_costed_above) AS is_costed_above
    FROM counted
    GROUP BY source
)
SELECT
    logged.source, root_span_id,
    coalesce(tokens - (tokens * part)::BIGINT, 0) AS tokens,
    coalesce(prompt_tokens - floor(prompt_tokens * part)::BIGINT, 0) AS prompt_tokens,
    coalesce(completion_tokens - floor(completion_tokens * part)::BIGINT, 0) AS completion_tokens,
    coalesce(cached_tokens - floor(cached_tokens * part)::BIGINT, 0) AS cached_tokens,
    repeated.cost AS cost,
    is_costed_above
FROM repeated
JOIN logged ON logged.source = repeated.source
