// pool: values that are kept for reuse (https://pkg.go.dev/sync#Pool).
//
//   heddle::pool<std::string> buffers;
//   std::string line = buffers.get();     // an old one, or a new one
//   line.clear();
//   buffers.put(std::move(line));
//
// A value comes back as it was put. Which one comes back is not promised; it is the last one put.
// In exploration mode each call is one visible event on the pool.
#pragma once

#include <concepts>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "heddle/detail/atomic_object.hpp"

namespace heddle {

// T is movable.
template <class T>
class pool {
 public:
  // New values are made by T's default constructor.
  explicit pool(place at = place::current()) requires std::default_initializable<T>
      : pool([] { return T(); }, at) {}
  // New values are made by `make`, which may block.
  explicit pool(std::function<T()> make, place at = place::current())
      : make_(std::move(make)), events_("pool", at) {}
  pool(const pool&) = delete;
  pool& operator=(const pool&) = delete;

  // A value that was put, else a new one.
  T get(place at = place::current()) {
    if (std::optional<T> kept = try_get(at)) return std::move(*kept);
    return make_();
  }
  // A value that was put, if there is one.
  HEDDLE_UNWATCHED std::optional<T> try_get(place at = place::current()) {
    events_.update(at);
    std::lock_guard hold(guard_);
    if (kept_.empty()) return std::nullopt;
    std::optional<T> last(std::move(kept_.back()));
    kept_.pop_back();
    return last;
  }
  HEDDLE_UNWATCHED void put(T value, place at = place::current()) {
    events_.update(at);
    std::lock_guard hold(guard_);
    kept_.push_back(std::move(value));
  }

 private:
  const std::function<T()> make_;
  std::vector<T> kept_;
  std::mutex guard_;
  detail::atomic_object events_;
};

}  // namespace heddle
