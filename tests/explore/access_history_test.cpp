// What a location remembers is enough: in random sequences of accesses and synchronisation a race
// is seen at the very access that completes the first one, and what is seen is a race.
#include "access_history.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <vector>

namespace {

using namespace heddle::explore;

constexpr std::size_t goroutines = 4;

struct done {
  actor_id who = 0;
  std::uint32_t epoch = 0;
  std::uint64_t place = 0;
  touched_bytes bytes;
};

bool conflict(const touched_bytes& a, const touched_bytes& b) {
  return (a.is_write || b.is_write) && a.first < b.first + b.count && b.first < a.first + a.count;
}

// One location, as watch keeps it, beside a list of everything.
class location_twice {
 public:
  explicit location_twice(std::uint32_t seed) : random_(seed) {
    for (actor_id g = 0; g < goroutines; ++g) clocks_[g][g] = 1;
  }
  // One step. False: the first race was completed, by both or by neither.
  bool step() {
    const actor_id who = draw(goroutines);
    if (draw(3) == 0) {
      pass_on(who, draw(goroutines));
      return true;
    }
    const auto first = static_cast<std::uint8_t>(draw(8));
    const auto count = static_cast<std::uint8_t>(1 + draw(8U - first));
    return access(who, {first, count, draw(writes_among_) == 0}, 1 + draw(6));
  }

 private:
  std::uint32_t draw(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  void pass_on(actor_id from, actor_id to) {
    for (std::size_t i = 0; i < goroutines; ++i)
      clocks_[to][i] = std::max(clocks_[to][i], clocks_[from][i]);
    ++clocks_[from][from];
  }
  bool access(actor_id who, touched_bytes bytes, std::uint64_t place) {
    const auto& known = clocks_[who];
    const auto races_with = [&](const done& d) {
      return d.who != who && known[d.who] < d.epoch && conflict(d.bytes, bytes);
    };
    const bool is_race = std::ranges::any_of(all_, races_with);
    bool is_seen = false;
    kept_access stamp;
    stamp.who = who;
    stamp.epoch = known[who];
    if (!history_.repeats(at_, stamp, bytes) &&
        !history_.keep_quickly(at_, stamp, bytes, place, 0, known))
      history_.add_plain(
          at_, stamp, bytes, place, 0,
          [&](const kept_access& k) { return known[k.who] >= k.epoch; },
          [&](const kept_access& k) {
            is_seen = true;
            CHECK(std::ranges::any_of(all_, [&](const done& d) {
              return races_with(d) && d.who == k.who && d.epoch == k.epoch &&
                     d.place == k.place_key;
            }));
          });
    CHECK(is_seen == is_race);
    all_.push_back({who, known[who], place, bytes});
    return !is_race;
  }

  std::mt19937 random_;
  std::uint32_t writes_among_ = 2 + draw(6);
  std::array<std::array<std::uint32_t, goroutines>, goroutines> clocks_{};
  std::vector<done> all_;
  access_history history_;
  access_history::location at_ = 0;
};

}  // namespace

TEST_CASE("the first race of a location is seen, and by its places", "[race]") {
  int races = 0;
  for (std::uint32_t seed = 1; seed <= 20000; ++seed) {
    location_twice both(seed);
    INFO("seed " << seed);
    for (int i = 0; i < 60; ++i)
      if (!both.step()) {
        ++races;
        break;
      }
  }
  CHECK(races > 10000);
}
