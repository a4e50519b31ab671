#include "nested_program.hpp"

#include <chrono>
#include <heddle/context.hpp>
#include <heddle/go.hpp>
#include <heddle/select.hpp>
#include <heddle/time.hpp>
#include <map>
#include <optional>

#include "seeded_random.hpp"

namespace heddle::generated {

namespace {

using kind = instruction_kind;
using kinds = std::vector<kind>;

const kinds on_atomics = {kind::load, kind::store, kind::add, kind::compare_and_swap};
const kinds meeting = {kind::send,        kind::recv,        kind::send, kind::recv,
                       kind::select_both, kind::select_both, kind::close};
const kinds polling = {kind::send,  kind::recv, kind::close, kind::len, kind::select_otherwise,
                       kind::drain, kind::select_nil};
const kinds locking = {kind::lock_section, kind::try_lock, kind::keep_locked, kind::keep_locked,
                       kind::load};
const kinds reading = {kind::read_section, kind::write_section, kind::try_read,
                       kind::try_write,    kind::keep_reading,  kind::keep_writing};
const kinds grouped = {kind::group_add, kind::group_done, kind::group_wait, kind::group_wait};
const kinds signalled = {kind::cond_wait,      kind::cond_wait,       kind::cond_signal,
                         kind::cond_broadcast, kind::cond_wait_until, kind::set_and_signal,
                         kind::lock_section};
const kinds once_only = {kind::run_once, kind::panic_once, kind::choose, kind::add};
const kinds spinning = {kind::spin_flag,     kind::spin_either,    kind::spin_late,
                        kind::spin_len,      kind::spin_try_lock,  kind::spin_swap,
                        kind::spin_select,   kind::spin_try_write, kind::spin_select_flag,
                        kind::spin_clock,    kind::yield_some};
const kinds releasing = {kind::store, kind::store,       kind::send, kind::recv,
                         kind::add,   kind::keep_locked, kind::send, kind::exchange};
const kinds timed = {kind::sleep,       kind::sleep, kind::recv_or_timeout, kind::stop_timer,
                     kind::reset_timer, kind::send,  kind::add,             kind::read_clock};
const kinds cancelled = {kind::cancel,        kind::context_error, kind::recv_or_done,
                         kind::with_timeout,  kind::await_timeout, kind::child_context,
                         kind::send};

const kinds simply = {kind::go,          kind::go,    kind::go,
                      kind::go_selected, kind::go_if, kind::go_polled};
const kinds anyhow = {kind::go,      kind::go,        kind::go_selected, kind::go_if,
                      kind::go_once, kind::go_polled, kind::go_in_group, kind::go_locked};
const kinds in_time = {kind::go, kind::go, kind::go_later, kind::go_when_done, kind::go_if};

// What a program of a topic is drawn from.
struct vocabulary {
  std::vector<kinds> themes;
  std::size_t themes_drawn;
  kinds creating;  // how goroutines come about
};

vocabulary vocabulary_of(topic about) {
  switch (about) {
    case topic::nesting: return {{on_atomics, meeting, polling, locking}, 1, simply};
    case topic::waiting:
      return {{on_atomics, meeting, polling, locking, reading, grouped, signalled, once_only},
              2,
              anyhow};
    case topic::spinning: return {{spinning, releasing, releasing}, 3, simply};
    case topic::spinning_and_all:
      return {{spinning, spinning, releasing, on_atomics, meeting, polling, locking, reading,
               grouped, signalled, timed},
              3,
              anyhow};
    case topic::time: return {{timed, timed, on_atomics, meeting}, 2, in_time};
    default: return {{cancelled, cancelled, timed, polling}, 2, in_time};
  }
}

instruction draw(const kinds& from, explore::seeded_random& random) {
  instruction ins;
  ins.kind = from[random.below(from.size())];
  ins.object = static_cast<int>(random.below(2));
  ins.other = static_cast<int>(random.below(3));
  ins.flag = random.below(2) == 0;
  return ins;
}

}  // namespace

nested_program generate_nested(std::uint64_t seed, topic about) {
  explore::seeded_random random(seed);
  nested_program p;
  p.seed = seed;
  p.about = about;
  for (int& c : p.capacity) c = static_cast<int>(random.below(3));
  const vocabulary words = vocabulary_of(about);
  kinds drawn;
  for (std::size_t i = 0; i < words.themes_drawn; ++i) {
    const kinds& theme = words.themes[random.below(words.themes.size())];
    drawn.insert(drawn.end(), theme.begin(), theme.end());
  }
  p.blocks.resize(2 + random.below(3));
  for (auto& code : p.blocks)
    for (std::size_t left = random.below(4); left > 0; --left) code.push_back(draw(drawn, random));
  const bool deep = random.below(2) == 0;
  for (std::size_t b = 1; b < p.blocks.size(); ++b) {
    auto& creator = p.blocks[deep ? b - 1 : random.below(b)];
    instruction ins = draw(words.creating, random);
    ins.block = static_cast<int>(b);
    const std::size_t at = random.below(3) == 0 ? 0 : random.below(creator.size() + 1);
    creator.insert(creator.begin() + static_cast<std::ptrdiff_t>(at), ins);
  }
  return p;
}

std::string describe(const nested_program& p) {
  std::string text = "seed " + std::to_string(p.seed) + " of topic " +
                     std::to_string(static_cast<int>(p.about)) + ", capacities " +
                     std::to_string(p.capacity[0]) + " " + std::to_string(p.capacity[1]) + "\n";
  for (const auto& code : p.blocks) text += "  block:" + describe(code) + "\n";
  return text;
}

// What one execution shares. Whoever explores keeps it alive until the next one begins.
class nested_world : private objects {
 public:
  explicit nested_world(const nested_program& p) : objects(p.capacity), program_(p) {}

  // `who` is the path of creations, which names a goroutine the same in every interleaving.
  void run(int block, const std::string& who) {
    std::string& log = logs_[who];
    int children = 0;
    for (const instruction& ins : program_.blocks[static_cast<std::size_t>(block)]) {
      log += " " + name_of(ins.kind) + "?";
      try {
        log += ins.block < 0 ? perform(ins) : create(ins, who + "." + std::to_string(++children));
      } catch (const panic& p) {
        log += std::string("panic ") + p.what();
        if (ins.other == 0) return;  // others go on
      }
    }
    log += " end";
  }

  std::string outcome() const {
    std::string text;
    for (const auto& [who, log] : logs_) text += who + ":" + log + "|";
    for (const auto& a : atomics_) text += std::to_string(a.load()) + ",";
    return text;
  }

 private:
  std::string create(const instruction& ins, const std::string& who) {
    const auto child = [this, who, block = ins.block] { run(block, who); };
    switch (ins.kind) {
      case kind::go_selected:
      case kind::go_polled: return create_selected(ins, child);
      case kind::go_if: {
        const int seen = atomics_[ins.object].load();
        if ((seen == 0) == ins.flag) heddle::go(child);
        return std::to_string(seen);
      }
      case kind::go_once: {
        bool mine = false;
        once_.call([&] {
          mine = true;
          heddle::go(child);
          if (ins.flag) atomics_[ins.object].add(1);
        });
        return mine ? "ran" : "passed";
      }
      case kind::go_in_group: group_.go(child); return "";
      case kind::go_locked:
        mutex_.lock();
        heddle::go(child);
        mutex_.unlock();
        return "";
      case kind::go_later: {
        timer t = after_func(std::chrono::milliseconds(1 + ins.other), child);
        return ins.flag ? std::to_string(t.stop()) : "";
      }
      case kind::go_when_done: {
        const auto stop = context::after_func(context_.ctx, child);
        return ins.flag ? std::to_string(stop()) : "";
      }
      default: heddle::go(child); return "";
    }
  }

  // Only where select takes the branch that `other` says.
  std::string create_selected(const instruction& ins, const std::function<void()>& child) {
    const chan<int> c = channels_[ins.object];
    const chan<int> d = channels_[1 - ins.object];
    std::optional<int> got;
    int ran = 0;
    if (ins.kind == kind::go_polled)
      ran = ins.flag ? select(recv(c, got), otherwise()) : select(send(c, 8), otherwise());
    else
      ran = ins.flag ? select(recv(c, got), send(d, 7)) : select(recv(c, got), recv(d, got));
    if (ran == ins.other % 2) heddle::go(child);
    return std::to_string(ran) + shown(got);
  }

  const nested_program program_;
  std::map<std::string, std::string> logs_;
};

std::function<void()> body(const nested_program& p, std::shared_ptr<nested_world>& last) {
  return [p, &last] {
    last = std::make_shared<nested_world>(p);
    nested_world* const world = last.get();
    world->run(0, "main");
  };
}

std::string outcome(const nested_world& ended) { return ended.outcome(); }

}  // namespace heddle::generated
