#!/usr/bin/env bash
# Executions per second of the shipped models as they are and compiled for checking: the same sources,
# explored by the same command. Usage: instrument.sh PLAIN INSTRUMENTED [FILTER ...]
#
# The two take turns, and of five runs each the best counts. A search ends after a second. Models with fewer
# than 50 executions, which take less time than a process needs to start, are explored by 20,000
# random walks instead.
set -euo pipefail
plain=$1
instrumented=$2
shift 2
[ $# -gt 0 ] || set -- classic golden tour
options=(--keep-going --allow-incomplete --jobs 1 --max-time 1s)
runs=5

# report PROGRAM MODEL [OPTION ...]: "executions seconds".
report() {
  local program=$1
  shift
  { "$program" check "$@" "${options[@]}" --json - 2>/dev/null || true; } | awk -F'[:,]' '
    /^      "explored":/ { explored = $2 + 0 }
    /^      "seconds":/ { seconds = $2 + 0 }
    END { print explored + 0, seconds + 0 }'
}

# best MODEL [OPTION ...]: "plain instrumented", executions per second.
best() {
  for ((i = 0; i < runs; ++i)); do
    echo "$(report "$plain" "$@") $(report "$instrumented" "$@")"
  done | awk '
    { p = $1 / ($2 + 1e-9); q = $3 / ($4 + 1e-9); if (p > P) P = p; if (q > Q) Q = q }
    END { printf "%.0f %.0f\n", P, Q }'
}

for model in $("$instrumented" list "$@" | awk '{ print $1 }'); do
  how=dpor
  read -r explored _ <<<"$(report "$plain" "$model")"
  if [ "$explored" -ge 50 ]; then
    measured=$(best "$model")
  else
    how=random
    measured=$(best "$model" --strategy random --max-executions 20000)
  fi
  echo "$model $how $measured"
done | awk '
  BEGIN { printf "%-40s %8s %12s %14s %7s\n", "executions/s of", "by", "plain", "instrumented", "share"
          least = 9 }
  $3 > 0 && $4 > 0 { share = $4 / $3; sum += log(share); ++n
    if (share < least) { least = share; worst = $1 }
    below += share < 1 / 3
    printf "%-40s %8s %12d %14d %6.0f%%\n", $1, $2, $3, $4, 100 * share; next }
  { printf "%-40s %8s %12s\n", $1, $2, "nothing explored" }
  END { printf "%d models: %.0f%% in the mean (geometric), least %.0f%% (%s), %d below a third\n", n,
        100 * exp(sum / n), 100 * least, worst, below + 0 }'
