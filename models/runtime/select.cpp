// How a select that waits on several channels comes to one partner, with one channel locked at a
// time: the word that decides it as it ships, inside a select and channels cut down to what
// surrounds it (runtime/core/select.cpp). Whatever selects do at the same time, two that could meet
// do not both wait, and no select runs two cases.
#include <array>
#include <memory>
#include <mutex>
#include <vector>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/select.hpp"
#include "heddle/sync.hpp"
#include "machine_memory.hpp"
#include "select_word.hpp"

namespace {

using memory::seeded;

// Somebody who waits: a select, or an operation on one channel, which has no word and is always to be
// had.
template <seeded Bug>
struct party {
  using select_word = heddle::detail::select_word<memory::x86<Bug>>;
  select_word* word = nullptr;
  heddle::chan<bool> woken = heddle::make_chan<bool>(1);
  int times_met = 0;
};

// A channel without values: who meets whom is all that counts.
template <seeded Bug>
class channel {
 public:
  // Meets one of the other side that can be had; else stands in the queue, if `may_wait`.
  bool meet(party<Bug>& self, int index, bool is_send, bool may_wait) {
    const std::lock_guard hold(lock_);
    std::vector<waiter>& partners = waiters_[is_send ? 0 : 1];
    for (std::size_t i = 0; i < partners.size();) {
      const waiter w = partners[i];
      const auto claimed = claim(w, self);
      if (claimed == claims::later) {
        ++i;
        continue;
      }
      partners.erase(partners.begin() + static_cast<std::ptrdiff_t>(i));
      if (claimed == claims::late) continue;
      ++w.who->times_met;
      heddle::select(heddle::send(w.who->woken, true), heddle::otherwise());
      return true;
    }
    if (may_wait) waiters_[is_send ? 1 : 0].push_back({&self, index});
    return false;
  }
  void leave(const party<Bug>& self) {
    const std::lock_guard hold(lock_);
    for (auto& queue : waiters_)
      std::erase_if(queue, [&](const waiter& w) { return w.who == &self; });
  }

 private:
  using claims = typename party<Bug>::select_word::claim;
  struct waiter {
    party<Bug>* who;
    int index;
  };
  static claims claim(const waiter& w, const party<Bug>& self) {
    if (w.who == &self) return claims::later;
    return w.who->word == nullptr ? claims::won : w.who->word->claim_for(w.index);
  }

  heddle::mutex lock_;
  std::array<std::vector<waiter>, 2> waiters_;  // those that receive and those that send
};

template <seeded Bug>
struct operation {
  channel<Bug>& c;
  bool is_send;
  void run() {
    party<Bug> self;
    if (!c.meet(self, 0, is_send, true)) self.woken.recv();
    heddle::check(self.times_met <= 1, "an operation was carried out twice");
  }
};

template <seeded Bug>
void run_select(const std::vector<operation<Bug>>& cases) {
  typename party<Bug>::select_word word;
  party<Bug> self;
  self.word = &word;
  word.begin();
  const auto look = [&](bool first_time) {
    for (std::size_t i = 0; i < cases.size(); ++i)
      if (cases[i].c.meet(self, static_cast<int>(i), cases[i].is_send, first_time)) return true;
    return false;
  };
  bool ran = look(true);
  while (!ran && !word.try_open()) ran = look(false);
  if (!ran) self.woken.recv();
  heddle::check(self.times_met == (ran ? 0 : 1), "a select ran two cases");
  heddle::check(ran || word.winner() >= 0, "a select was woken for no case");
  for (const operation<Bug>& one : cases) one.c.leave(self);
}

template <seeded Bug>
struct scene {
  channel<Bug> a;
  channel<Bug> b;
  heddle::wait_group done;
};

// Each receives from one channel or sends to the other, in opposite ways: they meet on either.
template <seeded Bug>
void crossed() {
  const auto s = std::make_shared<scene<Bug>>();
  s->done.go([s] { run_select<Bug>({{s->a, false}, {s->b, true}}); });
  s->done.go([s] { run_select<Bug>({{s->b, false}, {s->a, true}}); });
  s->done.wait();
}

// One that receives from both, one after the other, and a sender on each.
template <seeded Bug>
void two_senders() {
  const auto s = std::make_shared<scene<Bug>>();
  s->done.go([s] {
    for (int i = 0; i < 2; ++i) run_select<Bug>({{s->a, false}, {s->b, false}});
  });
  s->done.go([s] { operation<Bug>{s->a, true}.run(); });
  s->done.go([s] { operation<Bug>{s->b, true}.run(); });
  s->done.wait();
}

const heddle::model senders{
    "runtime/select", heddle::expected::verified,
    "A select that waits on two channels, one locked at a time, while a sender comes to each: it "
    "meets both, one after the other.",
    two_senders<seeded::nothing>};

const heddle::model crossed_selects{
    "runtime/select_crossed", heddle::expected::livelock,
    "Two selects that could meet on either of two channels. They never both sleep; but in lock step "
    "each can find the other busy again and again. On a machine such a step is lost soon.",
    crossed<seeded::nothing>, {.max_steps = 300}};

const heddle::model without_atomicity{
    "runtime/select_without_atomicity", heddle::expected::deadlock,
    "Seeded: a select that goes to sleep compares and exchanges in two steps, and does not see that "
    "it was passed over in between. It sleeps beside its partner.",
    two_senders<seeded::compare_exchange_in_two>};

}  // namespace
