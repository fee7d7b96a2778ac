# The two commands of the README are `make demo` and `make test`; `make help` lists the others.
#
# Everything that is made or fetched lands in build/ and .cache/. The only thing that ever changes outside of them is what
# tools/deps.sh installs, and it says so first.

JOBS ?= $(shell nproc 2>/dev/null || echo 2)
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 60
KILLS ?= 1000
export ONCE

# Ninja where it is installed; a build folder that exists keeps the generator it was made with.
ifneq ($(shell command -v ninja 2>/dev/null),)
export CMAKE_GENERATOR ?= Ninja
endif

.DEFAULT_GOAL := build
.PHONY: build demo test wheel deps bench soak fuzz format tidy schema-diff install clean distclean help

build: ## the library and the commands, release: build/bin, build/lib (asks for the packages of `make deps`)
	@cmake --preset release --log-level=WARNING >/dev/null
	@cmake --build build -j $(JOBS)

demo: ## record this machine and a few files, and look at them in the viewer (ONCE=1: prove that it works and stop)
	@tools/deps.sh demo
	@$(MAKE) --no-print-directory build
	@tools/demo.sh

test: ## everything there is to test; ends with one line: N passed, M failed
	@tools/deps.sh test
	@tools/test_cache.sh
	@tests/run_all

wheel: ## the Python distributions, into build/dist/
	@tools/deps.sh wheel
	@tools/wheel.sh

deps: ## the system packages that a build needs
	@tools/deps.sh build

bench: build ## the workloads of bench/README.md, one JSON line each
	@tools/bench.sh

soak: ## the long versions of the crash and fault tests
	@tools/deps.sh test
	@tools/test_cache.sh
	@REEL_KILLS=$(KILLS) REEL_SOAK=1 tests/run_all crash fault

fuzz: ## each fuzz target for FUZZ_SECONDS with libFuzzer (clang), starting from its corpus
	@tools/deps.sh fuzz
	@cmake --preset fuzz --log-level=WARNING >/dev/null
	@cmake --build --preset fuzz -j $(JOBS)
	@tools/fuzz.sh $(FUZZ_SECONDS)

format: ## clang-format on every source that is not generated
	@tools/format.sh

tidy: ## a build with clang-tidy's findings
	@cmake --preset clang-tidy
	@cmake --build --preset clang-tidy -j $(JOBS)

schema-diff: ## what the newest rerun-sdk (VERSION=0.42.0: that one) has that schema/types.txt has not, as a patch
	@python3 tools/schema_diff.py $(if $(VERSION),--version $(VERSION)) || [ $$? = 1 ]

install: build ## into PREFIX (/usr/local)
	@cmake --install build --prefix "$(PREFIX)"

clean: ## remove build/
	@rm -rf build

distclean: clean ## remove .cache/ too: the viewer, the tests' Python environment
	@rm -rf .cache

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18
