#!/bin/sh
# The policies of broker apply --disable, judged by regorus, the engine that
# Trustee has in it: what is disabled is refused, everything else is as before.
# Needs Python with the package opa_eval; $COCO_PYTHON names another Python.
. "$SRC/tests/cli/lib"

python=${COCO_PYTHON:-python3}
"$python" -c 'import opa_eval' 2>/dev/null || {
	echo "Python with the package opa_eval is not installed"
	exit 77
}

cat >judge.py <<'END'
"""POLICY RESOURCE STATUS: what the policy says for evidence of this status."""
import json
import sys

import opa_eval

policy, resource, status = sys.argv[1:]
data = {"plugin": "resource", "resource-path": resource.split("/"), "query": {}}
evidence = {"snp": {"measurement": "00"}, "init_data": "0" * 64, "init_data_claims": {}}
claims = {"submods": {"cpu0": {
    "ear.status": status, "ear.veraison.annotated-evidence": evidence}}}
engine = opa_eval.OpaEval(policy, data_json=json.dumps(data), query="data.policy.allow")
print(engine.evaluate_parsed(json.dumps(claims)))
END

says() { # WANT RESOURCE STATUS
	got=$("$python" judge.py "$policy" "$2" "$3") || fail "the policy does not parse"
	[ "$got" = "$1" ] || fail "$name: $got, not $1: $2 for $3"
}

expect 0 key generate --type ed25519 -o ledger.pem
printf 'secret' >secret
chmod 600 secret
cat >broker.toml <<END
schema = "cococtl.broker.v1"
[broker]
address = "store:trustee"
[ledger]
key = "ledger.pem"
[resource_policy]
file = "policy.rego"
[[key]]
resource = "a/b/c"
from = "secret"
END

# with "if", without, without any body, with a rule of a function, with comments
printf 'package policy\nimport rego.v1\ndefault allow = false\nallow if {\n\tsome _, s in %s\n\t%s\n}\n' \
	'input.submods # allow' 's["ear.status"] == "affirming"' >p1
printf 'package policy\ndefault allow = false\nallow {\n\t%s == "affirming"\n}\n' \
	'input["submods"]["cpu0"]["ear.status"]' >p2
printf 'package policy\n\ndefault allow = true\n' >p3
printf 'package policy\nimport rego.v1\ndefault allow := false\nallow if ok(input)\n%s\n' \
	'ok(x) if x.submods.cpu0["ear.status"] == "affirming"' >p4
policy=trustee/kbs/resource-policy.rego
for name in p1 p2 p3 p4; do
	rm -rf trustee broker.ledger.jsonl
	cp $name policy.rego
	expect 0 broker apply broker.toml
	worse=False
	[ $name != p3 ] || worse=True
	says True a/b/c affirming
	says $worse a/b/c warning
	expect 0 broker apply broker.toml --disable a/b/c --reason test
	says False a/b/c affirming
	says True a/b/d affirming
	says $worse a/b/d warning
	expect 0 broker apply broker.toml --disable a/b/d --reason test
	says False a/b/c affirming
	says False a/b/d affirming
	says True a/b/e affirming
	expect 0 broker apply broker.toml --disable all --reason test
	says False a/b/e affirming
	expect 0 broker apply broker.toml --restore
	says True a/b/c affirming
	says $worse a/b/c warning
done

# a policy that was generated
cat >grants.toml <<END
version = 1
platforms = ["snp"]
[[model]]
id = "a"
resources = ["a/b/c", "a/b/d"]
initdata = ["sha256:$(printf '%064d' 0)"]
END
name=generated
expect 0 policy generate grants.toml -f -o policy.rego
expect 0 broker apply broker.toml
says True a/b/c affirming
says False a/b/c warning
expect 0 broker apply broker.toml --disable a/b/c --reason test
says False a/b/c affirming
says True a/b/d affirming
says False a/b/d warning
says False a/b/e affirming
