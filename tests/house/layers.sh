#!/bin/sh
# Calls go down: cli -> lib -> formats -> libc, and wings do not reach into
# each other (CONTRIBUTING.md, "Layers"). Judged by the undefined symbols of
# every object file, against lists of what each floor may use.
set -u
: "${SRC:?run this through make check}" "${B:?}"
obj="$SRC/$B/obj"
bad=0

complain() {
	echo "$*"
	bad=1
}

# What compilers and sanitizers put in, and the plain string and memory functions.
runtime='^(_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__(a|t|ub|m|l)san_|__sanitizer_|__gcov_|__llvm_'
runtime="$runtime"'|__sancov_|__start___sancov|__stop___sancov|__cpu_model|__tls_get_addr)'
pure='^(__)?(mem(cpy|cmp|set|chr|move|mem|rchr)|explicit_bzero'
pure="$pure"'|str(len|nlen|cmp|ncmp|chr|rchr|str|spn|cspn|pbrk|tod_l)|v?snprintf|qsort|qsort_r|bsearch'
pure="$pure"'|newlocale|freelocale)(_chk)?$'

undefined() { # OBJECT: undefined symbols
	nm -u "$1" | awk '{ print $NF }'
}

defined() { # FOLDER: external symbols that its objects define
	find "$1" -name '*.o' -exec nm -g --defined-only {} + 2>/dev/null |
		awk 'NF == 3 { print $3 }' | sort -u
}

# forbidden SYMBOLS-FILE PATTERN...: prints the symbols that no pattern allows.
forbidden() {
	_list=$1
	shift
	_all=$runtime
	for _p; do
		_all="$_all|$_p"
	done
	grep -Ev "$_all" "$_list"
}

check_formats() { # OBJECT NAME: libc symbols of a pure codec
	undefined "$1" | grep -v '^coco_' >undef
	case $2 in
	core/mem) forbidden undef "$pure" '^(malloc|calloc|realloc|free)$' ;;
	core/json) forbidden undef "$pure" '^json_' '^free$' ;;
	core/cbor_scan) forbidden undef "$pure" '^cbor_(stream_decode|encode_[a-z_]*)$' ;; # no loader
	*) forbidden undef "$pure" ;;
	esac
}

# The check must see a violation before its silence means anything.
cat >probe.c <<'END'
#include <stdio.h>
#include <stdlib.h>
int coco_probe(void);
int coco_probe(void) { return printf("%s", getenv("HOME")) + (malloc(1) != NULL); }
END
${CC:-cc} -c -o probe.o probe.c || exit 1
for s in printf getenv malloc; do
	check_formats probe.o probe | grep -q "$s" || complain "the check does not see $s"
done

printf 'int coco_probe(void); int coco_not_there(void);\n%s\n' \
	'int coco_probe(void) { return coco_not_there(); }' >probe.c
${CC:-cc} -c -o probe.o probe.c || exit 1
for wing in core model measure evidence broker net crypto; do
	for floor in formats lib cli; do
		[ -d "$obj/$floor/$wing" ] && defined "$obj/$floor/$wing" >"def.$floor.$wing"
	done
done
cat def.formats.* | sort -u >def.formats
cat def.lib.* | sort -u >def.lib
cat def.cli.* | sort -u >def.cli
[ -s def.formats ] && [ -s def.lib ] && [ -s def.cli ] || complain "no objects in $obj"

# uses OBJECT FILE...: coco_ symbols of the object that none of the files defines
uses() {
	_o=$1
	shift
	undefined "$_o" | grep '^coco_' | sort -u >undef
	cat "$@" 2>/dev/null | sort -u >may
	comm -23 undef may
}

uses probe.o def.formats def.lib | grep -qx coco_not_there || complain "the border check is blind"

n=0
for o in $(find "$obj/formats" "$obj/lib" "$obj/cli" -name '*.o'); do
	name=${o#"$obj"/}
	name=${name%.o}
	floor=${name%%/*}
	rest=${name#*/}
	wing=${rest%%/*}
	n=$((n + 1))
	case $floor in
	formats)
		found=$(check_formats "$o" "$rest"; uses "$o" def.formats.core "def.formats.$wing")
		;;
	lib)
		# no printing, no ending, no environment, no clock; OpenSSL in lib/crypto,
		# threads, other programs and "env:" references in one file each
		undefined "$o" | grep -E '^(curl_.*|(__)?(v?[df]?printf|puts|putchar|fwrite|perror|_?exit|_Exit|abort|(secure_)?getenv|time|clock_gettime|gettimeofday|clock|setlocale|signal|sigaction|system|popen|exec.*|posix_spawn.*|v?fork|clone|kill|killpg|wait(pid|id|3|4)?|pthread_create|json_.*|cbor_.*|EVP_.*|OPENSSL_.*|OSSL_.*|RAND_.*|X509_.*|ERR_.*|ASN1_.*|PEM_.*|BIO_.*)(_chk)?)$' >undef
		case $rest in
		core/keyref) grep -v '^getenv$' undef ;;
		core/pool) grep -v '^pthread_create$' undef ;;
		core/child) grep -Ev '^(posix_spawn.*|kill|wait(pid|id))$' undef ;;
		crypto/*) grep -Ev '^(EVP|OPENSSL|OSSL|RAND|X509|ERR|ASN1|PEM|BIO)_' undef ;;
		net/*) grep -v '^curl_' undef ;;
		*) cat undef ;;
		esac >found
		# crypto serves all wings; the documents that it signs and wraps are the model's
		case $wing in
		crypto) peers="def.formats.model" ;;
		# through the public headers of the other wing's lib, never the other way round
		evidence) peers="def.lib.net def.lib.measure def.formats.measure" ;;
		broker) peers="def.lib.net def.lib.measure def.formats.measure def.lib.model
			def.lib.evidence def.formats.evidence def.formats.model" ;;
		*) peers="def.lib.net" ;;
		esac
		# shellcheck disable=SC2086
		found=$(cat found; uses "$o" def.formats.core "def.formats.$wing" def.lib.core \
			"def.lib.$wing" def.lib.crypto $peers)
		;;
	cli)
		undefined "$o" | grep -E '^(EVP|OPENSSL|OSSL|SSL|RAND|X509|ERR|BIO|PEM|ZSTD|archive|json|cbor)_' \
			>found
		case $wing in
		core) peers="def.cli" ;; # the table and main name every command
		*) peers="def.cli.core" ;;
		esac
		found=$(cat found; uses "$o" def.formats def.lib "def.cli.$wing" $peers)
		;;
	esac
	[ -z "$found" ] || complain "$name uses:" $found
done
[ "$n" -gt 20 ] || complain "only $n objects found in $obj"

# Headers: an include path may only go down.
for f in $(cd "$SRC" && find formats -name '*.[ch]'); do
	grep -HnE '#include "(lib|cli)/|#include <(openssl|archive|zstd|curl|pthread|time|unistd|fcntl)' \
		"$SRC/$f" && bad=1
done
for f in $(cd "$SRC" && find lib -name '*.[ch]'); do
	grep -HnE '#include "cli/|#include <(jansson|cbor)' "$SRC/$f" && bad=1
done
for f in $(cd "$SRC" && find cli -name '*.[ch]'); do
	grep -HnE '#include <(openssl|archive|zstd|curl|jansson|cbor)' "$SRC/$f" && bad=1
done

# Pure codecs have no state: nothing writable. Sanitizers add data of their own.
if ! nm -u "$obj/formats/core/rd.o" | grep -qE '__(a|t|ub)san_|__gcov_'; then
	for o in $(find "$obj/formats" -name '*.o'); do
		size -A "$o" | awk -v o="${o#"$obj"/}" '$1 ~ /^\.(data|bss|tdata|tbss)$/ && $2 > 0 \
			{ print o " has " $2 " bytes of " $1; found = 1 } END { exit found }' || bad=1
	done
fi
exit $bad
