// A trace: everything that happened in one execution, as a value. What comes after an execution,
// detecting, planning, shrinking, reporting, is a function of it.
//
// Invariants:
// 1. events[i] was performed after events[0..i-1]; positions count an actor's events from 0.
// 2. Every event of an actor at position p, and every pending operation, has an announcement
//    (actor, p) that holds what the actor could have done there.
// 3. A participant's announcement comes before its event.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "action.hpp"
#include "heddle/panic.hpp"

namespace heddle::explore {

// How an event was decided.
struct decided {
  std::uint32_t index = 0;         // among the alternatives
  std::uint32_t alternatives = 0;  // how many there were
  std::uint64_t fingerprint = 0;   // of all that was announced, picked and observed before
};

struct event {
  event() = default;
  // All that performing an operation alone needs, without clearing it first.
  event(const action& a, const operation& announced, decided d)
      : what(a), op(announced), how(d) {}

  action what;
  operation op;                // of `who`
  place partner_at;            // where the partner stood
  std::uint32_t position = 0;  // of `who`: how many events it had before
  std::uint32_t partner_position = 0;
  std::uint32_t first_access = 0;  // into trace::accesses
  std::uint32_t access_count = 0;
  std::uint32_t first_other = 0;  // participants beyond who and partner, into trace::others
  std::uint32_t other_count = 0;
  std::uint32_t offers_before = 0;  // how many offers there were when it was decided
  bool when_idle = false;           // possible only since nothing else was
  std::uint64_t bits = 0;           // see object_model::apply
  decided how;
};

struct participant {
  actor_id who;
  std::uint32_t position;
};

// What a goroutine that goes round a spinning loop waits to see changed.
struct guard {
  object_id object = 0;
  std::uint32_t since = 0;  // the position of its own event that looked at the object first

  // What going on touches, so that it comes before or after the change.
  access look() const {
    return {object, object == clock_object ? access_kind::time_read : access_kind::read, 0};
  }
};

// What an actor could do at a position.
struct announcement {
  std::uint32_t first_offer = 0;  // into trace::offers
  std::uint32_t offer_count = 0;
  std::uint32_t first_guard = 0;  // into trace::guards
  std::uint32_t guard_count = 0;
};

enum class actor_kind : std::uint8_t { goroutine, timer, clock };
enum class actor_status : std::uint8_t { pending, finished, panicked };

struct actor_info {
  actor_id id = no_actor;
  actor_kind kind = actor_kind::goroutine;
  actor_status status = actor_status::pending;
  actor_id parent = no_actor;
  std::uint32_t ordinal = 0;          // among the parent's children, from 1
  std::uint32_t parent_position = 0;  // how many events the parent had when it created this one
  std::uint32_t born = 0;             // how many events there were then
  std::string name;                   // given by the program, or empty
  place created_at;
  std::vector<announcement> announced;  // by position
  bool waiting = false;                 // the last one is pending: announced, not performed
};

struct object_info {
  object_id id = 0;
  std::string_view what;  // "channel", "mutex", ...
  actor_id creator = no_actor;
  std::uint32_t ordinal = 0;  // among all of the creator's objects, from 1
  place created_at;
};

// Something that went wrong at a moment, as opposed to at the end.
struct note {
  panic_kind kind = panic_kind::panic;
  bool uncaught = false;  // a panic left its goroutine; else a check or a misuse
  std::string message;
  place at;
  actor_id who = no_actor;
  std::uint32_t after_event = 0;  // events that had happened
};

// A plain access to memory, as it was made.
struct plain_access {
  actor_id who = no_actor;
  std::uint32_t position = 0;     // how many events `who` had before
  std::uint32_t after_event = 0;  // how many there had been
  bool is_write = false;
  place at;                       // line 0: `code` tells
  const void* code = nullptr;
};

// Two accesses to the same memory, at least one a write, of which neither happens before the other.
struct race {
  plain_access first;             // in this execution
  plain_access second;
  object_id object = 0;           // the variable; 0: memory without a name
  std::vector<const void*> first_calls;   // return addresses, innermost first; may be empty
  std::vector<const void*> second_calls;
};

enum class ending : std::uint8_t {
  quiescent,   // no actor can do anything
  stopped,     // at the first failure
  cut,         // the step bound, by a fair schedule or not
  unfair_cut,  // the step bound, but a fair continuation ended
  abandoned,   // by the strategy: nothing new could come of it
  departed,    // a schedule did not fit; `departure` says where
};

struct trace {
  std::vector<event> events;
  std::vector<access> accesses;
  std::vector<participant> others;
  std::vector<operation> offers;
  std::vector<guard> guards;
  std::vector<actor_info> actors;           // dense: actors[i].id == i; gaps have id no_actor
  std::vector<object_info> objects;         // dense by id; gaps have id 0
  std::vector<std::uint64_t> initial_bits;  // of atomics, by object
  std::vector<note> notes;
  std::vector<race> races;             // each pair of places once
  ending ended = ending::quiescent;
  bool main_returned = false;
  bool group_added = false;       // some wait group was added to
  bool group_panicked = false;    // group_panics() is not empty
  bool idle_time = false;         // time advanced only when nothing else could happen
  const void* weak_order = nullptr;  // code with an atomic operation that asked for a weaker order
  std::uint64_t fingerprint = 0;  // of everything announced, picked and observed
  std::string departure;

  std::span<const access> touches(const event& e) const {
    return std::span(accesses).subspan(e.first_access, e.access_count);
  }
  std::span<const participant> others_of(const event& e) const {
    return std::span(others).subspan(e.first_other, e.other_count);
  }
  std::span<const operation> offers_at(actor_id who, std::size_t position) const {
    const announcement& a = actors[who].announced[position];
    return std::span(offers).subspan(a.first_offer, a.offer_count);
  }
  // One of these must change first, or the actor meet a partner, if it is going round a spinning
  // loop; else empty.
  std::span<const guard> guards_at(actor_id who, std::size_t position) const {
    const announcement& a = actors[who].announced[position];
    return std::span(guards).subspan(a.first_guard, a.guard_count);
  }
  // The wait groups whose counter an event would have made negative.
  std::vector<object_id> group_panics() const;
  bool exists(actor_id who) const { return who < actors.size() && actors[who].id == who; }
  // Whether the actor has an operation announced that it has not performed.
  bool pending(actor_id who) const { return exists(who) && actors[who].waiting; }
  // How many events the actor took part in.
  std::uint32_t positions(actor_id who) const {
    const actor_info& a = actors[who];
    return static_cast<std::uint32_t>(a.announced.size()) - (a.waiting ? 1 : 0);
  }
  void clear();
  // Forgets what came after the first `length` events: the trace is again as it was when the next
  // event was decided. REQUIRES: length < events.size(), no notes, no wait group that panicked.
  void cut(std::size_t length);
};

// "main", "reader", or a path such as "main.2.1": the first child of main's second child. A given
// name that several goroutines share has the path behind it.
std::string actor_name(const trace& t, actor_id who);
// "channel 2 of main (file:line)".
std::string object_name(const trace& t, object_id o);
// The sentence for a model that, under the same decisions as before, can do this after `step`
// events.
std::string went_another_way(std::size_t step, const operation& instead);
// The same, for an execution that was over before all the decisions were taken again.
std::string ended_early(const trace& t);
// "file:line", with the directories left out that every reader knows.
std::string place_name(const place& at);
// Finds the line of a place that is a code address (checker/instrument), whose file is a mark and
// the address; null: such places have no name.
inline std::string (*line_of_code)(const void* return_address) = nullptr;
inline constexpr char code_place_mark = '\x01';

}  // namespace heddle::explore
