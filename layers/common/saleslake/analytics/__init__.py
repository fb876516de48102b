"""Questions about the current release, answered from SQL: what the API serves."""
