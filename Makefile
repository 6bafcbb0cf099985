# Every verb is one line; what it does is in scripts/ and in `zipp`. ARGS passes options on: make test ARGS="-k health"

.DEFAULT_GOAL := help
.PHONY: help up down test check fix bench corpus docs lock

help: ## print these verbs
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' Makefile | expand -t 12

up: ## install what is missing, start the platform, deploy a first site, print where it is
	@scripts/bootstrap && .venv/bin/zipp up $(ARGS)

down: ## stop the platform, nginx and the sites; nothing is lost
	@.venv/bin/zipp down $(ARGS)

test: ## install what tests need and run them all, with the real engine and nginx
	@scripts/test $(ARGS)

check: ## lint, format, types, import rules, generated docs: what CI asks
	@scripts/bootstrap --python && scripts/check

fix: ## format, and mend what the linter can
	@scripts/bootstrap --python && .venv/bin/ruff check --fix --quiet && .venv/bin/ruff format

bench: ## measure the claims, each against the same done by hand
	@scripts/bootstrap --dev && .venv/bin/python bench/run.py $(ARGS)

corpus: ## deploy each ZIP of a folder with a list beside it, judge the answers: DIR=… (LIST=… ARGS=--help)
	@scripts/bootstrap --dev && .venv/bin/python corpus/run.py $(if $(DIR),"$(DIR)") $(if $(LIST),--list "$(LIST)") $(ARGS)

docs: ## write docs/reference anew from the code
	@scripts/bootstrap --python && .venv/bin/python scripts/docs.py

lock: ## pin the newest versions that fit pyproject.toml (ARGS=--upgrade) into the lock files
	@scripts/lock $(ARGS)
