"""Turn one raw file into typed Parquet: every row written, quarantined with its reasons, or a counted duplicate."""

from saleslake.transform.file import transform_file
from saleslake.transform.model import TransformRequest, TransformResult

__all__ = ["TransformRequest", "TransformResult", "transform_file"]
