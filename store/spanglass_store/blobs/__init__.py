"""Blobs: the bytes of attachments, stored once each under their digest."""
