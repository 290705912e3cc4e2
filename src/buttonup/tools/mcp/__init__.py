"""Functions of an MCP server (extra `mcp`)."""
