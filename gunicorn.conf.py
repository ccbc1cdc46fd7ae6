"""Gunicorn reads this by itself when it starts in this folder.

The access log names the path alone: the query of a login callback carries the platform's code.
"""

from __future__ import annotations

access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)sms'
