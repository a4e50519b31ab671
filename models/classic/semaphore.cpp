// A counting semaphore made of a buffered channel: sending takes a place, receiving gives it back.
#include <cstddef>

#include "heddle/atomic.hpp"
#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

namespace {

void share(int goroutines, int places, int claimed_places) {
  const heddle::chan<int> semaphore = heddle::make_chan<int>(static_cast<std::size_t>(places));
  heddle::atomic<int> inside{0};
  heddle::wait_group wg;
  for (int i = 0; i < goroutines; ++i) {
    wg.add(1);
    heddle::go(heddle::named("guest"), [&wg, &inside, semaphore, claimed_places] {
      semaphore.send(1);
      heddle::check(inside.add(1) <= claimed_places, "no more are inside than there are places");
      inside.add(-1);
      semaphore.recv();
      wg.done();
    });
  }
  wg.wait();
  heddle::check(semaphore.len() == 0, "every place was given back");
}

const heddle::model binary{"classic/semaphore_binary", heddle::expected::verified,
                           "Three goroutines and one place: the channel is a mutex.",
                           [] { share(3, 1, 1); }};

const heddle::model counting{"classic/semaphore_counting", heddle::expected::verified,
                             "Three goroutines and two places. Never are all three inside.",
                             [] { share(3, 2, 2); }};

const heddle::model overbooked{
    "classic/semaphore_overbooked", heddle::expected::assertion,
    "Two places where the program relies on one. Two goroutines inside at once disprove it.",
    [] { share(2, 2, 1); }};

}  // namespace
