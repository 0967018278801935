# cococtl - GNU make, pkg-config, no configure step. "make help" lists targets.

VERSION := $(shell cat VERSION)
COMMIT  := $(shell git rev-parse --short=12 HEAD 2>/dev/null)

CC         ?= gcc
AR         ?= ar
PKG_CONFIG ?= pkg-config
PREFIX     ?= /usr/local
BINDIR     ?= $(PREFIX)/bin
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR     ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d
BUILD      ?= build
SANITIZE   ?=
W          ?=
V          ?=

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))
export LC_ALL := C

# ---- flags ------------------------------------------------------------------

WARN := -Wall -Wextra -Wpedantic -Wformat=2 -Wformat-nonliteral -Wconversion \
	-Wsign-conversion -Wshadow -Wundef -Wvla -Wcast-qual -Wcast-align -Wwrite-strings \
	-Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wmissing-declarations \
	-Wold-style-definition -Wredundant-decls -Wnested-externs -Wimplicit-fallthrough \
	-Wswitch-enum -Wdouble-promotion -Wnull-dereference -Wdate-time
HARDEN := -fstack-protector-strong -fno-common -fvisibility=hidden \
	-ffile-prefix-map=$(CURDIR)=.

# Flags that only some compilers know are probed once per compiler.
try = $(shell printf 'int x;' | $(CC) -Werror $(1) -x c -c -o /dev/null - 2>/dev/null && printf '%s' '$(1)')
PROBED := $(foreach f,-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Walloc-zero \
	-Wjump-misses-init -Wbidi-chars=any -Wshorten-64-to-32 -fstack-clash-protection \
	-fcf-protection=full -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr \
	-fstrict-flex-arrays=3,$(call try,$(f)))

OPT := -O2 -g
ifeq ($(SANITIZE),)
CPPFLAGS_SAN := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
else
OPT := -O1 -g -fno-omit-frame-pointer
SAN := -fsanitize=$(SANITIZE) -fno-sanitize-recover=all
endif
ifeq ($(W),e)
WERROR := -Werror
endif
ifeq ($(SANITIZE)$(COVERAGE),)
WARN += -Wframe-larger-than=4096 # the instrumentation has larger frames
endif

PKGS := libcrypto libzstd zlib jansson libarchive libcurl libcbor libxml-2.0
ifneq ($(MAKECMDGOALS),deps)
ifneq ($(MAKECMDGOALS),clean)
ifneq ($(MAKECMDGOALS),help)
ifeq ($(filter deps,$(MAKECMDGOALS)),)
PKG_MISSING := $(strip $(foreach p,$(PKGS),$(shell $(PKG_CONFIG) --exists $(p) 2>/dev/null || echo $(p))))
ifneq ($(PKG_MISSING),)
$(error missing development packages: $(PKG_MISSING); "make deps" installs them on Debian)
endif
endif
endif
endif
endif

# Deferred: "make deps demo" installs the packages before they are asked for.
# Libraries that few commands need are loaded then and not linked
# (lib/net/curl_lib.h, lib/core/archive_lib.h, formats/core/xml.c).
LOADED := libcurl libarchive libxml-2.0
PKG_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(PKGS))
PKG_LIBS   = $(shell $(PKG_CONFIG) --libs $(filter-out $(LOADED),$(PKGS))) -ldl
# What tests use: cmocka, a server to talk to, and an archive writer.
TEST_PKGS := cmocka libmicrohttpd gnutls libarchive
TEST_LIBS = $(shell $(PKG_CONFIG) --libs $(TEST_PKGS))

BASE_CPPFLAGS := -I. -D_GNU_SOURCE $(CPPFLAGS_SAN)
BASE_CFLAGS := -std=gnu11 $(OPT) $(WARN) $(HARDEN) $(PROBED) $(WERROR) $(SAN)
BASE_LDFLAGS := -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,separate-code \
	-Wl,--as-needed $(SAN)
FLAGS_ID := $(shell printf '%s' '$(CC) $(BASE_CPPFLAGS) $(BASE_CFLAGS) $(BASE_LDFLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) $(COVERAGE)' | cksum | tr -d ' ')
B := $(BUILD)/$(FLAGS_ID)
ifneq ($(COVERAGE),)
BASE_CFLAGS += --coverage -O0
BASE_CPPFLAGS := -I. -D_GNU_SOURCE # fortification needs optimization
BASE_LDFLAGS += --coverage
endif

# ---- sources ----------------------------------------------------------------

FORMATS_SRC := $(sort $(wildcard formats/*/*.c))
LIB_SRC := $(sort $(wildcard lib/*/*.c))
GEN_SRC := cli/core/gen.c cli/core/gen_man.c cli/core/gen_docs.c
CLI_SRC := $(sort $(filter-out $(GEN_SRC),$(wildcard cli/*/*.c)))
SUPPORT_SRC := $(sort $(wildcard tests/support/*.c))
TEST_SRC := $(sort $(wildcard tests/formats/*/test_*.c tests/lib/*/test_*.c tests/cli/*/test_*.c))
FUZZ_SRC := $(sort $(wildcard fuzz/fuzz_*.c))
BENCH_SRC := $(sort $(wildcard bench/bench_*.c))

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
FORMATS_OBJ := $(call obj,$(FORMATS_SRC))
LIB_OBJ := $(call obj,$(LIB_SRC))
CLI_OBJ := $(call obj,$(CLI_SRC))
SUPPORT_OBJ := $(call obj,$(SUPPORT_SRC))
TEST_BIN := $(patsubst %.c,$(B)/%,$(TEST_SRC))
BENCH_BIN := $(patsubst %.c,$(B)/%,$(BENCH_SRC))
REPLAY_BIN := $(patsubst fuzz/fuzz_%.c,$(B)/fuzz/replay_%,$(FUZZ_SRC))
FUZZ_BIN := $(patsubst fuzz/fuzz_%.c,$(B)/fuzz/fuzz_%,$(FUZZ_SRC))

LIBFORMATS := $(B)/libformats.a
LIBSTATIC := $(B)/libcococtl.a
SONAME := libcococtl.so.0
LIBSHARED := $(B)/$(SONAME)
BIN := $(B)/cococtl
GEN := $(B)/gen

# ---- targets ----------------------------------------------------------------

.PHONY: all
all: $(BIN) $(LIBSHARED) ## build cococtl and libcococtl (the default)
	$(Q)ln -sfn $(FLAGS_ID) $(BUILD)/current
	$(Q)ln -sfn $(BUILD)/current/cococtl cococtl

# With "make -j deps demo" nothing is compiled before the packages are there.
$(B)/obj/%.o: %.c | $(filter deps,$(MAKECMDGOALS))
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(BASE_CPPFLAGS) $(PKG_CFLAGS) $(CPPFLAGS) -DCOCO_VERSION='"$(VERSION)"' \
		$(if $(filter cli/core/version.c,$<),-DCOCO_COMMIT='"$(COMMIT)"') \
		$(BASE_CFLAGS) $(if $(filter tests/% fuzz/% bench/%,$<),-Wframe-larger-than=262144) \
		-fPIC $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/obj/cli/core/version.o $(B)/obj/lib/core/api.o $(B)/obj/tests/lib/core/test_api.o: VERSION

$(LIBFORMATS): $(FORMATS_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(LIBSTATIC): $(FORMATS_OBJ) $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcsD $@ $^

$(LIBSHARED): $(FORMATS_OBJ) $(LIB_OBJ) lib/cococtl.map
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) -shared -Wl,-soname,$(SONAME) \
		-Wl,--version-script=lib/cococtl.map $(if $(SAN),,-Wl,-z,defs) $(BASE_LDFLAGS) \
		$(LDFLAGS) -o $@ $(FORMATS_OBJ) $(LIB_OBJ) $(PKG_LIBS) -pthread

$(BIN): $(CLI_OBJ) $(LIBSTATIC)
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) -pie $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $(CLI_OBJ) \
		$(LIBSTATIC) $(PKG_LIBS) -pthread

$(GEN): $(call obj,$(GEN_SRC)) $(filter-out %/main.o,$(CLI_OBJ)) $(LIBSTATIC)
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) -pie $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

# Tests can fail the n-th allocation and O_TMPFILE (tests/support/alloc_fail.h).
WRAP := -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=posix_memalign -Wl,--wrap=open

$(TEST_BIN): $(B)/tests/%: $(B)/obj/tests/%.o $(SUPPORT_OBJ) $(LIBSTATIC)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) $(BASE_LDFLAGS) $(WRAP) $(LDFLAGS) -o $@ \
		$(filter %.o,$^) $(LIBSTATIC) $(PKG_LIBS) $(TEST_LIBS) -lm -pthread

# The unit tests of cli/ need the program without its main.
$(filter $(B)/tests/cli/%,$(TEST_BIN)): $(filter-out %/main.o,$(CLI_OBJ))

# What mints evidence needs the support of the tests.
BENCH_EVIDENCE := $(B)/bench/bench_evidence
$(BENCH_EVIDENCE): $(B)/obj/bench/bench_evidence.o $(SUPPORT_OBJ) $(LIBSTATIC)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) $(BASE_LDFLAGS) $(WRAP) $(LDFLAGS) -o $@ \
		$(filter %.o,$^) $(LIBSTATIC) $(PKG_LIBS) $(TEST_LIBS) -lm -pthread

$(filter-out $(BENCH_EVIDENCE),$(BENCH_BIN)): $(B)/bench/%: $(B)/obj/bench/%.o $(LIBSTATIC)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $< $(LIBSTATIC) \
		$(PKG_LIBS) -lm -pthread

# Every fuzz target is built twice: with the replay driver (any compiler, part
# of check) and with libFuzzer (clang, "make fuzz").
$(REPLAY_BIN): $(B)/fuzz/replay_%: $(B)/obj/fuzz/fuzz_%.o $(B)/obj/fuzz/driver_replay.o $(LIBSTATIC)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

.PHONY: test-binaries
test-binaries: $(TEST_BIN) $(REPLAY_BIN)

.PHONY: check-binaries
check-binaries: test-binaries ## unit tests and fuzz replay alone; with SANITIZE= too
	$(Q)B=$(B) BINARIES_ONLY=1 sh tests/run.sh

MKMODEL := $(B)/tests/demo/mkmodel
$(MKMODEL): $(B)/obj/tests/demo/mkmodel.o
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) $(BASE_LDFLAGS) $(LDFLAGS) -o $@ $< -lm

# A key broker to talk to, for scripts.
KBSSERVER := $(B)/tests/demo/kbs_server
$(KBSSERVER): $(B)/obj/tests/demo/kbs_server_main.o $(SUPPORT_OBJ) $(LIBSTATIC)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) $(BASE_LDFLAGS) $(WRAP) $(LDFLAGS) -o $@ \
		$(filter %.o,$^) $(LIBSTATIC) $(PKG_LIBS) $(TEST_LIBS) -lm -pthread

# Firmware, images, logs and quotes, for scripts.
MINTBOOT := $(B)/tests/demo/mint_boot
$(MINTBOOT): $(B)/obj/tests/demo/mint_boot_main.o $(SUPPORT_OBJ) $(LIBSTATIC)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) $(CFLAGS) $(BASE_LDFLAGS) $(WRAP) $(LDFLAGS) -o $@ \
		$(filter %.o,$^) $(LIBSTATIC) $(PKG_LIBS) $(TEST_LIBS) -lm -pthread

.PHONY: check
check: all $(GEN) $(MKMODEL) $(KBSSERVER) $(MINTBOOT) test-binaries ## all tests; ends with "N passed, N failed"
	$(Q)B=$(B) CC='$(CC)' PKG_CONFIG='$(PKG_CONFIG)' sh tests/run.sh

.PHONY: demo
demo: all $(MKMODEL) $(KBSSERVER) ## a small model from packing to opening with a broker's key
	$(Q)sh tests/demo.sh $(BIN) $(MKMODEL) $(KBSSERVER)

.PHONY: deps
deps: ## install build and test dependencies (Debian; root or sudo)
	$(Q)sh tests/deps.sh

.PHONY: docs
docs: $(GEN) ## regenerate manual pages, completions and reference from the command table
	$(Q)$(GEN) all .

.PHONY: bench
bench: all $(BENCH_BIN) $(B)/tests/demo/kbs_server ## measure against the bounds and the rivals of this machine
	$(Q)B=$(B) bash bench/run.sh

FUZZ_SECONDS ?= 60
.PHONY: fuzz
fuzz: ## run every libFuzzer target for FUZZ_SECONDS (needs clang)
	$(Q)$(MAKE) CC=clang SANITIZE=fuzzer-no-link,address,undefined fuzz-binaries
	$(Q)$(MAKE) -s CC=clang SANITIZE=fuzzer-no-link,address,undefined fuzz-run FUZZ_SECONDS=$(FUZZ_SECONDS)

.PHONY: fuzz-binaries fuzz-run
fuzz-binaries: $(FUZZ_BIN)
$(FUZZ_BIN): $(B)/fuzz/fuzz_%: $(B)/obj/fuzz/fuzz_%.o $(LIBSTATIC)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(BASE_CFLAGS) -fsanitize=fuzzer $(CFLAGS) $(BASE_LDFLAGS) -o $@ $^ $(PKG_LIBS) -pthread

fuzz-run: $(FUZZ_BIN)
	$(Q)for f in $(FUZZ_BIN); do n=$${f##*/fuzz_}; mkdir -p $(BUILD)/corpus/$$n; \
		echo "== $$n"; \
		$$f -max_total_time=$(FUZZ_SECONDS) -max_len=65536 -print_final_stats=1 -verbosity=0 \
			$(BUILD)/corpus/$$n $$(test -d testdata/fuzz/$$n && echo testdata/fuzz/$$n) || exit 1; done

.PHONY: coverage
coverage: ## line coverage per folder, with its floor
	$(Q)$(MAKE) COVERAGE=1 all test-binaries BUILD=$(BUILD)/coverage
	$(Q)$(MAKE) -s COVERAGE=1 coverage-report BUILD=$(BUILD)/coverage

.PHONY: coverage-report
coverage-report:
	$(Q)sh tests/coverage.sh $(B)

.PHONY: analyze
analyze: ## static analysis: gcc -fanalyzer and clang --analyze
	$(Q)sh tests/analyze.sh

.PHONY: format
format: ## list source lines that clang-format would change
	$(Q)clang-format --dry-run $(sort $(wildcard formats/*/*.[ch] lib/*/*.[ch] cli/*/*.[ch]))

MAN1 = $(sort $(wildcard docs/man/*.1))
MAN5 = $(sort $(wildcard docs/man/*.5))
MAN7 = $(sort $(wildcard docs/man/*.7))

.PHONY: install
install: all ## install program, library, header, manual and completions
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR) \
		$(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7 \
		$(DESTDIR)$(BASHCOMPDIR) $(DESTDIR)$(ZSHCOMPDIR) $(DESTDIR)$(FISHCOMPDIR)
	install -m 755 $(BIN) $(DESTDIR)$(BINDIR)/cococtl
	install -m 755 $(LIBSHARED) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sfn $(SONAME) $(DESTDIR)$(LIBDIR)/libcococtl.so
	install -m 644 $(LIBSTATIC) $(DESTDIR)$(LIBDIR)/libcococtl.a
	install -m 644 lib/cococtl.h $(DESTDIR)$(INCLUDEDIR)/cococtl.h
	sed -e 's,@PREFIX@,$(PREFIX),;s,@LIBDIR@,$(LIBDIR),;s,@INCLUDEDIR@,$(INCLUDEDIR),;s,@VERSION@,$(VERSION),' \
		lib/cococtl.pc.in > $(DESTDIR)$(LIBDIR)/pkgconfig/cococtl.pc
	chmod 644 $(DESTDIR)$(LIBDIR)/pkgconfig/cococtl.pc
	$(if $(MAN1),install -m 644 $(MAN1) $(DESTDIR)$(MANDIR)/man1)
	$(if $(MAN5),install -m 644 $(MAN5) $(DESTDIR)$(MANDIR)/man5)
	$(if $(MAN7),install -m 644 $(MAN7) $(DESTDIR)$(MANDIR)/man7)
	install -m 644 completions/cococtl.bash $(DESTDIR)$(BASHCOMPDIR)/cococtl
	install -m 644 completions/_cococtl $(DESTDIR)$(ZSHCOMPDIR)/_cococtl
	install -m 644 completions/cococtl.fish $(DESTDIR)$(FISHCOMPDIR)/cococtl.fish

.PHONY: uninstall
uninstall: ## remove what install put there
	rm -f $(DESTDIR)$(BINDIR)/cococtl $(DESTDIR)$(LIBDIR)/$(SONAME) \
		$(DESTDIR)$(LIBDIR)/libcococtl.so $(DESTDIR)$(LIBDIR)/libcococtl.a \
		$(DESTDIR)$(LIBDIR)/pkgconfig/cococtl.pc $(DESTDIR)$(INCLUDEDIR)/cococtl.h \
		$(patsubst docs/man/%,$(DESTDIR)$(MANDIR)/man1/%,$(MAN1)) \
		$(patsubst docs/man/%,$(DESTDIR)$(MANDIR)/man5/%,$(MAN5)) \
		$(patsubst docs/man/%,$(DESTDIR)$(MANDIR)/man7/%,$(MAN7)) \
		$(DESTDIR)$(BASHCOMPDIR)/cococtl $(DESTDIR)$(ZSHCOMPDIR)/_cococtl \
		$(DESTDIR)$(FISHCOMPDIR)/cococtl.fish

.PHONY: clean
clean: ## remove everything that was built
	rm -rf $(BUILD) cococtl

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' Makefile | \
		while IFS='|' read -r t d; do printf '%-18s%s\n' "$$t" "$$d"; done
	@echo '  variables: CC CFLAGS CPPFLAGS LDFLAGS PREFIX DESTDIR SANITIZE=address,undefined W=e V=1'

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
