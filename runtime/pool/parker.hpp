// Puts a thread to sleep and wakes it, by a futex. At most one thread parks; any may unpark it.
#pragma once

#include <atomic>
#include <cstdint>

#include "heddle/time.hpp"

namespace heddle::performance {

class futex_parker {
 public:
  // Returns once unpark() has been called since the last return, or at `deadline`.
  void park(time_point deadline = time_point::max()) noexcept;
  void unpark() noexcept;

 private:
  static constexpr std::uint32_t nothing = 0;
  static constexpr std::uint32_t called = 1;  // unpark() was
  static constexpr std::uint32_t asleep = 2;  // the thread is about to sleep, or does

  // Release in unpark(), acquire in park(): what was done before the call is seen after the sleep.
  std::atomic<std::uint32_t> state_{nothing};
};

}  // namespace heddle::performance
