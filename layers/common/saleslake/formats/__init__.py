"""How delivered files are written, and what can be told of one without reading its rows."""
