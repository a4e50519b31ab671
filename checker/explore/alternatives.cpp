#include "alternatives.hpp"

#include <algorithm>
#include <utility>

namespace heddle::explore {

namespace {

// Where an actor's pending operations begin in trace::offers. REQUIRES: it has some.
const announcement& pending_announcement(const trace& t, actor_id who) {
  return t.actors[who].announced.back();
}

}  // namespace

std::span<const operation> pending_offers(const trace& t, actor_id who) {
  if (!t.pending(who)) return {};
  return t.offers_at(who, t.actors[who].announced.size() - 1);
}

void alternative_set::reset() {
  for (actor_entries& a : by_actor_) {
    a.stale = true;
    a.always_stale = false;
    a.shown_at = not_shown;
    a.watches = 0;
  }
  changed_ = watched_ = 0;
  released_ = no_actor;
  size_ = 0;
  all_dirty_ = true;
}

// What the actor could do is not so any more.
void alternative_set::withdraw(actor_id who) {
  actor_entries& mine = by_actor_[who];
  changed_ |= mine.watches;  // it is nobody's partner any more
  mine.watches = 0;
  mine.stale = true;
  all_dirty_ = all_dirty_ || (dirty_ != no_actor && dirty_ != who);
  dirty_ = who;
}

// What it can do touches other things than before, as does what the one before it can.
void alternative_set::release(actor_id who) {
  for (actor_id other : {std::exchange(released_, who), who}) {
    if (other == no_actor) continue;
    by_actor_[other].stale = true;
    all_dirty_ = true;
  }
}

void alternative_set::announced(const trace& t, actor_id who) {
  if (who >= by_actor_.size()) by_actor_.resize(who + 1);
  actor_entries& mine = by_actor_[who];
  if (!mine.stale || dirty_ != who) withdraw(who);
  mine.always_stale = t.actors[who].kind != actor_kind::goroutine;
  const announcement& a = pending_announcement(t, who);
  access ignored;
  mine.always = a.offer_count == 1 && touches_always(t.offers[a.first_offer], ignored);
  if (mine.always) return;
  for (std::uint32_t i = 0; i < a.offer_count; ++i)
    mine.watches |= bit(t.offers[a.first_offer + i].object);
  watched_ |= mine.watches;
  changed_ |= mine.watches;  // it may be a partner now
}

// Works out again what an actor can do, where that may have changed.
void alternative_set::refresh(actor_id who, actor_entries& mine) {
  if (!mine.stale && !mine.always_stale && (mine.watches & changed_) == 0) return;
  look_again(who, mine);
  mine.stale = false;
  mine.fresh = true;
}

void alternative_set::collect(const trace& t, const object_model& model,
                              std::span<const actor_id> present,
                              std::span<const actor_id> held_back, actor_id released) {
  trace_ = &t;
  model_ = &model;
  present_ = present;
  release(released);
  if (!held_back.empty()) return collect_without(held_back);
  if (!mend()) collect_all();
}

// Mostly one actor has performed something that nobody waits for, and announced something of the
// same kind: its place in the list is written anew. False: there is more to do.
bool alternative_set::mend() {
  if (all_dirty_ || dirty_ == no_actor || (changed_ & watched_) != 0 ||
      offers_at_ != trace_->offers.data() || shown_present_ != present_.size())
    return false;
  actor_entries& mine = by_actor_[dirty_];
  if (mine.shown_at == not_shown || mine.able.size() != 1) return false;
  if (!trace_->pending(dirty_)) return take_out(mine);
  if (!mine.always) return false;
  const announcement& a = pending_announcement(*trace_, dirty_);
  if (a.guard_count > 0) return false;
  const operation& op = trace_->offers[a.first_offer];
  const action what{dirty_, op.branch, no_actor, 0};
  mine.able.front() = {what, a.first_offer, none, 0, 1};
  if (mine.accesses.empty()) mine.accesses.resize(1);
  touches_always(op, mine.accesses.front());
  list_[mine.shown_at] = {what, &op, nullptr, {mine.accesses.data(), 1}};
  mine.stale = false;
  changed_ = 0;
  dirty_ = no_actor;
  return true;
}

// The only thing that an actor could do goes from the list: it has ended.
bool alternative_set::take_out(actor_entries& mine) {
  const std::size_t gone = std::exchange(mine.shown_at, not_shown);
  std::move(list_.begin() + static_cast<std::ptrdiff_t>(gone) + 1,
            list_.begin() + static_cast<std::ptrdiff_t>(size_),
            list_.begin() + static_cast<std::ptrdiff_t>(gone));
  --size_;
  for (actor_id who : present_)
    if (who < by_actor_.size() && by_actor_[who].shown_at != not_shown &&
        by_actor_[who].shown_at > gone)
      --by_actor_[who].shown_at;
  changed_ = 0;
  dirty_ = no_actor;
  return true;
}

void alternative_set::collect_all() {
  const bool moved = offers_at_ != trace_->offers.data();
  offers_at_ = trace_->offers.data();
  watched_ = 0;
  std::size_t at = 0;
  for (actor_id who : present_) {
    if (who >= by_actor_.size()) continue;  // it has announced nothing
    actor_entries& mine = by_actor_[who];
    if (!trace_->actors[who].waiting) {
      mine.shown_at = not_shown;
      continue;
    }
    refresh(who, mine);
    watched_ |= mine.always_stale ? ~std::uint64_t{0} : mine.watches;
    if (moved || mine.fresh || mine.shown_at != at) {
      for (std::size_t i = 0; i < mine.able.size(); ++i) show(mine, mine.able[i], at + i);
      mine.shown_at = at;
      mine.fresh = false;
    }
    at += mine.able.size();
  }
  size_ = at;
  shown_present_ = present_.size();
  changed_ = 0;
  dirty_ = no_actor;
  all_dirty_ = false;
}

// The rare case: some take no part.
void alternative_set::collect_without(std::span<const actor_id> held_back) {
  const auto held = [&](actor_id who) { return std::ranges::count(held_back, who) > 0; };
  size_ = 0;
  all_dirty_ = true;
  for (actor_id who : present_) {
    if (who >= by_actor_.size()) continue;
    actor_entries& mine = by_actor_[who];
    mine.shown_at = not_shown;
    if (!trace_->actors[who].waiting) continue;
    refresh(who, mine);
    const bool waits = held(who);
    for (const entry& e : mine.able)
      if (!waits || e.what.partner != no_actor) show(mine, e, size_++);
  }
  changed_ = 0;
}

const alternative* alternative_set::only(const trace& t, const object_model& model,
                                         const action& what, actor_id released) {
  trace_ = &t;
  model_ = &model;
  release(released);
  if (what.who >= t.actors.size() || !t.pending(what.who)) return nullptr;
  const auto offer_of = [&](actor_id who, std::int32_t branch) {
    const announcement& a = pending_announcement(t, who);
    for (std::uint32_t i = 0; i < a.offer_count; ++i) {
      const operation& op = t.offers[a.first_offer + i];
      if (op.branch == branch || op.kind == op_kind::choose) return a.first_offer + i;
    }
    return none;
  };
  const std::uint32_t mine = offer_of(what.who, what.branch);
  if (mine == none) return nullptr;
  const operation& op = t.offers[mine];
  std::uint32_t theirs = none;
  if (what.partner != no_actor) {
    if (what.partner >= t.actors.size() || !t.pending(what.partner)) return nullptr;
    theirs = offer_of(what.partner, what.partner_branch);
    if (theirs == none || t.offers[theirs].object != op.object) return nullptr;
  }
  const bool able = op.kind == op_kind::otherwise
                        ? model.otherwise_enabled(pending_offers(t, what.who))
                        : model.enabled(what, op);
  if (!able) return nullptr;
  one_.able.clear();
  one_.accesses.clear();
  add(one_, what, mine, theirs);
  all_dirty_ = true;
  offers_at_ = nullptr;  // the list is no longer what collect() made it
  show(one_, one_.able.front(), 0);
  return list_.data();
}

void alternative_set::show(const actor_entries& from, const entry& e, std::size_t at) {
  if (at >= list_.size()) list_.resize(at + 1);
  alternative& to = list_[at];
  to.what = e.what;
  to.op = &trace_->offers[e.offer];
  to.partner_op = e.partner_offer == none ? nullptr : &trace_->offers[e.partner_offer];
  to.touches = {from.accesses.data() + e.first_access, e.access_count};
}

void alternative_set::look_again(actor_id who, actor_entries& mine) {
  const announcement& a = pending_announcement(*trace_, who);
  if (mine.always && a.guard_count == 0 && who != released_) return add_always(mine, who, a);
  mine.able.clear();
  mine.accesses.clear();
  for (std::uint32_t i = 0; i < a.offer_count; ++i) offer(mine, a.first_offer + i, who);
}

void alternative_set::add_always(actor_entries& into, actor_id who, const announcement& a) {
  into.able.resize(1);
  into.able.front() = {
      {who, trace_->offers[a.first_offer].branch, no_actor, 0}, a.first_offer, none, 0, 1};
  if (into.accesses.empty()) into.accesses.resize(1);
  touches_always(trace_->offers[a.first_offer], into.accesses.front());
}

void alternative_set::offer(actor_entries& into, std::uint32_t index, actor_id who) {
  const operation& op = trace_->offers[index];
  action what{who, op.branch, no_actor, 0};
  switch (op.kind) {
    case op_kind::choose:
      for (std::uint64_t i = 0; i < op.value; ++i) {
        what.branch = static_cast<std::int32_t>(i);
        add(into, what, index, none);
      }
      return;
    case op_kind::otherwise:
      if (model_->otherwise_enabled(pending_offers(*trace_, who))) add(into, what, index, none);
      return;
    case op_kind::send:
      if (model_->state(op.object).capacity == 0 && !model_->state(op.object).closed)
        return pair(into, index, who, op_kind::recv);
      break;
    case op_kind::cond_signal:
      if (!model_->enabled(what, op)) return pair(into, index, who, op_kind::cond_woken);
      break;
    default:
      break;
  }
  if (model_->enabled(what, op)) add(into, what, index, none);
}

// Every actor that has announced the other half on the same object.
void alternative_set::pair(actor_entries& into, std::uint32_t index, actor_id who,
                           op_kind partner_kind) {
  const operation& op = trace_->offers[index];
  for (actor_id partner : present_) {
    if (partner == who || !trace_->actors[partner].waiting ||
        (by_actor_[partner].watches & bit(op.object)) == 0)
      continue;
    const announcement& a = pending_announcement(*trace_, partner);
    for (std::uint32_t i = a.first_offer; i < a.first_offer + a.offer_count; ++i) {
      const operation& other = trace_->offers[i];
      if (other.kind != partner_kind || other.object != op.object) continue;
      const action what{who, op.branch, partner, other.branch};
      if (model_->enabled(what, op)) add(into, what, index, i);
    }
  }
}

void alternative_set::add(actor_entries& into, const action& what, std::uint32_t offer,
                          std::uint32_t partner_offer) {
  const operation& op = trace_->offers[offer];
  const std::span<const operation> offers = op.kind == op_kind::otherwise
                                                ? pending_offers(*trace_, what.who)
                                                : std::span<const operation>();
  model_->touches(what, op, offers, touches_);
  if (what.partner == no_actor && !trace_->guards.empty()) {
    const std::size_t position = trace_->actors[what.who].announced.size() - 1;
    for (const guard& g : trace_->guards_at(what.who, position))
      touches_.push_back(g.look());
  }
  if (what.who == released_) touches_.push_back({everything_object, access_kind::everything, 0});
  into.able.push_back({what, offer, partner_offer, static_cast<std::uint32_t>(into.accesses.size()),
                       static_cast<std::uint32_t>(touches_.size())});
  into.accesses.insert(into.accesses.end(), touches_.begin(), touches_.end());
}

}  // namespace heddle::explore
