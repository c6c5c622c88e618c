"""Spans out of a store and into one: files, bundles, other stores."""
