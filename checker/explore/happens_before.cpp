#include "happens_before.hpp"

#include <algorithm>

#include "dependence.hpp"

namespace heddle::explore {

void happens_before::analyse(const trace& t, std::size_t length, std::size_t known) {
  trace_ = &t;
  actors_ = t.actors.size();
  if (actors_ > stride_) {
    stride_ = (actors_ + 7) / 8 * 8;
    nothing_.assign(stride_, 0);
    known = 0;
  }
  if (events_of_.size() < actors_) events_of_.resize(actors_);
  forget_from(std::min(known, length_));
  known = std::min(known, length_);
  length_ = length;
  if (clocks_.size() < length * stride_) clocks_.resize(2 * length * stride_);
  who_.resize(length);
  position_.resize(length);
  direct_end_.resize(length);
  direct_.resize(known == 0 ? 0 : direct_end_[known - 1]);
  for (std::size_t e = known; e < length; ++e) add_event(t, static_cast<std::uint32_t>(e));
}

void happens_before::forget_from(std::size_t known) {
  const auto cut = [known](std::vector<std::uint32_t>& events) {
    while (!events.empty() && events.back() >= known) events.pop_back();
  };
  for (auto& events : events_of_) cut(events);
  for (object_id o : used_) cut(on_[o]);
  if (known == 0) used_.clear();
}

void happens_before::file(object_id o, std::uint32_t e) {
  if (o >= on_.size()) on_.resize(o + 1);
  if (on_[o].empty() && !std::ranges::count(used_, o)) used_.push_back(o);
  if (on_[o].empty() || on_[o].back() != e) on_[o].push_back(e);
}

void happens_before::join(std::uint32_t* row, clock_row other) {
  for (std::size_t i = 0; i < actors_; ++i) row[i] = std::max(row[i], other[i]);
}

clock_row happens_before::clock_at(actor_id who, std::uint32_t position) const {
  if (position > 0) return clock(events_of_[who][position - 1]);
  const actor_info& info = trace_->actors[who];
  if (info.parent == no_actor) return {nothing_.data(), actors_};
  return clock_at(info.parent, info.parent_position);
}

void happens_before::add_event(const trace& t, std::uint32_t e) {
  const event& ev = t.events[e];
  who_[e] = ev.what.who;
  position_[e] = ev.position;
  std::uint32_t* row = &clocks_[e * stride_];
  std::fill_n(row, stride_, 0);
  const auto take_part = [&](actor_id who, std::uint32_t position) {
    join(row, clock_at(who, position));
    events_of_[who].push_back(e);
  };
  take_part(ev.what.who, ev.position);
  if (ev.what.partner != no_actor) take_part(ev.what.partner, ev.partner_position);
  for (const participant& p : t.others_of(ev)) take_part(p.who, p.position);
  add_conflicts(t, e, row);
  direct_end_[e] = direct_.size();
  row[ev.what.who] = ev.position + 1;
  if (ev.what.partner != no_actor) row[ev.what.partner] = ev.partner_position + 1;
  for (const participant& p : t.others_of(ev)) row[p.who] = p.position + 1;
  for (const access& a : t.touches(ev)) file(a.object, e);
}

void happens_before::add_conflicts(const trace& t, std::uint32_t e, std::uint32_t* row) {
  for (const access& mine : t.touches(t.events[e])) {
    const auto look_back = [&](std::span<const std::uint32_t> earlier) {
      for (std::size_t i = earlier.size(); i-- > 0;) {
        const std::uint32_t d = earlier[i];
        bool barrier = false;
        for (const access& theirs : t.touches(t.events[d])) {
          if (!dependent(mine, theirs)) continue;
          if (!in_past(d, std::span<const std::uint32_t>(row, actors_))) {
            join(row, clock(d));
            direct_.push_back(d);
          }
          barrier = barrier || (theirs.object == mine.object && orders_everything(theirs.kind));
        }
        if (barrier) return;  // whatever came before it is in the row now
      }
    };
    if (mine.kind == access_kind::everything) {
      for (std::uint32_t d = 0; d < e; ++d) join(row, clock(d));
    } else {
      if (mine.object != nothing_object) look_back(events_on(mine.object));
      look_back(events_on(everything_object));
    }
  }
}

}  // namespace heddle::explore
