// singleflight: duplicate calls at the same time are made once
// (https://pkg.go.dev/golang.org/x/sync/singleflight).
//
//   heddle::singleflight<std::string, page> loads;
//   auto [value, shared] = loads.call(address, [&] { return load(address); });
//
// While a call for a key is under way, others for that key wait for it and get a copy of its value.
// An exception or a panic that leaves the function is raised at every caller.
#pragma once

#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/detail/atomic_object.hpp"
#include "heddle/go.hpp"

namespace heddle {

// What a call came to. `shared` says whether it was given to several callers.
template <class V>
struct flight_result {
  V value;
  bool shared = false;
};

// The same on a channel, where the function may also have failed.
template <class V>
class flight_outcome {
 public:
  flight_outcome(std::optional<V> value, std::exception_ptr failure, bool shared)
      : value_(std::move(value)), failure_(std::move(failure)), shared_(shared) {}
  // The value; raises what the function raised.
  const V& get() const {
    if (failure_) std::rethrow_exception(failure_);
    return *value_;
  }
  bool shared() const noexcept { return shared_; }

 private:
  std::optional<V> value_;
  std::exception_ptr failure_;
  bool shared_;
};

// K is ordered by <, V is copyable. Must outlive its calls.
template <class K, class V>
class singleflight {
 public:
  explicit singleflight(place at = place::current()) : events_("singleflight", at) {}
  singleflight(const singleflight&) = delete;
  singleflight& operator=(const singleflight&) = delete;

  // Runs `f`, or waits for the call for `key` that is under way: Go's Do.
  template <class F>
  flight_result<V> call(const K& key, F&& f, place at = place::current()) {
    const auto [mine, leads] = board(key, {}, at);
    if (leads) {
      fly(key, *mine, f, at);
    } else {
      mine->landed.recv(at);
    }
    if (mine->failure) std::rethrow_exception(mine->failure);
    if (!mine->value) return {f(), false};  // torn down by this very scope exit: nothing landed
    return {*mine->value, mine->shared};
  }

  // The same without waiting: `f` runs in a goroutine of its own and the outcome comes on the
  // channel, of capacity 1, which is not closed: Go's DoChan.
  template <class F>
  recv_chan<flight_outcome<V>> call_chan(const K& key, F&& f, place at = place::current()) {
    auto outcome = make_chan<flight_outcome<V>>(1, at);
    const auto [mine, leads] = board(key, outcome, at);
    if (leads) {
      detail::spawn_bound(at, [this, key, flight = mine, at, f = std::forward<F>(f)]() mutable {
        fly(key, *flight, f, at);
      });
    }
    return outcome;
  }

  // Lets the next call for `key` run its function, whether one is under way or not.
  HEDDLE_UNWATCHED void forget(const K& key, place at = place::current()) {
    events_.update(at);
    std::lock_guard hold(guard_);
    flights_.erase(key);
  }

 private:
  using outcome_chan = chan<flight_outcome<V>>;

  // Written by the one that runs the function, read by others only once `landed` is closed;
  // the last three are guarded by guard_.
  struct flight {
    explicit flight(place at) : landed(make_chan<std::monostate>(0, at)) {}
    chan<std::monostate> landed;
    std::optional<V> value;
    std::exception_ptr failure;
    bool shared = false;
    int passengers = 0;  // beside the one that runs the function
    bool awaited = false;
    std::vector<outcome_chan> outcomes;
  };

  // The flight for `key`, and whether the caller has to run it.
  HEDDLE_UNWATCHED
  std::pair<std::shared_ptr<flight>, bool> board(const K& key, outcome_chan outcome, place at) {
    events_.update(at);
    std::lock_guard hold(guard_);
    std::shared_ptr<flight>& there = flights_[key];
    const bool leads = there == nullptr;
    if (leads)
      there = std::make_shared<flight>(at);
    else
      ++there->passengers;
    if (outcome)
      there->outcomes.push_back(std::move(outcome));
    else if (!leads)
      there->awaited = true;
    return {there, leads};
  }

  // Takes the flight off the list, and the channels that wait for it; says whether others wait.
  HEDDLE_UNWATCHED bool land(const K& key, flight& mine, std::vector<outcome_chan>& outcomes,
                             place at) {
    events_.update(at);
    std::lock_guard hold(guard_);
    const auto there = flights_.find(key);
    if (there != flights_.end() && there->second.get() == &mine) flights_.erase(there);
    mine.shared = mine.passengers > 0;
    outcomes.swap(mine.outcomes);
    return mine.awaited;
  }

  template <class F>
  void fly(const K& key, flight& mine, F& f, place at) {
    try {
      mine.value.emplace(f());
    } catch (...) {  // a goroutine that is torn down goes on unwinding at the next operation
      mine.failure = std::current_exception();
    }
    std::vector<outcome_chan> outcomes;
    const bool awaited = land(key, mine, outcomes, at);
    if (awaited) mine.landed.close(at);
    for (const outcome_chan& c : outcomes)
      c.send(flight_outcome<V>(mine.value, mine.failure, mine.shared), at);
  }

  std::map<K, std::shared_ptr<flight>> flights_;
  std::mutex guard_;
  detail::atomic_object events_;
};

}  // namespace heddle
