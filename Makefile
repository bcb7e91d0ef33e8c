# The ways in. Everything is done by CMake or by the scripts in tools/; `make help` lists the targets.
PREFIX ?= /usr/local
SEEDS ?= 1000
SECONDS ?= 60
JOBS := $(shell nproc 2>/dev/null || echo 2)

.DEFAULT_GOAL := all
.PHONY: all deps test check format layers tsan coverage fuzz sim docs install deb clean help

all: deps ## build everything for use: bin/goworld and build/release/libgoworld.a
	@tools/build release
	@mkdir -p bin && ln -sfn ../build/release/bin/goworld bin/goworld

deps:
	@tools/deps build

ifneq ($(wildcard examples/chatroom_demo/goworld.ini),)
.PHONY: demo
demo: deps ## build, start the chatroom and print its address
	@tools/build -q release goworld_command goworld
	@mkdir -p bin && ln -sfn ../build/release/bin/goworld bin/goworld
	@tools/demo
endif

ifneq ($(wildcard bench/run),)
.PHONY: bench
bench: all ## measure, next to the floors
	@bench/run
endif

test: ## build and run every test (installs what tests need)
	@tools/deps build test
	@tools/test

check: ## format, layers, clang-tidy over all files, warnings of gcc and clang
	@tools/deps build test
	@tools/check

format: ## let clang-format rewrite the sources
	@tools/deps test
	@tools/format --fix

layers: ## check that modules include only lower layers
	@tools/layers

sim: ## the simulated cluster over SEEDS= seeds
	@tools/deps build test
	@tools/build sim sim_tests
	@GW_SIM_SEEDS=$(SEEDS) ctest --test-dir build/sim -j $(JOBS) -R '^sim\.' --timeout 36000 --output-on-failure --no-tests=error

fuzz: ## every fuzz harness for SECONDS= seconds
	@tools/deps build test
	@tools/fuzz $(SECONDS)

tsan: ## unit and simulation tests under ThreadSanitizer
	@tools/deps build test
	@tools/build tsan
	@ctest --test-dir build/tsan --output-on-failure -j $(JOBS)

coverage: ## which lines the tests run: build/coverage
	@tools/deps build test
	@tools/build coverage
	@ctest --test-dir build/coverage --output-on-failure -j $(JOBS)
	@tools/coverage

docs: ## the reference of the API, from the headers: build/docs/reference
	@tools/reference build/docs/reference
	@echo build/docs/reference/README.md

install: all docs ## install into PREFIX=/usr/local (DESTDIR= is honoured)
	@cmake --install build/release --prefix $(PREFIX)

deb: all docs ## pack it as build/goworld_VERSION_ARCH.deb
	@cpack --config build/release/CPackConfig.cmake -B build >build/deb.log 2>&1 || { cat build/deb.log; exit 1; }
	@rm -rf build/_CPack_Packages && ls build/goworld_*.deb

clean: ## remove build/ and bin/
	@rm -rf build bin

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
