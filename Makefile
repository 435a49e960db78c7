# make demo      the demo: install, import a help centre, advise twelve tickets, serve a page (SERVE=0: do not serve)
# make test      the tests            make check    format, lint, types            make verify    the long tests, too
# make evaluate  measures all but the tickets kept apart (TASKS=all: these, too), then README's table and the cards
# make cards     the model cards of docs/models
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SERVE ?= 1
PORT ?= 8321
TASKS ?= banking77 banking77-10shot clinc150 goemotions xci wixqa techqa families calibration cost
PARALLEL := -n auto --maxprocesses 4 --dist loadfile
FIGURES := docs/models/figures.json

.PHONY: install demo test check verify format bench evaluate cards clean
install: $(STAMP)

$(STAMP): setup.cfg pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt "torch"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[dev]"
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/advisor --home .demo demo --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve,--serve)

test: $(STAMP)
	$(BIN)/python -m pytest $(PARALLEL)

verify: $(STAMP)
	$(BIN)/python -m pytest $(PARALLEL) -m "slow or not slow"

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP)
	$(BIN)/python tests/benchmarks/logingov.py

evaluate: $(STAMP)
	$(BIN)/advisor evaluate $(TASKS) --json $(if $(wildcard $(FIGURES)),--from $(FIGURES)) > $(FIGURES).new
	mv $(FIGURES).new $(FIGURES)
	$(BIN)/advisor evaluate --from $(FIGURES) --into README.md
	$(BIN)/advisor train cards

cards: $(STAMP)
	$(BIN)/advisor train cards

clean:
	rm -rf $(VENV) .demo
