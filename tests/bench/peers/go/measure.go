// The workloads of tests/bench/runtime in Go: the same sizes, the same lines on standard output.
//
//	go_bench NAME WORKERS [SCALE%]
package main

import (
	"fmt"
	"os"
	"runtime"
	"sort"
	"strconv"
	"syscall"
	"time"
)

var workers = 1
var scalePercent = 100

var workloads = map[string]func(){}

// register is called by the package-level variables that declare workloads.
func register(name string, body func()) bool {
	workloads[name] = body
	return true
}

func scaled(full int) int {
	if n := full * scalePercent / 100; n > 0 {
		return n
	}
	return 1
}

// wholeOr is for a size that does not scale evenly.
func wholeOr(full, small int) int {
	if scalePercent < 50 {
		return small
	}
	return full
}

func report(bench string, value float64, unit string) {
	fmt.Printf("%s,go,%d,%.2f,%s\n", bench, workers, value, unit)
}

func used() (r syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		panic(err)
	}
	return r
}

func cpuNs() float64 {
	r := used()
	return float64(r.Utime.Nano() + r.Stime.Nano())
}

func peakResidentBytes() float64 { return float64(used().Maxrss) * 1024 }

// A stopwatch has the wall-clock and process CPU time at its start.
type stopwatch struct {
	began    time.Time
	cpuBegan float64
}

func start() stopwatch { return stopwatch{time.Now(), cpuNs()} }

func (s stopwatch) elapsedNs() (wall, cpu float64) {
	return float64(time.Since(s.began).Nanoseconds()), cpuNs() - s.cpuBegan
}

func (s stopwatch) perOperation(bench string, operations int) {
	wall, cpu := s.elapsedNs()
	report(bench, wall/float64(operations), "ns")
	report(bench+"/cpu", cpu/float64(operations), "ns")
}

func (s stopwatch) total(bench string) {
	wall, cpu := s.elapsedNs()
	report(bench, wall/1e6, "ms")
	report(bench+"/cpu", cpu/1e6, "ms")
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: go_bench NAME WORKERS [SCALE%]\nNAME is one of")
	var names []string
	for name := range workloads {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintln(os.Stderr, " ", name)
	}
	os.Exit(2)
}

func positiveNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		usage()
	}
	return n
}

func main() {
	if len(os.Args) < 3 || len(os.Args) > 4 {
		usage()
	}
	body, known := workloads[os.Args[1]]
	if !known {
		usage()
	}
	workers = positiveNumber(os.Args[2])
	if len(os.Args) == 4 {
		scalePercent = positiveNumber(os.Args[3])
	}
	runtime.GOMAXPROCS(workers)
	body()
}
