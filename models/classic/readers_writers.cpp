// Readers and writers share two variables that must agree, under a reader/writer lock.
#include <mutex>
#include <shared_mutex>

#include "heddle/go.hpp"
#include "heddle/model.hpp"
#include "heddle/panic.hpp"
#include "heddle/sync.hpp"
#include "heddle/var.hpp"

namespace {

struct pair_of_equals {
  heddle::rw_mutex mutex;
  heddle::var<int> first = 0;
  heddle::var<int> second = 0;
};

void read(pair_of_equals& data) {
  std::shared_lock hold(data.mutex);
  heddle::check(data.first == data.second, "a reader sees no half-done write");
}

void write(pair_of_equals& data) {
  std::lock_guard hold(data.mutex);
  ++data.first;
  ++data.second;
}

void read_and_write(int readers, int writers) {
  pair_of_equals data;
  heddle::wait_group wg;
  const auto start = [&](const char* name, void (*work)(pair_of_equals&)) {
    wg.add(1);
    heddle::go(heddle::named(name), [&wg, &data, work] {
      work(data);
      wg.done();
    });
  };
  for (int i = 0; i < readers; ++i) start("reader", read);
  for (int i = 0; i < writers; ++i) start("writer", write);
  wg.wait();
  heddle::check(data.first == writers && data.second == writers, "no write is lost");
}

const heddle::model readers_writers{
    "classic/readers_writers", heddle::expected::verified,
    "Two readers and a writer. Readers may share the lock, in any order; none sees half a write.",
    [] { read_and_write(2, 1); }};

const heddle::model two_writers{
    "classic/readers_writers_two_writers", heddle::expected::verified,
    "A reader and two writers. The writers exclude each other and the reader.",
    [] { read_and_write(1, 2); }};

const heddle::model nested_read{
    "classic/nested_read_lock", heddle::expected::deadlock,
    "Main read-locks twice. If a writer arrives in between, it holds back the second read-lock "
    "while it waits for the first: a deadlock that needs no second mutex.",
    [] {
      heddle::rw_mutex mutex;
      heddle::wait_group wg;
      wg.add(1);
      heddle::go(heddle::named("writer"), [&] {
        mutex.lock();
        mutex.unlock();
        wg.done();
      });
      mutex.lock_shared();
      mutex.lock_shared();
      mutex.unlock_shared();
      mutex.unlock_shared();
      wg.wait();
    }};

}  // namespace
