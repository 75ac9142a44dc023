# `make` builds the dataset, `make test` runs what every change must pass, `make proofs` the long checks. Each sets up its
# own environment first.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
INSTALL := $(RUN) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable

.PHONY: build watch view desk test lint check proofs second-document wheel docs lab renew notebooks html kills mutations \
  benchmarks fuzz constraints clean

build: $(VENV)/ready
	@$(RUN) build.py
	@$(RUN) tests/stale.py

# Build now and after every save, until Ctrl-C.
watch: $(VENV)/ready
	@$(VENV)/bin/stancebook watch

# Pages that show the texts with their rows: open view/index.html.
view: $(VENV)/ready-web
	@$(VENV)/bin/stancebook view

# Code texts in the browser, until Ctrl-C.
desk: $(VENV)/ready-web
	@$(VENV)/bin/stancebook desk

$(VENV)/ready-web: $(VENV)/ready
	@echo "adding the coding desk …"
	@$(INSTALL) '.[build,web]'
	@touch $@

test: lint check
	@$(RUN) -m pytest -m "not proof" -n auto --dist loadgroup

# The checks that take long: killed builds, one fault of each kind, whole corpora, a cluster, a second document.
# `make kills` and `make mutations` run hundreds of kills and thousands of faults. Other files than those that have
# proofs are not even imported, which takes longer than some proofs.
proofs: second-document
	@$(RUN) -m pytest -m proof -n auto --dist loadgroup $$(grep -rl --include='test_*.py' 'mark\.proof' tests)

lint: $(VENV)/ready-dev
	@$(RUN) -m ruff check
	@$(RUN) -m ruff format --check
	@$(RUN) -m mypy
	@$(RUN) -m tests.word_list

check: $(VENV)/ready-dev
	@$(VENV)/bin/stancebook build --check

# Thousands of single faults in the seeds: how many are detected, located, answered once, and what survives and why.
mutations: $(VENV)/ready-dev
	@$(RUN) benchmarks/mutations.py

$(VENV)/ready: pyproject.toml constraints.txt
	@echo "setting up $(VENV) …"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) '.[build]'
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready
	@echo "adding the tools for checks …"
	@$(INSTALL) '.[dev]'
	@touch $@

# Add a made-up document to a copy of the repository: `make` and the tests of the data succeed there as they are.
second-document: $(VENV)/ready-dev
	@$(RUN) tests/second_document/check.py

# Install the wheel into an empty environment, and use it there.
wheel: $(VENV)/ready-dev
	@rm -rf dist
	@$(RUN) -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	@$(PYTHON) -m venv dist/clean
	@dist/clean/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt "$$(ls dist/*.whl)[validate]"
	@cd dist/clean && bin/stancebook validate && bin/python -c \
	  'import stancebook; [stancebook.pandera_schema(name).validate(frame) for name, frame in stancebook.load().items()]'

# Look for inputs that break a promise, so many seconds a target, and keep those that reach what no kept one does.
SECONDS ?= 60
fuzz: $(VENV)/ready-dev
	@$(INSTALL) '.[fuzz]'
	@for target in reader project anchor dates; do \
	  mkdir -p .fuzz/$$target; \
	  $(RUN) -m tests.fuzz $$target .fuzz/$$target tests/fuzz/corpus/$$target -max_total_time=$(SECONDS) -max_len=4096 \
	    -timeout=60 -artifact_prefix=tests/fuzz/corpus/$$target/ || exit 1; \
	  $(RUN) -m tests.fuzz $$target -merge=1 tests/fuzz/corpus/$$target .fuzz/$$target; \
	done

# The documentation as a site: the Markdown pages of the repository under one menu. A warning is an error.
docs: $(VENV)/ready-dev
	@rm -rf site
	@$(RUN) -m sphinx --builder html --conf-dir docs --doctree-dir site/.doctrees --fail-on-warning --keep-going --quiet . site
	@echo "open site/index.html in a browser"

# Open the notebooks in JupyterLab.
lab: $(VENV)/ready-lab
	@$(RUN) -m jupyterlab --notebook-dir notebooks

$(VENV)/ready-lab: $(VENV)/ready
	@echo "adding JupyterLab …"
	@$(INSTALL) '.[build,notebooks]'
	@touch $@

# Run the examples of the pages and the notebooks, and write their output into them; look at the changes, then commit.
renew: $(VENV)/ready-dev
	@$(RUN) -m tests.docs.renew

notebooks: $(VENV)/ready-dev
	@$(RUN) -m tests.docs.renew --notebooks

# The notebooks as HTML files, with figures, the code folded.
html: $(VENV)/ready-dev
	@$(RUN) -m nbconvert --to html --template folded --TemplateExporter.extra_template_basedirs=notebooks --output-dir html notebooks/*.ipynb

# Kill some hundred builds at random instants, and look at what each leaves behind. Takes some minutes.
kills: $(VENV)/ready-dev
	@$(RUN) benchmarks/kills.py
	@$(RUN) benchmarks/kills.py --kills 100 --seeds tests/project/seeds --chunk 1

# Builds of invented corpora, compared with what a usual script takes, and what no build can undercut: a table of ratios.
DOCUMENTS ?= 2000
benchmarks: $(VENV)/ready-dev
	@$(RUN) benchmarks/measure.py --documents $(DOCUMENTS)

# Pin what is installed now.
constraints: $(VENV)/ready-dev
	@{ echo "# What CI installs: every package pinned, so that checks repeat. Renewed by: make constraints"; \
	   $(RUN) -m pip freeze --exclude-editable; } > constraints.txt.new
	@mv constraints.txt.new constraints.txt

clean:
	rm -rf $(VENV) html site .pytest_cache .mypy_cache .ruff_cache .hypothesis .fuzz dist
