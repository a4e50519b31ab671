// A worker pool: jobs go to whichever worker is free, results come back on one channel.
#include <cstddef>
#include <memory>

#include "heddle/chan.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"

namespace {

void work(const heddle::recv_chan<int>& jobs, const heddle::send_chan<int>& results) {
  for (int job : jobs) results.send(job * 2);
}

// Jobs 1, 2, ...; the results are collected until the last worker has ended.
void run_pool(int workers, int job_count) {
  const heddle::chan<int> jobs = heddle::make_chan<int>(static_cast<std::size_t>(job_count));
  const heddle::chan<int> results = heddle::make_chan<int>();
  const auto working = std::make_shared<heddle::wait_group>();
  for (int w = 0; w < workers; ++w) {
    working->add(1);
    heddle::go(heddle::named("worker"), [working, jobs, results] {
      work(jobs, results);
      working->done();
    });
  }
  heddle::go(heddle::named("closer"), [working, results] {
    working->wait();
    results.close();
  });
  for (int job = 1; job <= job_count; ++job) jobs.send(job);
  jobs.close();
  int sum = 0, count = 0;
  for (int result : results) sum += result, ++count;
  heddle::check(count == job_count, "every job has one result");
  heddle::check(sum == job_count * (job_count + 1), "and the right one");
}

const heddle::model worker_pool{
    "classic/worker_pool", heddle::expected::verified,
    "Two workers share three jobs. Whoever does which, every job has its result, and the results "
    "end when the workers have.",
    [] { run_pool(2, 3); }};

// Takes the first of `copies` equal results, and leaves the others to whom it may concern.
void take_first(int copies, std::size_t capacity) {
  const heddle::chan<int> results = heddle::make_chan<int>(capacity);
  for (int i = 1; i <= copies; ++i)
    heddle::go(heddle::named("replica"), [results, i] { results.send(i); });
  const int first = results.recv().value();
  heddle::check(first >= 1 && first <= copies, "a replica has answered");
}

const heddle::model first_of_leaking{
    "classic/first_result_leaking", heddle::expected::leak,
    "Main asks two replicas and takes the first answer. The slower one blocks in its send for "
    "ever.",
    [] { take_first(2, 0); }};

const heddle::model first_of{
    "classic/first_result", heddle::expected::verified,
    "The repair: room for every answer. The slower replica leaves its own in the buffer and ends.",
    [] { take_first(2, 2); }};

}  // namespace
