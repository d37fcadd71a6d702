.DEFAULT_GOAL := help
.PHONY: help run test check bench endurance assets clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build and serve a demonstration region on http://127.0.0.1:8080/ (PORT=… for another port)
	@scripts/run.sh

test: ## all tests, on SQLite and PostgreSQL and in a browser
	@scripts/test.sh

check: ## format, lints and syntax
	@scripts/check.sh

bench: ## measure speed and memory against their limits
	@scripts/bench.sh

endurance: ## try very often what the tests try a few times (PART=… for what)
	@scripts/endurance.sh $(PART)

assets: ## build the style sheets, fonts, icons and scripts into static/
	@scripts/needs.sh
	@scripts/assets.sh

clean: ## remove everything that was built or fetched; leaves your data alone
	cargo clean
	rm -rf node_modules static test-results
