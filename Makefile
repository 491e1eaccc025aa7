# What a developer of django-bookrel runs. Each target makes the virtual environment that it needs.

export PIP_DISABLE_PIP_VERSION_CHECK = 1

IS_FIT = import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	"$$python" -c '$(IS_FIT)' 2>/dev/null && echo "$$python" && break; done)
HOST ?= 127.0.0.1
PORT ?= 8000
TEST = .venv-test/bin/python
DEMO = .venv-demo/bin/python
BENCH = .venv-bench/bin/python
comma = ,
STRICTLY = $(if $(STRICT),--strict)

.DEFAULT_GOAL = help
.PHONY: help demo test test-databases test-all neighbours coverage databases databases-stop bench upstream lint package example docs clean

help:
	@echo "make demo            serve the example project with a catalogue (PORT=8000 HOST=127.0.0.1)"
	@echo "make test            run the tests on the newest Python that is here (ARGS=... for pytest)"
	@echo "make test-databases  run them on throw-away PostgreSQL and MariaDB servers"
	@echo "make test-all        run them on every Python, Django and database that can be had"
	@echo "make neighbours      test it beside other packages of the field, on SQLite and PostgreSQL"
	@echo "make coverage        say which lines and branches no test runs; at least 95 % are run"
	@echo "make databases       start throw-away PostgreSQL and MariaDB servers (NAMES=\"pg18 mariadb\")"
	@echo "make databases-stop  stop them"
	@echo "make bench           measure the import and export (DATABASE_URL=..., ARGS=\"--rows 10000 simple\")"
	@echo "make upstream        run django-import-export's own tests with our base class (DATABASE_URL=...)"
	@echo "make lint            check style, types and layers; repair what can be repaired"
	@echo "make package         build the sdist and the wheel into dist/ and check them"
	@echo "make example         follow the README in a fresh clone of what is committed"
	@echo "make docs            build the documentation into docs/_build/html"
	@echo "make clean           remove what these made"
	@echo "STRICT=1 takes what is missing for a failure; ENVS=NAMES chooses environments of tox.ini"
	@echo "PYTHON=/path/to/python3 names the interpreter of a new virtual environment (now: $(PYTHON))"

demo: .venv-demo/ready
	@HOST="$(HOST)" PORT="$(PORT)" $(DEMO) example_project/demo.py

test: .venv-test/ready
	@$(TEST) ci/matrix.py $(if $(ENVS),-e '$(ENVS)',-m newest --one) $(STRICTLY) -- $(ARGS)

test-databases: .venv-test/ready
	@$(TEST) ci/matrix.py $(if $(ENVS),-e '$(ENVS)',-m databases) --servers $(STRICTLY) -- $(ARGS)

test-all: .venv-test/ready
	@$(TEST) ci/matrix.py -m all --servers $(STRICTLY) -- $(ARGS)

neighbours: .venv-test/ready
	@$(TEST) ci/matrix.py -e '$(or $(ENVS),neighbours$(comma)neighbours-pg18)' --servers -- $(ARGS)

coverage: .venv-test/ready
	@$(TEST) ci/matrix.py -m coverage --servers --strict -- $(ARGS)
	@$(TEST) -m tox run -e coverage

databases: .venv-test/ready
	@$(TEST) ci/databases.py start $(NAMES)

databases-stop: .venv-test/ready
	@$(TEST) ci/databases.py stop $(NAMES)

# A variable of make's command line is in the environment of what it runs: DATABASE_URL too.
bench: .venv-bench/ready
	@$(if $(filter mysql:%,$(DATABASE_URL)),$(BENCH) -m pip install --quiet mysqlclient-static)
	@$(BENCH) -m benchmarks $(ARGS)

upstream: .venv-test/ready
	@$(TEST) -m tox run -e upstream -- $(ARGS)

lint: .venv-test/ready
	@$(TEST) -m tox run -e lint

package: .venv-test/ready
	@$(TEST) -m tox run -e package

example:
	@$(if $(PYTHON),$(PYTHON),python3) ci/example.py

docs: .venv-test/ready
	@$(TEST) -m tox run -e docs

clean:
	rm -rf .venv-test .venv-demo .venv-bench .tox build dist docs/_build *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Without tox-uv, which is faster but knows nothing of pip's settings: mirrors, certificates.
.venv-test/ready: Makefile
	@$(call make_venv,.venv-test)
	@$(TEST) -m pip install --quiet "tox>=4.30"
	@touch $@

.venv-demo/ready: Makefile setup.cfg example_project/requirements.txt
	@$(call make_venv,.venv-demo)
	@$(DEMO) -m pip install --quiet --editable . --requirement example_project/requirements.txt
	@touch $@

.venv-bench/ready: Makefile setup.cfg
	@$(call make_venv,.venv-bench)
	@$(BENCH) -m pip install --quiet --editable ".[postgresql]"
	@touch $@

define make_venv
{ test -n "$(PYTHON)" && "$(PYTHON)" -c '$(IS_FIT)' 2>/dev/null; } || { \
	echo "This needs Python 3.11 or later with its venv module$(if $(PYTHON),: $(PYTHON) is not fit,)." >&2; \
	echo "Debian and Ubuntu: apt-get install python3-venv; elsewhere: make PYTHON=/path/to/python3" >&2; \
	exit 1; \
}; \
echo "Making $(1) with $(PYTHON)"; \
"$(PYTHON)" -m venv --clear $(1)
endef
