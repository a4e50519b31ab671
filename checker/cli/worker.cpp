#include "worker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <system_error>

namespace heddle::cli {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto poll_interval = 100ms;
constexpr auto longest_gap = 2s;  // between two looks; longer: the parent itself was stopped
constexpr int delivered_status = 0;
constexpr int undelivered_status = 70;

volatile std::sig_atomic_t caught_signal = 0;

void remember_signal(int signal) { caught_signal = signal; }

bool write_all(int file, const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = write(file, text.data() + written, text.size() - written);
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) written += static_cast<std::size_t>(n);
  }
  return true;
}

[[noreturn]] void be_the_child(const job& work, shared_progress& progress, printing output,
                               int to_parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGINT, SIG_IGN);  // the parent decides; a terminal sends it to both
  std::signal(SIGTERM, SIG_DFL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (output == printing::dropped)
    if (const int null = open("/dev/null", O_WRONLY); null >= 0) dup2(null, STDOUT_FILENO);
  const std::string text = work(progress);
  std::fflush(nullptr);
  _exit(write_all(to_parent, text) ? delivered_status : undelivered_status);
}

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = remember_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int interrupted_by() { return caught_signal; }

worker::worker(const job& work, printing output, std::chrono::duration<double> hang_timeout)
    : progress_(std::make_shared<shared_progress>()),
      hang_timeout_(hang_timeout),
      last_change_(clock::now()),
      last_look_(last_change_) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot make a pipe");
  std::fflush(nullptr);  // or the child would print it again
  child_ = fork();
  if (child_ < 0) {
    close(ends[0]);
    close(ends[1]);
    throw std::system_error(errno, std::generic_category(), "cannot start a worker process");
  }
  if (child_ == 0) {
    close(ends[0]);
    be_the_child(work, *progress_, output, ends[1]);
  }
  close(ends[1]);
  pipe_ = ends[0];
  fcntl(pipe_, F_SETFL, O_NONBLOCK);
}

worker::~worker() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  if (pipe_ >= 0) close(pipe_);
}

// True at the end of the pipe.
bool worker::drain() {
  char buffer[65536];
  for (;;) {
    const ssize_t n = read(pipe_, buffer, sizeof buffer);
    if (n == 0) return true;
    if (n < 0) return errno != EAGAIN && errno != EINTR;
    received_.append(buffer, static_cast<std::size_t>(n));
  }
}

bool worker::hangs() {
  const auto now = clock::now();
  const bool looked_away = now - last_look_ > longest_gap;
  last_look_ = now;
  const std::uint64_t pulse = progress_->pulse();
  if (pulse != last_pulse_ || looked_away || !progress_->model_is_running()) {
    last_pulse_ = pulse;
    last_change_ = now;
  }
  return now - last_change_ > hang_timeout_;
}

bool worker::advance() {
  if (drain()) return true;
  if (!hung_ && hangs()) {
    hung_ = true;
    kill(child_, SIGKILL);
  }
  // A model's own child may keep the pipe open after the worker is gone.
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
    return true;
  if (info.si_pid == 0) return false;
  drain();
  return true;
}

outcome worker::result() {
  outcome o;
  int status = 0;
  rusage used{};
  while (wait4(child_, &status, 0, &used) < 0 && errno == EINTR) {
  }
  child_ = -1;
  o.peak_memory_mb = static_cast<double>(used.ru_maxrss) / 1024;  // Linux counts in KiB
  o.progress = progress_;
  if (hung_) {
    o.ended = outcome::how::hung;
  } else if (WIFSIGNALED(status)) {
    o.ended = outcome::how::signalled;
    o.code = WTERMSIG(status);
  } else if (received_.empty() || WEXITSTATUS(status) != delivered_status) {
    o.ended = outcome::how::exited;
    o.code = WEXITSTATUS(status);
  } else {
    o.text = std::move(received_);
  }
  return o;
}

std::optional<outcome> run_one(worker& w) {
  for (;;) {
    pollfd file{w.pipe(), POLLIN, 0};
    poll(&file, 1, static_cast<int>(poll_interval.count()));
    if (interrupted_by() != 0) return std::nullopt;
    if (w.advance()) return w.result();
  }
}

}  // namespace heddle::cli
