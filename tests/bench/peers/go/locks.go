package main

import (
	"math/rand"
	"runtime"
	"sync"
	"time"
)

var _ = register("mutex_uncontended", func() {
	n := scaled(50000000)
	var m sync.Mutex
	running := start()
	for i := 0; i < n; i++ {
		m.Lock()
		sink++
		m.Unlock()
	}
	running.perOperation("mutex_uncontended", n)
})

// eightGoroutines runs body(n) in each of eight.
func eightGoroutines(name string, total int, body func(n int)) {
	each := scaled(total) / 8
	var wg sync.WaitGroup
	wg.Add(8)
	running := start()
	for g := 0; g < 8; g++ {
		go func() {
			body(each)
			wg.Done()
		}()
	}
	wg.Wait()
	running.perOperation(name, 8*each)
}

var _ = register("mutex_contended_8", func() {
	var m sync.Mutex
	eightGoroutines("mutex_contended_8", 8000000, func(n int) {
		for i := 0; i < n; i++ {
			m.Lock()
			sink++
			m.Unlock()
		}
	})
})

var _ = register("mutex_parking_8", func() {
	var m sync.Mutex
	eightGoroutines("mutex_parking_8", 2000000, func(n int) {
		for i := 0; i < n; i++ {
			m.Lock()
			sink++
			if i%8 == 0 {
				runtime.Gosched()
			}
			m.Unlock()
		}
	})
})

var _ = register("rwmutex_read_mostly_8", func() {
	var m sync.RWMutex
	eightGoroutines("rwmutex_read_mostly_8", 8000000, func(n int) {
		sum := 0
		for i := 0; i < n; i++ {
			if i%128 == 0 {
				m.Lock()
				sink++
				m.Unlock()
			} else {
				m.RLock()
				sum += sink
				m.RUnlock()
			}
		}
		runtime.KeepAlive(sum)
	})
})

var _ = register("timers_100k_sleep10ms", func() {
	n := wholeOr(100000, 5000)
	var wg sync.WaitGroup
	wg.Add(n)
	running := start()
	for i := 0; i < n; i++ {
		scattered := (uint32(i) * 2654435761 >> 12) % 10000
		go func() {
			time.Sleep(time.Duration(scattered) * time.Microsecond)
			wg.Done()
		}()
	}
	wg.Wait()
	running.total("timers_100k_sleep10ms")
})

var _ = register("timer_create_stop", func() {
	n := scaled(2000000)
	running := start()
	for i := 0; i < n; i++ {
		time.NewTimer(time.Hour).Stop()
	}
	running.perOperation("timer_create_stop", n)
})

var _ = register("timer_create_stop_100k_armed", func() {
	n := scaled(2000000)
	others := make([]*time.Timer, 100000)
	for i := range others {
		others[i] = time.NewTimer(time.Hour + time.Duration(rand.Intn(1000000))*time.Microsecond)
	}
	running := start()
	for i := 0; i < n; i++ {
		time.NewTimer(time.Hour + time.Duration(i%1024)*time.Millisecond).Stop()
	}
	running.perOperation("timer_create_stop_100k_armed", n)
	runtime.KeepAlive(others)
})
