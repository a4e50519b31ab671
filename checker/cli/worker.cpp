#include "worker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string_view>
#include <system_error>

namespace heddle::cli {

namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto poll_interval = 100ms;
constexpr auto longest_gap = 2s;  // between two looks; longer: the parent itself was stopped
constexpr auto new_for = 2s;      // how long a child takes requests
constexpr int delivered_status = 0;
constexpr int undelivered_status = 70;

volatile std::sig_atomic_t caught_signal = 0;

void remember_signal(int signal) { caught_signal = signal; }

bool write_all(int file, std::string_view text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = write(file, text.data() + written, text.size() - written);
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) written += static_cast<std::size_t>(n);
  }
  return true;
}

// False: the other side is gone.
bool read_all(int file, char* into, std::size_t size) {
  while (size > 0) {
    const ssize_t n = read(file, into, size);
    if (n == 0 || (n < 0 && errno != EINTR)) return false;
    if (n < 0) continue;
    into += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

// What stands before a request and before its answer.
struct heading {
  std::uint64_t size = 0;
  double peak_memory_mb = 0;  // of the child so far
};

std::string_view bytes_of(const heading& h) {
  return {reinterpret_cast<const char*>(&h), sizeof h};
}

double megabytes(const rusage& used) {
  return static_cast<double>(used.ru_maxrss) / 1024;  // Linux counts in KiB
}

void become_a_child(printing output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(undelivered_status);  // it ended before that
  std::signal(SIGINT, SIG_IGN);  // the parent decides; a terminal sends it to both
  std::signal(SIGTERM, SIG_DFL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (output == printing::dropped)
    if (const int null = open("/dev/null", O_WRONLY); null >= 0) dup2(null, STDOUT_FILENO);
}

[[noreturn]] void answer_requests(const service& work, shared_progress& progress, int to_parent,
                                  int requests) {
  heading h;
  while (read_all(requests, reinterpret_cast<char*>(&h), sizeof h)) {
    std::string request(h.size, '\0');
    if (!read_all(requests, request.data(), request.size())) break;
    const std::string text = work(request, progress);
    std::fflush(nullptr);
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    h = {text.size(), megabytes(used)};
    if (!write_all(to_parent, bytes_of(h)) || !write_all(to_parent, text))
      _exit(undelivered_status);
  }
  _exit(delivered_status);
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
    : progress_(std::make_shared<shared_progress>()), hang_timeout_(hang_timeout) {
  fork_child([&, parent = getpid()](int to_parent, int) {
    become_a_child(output, parent);
    const std::string text = work(*progress_);
    std::fflush(nullptr);
    _exit(write_all(to_parent, text) ? delivered_status : undelivered_status);
  });
  close(requests_);
  requests_ = -1;
}

worker::worker(const service& work, printing output, std::chrono::duration<double> hang_timeout)
    : progress_(std::make_shared<shared_progress>()), hang_timeout_(hang_timeout) {
  fork_child([&, parent = getpid()](int to_parent, int requests) {
    become_a_child(output, parent);
    answer_requests(work, *progress_, to_parent, requests);
  });
}

// The function is called in the child and does not return.
void worker::fork_child(const std::function<void(int to_parent, int requests)>& be_the_child) {
  int ends[2];
  int sockets[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot make a pipe");
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
    const int error = errno;
    for (int file : ends) close(file);
    throw std::system_error(error, std::generic_category(), "cannot make a socket");
  }
  std::fflush(nullptr);  // or the child would print it again
  child_ = fork();
  if (child_ < 0) {
    const int error = errno;
    for (int file : {ends[0], ends[1], sockets[0], sockets[1]}) close(file);
    throw std::system_error(error, std::generic_category(), "cannot start a worker process");
  }
  if (child_ == 0) {
    close(ends[0]);
    close(sockets[0]);
    try {
      be_the_child(ends[1], sockets[1]);
    } catch (...) {  // nothing of the parent's is unwound here
    }
    _exit(undelivered_status);
  }
  close(ends[1]);
  close(sockets[1]);
  pipe_ = ends[0];
  requests_ = sockets[0];
  fcntl(pipe_, F_SETFL, O_NONBLOCK);
  forked_ = last_change_ = last_look_ = clock::now();
}

worker::~worker() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  if (pipe_ >= 0) close(pipe_);
  if (requests_ >= 0) close(requests_);
}

// That a child is gone is found out by advance().
void worker::ask(const std::string& request) {
  progress_->asked();
  received_.clear();
  last_change_ = last_look_ = clock::now();
  const std::string whole = std::string(bytes_of({request.size(), 0})) + request;
  for (std::size_t sent = 0; sent < whole.size() && interrupted_by() == 0;) {
    const ssize_t n = send(requests_, whole.data() + sent, whole.size() - sent, MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR) return;
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
}

bool worker::has_answered() const {
  heading h;
  if (requests_ < 0 || received_.size() < sizeof h) return false;
  std::memcpy(&h, received_.data(), sizeof h);
  return received_.size() - sizeof h >= h.size;
}

bool worker::is_alive() const {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

bool worker::can_go_on() const {
  return has_answered() && !hung_ && clock::now() - forked_ < new_for && is_alive();
}

outcome worker::take_answer() {
  heading h;
  std::memcpy(&h, received_.data(), sizeof h);
  outcome o;
  o.text = received_.substr(sizeof h);
  o.peak_memory_mb = h.peak_memory_mb;
  o.progress = progress_;
  return o;
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
  if (drain() || has_answered()) return true;
  if (!hung_ && hangs()) {
    hung_ = true;
    kill(child_, SIGKILL);
  }
  // A model's own child may keep the pipe open after the worker is gone.
  if (is_alive()) return false;
  drain();
  return true;
}

outcome worker::result() {
  if (has_answered()) return take_answer();
  outcome o;
  int status = 0;
  rusage used{};
  while (wait4(child_, &status, 0, &used) < 0 && errno == EINTR) {
  }
  child_ = -1;
  o.peak_memory_mb = megabytes(used);
  o.progress = progress_;
  if (hung_) {
    o.ended = outcome::how::hung;
  } else if (WIFSIGNALED(status)) {
    o.ended = outcome::how::signalled;
    o.code = WTERMSIG(status);
  } else if (requests_ >= 0 || received_.empty() || WEXITSTATUS(status) != delivered_status) {
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
