-- Spans that a row has deleted, and those that `bulk_stored` adds.
CREATE OR REPLACE TEMP TABLE bulk_stored AS SELECT id FROM deleted_spans
