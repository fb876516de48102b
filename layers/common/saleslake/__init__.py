"""saleslake: sales files in S3 become an audited star schema and a KPI API."""

__version__ = "0.1.0"
