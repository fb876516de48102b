"""From typed rows to an audited star schema: which SQL runs, in what order, over which months."""
