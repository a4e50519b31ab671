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

struct idle {
  std::size_t search;
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
      std::unique_ptr<worker> w = idle_worker(next);
      search_ticket ticket = searches_[next]->start_next(w, printing::dropped, workers_);
      slots_.push_back({next, std::move(ticket), std::move(w)});
    }
    hungry_ = slots_.size() < workers_;
    if (!hungry_) return;
    for (slot& s : slots_) s.w->want();
  }

  // One that has worked on the search, if there is one.
  std::unique_ptr<worker> idle_worker(std::size_t search) {
    drop_idle_workers();
    const auto it = std::ranges::find(idle_, search, &idle::search);
    if (it == idle_.end()) return nullptr;
    std::unique_ptr<worker> w = std::move(it->w);
    idle_.erase(it);
    return w;
  }

  void wait() {
    std::vector<pollfd> files;
    for (const slot& s : slots_) files.push_back({s.w->pipe(), POLLIN, 0});
    tell_.waiting(slots_.front().search, progress_of(slots_.front().search));
    poll(files.data(), files.size(), hungry_ ? hungry_poll_ms : poll_ms);
  }

  // What has arrived of the search, and what its workers do.
  how_far progress_of(std::size_t search) const {
    how_far all{searches_[search]->executions(), searches_[search]->depth(), 0};
    for (const slot& s : slots_) {
      if (s.search != search) continue;
      all.executions += s.w->progress().executions();
      all.depth = std::max(all.depth, s.w->progress().depth());
      all.estimate = std::max(all.estimate, s.w->progress().estimate());
    }
    return all;
  }

  void collect() {
    for (std::size_t i = slots_.size(); i-- > 0;) {
      if (!slots_[i].w->advance()) continue;
      slot done = std::move(slots_[i]);
      slots_.erase(slots_.begin() + static_cast<std::ptrdiff_t>(i));
      model_search& search = *searches_[done.search];
      if (search.over()) continue;
      search.ended(done.ticket, done.w->result());
      if (done.w->can_go_on()) idle_.push_back({done.search, std::move(done.w)});
      (search.over() ? tell_.over : tell_.arrived)(done.search);
    }
    std::erase_if(slots_, [&](const slot& s) { return searches_[s.search]->over(); });
    drop_idle_workers();
  }

  // Those that nobody will ask again.
  void drop_idle_workers() {
    std::erase_if(idle_, [&](const idle& i) {
      return !searches_[i.search]->is_divided() || !i.w->can_go_on();
    });
  }

  std::vector<std::unique_ptr<model_search>>& searches_;
  std::size_t workers_;
  const search_events& tell_;
  std::vector<slot> slots_;
  std::vector<idle> idle_;
  bool hungry_ = false;
};

}  // namespace

bool run_searches(std::vector<std::unique_ptr<model_search>>& searches, std::size_t workers,
                  const search_events& tell) {
  return pool(searches, workers, tell).run();
}

}  // namespace heddle::cli
