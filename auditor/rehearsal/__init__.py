"""A plan tried on a copy before anybody runs it, and looked at after somebody has."""
