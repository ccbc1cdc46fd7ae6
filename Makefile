# make up: serve the hub.  make test: run the tests.  Both work from a fresh clone with Python 3.11 or newer.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN := PATH="$(CURDIR)/$(BIN):$$PATH"

# PORT=8100 SANDBOX_PORT=9100 make up: other ports than the usual ones.
ifdef PORT
export BIND := 127.0.0.1:$(PORT)
export PUBLIC_URL := http://127.0.0.1:$(PORT)
endif
ifdef SANDBOX_PORT
export SANDBOX_PORT
export SANDBOX_URL := http://127.0.0.1:$(SANDBOX_PORT)
endif

.PHONY: help up test check bench lock clean

help:
	@grep -E '^# make' Makefile | sed 's/^# //'; echo 'make check: format, lint, types, import order.  make bench: measure.  make lock: pin packages anew.'

$(VENV)/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "SocialHub needs Python 3.11 or newer (PYTHON=python3.12 make ...)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

# Fresh secrets, readable by the owner alone.
.env: | $(VENV)/.runtime
	@umask 077 && $(BIN)/python -c "import pathlib, re, secrets; text = pathlib.Path('.env.example').read_text(); \
	pathlib.Path('.env').write_text(re.sub(r'change-me-\S+', lambda _: secrets.token_urlsafe(48), text))"
	@echo "Wrote .env with fresh secrets."

up: $(VENV)/.runtime .env
	@mkdir -p var
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
# The demo connects accounts and publishes through the processes, so they run before it does.
# Without -e honcho would read .env itself and put it over the ports given here.
	@$(RUN) honcho -e /dev/null start & \
	trap 'kill -TERM $$! 2>/dev/null' INT TERM; \
	$(BIN)/python manage.py demo; \
	wait $$!

test: $(VENV)/.dev
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python manage.py check

# Everything in small, in three minutes; the figures are in bench/results.json. `python -m bench.lag` is one in full.
bench: $(VENV)/.dev
	@$(BIN)/python -m bench $(ARGS)

# No address of an index and no path of this machine may get into the lock: it must install anywhere.
LOCK := env -u PIP_FIND_LINKS -u UV_FIND_LINKS uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header --no-emit-index-url --no-emit-find-links
lock:
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	@for file in socialhub/platforms/connectors/*/tests/official/requirements.in; do $(LOCK) $$file -o $${file%.in}.txt; done

clean:
	rm -rf $(VENV) staticfiles var .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
