# What people and continuous integration run. Every target does the set-up that it needs (scripts/setup).
#
#   make demo      compile a real crate with stock rustc and with pcg, run it, compare
#   make test      formatting, lints, unit tests, ui tests, end-to-end tests
#   make sweep     the slower end-to-end tests: more crates, more numbers of units
#   make bench     how fast pcg compiles (BENCHMARKING.md); wants an otherwise idle machine
#   make projects  how fast whole projects are built (BENCHMARKING.md); wants an otherwise idle machine
#   make quality   how good the code is that pcg makes (BENCHMARKING.md), in executed instructions
#   make install   pcg-rustc, pcg-codegen and cargo-pcg into cargo's bin folder, and cargo-pcg's manual pages beside it

CARGO ?= cargo
# Set to nothing to let cargo update Cargo.lock.
LOCKED ?= --locked

# Where `make install` puts `bin` and `share`: by default where cargo does. man looks beside the folders of PATH.
ROOT ?= $(or $(CARGO_INSTALL_ROOT),$(CARGO_HOME),$(HOME)/.cargo)

# The steps of `make test` share the machine's cores with nobody.
.NOTPARALLEL:
.PHONY: demo test sweep bench projects quality install setup-build setup-test setup-quality build format lint unit ui end-to-end

demo: setup-build build
	$(CARGO) run $(LOCKED) --release --quiet -p pcg-tests --bin demo

test: format lint unit ui end-to-end

bench: setup-build build
	$(CARGO) run $(LOCKED) --release --quiet -p pcg-tests --bin bench -- --write

projects: setup-build build
	$(CARGO) run $(LOCKED) --release --quiet -p pcg-tests --bin projects -- --tests --write

quality: setup-quality build
	$(CARGO) run $(LOCKED) --release --quiet -p pcg-tests --bin quality -- --write

install: setup-build
	$(CARGO) install $(LOCKED) --path driver --root "$(ROOT)"
	"$(ROOT)/bin/cargo-pcg" man --output "$(ROOT)/share/man/man1"

setup-build:
	@scripts/setup build

setup-test:
	@scripts/setup test

setup-quality:
	@scripts/setup quality

# The tests drive the executables that users get, so they are built the same way.
build: setup-build
	$(CARGO) build $(LOCKED) --release --workspace --bins

format: setup-test
	@echo "== format"
	$(CARGO) fmt --all --check

lint: setup-test
	@echo "== lint"
	$(CARGO) clippy $(LOCKED) --workspace --all-targets -- --deny warnings

unit: setup-test build
	@echo "== unit tests"
	$(CARGO) test $(LOCKED) --release --no-fail-fast --workspace --exclude pcg-tests --exclude pcg-ui-tests

ui: setup-test build
	@echo "== ui tests"
	$(CARGO) test $(LOCKED) --release --no-fail-fast -p pcg-ui-tests

end-to-end: setup-test build
	@echo "== end-to-end tests"
	$(CARGO) test $(LOCKED) --release --no-fail-fast -p pcg-tests

sweep: setup-test build
	$(CARGO) test $(LOCKED) --release --no-fail-fast -p pcg-tests -- --ignored
