"""The catalogue of measures and dimensions: metrics.yaml as a model, and SQL composed from it."""
