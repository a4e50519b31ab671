#!/usr/bin/env bash
# Heddle's runtime, Go and Boost.Fiber side by side.
#
#   compare.sh HEDDLE_PROGRAM BOOST_PROGRAM GO_PROGRAM [REGEX]
#
# A peer whose program is not there is skipped. REGEX restricts the benchmarks. Each is run in turn
# by every peer at 1 and 2 workers, BENCH_REPETITIONS times (3) at BENCH_SCALE percent of its full
# size (50), the peers alternating; of each figure the least is kept. What takes longer than
# BENCH_LIMIT_S seconds (15; for a million goroutines four times as long) is reported as
# did-not-finish, and what takes longer than 3 seconds is not repeated. Prints lines
# `bench,peer,threads,value,unit`, then a table of ratios.
set -uo pipefail
heddle=$1
boost=$2
go=$3
regex=${4:-.}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repetitions=${BENCH_REPETITIONS:-3}
scale=${BENCH_SCALE:-50}
limit_s=${BENCH_LIMIT_S:-15}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

benches=(spawn_join yield pingpong_unbuf spsc_unbuf spsc_buf128 buffered_mpmc_4x4
  chan_sendrecv_same_g ring_1000 pipeline_100 select_fanin_4 select_default_empty mutex_uncontended
  mutex_contended_8 mutex_parking_8 rwmutex_read_mostly_8 skynet_1M fib_27_chan sieve_2000
  timers_100k_sleep10ms timer_create_stop timer_create_stop_100k_armed fanout_20k_x20us
  spawn_idle_100k spawn_idle_1M idle_program_cpu)

declare -A program=([heddle]=$heddle [go]=$go [boost.fiber]=$boost)
peers=()
for peer in heddle go boost.fiber; do
  if [ -x "${program[$peer]}" ]; then
    peers+=("$peer")
  else
    echo "bench: $peer is not installed; skipped" >&2
  fi
done

# offers PEER BENCH: what a peer lacks is no failure.
offers() {
  case "$1/$2" in
    boost.fiber/select_fanin_4 | boost.fiber/rwmutex_* | boost.fiber/timer_*) return 1 ;;
    *) return 0 ;;
  esac
}

# measure PEER BENCH WORKERS: adds its lines to $scratch/runs.
measure() {
  local began=$SECONDS status limit=$limit_s
  [ "$2" = spawn_idle_1M ] && limit=$((limit_s * 4))
  timeout -k 2 "$limit" "${program[$1]}" "$2" "$3" "$scale" >>"$scratch/runs" 2>"$scratch/said"
  status=$?
  if [ $status -eq 124 ] || [ $status -eq 137 ]; then
    echo "$2,$1,$3,did-not-finish," >>"$scratch/runs"
  elif [ $status -ne 0 ]; then
    echo "bench: $1 $2 $3 ended with status $status: $(head -c 300 "$scratch/said")" >&2
    echo "$2,$1,$3,failed," >>"$scratch/runs"
  fi
  if [ $status -ne 0 ] || [ $((SECONDS - began)) -gt 3 ]; then once["$1/$2/$3"]=1; fi
}

# least: of the lines on standard input, the smallest figure for each bench, peer and threads.
least() {
  awk -F, '
    { key = $1 "," $2 "," $3 }
    !(key in unit) { order[++n] = key; value[key] = $4; unit[key] = $5; next }
    $4 ~ /^[0-9.]+$/ && (value[key] !~ /^[0-9.]+$/ || $4 + 0 < value[key] + 0) {
      value[key] = $4
      unit[key] = $5
    }
    END { for (i = 1; i <= n; ++i) print order[i] "," value[order[i]] "," unit[order[i]] }'
}

# speedup: of a benchmark of parallel work, how much faster two workers are than one.
speedup() {
  awk -F, '
    $1 == "fanout_20k_x20us" && $4 + 0 > 0 { ms[$2, $3] = $4; peer[$2] = 1 }
    END {
      for (p in peer)
        if (ms[p, 1] && ms[p, 2]) printf "fanout_speedup,%s,2,%.2f,x\n", p, ms[p, 1] / ms[p, 2]
    }'
}

declare -A once
echo bench,peer,threads,value,unit
for bench in "${benches[@]}"; do
  [[ $bench =~ $regex ]] || continue
  : >"$scratch/runs"
  for ((repetition = 1; repetition <= repetitions; ++repetition)); do
    for workers in 1 2; do
      for peer in "${peers[@]}"; do
        offers "$peer" "$bench" || continue
        [ -n "${once[$peer/$bench/$workers]:-}" ] && continue
        # A million goroutines take Go and Boost.Fiber a quarter of a minute.
        [ "$bench" = spawn_idle_1M ] && [ $((repetition + workers)) -gt 2 ] &&
          [ "$peer/$repetition" != heddle/1 ] && continue
        measure "$peer" "$bench" "$workers"
      done
    done
  done
  least <"$scratch/runs" >"$scratch/least"
  speedup <"$scratch/least" >>"$scratch/least"
  tee -a "$scratch/all" <"$scratch/least"
done

echo
awk -F, -f "$here/ratios.awk" "$here/targets.csv" "$scratch/all"
