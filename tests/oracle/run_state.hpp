// One execution of an oracle program: its goroutines, and what they share.
#pragma once

#include <deque>
#include <heddle/atomic.hpp>
#include <heddle/chan.hpp>
#include <heddle/sync.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "program.hpp"

namespace heddle::oracle {

using nlohmann::json;

// Everything one execution uses; kept alive by every goroutine of it.
class run_state : public std::enable_shared_from_this<run_state> {
 public:
  explicit run_state(const program& p);
  void start();

  const program& program_;
  struct thread_state {
    std::map<std::string, long> registers;
    std::size_t at = 0;
    std::string status = "run";
    std::string waits;  // "lock m" while in an operation
  };
  std::vector<thread_state> threads_;
  std::map<std::string, std::unique_ptr<heddle::atomic<long>>> atomics_;
  std::map<std::string, long> plain_;
  std::map<std::string, heddle::detail::object_id> plain_ids_;
  std::map<std::string, std::unique_ptr<heddle::mutex>> mutexes_;
  std::map<std::string, std::unique_ptr<heddle::rw_mutex>> rw_mutexes_;
  std::map<std::string, std::unique_ptr<heddle::cond>> conds_;
  std::map<std::string, std::unique_ptr<heddle::wait_group>> groups_;
  std::map<std::string, heddle::chan<long>> channels_;
  std::map<std::string, std::string> channel_log_;
  std::map<std::string, std::deque<long>> buffers_;  // what the buffered channels hold

 private:
  void declare(const json& ins);
  void declare_location(const json& location);
  void run_thread(std::size_t t);
  long value(const json& e, std::size_t t) const;
  std::string location(const json& l, std::size_t t) const;
  void execute(const json& ins, std::size_t t);
  bool execute_invisible(const json& ins, std::size_t t);
  void execute_memory(const json& ins, std::size_t t);
  void touch_plain(const std::string& name, bool is_write, std::size_t t);
  void execute_sync(const json& ins, std::size_t t);
  void execute_channel(const json& ins, std::size_t t);
  void execute_select(const json& ins, std::size_t t);
  long& reg(const json& name, std::size_t t) { return threads_[t].registers[name.get<std::string>()]; }
};

}  // namespace heddle::oracle
