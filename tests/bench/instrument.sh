#!/usr/bin/env bash
# Executions per second of the shipped models as they are and compiled for checking: the same sources,
# explored by the same command. Usage: instrument.sh PLAIN INSTRUMENTED [FILTER ...]
set -euo pipefail
plain=$1
instrumented=$2
shift 2
[ $# -gt 0 ] || set -- 'classic/*' 'golden/*' 'tour/*'

# measure PROGRAM FILTER ...: "name explored seconds" of each model; the best of three runs.
measure() {
  local program=$1
  shift
  for _ in 1 2 3; do
    "$program" check "$@" --keep-going --max-time 3s --allow-incomplete --json - 2>/dev/null || true
  done | awk -F'[:,]' '
    /^      "name":/ { gsub(/[" ]/, "", $2); name = $2 }
    /^      "explored":/ { explored = $2 + 0 }
    /^      "seconds":/ { rate = explored / ($2 + 1e-9)
      if (explored >= 50 && rate > best[name]) best[name] = rate }
    END { for (n in best) printf "%s %.0f\n", n, best[n] }' | sort
}

join <(measure "$plain" "$@") <(measure "$instrumented" "$@") | awk '
  BEGIN { printf "%-36s %12s %14s %7s\n", "executions/s of", "plain", "instrumented", "share"; least = 9 }
  { share = $3 / $2; sum += log(share); ++n; if (share < least) { least = share; worst = $1 }
    below += share < 1 / 3
    printf "%-36s %12d %14d %6.0f%%\n", $1, $2, $3, 100 * share }
  END { printf "%d models: %.0f%% in the mean (geometric), least %.0f%% (%s), %d below a third\n", n,
        100 * exp(sum / n), 100 * least, worst, below }'
