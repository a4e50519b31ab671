#include "generated_program.hpp"

#include <heddle/context.hpp>
#include <heddle/go.hpp>
#include <heddle/time.hpp>

#include "random.hpp"
#include "mode.hpp"
#include "sequencer.hpp"

namespace heddle::generated {

using kind = instruction_kind;

namespace {

// Kinds that make sense together: a program draws from two or three of these.
const std::vector<std::vector<kind>> themes = {
    {kind::load, kind::store, kind::add, kind::compare_and_swap},
    {kind::send, kind::recv, kind::send, kind::recv, kind::select_both},
    {kind::send, kind::recv, kind::close, kind::len, kind::select_otherwise},
    {kind::lock_section, kind::try_lock, kind::keep_locked, kind::load},
    {kind::read_section, kind::write_section, kind::try_read, kind::try_write},
    {kind::group_add, kind::group_done, kind::group_wait},
    {kind::cond_wait, kind::cond_signal, kind::cond_broadcast, kind::lock_section},
    {kind::run_once, kind::choose},
    {kind::sleep, kind::recv_or_timeout, kind::stop_timer},
    {kind::cancel, kind::context_error, kind::recv_or_done, kind::with_timeout},
    {kind::spawn, kind::send},
};

const std::vector<kind> plain_kinds = {
    kind::read_plain, kind::write_plain, kind::guarded_plain, kind::read_guarded,
    kind::write_guarded, kind::once_plain, kind::spawn_plain, kind::timer_plain,
    kind::context_plain};

using random_source = explore::seeded_random;

// A program of instructions that `pick` draws.
template <class F>
program generate_with(std::uint64_t seed, random_source& random, F&& pick) {
  program p;
  p.seed = seed;
  for (int& c : p.capacity) c = static_cast<int>(random.below(3));
  const std::vector<kind> kinds = pick();
  const std::size_t goroutines = 2 + random.below(2);
  for (std::size_t g = 0; g < goroutines; ++g) {
    auto& code = p.goroutines.emplace_back();
    const std::size_t length = 1 + random.below(3);
    for (std::size_t i = 0; i < length; ++i) {
      instruction ins;
      ins.kind = kinds[random.below(kinds.size())];
      ins.object = static_cast<int>(random.below(2));
      ins.other = static_cast<int>(random.below(3));
      ins.flag = random.below(2) == 0;
      code.push_back(ins);
    }
  }
  return p;
}

}  // namespace

program generate(std::uint64_t seed) {
  random_source random(seed);
  return generate_with(seed, random, [&] {
    std::vector<kind> kinds;
    for (std::size_t i = 0; i < 2; ++i) {
      const auto& theme = themes[random.below(themes.size())];
      kinds.insert(kinds.end(), theme.begin(), theme.end());
    }
    return kinds;
  });
}

// Half of the instructions are plain accesses, mostly bare ones, the others of one theme.
program generate_racing(std::uint64_t seed) {
  random_source random(seed);
  return generate_with(seed, random, [&] {
    std::vector<kind> kinds = themes[random.below(themes.size())];
    const std::size_t synchronising = kinds.size();
    for (std::size_t i = 0; i < synchronising; ++i)
      kinds.push_back(i % 3 == 2 ? plain_kinds[random.below(plain_kinds.size())]
                                 : plain_kinds[random.below(2)]);
    return kinds;
  });
}

std::string describe(const program& p) {
  std::string text = "seed " + std::to_string(p.seed) + ", capacities " +
                     std::to_string(p.capacity[0]) + " " + std::to_string(p.capacity[1]) + "\n";
  for (const auto& code : p.goroutines) text += " " + describe(code) + "\n";
  return text;
}

// What one execution shares; every goroutine keeps it alive.
class world : private objects, public std::enable_shared_from_this<world> {
 public:
  world(const program& p, bool plain_decisions)
      : objects(p.capacity),
        program_(p),
        plain_decisions_(plain_decisions),
        logs_(p.goroutines.size()) {}

  void start() {
    const auto self = shared_from_this();
    for (std::size_t g = 1; g < program_.goroutines.size(); ++g) go([self, g] { self->run(g); });
    run(0);
  }

  const std::vector<logged_access>& accesses() const { return accesses_; }

  std::string outcome() const {
    std::string text;
    for (const std::string& log : logs_) text += log + "|";
    for (const auto& a : atomics_) text += std::to_string(a.load()) + ",";
    return text + extra_;
  }

 private:
  void run(std::size_t g) {
    const auto self = shared_from_this();
    std::uintptr_t place = 1000 * (g + 1);
    for (const instruction& ins : program_.goroutines[g]) {
      place += 10;
      logs_[g] += " " + name_of(ins.kind) + "?";
      try {
        if (ins.kind >= kind::read_plain)
          perform_plain(ins, place);
        else if (ins.kind == kind::spawn)
          spawn_sender(ins);
        else
          logs_[g] += perform(ins);
      } catch (const panic& p) {
        logs_[g] += std::string("panic ") + p.what();
        return;
      }
    }
    logs_[g] += " end";
  }

  void spawn_sender(const instruction& ins) {
    const auto self = shared_from_this();
    go([self, c = channels_[ins.object], ins] {
      c.send(ins.other);
      self->extra_ += "+";
    });
  }

  // One access of an instruction; `place` tells apart the accesses of the program.
  void touch(int variable, bool is_write, std::uintptr_t place) {
    if (plain_decisions_) heddle::choose(1);
    auto& engine = static_cast<explore::sequencer&>(core::current_engine());
    logged_access a = access_by(engine.current()->id, engine.so_far());
    a.variable = variable;
    a.is_write = is_write;
    a.place = place;
    accesses_.push_back(a);
    core::memory_access seen;
    seen.object = plain_[variable];
    seen.is_write = is_write;
    seen.code = reinterpret_cast<const void*>(place);
    engine.plain_access(seen);
  }

  void perform_plain(const instruction& ins, std::uintptr_t place) {
    const auto self = shared_from_this();
    const int v = ins.object;
    const auto later = [self, v, ins, place] { self->touch(v, ins.flag, place); };
    const duration d = std::chrono::milliseconds(1 + ins.other);
    switch (ins.kind) {
      case kind::read_plain: touch(v, false, place); break;
      case kind::write_plain: touch(v, true, place); break;
      case kind::guarded_plain:
        mutex_.lock();
        touch(v, ins.flag, place);
        mutex_.unlock();
        break;
      case kind::read_guarded:
        rw_.lock_shared();
        touch(v, false, place);
        rw_.unlock_shared();
        break;
      case kind::write_guarded:
        rw_.lock();
        touch(v, true, place);
        rw_.unlock();
        break;
      case kind::once_plain:
        once_.call([&] { touch(v, true, place); });
        touch(v, false, place + 1);
        break;
      case kind::spawn_plain:
        go(later);
        touch(1 - v, ins.flag, place + 1);
        break;
      case kind::timer_plain: after_func(d, later); break;
      default:  // not `later`, which owns what owns the context
        context::after_func(context_.ctx, [this, v, ins, place] { touch(v, ins.flag, place); });
        break;
    }
  }

  const program program_;
  const bool plain_decisions_;
  std::vector<logged_access> accesses_;
  std::vector<std::string> logs_;
  const detail::object_id plain_[2] = {detail::name_object("plain", place::current()),
                                       detail::name_object("plain", place::current())};
  std::string extra_;
};

std::function<void()> body(const program& p, std::shared_ptr<world>& last) {
  return [p, &last] {
    last = std::make_shared<world>(p, false);
    last->start();
  };
}

std::function<void()> body_with_plain_decisions(const program& p, std::shared_ptr<world>& last) {
  return [p, &last] {
    last = std::make_shared<world>(p, true);
    last->start();
  };
}

const std::vector<logged_access>& accesses(const world& ended) { return ended.accesses(); }

std::string outcome(const world& ended) { return ended.outcome(); }

}  // namespace heddle::generated
