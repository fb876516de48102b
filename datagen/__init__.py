"""Realistic files of the company's datasets, with named faults and the exact answers beside them.

Shares nothing with the product: what judges the pipeline must not be made of it.
"""
