// semaphore, after golang.org/x/sync/semaphore: a count and a queue of requests. Weight is handed
// to a request by whoever releases it, in the step of the release; closing the request's channel
// then only wakes its goroutine. What a step does under the lock follows its event with no
// operation in between.
#include "heddle/semaphore.hpp"

#include <algorithm>

#include "heddle/panic.hpp"
#include "heddle/select.hpp"

namespace heddle {

namespace {

void require_weight(std::int64_t n, place at) {
  if (n < 0) throw panic("semaphore: negative weight", at);
}

}  // namespace

semaphore::semaphore(std::int64_t size, place at) : size_(size), events_("semaphore", at) {
  require_weight(size, at);
}

bool semaphore::take(std::int64_t n) {
  if (size_ - held_ < n || !waiting_.empty()) return false;
  held_ += n;
  return true;
}

// Takes the requests that can be met now off the queue, up to the first that cannot.
semaphore::request_list semaphore::grant() {
  request_list granted;
  while (!waiting_.empty() && size_ - held_ >= waiting_.front()->n) {
    held_ += waiting_.front()->n;
    waiting_.front()->granted = true;
    granted.splice(granted.end(), waiting_, waiting_.begin());
  }
  return granted;
}

void semaphore::wake(const request_list& granted, place at) {
  for (const request_handle& one : granted) one->ready.close(at);
}

void semaphore::acquire(std::int64_t n, place at) { acquire(context::background(), n, at); }

error semaphore::acquire(const context& ctx, std::int64_t n, place at) {
  require_weight(n, at);
  if (error e = ctx.err(at)) return e;
  if (n > size_) {
    ctx.done().recv(at);
    return ctx.err(at);
  }
  request_handle mine;
  events_.update(at);
  {
    std::lock_guard hold(guard_);
    if (take(n)) return {};
    mine = std::make_shared<request>(request{n, make_chan<std::monostate>(0, at)});
    waiting_.push_back(mine);
  }
  if (select(recv(mine->ready), recv(ctx.done()), at) != 0) {
    leave(mine, at);
    return ctx.err(at);
  }
  // A context that is done wins over a grant that came at the same time.
  const error late = ctx.err(at);
  if (late) release(n, at);
  return late;
}

// Gives up a request; what was granted in the meantime goes back.
void semaphore::leave(const request_handle& mine, place at) {
  request_list granted;
  events_.update(at);
  {
    std::lock_guard hold(guard_);
    if (mine->granted)
      held_ -= mine->n;
    else
      waiting_.remove(mine);
    granted = grant();
  }
  wake(granted, at);
}

bool semaphore::try_acquire(std::int64_t n, place at) {
  require_weight(n, at);
  events_.update(at);
  std::lock_guard hold(guard_);
  return take(n);
}

void semaphore::release(std::int64_t n, place at) {
  require_weight(n, at);
  request_list granted;
  events_.update(at);
  {
    std::lock_guard hold(guard_);
    if (n > held_) throw panic("semaphore: released more than held", at);
    held_ -= n;
    granted = grant();
  }
  wake(granted, at);
}

}  // namespace heddle
