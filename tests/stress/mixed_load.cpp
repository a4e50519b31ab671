#include "mixed_load.hpp"

#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <mutex>
#include <random>
#include <shared_mutex>
#include <stdexcept>

#include "heddle/heddle.hpp"

namespace stress {

namespace {

using namespace std::chrono_literals;

std::atomic<std::uint64_t> done_by_all{0};

// Spreads a value over 64 bits, so that sums of different multisets differ (splitmix64).
std::uint64_t scrambled(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// A multiset of values, by its size and a sum that does not depend on the order.
struct tally {
  std::uint64_t count = 0;
  std::uint64_t sum = 0;
  void add(std::uint64_t value) {
    ++count;
    sum += scrambled(value);
  }
  void add(const tally& other) {
    count += other.count;
    sum += other.sum;
  }
};

struct request {
  std::uint64_t value;
  heddle::chan<std::uint64_t> reply;
};

// What a lock protects; plain, so that a lock that does not hold loses counts.
struct guarded_counters {
  heddle::mutex guard;
  std::uint64_t by_mutex = 0;
  heddle::rw_mutex shared_guard;
  std::uint64_t by_writers = 0;
};

constexpr int lane_count = 64;
constexpr int server_count = 4;
constexpr int token_count = 16;

class round {
 public:
  explicit round(const load& how) : how_(how) {
    for (int i = 0; i < lane_count; ++i) {
      constexpr std::size_t capacities[] = {0, 1, 7, 128};
      lanes_.push_back(heddle::make_chan<std::uint64_t>(capacities[i % 4]));
    }
  }
  outcome run();

 private:
  using random = std::mt19937_64;

  // What one producer has done.
  struct account {
    tally sent;
    std::uint64_t locked = 0;
    std::uint64_t written = 0;
    std::uint64_t operations = 0;
  };

  void start_consumers();
  void produce(std::uint64_t id);
  void consume_one(std::size_t lane);
  void consume_two(std::size_t lane);
  void serve();

  void operate(random& draw, std::uint64_t value, account& mine);
  void send_somewhere(random& draw, std::uint64_t value, account& mine);
  void lock_something(random& draw, account& mine);
  void use_time(random& draw, std::uint64_t value, account& mine);
  void ask_server(random& draw, std::uint64_t value);
  void ask_child(random& draw, std::uint64_t value);
  void block_in_handler(random& draw, std::uint64_t value, account& mine);
  void borrow_token(random& draw);

  void receive(const tally& mine) {
    const std::lock_guard hold(books_);
    received_.add(mine);
  }
  void claim(bool holds, const std::string& what) {
    if (holds) return;
    const std::lock_guard hold(books_);
    result_.broken.push_back(what);
  }
  const heddle::chan<std::uint64_t>& any_lane(random& draw) { return lanes_[draw() % lane_count]; }

  const load how_;
  std::vector<heddle::chan<std::uint64_t>> lanes_;
  heddle::chan<request> requests_ = heddle::make_chan<request>();
  guarded_counters counters_;
  heddle::mutex token_guard_;
  heddle::cond token_free_{token_guard_};
  int tokens_ = token_count;
  std::atomic<std::uint64_t> children_{0};

  heddle::wait_group producers_;
  heddle::wait_group consumers_;
  heddle::mutex books_;  // guards what follows
  account sent_;
  tally received_;
  outcome result_;
};

// Each lane has a consumer of its own, and one that takes from two lanes.
void round::start_consumers() {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    consumers_.go([this, i] { consume_one(i); });
    consumers_.go([this, i] { consume_two(i); });
  }
  for (int i = 0; i < server_count; ++i) consumers_.go([this] { serve(); });
}

void round::consume_one(std::size_t lane) {
  tally mine;
  for (const std::uint64_t v : lanes_[lane]) mine.add(v);
  receive(mine);
}

void round::consume_two(std::size_t lane) {
  tally mine;
  auto a = lanes_[lane];
  auto b = lanes_[(lane + 1) % lanes_.size()];
  const auto take = [&mine](heddle::chan<std::uint64_t>& from) {
    return [&mine, &from](std::optional<std::uint64_t> v) {
      if (v)
        mine.add(*v);
      else
        from = {};  // closed and drained: never ready again
    };
  };
  while (a || b) heddle::select(heddle::recv(a, take(a)), heddle::recv(b, take(b)));
  receive(mine);
}

void round::serve() {
  for (request r : requests_) r.reply.send(r.value + 1);
}

void round::produce(std::uint64_t id) {
  random draw(how_.seed * 1'000'003 + id);
  account mine;
  for (int i = 0; i < how_.operations; ++i) {
    operate(draw, id << 32 | static_cast<std::uint64_t>(i), mine);
    ++mine.operations;
    if (i % 64 == 63) done_by_all.fetch_add(64, std::memory_order_relaxed);
  }
  const std::lock_guard hold(books_);
  sent_.sent.add(mine.sent);
  sent_.locked += mine.locked;
  sent_.written += mine.written;
  sent_.operations += mine.operations;
}

void round::operate(random& draw, std::uint64_t value, account& mine) {
  const std::uint64_t kind = draw() % 100;
  if (kind < 40)
    send_somewhere(draw, value, mine);
  else if (kind < 75)
    lock_something(draw, mine);
  else if (kind < 80)
    heddle::yield();
  else if (kind < 85)
    ask_server(draw, value);
  else if (kind < 90)
    ask_child(draw, value);
  else if (kind < 95)
    borrow_token(draw);
  else if (kind < 98)
    block_in_handler(draw, value, mine);
  else
    use_time(draw, value, mine);
}

void round::send_somewhere(random& draw, std::uint64_t value, account& mine) {
  const auto& a = any_lane(draw);
  const auto& b = any_lane(draw);
  switch (draw() % 4) {
    case 0:
      heddle::select(heddle::send(a, value), heddle::send(b, value));
      mine.sent.add(value);
      break;
    case 1:
      if (heddle::select(heddle::send(a, value), heddle::otherwise()) == 0) mine.sent.add(value);
      break;
    default:
      a.send(value);
      mine.sent.add(value);
  }
}

void round::lock_something(random& draw, account& mine) {
  const std::uint64_t kind = draw() % 16;
  if (kind < 8) {
    const std::lock_guard hold(counters_.guard);
    ++counters_.by_mutex;
    ++mine.locked;
    if (kind == 0) heddle::yield();
  } else if (kind < 15) {
    const std::shared_lock hold(counters_.shared_guard);
    const std::uint64_t before = counters_.by_writers;
    if (kind == 8) heddle::yield();
    claim(counters_.by_writers == before, "a reader saw a writer");
  } else {
    const std::lock_guard hold(counters_.shared_guard);
    ++counters_.by_writers;
    ++mine.written;
  }
}

void round::use_time(random& draw, std::uint64_t value, account& mine) {
  const auto moment = std::chrono::microseconds(draw() % 200);
  switch (draw() % 8) {
    case 0:
      heddle::sleep_for(moment);
      break;
    case 1: {
      heddle::timer t(moment);
      t.channel().recv();
      break;
    }
    case 2: {
      heddle::timer t(moment);
      if (!t.stop()) break;
      t.reset(moment);
      t.channel().recv();
      break;
    }
    case 3: {
      heddle::wait_group fired;
      fired.add(1);
      heddle::after_func(moment, [&fired] { fired.done(); });
      fired.wait();
      break;
    }
    default:
      if (heddle::select(heddle::send(any_lane(draw), value),
                         heddle::recv(heddle::after(moment))) == 0)
        mine.sent.add(value);
  }
}

void round::ask_server(random& draw, std::uint64_t value) {
  const request r{value, heddle::make_chan<std::uint64_t>(draw() % 2)};
  requests_.send(r);
  claim(r.reply.recv() == value + 1, "a reply is not the request's");
}

void round::ask_child(random& draw, std::uint64_t value) {
  const auto c = heddle::make_chan<std::uint64_t>(draw() % 2);
  heddle::go([this, c, value] {
    children_.fetch_add(1, std::memory_order_relaxed);
    c.send(value);
    c.close();
  });
  claim(c.recv() == value, "a child sent another value");
  claim(!c.recv(), "a closed channel gave a value");
}

// The exceptions that are being handled belong to the goroutine, on whichever thread it goes on.
void round::block_in_handler(random& draw, std::uint64_t value, account& mine) {
  try {
    throw std::runtime_error(std::to_string(value));
  } catch (const std::runtime_error& outer) {
    any_lane(draw).send(value);
    mine.sent.add(value);
    try {
      throw;
    } catch (const std::runtime_error& again) {
      claim(&outer == &again && again.what() == std::to_string(value), "another's exception");
    }
  }
  claim(std::uncaught_exceptions() == 0, "an exception that nobody threw");
}

void round::borrow_token(random& draw) {
  {
    std::unique_lock hold(token_guard_);
    token_free_.wait_until([this] { return tokens_ > 0; });
    --tokens_;
  }
  if (draw() % 4 == 0) heddle::yield();
  {
    const std::lock_guard hold(token_guard_);
    ++tokens_;
    token_free_.signal();
  }
}

outcome round::run() {
  start_consumers();
  for (int id = 0; id < how_.goroutines; ++id)
    producers_.go([this, id] { produce(static_cast<std::uint64_t>(id)); });
  producers_.wait();
  for (const auto& c : lanes_) c.close();
  requests_.close();
  consumers_.wait();

  claim(sent_.sent.count == received_.count, "values were lost or invented");
  claim(sent_.sent.sum == received_.sum, "other values were received than sent");
  claim(sent_.locked == counters_.by_mutex, "a mutex lost an increment");
  claim(sent_.written == counters_.by_writers, "an rw_mutex lost an increment");
  claim(tokens_ == token_count, "a token was lost");
  result_.operations = sent_.operations;
  result_.sent = sent_.sent.count;
  result_.received = received_.count;
  return result_;
}

}  // namespace

std::uint64_t operations_done() noexcept { return done_by_all.load(std::memory_order_relaxed); }

outcome run_mixed_load(const load& how) {
  const int before = heddle::num_goroutines();
  outcome result;
  {
    round r(how);
    result = r.run();
    // A goroutine that has said that it is done may still be on its way out of the round.
    while (heddle::num_goroutines() > before) heddle::yield();
  }
  return result;
}

}  // namespace stress
