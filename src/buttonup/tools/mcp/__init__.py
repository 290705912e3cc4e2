"""Functions of an MCP server."""
