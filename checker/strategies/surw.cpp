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
  intended_ = no_actor;
  if (samples_.fixed() || objects_.empty()) return true;
  const contended_object& drawn = objects_[random_.below(objects_.size())];
  object_ = drawn.id;
  expect(drawn.events);
  intend();
  return true;
}

// Nobody has been met yet: all events are ahead of the ancestors that nobody has created.
void surw_strategy::expect(const std::vector<std::uint64_t>& events) {
  for (actor_id who = 0; who < parents_.size(); ++who) {
    walkers_[who].own = events[who];
    total_ += events[who];
    for (actor_id up = parents_[who]; up != no_actor; up = parents_[up])
      walkers_[up].children += events[who];
  }
  for (actor_id who = 0; who < parents_.size(); ++who)
    walkers_[who].met = parents_[who] == no_actor;
}

// Takes an actor's events out of its creator's. If the creator was intended, it was so on behalf
// of the child with the probability that the child has among the creator's events.
void surw_strategy::meet(actor_id who) {
  if (who >= walkers_.size()) walkers_.resize(who + 1);
  walker& w = walkers_[who];
  if (w.met) return;
  w.met = true;
  if (who >= parents_.size() || parents_[who] == no_actor) return;
  meet(parents_[who]);
  walker& creator = walkers_[parents_[who]];
  const std::uint64_t whole = creator.weight();
  const std::uint64_t part = w.weight();
  creator.children -= part;
  if (intended_ == parents_[who] && part > 0 && random_.below(whole) < part) intended_ = who;
}

void surw_strategy::meet_all(const point& at) {
  for (const alternative& a : at.alternatives) {
    meet(a.what.who);
    walker& w = walkers_[a.what.who];
    if (object_ == 0 || w.weight() > 0 || !interesting(a)) continue;
    w.own = 1;  // more than the warm-up had
    if (random_.below(++total_) == 0) intended_ = a.what.who;
  }
}

void surw_strategy::intend() {
  intended_ = no_actor;
  if (total_ == 0) return;
  std::uint64_t left = random_.below(total_);
  // Not met: its weight is within its creator's.
  for (actor_id who = 0; who < walkers_.size(); ++who) {
    if (!walkers_[who].met) continue;
    const std::uint64_t weight = walkers_[who].weight();
    if (left < weight) {
      intended_ = who;
      return;
    }
    left -= weight;
  }
}

// Of those that could touch the object now.
void surw_strategy::intend_one_of(const point& at) {
  std::uint64_t sum = 0;
  actor_id previous = no_actor;
  for (const alternative& a : at.alternatives) {
    if (a.what.who == previous) continue;
    previous = a.what.who;
    const std::uint64_t weight = std::max<std::uint64_t>(walkers_[previous].weight(), 1);
    sum += weight;
    if (random_.below(sum) < weight) intended_ = previous;
  }
}

bool surw_strategy::interesting(const alternative& a) const {
  return std::ranges::any_of(*a.touches, [&](const access& x) { return x.object == object_; });
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
  meet_all(at);
  std::size_t actors = free_actors(at);
  if (actors == 0) {
    intend_one_of(at);
    actors = free_actors(at);
  }
  const std::size_t picked = walk(at, actors);
  const alternative& a = at.alternatives[picked];
  if (object_ == 0 || !interesting(a)) return picked;
  walker& w = walkers_[a.what.who];
  if (w.own > 0) {
    --w.own;
    --total_;
  }
  intend();
  return picked;
}

void surw_strategy::end(const trace& t) {
  if (!samples_.warming_up()) return;
  objects_ = contended_objects(t);
  parents_.clear();
  for (const actor_info& a : t.actors) parents_.push_back(a.parent);
}

}  // namespace heddle::explore
