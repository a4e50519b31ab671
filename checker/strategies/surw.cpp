#include "surw.hpp"

#include <algorithm>

namespace heddle::explore {

bool surw_strategy::begin() {
  if (!samples_.next()) return false;
  random_ = seeded_random(samples_.seed());
  warm_up_.begin();
  walkers_.assign(parents_.size(), {});
  object_ = 0;
  total_ = 0;
  target_ = intended_ = no_actor;
  if (samples_.fixed() || objects_.empty()) return true;
  // A fraction of 2^32, cut into objects, and each of them into events.
  const std::uint64_t place = samples_.fraction() * objects_.size();
  const contended_object& drawn = objects_[place >> 32];
  object_ = drawn.id;
  for (actor_id who = 0; who < walkers_.size(); ++who) {
    walkers_[who].left = drawn.events[who];
    walkers_[who].met = parents_[who] == no_actor;
    total_ += drawn.events[who];
  }
  intend_event((place & 0xffffffffU) * total_ >> 32);
  return true;
}

// Who is met for the first time, and who comes to the object more often than was counted.
void surw_strategy::meet(const point& at) {
  bool news = false;
  for (const alternative& a : at.alternatives) {
    const actor_id who = a.what.who;
    if (who >= walkers_.size()) walkers_.resize(who + 1);
    walker& w = walkers_[who];
    news = news || !w.met;
    w.met = true;
    if (object_ == 0 || w.left > 0 || !interesting(a)) continue;
    w.left = 1;
    if (random_.below(++total_) == 0) target_ = who;
    news = true;
  }
  if (news) intend(target_);
}

void surw_strategy::intend(actor_id who) {
  target_ = intended_ = who;
  while (intended_ != no_actor && !walkers_[intended_].met) intended_ = parents_[intended_];
}

// All events that are yet to come stand in a row, actor after actor.
void surw_strategy::intend_event(std::uint64_t index) {
  for (actor_id who = 0; who < walkers_.size(); ++who) {
    if (index < walkers_[who].left) return intend(who);
    index -= walkers_[who].left;
  }
  intend(no_actor);
}

// Of those that could touch the object now.
void surw_strategy::intend_one_of(const point& at) {
  std::uint64_t sum = 0;
  actor_id drawn = no_actor;
  actor_id previous = no_actor;
  for (const alternative& a : at.alternatives) {
    if (a.what.who == previous) continue;
    previous = a.what.who;
    const std::uint64_t weight = std::max<std::uint64_t>(walkers_[previous].left, 1);
    sum += weight;
    if (random_.below(sum) < weight) drawn = previous;
  }
  intend(drawn);
}

bool surw_strategy::interesting(const alternative& a) const {
  return std::ranges::any_of(a.touches, [&](const access& x) { return x.object == object_; });
}

bool surw_strategy::allowed(const alternative& a) const {
  return object_ == 0 || a.what.who == intended_ || !interesting(a);
}

// How many actors may go on; an actor's alternatives stand side by side.
std::size_t surw_strategy::free_actors(const point& at) const {
  std::size_t count = 0;
  actor_id previous = no_actor;
  for (const alternative& a : at.alternatives) {
    if (a.what.who == previous || !allowed(a)) continue;
    previous = a.what.who;
    ++count;
  }
  return count;
}

// One of the actors that may go on, and one of its alternatives.
std::size_t surw_strategy::walk(const point& at, std::size_t actors) {
  const std::size_t turn = random_.below(actors);
  std::size_t met = 0;
  std::size_t mine = 0;
  std::size_t picked = 0;
  actor_id previous = no_actor;
  for (std::size_t i = 0; i < at.alternatives.size(); ++i) {
    const alternative& a = at.alternatives[i];
    if (!allowed(a)) continue;
    if (a.what.who != previous) ++met;
    previous = a.what.who;
    if (met == turn + 1 && random_.below(++mine) == 0) picked = i;
  }
  return picked;
}

std::size_t surw_strategy::pick(const point& at) {
  if (samples_.fixed()) return warm_up_.pick(at);
  meet(at);
  std::size_t actors = free_actors(at);
  if (actors == 0) {
    intend_one_of(at);
    actors = free_actors(at);
  }
  const std::size_t picked = walk(at, actors);
  const alternative& a = at.alternatives[picked];
  if (object_ == 0 || !interesting(a)) return picked;
  walker& w = walkers_[a.what.who];
  if (w.left > 0) {
    --w.left;
    --total_;
  }
  intend_event(total_ == 0 ? 0 : random_.below(total_));
  return picked;
}

void surw_strategy::end(const trace& t) {
  if (!samples_.warming_up()) return;
  objects_ = contended_objects(t);
  parents_.clear();
  for (const actor_info& a : t.actors) parents_.push_back(a.parent);
}

}  // namespace heddle::explore
