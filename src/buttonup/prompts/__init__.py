"""One template file a prompt; the reply's schema is rendered from the class that parses it."""
