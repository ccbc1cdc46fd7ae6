"""Settings of the test suite: the product's own, with fixed secrets and nothing from a developer's `.env`.

`DATABASE_URL` in the environment is the one thing that is taken over, so the same suite runs on PostgreSQL.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

_FIXED = {
    "SECRET_KEY": "k7Vn2q9XwPz4tLr8mBc1sDf6gHj3yUe5",
    "SECRET_KEY_FALLBACKS": "",
    "SALT_KEY": "r4Tq8wZx1nBv5mKp2cLs9dGh7jFy3eUa",
    "DEBUG": "False",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "testserver",
    "REDIS_URL": "",
    "EMAIL_URL": "memorymail://",
    "SIGNUP_OPEN": "True",
    "EMAIL_VERIFICATION": "optional",
    "LOG_LEVEL": "WARNING",
    "BEHIND_PROXY": "False",
    "METRICS_TOKEN": "",
}
# A process that a test starts may be given its own values under the prefix TEST_.
os.environ.update({name: os.environ.get(f"TEST_{name}", value) for name, value in _FIXED.items()})
os.environ.setdefault("DATABASE_URL", "")
os.environ.setdefault("SANDBOX_URL", "")
os.environ.setdefault("MEDIA_ROOT", str(Path(tempfile.gettempdir()) / f"socialhub-media-{os.getpid()}"))

from socialhub.settings import *  # noqa: E402, F403
from socialhub.settings import BASE_DIR, DATABASES, STORAGES  # noqa: E402

_where = hashlib.sha256(str(BASE_DIR).encode()).hexdigest()[:8]
DATABASES["default"]["TEST"] = {
    # A file, not memory: threads and child processes of a test see the same rows.
    "NAME": str(Path(tempfile.gettempdir()) / f"socialhub-test-{_where}-{os.getpid()}.sqlite3")
    if DATABASES["default"]["ENGINE"].endswith("sqlite3")
    else f"test_socialhub_{_where}"
}
# Fast on purpose: no test is about the strength of a password hash.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
