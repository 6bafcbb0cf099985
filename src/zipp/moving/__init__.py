"""Everything that is recorded and stored, from one home to another."""
