AND contains(lower(name), lower($name_contains))
