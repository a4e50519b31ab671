#include "search_pool.hpp"

#include <poll.h>

#include <algorithm>
#include <utility>

namespace heddle::cli {

namespace {

constexpr int poll_ms = 100;
constexpr int hungry_poll_ms = 5;  // while a worker waits for branches

struct slot {
  std::size_t search;
  search_ticket ticket;
  std::unique_ptr<worker> w;
};

class pool {
 public:
  pool(std::vector<std::unique_ptr<model_search>>& searches, std::size_t workers,
       const search_events& tell)
      : searches_(searches), workers_(workers), tell_(tell) {}

  bool run() {
    for (;;) {
      fill();
      if (slots_.empty()) return true;
      wait();
      if (interrupted_by() != 0) return false;
      collect();
    }
  }

 private:
  void fill() {
    std::size_t next = 0;
    while (slots_.size() < workers_ && next < searches_.size()) {
      if (!searches_[next]->ready()) {
        ++next;
        continue;
      }
      auto [w, ticket] = searches_[next]->start_next(printing::dropped, workers_);
      slots_.push_back({next, ticket, std::move(w)});
    }
    hungry_ = slots_.size() < workers_;
    if (!hungry_) return;
    for (slot& s : slots_) s.w->want();
  }

  void wait() {
    std::vector<pollfd> files;
    for (const slot& s : slots_) files.push_back({s.w->pipe(), POLLIN, 0});
    tell_.waiting(slots_.front().search, slots_.front().w->progress());
    poll(files.data(), files.size(), hungry_ ? hungry_poll_ms : poll_ms);
  }

  void collect() {
    for (std::size_t i = slots_.size(); i-- > 0;) {
      if (!slots_[i].w->advance()) continue;
      slot done = std::move(slots_[i]);
      slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(i));
      model_search& search = *searches_[done.search];
      if (search.over()) continue;
      search.ended(done.ticket, done.w->result());
      (search.over() ? tell_.over : tell_.arrived)(done.search);
    }
    std::erase_if(slots_, [&](const slot& s) { return searches_[s.search]->over(); });
  }

  std::vector<std::unique_ptr<model_search>>& searches_;
  std::size_t workers_;
  const search_events& tell_;
  std::vector<slot> slots_;
  bool hungry_ = false;
};

}  // namespace

bool run_searches(std::vector<std::unique_ptr<model_search>>& searches, std::size_t workers,
                  const search_events& tell) {
  return pool(searches, workers, tell).run();
}

}  // namespace heddle::cli
