# Every verb is one line; what it does is in scripts/ and in `zipp`. ARGS passes options on: make test ARGS="-k health"

.DEFAULT_GOAL := help
.PHONY: help up down web dev test check fix bench corpus docs client screenshots lock firebase

help: ## print these verbs
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' Makefile | expand -t 12

up: ## install what is missing, start the platform, deploy a first site; BACKEND=firebase-emulators: to try Firebase
	@BACKEND=$(BACKEND) scripts/up $(ARGS)

down: ## stop the platform, nginx, the sites and the emulators; nothing is lost
	@BACKEND=$(BACKEND) scripts/down $(ARGS)

web: ## build the dashboard, unless it is built of these very sources
	@scripts/web

dev: ## serve the dashboard from its sources, with a running platform behind it (ZIPP_API=http://127.0.0.1:8000)
	@scripts/web dev

test: ## install what tests need and run them all, with the real engine and nginx
	@scripts/test $(ARGS)

check: ## lint, format, types, import rules, generated files, the dashboard's tests and size: what CI asks
	@scripts/bootstrap --python && scripts/web && scripts/web packages && scripts/check

fix: ## format, and mend what the linters can
	@scripts/bootstrap --python && .venv/bin/ruff check --fix --quiet && .venv/bin/ruff format && scripts/web fix

bench: ## measure the claims, each against the same done by hand
	@scripts/bootstrap --dev && .venv/bin/python bench/run.py $(ARGS)

corpus: ## deploy each ZIP of a folder with a list beside it, judge the answers: DIR=… (LIST=… ARGS=--help)
	@scripts/bootstrap --dev && .venv/bin/python corpus/run.py $(if $(DIR),"$(DIR)") $(if $(LIST),--list "$(LIST)") $(ARGS)

docs: ## write docs/reference anew from the code
	@scripts/bootstrap --python && .venv/bin/python scripts/docs.py

client: ## write docs/reference and the dashboard's client of the API anew from the code
	@scripts/bootstrap --python && .venv/bin/python scripts/docs.py && scripts/web client

screenshots: ## photograph every page of the dashboard
	@scripts/screenshots $(ARGS)

firebase: ## write .cache/firebase: what `firebase deploy` sends (rules, indexes, the dashboard); ARGS="--project ID"
	@scripts/bootstrap --python && scripts/web && .venv/bin/python scripts/firebase/hosting.py $(ARGS)

lock: ## pin the newest versions that fit pyproject.toml (ARGS=--upgrade) into the lock files
	@scripts/lock $(ARGS)
