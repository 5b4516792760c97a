"""What `./dev` is made of. Never shipped with the addon."""
