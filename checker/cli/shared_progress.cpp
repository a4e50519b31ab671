#include "shared_progress.hpp"

#include <sys/mman.h>

#include <new>

namespace heddle::cli {

namespace {

constexpr std::size_t most_choices = std::size_t{1} << 20;  // reserved, committed as touched
constexpr auto relaxed = std::memory_order_relaxed;

void count(std::atomic<std::uint64_t>& counter) {
  counter.store(counter.load(relaxed) + 1, relaxed);  // one writer
}

}  // namespace

struct shared_progress::page {
  std::atomic<std::uint64_t> executions;
  std::atomic<std::uint64_t> depth;
  std::atomic<double> estimate;
  std::atomic<std::uint64_t> pulse;
  std::atomic<std::uint64_t> steps;
  std::atomic<std::uint64_t> choices;
  std::atomic<bool> running;
  std::atomic<bool> wanted;  // written by the parent
  explore::choice kept[most_choices];
};

shared_progress::shared_progress() {
  void* memory = mmap(nullptr, sizeof(page), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  page_ = static_cast<page*>(memory);  // zeroes are its initial state
}

shared_progress::~shared_progress() { munmap(page_, sizeof(page)); }

void shared_progress::begins() {
  page_->steps.store(0, relaxed);
  page_->choices.store(0, relaxed);
  count(page_->executions);
  count(page_->pulse);
  page_->running.store(true, std::memory_order_release);
}

void shared_progress::ended() {
  page_->running.store(false, std::memory_order_release);
  count(page_->pulse);
}

void shared_progress::decided(std::size_t index, std::size_t alternatives,
                              std::uint64_t fingerprint) {
  count(page_->steps);
  count(page_->pulse);
  if (alternatives < 2) return;
  const std::uint64_t n = page_->choices.load(relaxed);
  if (n < most_choices)
    page_->kept[n] = {static_cast<std::uint32_t>(index), explore::choice_check(fingerprint)};
  page_->choices.store(n + 1, relaxed);
}

void shared_progress::explored(std::uint64_t executions, std::size_t depth) {
  page_->executions.store(executions, relaxed);
  page_->depth.store(depth, relaxed);
}

bool shared_progress::wanted() const { return page_->wanted.load(relaxed); }
void shared_progress::want() { page_->wanted.store(true, relaxed); }

void shared_progress::asked() {
  page_->wanted.store(false, relaxed);
  page_->executions.store(0, relaxed);
  page_->depth.store(0, relaxed);
}

void shared_progress::estimated(double executions) { page_->estimate.store(executions, relaxed); }

double shared_progress::estimate() const { return page_->estimate.load(relaxed); }
std::uint64_t shared_progress::executions() const { return page_->executions.load(relaxed); }
std::uint64_t shared_progress::depth() const { return page_->depth.load(relaxed); }
std::uint64_t shared_progress::pulse() const { return page_->pulse.load(relaxed); }

bool shared_progress::model_is_running() const {
  return page_->running.load(std::memory_order_acquire);
}

std::optional<explore::schedule> shared_progress::unfinished_schedule() const {
  const std::uint64_t n = page_->choices.load(relaxed);
  if (n > most_choices) return std::nullopt;
  explore::schedule s;
  s.choices.assign(page_->kept, page_->kept + n);
  s.steps = page_->steps.load(relaxed);
  s.partial = true;
  return s;
}

}  // namespace heddle::cli
