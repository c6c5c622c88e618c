SELECT created FROM spans ORDER BY created
