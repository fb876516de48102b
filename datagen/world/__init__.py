"""One coherent company: its customers, products and representatives, and what it sells through three channels."""
