"""The Athena of the local cloud: one front, two engines."""
