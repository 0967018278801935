#!/bin/sh
# policy generate: the kinds of policies, determinism, and every exit code.
. "$SRC/tests/cli/lib"

digest=sha256:$(printf 'ab%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 \
	25 26 27 28 29 30 31 32)
cat >grants.toml <<EOF
version = 1
platforms = ["snp", "tdx"]
reference = ["values.json"]

[[model]]
id = "4f2a9c"
resources = ["default/model-key/4f2a9c"]
initdata = ["initdata.toml", "$digest"]
gpus = 1

[[model]]
id = "77aa01"
resources = ["default/model-key/77aa01", "default/credential/*"]
release = "r7"
EOF
expect 0 initdata create --kbs-url https://kbs.example.com:8080 --release-id r7 -o initdata.toml
expect 0 refval create --value snp.smt_enabled=true -o values.json

expect 0 policy generate grants.toml
has out 'default allow := false'
has out 'startswith(path, "default/credential/")'
has out '# Model 77aa01.'
hasnt out initdata.toml
has err 'models   2'
mv out resource.rego
mkdir -p elsewhere
expect 0 policy generate grants.toml -o elsewhere/again.rego
cmp resource.rego elsewhere/again.rego || fail "another run gives other bytes"
expect 10 policy generate grants.toml -o elsewhere/again.rego
expect 0 policy generate grants.toml -o none.rego --dry-run
[ ! -e none.rego ] || fail "--dry-run wrote"
expect 0 policy generate grants.toml --kind cpu --json -o cpu.rego
json out
has out '"policy":"default_cpu"'
has err 'there is no value for snp.launch_digest'
has cpu.rego 'query_reference_value("snp_smt_enabled")'
hasnt cpu.rego snp_tsme_enabled
expect 0 policy generate --kind cpu --trustee v0.15
has out 'data.reference.snp_launch_measurement'
expect 0 policy generate --kind gpu
has out 'x-nvidia-gpu-driver-rim-fetched'

# one model from options
expect 0 policy generate --resource r/t/g --initdata $digest --release-id r7 --gpus 2 --id x1
has out 'count(gpus) == 2'
has out '# Model x1.'
expect 2 policy generate --resource r/t/g
has err usage.grants.unpinned
expect 2 policy generate
expect 2 policy generate grants.toml --resource r/t/g
expect 2 policy generate --resource r/t/g --initdata $digest --gpus 65
expect 2 policy generate --initdata $digest
expect 2 policy generate --platform sample --resource r/t/g --initdata $digest
expect 2 policy generate grants.toml --trustee v0.13
has err usage.policy.release
expect 2 policy generate --kind gpu --trustee v0.15
expect 3 policy generate --resource r/t --initdata $digest
expect 3 policy generate --resource r/t/g --initdata sha256:12
expect 4 policy generate absent.toml
expect 4 policy generate --resource r/t/g --initdata absent.toml

# what strangers would read
echo falcon >words
expect 0 policy generate grants.toml --confidential words
sed 's/77aa01/Falcon-9/' grants.toml >loud.toml
expect 2 policy generate loud.toml --confidential words -o none.rego
has err 'word 1 of the confidential list'
hasnt err alcon
[ ! -e none.rego ] || fail "a policy with a confidential word was written"
echo ab >words
expect 3 policy generate grants.toml --confidential words
expect 4 policy generate grants.toml --confidential absent

sed 's/version = 1/version = 9/' grants.toml >new.toml
expect 3 policy generate new.toml
has err format.grants.schema
