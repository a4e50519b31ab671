// The functions of std::map, std::set and std::list that lie in the C++ library's own binary, where
// no hook is: what they read and write counts as the program's when its code calls them.
//
// A tree is balanced by the library's function; what changed in the nodes that it can have reached
// was written.
#include <dlfcn.h>

#include <bits/stl_tree.h>
#include <array>
#include <cstdint>
#include <cstring>
#include <list>
#include <vector>

#include "watch.hpp"

namespace {

using heddle::instrument::is_watched;
using heddle::instrument::watching;
using list_node = std::__detail::_List_node_base;
using tree_node = std::_Rb_tree_node_base;

template <class T>
void note_read(const T& what, const void* code) {
  watching().access(&what, sizeof what, false, code);
}
template <class T>
void note_write(const T& what, const void* code) {
  watching().access(&what, sizeof what, true, code);
}

// Nodes as they were before the library worked on them.
class before_balancing {
 public:
  // The nodes from `lowest` up to the header, with their children and grandchildren.
  before_balancing(tree_node* lowest, tree_node& header) {
    for (tree_node* n = lowest; n != nullptr && n != &header; n = n->_M_parent) keep_below(n, 2);
    keep(&header);
  }
  void note_changes(const void* code) const {
    for (const kept& k : nodes_)
      for (std::size_t i = 0; i < k.words.size(); ++i)
        if (const auto* word = reinterpret_cast<const std::uintptr_t*>(k.node) + i;
            *word != k.words[i])
          note_write(*word, code);
  }

 private:
  struct kept {
    tree_node* node;
    std::array<std::uintptr_t, sizeof(tree_node) / sizeof(std::uintptr_t)> words;
  };
  void keep(tree_node* n) {
    kept k{n, {}};
    std::memcpy(k.words.data(), n, sizeof *n);
    nodes_.push_back(k);
  }
  void keep_below(tree_node* n, int generations) {
    if (n == nullptr) return;
    keep(n);
    if (generations == 0) return;
    keep_below(n->_M_left, generations - 1);
    keep_below(n->_M_right, generations - 1);
  }

  std::vector<kept> nodes_;
};

using insert_function = void(bool, tree_node*, tree_node*, tree_node&) noexcept;
using erase_function = tree_node*(tree_node*, tree_node&) noexcept;
using step_function = tree_node*(tree_node*) noexcept;

// The library's own, found before anything is inserted.
constinit insert_function* real_insert = nullptr;
constinit erase_function* real_erase = nullptr;
constinit step_function* real_increment = nullptr;
constinit step_function* real_decrement = nullptr;

template <class F>
void find(const char* name, F*& real) {
  real = reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

[[gnu::constructor(101)]] void find_library() {
  find("_ZSt29_Rb_tree_insert_and_rebalancebPSt18_Rb_tree_node_baseS0_RS_", real_insert);
  find("_ZSt28_Rb_tree_rebalance_for_erasePSt18_Rb_tree_node_baseRS_", real_erase);
  find("_ZSt18_Rb_tree_incrementPSt18_Rb_tree_node_base", real_increment);
  find("_ZSt18_Rb_tree_decrementPSt18_Rb_tree_node_base", real_decrement);
}

// A step of an iterator reads the node's child on that side, and without one its parent; what it
// reads of other nodes is left out.
tree_node* step(const tree_node* from, tree_node* const& ahead, step_function* real,
                const void* code) {
  if (is_watched(code)) {
    note_read(ahead, code);
    if (ahead == nullptr) note_read(from->_M_parent, code);
  }
  return real(const_cast<tree_node*>(from));
}

}  // namespace

namespace std {

tree_node* _Rb_tree_increment(tree_node* n) throw() {
  return step(n, n->_M_right, real_increment, __builtin_return_address(0));
}
const tree_node* _Rb_tree_increment(const tree_node* n) throw() {
  return step(n, n->_M_right, real_increment, __builtin_return_address(0));
}
tree_node* _Rb_tree_decrement(tree_node* n) throw() {
  return step(n, n->_M_left, real_decrement, __builtin_return_address(0));
}
const tree_node* _Rb_tree_decrement(const tree_node* n) throw() {
  return step(n, n->_M_left, real_decrement, __builtin_return_address(0));
}

void _Rb_tree_insert_and_rebalance(const bool left, tree_node* x, tree_node* parent,
                                   tree_node& header) noexcept {
  const void* code = __builtin_return_address(0);
  if (!is_watched(code)) return real_insert(left, x, parent, header);
  const before_balancing before(parent, header);
  real_insert(left, x, parent, header);
  note_write(*x, code);
  before.note_changes(code);
}

tree_node* _Rb_tree_rebalance_for_erase(tree_node* const z, tree_node& header) noexcept {
  const void* code = __builtin_return_address(0);
  if (!is_watched(code)) return real_erase(z, header);
  tree_node* lowest = z;  // its successor takes its place
  if (z->_M_left != nullptr && z->_M_right != nullptr)
    for (lowest = z->_M_right; lowest->_M_left != nullptr;) lowest = lowest->_M_left;
  note_read(*z, code);
  const before_balancing before(lowest, header);
  tree_node* erased = real_erase(z, header);
  before.note_changes(code);
  return erased;
}

namespace __detail {

void _List_node_base::_M_hook(list_node* const position) noexcept {
  _M_next = position;
  _M_prev = position->_M_prev;
  position->_M_prev->_M_next = this;
  position->_M_prev = this;
  const void* code = __builtin_return_address(0);
  if (!is_watched(code)) return;
  note_write(*this, code);
  note_write(_M_prev->_M_next, code);
  note_write(position->_M_prev, code);
}

void _List_node_base::_M_unhook() noexcept {
  list_node* const next = _M_next;
  list_node* const previous = _M_prev;
  previous->_M_next = next;
  next->_M_prev = previous;
  const void* code = __builtin_return_address(0);
  if (!is_watched(code)) return;
  note_read(*this, code);
  note_write(previous->_M_next, code);
  note_write(next->_M_prev, code);
}

// What lies in [first, last) of another list, or of this one, comes before this.
void _List_node_base::_M_transfer(list_node* const first, list_node* const last) noexcept {
  if (this == last) return;
  const void* code = __builtin_return_address(0);
  if (is_watched(code)) {
    for (list_node* end : {this, first, last}) note_write(end->_M_prev, code);
    for (list_node* end : {last->_M_prev, first->_M_prev, _M_prev}) note_write(end->_M_next, code);
  }
  last->_M_prev->_M_next = this;
  first->_M_prev->_M_next = last;
  _M_prev->_M_next = first;
  list_node* const previous = _M_prev;
  _M_prev = last->_M_prev;
  last->_M_prev = first->_M_prev;
  first->_M_prev = previous;
}

}  // namespace __detail
}  // namespace std
