"""Fetch what is not delivered: pages of an HTTP API, put into landing as any sender would put files there."""
