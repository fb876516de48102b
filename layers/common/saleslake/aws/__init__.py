"""Thin adapters over AWS services. The only folder that imports botocore and boto3."""
