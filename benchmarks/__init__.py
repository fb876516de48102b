"""The figures the project promises, measured as whole processes: `make bench`."""
