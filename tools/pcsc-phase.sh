#!/usr/bin/env bash
# Runs a command with a pcscd of its own and virtual readers on ports from 35963: four, or as many as SCHSM_READERS says
# (even, at most 16, which is what pcscd takes).
#
# ./check starts it inside private mount, network and pid namespaces, where nobody else sees the daemon, its socket
# or the readers' ports; --plain is for machines that forbid namespaces.
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$ROOT/tools/common.sh"

as_root=()
if [ "$1" = --plain ]; then
    shift
    if [ -e /run/pcscd/pcscd.comm ]; then
        die "namespaces are forbidden here and a pcscd runs already: stop it, or allow unprivileged namespaces."
    fi
    if [ "$(id -u)" != 0 ]; then
        sudo -n true 2>/dev/null || die "namespaces are forbidden here, and a plain pcscd needs root."
        as_root=(sudo -n)
    fi
    work=$(mktemp -d)
else
    mount -t tmpfs tmpfs /run
    ip link set lo up
    work=/run/schsm
    mkdir "$work"
fi

vpcd=/etc/reader.conf.d/vpcd
library=$(sed -n 's/^LIBPATH *//p' "$vpcd")
[ -f "$library" ] || die "no virtual reader in $vpcd: install vsmartcard-vpcd"

# The driver keeps its two slots in static variables, so each further pair needs it loaded once more, as a copy.
for ((i = 0; i < ${SCHSM_READERS:-4}; i += 2)); do
    driver=$library
    name="Virtual PCD"
    if ((i > 0)); then
        driver=$work/vpcd-$i.so
        name="Virtual PCD more"
        if ((i > 2)); then name+=" $i"; fi
        cp "$library" "$driver"
    fi
    channel=$(printf '0x%X' $((35963 + i)))
    printf '%s\n' "FRIENDLYNAME \"$name\"" "DEVICENAME   /dev/null:$channel" "LIBPATH      $driver" \
        "CHANNELID    $channel"
done >"$work/readers"

daemon=(pcscd --foreground --config "$work/readers")
for folder in /usr/sbin /sbin; do PATH=$PATH:$folder; done
if [[ $(pcscd --help 2>&1) == *--disable-polkit* ]]; then daemon+=(--disable-polkit); fi

log=$ROOT/.build/check/pcscd.log
"${as_root[@]}" "${daemon[@]}" >"$log" 2>&1 </dev/null &
pid=$!
stop() {
    "${as_root[@]}" kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true # it removes its socket
    rm -rf "$work"
}
trap stop EXIT

for _ in $(seq 600); do
    [ -S /run/pcscd/pcscd.comm ] && break
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
done
if [ ! -S /run/pcscd/pcscd.comm ]; then
    tail -n 20 "$log" >&2
    die "pcscd did not start (see above)"
fi

# Root in here is who started ./check: give programs that look their user up (Java does, for its home) the right answer.
if [ "${SCHSM_UID:-0}" != 0 ]; then
    unshare --user --map-user="$SCHSM_UID" --map-group="$SCHSM_GID" "$@"
else
    "$@"
fi
