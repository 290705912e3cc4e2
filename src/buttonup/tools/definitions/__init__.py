"""What is read of a tool: its name, its schema, what is doubtful in it, and better words."""
