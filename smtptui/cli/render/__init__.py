"""How results look: for a person, as JSON, as CSV."""
