"""Settings, all from the environment (or `.env`); `.env.example` says what each one is for."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
CONNECTORS_DIR = BASE_DIR / "socialhub" / "platforms" / "connectors"

# Generic classes of Django can be written with their type: ModelForm[Post], ModelAdmin[Post].
django_stubs_ext.monkeypatch()

env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- secrets -----------------------------------------------------------------------------------------
SECRET_KEY: str = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# Newest first: the first one encrypts, all of them decrypt.
SALT_KEY: list[str] = env.list("SALT_KEY")

# --- where it runs -----------------------------------------------------------------------------------
DEBUG: bool = env.bool("DEBUG", default=False)
PUBLIC_URL: str = env.str("PUBLIC_URL", default="http://127.0.0.1:8000")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS: list[str] = [
    *([_public.hostname] if _public.hostname else []),
    "127.0.0.1",
    "localhost",
    *env.list("ALLOWED_HOSTS", default=[]),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if _public.scheme and _public.netloc else []
# Empty means the real platforms; otherwise every platform call is rewritten to this address.
SANDBOX_URL: str = env.str("SANDBOX_URL", default="")

ROOT_URLCONF = "socialhub.urls"
WSGI_APPLICATION = "socialhub.wsgi.application"

INSTALLED_APPS = [
    "socialhub",
    "accounts",
    "webhooks",
    "publishing",
    "analytics",
    "compliance",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_q",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # A connector brings its own templates; nothing here knows which connectors there are.
        "DIRS": [BASE_DIR / "templates", *sorted(CONNECTORS_DIR.glob("*/templates"))],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "socialhub.shell.shell",
            ],
        },
    },
]

# --- database ----------------------------------------------------------------------------------------
_SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728;"


def _database() -> dict[str, Any]:
    """One database: SQLite tuned for several processes on one host, or PostgreSQL."""
    url = env.str("DATABASE_URL", default="")
    config: dict[str, Any] = dict(env.db_url_config(url or f"sqlite:///{BASE_DIR / 'var' / 'db.sqlite3'}"))
    if config["ENGINE"].endswith("sqlite3"):
        Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        # IMMEDIATE takes the write lock at BEGIN, so a transaction that reads first and writes later waits
        # for its turn instead of failing with "database is locked". Django turns foreign keys on by itself.
        config["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _SQLITE_PRAGMAS}
    elif seconds := env.float("DATABASE_IDLE_LIMIT", default=30.0):
        # A process suspended inside a transaction, or on a host that lost its power, would keep its locks until
        # somebody missed the connection, which takes TCP two hours.
        given = config.get("OPTIONS", {})
        limit = f"-c idle_in_transaction_session_timeout={seconds:.0f}s"
        config["OPTIONS"] = {**given, "options": f"{given.get('options', '')} {limit}".strip()}
    # One connection a thread, kept open: right for gunicorn's and the publisher's long-lived threads.
    config["CONN_MAX_AGE"] = 600
    config["CONN_HEALTH_CHECKS"] = True
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env.str("REDIS_URL", default="")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- housekeeping jobs (never the posts) -------------------------------------------------------------
WORKER_PROCESSES: int = env.int("WORKER_PROCESSES", default=2)
Q_CLUSTER: dict[str, Any] = {
    "name": "socialhub",
    "label": "Jobs",
    "workers": WORKER_PROCESSES,
    # A prefetched task counts against `retry`, so nothing is fetched beyond what can start at once.
    "queue_limit": WORKER_PROCESSES,
    "bulk": 1,
    "poll": 0.2,
    "timeout": 300,
    # Longer than the timeout: a task that is still running must never be handed out a second time.
    "retry": 360,
    "max_attempts": 1,
    "ack_failures": True,
    # -1 keeps no successes; the default walks 250 rows under a lock for every result.
    "save_limit": -1,
    # After downtime a schedule runs once, not once for each missed time.
    "catch_up": False,
    "recycle": 500,
    "max_rss": 400_000,
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}

# --- publishing --------------------------------------------------------------------------------------
PUBLISHER_THREADS: int = env.int("PUBLISHER_THREADS", default=40)
# Accounts whose figures are read at once by one collector; each thread holds a connection.
COLLECTOR_THREADS: int = env.int("COLLECTOR_THREADS", default=8)
# Seconds that a claim lasts unless it is renewed; after a crash a delivery waits for the rest of it.
PUBLISHER_LEASE: float = env.float("PUBLISHER_LEASE", default=30.0)
# Seconds more for a delivery whose public step was under way, so that a late request has landed.
PUBLISHER_DOUBT_MARGIN: float = env.float("PUBLISHER_DOUBT_MARGIN", default=15.0)
# Days that the flight recorder's lines of a finished post are kept. 0: for ever.
RECORD_KEEP_DAYS: int = env.int("RECORD_KEEP_DAYS", default=90)
# The same text and media to the same account within so many days are asked about before they go out.
DUPLICATE_DAYS: int = env.int("DUPLICATE_DAYS", default=7)
MAX_UPLOAD_BYTES: int = env.int("MAX_UPLOAD_BYTES", default=1024 * 1024 * 1024)

# --- people ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
SIGNUP_OPEN: bool = env.bool("SIGNUP_OPEN", default=True)
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION: str = env.str("EMAIL_VERIFICATION", default="optional")
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _public.scheme or "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "SocialHub"

EMAIL_CONFIG: dict[str, Any] = dict(env.email_url("EMAIL_URL", default="consolemail://"))
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="SocialHub <socialhub@localhost>")

# --- language and time -------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files -------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT: Path = BASE_DIR / env.str("STATIC_ROOT", default="staticfiles")
STATICFILES_DIRS = [
    path for path in [BASE_DIR / "static", *sorted(CONNECTORS_DIR.glob("*/static"))] if path.is_dir()
]
MEDIA_ROOT: Path = BASE_DIR / env.str("MEDIA_ROOT", default="var/media")
MEDIA_URL = "media/"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- browser security --------------------------------------------------------------------------------
_https = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_NAME = "socialhub_session"
CSRF_COOKIE_NAME = "socialhub_csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        # Browsers hold a form to this list through every redirect, and a consent host can be any server a
        # person types in. So no form is ever answered by a redirect to a platform: the answer is a page of
        # ours that moves on by itself (accounts: templates/accounts/leaving.html).
        "form-action": [SELF],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in ("camera", "microphone", "geolocation", "payment", "usb", "midi", "display-capture")
}

# --- watching ----------------------------------------------------------------------------------------
# What Prometheus sends as "Authorization: Bearer …" to read /metrics. Empty: there is no such page.
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")

# --- logs --------------------------------------------------------------------------------------------
LOG_LEVEL: str = env.str("LOG_LEVEL", default="INFO")
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "socialhub.platforms.redaction.RedactingFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["redact"]}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # At INFO it tells of every task, the canary among them.
        "django-q": {"handlers": [], "level": "WARNING", "propagate": True},
        # urllib3 writes whole URLs at DEBUG, and some platforms carry tokens in them.
        "urllib3": {"level": "INFO"},
    },
}
