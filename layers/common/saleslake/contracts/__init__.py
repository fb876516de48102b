"""One data contract per dataset, and everything that is derived from it."""
