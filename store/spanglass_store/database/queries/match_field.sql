contains(lower({column}), lower($text))
