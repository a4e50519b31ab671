// Stacks of calls as numbers: a stack is the stack below it and one more call.
//
// Kept over all executions: a program has not many different ones.
#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace heddle::explore {

class call_tree {
 public:
  using stack = std::uint32_t;  // 0: the empty one

  // The stack of a call that returns to `code`, made from `below`.
  stack push(stack below, const void* code) {
    const node wanted{below, code};
    remembered& r = recent_[hash()(wanted) >> 54];
    if (r.made == 0 || r.of != wanted) r = {wanted, look_up(wanted)};
    return r.made;
  }
  // Its return addresses, innermost first.
  std::vector<const void*> path(stack s) const {
    std::vector<const void*> calls;
    for (; s != 0; s = nodes_[s].below) calls.push_back(nodes_[s].code);
    return calls;
  }

 private:
  struct node {
    stack below = 0;
    const void* code = nullptr;
    bool operator==(const node&) const = default;
  };
  struct hash {
    std::size_t operator()(const node& n) const noexcept {
      return (reinterpret_cast<std::uintptr_t>(n.code) ^ n.below) * 0x9e3779b97f4a7c15U;
    }
  };
  struct remembered {
    node of;
    stack made = 0;
  };
  stack look_up(const node& wanted) {
    const auto [at, fresh] = known_.try_emplace(wanted, 0);
    if (!fresh) return at->second;
    nodes_.push_back(wanted);
    return at->second = static_cast<stack>(nodes_.size() - 1);
  }

  std::array<remembered, 1024> recent_{};
  std::vector<node> nodes_{1};
  std::unordered_map<node, stack, hash> known_;
};

}  // namespace heddle::explore
