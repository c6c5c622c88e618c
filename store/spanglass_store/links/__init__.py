"""What points at a span from outside: exported slugs and `spanglass://` addresses."""
