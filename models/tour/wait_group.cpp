// The tour's wait group: workers that sleep for a second each, and a main that waits for all.
#include <chrono>
#include <deque>

#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/time.hpp"
#include "heddle/var.hpp"

namespace {

using namespace std::chrono_literals;

// What a worker printed; a deque, since a var does not move.
using printed = std::deque<heddle::var<int>>;

void worker(heddle::var<int>* progress, heddle::wait_group* wg) {
  heddle::defer finished([wg] { wg->done(); });  // notify that this worker is done
  *progress = 1;                                 // "starting"
  heddle::sleep_for(1s);
  *progress = 2;  // "done"
}

// Pointers to main's locals are safe here because main waits for every worker. Reading what they
// wrote is safe because done() happens before wait() returns; else it would be a race.
void wait_for_workers(int workers) {
  printed progress;
  heddle::wait_group wg;
  for (int i = 1; i <= workers; ++i) {
    wg.add(1);  // add a count to the wait group's counter
    heddle::go(heddle::named("worker"), worker, &progress.emplace_back(0), &wg);
  }
  wg.wait();  // until the counter is zero: all workers are done
  for (const heddle::var<int>& one : progress) heddle::check(one == 2, "every worker is done");
}

const heddle::model five{
    "tour/wait_group", heddle::expected::verified,
    "Main starts five workers, each sleeping for a second, and waits for all of them. When it "
    "goes on every worker is done, in whatever order they slept.",
    [] { wait_for_workers(5); }};

const heddle::model two{
    "tour/wait_group_small", heddle::expected::verified,
    "The same with two workers, whose orders can be counted by hand. Their timers are armed and "
    "fire in any order, except that none overtakes an earlier deadline.",
    [] { wait_for_workers(2); }};

}  // namespace
