"""The platform layer: what SocialHub knows of social platforms, as values and pure functions.

Nothing here imports Django or touches a database: values go in, values come out, and the only door to
the network is :mod:`socialhub.platforms.transport`.
"""
