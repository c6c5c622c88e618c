ATTACH '{path}' AS copy
