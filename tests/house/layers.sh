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

# symbols OBJECT...: "U NAME SYMBOL" and "D NAME SYMBOL" lines; NAME is floor/wing/file
symbols() {
	nm -A -g "$@" 2>/dev/null | sed -e "s,^$obj/,," -e 's,\.o:, ,' |
		awk '$(NF-1) == "U" || $(NF-1) == "w" { print "U", $1, $NF; next } { print "D", $1, $NF }'
}

# judge: reads such lines, prints every symbol that an object may not use. What
# one floor or wing may use of the others stands here; libc, OpenSSL and other
# libraries are patterns.
judge() {
	awk '
	BEGIN {
		# what compilers and sanitizers put in
		runtime = "^(_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__(a|t|ub|m|l)san_|__sanitizer_|__gcov_" \
			"|__llvm_|__sancov_|__start___sancov|__stop___sancov|__cpu_model|__tls_get_addr" \
			"|__popcountdi2$)"
		# plain string and memory functions
		pure = "^(__)?(mem(cpy|cmp|set|chr|move|mem|rchr)|explicit_bzero" \
			"|str(len|nlen|n?casecmp|cmp|ncmp|chr|rchr|str|spn|cspn|pbrk|tod_l)|v?snprintf|qsort|qsort_r" \
			"|bsearch|newlocale|freelocale)(_chk)?$"
		also["formats/core/mem"] = "^(malloc|calloc|realloc|posix_memalign|free)$"
		also["formats/core/json"] = "^(json_.*|free)$"
		also["formats/core/xml"] = "^dl(open|sym)$"
		also["formats/core/cbor_scan"] = "^cbor_(stream_decode|encode_[a-z_]*)$" # no loader
		# lib: no printing, no ending, no environment, no clock; OpenSSL in lib/crypto,
		# threads, other programs and "env:" references in one file each
		not_lib = "^(curl_.*|(__)?(v?[df]?printf|puts|putchar|fwrite|perror|_?exit|_Exit|abort" \
			"|(secure_)?getenv|time|clock_gettime|gettimeofday|clock|setlocale|signal|sigaction" \
			"|system|popen|exec.*|posix_spawn.*|v?fork|clone|kill|killpg|wait(pid|id|3|4)?" \
			"|pthread_create|json_.*|cbor_.*" openssl(1) ")(_chk)?)$"
		also["lib/core/keyref"] = "^getenv$"
		also["lib/core/pool"] = "^pthread_create$"
		also["lib/core/child"] = "^(posix_spawn.*|kill|wait(pid|id))$"
		also["lib/crypto"] = "^(" substr(openssl(1), 2) ")$"
		also["lib/net"] = "^curl_"
		not_cli = "^(EVP|OPENSSL|OSSL|SSL|RAND|X509|ERR|BIO|PEM|ZSTD|archive|json|cbor)_"
		# crypto serves all wings; the documents that it signs and wraps are the model s
		peers["lib/crypto"] = "formats/model"
		# through the public headers of the other wing, never the other way round
		peers["lib/evidence"] = "lib/net lib/measure formats/measure formats/broker"
		peers["lib/broker"] = "lib/net lib/measure formats/measure lib/model formats/model" \
			" lib/evidence formats/evidence"
	}
	function openssl(x) {
		return "|EVP_.*|OPENSSL_.*|OSSL_.*|RAND_.*|X509_.*|ERR_.*|ASN1_.*|PEM_.*|BIO_.*"
	}
	{ split($2, part, "/"); wing = part[1] "/" part[2] }
	$1 == "D" { defined[wing, $3] = 1; floor[part[1], $3] = 1; next }
	{ n++; name[n] = $2; symbol[n] = $3 }
	function among(list, s,    i, k, w) {
		k = split(list, w, " ")
		for (i = 1; i <= k; i++)
			if ((w[i], s) in defined)
				return 1
		return 0
	}
	function ours(f, w, s) {
		if (f == "formats")
			return among("formats/core formats/" w, s)
		if (f == "lib")
			return among("formats/core formats/" w " lib/core lib/" w " lib/crypto lib/net " \
				peers["lib/" w], s)
		if (w == "core")  # the table and main name every command
			return ("formats", s) in floor || ("lib", s) in floor || ("cli", s) in floor
		return ("formats", s) in floor || ("lib", s) in floor || among("cli/core cli/" w, s)
	}
	function foreign(f, w, file, s) {
		if (s ~ runtime || (file in also && s ~ also[file]) ||
		    ((f "/" w) in also && s ~ also[f "/" w]))
			return 0
		if (f == "formats")
			return s !~ pure
		return f == "lib" ? s ~ not_lib : s ~ not_cli
	}
	END {
		for (i = 1; i <= n; i++) {
			split(name[i], part, "/")
			bad = symbol[i] ~ /^coco_/ ? !ours(part[1], part[2], symbol[i]) \
				: foreign(part[1], part[2], name[i], symbol[i])
			if (bad)
				print name[i] " uses " symbol[i]
		}
	}'
}

# The check must see a violation before its silence means anything.
for line in 'U formats/core/probe printf' 'U formats/core/json getenv' 'U lib/model/probe EVP_sha256' \
	'U lib/core/probe getenv' 'U cli/model/probe json_loads' 'U lib/model/probe coco_not_there' \
	'U formats/model/probe coco_of_measure' 'U lib/measure/probe coco_of_model'; do
	printf '%s\n' "$line" 'D formats/measure/x coco_of_measure' 'D lib/model/x coco_of_model' |
		judge | grep -q uses || complain "the check does not see: $line"
done
[ -z "$(echo 'U lib/crypto/probe EVP_sha256' | judge)" ] || complain "the check sees too much"

find "$obj/formats" "$obj/lib" "$obj/cli" -name '*.o' >objects
[ "$(wc -l <objects)" -gt 20 ] || complain "too few objects found in $obj"
# shellcheck disable=SC2046
symbols $(cat objects) >symbols
for floor in formats lib cli; do
	grep -q "^D $floor/core/" symbols || complain "no symbols of $floor in $obj"
done
found=$(judge <symbols)
[ -z "$found" ] || complain "$found"

# Headers: an include path may only go down.
(
	cd "$SRC" || exit 1
	! grep -rnE '#include "(lib|cli)/|#include <(openssl|archive|zstd|curl|pthread|time|unistd|fcntl)' formats
) || bad=1
(cd "$SRC" && ! grep -rnE '#include "cli/|#include <(jansson|cbor|libxml)' lib) || bad=1
(cd "$SRC" && ! grep -rnE '#include <(openssl|archive|zstd|curl|jansson|cbor|libxml)' cli) || bad=1

# Pure codecs have no state: nothing writable. Sanitizers add data of their own.
if ! nm -u "$obj/formats/core/rd.o" | grep -qE '__(a|t|ub)san_|__gcov_'; then
	find "$obj/formats" -name '*.o' -exec size -A {} + | awk 'NF > 1 && $NF ~ /^:?$/ { o = $1 }
		/:$/ { o = $1 } $1 ~ /^\.(data|bss|tdata|tbss)$/ && $2 > 0 \
		{ print o " has " $2 " bytes of " $1; found = 1 } END { exit found }' || bad=1
fi
exit $bad
