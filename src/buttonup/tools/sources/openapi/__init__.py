"""Functions of an OpenAPI description."""
