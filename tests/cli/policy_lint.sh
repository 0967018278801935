#!/bin/sh
# policy lint: what is generated passes, what is dangerous does not, and what
# is not understood ends with 8.
. "$SRC/tests/cli/lib"

digest=sha256:$(printf 'ab%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 \
	25 26 27 28 29 30 31 32)
expect 0 policy generate --resource default/model-key/4f2a9c --initdata $digest -o good.rego
expect 0 policy generate --kind cpu --platform snp -o cpu.rego
expect 0 policy generate --kind gpu -o gpu.rego
expect 0 policy lint good.rego cpu.rego gpu.rego --strict
has out 'good.rego: resource policy'
has out affirmed
expect 0 policy lint good.rego --json
json out

cat >sample.rego <<'EOF'
package policy
default allow = false
allow { not input.submods.cpu0["ear.veraison.annotated-evidence"].sample }
EOF
expect 1 policy lint sample.rego
has out 'fail   no affirming status is asked for (line 3'
has err verify.policy.unsafe
expect 1 policy lint good.rego sample.rego --json
json out
has out '"policy.allow.affirming"'

# both language versions; a warning counts with --strict
cat >cpu_only.rego <<'EOF'
package policy
default allow = false
allow {
	input.submods.cpu0["ear.status"] == "affirming"
	data["resource-path"] == ["default", "model-key", "1"]
	input.submods.cpu0["ear.veraison.annotated-evidence"].snp
	input.submods.cpu0["ear.veraison.annotated-evidence"].init_data == "00"
}
EOF
expect 0 policy lint cpu_only.rego
has out 'warn   only the CPU has to be affirmed'
expect 1 policy lint cpu_only.rego --strict

# what is not understood
sed 's/== "affirming"/in data.statuses # "affirming"/' cpu_only.rego >other.rego
expect 1 policy lint other.rego
sed 's/== "affirming"/in {"affirming"}/' cpu_only.rego >other.rego
expect 8 policy lint other.rego
has out 'cannot decide: whether an affirming status is asked for'
has err trust.policy.undecided
echo 'version = 1' >other.toml
expect 3 policy lint other.toml   # no evidence policy, and no Rego
has err format.policy.schema
expect 3 policy lint other.toml sample.rego
printf 'package policy\nallow := "\n' >broken.rego
expect 3 policy lint broken.rego
has err 'line 2'
expect 4 policy lint absent.rego
expect 2 policy lint
expect 2 policy lint good.rego --trustee v9

# with the values that are registered
expect 0 refval create --value snp.smt_enabled=true --value gpu.vbios_version=96.00.A -o values.json
expect 0 policy lint cpu.rego --reference values.json
has out 'snp_launch_measurement is asked for and has no value'
has out 'gpu.vbios_version has a value that the policy never asks for'
expect 1 policy lint cpu.rego --reference values.json --strict
expect 0 refval create --value gpu.vbios_version=96.00.A -o none.json
expect 1 policy lint cpu.rego --reference none.json
expect 4 policy lint cpu.rego --reference absent.json

# words
echo 4F2A >words
expect 1 policy lint good.rego --confidential words
has out 'word 1 of the confidential list is in it'
hasnt out 4f2a
hasnt err 4f2a
expect 4 policy lint good.rego --confidential absent
