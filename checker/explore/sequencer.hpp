// The sequencer: exploration mode's engine. Runs one execution of a model on the calling thread,
// asking a strategy at every decision, and records it as a trace.
//
// Invariants:
// 1. Only one goroutine runs at a time, until it announces, parks or ends; then the next one that
//    has something to do before the decision; then the strategy decides.
// 2. Only enabled operations are alternatives, so a picked operation never parks, but for the
//    receiver of a rendezvous, whose sender is then run at once, and a condition wait.
// 3. When an execution is over every goroutine has been run to its end: those that were blocked
//    are unwound. Nothing of one execution is left in the next.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "engine.hpp"
#include "goroutine.hpp"
#include "names.hpp"
#include "object_model.hpp"
#include "strategy.hpp"
#include "timer.hpp"
#include "trace.hpp"

namespace heddle::explore {

enum class time_mode : std::uint8_t { free, idle };

struct execution_limits {
  time_mode time = time_mode::free;
  std::size_t max_steps = 20000;
  bool stop_at_failure = true;       // end the execution at the first note
  std::uint32_t ticks_after_main = 2;  // how often each ticker fires once main has returned
  std::size_t stack_bytes = 256 * 1024;
};

// Told of every decision before it is carried out, so that a crash leaves a schedule behind.
class decision_log {
 public:
  virtual ~decision_log() = default;
  virtual void decided(std::size_t index, const point& at) = 0;
};

class sequencer final : public core::engine {
 public:
  sequencer();
  ~sequencer() override;

  // Runs `body` once. The trace is valid until the next run.
  const trace& run(const std::function<void()>& body, strategy& chooser,
                   const execution_limits& limits, decision_log* log = nullptr);

  void spawn(std::unique_ptr<detail::task> work, const go_options& options) override;
  core::goroutine* current() noexcept override { return running_; }
  core::decision announce(std::span<const operation> offers) override;
  void note_value(std::uint64_t bits) override;
  void plain_access(const operation&, bool) override {}
  core::object_id name_object(const char* what, place at) override;
  void park(const operation& why) override;
  void ready(core::goroutine& g) override;
  void yield(place at) override;
  time_point now(place at) override;
  void arm(detail::timer_state& t) override;
  void disarm(detail::timer_state& t) override;
  int choose(int, place) override { return 0; }  // announced instead
  int num_goroutines(place at) override;
  int max_procs(int n) override;
  void run_blocking(const std::function<void()>& f, place at) override;
  void note_failure(const panic& failure) override;

 private:
  struct actor_record;  // per execution: a goroutine, a timer or the clock
  struct recorder;

  core::goroutine& take_goroutine(std::size_t stack_bytes);
  void start_goroutine(core::goroutine& g, std::unique_ptr<detail::task> work);
  static void entry(void* self);
  void run_goroutine(core::goroutine& g);
  void uncaught(const core::goroutine& g, panic_kind kind, const std::string& what, place at);

  void leave();                       // the running goroutine has nothing to do: go on elsewhere
  core::goroutine* next_to_run();     // null: the execution is over
  bool decide();                      // picks and carries out one event; false: over
  bool finish(ending how);
  void collect_alternatives();
  void collect_of(actor_id who);
  void collect_offer(actor_id who, const operation& op, std::span<const operation> offers);
  void collect_pairs(actor_id who, const operation& op);
  void add_alternative(const action& what, const operation& op, const operation* partner_op,
                       std::span<const operation> offers);
  void perform(const alternative& picked);
  void perform_timer(const action& what, const operation& op);
  void release_yielders(const event& done);
  void unwind_all();
  void announce_for(actor_id who, std::span<const operation> offers);
  void register_actor(actor_id who, actor_kind kind, actor_id parent, std::uint32_t ordinal);
  operation resolved(operation op);
  std::uint64_t point_fingerprint() const;
  std::size_t pick_fairly();
  actor_record& record(actor_id who);
  actor_id id_of(const core::goroutine& g) const { return g.id; }

  names names_;
  object_model model_;
  trace trace_;
  core::stack_pool stacks_;
  std::vector<std::unique_ptr<core::goroutine>> pool_;  // every goroutine ever made
  std::vector<core::goroutine*> idle_;
  std::vector<core::goroutine*> alive_;                 // of this execution, in order of creation
  std::vector<actor_record> records_;
  std::vector<actor_id> present_;                       // actors of this execution, by id
  std::deque<core::goroutine*> runnable_;
  std::vector<alternative> alternatives_;
  std::vector<access_list> touch_pool_;
  std::map<core::object_id, detail::timer_state*> armed_;
  core::execution_context outside_;
  core::goroutine* running_ = nullptr;
  core::goroutine* second_half_ = nullptr;  // the sender of a rendezvous, run after its receiver
  strategy* strategy_ = nullptr;
  decision_log* log_ = nullptr;
  execution_limits limits_;
  actor_id last_who_ = no_actor;
  std::uint32_t outside_objects_ = 0;
  bool over_ = false;
  bool fair_tail_ = false;   // past the step bound, a fair scheduler tries to end the execution
  std::size_t fair_turn_ = 0;
};

}  // namespace heddle::explore
