"""SocialHub: the project package (settings, URLs, commands) and the platform layer."""
