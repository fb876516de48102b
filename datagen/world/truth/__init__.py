"""The exact answers about a world, from the numbers it is made of: no file is read for them, no pipeline asked."""
