"""What the pages show, asked of our own rows. No function here calls a platform."""
