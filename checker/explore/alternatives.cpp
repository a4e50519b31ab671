#include "alternatives.hpp"

namespace heddle::explore {

std::span<const operation> pending_offers(const trace& t, actor_id who) {
  if (!t.pending(who)) return {};
  return t.offers_at(who, t.actors[who].announced.size() - 1);
}

void alternative_set::collect(const trace& t, const object_model& model,
                              std::span<const actor_id> present,
                              const std::function<bool(actor_id)>& skip) {
  trace_ = &t;
  model_ = &model;
  present_ = present;
  skip_ = &skip;
  list_.clear();
  for (actor_id who : present) {
    if (skip(who)) continue;
    const std::span<const operation> offers = pending_offers(t, who);
    for (const operation& op : offers) offer(op, who, offers);
  }
  for (std::size_t i = 0; i < list_.size(); ++i) list_[i].touches = &touches_[i];
}

void alternative_set::offer(const operation& op, actor_id who, std::span<const operation> offers) {
  action what{who, op.branch, no_actor, 0};
  switch (op.kind) {
    case op_kind::choose:
      for (std::uint64_t i = 0; i < op.value; ++i) {
        what.branch = static_cast<std::int32_t>(i);
        add(what, op, nullptr, offers);
      }
      return;
    case op_kind::otherwise:
      if (model_->otherwise_enabled(offers)) add(what, op, nullptr, offers);
      return;
    case op_kind::send:
      if (model_->state(op.object).capacity == 0 && !model_->state(op.object).closed)
        return pair(op, who, op_kind::recv);
      break;
    case op_kind::cond_signal:
      if (!model_->enabled(what, op)) return pair(op, who, op_kind::cond_woken);
      break;
    default: break;
  }
  if (model_->enabled(what, op)) add(what, op, nullptr, offers);
}

// Every actor that has announced the other half on the same object.
void alternative_set::pair(const operation& op, actor_id who, op_kind partner_kind) {
  for (actor_id partner : present_) {
    if (partner == who || (*skip_)(partner)) continue;
    for (const operation& other : pending_offers(*trace_, partner)) {
      if (other.kind != partner_kind || other.object != op.object) continue;
      const action what{who, op.branch, partner, other.branch};
      if (model_->enabled(what, op)) add(what, op, &other, {});
    }
  }
}

void alternative_set::add(const action& what, const operation& op, const operation* partner_op,
                          std::span<const operation> offers) {
  if (touches_.size() == list_.size()) touches_.emplace_back();
  access_list& touches = touches_[list_.size()];
  model_->touches(what, op, offers, touches);
  for (actor_id who : {what.who, what.partner}) {
    if (who == no_actor) continue;
    for (object_id o : trace_->guards_at(who, trace_->actors[who].announced.size() - 1))
      touches.push_back({o, access_kind::read, 0});
  }
  list_.push_back({what, &op, partner_op, nullptr});
}

std::uint64_t alternative_set::fingerprint(const names& n) const {
  std::uint64_t h = list_.size();
  const auto mix = [&h](std::uint64_t v) { h = (h ^ v) * 0x9e3779b97f4a7c15U, h ^= h >> 29; };
  for (const alternative& a : list_) {
    mix(n.hash_of_actor(a.what.who));
    mix(static_cast<std::uint64_t>(a.op->kind) << 32 | static_cast<std::uint32_t>(a.what.branch));
    mix(n.hash_of_object(a.op->object));
    mix(a.op->at.line());
    if (a.what.partner == no_actor) continue;
    mix(n.hash_of_actor(a.what.partner));
    mix(static_cast<std::uint32_t>(a.what.partner_branch));
  }
  return h;
}

}  // namespace heddle::explore
