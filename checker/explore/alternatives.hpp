// What can happen next: the enabled actions at a decision, in an order that depends on names alone.
//
// What each actor can do is remembered, and worked out again only when it announced something or
// when an object it waits for was touched; of the list, what has moved or changed is written again.
// Objects are told apart by one bit of 64: two that share a bit cost a needless look, never a wrong
// answer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "object_model.hpp"
#include "strategy.hpp"
#include "trace.hpp"

namespace heddle::explore {

class alternative_set {
 public:
  // Forgets everything: a new execution begins.
  void reset();
  // The actor performed what it had announced, or does not exist any more.
  void performed(actor_id who) {
    if (who < by_actor_.size()) withdraw(who);
  }
  // The actor announced what the trace says is pending.
  void announced(const trace& t, actor_id who);
  void object_changed(object_id o) { changed_ |= bit(o); }

  // Collects what the pending ones among `present`, in order of creation, can do. Those that
  // `held_back` lists, if any, do nothing alone. What `released` can do comes after all that has
  // happened: it is only possible since nothing else is.
  void collect(const trace& t, const object_model& model, std::span<const actor_id> present,
               std::span<const actor_id> held_back, actor_id released = no_actor);

  // One action of an actor, if it can be performed now; else null. Valid until the next call.
  const alternative* only(const trace& t, const object_model& model, const action& what,
                          actor_id released = no_actor);

  std::span<const alternative> all() const { return {list_.data(), size_}; }
  bool empty() const { return size_ == 0; }

 private:
  static constexpr std::size_t not_shown = ~std::size_t{0};
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  struct entry {
    action what;
    std::uint32_t offer;  // into trace::offers
    std::uint32_t partner_offer;
    std::uint32_t first_access;
    std::uint32_t access_count;
  };
  struct actor_entries {
    std::uint64_t watches = 0;  // the bits of the objects it waits for
    std::size_t shown_at = not_shown;
    bool stale = true;
    bool always_stale = false;  // timers and the clock
    bool fresh = false;         // worked out again since it was shown
    bool always = false;        // its one operation is always possible, and touches the same
    std::vector<entry> able;
    std::vector<access> accesses;
  };

  static std::uint64_t bit(object_id o) { return std::uint64_t{1} << (o & 63); }
  void withdraw(actor_id who);
  void release(actor_id who);
  bool mend();
  bool take_out(actor_entries& mine);
  void collect_all();
  void collect_without(std::span<const actor_id> held_back);
  void refresh(actor_id who, actor_entries& mine);
  void look_again(actor_id who, actor_entries& mine);
  void offer(actor_entries& into, std::uint32_t index, actor_id who);
  void pair(actor_entries& into, std::uint32_t index, actor_id who, op_kind partner_kind);
  void add(actor_entries& into, const action& what, std::uint32_t offer,
           std::uint32_t partner_offer);
  void add_always(actor_entries& into, actor_id who, const announcement& a);
  void show(const actor_entries& from, const entry& e, std::size_t at);

  const trace* trace_ = nullptr;
  const object_model* model_ = nullptr;
  std::span<const actor_id> present_;
  std::vector<actor_entries> by_actor_;
  std::uint64_t changed_ = 0;
  std::uint64_t watched_ = 0;      // all that any actor may wait for
  actor_id released_ = no_actor;
  actor_id dirty_ = no_actor;      // the only actor whose entries are stale, but that
  bool all_dirty_ = true;          // there may be several
  std::vector<alternative> list_;  // size_ of them are in use
  std::size_t size_ = 0;
  std::size_t shown_present_ = 0;         // how many actors there were when it was made
  const operation* offers_at_ = nullptr;  // where the offers lay that it points to
  actor_entries one_;
  access_list touches_;
};

// What an actor has announced and not performed; empty when it has nothing pending.
std::span<const operation> pending_offers(const trace& t, actor_id who);

}  // namespace heddle::explore
