#!/bin/sh
# The policies that are generated, judged by OPA: who is given what, and what
# each platform's evidence is worth. $COCO_OPA names the program when it is not
# on the PATH. Trustee's own function query_reference_value is added as a rule.
set -u
: "${SRC:?run this through make check}" "${COCOCTL:?}"
opa=$(command -v "${COCO_OPA:-opa}") || {
	echo "opa is not installed"
	exit 77
}

rm -f failed
fail() { # also in a part of a pipe
	echo "$*" | tee -a failed
	exit 1
}

run() { # quiet unless it fails
	"$@" >run.log 2>&1 || {
		cat run.log
		fail "exit $?: $*"
	}
}

value() { # QUERY POLICY DATA: of the claims on standard input
	"$opa" eval -f raw -I -d "$2" -d "$3" "data.policy.$1" 2>&1
}

# expect WANT PATH CLAIMS: with the resource policy p.rego
expect() {
	printf '{"plugin":"resource","resource-path":%s,"query":{}}' "$2" >data.json
	got=$(printf '%s' "$3" | value allow p.rego data.json)
	[ "$got" = "$1" ] || fail "$got, not $1: $2 for $3"
}

ab=$(printf 'ab%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 \
	29 30 31 32)
cd=$(echo "$ab" | tr ab cd)

# claims STATUS KIND INIT_DATA RELEASE.TOML MORE: of a token
claims() {
	printf '{"submods":{"cpu0":{"ear.status":"%s","ear.veraison.annotated-evidence":{"%s":
		{"measurement":"00"},"init_data":"%s","init_data_claims":{"release.toml":%s}}}%s}}' \
		"$1" "$2" "$3" "$4" "${5-}"
}

cat >grants.toml <<EOF
version = 1
platforms = ["snp", "tdx", "az-snp-vtpm"]
[[model]]
id = "a"
resources = ["default/key/a", "default/cred/*"]
initdata = ["sha256:$ab"]
gpus = 1
[[model]]
id = "b"
resources = ["default/key/b"]
initdata = ["sha256:$ab", "sha256:$cd"]
release = "r7"
EOF

resource_policy() {
	run "$COCOCTL" policy generate grants.toml -o p.rego --force
	r7='"id = \"r7\"\n"'
	gpu=',"gpu0":{"ear.status":"affirming"}'
	a='["default","key","a"]'
	b='["default","key","b"]'
	expect true "$a" "$(claims affirming snp "$ab" "$r7" "$gpu")"
	expect true '"/default/key/a"' "$(claims affirming snp "$ab" null "$gpu")"
	expect true '["default","cred","x"]' "$(claims affirming snp "$ab" "$r7" "$gpu")"
	expect true "$b" "$(claims affirming snp "$cd" "$r7")"
	expect true "$b" "$(claims affirming tdx "${ab}00000000000000000000000000000000" "$r7")"
	# another resource, part of a name, more parts
	expect false '["default","key","c"]' "$(claims affirming snp "$ab" "$r7" "$gpu")"
	expect false '["default","key","a","x"]' "$(claims affirming snp "$ab" "$r7" "$gpu")"
	expect false '["default","credx","x"]' "$(claims affirming snp "$ab" "$r7" "$gpu")"
	expect false '[]' "$(claims affirming snp "$ab" "$r7" "$gpu")"
	expect false '{"a":1}' "$(claims affirming snp "$ab" "$r7" "$gpu")"
	# another guest: initdata, release, kind of evidence
	expect false "$a" "$(claims affirming snp "$cd" "$r7" "$gpu")"
	expect false "$b" "$(claims affirming snp "$ab" '"id = \"r8\"\n"')"
	expect false "$b" "$(claims affirming snp "$ab" null)"
	expect false "$b" "$(claims affirming sample "$ab" "$r7")"
	expect false "$b" "$(claims affirming tpm "$ab" "$r7")"
	# what is not affirmed, missing or too much
	expect false "$b" "$(claims warning snp "$ab" "$r7")"
	expect false "$b" "$(claims none snp "$ab" "$r7")"
	expect false "$a" "$(claims affirming snp "$ab" "$r7")"
	expect false "$b" "$(claims affirming snp "$ab" "$r7" "$gpu")"
	expect false "$a" "$(claims affirming snp "$ab" "$r7" ',"gpu0":{"ear.status":"warning"}')"
	expect false "$a" "$(claims affirming snp "$ab" "$r7" ',"gpu0":{}')"
	expect false "$a" "$(claims affirming snp "$ab" "$r7" "$gpu,\"gpu1\":{\"ear.status\":\"none\"}")"
	expect false "$a" "$(claims affirming snp "$ab" "$r7" "$gpu,\"switch0\":{}")"
	expect false "$a" '{"submods":{"gpu0":{"ear.status":"affirming"}}}'
	expect false "$a" '{"submods":{}}'
	expect false "$a" '{}'
	# plugins other than that of resources
	printf '{"plugin":"pkcs11","resource-path":%s}' "$b" >data.json
	got=$(claims affirming snp "$ab" "$r7" | value allow p.rego data.json)
	[ "$got" = false ] || fail "another plugin is allowed"
}

# worth WANT POLICY: "executables hardware configuration" of the evidence on standard input
worth() {
	cat >input.json
	{
		cat "$2"
		echo 'query_reference_value(name) := object.get(data.reference, name, null)'
	} >q.rego
	got=$("$opa" eval -f raw -i input.json -d q.rego -d refs.json \
		'[data.policy.trust_claims.executables, data.policy.trust_claims.hardware,
		data.policy.trust_claims.configuration]')
	[ "$got" = "$1" ] || fail "$got, not $1: $2 for $(cat input.json)"
}

first() { # NAME: of its values in values.json
	sed -n "s/.*\"$1\": *\[\"\([^\"]*\)\".*/\1/p" values.json
}

snp() { # MEASUREMENT MICROCODE DEBUG SMT HOST_DATA
	printf '{"snp":{"measurement":"%s","reported_tcb_bootloader":10,"reported_tcb_microcode":%s,
		"reported_tcb_snp":25,"reported_tcb_tee":0,"policy_debug_allowed":%s,
		"policy_migrate_ma":false,"platform_smt_enabled":%s,"platform_tsme_enabled":false,
		"policy_abi_major":0,"policy_abi_minor":31,"policy_single_socket":false,
		"policy_smt_allowed":true},"init_data":"%s"}' "$@"
}

cpu_policy() { # RELEASE
	run "$COCOCTL" policy generate --kind cpu --trustee "$1" -o cpu.rego --force
	m=$(printf '01%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 \
		28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48)
	run "$COCOCTL" refval create --value "snp.launch_digest=$m" --value snp.tcb.bootloader=10 \
		--value 'snp.tcb.microcode=[84,85]' --value snp.tcb.snp=25 --value snp.tcb.tee=0 \
		--value snp.smt_enabled=true --value snp.tsme_enabled=false \
		--value snp.abi_major=0 --value snp.abi_minor=31 --value snp.single_socket=false \
		--value snp.smt_allowed=true --value "snp.host_data=$ab" -o set.json --force
	run "$COCOCTL" refval export set.json --form json --trustee "$1" -o values.json --force
	printf '{"reference":%s}' "$(cat values.json)" >refs.json
	claim=$(first snp_launch_measurement)
	snp "$claim" 84 false true 00 | worth '[3,2,2]' cpu.rego
	snp "$claim" 85 false true 00 | worth '[3,2,2]' cpu.rego
	snp 02 84 false true 00 | worth '[33,2,2]' cpu.rego
	snp "$claim" 86 false true 00 | worth '[3,97,2]' cpu.rego
	snp "$claim" 84 true true 00 | worth '[3,2,36]' cpu.rego
	snp "$claim" 84 false false 00 | worth '[3,2,36]' cpu.rego
	echo '{"sample":{"svn":"1","debug":false}}' | worth '[33,97,36]' cpu.rego
	echo '{}' | worth '[33,97,36]' cpu.rego
	# with the set HOST_DATA is compared too
	run "$COCOCTL" policy generate --kind cpu --trustee "$1" --reference set.json \
		-o strict.rego --force
	host=$(first snp_host_data)
	snp "$claim" 84 false true "$host" | worth '[3,2,2]' strict.rego
	snp "$claim" 84 false true 00 | worth '[3,2,36]' strict.rego
	# nothing registered
	echo '{"reference":{}}' >refs.json
	snp "$claim" 84 false true 00 | worth '[33,97,36]' cpu.rego
}

other_platforms() {
	run "$COCOCTL" policy generate --kind cpu -o cpu.rego --force
	cat >refs.json <<EOF
{"reference":{"rtmr_1":["11"],"rtmr_2":["22","23"],"mr_td":["33"],"xfam":["e7"],
"measurement":["bQ=="],"snp_pcr11":["0b"],"tcb_bootloader":["1"],"tcb_microcode":["2"],
"tcb_snp":["3"],"tcb_tee":["4"],"smt_enabled":["true"],"tsme_enabled":["false"],"abi_major":["0"],
"abi_minor":["31"],"single_socket":["false"],"smt_allowed":["true"],"tdx_pcr11":["0c"],
"tpm_pcr11":["0d"],"trusted_aks":["ak"],"allowed_vbios_versions":["96"],
"allowed_driver_versions":["550"]}}
EOF
	quote='"header":{"tee_type":"81000000","vendor_id":"939a7233f79c4ca9940a0db3957f0607"}'
	body='"rtmr_1":"11","rtmr_2":"23","mr_td":"33","xfam":"e7"'
	tdx='{"tdx":{"quote":{'$quote',"body":{'$body'}},"tcb_status":"UpToDate",
		"collateral_expiration_status":"0",
		"td_attributes":{"debug":false,"septve_disable":true}}}'
	echo "$tdx" | worth '[3,2,2]' cpu.rego
	echo "$tdx" | sed 's/"23"/"24"/' | worth '[33,2,2]' cpu.rego
	echo "$tdx" | sed 's/UpToDate/OutOfDate/' | worth '[3,97,2]' cpu.rego
	echo "$tdx" | sed 's/_status":"0"/_status":"1"/' | worth '[3,97,2]' cpu.rego
	echo "$tdx" | sed 's/disable":true/disable":false/' | worth '[3,2,36]' cpu.rego
	echo "$tdx" | sed 's/debug":false/debug":true/' | worth '[3,2,36]' cpu.rego
	az='{"az-snp-vtpm":{"measurement":"bQ==","tpm":{"pcr11":"0b"},"reported_tcb_bootloader":"1",
		"reported_tcb_microcode":"2","reported_tcb_snp":"3","reported_tcb_tee":"4",
		"platform_smt_enabled":"true","platform_tsme_enabled":"false","policy_abi_major":"0",
		"policy_abi_minor":"31","policy_single_socket":"false","policy_smt_allowed":"true"}}'
	echo "$az" | worth '[3,2,2]' cpu.rego
	echo "$az" | sed 's/"0b"/"0c"/' | worth '[33,2,2]' cpu.rego
	echo "$tdx" | sed 's/"tdx":{/"az-tdx-vtpm":{"tpm":{"pcr11":"0c"},/' | worth '[3,2,2]' cpu.rego
	echo '{"tpm":{"pcr11":"0d","ak_public":"ak"}}' | worth '[3,2,0]' cpu.rego
	echo '{"tpm":{"pcr11":"0d","ak_public":"other"}}' | worth '[3,97,0]' cpu.rego
	# the kernel's event, when the set has its digest
	run "$COCOCTL" policy generate --kind cpu -o cpu.rego --force --platform tdx \
		--reference tdx.json
	grep -q tdx_kernel_event cpu.rego || fail "the kernel's event is not compared"
	sed 's/"rtmr_1":/"tdvfkernel":"77","rtmr_1":/' refs.json >more.json
	mv more.json refs.json
	event='"uefi_event_logs":[{"type_name":"EV_EFI_BOOT_SERVICES_APPLICATION","details":
		{"device_paths":["File(kernel)"]},"digests":[{"alg":"SHA-384","digest":"77"}]}]'
	echo "$tdx" | worth '[33,2,2]' cpu.rego
	echo "$tdx" | tr -d '\n' | sed "s/\"tcb_status\"/$(echo "$event" | tr -d '\n'),&/" |
		worth '[3,2,2]' cpu.rego
}

gpu_policy() {
	run "$COCOCTL" policy generate --kind gpu -o gpu.rego --force
	chain='{"x-nvidia-cert-ocsp-status":"good","x-nvidia-cert-status":"valid"}'
	flags=$(for f in attestation-report-cert-chain-fwid-match attestation-report-parsed \
		attestation-report-signature-verified arch-check driver-rim-fetched \
		driver-rim-measurements-available driver-rim-schema-validated \
		driver-rim-signature-verified driver-rim-version-match vbios-rim-fetched \
		vbios-rim-measurements-available vbios-rim-schema-validated \
		vbios-rim-signature-verified vbios-rim-version-match; do
		printf '"x-nvidia-gpu-%s":true,' $f
	done)
	gpu='{"nvidia":{'$flags'"x-nvidia-gpu-attestation-report-cert-chain":'$chain',
		"x-nvidia-gpu-vbios-rim-cert-chain":'$chain',"secboot":true,"dbgstat":"disabled",
		"x-nvidia-gpu-vbios-version":"96","x-nvidia-gpu-driver-version":"550",
		"measres":"success"}}'
	echo "$gpu" | worth '[3,2,2]' gpu.rego
	echo "$gpu" | sed 's/success/fail/' | worth '[33,2,2]' gpu.rego
	echo "$gpu" | sed 's/arch-check":true/arch-check":false/' | worth '[3,97,2]' gpu.rego
	echo "$gpu" | sed 's/"disabled"/"enabled"/' | worth '[3,2,36]' gpu.rego
	echo "$gpu" | sed 's/"550"/"551"/' | worth '[3,2,36]' gpu.rego
	echo '{"nvidia":{"arch":"HOPPER"}}' | worth '[33,97,36]' gpu.rego
	echo '{"sampledevice":{"svn":"1"}}' | worth '[33,97,36]' gpu.rego
}

run "$COCOCTL" refval create --value "tdvfkernel=$(printf '77%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 \
	15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 \
	45 46 47 48)" -o tdx.json --force
resource_policy
for release in v0.14 v0.15 v0.16 v0.17 v0.18 v0.21; do
	cpu_policy $release
done
other_platforms
gpu_policy
[ ! -e failed ] || exit 1
echo "policies are judged by $opa as they are meant"
