#!/usr/bin/env bash
# A real Slurm of two nodes on this machine runs a cohort of 200 short nights as
# a job array. In the middle of it a node is killed with its jobs, then the
# controller; the controller comes back, and the cohort is submitted again. What
# is collated must be, byte for byte, what a single run gives.
#
# Needs root and the Debian packages slurmctld, slurmd, slurm-client,
# slurm-wlm-basic-plugins, munge; when they are not installed they are
# downloaded by apt-get and unpacked, not installed. Skipped, loudly, where
# these are not to be had. Everything is on the loopback interface and ends with
# this script.
#
#   scripts/cluster/test-slurm.sh [PROGRAM]     (default target/release/hypnic)
set -euo pipefail
cd "$(dirname "$0")/../.."

skip() { printf '\n*** SKIPPED: %s ***\n\n' "$1" >&2; exit 0; }
say() { printf '== %s\n' "$*"; }

[ "$(id -u)" = 0 ] || skip 'not root, which slurmctld and slurmd need here'
HYPNIC=$(realpath "${1:-target/release/hypnic}")
[ -x "$HYPNIC" ] || { echo "$HYPNIC is not there: cargo build --release" >&2; exit 2; }
export HYPNIC

work=$(mktemp -d)
pids=()
stop() {
    # Exactly what was started here: daemons by their ids, and whatever bears
    # this cluster's configuration in its environment.
    local pid
    for pid in "${pids[@]}" $(of_this_cluster ''); do kill -9 "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
# Processes with SLURM_CONF of this cluster and $1 in their environment.
of_this_cluster() {
    local file
    for file in /proc/[0-9]*/environ; do
        { tr '\0' '\n' <"$file" | grep -qxF "SLURM_CONF=$work/slurm.conf"; } 2>/dev/null || continue
        [ -z "$1" ] || { tr '\0' '\n' <"$file" | grep -qxF "$1"; } 2>/dev/null || continue
        file=${file%/environ} file=${file#/proc/}
        [ "$file" = $$ ] || [ "$file" = "$BASHPID" ] || echo "$file"
    done
}
trap stop EXIT

say 'Slurm'
packages=(slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge)
root=
if ! command -v slurmctld slurmd sbatch munged >/dev/null; then
    command -v apt-get dpkg-deb >/dev/null || skip 'no Slurm and no apt-get to fetch it with'
    root=$work/root
    mkdir -p "$work/debs" "$root"
    (
        cd "$work/debs"
        names=$(apt-get install --simulate --no-install-recommends "${packages[@]}" 2>/dev/null |
            awk '/^Inst/ { print $2 }')
        # shellcheck disable=SC2086
        [ -n "$names" ] && apt-get download -qq $names
    ) 2>/dev/null || skip 'the packages of Slurm cannot be downloaded'
    for deb in "$work"/debs/*.deb; do dpkg-deb -x "$deb" "$root"; done
    # Debian's alternatives are set when a package is installed.
    for program in "$root"/usr/sbin/*-wlm "$root"/usr/bin/*-wlm; do
        [ ! -e "$program" ] || ln -s "$(basename "$program")" "${program%-wlm}"
    done
fi
lib=$root/usr/lib/$(uname -m)-linux-gnu
export PATH=$root/usr/sbin:$root/usr/bin:$PATH
[ -z "$root" ] || export LD_LIBRARY_PATH=$lib:$lib/slurm-wlm:$lib/slurm
plugins=$(dirname "$(find "$lib" -name select_cons_tres.so | head -1)")
[ -d "$plugins" ] || skip 'the plugins of Slurm are not where Debian has them'

host=$(hostname -s)
for node in ctld n1 n2; do mkdir -p "$work/$node"; done
dd if=/dev/urandom of="$work/munge.key" bs=128 count=1 status=none
chmod 600 "$work/munge.key"
chmod 711 "$work"
cat >"$work/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=17000
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$work/munge.socket
CredType=cred/munge
PluginDir=$plugins
StateSaveLocation=$work/ctld
SlurmctldPidFile=$work/ctld/pid
SlurmctldLogFile=$work/ctld/log
SlurmdSpoolDir=$work/%n
SlurmdPidFile=$work/%n/pid
SlurmdLogFile=$work/%n/log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=1
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SlurmdTimeout=15
MinJobAge=3600
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=17001 CPUs=1 RealMemory=2000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=17002 CPUs=1 RealMemory=2000
PartitionName=all Nodes=n1,n2 Default=YES MaxTime=60 State=UP
CONF
export SLURM_CONF=$work/slurm.conf

# Runs a daemon and remembers its id in the variable named first.
daemon() {
    local name=$1
    shift
    "$@" >>"$work/daemons.log" 2>&1 &
    printf -v "$name" %s $!
    pids+=($!)
}
wait_for() {
    local what=$1 seconds=$2
    shift 2
    for ((; seconds > 0; seconds--)); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 1
    done
    echo "*** waited in vain for: $what" >&2
    tail -n 20 "$work/daemons.log" "$work/ctld/log" "$work"/n?/log "$work"/*.logs/* 2>/dev/null >&2 || true
    exit 1
}
daemon munged munged --foreground --force --socket="$work/munge.socket" --key-file="$work/munge.key" \
    --pid-file="$work/munge.pid" --log-file="$work/munge.log" --seed-file="$work/munge.seed"
wait_for munge 10 test -S "$work/munge.socket"
stepd=$(command -v slurmstepd || echo "$root/usr/sbin/slurmstepd")
daemon ctld slurmctld -D -c -f "$SLURM_CONF"
daemon n1 slurmd -D -N n1 -d "$stepd" -f "$SLURM_CONF"
daemon n2 slurmd -D -N n2 -d "$stepd" -f "$SLURM_CONF"
idle() { [ "$(sinfo --noheader --states=idle --format=%D | awk '{ n += $1 } END { print n + 0 }')" = 2 ]; }
wait_for 'two idle nodes' 30 idle
sinfo --Node --long

say '200 short nights, three of them broken'
scenes=(ankle-plm healthy-starts mixed restless)
for scene in "${scenes[@]}"; do
    "$HYPNIC" simulate --scene "$scene" --seed 5 --out "$work/sim/$scene" >/dev/null
done
for ((night = 0; night < 200; night++)); do
    scene=${scenes[night % 4]}
    person=$work/nights/p$((night % 20))
    mkdir -p "$person"
    # Half an hour at 50 Hz, from another minute each; the lines before the first row stay.
    awk -v from=$((20 * 60 * 50 + night * 5000)) -v rows=90000 \
        '/^[#a-z]/ || (n++ >= from && n <= from + rows)' "$work/sim/$scene/night.csv" >"$person/$night.csv"
done
: >"$work/nights/p0/0.csv"
head -c 100000 /dev/urandom >"$work/nights/p1/1.csv"
echo 'time,x,y' >"$work/nights/p2/2.csv"
rm -r "$work/sim"

say 'a single run'
time "$HYPNIC" batch "$work/nights" --out "$work/single" --allow-failures --quiet 2>/dev/null

say 'a job array'
submit() { SHARDS=16 scripts/cluster/submit.sh "$work/nights" "$work/cohort"; }
submit
results() { find "$work/cohort/results" -name summary.json 2>/dev/null | wc -l; }
reached() { [ "$(results)" -ge "$1" ]; }
busy() { squeue --noheader --states=running --format=%N | grep -qx n2; }
wait_for 'a fifth of the results' 120 reached 40
wait_for 'a job on the second node' 60 busy
say "killing the second node and its jobs, with $(results) results there"
# shellcheck disable=SC2046
kill -9 "$n2" $(of_this_cluster SLURMD_NODENAME=n2) 2>/dev/null || true
sleep 2
say "killing the controller, with $(results) results there"
kill -9 "$ctld"
sleep 2
daemon ctld slurmctld -D -f "$SLURM_CONF"
wait_for 'the controller' 30 squeue
say "submitting again, with $(results) results there"
"$HYPNIC" batch --status "$work/cohort" | awk 'NR == 1 || $1 == "all"' || true
again=$(submit)
echo "$again"
collation=$(sed -nE 's/.*then collation ([0-9]+);.*/\1/p' <<<"$again")
# A controller that was killed forgets the last few seconds and may give the id of
# a job that runs to another: the node is then drained for a "Duplicate jobid" and
# the job held, which an operator would mend like this.
mend() {
    local job
    if sinfo --noheader --nodes=n1 --format=%E | grep -q Duplicate; then
        scontrol update NodeName=n1 State=RESUME
        for job in $(squeue --noheader --format='%i %r' | awk '/held/ { print $1 }'); do
            scontrol release "$job"
        done
    fi
}
if [ -n "$collation" ]; then
    ended() {
        mend
        squeue --noheader --jobs="$collation" --states=all --format=%T | grep -qxE 'COMPLETED|FAILED|CANCELLED'
    }
    wait_for 'the collation' 600 ended
    cat "$work/cohort.logs/$collation-collate.log"
fi

say 'the same bytes'
"$HYPNIC" batch --status "$work/cohort" --allow-failures | awk 'NR == 1 || $1 == "all"'
for table in nights.csv movements.csv participants.csv batch.html summary.json; do
    cmp "$work/single/$table" "$work/cohort/$table"
done
diff --recursive "$work/single/results" "$work/cohort/results"
# seconds is the one column that tells of the run.
states() { python3 -c 'import csv, sys
for row in csv.DictReader(open(sys.argv[1])): row.pop("seconds"); print(row)' "$1"; }
diff <(states "$work/single/status.csv") <(states "$work/cohort/status.csv")
[ "$(states "$work/cohort/status.csv" | grep -c "'state': 'done'")" = 197 ]
say 'all is well: nothing lost, nothing double, every byte the same'
