"""What platforms call, what the public sees, and the desks of a workspace."""
