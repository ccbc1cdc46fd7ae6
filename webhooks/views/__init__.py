"""Where platforms call, and the pages of the inbox."""
