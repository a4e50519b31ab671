// The run queue's lock-free parts, as they ship, under the memory of x86: whatever the owner and
// the thieves do at the same time, each element is taken once.
#include <array>
#include <memory>

#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"
#include "machine_memory.hpp"
#include "next_slot.hpp"
#include "steal_deque.hpp"
#include "woken_ring.hpp"

namespace {

using heddle::performance::next_slot;
using heddle::performance::steal_deque;
using heddle::performance::woken_ring;
using memory::as_worker;
using memory::seeded;

// Elements 0..count-1 and how often each was taken. Taking is on the record of the taker only, so
// that the record adds no order to the events.
template <int Count>
class elements {
 public:
  class taker {
   public:
    explicit taker(elements& all) : all_(all) {}
    void took(int* element) {
      if (element != nullptr) ++times_[static_cast<std::size_t>(element - all_.elements_.data())];
    }
    int times(int element) const { return times_[static_cast<std::size_t>(element)]; }

   private:
    elements& all_;
    std::array<int, Count> times_{};
  };

  int* operator[](int i) { return &elements_[static_cast<std::size_t>(i)]; }

  template <class... Takers>
  static void check_each_taken_once(int pushed, const Takers&... takers) {
    for (int i = 0; i < pushed; ++i) {
      const int times = (takers.times(i) + ...);
      heddle::check(times >= 1, "an element was lost");
      heddle::check(times <= 1, "an element was taken twice");
    }
  }

 private:
  std::array<int, Count> elements_{};
};

// An owner that pushes two, pops one, pushes a third and pops the rest, beside a thief.
template <seeded Bug>
void deque_against_thief(std::size_t capacity, int steals) {
  struct scene {
    explicit scene(std::size_t capacity) : deque(capacity) {}
    memory::machine processors{2};
    elements<3> all;
    steal_deque<memory::x86<Bug>, int> deque;
    heddle::wait_group done;
  };
  const auto s = std::make_shared<scene>(capacity);
  elements<3>::taker owner(s->all);
  elements<3>::taker thief(s->all);
  s->done.go([&owner, s] {
    const as_worker me(s->processors, 0);
    s->deque.push(s->all[0]);
    s->deque.push(s->all[1]);
    owner.took(s->deque.pop());
    s->deque.push(s->all[2]);
    owner.took(s->deque.pop());
    owner.took(s->deque.pop());
  });
  s->done.go([&thief, s, steals] {
    const as_worker me(s->processors, 1);
    for (int i = 0; i < steals; ++i) thief.took(s->deque.steal());
  });
  s->done.wait();
  while (int* left = s->deque.pop()) owner.took(left);
  elements<3>::check_each_taken_once(3, owner, thief);
}

const heddle::model deque{
    "runtime/deque", heddle::expected::verified,
    "Chase and Lev's deque: an owner that pushes and pops beside a thief; each "
    "element is taken once.",
    [] { deque_against_thief<seeded::nothing>(4, 2); }};

const heddle::model deque_that_grows{
    "runtime/deque_that_grows", heddle::expected::verified,
    "The same while the owner replaces the array that the thief is reading.",
    [] { deque_against_thief<seeded::nothing>(1, 2); }};

const heddle::model deque_without_fence{
    "runtime/deque_without_fence", heddle::expected::assertion,
    "Seeded: the owner's claim of the last element is a plain store, which may still be in its "
    "store "
    "buffer when it looks whether a thief was there. Both take it.",
    [] { deque_against_thief<seeded::exchange_is_a_store>(4, 2); }};

const heddle::model deque_without_atomicity{
    "runtime/deque_without_atomicity", heddle::expected::assertion,
    "Seeded: the compare-exchange that decides who has the last element is two steps.",
    [] { deque_against_thief<seeded::compare_exchange_in_two>(4, 1); }};

// An owner of a ring of four that pushes and pops past its end, beside thieves that take half.
template <seeded Bug>
void ring_against_thieves(std::size_t thieves) {
  constexpr int pushes = 4;
  struct scene {
    memory::machine processors{3};
    elements<pushes> all;
    woken_ring<memory::x86<Bug>, int, 2> ring;
    heddle::wait_group done;
  };
  const auto s = std::make_shared<scene>();
  elements<pushes>::taker owner(s->all);
  elements<pushes>::taker thief(s->all);
  s->done.go([&owner, s] {
    const as_worker me(s->processors, 0);
    for (int i = 0; i < pushes; ++i) {
      while (!s->ring.push(s->all[i])) owner.took(s->ring.pop());
    }
    owner.took(s->ring.pop());
  });
  for (std::size_t t = 1; t <= thieves; ++t)
    s->done.go([&thief, s, t] {
      const as_worker me(s->processors, t);
      int* stolen[1];
      const std::uint32_t many = s->ring.steal_half(stolen);
      for (std::uint32_t i = 0; i < many; ++i) thief.took(stolen[i]);
    });
  s->done.wait();
  while (int* left = s->ring.pop()) owner.took(left);
  elements<pushes>::check_each_taken_once(pushes, owner, thief);
}

const heddle::model ring{"runtime/ring", heddle::expected::verified,
                         "The ring of woken goroutines: an owner that goes past its end beside a "
                         "thief that takes half; each element is taken once.",
                         [] { ring_against_thieves<seeded::nothing>(1); }};

const heddle::model ring_two_thieves{"runtime/ring_two_thieves", heddle::expected::verified,
                                     "The same beside two thieves.",
                                     [] { ring_against_thieves<seeded::nothing>(2); }};

const heddle::model ring_without_atomicity{
    "runtime/ring_without_atomicity", heddle::expected::assertion,
    "Seeded: the compare-exchange that gives a thief its half is two steps.",
    [] { ring_against_thieves<seeded::compare_exchange_in_two>(1); }};

// An owner that readies three, the second and third in place of one that is still there, and takes
// what is left, beside a thief who saw that somebody was there. In the pool the thief waits for
// that to have lasted long; here it need not have.
template <seeded Bug>
void slot_against_thief() {
  struct scene {
    memory::machine processors{2};
    elements<3> all;
    std::array<heddle::var<int>, 3> readied;  // what the owner wrote into each before
    next_slot<memory::x86<Bug>, int> slot;
    heddle::wait_group done;
    void take(elements<3>::taker& by, int* element) {
      by.took(element);
      if (element == nullptr) return;
      heddle::check(readied[static_cast<std::size_t>(element - all[0])] == 1, "it was not ready");
    }
  };
  const auto s = std::make_shared<scene>();
  elements<3>::taker owner(s->all);
  elements<3>::taker thief(s->all);
  s->done.go([&owner, s] {
    const as_worker me(s->processors, 0);
    for (int i = 0; i < 3; ++i) {
      s->readied[static_cast<std::size_t>(i)] = 1;
      s->take(owner, s->slot.put(s->all[i]));
      if (i == 0) s->take(owner, s->slot.take());
    }
    s->take(owner, s->slot.take());
  });
  s->done.go([&thief, s] {
    const as_worker me(s->processors, 1);
    if (s->slot.occupied()) s->take(thief, s->slot.steal());
  });
  s->done.wait();
  s->take(owner, s->slot.take());
  elements<3>::check_each_taken_once(3, owner, thief);
}

const heddle::model slot{
    "runtime/slot", heddle::expected::verified,
    "The slot of who was readied last: an owner that puts and takes beside a thief that has seen "
    "somebody there; each is taken once, with what was written before it was readied.",
    slot_against_thief<seeded::nothing>};

const heddle::model slot_without_barrier{
    "runtime/slot_without_barrier", heddle::expected::assertion,
    "Seeded: the thief does not make the owner's stores visible, and takes what the owner takes.",
    slot_against_thief<seeded::no_heavy_barrier>};

const heddle::model slot_without_exchange{
    "runtime/slot_without_exchange", heddle::expected::assertion,
    "Seeded: an exchange is a plain store, so that a thief does not wait for its mark to be seen.",
    slot_against_thief<seeded::exchange_is_a_store>};

}  // namespace
