"""The run directory: the journal of replies, and the records by stage."""
