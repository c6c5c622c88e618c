"""The threads beside the UI: store, details, thumbnails."""
