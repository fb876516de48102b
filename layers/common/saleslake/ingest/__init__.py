"""From a landed object to an accepted or refused file."""
