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
// 4. Decisions that are those of the execution before are not recorded again: the trace is cut
//    where the two part, and until then what the model does is compared with what it did.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "alternatives.hpp"
#include "engine.hpp"
#include "goroutine.hpp"
#include "names.hpp"
#include "object_model.hpp"
#include "race_detector.hpp"
#include "spinning.hpp"
#include "strategy.hpp"
#include "timer.hpp"
#include "trace.hpp"

namespace heddle::explore {

enum class time_mode : std::uint8_t { free, idle };

struct execution_limits {
  time_mode time = time_mode::free;
  std::size_t max_steps = 20000;
  bool stop_at_failure = true;         // end the execution at the first note
  std::uint32_t ticks_after_main = 2;  // how often each ticker fires once main has returned
  std::size_t stack_bytes = 256 * 1024;
  bool operator==(const execution_limits&) const = default;
};

// Told of every decision before it is carried out, so that a crash leaves a schedule behind.
class decision_log {
 public:
  virtual ~decision_log() = default;
  // Between these two the model's code runs; told by the explorer's loop.
  virtual void begins() {}
  virtual void ended() {}
  // `fingerprint` is the point's.
  virtual void decided(std::size_t index, std::size_t alternatives, std::uint64_t fingerprint) = 0;
};

class sequencer final : public core::engine {
 public:
  sequencer();
  ~sequencer() override;

  // Runs `body` once. The trace is valid until the next run.
  const trace& run(const std::function<void()>& body, strategy& chooser,
                   const execution_limits& limits, decision_log* log = nullptr);

  // The numbers that traces and strategies use for actors and objects.
  names& naming() { return names_; }
  race_detector& racing() { return races_; }
  // A wait group that was seen to panic elsewhere: its dones depend on each other.
  void expect_group_panic(core::object_id group) { model_.expect_group_panic(group); }
  // How far the execution that runs has come.
  moment so_far() const { return {trace_, repeating_ ? step_ : trace_.events.size(), created_}; }

  // For who watches the memory of a program (checker/instrument). The sequencer that runs an
  // execution; null: none does.
  static sequencer* active() noexcept { return active_; }
  // The execution that runs, by a number that no other has.
  static std::uint64_t execution() noexcept { return execution_; }
  // Another number whenever another goroutine runs, something has happened or a goroutine was
  // created.
  static std::uint64_t turn() noexcept { return turn_; }
  // Nothing but main was created yet: what it does happens before all that others will do.
  bool alone() const noexcept { return created_.size() == 1; }
  // An access of the running goroutine: race_detector::stamp, repeats, add and epoch.
  kept_access stamp() { return races_.stamp(so_far(), running_->id); }
  access_history& accesses() { return races_.history(); }
  bool repeats(access_history::location l, const kept_access& a) const {
    return races_.repeats(l, a);
  }
  void add(access_history::location& l, const kept_access& a) { races_.add(trace_, l, 0, a); }
  void found_race(const kept_access& first, const kept_access& second) {
    races_.found(trace_, 0, first, second);
  }
  std::span<const std::uint32_t> known_to_running() { return races_.known_to(running_->id); }
  std::uint32_t epoch() { return races_.epoch(so_far(), running_->id); }
  void pass_on(std::uintptr_t by) { races_.pass_on(so_far(), running_->id, by); }
  void learn(std::uintptr_t by) { races_.learn(so_far(), running_->id, by); }
  void forget(std::uintptr_t by) { races_.forget(by); }
  // The atomic at an offset within a block of memory that a goroutine allocated.
  core::object_id name_within(actor_id creator, std::uint32_t block, std::uint64_t offset,
                              place at);
  // The goroutine on whose stack an address lies, and how far below its top; or no actor.
  std::pair<actor_id, std::uint64_t> on_stack(const void* address) const;
  // An atomic operation asked for less than sequential consistency, and got it.
  void note_weak_order(const void* code) {
    if (trace_.weak_order == nullptr) trace_.weak_order = code;
  }

  void spawn(std::unique_ptr<detail::task> work, const go_options& options) override;
  core::goroutine* current() noexcept override { return running_; }
  bool announce(std::span<const operation> offers, core::decision& picked) override;
  void note_value(std::uint64_t bits) override;
  void plain_access(const core::memory_access& access) override;
  core::object_id name_object(const char* what, place at) override;
  std::uint64_t order_of(core::object_id o) const override { return names_.hash_of_object(o); }
  void park(const operation& why) override;
  void ready(core::goroutine& g) override;
  void yield(place at) override;
  time_point now(place at) override;
  void arm(detail::timer_state& t) override;
  void disarm(detail::timer_state&) override {}  // the model was told by the announcement
  int choose(int, place) override { return 0; }  // announced instead
  int num_goroutines(place at) override;
  int max_procs(int) override { return 1; }
  void run_blocking(const std::function<void()>& f, place) override { f(); }
  void note_failure(const panic& failure) override;

  // The std::terminate handler while an execution runs. Does not return.
  static void terminated() noexcept;

 private:
  // A goroutine whose stack, once it has run to its end, waits for another function to run.
  struct fiber : core::goroutine {
    bool resting = false;
    const void* bottom = nullptr;  // of its stack, above which frames are its function's
  };
  // Beside the trace's record of an actor: what it is about to do.
  struct actor_state {
    fiber* g = nullptr;
    detail::timer_handle timer;
    core::decision picked;
    std::uint32_t children = 0;
    std::uint32_t objects = 0;
    std::uint32_t announced = 0;  // while decisions are repeated: how often so far
    std::uint32_t ticks = 0;      // fired since main returned
    std::uint32_t released = 0;   // how often it went on spinning since nothing else could happen
    bool yields = false;          // it has yielded, in this execution or one before
    call_path path = 0;           // where it announced; kept if it yields
    spin_window spin;
  };

  void run_on(core::goroutine* g) noexcept {
    running_ = g;
    ++turn_;
  }
  void add_created(actor_id who) {
    created_.push_back(who);
    ++turn_;
  }
  void begin(const std::function<void()>& body);
  fiber& take_fiber(std::size_t stack_bytes);
  static void entry(void* self);
  // Suspends `from` and resumes `to`, inline: fewer returns for the processor to mispredict.
  [[gnu::always_inline]] void pass_to(core::execution_context& from, core::execution_context& to) {
    core::exchange_exceptions(from, to, *exceptions_);
    core::switch_stacks(from, to);
  }
  void run_goroutine(core::goroutine& g);
  void add_note(actor_id who, panic_kind kind, bool uncaught, const std::string& what, place at);

  // Running the execution at hand once more, by the same decisions (sequencer_again.cpp).
  void learn_that_it_yields();
  bool starts_over();
  bool take_again(std::size_t step);

  void leave();                    // the running goroutine has nothing to do: go on elsewhere
  core::goroutine* next_to_run();  // null: the execution is over
  static void start(fiber& g);
  bool decide();  // picks and carries out one event; false: over
  bool finish(ending how);
  bool decide_among_all(std::size_t step);
  bool decide_past_bound(std::size_t step);
  bool carry_out(const point& at, std::size_t index);
  void collect();
  void release_spinner();
  bool held_back(const action& what);
  std::size_t pick_fairly();
  void mix(std::uint64_t v) {
    trace_.fingerprint = (trace_.fingerprint ^ v) * 0x9e3779b97f4a7c15U;
    trace_.fingerprint ^= trace_.fingerprint >> 29;
  }
  void perform(const alternative& picked, decided how);
  event& record(const alternative& picked, decided how);
  std::uint32_t take_turn(actor_id who);
  void perform_by_goroutine(const action& what, op_kind kind);
  [[gnu::noinline]] void perform_by_timer(actor_id who);
  void count_change(const event& done, bool value_changed);
  void unwind_all();
  core::goroutine* finish_goroutine(core::goroutine& g);  // what runs next; null: nothing

  void register_actor(actor_id who, actor_kind kind, actor_id parent, std::uint32_t ordinal);
  void announce_for(actor_id who, std::span<const operation> offers);
  std::uint64_t particulars(const operation& op) const;
  void announce_while_spinning(actor_id who);
  void participate(actor_id who);
  void resolve(operation& op);

  // Repeating the decisions of the execution before (sequencer_repeat.cpp).
  bool any_timer() const { return trace_.exists(clock_actor); }
  bool can_repeat() const;
  void cut_back(std::size_t steps);
  bool repeat();  // carries out the next decision; false: over
  bool goes_on(const core::goroutine& g) const;
  const action& repeat_alone();
  void repeat_announcement(actor_id who, std::span<const operation> offers);
  void repeat_value(std::uint64_t bits);
  bool all_announced();
  bool stop_repeating();                  // from here on it decides; false: over
  bool depart(const operation& instead);  // the model does something else than before
  actor_id creator() const { return acting_timer_ != no_actor ? acting_timer_ : running_->id; }
  actor_state& state(actor_id who) { return states_[who]; }

  inline static sequencer* active_ = nullptr;
  inline static std::uint64_t execution_ = 0;
  inline static std::uint64_t turn_ = 0;
  names names_;
  object_model model_;
  object_versions versions_;
  trace trace_;
  race_detector races_;
  alternative_set alternatives_;
  core::stack_pool stacks_;
  std::vector<std::unique_ptr<fiber>> made_;  // every fiber ever made
  std::vector<fiber*> idle_;
  std::vector<fiber*> alive_;               // of this execution, in order of creation
  std::vector<actor_state> states_;         // by actor
  std::size_t counted_ended_ = 0;           // of them had ended when they were counted last
  std::vector<actor_id> present_;           // of this execution, in order of creation
  std::vector<actor_id> created_;           // the same, but for those still to be created again
  std::vector<core::goroutine*> runnable_;  // from next_runnable_ on
  std::size_t next_runnable_ = 0;
  std::vector<actor_id> held_back_;
  std::vector<actor_id> woken_;
  std::vector<guard> guards_;
  bool any_guard_ = false;                 // an actor may be held back
  actor_id released_ = no_actor;           // who goes on spinning, if that is decided now
  std::terminate_handler handled_before_;  // std::terminate's
  core::execution_context outside_;
  core::thread_exceptions* exceptions_ = nullptr;  // of the thread that runs
  core::goroutine* running_ = nullptr;
  core::goroutine* first_half_ = nullptr;   // who was picked; the receiver of a rendezvous, and
  core::goroutine* second_half_ = nullptr;  // the sender, run when the receiver has parked
  actor_id acting_timer_ = no_actor;        // whose firing is being carried out
  strategy* strategy_ = nullptr;
  decision_log* log_ = nullptr;
  execution_limits limits_;
  std::size_t step_ = 0;      // while decisions are repeated: how many have been
  std::size_t repeated_ = 0;  // how many are to be; 0: this execution repeats none
  std::vector<event> again_;  // what had happened when it was found that all is to be done again
  bool starting_over_ = false;
  std::uint32_t learnt_ = 0;  // how many goroutines were found to yield
  bool all_yield_ = false;
  bool repeating_ = false;
  bool kept_ = false;             // the trace is that of the strategy's last execution
  bool asks_known_ = true;        // the strategy may still know a choice
  bool spinning_ = false;         // some goroutine yields: who waits for what is kept track of
  bool holds_addresses_ = false;  // some atomic holds a pointer, whose value no execution repeats
  actor_id last_who_ = no_actor;
  std::size_t fair_turn_ = 0;
  bool over_ = false;
};

}  // namespace heddle::explore
