// What actors could have done and did not: operations still pending at the end, other cases of a
// select, other partners, other values of a choose.
#include <algorithm>
#include <iterator>

#include "dependence.hpp"
#include "offers.hpp"
#include "reversals.hpp"

namespace heddle::explore {

namespace {

// Whether a send or receive that could have blocked was let go by a close.
bool waited_for_close(std::span<const access> touches) {
  return std::ranges::any_of(touches, [](const access& a) {
    return a.kind == access_kind::send_closed || a.kind == access_kind::receive_closed;
  });
}

}  // namespace

void reversal_finder::reverse_passed_by(found report) {
  report_ = report;
  for (const actor_info& a : trace_->actors)
    if (is_there(a)) consider_actor(a.id);
}

// Not so of an actor that was created past the length.
bool reversal_finder::is_there(const actor_info& a) const {
  return a.id != no_actor && a.born <= order_->length();
}

void reversal_finder::consider_actor(actor_id who) {
  const auto positions = static_cast<std::uint32_t>(trace_->actors[who].announced.size());
  for (std::uint32_t p = 0; p < positions; ++p) {
    if (p > 0 && order_->event_at(who, p - 1) == happens_before::none) return;  // past the length
    const std::span<const operation> offers = trace_->offers_at(who, p);
    const std::uint32_t own = order_->event_at(who, p);
    if (is_single(offers) && own != happens_before::none) continue;
    // With less done before it something else would be possible.
    const bool idle = own != happens_before::none && trace_->events[own].when_idle;
    candidate c;
    c.offers = offers;
    c.position = p;
    each_offered(
        c, who,
        [&](const candidate& alone) {
          const bool waits = alone.op->kind == op_kind::clock_advance && trace_->idle_time;
          if (!idle && !waits) consider(alone);
          return false;
        },
        [&](const candidate& half, op_kind partner_kind) {
          consider_pairs(half, partner_kind);
          return false;
        });
  }
}

// Every position of another actor that is concurrent with the candidate's and offers the other
// half on the same object.
void reversal_finder::consider_pairs(candidate c, op_kind partner_kind) {
  const clock_row mine = order_->clock_at(c.what.who, c.position);
  for (const actor_info& other : trace_->actors) {
    if (!is_there(other) || other.id == c.what.who || other.kind != actor_kind::goroutine) continue;
    for (std::uint32_t r = mine[other.id]; r < other.announced.size(); ++r) {
      if (r > 0 && order_->event_at(other.id, r - 1) == happens_before::none) break;
      if (order_->clock_at(other.id, r)[c.what.who] > c.position) break;
      for (const operation& op : trace_->offers_at(other.id, r)) {
        if (op.kind != partner_kind || op.object != c.op->object) continue;
        c.what.partner = other.id;
        c.what.partner_branch = op.branch;
        c.partner_position = r;
        consider(c);
      }
    }
  }
}

void reversal_finder::consider(const candidate& c) {
  const std::uint32_t own = order_->event_at(c.what.who, c.position);
  if (own != happens_before::none && trace_->events[own].what == c.what &&
      trace_->events[own].partner_position == c.partner_position) {
    if (!waited_for_close(trace_->touches(trace_->events[own]))) return;
    place_candidate(c);
    blockers_.assign(1, own);  // with room or a value it would have gone another way
    return pass_by(c);
  }
  if (!place_candidate(c)) return;
  blockers_.clear();
  if (own != happens_before::none) blockers_.push_back(own);
  if (c.what.partner != no_actor) {
    const std::uint32_t theirs = order_->event_at(c.what.partner, c.partner_position);
    if (theirs != happens_before::none && theirs != own) blockers_.push_back(theirs);
  }
  pass_by(c);
}

// What the candidate would touch in the state most favourable to conflicts.
void reversal_finder::possible_touches(const candidate& c, access_list& touches) {
  const bool channel = c.op->kind == op_kind::send || c.op->kind == op_kind::recv;
  if (channel) {  // on a buffered one every event may decide
    touches.assign(1, {c.op->object,
                       c.op->value > 0 ? access_kind::poll_buffered : access_kind::poll_open, 0});
    if (c.op->second != 0) touches.push_back({clock_object, access_kind::timer, c.op->second});
    return;
  }
  if (c.op->kind == op_kind::timer_fire && c.op->second != 0) {  // whichever message it sends
    touches.assign({{clock_object, access_kind::timer, c.op->object},
                    {c.op->second, access_kind::poll_buffered, 0}});
    return;
  }
  folded_.reset();
  for (const operation& op : c.offers) folded_.meet(op);
  folded_.touches(c.what, *c.op, c.offers, touches);
  if (c.op->kind == op_kind::atomic_compare) touches[0].kind = access_kind::write;
}

// The candidate was not performed: something of its participants', or of its objects', stood in
// its way. Each way to cut the objects' later history is tried, and each to take out one more.
void reversal_finder::pass_by(const candidate& c) {
  if (blockers_.empty() && c.offers.size() == 1 && never_blocks(c.op->kind) &&
      trace_->guards_at(c.what.who, c.position).empty())
    return pass_by_unbegun(c);
  possible_touches(c, possible_);
  collect_conflicts(possible_, static_cast<std::uint32_t>(order_->length()));
  add_stop();
  std::erase_if(conflicts_, [&](std::uint32_t d) { return std::ranges::count(blockers_, d) > 0; });
  if (c.op->kind == op_kind::otherwise && looks_at_several()) return pass_by_otherwise(c);
  tried_.assign(conflicts_.begin(), conflicts_.end());
  each_removal(!totally_ordered(c.op->kind), [&] {
    if (!removed_.empty()) try_removing(c);
  });
}

// Nothing was in its way: the execution ended before it. It is as if it had been done then, so it
// is brought before what it would follow directly. O(conflicts), where all cuts would be squared.
void reversal_finder::pass_by_unbegun(const candidate& c) {
  removed_.clear();
  fold(c);
  possible_ = touches_;
  collect_conflicts(possible_, static_cast<std::uint32_t>(order_->length()));
  add_stop();
  covered_.assign(base_.begin(), base_.end());
  tried_.assign(conflicts_.begin(), conflicts_.end());
  for (std::size_t i = tried_.size(); i-- > 0;) {
    if (!cover(tried_[i])) continue;
    removed_.assign(1, tried_[i]);
    try_removing(c);
  }
}

// The event that failed is in the way of all that does not come before it.
void reversal_finder::add_stop() {
  if (stopping_ != happens_before::none && !order_->in_past(stopping_, base_) &&
      (conflicts_.empty() || conflicts_.back() != stopping_))
    conflicts_.push_back(stopping_);
}

// Calls `use` with removed_ being the blockers and each cut of tried_, and each with one more event
// taken away: of two orders that are told apart, each beginning of the one with each of the other.
void reversal_finder::each_removal(bool one_more, function_reference<void()> use) {
  for (std::size_t cut = tried_.size() + 1; cut-- > 0;) {
    const auto cut_away = [&] {
      removed_ = blockers_;
      removed_.insert(removed_.end(), tried_.begin() + static_cast<std::ptrdiff_t>(cut),
                      tried_.end());
    };
    cut_away();
    use();
    for (std::size_t one = cut; one_more && one-- > 0;) {
      cut_away();
      removed_.push_back(tried_[one]);
      use();
    }
  }
}

bool reversal_finder::looks_at_several() const {
  return std::ranges::any_of(possible_,
                             [&](const access& a) { return a.object != possible_[0].object; });
}

// No case is ready: each channel by itself can be brought to that in several ways, whatever order
// the events on different ones had. Every combination is tried.
void reversal_finder::pass_by_otherwise(const candidate& c) {
  if (stopping_ != happens_before::none && std::ranges::count(conflicts_, stopping_) > 0)
    blockers_.push_back(stopping_);
  std::vector<std::vector<removal>> ways;
  std::vector<object_id> seen;
  for (const access& a : possible_) {
    if (std::ranges::count(seen, a.object) > 0) continue;
    seen.push_back(a.object);
    ways.push_back(ways_to_unready(c, a));
  }
  std::vector<std::size_t> chosen(ways.size(), 0);
  while (std::ranges::none_of(ways, &std::vector<removal>::empty)) {
    removed_ = blockers_;
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const removal& r = ways[i][chosen[i]];
      removed_.insert(removed_.end(), r.begin(), r.end());
    }
    if (!removed_.empty()) try_removing(c);
    std::size_t i = 0;
    while (i < ways.size() && ++chosen[i] == ways[i].size()) chosen[i++] = 0;
    if (i == ways.size()) return;
  }
}

// The events of one channel to remove, so that no case on it is ready; what stays differs.
std::vector<reversal_finder::removal> reversal_finder::ways_to_unready(const candidate& c,
                                                                       const access& channel) {
  std::vector<operation> cases;
  std::ranges::copy_if(c.offers, std::back_inserter(cases),
                       [&](const operation& op) { return op.object == channel.object; });
  candidate alone = c;
  alone.offers = cases;
  tried_.clear();
  for (std::uint32_t d : conflicts_) {
    const std::span<const access> theirs = trace_->touches(trace_->events[d]);
    if (d != stopping_ && dependent(theirs, std::span(&channel, 1))) tried_.push_back(d);
  }
  std::vector<removal> ways;
  std::vector<removal> stay;
  each_removal(true, [&] {
    time_.look();
    note_removed();
    removal kept;
    std::ranges::copy_if(tried_, std::back_inserter(kept),
                         [&](std::uint32_t d) { return !removed_by(d); });
    if (std::ranges::count(stay, kept) > 0) return;
    fold_events(alone);
    if (!folded_.otherwise_enabled(alone.offers)) return;
    stay.push_back(std::move(kept));
    ways.push_back(removed_);
  });
  return ways;
}

}  // namespace heddle::explore
