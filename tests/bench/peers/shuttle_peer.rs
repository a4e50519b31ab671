// The random walks of ../explore.cpp in Shuttle (https://github.com/awslabs/shuttle), with the crates
// shuttle and libc: to be compiled as `shuttle_peer` and put where compare.sh looks for peers.
//
//   shuttle_peer PROGRAM EXECUTIONS      prints executions and CPU-seconds
use shuttle::scheduler::RandomScheduler;
use shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use shuttle::sync::{mpsc, Mutex};
use shuttle::{thread, Config, FailurePersistence, Runner};
use std::sync::Arc;

fn stores_3x3() {
    let x = Arc::new(AtomicUsize::new(0));
    for id in 0..3 {
        let x = x.clone();
        thread::spawn(move || (0..3).for_each(|i| x.store(3 * id + i, SeqCst)));
    }
}

fn philosophers_ordered_3() {
    let forks = Arc::new([Mutex::new(()), Mutex::new(()), Mutex::new(())]);
    for id in 0..3usize {
        let forks = forks.clone();
        thread::spawn(move || {
            let _first = forks[id.min((id + 1) % 3)].lock().unwrap();
            let _second = forks[id.max((id + 1) % 3)].lock().unwrap();
        });
    }
}

fn channels_3x2_10() {
    let (into_a, from_a) = mpsc::sync_channel::<usize>(0);
    let (into_b, from_b) = mpsc::sync_channel::<usize>(0);
    thread::spawn(move || (0..5).for_each(|i| into_a.send(i).unwrap()));
    thread::spawn(move || (0..5).for_each(|_| into_b.send(from_a.recv().unwrap()).unwrap()));
    thread::spawn(move || (0..5).for_each(|_| drop(from_b.recv().unwrap())));
}

fn cpu_seconds() -> f64 {
    let mut used: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut used) };
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 * 1e-6;
    seconds(used.ru_utime) + seconds(used.ru_stime)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let executions: usize = arguments[2].parse().unwrap();
    let program: fn() = match arguments[1].as_str() {
        "stores_3x3" => stores_3x3,
        "philosophers_ordered_3" => philosophers_ordered_3,
        "channels_3x2_10" => channels_3x2_10,
        _ => std::process::exit(2),
    };
    let mut how = Config::new();
    how.failure_persistence = FailurePersistence::None;
    how.silence_warnings = true;
    let before = cpu_seconds();
    let done = Runner::new(RandomScheduler::new_from_seed(1, executions), how).run(program);
    println!("{} {:.3}", done, cpu_seconds() - before);
}
