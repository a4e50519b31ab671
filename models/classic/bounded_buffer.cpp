// A bounded buffer: one mutex, one condition for "not full" and one for "not empty".
#include <cstddef>
#include <deque>
#include <mutex>

#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

enum class conditions { two, one };

class bounded_buffer {
 public:
  bounded_buffer(std::size_t capacity, conditions how)
      : capacity_(capacity), not_full_(how == conditions::two ? own_not_full_ : not_empty_) {}

  void put(int value) {
    std::unique_lock hold(mutex_);
    not_full_.wait_until([this] { return values_.get().size() < capacity_; });
    values_.with([value](auto& values) { values.push_back(value); });
    not_empty_.signal();
  }

  int take() {
    std::unique_lock hold(mutex_);
    not_empty_.wait_until([this] { return !values_.get().empty(); });
    const int value = values_.get().front();
    values_.with([](auto& values) { values.pop_front(); });
    not_full_.signal();
    return value;
  }

 private:
  const std::size_t capacity_;
  heddle::mutex mutex_;
  heddle::cond not_empty_{mutex_};
  heddle::cond own_not_full_{mutex_};
  heddle::cond& not_full_;  // its own, or by mistake the same as not_empty_
  heddle::var<std::deque<int>> values_;
};

// Main produces 1, 2, ..., one value for each consumer.
void exchange(std::size_t capacity, int consumers, conditions how) {
  bounded_buffer buffer(capacity, how);
  heddle::var<int> sum = 0;
  heddle::mutex sum_mutex;
  heddle::wait_group wg;
  for (int i = 0; i < consumers; ++i) {
    wg.add(1);
    heddle::go(heddle::named("consumer"), [&] {
      const int value = buffer.take();
      {
        std::lock_guard hold(sum_mutex);
        sum += value;
      }
      wg.done();
    });
  }
  for (int i = 1; i <= consumers; ++i) buffer.put(i);
  wg.wait();
  heddle::check(sum == consumers * (consumers + 1) / 2, "every value is taken exactly once");
}

const heddle::model correct{
    "classic/bounded_buffer", heddle::expected::verified,
    "A producer and two consumers share a buffer for one value, guarded by a mutex and two "
    "conditions. Every value is taken exactly once.",
    [] { exchange(1, 2, conditions::two); }};

const heddle::model one_condition{
    "classic/bounded_buffer_one_cond", heddle::expected::deadlock,
    "The same buffer with one condition for both purposes. A consumer's signal may wake the other "
    "consumer instead of the producer, who then sleeps for ever.",
    [] { exchange(1, 2, conditions::one); }};

}  // namespace
