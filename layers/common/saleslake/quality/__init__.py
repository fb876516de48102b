"""How good what arrived is: checks, scores, gates."""
