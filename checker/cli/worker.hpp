// Worker processes: a job runs in a child, so that a crash or an endless loop is an outcome and
// not the end of the checker.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shared_progress.hpp"

namespace heddle::cli {

// What is done in the child. The text that it returns comes back to the parent.
using job = std::function<std::string(shared_progress&)>;
// The same, for one request after another.
using service = std::function<std::string(const std::string& request, shared_progress&)>;

struct outcome {
  enum class how { delivered, signalled, exited, hung };
  how ended = how::delivered;
  int code = 0;                               // the signal, or the exit status
  std::string text;                           // of a delivered one
  double peak_memory_mb = 0;                  // of the process
  std::shared_ptr<shared_progress> progress;  // as the child left it
};

// What the model prints on standard output while it is explored.
enum class printing { shown, dropped };

class worker {
 public:
  // Forks. Throws std::system_error.
  worker(const job& work, printing output, std::chrono::duration<double> hang_timeout);
  // One that waits to be asked.
  worker(const service& work, printing output, std::chrono::duration<double> hang_timeout);
  ~worker();  // kills the child if it still runs
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  // Something to read comes here.
  int pipe() const { return pipe_; }
  const shared_progress& progress() const { return *progress_; }
  // It is asked to come back with branches of its tree for others.
  void want() { progress_->want(); }
  // Something to do. REQUIRES: a service, which has answered whatever it was asked before.
  void ask(const std::string& request);
  // Reads what there is, and kills a child that hangs. True: it has answered or ended, ask
  // result().
  bool advance();
  outcome result();
  // It has answered and can be asked again. A child that is not new cannot: what a model leaks in
  // one is given back.
  bool can_go_on() const;

 private:
  void fork_child(const std::function<void(int to_parent, int requests)>& be_the_child);
  bool drain();
  bool hangs();
  bool has_answered() const;
  bool is_alive() const;
  outcome take_answer();

  std::shared_ptr<shared_progress> progress_;
  pid_t child_ = -1;
  int pipe_ = -1;
  int requests_ = -1;  // a socket, to a service
  std::string received_;
  std::chrono::duration<double> hang_timeout_;
  std::chrono::steady_clock::time_point forked_;
  std::uint64_t last_pulse_ = 0;
  std::chrono::steady_clock::time_point last_change_;
  std::chrono::steady_clock::time_point last_look_;
  bool hung_ = false;
};

// Waits for one worker alone. Empty after a signal.
std::optional<outcome> run_one(worker& w);

// From here on SIGINT and SIGTERM end run_searches and run_one early.
void catch_interrupts();
int interrupted_by();

}  // namespace heddle::cli
