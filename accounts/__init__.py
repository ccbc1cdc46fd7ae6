"""People, workspaces and roles; app credentials; connected accounts; the token vault."""
