"""The viewer: a run, or any dataset, looked through in the web browser."""
