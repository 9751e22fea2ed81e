# SPDX-License-Identifier: GPL-2.0
#
# Which script comes before which. What each does, and how, it says itself: scripts/NAME --help.

export OUT := $(abspath $(or $(OUT),out))

.PHONY: help
help:
	@echo 'A Contiguous Memory Allocator for Linux 6.12, built from Debian'"'"'s kernel source'
	@echo
	@echo '  make run             boot our kernel in QEMU and show what it does; from nothing, about 15 minutes'
	@echo '  make test            all tests: host, KUnit, kselftest in the guest'
	@echo '  make shell           a BusyBox prompt in the guest'
	@echo
	@echo '  make image           our kernel            -> out/arm64/Image'
	@echo '  make image-nocma     ours with CONFIG_CMA=n -> out/arm64-nocma/Image'
	@echo '  make image-upstream  upstream'"'"'s own CMA    -> out/arm64-upstream/Image'
	@echo '  make image-bench     ours, configured as that -> out/arm64-bench/Image'
	@echo
	@echo '  make coverage        how much of our kernel code the tests run, by line: guest and host together'
	@echo '  make debug           the core tests, faults and races, on kernels that check everything'
	@echo '  make test-clients    drivers and programs that use areas, in one kernel that has them all'
	@echo '  make test-boards     board files: the kernel'"'"'s own, in QEMU and beside upstream'
	@echo '  make test-configs    other page sizes, architectures, nodes, options; an hour from nothing'
	@echo '  make test-abi        all that others see of CMA, beside upstream'
	@echo
	@echo '  make patchset        the series for git am -> out/patchset (AUTHOR="Name <mail>", BASE=/path/to/linux-6.12.y)'
	@echo '  make bisect          build every patch of it, boot three; within the hour (FULL=1: all of it, for hours)'
	@echo
	@echo '  make bench           what requests cost, ours beside upstream (PEER=Image: and a third kernel)'
	@echo '  make holds           how long zone->lock and our locks keep interrupts off'
	@echo '  make soak            everything at once, ours beside upstream (T=SECONDS, default 600; SEED=NUMBER)'
	@echo
	@echo '  make prepare         the tree to edit: out/arm64/src'
	@echo '  make refresh         bring edits made there back to the repository'
	@echo '  make check           style, include arrows, kernel-doc, hooks; sparse, coccinelle, gcc, clang and their analysers'
	@echo '  make docs            our documents in HTML -> out/docs/html'
	@echo '  make fuzz            hostile input to all parsers, for a minute (T=seconds: as long as that)'
	@echo '  make test-bases      does it apply to every 6.12.y that Debian offers?'
	@echo '  make menuconfig      base version, memory, area sizes (make config: by questions)'
	@echo
	@echo '  make deps            only install what is needed (apt, sudo where not root)'
	@echo '  make clean           remove what was built; the unpacked base and downloads stay'
	@echo '  make distclean       remove out/ altogether'

.PHONY: deps unpack prepare refresh menuconfig config
deps:
	@scripts/deps

unpack: deps
	@scripts/unpack

prepare: unpack
	@scripts/prepare

refresh:
	@scripts/refresh

menuconfig: unpack
	@scripts/lab-config --menu

config: unpack
	@scripts/lab-config --ask

# The names after "image-" are those of scripts/configs, without "arm64-" where they begin with it.
name_of = $(or $(filter x86_64 arm arm-sparse,$(1)),arm64-$(1))

.PHONY: image image-upstream
image: prepare
	@scripts/configure arm64
	@scripts/build arm64

image-upstream: unpack
	@scripts/configure arm64-upstream
	@scripts/build arm64-upstream

image-%: prepare
	@scripts/configure $(call name_of,$*)
	@scripts/build $(call name_of,$*)

.PHONY: run test coverage debug shell check docs fuzz test-bases bench holds soak
.PHONY: test-clients test-boards test-configs test-abi
run: image
	@scripts/run

test: image image-nocma
	@scripts/test

# Builds the kernel that it boots.
coverage: prepare
	@scripts/coverage

# Builds the two kernels that it boots.
debug: prepare
	@scripts/test --set debug

test-clients: deps-clients image-clients
	@scripts/test --set clients

# What only one of the sets needs is installed first.
deps-%:
	@scripts/deps --set $*

# Those of other page sizes only to see the same boards refused by both.
test-boards: deps-boards image image-upstream image-16k image-16k-upstream image-64k image-64k-upstream image-clients image-arm
	@scripts/board-trees
	@scripts/test --set boards

# Builds what it boots, one after the other.
test-configs: deps-configs image
	@scripts/test --set configs

test-abi: deps-abi image-abi image-abi-upstream
	@scripts/test --set abi

shell: image
	@scripts/shell

check: deps-check image
	@scripts/check

docs: deps-docs prepare
	@scripts/docs

fuzz: deps-fuzz
	@scripts/fuzz --time $(or $(T),60)

test-bases: deps
	@scripts/test-bases

# What a user takes from here. BASE: a tree of theirs in place of Debian's.
.PHONY: patchset bisect
patchset: unpack
	@scripts/patchset $(if $(AUTHOR),--author "$$AUTHOR") $(if $(BASE),--base "$$BASE")

# Of the series that is there, if there is one.
bisect: prepare $(if $(wildcard $(OUT)/patchset/base),,patchset)
	@scripts/bisect $(if $(FULL),--full)

bench: image-bench image-upstream
	@scripts/bench $(if $(PEER),--peer $(PEER))

holds: image-bench image-upstream
	@scripts/holds --kernel $(OUT)/arm64-bench --kernel $(OUT)/arm64-upstream

soak: image-soak image-soak-upstream
	@scripts/soak

# Neither may take edits of the prepared tree with it that are not in the repository yet.
.PHONY: clean distclean no-edits
no-edits:
	@test ! -d $(OUT)/arm64/src || scripts/refresh --edited

# The tree loses its name first: half of it, after an interrupt, would not be seen to be half.
clean: no-edits
	@test ! -d $(OUT)/arm64/src || mv $(OUT)/arm64/src $(OUT)/arm64/src.old
	@test ! -d $(OUT) || find $(OUT) -mindepth 1 -maxdepth 1 ! -name pristine ! -name base \
		! -name download ! -name lab.config -exec rm -rf {} +

distclean: no-edits
	rm -rf $(OUT)
