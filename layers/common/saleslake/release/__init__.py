"""Releases: what readers see, how it is published, restored and rolled back."""
