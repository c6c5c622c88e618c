len(list_filter(tags, lambda tag: contains(lower(tag), lower($text)))) > 0
