-- Which of these names, each of a kind, no row has.
WITH named AS (SELECT unnest($kinds) AS kind, unnest($ids) AS id)
SELECT kind, id FROM named ANTI JOIN spans USING (id) ANTI JOIN deleted_spans USING (id) WHERE kind = 'row'
UNION ALL
SELECT kind, id FROM named ANTI JOIN comments USING (id) WHERE kind = 'comment'
UNION ALL
SELECT kind, id FROM named ANTI JOIN attachments ON id = key WHERE kind = 'attachment'
