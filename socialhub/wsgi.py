"""The WSGI entry point. It refuses to start on any system check of level ERROR."""

from __future__ import annotations

import io
import os

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialhub.settings")

application = get_wsgi_application()
# A web server never runs the checks by itself, so a bad secret would go unnoticed until the first login.
call_command("check", databases=["default"], stdout=io.StringIO())
