UPDATE meta SET sequence = sequence + 1
