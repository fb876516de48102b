"""What runs Lambda functions: the runtime environment, sandboxes, workers and their pool."""
