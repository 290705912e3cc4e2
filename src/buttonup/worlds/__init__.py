"""Small executable simulations, one module a domain."""
