// The exploration of one model by worker processes: as one job, or divided into parts that workers
// take, give back after a while, and split for each other.
//
// Invariants:
// 1. What a worker found counts only once its answer has arrived whole: the part it explored is
//    replaced by what is left of it in the same moment. So a worker that is killed loses nothing;
//    its part is given to another.
// 2. A part is over when it is explored and all that was split from it is over.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isolation.hpp"
#include "part_search.hpp"
#include "search_size.hpp"

namespace heddle::cli {

// What a worker was started on.
struct search_ticket {
  std::uint64_t allowed = 0;  // executions that it may do; 0: any number
  std::uint64_t begun = 0;  // how often the search had begun again
  std::vector<std::size_t> parts;
};

class model_search {
 public:
  // `divided`: into parts. `run` outlives the search.
  model_search(const isolated_run& run, bool divided);

  bool over() const { return over_; }
  // Whether there is something for a worker to do that none does.
  bool ready() const;
  // Starts a worker on it, or on the share of it that one of so many workers can have. REQUIRES:
  // ready().
  std::pair<std::unique_ptr<worker>, search_ticket> start_next(printing output,
                                                               std::size_t workers);
  // That worker has ended. May run the model again, to tell how it crashed.
  void ended(const search_ticket& ticket, const outcome& o);
  // What the search came to. REQUIRES: over().
  answer take() { return std::move(answer_); }

  // Whether more parts are worth it: few executions were begun in vain so far.
  bool divides_well() const { return counted_.redundant <= 100 + counted_.explored / 32; }
  // As bytes, for a file; and from them. Throws explore::bad_bytes.
  std::string save() const;
  void restore(std::string_view bytes);

 private:
  enum class status : std::uint8_t { ready, running, waiting, over };
  struct part {
    std::string state;
    std::size_t from = 0;      // the part it was split from; itself: none
    std::uint32_t depth = 0;   // where
    status now = status::ready;
    std::vector<std::string> found;       // by parts split from it, not yet told to it
    std::vector<std::uint32_t> explored;  // depths of such parts that are over, likewise
    std::size_t told_found = 0;           // how many of these its worker was told
    std::size_t told_explored = 0;
    double done = 0;           // the share of it that its worker explored, and what share of it
    std::vector<std::pair<std::uint32_t, double>> shares;  // the branches split off at a depth are
    int deaths = 0;            // workers that were killed while they explored it
  };

  std::string explore(const search_ticket& ticket, shared_progress& progress) const;
  void put_back(const search_ticket& ticket, bool killed);
  bool arrived(std::size_t index, checker::part_answer a);
  void part_over(std::size_t index);
  double weight_of(std::size_t index) const;
  double progress() const;
  std::uint64_t executions() const { return counted_.explored + counted_.redundant; }
  void begin_again(std::string state);
  std::size_t new_part();
  void stop_if_spent();
  void finish(bool exhausted);
  std::uint64_t allowance() const;

  const isolated_run& run_;
  bool divided_;
  bool over_ = false;
  answer answer_;
  std::deque<part> parts_;
  std::vector<std::size_t> free_;  // parts that are over, whose places others may take
  checker::running_size size_;
  std::uint64_t begun_ = 0;
  checker::result counted_;
  std::chrono::steady_clock::time_point started_;
  double seconds_before_ = 0;  // of a search that is resumed
  std::uint64_t reserved_ = 0;  // executions that running workers may do
};

}  // namespace heddle::cli
