#include "instructions.hpp"

#include <chrono>
#include <heddle/runtime.hpp>
#include <heddle/select.hpp>
#include <heddle/time.hpp>
#include <iterator>

#include "mode.hpp"

namespace heddle::generated {

using kind = instruction_kind;

std::string name_of(kind k) {
  static const char* const names[] = {
      "load", "store", "add", "compare_and_swap", "exchange", "send", "recv", "close", "len",
      "select_both", "select_otherwise", "drain", "select_nil", "lock_section", "try_lock",
      "keep_locked", "read_section", "write_section", "try_read", "try_write", "keep_reading",
      "keep_writing", "group_add", "group_done", "group_wait", "cond_wait", "cond_signal",
      "cond_broadcast", "cond_wait_until", "set_and_signal", "run_once", "panic_once", "choose",
      "sleep", "recv_or_timeout", "stop_timer", "reset_timer", "read_clock", "cancel",
      "context_error", "recv_or_done", "with_timeout", "await_timeout", "child_context",
      "yield_some", "spin_flag", "spin_either", "spin_late", "spin_len", "spin_try_lock",
      "spin_try_write", "spin_swap", "spin_select", "spin_select_flag", "spin_clock", "spawn", "go",
      "go_selected", "go_polled", "go_if", "go_once", "go_in_group", "go_locked", "go_later",
      "go_when_done", "read_plain", "write_plain", "guarded_plain", "read_guarded",
      "write_guarded", "once_plain", "spawn_plain", "timer_plain", "context_plain"};
  static_assert(std::size(names) == static_cast<std::size_t>(kind::context_plain) + 1);
  return names[static_cast<std::size_t>(k)];
}

std::string describe(const std::vector<instruction>& code) {
  std::string text;
  for (const instruction& ins : code) {
    text += " " + name_of(ins.kind) + "(" + std::to_string(ins.object) + "," +
            std::to_string(ins.other) + (ins.flag ? ",t" : ",f");
    if (ins.block >= 0) text += ",block " + std::to_string(ins.block);
    text += ")";
  }
  return text;
}

objects::objects(const int (&capacity)[2])
    : channels_{make_chan<int>(static_cast<std::size_t>(capacity[0])),
                make_chan<int>(static_cast<std::size_t>(capacity[1]))},
      context_(context::with_cancel(context::background())) {}

std::string objects::shown(const std::optional<int>& v) {
  return v ? std::to_string(*v) : std::string("closed");
}

std::string objects::perform(const instruction& ins) {
  if (ins.kind <= kind::exchange) return perform_atomic(ins);
  if (ins.kind <= kind::select_nil) return perform_channel(ins);
  if (ins.kind <= kind::keep_locked) return perform_lock(ins);
  if (ins.kind <= kind::keep_writing) return perform_rw(ins);
  if (ins.kind <= kind::choose) return perform_waiting(ins);
  if (ins.kind <= kind::read_clock) return perform_time(ins);
  if (ins.kind <= kind::child_context) return perform_context(ins);
  return ins.kind <= kind::spin_late ? spin(ins) : spin_on_others(ins);
}

std::string objects::perform_atomic(const instruction& ins) {
  atomic<int>& a = atomics_[ins.object];
  switch (ins.kind) {
    case kind::load: return std::to_string(a.load());
    case kind::store: a.store(ins.other + 1); return "";
    case kind::add: return std::to_string(a.add(1));
    case kind::exchange: return std::to_string(a.exchange(ins.other));
    default: return std::to_string(a.compare_and_swap(ins.flag ? 0 : 1, ins.other + 1));
  }
}

std::string objects::perform_channel(const instruction& ins) {
  const chan<int> c = channels_[ins.object];
  const chan<int> d = channels_[1 - ins.object];
  std::optional<int> got;
  switch (ins.kind) {
    case kind::send: c.send(ins.other); return "";
    case kind::recv: return shown(c.recv());
    case kind::close: c.close(); return "";
    case kind::len: return std::to_string(c.len());
    case kind::drain: {
      std::string all;
      for (const int v : c) all += std::to_string(v);
      return all;
    }
    case kind::select_nil: {
      const chan<int> nil;
      return std::to_string(select(recv(nil, got), recv(c, got))) + shown(got);
    }
    case kind::select_both:
      return ins.flag ? std::to_string(select(recv(c, got), recv(d, got))) + shown(got)
                      : std::to_string(select(recv(c, got), send(d, 7))) + shown(got);
    default:
      return std::to_string(ins.flag ? select(recv(c, got), otherwise())
                                     : select(send(c, 8), recv(d, got), otherwise())) +
             shown(got);
  }
}

std::string objects::perform_lock(const instruction& ins) {
  switch (ins.kind) {
    case kind::lock_section: {  // an unlock that panics must not meet a guard's noexcept destructor
      mutex_.lock();
      const int seen = atomics_[ins.object].load();
      mutex_.unlock();
      return std::to_string(seen);
    }
    case kind::try_lock:
      if (!mutex_.try_lock()) return "no";
      mutex_.unlock();
      return "yes";
    default:
      if (ins.flag)
        mutex_.lock();
      else
        mutex_.unlock();
      return "";
  }
}

std::string objects::perform_rw(const instruction& ins) {
  switch (ins.kind) {
    case kind::read_section: {
      rw_.lock_shared();
      const int seen = atomics_[ins.object].load();
      rw_.unlock_shared();
      return std::to_string(seen);
    }
    case kind::write_section:
      rw_.lock();
      atomics_[ins.object].store(ins.other);
      rw_.unlock();
      return "";
    case kind::try_read:
      if (!rw_.try_lock_shared()) return "no";
      if (ins.flag) rw_.unlock_shared();
      return "yes";
    case kind::try_write:
      if (!rw_.try_lock()) return "no";
      if (ins.flag) rw_.unlock();
      return "yes";
    case kind::keep_reading:
      if (ins.flag)
        rw_.lock_shared();
      else
        rw_.unlock_shared();
      return "";
    default:
      if (ins.flag)
        rw_.lock();
      else
        rw_.unlock();
      return "";
  }
}

std::string objects::perform_waiting(const instruction& ins) {
  switch (ins.kind) {
    case kind::group_add: group_.add(1 + ins.object); return "";
    case kind::group_done: group_.done(); return "";
    case kind::group_wait: group_.wait(); return "";
    case kind::cond_wait:
      mutex_.lock();
      cond_.wait();
      mutex_.unlock();
      return "";
    case kind::cond_signal: cond_.signal(); return "";
    case kind::cond_broadcast: cond_.broadcast(); return "";
    case kind::cond_wait_until:
      mutex_.lock();
      cond_.wait_until([&] { return atomics_[ins.object].load() != 0; });
      mutex_.unlock();
      return "";
    case kind::set_and_signal:
      mutex_.lock();
      atomics_[ins.object].store(1);
      if (ins.flag)
        cond_.signal();
      else
        cond_.broadcast();
      mutex_.unlock();
      return "";
    case kind::choose: return std::to_string(heddle::choose(2 + ins.object));
    default: {
      bool mine = false;
      once_.call([&] {
        mine = true;
        atomics_[ins.object].add(1);
        if (ins.kind == kind::panic_once) throw panic("in once");
      });
      return mine ? "ran" : "passed";
    }
  }
}

std::string objects::perform_time(const instruction& ins) {
  const chan<int> c = channels_[ins.object];
  const duration d = std::chrono::milliseconds(1 + ins.other);
  std::optional<int> got;
  switch (ins.kind) {
    case kind::sleep: sleep_for(d); return "";
    case kind::recv_or_timeout: {
      const int ran = select(recv(c, got), recv(after(d)));
      return std::to_string(ran) + shown(got);
    }
    case kind::stop_timer: {
      timer t(d);
      if (ins.flag) atomics_[ins.object].add(1);
      return std::to_string(t.stop());
    }
    case kind::reset_timer: {
      timer t(d);
      atomics_[ins.object].add(1);
      const std::string was = std::to_string(t.reset(d));
      if (!ins.flag) return was;
      return was + std::to_string(select(recv(c, got), recv(t.channel()))) + shown(got);
    }
    default: return std::to_string(now().time_since_epoch() / std::chrono::milliseconds(1));
  }
}

std::string objects::perform_context(const instruction& ins) {
  const chan<int> c = channels_[ins.object];
  const duration d = std::chrono::milliseconds(1 + ins.other);
  std::optional<int> got;
  switch (ins.kind) {
    case kind::cancel: context_.cancel(); return "";
    case kind::context_error: return context_.ctx.err().message();
    case kind::recv_or_done:
      return std::to_string(select(recv(c, got), recv(context_.ctx.done()))) + shown(got);
    case kind::await_timeout: {
      const auto limited = context::with_timeout(context_.ctx, d);
      limited.ctx.done().recv();
      return limited.ctx.err().message();
    }
    case kind::child_context: {
      const auto child = context::with_cancel(context_.ctx);
      if (ins.flag) child.cancel();
      return child.ctx.err().message();
    }
    default: {
      const auto limited = context::with_timeout(context_.ctx, d);
      const int ran = select(recv(c, got), recv(limited.ctx.done()));
      return std::to_string(ran) + shown(got) + limited.ctx.err().message();
    }
  }
}

std::string objects::spin(const instruction& ins) {
  atomic<int>& a = atomics_[ins.object];
  switch (ins.kind) {
    case kind::spin_flag:
      while (a.load() == 0) yield();
      return "";
    case kind::spin_either:
      while (a.load() == 0 && atomics_[1 - ins.object].load() == 0) yield();
      return "";
    case kind::spin_late:
      do yield();
      while (a.load() == 0);
      return "";
    default:
      for (int i = 0; i <= ins.other; ++i) yield();
      return "";
  }
}

std::string objects::spin_on_others(const instruction& ins) {
  atomic<int>& a = atomics_[ins.object];
  const chan<int> c = channels_[ins.object];
  const chan<int> d = channels_[1 - ins.object];
  std::optional<int> got;
  switch (ins.kind) {
    case kind::spin_len:
      while (c.len() == 0) yield();
      return "";
    case kind::spin_try_lock:
      while (!mutex_.try_lock()) yield();
      if (ins.flag) mutex_.unlock();
      return "";
    case kind::spin_try_write:
      while (!rw_.try_lock()) yield();
      if (ins.flag) rw_.unlock();
      return "";
    case kind::spin_swap:
      while (!a.compare_and_swap(ins.flag ? 0 : 1, 1 - a.load() + ins.other)) yield();
      return "";
    case kind::spin_select:
      if (ins.flag) {
        while (select(recv(c, got), otherwise()) != 0) yield();
        return shown(got);
      }
      for (;;) {
        const int ran = select(recv(c, got), send(d, 5), otherwise());
        if (ran != 2) return std::to_string(ran) + shown(got);
        yield();
      }
    case kind::spin_select_flag:
      while (select(recv(c, got), otherwise()) != 0 && a.load() == 0) yield();
      return shown(got);
    default: {
      const timer t(std::chrono::milliseconds(1 + ins.other));
      const time_point begun = now();
      while (now() - begun < std::chrono::milliseconds(1 + ins.other)) yield();
      return "";
    }
  }
}

}  // namespace heddle::generated
