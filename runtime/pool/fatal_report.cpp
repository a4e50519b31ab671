#include "fatal_report.hpp"

#include <cxxabi.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <typeinfo>

#include "goroutine_text.hpp"
#include "heddle/panic.hpp"

namespace heddle::performance {

namespace {

constexpr int fatal_status = 2;          // as in Go
constexpr int goroutines_listed = 1000;  // a million of them help nobody

std::string in_words(const place& at) {
  return std::string(at.file_name()) + ':' + std::to_string(at.line());
}

std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), &std::free);
  return status == 0 ? name.get() : type.name();
}

void add_others(std::string& text, const pooled_goroutine* running, const goroutine_list& all) {
  string_sink to(text);
  int listed = 0;
  std::size_t left_out = 0;
  for (const pooled_goroutine* g : all) {
    if (g == running) continue;
    if (listed++ < goroutines_listed)
      add_goroutine(to, *g);
    else
      ++left_out;
  }
  if (left_out > 0) text += "\n... and " + std::to_string(left_out) + " more goroutines\n";
}

// The exception's own words, and for a panic where it was raised.
struct uncaught_exception {
  std::string message;
  std::string raised_at;
  bool is_the_systems = false;  // nothing that the program did is wrong
};

uncaught_exception look_into(const std::exception_ptr& uncaught) {
  if (uncaught == nullptr) return {"std::terminate was called", ""};
  try {
    std::rethrow_exception(uncaught);
  } catch (const panic& p) {
    return {p.what(), in_words(p.at())};
  } catch (const core::no_stack& e) {
    return {e.what(), "", true};
  } catch (const std::exception& e) {
    return {type_name(typeid(e)) + ": " + e.what(), ""};
  } catch (...) {
    return {"exception of type " + type_name(*abi::__cxa_current_exception_type()), ""};
  }
}

// Two workers may find out at the same time: one tells, and ends the other as well. A thread that
// already tells and runs out of stack meanwhile tells that instead.
void tell_alone() noexcept {
  static std::atomic<pid_t> teller{0};
  const pid_t self = gettid();
  pid_t before = 0;
  if (!teller.compare_exchange_strong(before, self) && before != self)
    for (;;) pause();
}

// A thread that is stuck while it writes to a stream, or reads from it, holds its lock.
void flush_unless_in_use(std::FILE* stream) noexcept {
  if (ftrylockfile(stream) != 0) return;
  std::fflush(stream);
  funlockfile(stream);
}

}  // namespace

std::string panic_report(const std::exception_ptr& uncaught, const pooled_goroutine* running,
                         const goroutine_list& all) {
  const uncaught_exception what = look_into(uncaught);
  std::string text = (what.is_the_systems ? "fatal error: " : "panic: ") + what.message + '\n';
  string_sink to(text);
  if (running != nullptr) add_heading(to, *running);
  if (!what.raised_at.empty()) text += "\traised at " + what.raised_at + '\n';
  if (running != nullptr) text += "\tcreated at " + in_words(running->created_at) + '\n';
  add_others(text, running, all);
  return text;
}

std::string deadlock_report(const goroutine_list& all) {
  std::string text = "fatal error: all goroutines are asleep - deadlock!\n";
  add_others(text, nullptr, all);
  return text;
}

void end_process(std::string_view report) noexcept {
  tell_alone();
  flush_unless_in_use(stderr);  // what was said before
  {
    descriptor_sink to(STDERR_FILENO);
    to.add(report);
  }
  flush_unless_in_use(stdout);
  std::_Exit(fatal_status);
}

void end_by_overflow(const pooled_goroutine& running) noexcept {
  tell_alone();
  {
    descriptor_sink to(STDERR_FILENO);
    to.add("fatal error: stack overflow: goroutine ");
    add_name(to, running);
    to.add(" has used up its ");
    to.add(std::uint64_t{(running.memory.bytes + 1023) / 1024});
    to.add(" KiB\n");
    add_heading(to, running);
    to.add("\tcreated at ");
    to.add(running.created_at);
    to.add("\n\nA larger stack is asked for where the goroutine is created, as in\n"
           "heddle::go(heddle::named(\"name\", bytes), f), or for all of them in\n"
           "heddle::run_options::stack_bytes.\n");
  }
  std::_Exit(fatal_status);
}

}  // namespace heddle::performance
