"""The pages of analytics. They read our own rows alone."""
