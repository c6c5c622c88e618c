SELECT id, name FROM experiments
