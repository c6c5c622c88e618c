lower({column}) = lower($text)
