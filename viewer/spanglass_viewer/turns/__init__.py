"""The turns of the event loop: work that is spread over them, and a picture that stays meanwhile."""
