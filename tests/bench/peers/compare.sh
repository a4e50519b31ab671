#!/usr/bin/env bash
# The peers on the programs beside this file, next to what Heddle was just measured at.
#
#   compare.sh HEDDLE_CSV [REGEX]
#
# HEDDLE_CSV is what heddle_bench_explore wrote with --benchmark_out_format=csv; REGEX restricts the
# programs. A peer is looked for in $HEDDLE_PEERS, a directory, and then on PATH. Prints lines
# `bench,peer,executions,seconds,executions_per_cpu_second` and a table of ratios. A checker's seconds
# are user and system time, the median of three runs, less that of start_up.c; relacy_peer and
# shuttle_peer, which walk at random, say themselves what they used.
set -euo pipefail
heddle_csv=$1
regex=${2:-.}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
[ -n "${HEDDLE_PEERS:-}" ] && PATH=$HEDDLE_PEERS:$PATH

# run PEER FILE: its output.
run() {
  case "$1" in
    genmc) genmc --sc --disable-sr --disable-ipr --disable-estimation "$2" ;;
    nidhuggc) nidhuggc -O1 -- --sc --optimal --disable-mutex-init-requirement "$2" ;;
  esac
}

# executions PEER < OUTPUT: complete and blocked ones.
executions() {
  case "$1" in
    genmc) awk '/^Number of (complete|blocked) executions/ { n += $NF } END { print n + 0 }' ;;
    nidhuggc) awk '/^Trace count:/ { n = $3 } END { print n + 0 }' ;;
  esac
}

# cpu_seconds PEER FILE: the median of three runs.
cpu_seconds() {
  local TIMEFORMAT='%U %S'
  for _ in 1 2 3; do
    { time run "$1" "$2" >"$scratch/output" 2>&1 || true; } 2>&1 | awk '{ print $1 + $2 }'
  done | sort -n | sed -n 2p
}

# Heddle's, from columns found by their names.
awk -F, '
  { gsub(/"/, "") }
  /^name,/ { for (i = 1; i <= NF; ++i) column[$i] = i; next }
  column["executions"] && $1 ~ /^(dpor|random)\// {
    rate = $column["executions"]
    each = $column["executions_per_search"]
    if (rate > 0) printf "%s,heddle,%.0f,%.3f,%.0f\n", $1, each, each / rate, rate
  }' "$heddle_csv" >"$scratch/lines"

peers=()
for peer in genmc nidhuggc relacy_peer shuttle_peer; do
  if command -v "$peer" >/dev/null; then
    peers+=("$peer")
  else
    echo "bench: $peer is not on PATH nor in \$HEDDLE_PEERS; left out" >&2
  fi
done
[ ${#peers[@]} -eq 0 ] && exit 0

# walk PEER PROGRAM EXECUTIONS: the middle of three rates.
walk() {
  for _ in 1 2 3; do
    "$1" "$2" "$3" 2>/dev/null || true
  done | awk -v b="random/$2" -v p="$1" 'NF == 2 && $2 > 0 {
    printf "%s,%s,%d,%.3f,%.0f\n", b, p, $1, $2, $1 / $2
  }' | sort -t, -k5,5n | sed -n 2p
}

for peer in "${peers[@]}"; do
  case "$peer" in *_peer)
    for bench in stores_3x3 philosophers_ordered_3 channels_3x2_10; do
      [[ random/$bench =~ $regex ]] || continue
      walk "$peer" "$bench" $([ "$peer" = relacy_peer ] && echo 1000000 || echo 100000) \
        >>"$scratch/lines"
    done
    continue
    ;;
  esac
  start_up=$(cpu_seconds "$peer" "$here/start_up.c")
  for file in "$here"/*.c; do
    bench=$(basename "$file" .c)
    if [ "$bench" = start_up ] || ! [[ dpor/$bench =~ $regex ]]; then continue; fi
    seconds=$(cpu_seconds "$peer" "$file")
    executions "$peer" <"$scratch/output" |
      awk -v b="dpor/$bench" -v p="$peer" -v s="$seconds" -v s0="$start_up" '{
        s -= s0
        printf "%s,%s,%d,%.3f,%.0f\n", b, p, $1, s, (s > 0 ? $1 / s : 0)
      }' >>"$scratch/lines"
  done
done

echo
echo bench,peer,executions,seconds,executions_per_cpu_second
sort -t, -k1,1 -s "$scratch/lines"
echo
printf '%-32s %12s' executions/CPU-s heddle
for peer in "${peers[@]}"; do printf ' %12s %8s' "$peer" ratio; done
echo
awk -F, -v peers="${peers[*]}" '
  { rate[$1, $2] = $5; if ($2 != "heddle") asked[$1] = 1 }
  END {
    n = split(peers, peer, " ")
    for (b in asked) {
      row = sprintf("%-32s %12s", b, rate[b, "heddle"])
      for (i = 1; i <= n; ++i) {
        r = rate[b, peer[i]]
        row = row sprintf(" %12s %8s", r, r > 0 ? sprintf("%.2f", rate[b, "heddle"] / r) : "-")
      }
      print row
    }
  }' "$scratch/lines" | sort
