// Single flight by hand, as golang.org/x/sync/singleflight: callers who ask for what is already
// being fetched wait for that answer instead of asking again.
#include <deque>
#include <memory>
#include <mutex>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

// One fetch; its callers share it.
struct flight {
  heddle::wait_group landed;
  heddle::var<int> answer = 0;
};

class single_flight {
 public:
  template <class Fetch>
  int get(Fetch fetch) {
    std::unique_lock hold(mutex_);
    if (const std::shared_ptr<flight> joined = current_.get()) {
      hold.unlock();
      joined->landed.wait();
      return joined->answer;
    }
    const auto own = std::make_shared<flight>();
    own->landed.add(1);
    current_ = own;
    hold.unlock();
    own->answer = fetch();
    hold.lock();
    current_ = nullptr;
    hold.unlock();
    own->landed.done();
    return own->answer;
  }

 private:
  heddle::mutex mutex_;
  heddle::var<std::shared_ptr<flight>> current_;
};

void ask(int callers) {
  single_flight flights;
  heddle::atomic<int> fetching{0}, fetched{0};
  const auto fetch = [&] {
    heddle::check(fetching.add(1) == 1, "one fetch at a time");
    fetched.add(1);
    fetching.add(-1);
    return 42;
  };
  heddle::wait_group wg;
  for (int i = 0; i < callers; ++i) {
    wg.add(1);
    heddle::go(heddle::named("caller"), [&] {
      heddle::check(flights.get(fetch) == 42, "every caller has the answer");
      wg.done();
    });
  }
  wg.wait();
  const int total = fetched.load();
  heddle::check(total >= 1 && total <= callers, "fetched at least once, never more than asked");
}

const heddle::model two{
    "classic/singleflight", heddle::expected::verified,
    "Two callers ask for the same thing. Either they share one fetch or the second comes too late "
    "and fetches again; two fetches never overlap.",
    [] { ask(2); }};

const heddle::model three{"classic/singleflight_three", heddle::expected::verified,
                          "The same with three callers, where a third may join either flight.",
                          [] { ask(3); }};

}  // namespace
