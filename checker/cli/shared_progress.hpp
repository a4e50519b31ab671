// What a worker process leaves in memory that it shares with its parent: how far it is, and the
// decisions of the execution that it is in, should it never come back from it.
//
// Written by the worker alone while it has a request, by the parent between two. The parent reads
// the counters while it runs, and the decisions only once it is dead. All atomics are relaxed but
// `running`.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "schedule.hpp"
#include "sequencer.hpp"

namespace heddle::cli {

class shared_progress final : public explore::decision_log {
 public:
  shared_progress();  // throws std::bad_alloc
  ~shared_progress() override;
  shared_progress(const shared_progress&) = delete;
  shared_progress& operator=(const shared_progress&) = delete;

  // The worker's side.
  void begins() override;
  void ended() override;
  void decided(std::size_t index, std::size_t alternatives, std::uint64_t fingerprint) override;
  void explored(std::uint64_t executions, std::size_t depth);
  // The parent has use for branches of the tree.
  bool wanted() const;
  void estimated(double executions);

  // The parent's side.
  void want();
  // Another request: nothing is explored for it, nor wanted.
  void asked();
  std::uint64_t executions() const;  // begun for this request
  std::uint64_t depth() const;       // of the longest execution for it
  double estimate() const;           // of the whole search's executions; 0: unknown
  // Grows at every decision and whenever an execution begins or ends.
  std::uint64_t pulse() const;
  // The model's code is running, and not Heddle's own planning.
  bool model_is_running() const;
  // How the execution went so far; empty when it was too long to keep.
  std::optional<explore::schedule> unfinished_schedule() const;

 private:
  struct page;
  page* page_;
};

}  // namespace heddle::cli
