# Thin: what each target does stands in make/*.sh, cargo, npm and xtask.
#
#   make demo      a whole system on this machine, until Ctrl-C
#   make cluster   the same with three nodes and one PostgreSQL
#   make test      everything that is checked, as CI does
#   make bench     figures against their peers, one table (ROWS="tunnel files" for some, QUICK=1 for a look)
#   make soak      faults for 30 minutes (MINUTES=n: for n)
#   make fuzz      every parser fed by libFuzzer for a minute (SECONDS_EACH=n TARGETS="rule token")
#   make build     the executable for a server, target/release/convoke
#   make lint      formatting, clippy, tidy, the web app's lint and types
#   make fmt       formats

SHELL := /bin/sh
TARGET := $(or $(CARGO_TARGET_DIR),target)
APP := web/app
E2E := web/e2e
APP_SOURCES := $(shell find $(APP)/src $(APP)/public $(APP)/scripts -type f) $(wildcard $(APP)/*.json $(APP)/*.ts $(APP)/*.js $(APP)/index.html)
# Beside dist rather than in it: dist is embedded whole, and the Rust build puts a page of its own there when it is empty.
BUILT := $(APP)/node_modules/.dist-is-built
DIST_IS_THERE := $(shell test -d $(APP)/dist/assets || rm -f $(BUILT))

.PHONY: need demo cluster test bench soak fuzz build web web-tools browser-tools lint fmt

need:
	@sh make/need.sh compiler rust node

demo: need web
	cargo build --package convoke
	exec $(TARGET)/debug/convoke dev demo --dir .demo

cluster: need web
	@sh make/need.sh postgresql
	cargo build --package convoke
	exec $(TARGET)/debug/convoke dev cluster --dir .demo

build: need web
	cargo build --release --package convoke

test:
	sh make/test.sh

bench: need web
	@sh make/bench.sh $(if $(QUICK),--quick) $(ROWS)

soak:
	MINUTES=$(MINUTES) sh make/soak.sh

fuzz:
	sh make/fuzz.sh $(or $(SECONDS_EACH),60) $(TARGETS)

lint: web
	sh make/lint.sh

fmt:
	cargo fmt

web: $(BUILT)

$(BUILT): $(APP)/node_modules/.package-lock.json $(APP_SOURCES)
	cd $(APP) && npm run --silent build
	touch $@

web-tools: $(APP)/node_modules/.package-lock.json

browser-tools: $(E2E)/node_modules/.package-lock.json

# npm writes this file at the end of an installation, so it tells which lock file was installed.
%/node_modules/.package-lock.json: %/package-lock.json
	sh make/need.sh compiler rust node
	cd $* && npm ci --no-fund --no-audit --loglevel=error
	touch $@
