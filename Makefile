# Everything runs in .venv, which the first command sets up by itself. `make help` lists the commands.

PYTHON ?= python3
VENV := .venv/bin/python
COMPILE := uv pip compile -q --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-header \
	--no-annotate --no-config
LOCK := $(COMPILE) pyproject.toml

# Tests of what is plain Python in these packages; those that simulate many compiled years add nothing here.
COVERED := tests/agents tests/model $(addprefix --ignore=tests/model/test_,$(addsuffix .py,\
	conservation determinism levers minimal_worlds spread_determinism spread_history two_generators))

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-app app-speed browser check spell format docs notebooks site bench verify coverage bounds mutate baseline extras lock clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:
	@$(PYTHON) tools/bootstrap.py

demo: setup ## set everything up, simulate the pilot and its national roll-out, write a report
	@$(VENV) run.py demo $(ARGS)

test: setup ## set everything up and run the tests; ARGS="-k spread" chooses some
	@$(VENV) -m pytest -n auto --dist loadfile --max-worker-restart 0 $(ARGS)

test-app: setup ## drive the application in a real browser; ARGS="-k lessons" chooses some
	@$(VENV) -m tools.browser $(ARGS)

app-speed: setup ## how fast the application is in a real browser, write docs/application-speed.md
	@$(VENV) -m tools.app_speed $(ARGS)

browser: setup ## get what test-app takes: Debian's Chromium, if this may be, and what drives it
	@$(VENV) -m tools.browser --get

check: setup ## style, format, spelling, types and the layout of the code
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m tools.spelling
	@$(VENV) -m mypy
	@$(VENV) -m pytest -q -m architecture

spell: setup ## spelling of documents and code; ARGS=--write-changes mends what is certain
	@$(VENV) -m tools.spelling $(ARGS)

format: setup ## put the code in its usual format
	@$(VENV) -m ruff check --fix .
	@$(VENV) -m ruff format .

docs: setup ## write the pages that are made from the declarations: parameters, services, places, evidence, ODD, …
	@$(VENV) -m model.geography_checks
	@$(VENV) -m model.reference
	@$(VENV) -m results.measures.document
	@$(VENV) -m tools.pages

notebooks: setup ## run the notebooks of docs/notebooks anew; ARGS=compare chooses one
	@$(VENV) -m tools.notebooks $(ARGS)

site: setup ## the documents as a site that opens from a file, build/html; a broken link stops it
	@$(VENV) -m tools.site $(ARGS)

bench: setup ## speed and memory beside plain Mesa and peers, write docs/performance.md
	@$(VENV) -m benchmarks $(ARGS)

verify: setup ## compare the engine with theory, write docs/verification.md
	@$(VENV) -m verification $(ARGS)

coverage: setup ## which lines and branches of model/ and agents/ the tests reach, kernels in plain Python
	@rm -f .coverage .coverage.*
	@NUMBA_DISABLE_JIT=1 $(VENV) -m coverage run --source=model,agents -m tools.uncompiled
	@$(VENV) -m pytest -q -n 2 -m "not slow" $(COVERED) --cov=model --cov=agents --cov-branch --cov-append \
		--cov-report=term-missing:skip-covered --cov-fail-under=95 $(ARGS)

bounds: setup ## every index of the kernels checked while the tests of the model run: a write outside an array damages others
	@NUMBA_BOUNDSCHECK=1 $(VENV) -m pytest -q -n 2 tests/agents tests/columns tests/model $(ARGS)

mutate: setup ## make small errors in the kernels and see which go unnoticed, write docs/mutation.md
	@$(VENV) -m tools.mutate $(ARGS)

baseline: setup ## write the committed numbers anew, after a change that is meant to move them
	@$(VENV) -m tools.baseline --write $(ARGS)

extras: ## also install what distributed runs and optimisation need
	@$(PYTHON) tools/bootstrap.py --extras

# yattag has no wheel; cosmic-ray needs it for reports that are not used here.
lock: ## choose the newest allowed versions of all packages (needs uv)
	$(LOCK) --upgrade --extra app --extra dev -o requirements.lock
	$(LOCK) --upgrade --extra distributed --extra decisions -c requirements.lock -o requirements-extras.lock
	$(LOCK) --upgrade --extra bench -c requirements.lock -o requirements-bench.lock
	$(LOCK) --upgrade --extra crosscheck -c requirements.lock -o requirements-crosscheck.lock
	$(COMPILE) --upgrade --group site -c requirements.lock -o requirements-site.lock
	$(COMPILE) --upgrade --group spelling -c requirements.lock -o requirements-spelling.lock
	$(COMPILE) --upgrade --group browser -c requirements.lock -o requirements-browser.lock
	$(COMPILE) --upgrade --group mutation --no-emit-package yattag -c requirements.lock -o requirements-mutation.lock

clean: ## remove the environment and all caches; results in runs/ stay
	rm -rf .venv .venv.lock .venv.log build .pytest_cache .mypy_cache .ruff_cache .hypothesis htmlcov .coverage*
	find . -name __pycache__ -not -path './runs/*' -prune -exec rm -rf {} +
