#include "wakeup_tree.hpp"

#include <algorithm>
#include <utility>

#include "dependence.hpp"

namespace heddle::explore {

struct wakeup_tree::branch {
  step what;
  wakeup_tree then;
};

wakeup_tree::wakeup_tree() = default;
wakeup_tree::wakeup_tree(wakeup_tree&&) noexcept = default;
wakeup_tree& wakeup_tree::operator=(wakeup_tree&&) noexcept = default;
wakeup_tree::~wakeup_tree() = default;

bool wakeup_tree::empty() const { return children_.empty(); }

const step& wakeup_tree::first() const { return children_.front().what; }

namespace {

enum class relation { initial, independent, conflicting };

// How `first` relates to a sequence: it can be moved to its front (and then stands at `place`), it
// commutes with all of it, or neither.
relation relate(const step& first, const std::vector<step>& sequence, std::size_t& place) {
  for (place = 0; place < sequence.size(); ++place) {
    if (sequence[place].what == first.what) return relation::initial;
    if (dependent(first, sequence[place])) return relation::conflicting;
  }
  return relation::independent;
}

}  // namespace

wakeup_tree wakeup_tree::take_first() {
  wakeup_tree rest = std::move(children_.front().then);
  children_.erase(children_.begin());
  return rest;
}

void wakeup_tree::insert(std::vector<step> sequence) {
  wakeup_tree* at = this;
  for (;;) {
    wakeup_tree* next = nullptr;
    for (branch& b : at->children_) {
      std::size_t place = 0;
      const relation r = relate(b.what, sequence, place);
      if (r == relation::conflicting) continue;
      if (r == relation::initial)
        sequence.erase(sequence.begin() + static_cast<std::ptrdiff_t>(place));
      if (b.then.empty() || sequence.empty()) return;  // covered
      next = &b.then;
      break;
    }
    if (next == nullptr) break;
    at = next;
  }
  for (step& s : sequence) {
    at->children_.push_back({std::move(s), wakeup_tree()});
    at = &at->children_.back().then;
  }
}

}  // namespace heddle::explore
