# mcsh: build, try, test, measure. `make help` lists the targets.

SWIFT  ?= swift
PREFIX ?= /usr/local
DESTDIR ?=
# QUICK=1 makes `make bench` and `make bench-memory` use a tenth of the lines, and fewer runs.
QUICK  ?=

PROGRAM := .build/release/mcsh
SOURCES := Package.swift $(shell find Sources -type f 2>/dev/null)
MAN1    := $(wildcard man/*.1)
MAN5    := $(wildcard man/*.5)
# Where bash, zsh and fish look for completions.
SHARE   := $(DESTDIR)$(PREFIX)/share
BASH_COMPLETION := $(SHARE)/bash-completion/completions/mcsh
ZSH_COMPLETION  := $(SHARE)/zsh/site-functions/_mcsh
FISH_COMPLETION := $(SHARE)/fish/vendor_completions.d/mcsh.fish
FORMATTED := $(wildcard Sources Tests Benchmarks Package.swift)

.DEFAULT_GOAL := build
.PHONY: build deps try test test-busy test-interop fuzz-quick fuzz-keys bench bench-instructions bench-memory format manual lint lint-format lint-man install uninstall clean help

# If static archives of all its libraries exist, the program is linked statically: it starts sooner and runs on any Linux
# of its architecture. Otherwise only the Swift runtime is linked in. On macOS the runtime is part of the system.
CHOOSE_LINK = if [ "$$(uname -s)" = Darwin ]; then link=; static=0; else \
		link='-Xswiftc -static-executable -Xlinker -s'; static=1; \
		cc=$$(command -v cc || command -v clang); \
		for name in edit tinfo bsd md z c; do case "$$($$cc -print-file-name=lib$$name.a 2>/dev/null)" in \
			/*) ;; *) link=--static-swift-stdlib; static=0 ;; esac; done; fi

build: deps ## build the program, optimised (the default)
	$(CHOOSE_LINK); \
	MCSH_STATIC_LIBEDIT=$$static $(SWIFT) build -c release $$link --product mcsh

deps: ## install what is missing to build and test (never asks; does nothing if nothing is missing)
	@Scripts/deps

# An optimised build takes three times as long: it is used if it is there already. The other one serves the tests too.
try: deps ## open the shell on a throw-away memcached; without a terminal, a short tour
	@if $(MAKE) --question $(PROGRAM) >/dev/null 2>&1; then exec Scripts/try $(PROGRAM); fi; \
	$(SWIFT) build --product mcsh && exec Scripts/try .build/debug/mcsh

test: deps ## build and run all tests
	$(SWIFT) build --build-tests
	@# Tests that need only the processor come first, because they report soon.
	$(SWIFT) test --skip-build --disable-xctest --skip MemcacheIntegrationTests --skip mcshEndToEndTests
	$(SWIFT) test --skip-build --disable-xctest --filter 'MemcacheIntegrationTests|mcshEndToEndTests'

test-busy: deps ## run the tests that start servers and programs while all processors are busy
	$(SWIFT) build --build-tests
	Scripts/busy $(SWIFT) test --skip-build --disable-xctest --filter 'MemcacheIntegrationTests|mcshEndToEndTests'

test-interop: deps ## test against the real python-memcached, fetched from PyPI
	$(SWIFT) build --build-tests
	python=$$(Scripts/interop-python) && MCSH_INTEROP_PYTHON="$$python" \
		$(SWIFT) test --skip-build --disable-xctest --filter MemcacheInteropTests

# Optimised, and in a build directory of its own, so that neither the program nor the tests are rebuilt for it.
fuzz-quick: deps ## read random replies and pickles (FUZZ=1000000 of each kind; MCSH_FUZZ_SEED repeats a run)
	$(SWIFT) build -c release --build-tests -Xswiftc -enable-testing --scratch-path .build-fuzz
	MCSH_FUZZ="$${FUZZ:-1000000}" $(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build-fuzz \
		--skip-build --disable-xctest --no-parallel --filter FuzzTests

fuzz-keys: deps ## type random keys at the prompt (FUZZ=100000 in each mode; MCSH_FUZZ_SEED repeats a run)
	$(SWIFT) build --build-tests
	MCSH_FUZZ_KEYS="$${FUZZ:-100000}" $(SWIFT) test --skip-build --disable-xctest --filter TerminalRandomKeysTests

bench: build ## measure the program against its peers (QUICK=1: short form)
	@Scripts/deps bench
	@# In a build directory of its own: in the program's, SwiftPM would rebuild the program's targets instead of these.
	@echo "Building the library's benchmark in .build-bench (takes minutes the first time)"
	$(CHOOSE_LINK); \
	$(SWIFT) build -c release $$link --package-path Benchmarks --scratch-path .build-bench --product ConcurrentGets
	@MCSH="$${MCSH:-$(PROGRAM)}" Benchmarks/run $(if $(QUICK),--quick)

bench-instructions: build ## count the instructions per line, per key and for a start
	@Scripts/deps bench-instructions
	@MCSH="$${MCSH:-$(PROGRAM)}" Benchmarks/instructions

bench-memory: build ## measure memory over a long script and many keys (QUICK=1: short form)
	@Scripts/deps bench
	@MCSH="$${MCSH:-$(PROGRAM)}" Benchmarks/memory $(if $(QUICK),--quick)

format: ## rewrite the Swift sources in the project's format
	$(SWIFT) format format --in-place --parallel --recursive $(FORMATTED)

# The rest of the page, and the parts of its command section that are not in the table, are written by hand.
manual: deps ## write the manual's section about the commands from the command table
	$(SWIFT) build --product mcsh
	page=$$(mktemp) && .build/debug/mcsh --write-manual <man/mcsh.1 >"$$page" && cat "$$page" >man/mcsh.1; \
		status=$$?; rm -f "$$page"; exit $$status

lint: lint-format lint-man ## check the format of the sources and the manual

lint-format:
	$(SWIFT) format lint --strict --parallel --recursive $(FORMATTED)

lint-man:
	$(if $(MAN1)$(MAN5),mandoc -T lint -W warning $(MAN1) $(MAN5))

# The file and not the phony target, so that `sudo make install` after `make` only copies and does not build as root.
$(PROGRAM): $(SOURCES)
	$(MAKE) build
	@touch $@

install: $(PROGRAM) ## install program, manual and completions (PREFIX=/usr/local, DESTDIR honoured)
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(SHARE)/man/man1"
	install -m 755 $(PROGRAM) "$(DESTDIR)$(PREFIX)/bin/mcsh"
	$(if $(MAN1),install -m 644 $(MAN1) "$(SHARE)/man/man1")
	$(if $(MAN5),install -d "$(SHARE)/man/man5")
	$(if $(MAN5),install -m 644 $(MAN5) "$(SHARE)/man/man5")
	install -d "$(SHARE)/bash-completion/completions" "$(SHARE)/zsh/site-functions" "$(SHARE)/fish/vendor_completions.d"
	$(PROGRAM) --generate-completion-script bash >"$(BASH_COMPLETION)"
	$(PROGRAM) --generate-completion-script zsh >"$(ZSH_COMPLETION)"
	$(PROGRAM) --generate-completion-script fish >"$(FISH_COMPLETION)"
	chmod 644 "$(BASH_COMPLETION)" "$(ZSH_COMPLETION)" "$(FISH_COMPLETION)"

uninstall: ## remove what install installed
	rm -f "$(DESTDIR)$(PREFIX)/bin/mcsh" "$(BASH_COMPLETION)" "$(ZSH_COMPLETION)" "$(FISH_COMPLETION)"
	$(foreach page,$(MAN1),rm -f "$(SHARE)/man/man1/$(notdir $(page))";)
	$(foreach page,$(MAN5),rm -f "$(SHARE)/man/man5/$(notdir $(page))";)

clean: ## remove build products (fetched packages stay)
	$(SWIFT) package clean
	rm -rf .build-bench .build-fuzz

help: ## print this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do \
		printf '  make %-18s %s\n' "$$name" "$$text"; done
