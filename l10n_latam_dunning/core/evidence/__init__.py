"""Evidence that anybody can check: canonical facts, seals that chain them, and the verifier."""
