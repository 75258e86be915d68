# The README's two commands and little else.
SWIFT_FLAGS ?= -c release

PREFIX ?= /usr/local
DESTDIR ?=
# Programs that are installed carry Swift's libraries with them: the toolchain may be in a folder the daemon cannot see.
INSTALL_FLAGS ?= $(SWIFT_FLAGS) --static-swift-stdlib -Xlinker --strip-debug

.PHONY: help demo test torture bench study format build install uninstall

help:
	@echo "make demo    show a microcontroller learn: compile, build, boot in QEMU, train, export"
	@echo "make test    run every test"
	@echo "make torture a night of simulated and real faults, kills and fuzzing (SEEDS=1..1000000: more)"
	@echo "make bench   count what kernels and whole steps cost on Cortex-M7 and M4 (BENCH=name: some)"
	@echo "make study   train in float32 and in int8 and compare (hours; STUDY=quick: less)"
	@echo "make build   build fieldtune and fieldtuned to be installed"
	@echo "make install, make uninstall   PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)"
	@echo "make format  format Swift and C sources"

demo:
	@Tools/prerequisites.sh demo
	@swift build $(SWIFT_FLAGS) --product fieldtune
	@"$$(swift build $(SWIFT_FLAGS) --show-bin-path)/fieldtune" demo

test:
	@Tools/prerequisites.sh test
	@FIELDTUNE_LITERT_PYTHON="$$(Tools/litert-python.sh)" swift test $(SWIFT_FLAGS) --disable-testable-imports --disable-xctest --no-parallel
	@Tools/Fuzz/run.sh ci

torture:
	@Tools/prerequisites.sh test
	@Tools/Torture/nightly.sh

bench:
	@Tools/prerequisites.sh test
	@swift build $(SWIFT_FLAGS) --product bench
	@"$$(swift build $(SWIFT_FLAGS) --show-bin-path)/bench" $(BENCH)

study:
	@Tools/prerequisites.sh test
	@swift build $(SWIFT_FLAGS) --product fieldtune
	@Tools/Study/run.sh "$$(swift build $(SWIFT_FLAGS) --show-bin-path)/fieldtune" $(if $(filter quick,$(STUDY)),--quick)

build:
	@swift build $(INSTALL_FLAGS) --product fieldtune
	@swift build $(INSTALL_FLAGS) --product fieldtuned

# Builds nothing: 'make build' as yourself, then 'sudo make install'.
install:
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" Packaging/install.sh install .build/release

uninstall:
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" Packaging/install.sh uninstall

format:
	swift format --in-place --recursive Package.swift Sources Tests Tools
	clang-format -i $$(git ls-files 'Firmware/*.c' 'Firmware/*.h' | grep -v '\.gen\.')
