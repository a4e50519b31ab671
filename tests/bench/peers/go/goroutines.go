package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

var _ = register("spawn_join", func() {
	n := scaled(1000000)
	running := start()
	for batch := 0; batch < n/1000; batch++ {
		var wg sync.WaitGroup
		wg.Add(1000)
		for i := 0; i < 1000; i++ {
			go func() { wg.Done() }()
		}
		wg.Wait()
	}
	running.perOperation("spawn_join", n)
})

var _ = register("yield", func() {
	n := scaled(5000000)
	var wg sync.WaitGroup
	wg.Add(2)
	running := start()
	for g := 0; g < 2; g++ {
		go func() {
			for i := 0; i < n; i++ {
				runtime.Gosched()
			}
			wg.Done()
		}()
	}
	wg.Wait()
	running.perOperation("yield", 2*n)
})

// skynetNode is a tree, ten children to a node; each leaf sends its number up.
func skynetNode(up chan int, number, size int) {
	const children = 10
	if size == 1 {
		up <- number
		return
	}
	c := make(chan int)
	part := size / children
	for i := 0; i < children; i++ {
		go skynetNode(c, number+i*part, part)
	}
	sum := 0
	for i := 0; i < children; i++ {
		sum += <-c
	}
	up <- sum
}

var _ = register("skynet_1M", func() {
	size := wholeOr(1000000, 100000)
	running := start()
	c := make(chan int)
	go skynetNode(c, 0, size)
	if <-c != size*(size-1)/2 {
		panic("skynet")
	}
	running.total("skynet_1M")
})

func fib(n int) int {
	if n < 2 {
		return n
	}
	c := make(chan int, 1)
	go func() { c <- fib(n - 1) }()
	b := fib(n - 2)
	return <-c + b
}

var _ = register("fib_27_chan", func() {
	n := wholeOr(27, 20)
	running := start()
	done := make(chan int)
	go func() { done <- fib(n) }()
	if got := <-done; n == 27 && got != 196418 {
		panic("fib")
	}
	running.total("fib_27_chan")
})

//go:noinline
func burn(rounds int) uint64 {
	x := uint64(rounds) + 88172645463325252
	for i := 0; i < rounds; i++ {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

var _ = register("fanout_20k_x20us", func() {
	n := scaled(20000)
	var wg sync.WaitGroup
	wg.Add(n)
	var zeros int64
	running := start()
	for i := 0; i < n; i++ {
		go func() {
			if burn(20000) == 0 {
				atomic.AddInt64(&zeros, 1)
			}
			wg.Done()
		}()
	}
	wg.Wait()
	running.total("fanout_20k_x20us")
})

func spawnIdle(name string, n int) {
	residentBefore := peakResidentBytes()
	gate := make(chan int)
	var wg sync.WaitGroup
	wg.Add(n)
	var started int64
	running := start()
	for i := 0; i < n; i++ {
		go func() {
			atomic.AddInt64(&started, 1)
			<-gate
			wg.Done()
		}()
	}
	for atomic.LoadInt64(&started) < int64(n) {
		runtime.Gosched()
	}
	running.perOperation(name+"_create", n)
	residentAfter := peakResidentBytes()
	waking := start()
	close(gate)
	wg.Wait()
	waking.perOperation(name+"_wake", n)
	running.perOperation(name, n)
	report(name+"_rss", (residentAfter-residentBefore)/float64(n), "B")
}

var _ = register("spawn_idle_100k", func() { spawnIdle("spawn_idle_100k", 100000) })
var _ = register("spawn_idle_1M", func() { spawnIdle("spawn_idle_1M", 1000000) })

var _ = register("idle_program_cpu", func() {
	gate := make(chan int)
	for i := 0; i < 1000; i++ {
		go func() { <-gate }()
	}
	time.Sleep(100 * time.Millisecond)
	running := start()
	time.Sleep(time.Second)
	wall, cpu := running.elapsedNs()
	report("idle_program_cpu", 100*cpu/wall, "%")
})
