// The exploration of one model by worker processes: as one job, or divided into parts that workers
// take, give back after a while, and split for each other.
//
// Invariants:
// 1. What a worker found counts only once its answer has arrived whole: the part it explored is
//    replaced by what is left of it in the same moment. So a worker that is killed loses nothing;
//    its part is given to another.
// 2. Parts know nothing of each other: the search is over when none is left.
// 3. What is explored does not depend on how a search is divided. Where it would, because exploring
//    goes on after an execution that ended before its time, one worker begins again with the whole;
//    a search that is kept goes on as it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
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
  bool probes = false;  // it is to estimate the size of the whole search first
};

class model_search {
 public:
  enum class way : std::uint8_t {
    whole,    // by one worker
    divided,  // into parts
    kept,     // likewise, and whatever happens can be saved
  };
  // `run` outlives the search.
  model_search(const isolated_run& run, way how);

  bool over() const { return over_; }
  // It goes on, and in parts.
  bool is_divided() const { return !over_ && way_ != way::whole; }
  // What has arrived: executions, and the events of the longest.
  std::uint64_t executions() const { return executions_; }
  std::uint64_t depth() const { return counted_.longest; }
  // Whether there is something for a worker to do that none does.
  bool ready() const;
  // Sets a worker to it, or to the share of it that one of so many workers can have: `w`, if that
  // is one that has answered, else a new one, into `w`. REQUIRES: ready().
  search_ticket start_next(std::unique_ptr<worker>& w, printing output, std::size_t workers);
  // That worker has ended. May run the model again, to tell how it crashed.
  void ended(const search_ticket& ticket, const outcome& o);
  // What the search came to. REQUIRES: over().
  answer take() { return std::move(answer_); }

  // As bytes, for a file; and from them. Throws explore::bad_bytes.
  std::string save() const;
  void restore(std::string_view bytes);
  // Whether nothing is left to do of a search that was saved. Throws explore::bad_bytes.
  static bool is_over(std::string_view bytes);

 private:
  enum class status : std::uint8_t { ready, running, over };
  struct part {
    checker::part_state state;
    status now = status::ready;
    int deaths = 0;  // workers that were killed while they explored it
  };

  std::vector<std::size_t> next_parts(std::size_t workers) const;
  std::string request(const search_ticket& ticket, bool to_new) const;
  void put_back(const search_ticket& ticket, bool killed);
  bool arrived(std::size_t index, checker::part_answer a);
  void part_over(std::size_t index);
  checker::size_estimate estimate() const;
  void begin_again(std::string state);
  void begin_undivided();
  bool starts_after_kill(const search_ticket& ticket, const outcome& o);
  void whole_ended(const outcome& o);
  void died(const outcome& o);
  double seconds() const;
  void forget_parts();
  std::size_t new_part();
  void stop_if_spent();
  void finish(bool exhausted);
  std::uint64_t allowance() const;

  const isolated_run& run_;
  way way_;
  std::optional<isolated_run> alone_;  // what is run instead, once it turned out to be indivisible
  bool over_ = false;
  answer answer_;
  std::deque<part> parts_;
  std::vector<std::size_t> free_;  // parts that are over, whose places others may take
  std::size_t left_ = 1;           // parts that are not over
  checker::size_estimate probed_;  // of the whole search, before any of it; all zero: not yet known
  std::uint64_t begun_ = 0;
  checker::result counted_;
  std::uint64_t executions_ = 0;  // of all parts, those that were redundant too
  std::string first_;             // the schedule of the search's first execution
  std::chrono::steady_clock::time_point started_;
  double seconds_before_ = 0;  // of a search that is resumed
  std::uint64_t reserved_ = 0;  // executions that running workers may do
};

}  // namespace heddle::cli
