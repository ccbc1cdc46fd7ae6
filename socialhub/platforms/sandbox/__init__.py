"""A simulator of the platforms: it speaks their wire protocols, keeps their rules and shows what was posted.

`server.SandboxServer` runs it inside a test, `server.serve` for a person. Each connector folder brings its
own simulator in `sandbox`; this package holds what they share. Nothing here imports a connector's behaviour,
so a mistake cannot be made twice in the same way.
"""
