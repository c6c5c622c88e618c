"""The one place that constructs everything."""
