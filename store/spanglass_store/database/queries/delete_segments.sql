DELETE FROM segments WHERE name IN (SELECT unnest($names))
