"""What real people do, in a real browser, against real processes and the sandbox."""
