"""Thin adapters over AWS services. The only folder that imports boto3."""
