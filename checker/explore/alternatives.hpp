// What can happen next: the enabled actions at a decision, in an order that depends on names alone.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "names.hpp"
#include "object_model.hpp"
#include "strategy.hpp"
#include "trace.hpp"

namespace heddle::explore {

class alternative_set {
 public:
  // Collects what the pending ones among `present`, in order of creation, can do. Actors that
  // `skip` names contribute nothing of their own, but are partners still.
  void collect(const trace& t, const object_model& model, std::span<const actor_id> present,
               const std::function<bool(actor_id)>& skip);

  std::span<const alternative> all() const { return list_; }
  bool empty() const { return list_.empty(); }
  // Of the actors, operations and places; the same in every process.
  std::uint64_t fingerprint(const names& n) const;

 private:
  void offer(const operation& op, actor_id who, std::span<const operation> offers);
  void pair(const operation& op, actor_id who, op_kind partner_kind);
  void add(const action& what, const operation& op, const operation* partner_op,
           std::span<const operation> offers);

  const trace* trace_ = nullptr;
  const object_model* model_ = nullptr;
  std::span<const actor_id> present_;
  const std::function<bool(actor_id)>* skip_ = nullptr;
  std::vector<alternative> list_;
  std::vector<access_list> touches_;  // as many as were ever needed at once
};

// What an actor has announced and not performed; empty when it has nothing pending.
std::span<const operation> pending_offers(const trace& t, actor_id who);

}  // namespace heddle::explore
