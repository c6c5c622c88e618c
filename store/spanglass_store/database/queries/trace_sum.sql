-- What spans log again is looked for only where it decides: between a trace's largest amount and the sum of all.
root_span_id IN (
    WITH sums AS MATERIALIZED (
        SELECT
            root_span_id AS root,
            sum({column}) FILTER ({column} >= 0) {operator} $number AS holds_for_all,
            max({column}) FILTER ({column} >= 0) {operator} $number AS holds_for_largest,
            sum({column}) FILTER ({column} >= 0) AS amount
        FROM spans
        WHERE created >= $scan_since
        GROUP BY root_span_id
    ),
    undecided AS MATERIALIZED (
        SELECT root FROM sums WHERE holds_for_all != holds_for_largest OR '{operator}' = '='
    ),
    again AS (
        SELECT root_span_id, sum({column}) AS amount FROM ({repeated}) GROUP BY root_span_id
    )
    SELECT root
    FROM sums
    LEFT JOIN again ON again.root_span_id = sums.root
    WHERE sums.amount - coalesce(again.amount, 0) {operator} $number
)
