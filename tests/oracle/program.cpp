#include "run_state.hpp"

#include <heddle/atomic.hpp>
#include <heddle/chan.hpp>
#include <heddle/go.hpp>
#include <heddle/select.hpp>
#include <heddle/sync.hpp>
#include <deque>
#include <optional>
#include <stdexcept>

#include "mode.hpp"

namespace heddle::oracle {

using nlohmann::json;

namespace {

constexpr long array_from = -1;
constexpr long array_to = 31;
constexpr std::uintptr_t instructions_most = 1000;  // of a thread
const std::set<std::string> invisible = {"set", "jmp", "jz", "jnz", "assert", "assume", "halt"};

struct stopped {};  // the thread ends here: a failed assert or assume

}  // namespace

program::program(json description) : description_(std::move(description)) {
  name_ = description_.at("name").get<std::string>();
  for (const json& p : description_.value("plain", json::array())) plain_.insert(p.get<std::string>());
  for (const json& thread : description_.at("threads")) {
    auto& code = code_.emplace_back();
    auto& labels = labels_.emplace_back();
    for (const json& ins : thread) {
      if (ins[0] == "label")
        labels[ins[1].get<std::string>()] = code.size();
      else
        code.push_back(ins);
    }
  }
}

std::function<void()> program::body(std::shared_ptr<run_state>& last) const {
  return [this, &last] {
    last = std::make_shared<run_state>(*this);
    last->start();
  };
}

run_state::run_state(const program& p) : program_(p), threads_(p.code_.size()) {
  const json chans = p.description_.value("chans", json::object());
  for (const auto& [name, capacity] : chans.items())
    channels_[name] = heddle::make_chan<long>(capacity.get<std::size_t>());
  for (const auto& code : p.code_)
    for (const json& ins : code) declare(ins);
  for (const std::string& name : p.plain_)
    plain_ids_[name] = detail::name_object("plain", place::current());
  const json init = p.description_.value("init", json::object());
  for (const auto& [name, initial] : init.items()) {
    if (p.plain_.count(name) > 0)
      plain_[name] = initial.get<long>();
    else
      atomics_[name] = std::make_unique<heddle::atomic<long>>(initial.get<long>());
  }
}

void run_state::declare_location(const json& location) {
  const auto make = [this](const std::string& name) {
    if (!atomics_.count(name)) atomics_[name] = std::make_unique<heddle::atomic<long>>(0);
  };
  const std::string base = location.is_string() ? location.get<std::string>()
                                                : location[0].get<std::string>();
  if (program_.plain_.count(base) > 0) return;
  if (location.is_string()) return make(base);
  for (long i = array_from; i <= array_to; ++i) make(base + "[" + std::to_string(i) + "]");
}

void run_state::declare(const json& ins) {
  const auto op = ins[0].get<std::string>();
  const auto name = [&](std::size_t i) { return ins[i].get<std::string>(); };
  if (op == "r" || op == "w" || op == "faa" || op == "xchg" || op == "cas") {
    declare_location(ins[1]);
  } else if (op == "rlock" || op == "runlock") {
    if (!rw_mutexes_.count(name(1))) rw_mutexes_[name(1)] = std::make_unique<heddle::rw_mutex>();
  } else if (op == "lock" || op == "unlock" || op == "trylock") {
    if (!mutexes_.count(name(1))) mutexes_[name(1)] = std::make_unique<heddle::mutex>();
  } else if (op == "add" || op == "wait") {
    if (!groups_.count(name(1))) groups_[name(1)] = std::make_unique<heddle::wait_group>();
  } else if (op == "cwait") {
    if (!mutexes_.count(name(2))) mutexes_[name(2)] = std::make_unique<heddle::mutex>();
    if (!conds_.count(name(1)))
      conds_[name(1)] = std::make_unique<heddle::cond>(*mutexes_[name(2)]);
  }
}

void run_state::start() {
  const auto self = shared_from_this();
  for (std::size_t t = 1; t < threads_.size(); ++t) heddle::go([self, t] { self->run_thread(t); });
  run_thread(0);
}

void run_state::run_thread(std::size_t t) {
  const auto self = shared_from_this();
  thread_state& me = threads_[t];
  const auto& code = program_.code_[t];
  try {
    while (me.at < code.size()) execute(code[me.at], t);
    me.status = "done";
  } catch (const stopped&) {
  } catch (const heddle::panic&) {
    me.status = "panic";
  }
}

long run_state::value(const json& e, std::size_t t) const {
  if (e.is_number() || e.is_boolean()) return e.get<long>();
  if (e.is_string()) {
    const auto& registers = threads_[t].registers;
    const auto found = registers.find(e.get<std::string>());
    return found == registers.end() ? 0 : found->second;
  }
  const auto op = e[0].get<std::string>();
  const long a = value(e[1], t);
  if (op == "!") return a == 0;
  const long b = value(e[2], t);
  if (op == "+") return a + b;
  if (op == "-") return a - b;
  if (op == "*") return a * b;
  if (op == "%") return ((a % b) + b) % b;
  if (op == "==") return a == b;
  if (op == "!=") return a != b;
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == ">") return a > b;
  if (op == ">=") return a >= b;
  if (op == "&&") return a && b;
  if (op == "||") return a || b;
  throw std::runtime_error("unknown operator " + op);
}

std::string run_state::location(const json& l, std::size_t t) const {
  if (l.is_string()) return l.get<std::string>();
  return l[0].get<std::string>() + "[" + std::to_string(value(l[1], t)) + "]";
}

bool run_state::execute_invisible(const json& ins, std::size_t t) {
  const auto op = ins[0].get<std::string>();
  if (!invisible.count(op)) return false;
  thread_state& me = threads_[t];
  const auto& labels = program_.labels_[t];
  const auto jump = [&](const json& label) { me.at = labels.at(label.get<std::string>()); };
  if (op == "set") {
    const long v = value(ins[2], t);
    reg(ins[1], t) = v;
    ++me.at;
  } else if (op == "jmp") {
    jump(ins[1]);
  } else if (op == "jz" || op == "jnz") {
    if ((value(ins[1], t) == 0) == (op == "jz"))
      jump(ins[2]);
    else
      ++me.at;
  } else if (op == "halt") {
    me.at = program_.code_[t].size();
  } else {
    if (value(ins[1], t) == 0) {
      me.status = op;
      throw stopped{};
    }
    ++me.at;
  }
  return true;
}

// Reports the access as heddle::var would, its place being the instruction.
void run_state::touch_plain(const std::string& name, bool is_write, std::size_t t) {
  core::memory_access seen;
  seen.object = plain_ids_.at(name);
  seen.is_write = is_write;
  seen.code = reinterpret_cast<const void*>((t + 1) * instructions_most + threads_[t].at);
  core::current_engine().plain_access(seen);
}

std::string place_of_instruction(const void* code) {
  const auto place = reinterpret_cast<std::uintptr_t>(code);
  return "t" + std::to_string(place / instructions_most - 1) + ":" +
         std::to_string(place % instructions_most);
}

void run_state::execute_memory(const json& ins, std::size_t t) {
  const auto op = ins[0].get<std::string>();
  const std::string name = location(ins[1], t);
  if (const std::string base = name.substr(0, name.find('[')); program_.plain_.count(base) > 0) {
    touch_plain(base, op != "r", t);
    if (op == "r")
      reg(ins[2], t) = plain_[name];
    else
      plain_[name] = value(ins[2], t);
    return;
  }
  heddle::atomic<long>& a = *atomics_.at(name);
  if (op == "r") {
    reg(ins[2], t) = a.load();
  } else if (op == "w") {
    a.store(value(ins[2], t));
  } else if (op == "faa") {
    reg(ins[2], t) = a.fetch_add(value(ins[3], t));
  } else if (op == "xchg") {
    reg(ins[2], t) = a.exchange(value(ins[3], t));
  } else {
    reg(ins[2], t) = a.compare_and_swap(value(ins[3], t), value(ins[4], t));
  }
}

void run_state::execute_sync(const json& ins, std::size_t t) {
  const auto op = ins[0].get<std::string>();
  const auto name = ins[1].get<std::string>();
  thread_state& me = threads_[t];
  me.waits = op + " " + name;
  const bool shared = rw_mutexes_.count(name) > 0;
  if (op == "lock") {
    shared ? rw_mutexes_[name]->lock() : mutexes_[name]->lock();
  } else if (op == "unlock") {
    shared ? rw_mutexes_[name]->unlock() : mutexes_[name]->unlock();
  } else if (op == "trylock") {
    reg(ins[2], t) = shared ? rw_mutexes_[name]->try_lock() : mutexes_[name]->try_lock();
  } else if (op == "rlock") {
    rw_mutexes_[name]->lock_shared();
  } else if (op == "runlock") {
    rw_mutexes_[name]->unlock_shared();
  } else if (op == "cwait") {
    me.waits = "cwait";
    conds_[name]->wait();
  } else if (op == "signal") {
    if (conds_.count(name)) conds_[name]->signal();
  } else if (op == "broadcast") {
    if (conds_.count(name)) conds_[name]->broadcast();
  } else if (op == "add") {
    groups_[name]->add(value(ins[2], t));
  } else if (op == "wait") {
    groups_[name]->wait();
  } else {
    throw std::runtime_error("unknown instruction " + op);
  }
}

void run_state::execute_channel(const json& ins, std::size_t t) {
  const auto op = ins[0].get<std::string>();
  const auto name = ins[1].get<std::string>();
  heddle::chan<long>& c = channels_.at(name);
  threads_[t].waits = op + " " + name;
  if (op == "send") {
    const long v = ins.size() > 2 ? value(ins[2], t) : 0;
    c.send(v);
    if (c.cap() > 0) buffers_[name].push_back(v);
  } else if (op == "close") {
    c.close();
    channel_log_[name] += "closed";
  } else {
    const std::optional<long> v = c.recv();
    if (v && c.cap() > 0) buffers_[name].pop_front();
    reg(ins.size() > 2 ? ins[2] : json("_"), t) = v.value_or(0);
    threads_[t].registers["ok"] = v.has_value();
  }
}

void run_state::execute_select(const json& ins, std::size_t t) {
  threads_[t].waits = "select";
  heddle::select_list cases;
  for (const json& one : ins[1]) {
    const heddle::chan<long> c =
        one[1].is_null() ? heddle::chan<long>() : channels_.at(one[1].get<std::string>());
    if (one[0] == "send") {
      const long v = one.size() > 2 ? value(one[2], t) : 0L;
      cases.add(heddle::send(c, v, [this, one, v, c] {
        if (c.cap() > 0) buffers_[one[1].get<std::string>()].push_back(v);
      }));
    } else {
      const json name = one.size() > 2 ? one[2] : json("_");
      cases.add(heddle::recv(c, [this, t, name, one, c](std::optional<long> v) {
        if (v && c.cap() > 0) buffers_[one[1].get<std::string>()].pop_front();
        reg(name, t) = v.value_or(0);
        threads_[t].registers["ok"] = v.has_value();
      }));
    }
  }
  const bool has_default = ins.size() > 2 && ins[2].get<bool>();
  const int count = static_cast<int>(cases.size());
  if (has_default) cases.add(heddle::otherwise());
  const int ran = cases.run();
  threads_[t].registers["sel"] = ran == count ? -1 : ran;
}

void run_state::execute(const json& ins, std::size_t t) {
  if (execute_invisible(ins, t)) return;
  thread_state& me = threads_[t];
  const auto op = ins[0].get<std::string>();
  me.waits = op;
  if (op == "r" || op == "w" || op == "faa" || op == "xchg" || op == "cas")
    execute_memory(ins, t);
  else if (op == "send" || op == "recv" || op == "close")
    execute_channel(ins, t);
  else if (op == "select")
    execute_select(ins, t);
  else
    execute_sync(ins, t);
  ++me.at;
  me.waits.clear();
}

outcome program::outcome_of(const run_state& ended) {
  outcome o;
  for (std::size_t t = 0; t < ended.threads_.size(); ++t) {
    const run_state::thread_state& th = ended.threads_[t];
    o.state += "t" + std::to_string(t) + "@" + std::to_string(th.at) + th.status;
    for (const auto& [name, v] : th.registers) o.state += " " + name + "=" + std::to_string(v);
    if (th.status == "run") {
      o.stuck = true;
      o.stuck_set += "t" + std::to_string(t) + ":" + th.waits + ";";
      o.state += "(" + th.waits + ")";
    }
    o.panicked = o.panicked || th.status == "panic";
    o.assert_failed = o.assert_failed || th.status == "assert";
    o.assume_failed = o.assume_failed || th.status == "assume";
    o.state += ";";
  }
  for (const auto& [name, a] : ended.atomics_) {
    const long v = a->load();
    if (v != 0) o.state += name + "=" + std::to_string(v) + ";";
  }
  for (const auto& [name, v] : ended.plain_) o.state += name + "=" + std::to_string(v) + ";";
  for (const auto& [name, held] : ended.buffers_)
    for (long v : held) o.state += name + "<" + std::to_string(v) + ";";
  for (const auto& [name, log] : ended.channel_log_) o.state += name + log + ";";
  return o;
}

}  // namespace heddle::oracle
