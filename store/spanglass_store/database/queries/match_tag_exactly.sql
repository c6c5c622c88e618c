list_contains(list_transform(tags, lambda tag: lower(tag)), lower($text))
