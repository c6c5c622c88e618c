"""Values as people read them: plain functions, no Qt."""
