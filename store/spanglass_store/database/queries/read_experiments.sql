SELECT id, name, project_id, description, metadata, tags, created, said_stamp FROM experiments WHERE id IN (SELECT unnest($ids))
