package main

import "sync"

var sink int

var _ = register("pingpong_unbuf", func() {
	n := scaled(2000000)
	there, back := make(chan int), make(chan int)
	running := start()
	go func() {
		for v := range there {
			back <- v
		}
		close(back)
	}()
	done := make(chan bool)
	go func() {
		for i := 0; i < n; i++ {
			there <- i
			<-back
		}
		close(there)
		done <- true
	}()
	<-done
	running.perOperation("pingpong_unbuf", n)
})

func drain(c chan int) {
	sum := 0
	for v := range c {
		sum += v
	}
	sink = sum
}

func oneToOne(name string, capacity, values int) {
	n := scaled(values)
	c := make(chan int, capacity)
	done := make(chan bool)
	running := start()
	go func() {
		for i := 0; i < n; i++ {
			c <- i
		}
		close(c)
	}()
	go func() {
		drain(c)
		done <- true
	}()
	<-done
	running.perOperation(name, n)
}

var _ = register("spsc_unbuf", func() { oneToOne("spsc_unbuf", 0, 4000000) })
var _ = register("spsc_buf128", func() { oneToOne("spsc_buf128", 128, 10000000) })

var _ = register("buffered_mpmc_4x4", func() {
	each := scaled(4000000) / 4
	c := make(chan int, 128)
	var producers, consumers sync.WaitGroup
	producers.Add(4)
	consumers.Add(4)
	running := start()
	for p := 0; p < 4; p++ {
		go func() {
			for i := 0; i < each; i++ {
				c <- i
			}
			producers.Done()
		}()
		go func() {
			sum := 0
			for v := range c {
				sum += v
			}
			consumers.Done()
		}()
	}
	producers.Wait()
	close(c)
	consumers.Wait()
	running.perOperation("buffered_mpmc_4x4", 4*each)
})

var _ = register("chan_sendrecv_same_g", func() {
	n := scaled(30000000)
	c := make(chan int, 1)
	running := start()
	for i := 0; i < n; i++ {
		c <- i
		<-c
	}
	running.perOperation("chan_sendrecv_same_g", n)
})

var _ = register("ring_1000", func() {
	const length = 1000
	laps := scaled(3000)
	var links [length]chan int
	for i := range links {
		links[i] = make(chan int)
	}
	var wg sync.WaitGroup
	wg.Add(length)
	for i := range links {
		in, out, last := links[i], links[(i+1)%length], i == length-1
		go func() {
			for v := range in {
				if last {
					v--
					if v == 0 {
						break
					}
				}
				out <- v
			}
			close(out)
			wg.Done()
		}()
	}
	running := start()
	links[0] <- laps
	wg.Wait()
	running.perOperation("ring_1000", laps*length)
})

var _ = register("pipeline_100", func() {
	const stages = 100
	n := scaled(10000)
	running := start()
	first := make(chan int)
	in := first
	for i := 0; i < stages; i++ {
		out := make(chan int)
		go func(in, out chan int) {
			for v := range in {
				out <- v + 1
			}
			close(out)
		}(in, out)
		in = out
	}
	go func() {
		for i := 0; i < n; i++ {
			first <- i
		}
		close(first)
	}()
	drain(in)
	running.perOperation("pipeline_100", stages*n)
})

var _ = register("select_fanin_4", func() {
	each := scaled(2000000) / 4
	var c [4]chan int
	for i := range c {
		one := make(chan int)
		c[i] = one
		go func() {
			for j := 0; j < each; j++ {
				one <- j
			}
		}()
	}
	done := make(chan bool)
	running := start()
	go func() {
		sum := 0
		for i := 0; i < 4*each; i++ {
			select {
			case v := <-c[0]:
				sum += v
			case v := <-c[1]:
				sum += v
			case v := <-c[2]:
				sum += v
			case v := <-c[3]:
				sum += v
			}
		}
		sink = sum
		done <- true
	}()
	<-done
	running.perOperation("select_fanin_4", 4*each)
})

var _ = register("select_default_empty", func() {
	n := scaled(100000000)
	c := make(chan int)
	running := start()
	for i := 0; i < n; i++ {
		select {
		case v := <-c:
			sink += v
		default:
		}
	}
	running.perOperation("select_default_empty", n)
})

// The filters have no end; the process exits when main returns.
var _ = register("sieve_2000", func() {
	primes := wholeOr(2000, 200)
	running := start()
	done := make(chan bool)
	go func() {
		in := make(chan int)
		go func(out chan int) {
			for i := 2; ; i++ {
				out <- i
			}
		}(in)
		for i := 0; i < primes; i++ {
			prime := <-in
			out := make(chan int)
			go func(in, out chan int) {
				for {
					if v := <-in; v%prime != 0 {
						out <- v
					}
				}
			}(in, out)
			in = out
			sink = prime
		}
		done <- true
	}()
	<-done
	running.total("sieve_2000")
})
