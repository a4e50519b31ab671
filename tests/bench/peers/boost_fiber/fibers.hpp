// Boost.Fiber as the workloads need it: fibers on stealing workers, with stacks of 16 KiB from
// malloc, which is how it is fastest.
#pragma once

#include <atomic>
#include <boost/fiber/all.hpp>
#include <memory>
#include <mutex>
#include <utility>

namespace bench {

namespace bf = boost::fibers;

template <class F>
void spawn(F&& f) {
  bf::fiber(bf::launch::post, std::allocator_arg, bf::fixedsize_stack(16 * 1024),
            std::forward<F>(f))
      .detach();
}

inline void yield() { boost::this_fiber::yield(); }

class wait_group {
 public:
  explicit wait_group(int n) : count_(n) {}
  void done() {
    if (count_.fetch_sub(1) != 1) return;
    const std::unique_lock hold(guard_);
    zero_ = true;
    reached_.notify_all();
  }
  void wait() {
    std::unique_lock hold(guard_);
    reached_.wait(hold, [this] { return zero_; });
  }

 private:
  std::atomic<int> count_;
  bf::mutex guard_;
  bf::condition_variable reached_;
  bool zero_ = false;
};

// One interface for the two kinds of channel. A buffered one holds one value less than its
// capacity, a power of two.
template <class T>
class channel {
 public:
  explicit channel(std::size_t capacity = 0) {
    if (capacity == 0) {
      unbuffered_ = std::make_unique<bf::unbuffered_channel<T>>();
      return;
    }
    std::size_t slots = 2;
    while (slots < capacity + 1) slots *= 2;
    buffered_ = std::make_unique<bf::buffered_channel<T>>(slots);
  }
  void send(T value) {
    if (unbuffered_)
      unbuffered_->push(value);
    else
      buffered_->push(value);
  }
  bool recv(T& value) {
    return (unbuffered_ ? unbuffered_->pop(value) : buffered_->pop(value)) ==
           bf::channel_op_status::success;
  }
  bool try_recv(T& value) { return buffered_->try_pop(value) == bf::channel_op_status::success; }
  void close() {
    if (unbuffered_)
      unbuffered_->close();
    else
      buffered_->close();
  }

 private:
  std::unique_ptr<bf::unbuffered_channel<T>> unbuffered_;
  std::unique_ptr<bf::buffered_channel<T>> buffered_;
};

}  // namespace bench
