#!/bin/bash
# The part of run.sh that is about evidence: sourced by it, with its functions.
# Everything is minted under test roots; bounds are the bare public-key operations
# of OpenSSL, in turn with the program.

evidence=$root/$B/bench/bench_evidence
for n in 2000 10000; do
	mkdir "e$n"
	"$evidence" mint "e$n" "$n"
done
snp_of() { printf '%s' "--collateral $1/snp-collateral --trust-root $1/snp-root.der --at 2027-01-15T08:00:00Z --authentic-only"; }
tdx="--collateral e2000/tdx-collateral --trust-root e2000/tdx-root.der --at 2026-01-10T00:00:00Z --authentic-only"

say
say "one verdict on minted evidence, cold start"
rm -f bound.txt
"$timer" "$((rounds * 3))" true \
	start "$coco version >/dev/null" \
	bound "$evidence bound >>bound.txt" \
	snp "$coco evidence verify e2000/snp/report $(snp_of e2000) >/dev/null" \
	tdx "$coco evidence verify e2000/tdx/quote $tdx >/dev/null" >t.txt
row "start (cococtl version)" "$(ms "$(field t.txt start 2)")" ms
for kind in snp tdx; do
	grep "^$kind " bound.txt | cut -d ' ' -f 2- >one.txt
	for column in 2 3; do
		case $column in 2) what=wall ;; *) what="processor time" ;; esac
		ours=$(field t.txt "$kind" "$column")
		bound=$(middle one.txt "$((column - 1))")
		goal=$(awk -v b="$bound" 'BEGIN { print 2 * b + 0.005 }')
		row "cococtl evidence verify, $kind, $what" "$(ms "$ours")" ms "$(ratio "$ours" "$goal") of 2 x $(ms "$bound") ms of OpenSSL + 5 ms (goal 1)"
		note "evidence_${kind}_${what%% *}_vs_goal" "$(ratio "$ours" "$goal")"
	done
done

say
say "many SEV-SNP reports of one chip, $jobs threads"
for n in 2000 10000; do
	rm -f many.txt
	"$timer" "$rounds" true \
		bound "$evidence many $jobs $n >>many.txt" \
		each "$coco evidence verify --each e$n/many $(snp_of "e$n") >/dev/null" >t.txt
	bound=$(middle many.txt 2)
	ours=$(field t.txt each 2)
	row "$n x ECDSA P-384, OpenSSL (bound)" "$(ms "$bound")" ms
	row "cococtl evidence verify --each, $n files" "$(ms "$ours")" ms "$(ratio "$bound" "$ours") x bound (goal 0.8)"
	row "  processor time" "$(ms "$(field t.txt each 3)")" ms "$(ratio "$(middle many.txt 3)" "$(field t.txt each 3)") x bound"
	row "  peak memory" "$(($(field t.txt each 4) / 1024))" MiB
	note "evidence_each_${n}_vs_bound" "$(ratio "$bound" "$ours")"
	note "evidence_each_${n}_peak_kib" "$(field t.txt each 4)"
done
rm -rf e2000 e10000
