UPDATE meta SET sequence = $sequence
