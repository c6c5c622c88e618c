# Every target does the set-up that it needs: a virtual environment in .venv and the system libraries of Qt.
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long fuzz check docs bench bench-sdk bench-store bench-viewer soak tour packages bundle clean

PYTHON_BIN := .venv/bin
CODE := sdk_shim store viewer assets tests scripts
# "make test ARGS='-k receipt'" hands arguments on
ARGS ?=

help:
	@echo "make demo       run the sample agent and watch its trace"
	@echo "make test       run the tests"
	@echo "make test-long  kill programs that log 560 times, and the mergers of 200 of these"
	@echo "make tour       go through all of the window on a screen of its own; pictures in build/tour"
	@echo "make fuzz       feed every decoder of attachments with mutated files"
	@echo "make check      lint, types, import arrows, documentation"
	@echo "make docs       build the documentation into build/site"
	@echo "make bench      measure speed beside other tracers"
	@echo "make bench-sdk  only what tracing costs a program"
	@echo "make bench-store  the store at a million spans; ARGS='--spans 10000000'"
	@echo "make packages   build the wheel and try it on every Python found"
	@echo "make bundle     build the standalone application in dist/"
	@echo "make bench-viewer  only the window: start, large traces, offscreen and under Xvfb"
	@echo "make soak       let a trace grow in the window for ten minutes"
	@echo "make setup      only the set-up, which all of them do"

setup: .venv/.complete
	@:

.venv/.complete: pyproject.toml scripts/setup.sh
	@scripts/setup.sh

# the tracers that the bench measures beside ours
.venv/.bench: .venv/.complete
	@$(PYTHON_BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	@touch $@

demo: setup
	@$(PYTHON_BIN)/spanglass demo --store .demo/store --picture .demo/window.png $(ARGS)

test: setup
	@scripts/setup.sh screen
	@$(PYTHON_BIN)/pytest -q $(ARGS)

test-long: setup
	@KILLS=200 $(PYTHON_BIN)/pytest -q tests/integration/test_sdk_processes.py -k "sigkill or sudden" $(ARGS)
	@KILLS=200 $(PYTHON_BIN)/pytest -qs tests/integration/test_store_processes.py -k killed $(ARGS)

tour: setup
	@scripts/setup.sh screen
	@TOUR_PICTURES=build/tour $(PYTHON_BIN)/pytest -q tests/end2end/test_long_tour.py $(ARGS)

fuzz: setup
	@$(PYTHON_BIN)/python tests/hostile/fuzz.py $(ARGS)

check: setup
	@$(PYTHON_BIN)/ruff check $(CODE)
	@$(PYTHON_BIN)/ruff format --check $(CODE)
	@$(PYTHON_BIN)/basedpyright
	@$(PYTHON_BIN)/lint-imports
	@NO_MKDOCS_2_WARNING=1 $(PYTHON_BIN)/mkdocs build --quiet --strict

docs: setup
	@NO_MKDOCS_2_WARNING=1 $(PYTHON_BIN)/mkdocs build --strict

bench: .venv/.bench
	@$(PYTHON_BIN)/python tests/bench $(ARGS)

bench-sdk: .venv/.bench
	@$(PYTHON_BIN)/python tests/bench/bench_sdk.py $(ARGS)

bench-store: setup
	@$(PYTHON_BIN)/python tests/bench/bench_store.py --spans 1000000 $(ARGS)

.venv/.package: .venv/.complete
	@$(PYTHON_BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[viewer,package]'
	@touch $@

packages: .venv/.package
	@$(PYTHON_BIN)/python scripts/check_packages.py $(ARGS)

bundle: .venv/.package
	@$(PYTHON_BIN)/python scripts/build_bundle.py $(ARGS)
bench-viewer: setup
	@scripts/setup.sh screen
	@$(PYTHON_BIN)/python tests/bench start viewer window turns
	@echo; echo "the same under Xvfb"
	@QT_QPA_PLATFORM=xcb xvfb-run -a $(PYTHON_BIN)/python tests/bench start viewer window turns

soak: setup
	@PYTHONPATH=tests/factories $(PYTHON_BIN)/python tests/bench/soak_live.py $(ARGS)

clean:
	rm -rf .venv .demo build dist
