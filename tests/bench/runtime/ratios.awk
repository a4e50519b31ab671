# A table of ratios from targets.csv and lines `bench,peer,threads,value,unit`. Below 1 Heddle takes
# less than the other; for fanout_speedup above 1 it gains more.

function ratio(ours, theirs) {
  if (ours !~ /^[0-9.]+$/ || theirs !~ /^[0-9.]+$/ || theirs + 0 == 0) return "-"
  return sprintf("%.2f", ours / theirs)
}

function judged(bench, ours, target) {
  if (target == "" || ours !~ /^[0-9.]+$/) return "-"
  if (bench == "fanout_speedup") return ours + 0 >= target + 0 ? "met" : "missed"
  # An idle program's share of a processor is measured to a few tenths of a percent.
  if (bench == "idle_program_cpu") return ours + 0 < target + 0.5 ? "met" : "missed"
  return ours + 0 <= target + 0 ? "met" : "missed"
}

function shown(value) { return value == "" ? "-" : value == "did-not-finish" ? "dnf" : value }

/^#/ { next }

FILENAME ~ /targets\.csv$/ {
  order[++benches] = $1
  unit[$1] = $2
  target[$1, 1] = $3
  target[$1, 2] = $4
  next
}

{ value[$1, $2, $3] = $4 }

END {
  format = "%-28s %-4s %7s %10s %10s %7s %11s %7s %8s %7s %s\n"
  printf format, "benchmark", "unit", "workers", "heddle", "go", "h/go", "boost.fiber", "h/bf",
         "target", "h/t", ""
  for (i = 1; i <= benches; ++i) {
    b = order[i]
    for (w = 1; w <= 2; ++w) {
      h = value[b, "heddle", w]
      g = value[b, "go", w]
      f = value[b, "boost.fiber", w]
      if (h == "" && g == "" && f == "") continue
      t = target[b, w]
      printf format, b, unit[b], w, shown(h), shown(g), ratio(h, g), shown(f), ratio(h, f),
             t == "" ? "-" : t, ratio(h, t), judged(b, h, t)
    }
  }
}
