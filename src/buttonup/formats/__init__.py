"""One file a format: render a conversation, and parse it back."""
