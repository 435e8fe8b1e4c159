#!/bin/sh
# A night, scripted: what a finding hits is drained, power-cycled, checked and given back, with nothing but megapod and
# its exit codes. Run by the tests on a simulated pod and on real Slurm; take it as a beginning for your own.
#
#   tests/night.sh POD RULE          as in: tests/night.sh austin gpu-health
#
# It expects the pod's bill of materials (`megapod check POD --write-expected`, by day, looked at once). It ends with 0
# when all is well again, and with 1 when a person has to look: what was begun then stands, and is told.
set -u
exec 3>&1 >&2 # the report alone is data; what is said on the way is for whoever looks on
pod=$1 rule=$2
reason="night: $rule"
began=$(date -u +%Y-%m-%dT%H:%M:%SZ)

say() { echo "night: $*"; }

report() { # what the morning wants to know
    megapod findings list --pod "$pod" >&3
    megapod audit --since "$began" >&3
}

give_up() { # a person has to look: say why, and leave everything as it is
    say "$*"
    megapod findings note "$finding" "$reason: $*" --pod "$pod"
    report
    exit 1
}

# What is wrong? An answer that is partial (3) is no reason to stay in bed, and none to switch anything off either.
finding=$(megapod get findings --pod "$pod" --select "rule=$rule" -o name)
code=$?
[ $code = 0 ] || { say "the pod does not tell all ($code): nothing is touched"; exit 1; }
[ -n "$finding" ] || { say "nothing is wrong"; exit 0; }
nodes=$(megapod get findings --pod "$pod" --select "rule=$rule" -o nodeset)
[ -n "$nodes" ] || give_up "it hits no node: there is nothing to drain"
count=$(megapod get nodes --pod "$pod" "$nodes" -o name | wc -l)
for one in $finding; do
    megapod findings ack "$one" --pod "$pod"
done
finding=${finding%%
*}
say "$rule hits $nodes"

# Drain: jobs have a moment to end, then they are requeued; `--expect` is the yes, and says how many nodes it means.
megapod drain "$nodes" --pod "$pod" --reason "$reason" --mode requeue --grace 5s --expect "$count" --wait --timeout 10m
case $? in
    0) ;;
    4) give_up "jobs outlive the drain, which goes on" ;;
    5) give_up "the pod's policy does not allow to drain $nodes" ;;
    6) give_up "somebody else has $nodes" ;;
    *) give_up "$nodes could not be drained" ;;
esac
megapod wait "$nodes" --pod "$pod" --for state=drained --timeout 1m || give_up "$nodes drained, and are not any more"

# Power: off, and on again; then the controller's word that they are well.
megapod power cycle "$nodes" --pod "$pod" --yes --wait --timeout 10m || give_up "$nodes did not come back from a power cycle"
megapod wait "$nodes" --pod "$pod" --for health=ok --timeout 5m || give_up "a power cycle did not mend $nodes"

# Check: 0 is as expected, 8 deviates (and names it), 3 is not known: nodes that are not known to be whole stay out.
megapod check "$pod" || give_up "$pod is not as its bill of materials has it"

# Resume, and see that they take work again.
megapod resume "$nodes" --pod "$pod" --yes --wait --timeout 2m || give_up "$nodes could not be given back"
tries=0
until megapod wait "$nodes" --pod "$pod" --for state=in-service --timeout 30s; do
    tries=$((tries + 1))
    [ $tries -lt 10 ] || give_up "$nodes were given back, and do not come"
    # Slurm takes a node down that registers after a boot it did not know of: that boot was ours, so that one comes back.
    again=$(megapod get nodes --pod "$pod" "$nodes" --select 'state=down & reason~rebooted' -o nodeset)
    [ -z "$again" ] || megapod resume "$again" --pod "$pod" --take-over --yes --wait --timeout 2m
done

say "$nodes are back"
report
