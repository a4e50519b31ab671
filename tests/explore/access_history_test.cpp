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
  return (a.is_write || b.is_write) && (a.mask & b.mask) != 0;
}

// Two locations, as watch keeps them, beside lists of everything.
class locations_twice {
 public:
  explicit locations_twice(std::uint32_t seed) : random_(seed) {
    for (actor_id g = 0; g < goroutines; ++g) clocks_[g][g] = 1;
  }
  // One step. False: a first race was completed.
  bool step() {
    const actor_id who = draw(goroutines);
    if (draw(3) == 0) {
      pass_on(who, draw(goroutines));
      return true;
    }
    const std::uint64_t place = 1 + draw(6);
    if (draw(8) == 0) {
      location record = 0;
      const bool first = access(who, 0, {0xff, true}, place, &record);
      return access(who, 1, {0xff, true}, place, &record) && first;
    }
    const std::uint32_t first = draw(8);
    const std::uint8_t mask = touched_bytes::mask_of(first, 1 + draw(8 - first));
    return access(who, draw(2), {mask, draw(writes_among_) == 0}, place, nullptr);
  }

 private:
  using location = access_history::location;

  std::uint32_t draw(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  void pass_on(actor_id from, actor_id to) {
    for (std::size_t i = 0; i < goroutines; ++i)
      clocks_[to][i] = std::max(clocks_[to][i], clocks_[from][i]);
    ++clocks_[from][from];
  }
  // `record`: of a write to all of both.
  bool access(actor_id who, std::size_t where, touched_bytes bytes, std::uint64_t place,
              location* record) {
    location& at = at_[where];
    std::vector<done>& all = all_[where];
    const auto& known = clocks_[who];
    const auto races_with = [&](const done& d) {
      return d.who != who && known[d.who] < d.epoch && conflict(d.bytes, bytes);
    };
    const bool is_race = std::ranges::any_of(all, races_with);
    bool is_seen = false;
    kept_access stamp;
    stamp.who = who;
    stamp.epoch = known[who];
    const bool has_room = history_.has_room();
    if (!(has_room && record != nullptr &&
          history_.keep_whole_write(at, stamp, place, 0, known, *record)) &&
        !history_.repeats(at, stamp, bytes) &&
        !(has_room && history_.keep_quickly(at, stamp, bytes, place, 0, known)))
      history_.add_plain(
          at, stamp, bytes, place, 0, [&](const kept_access& k) { return known[k.who] >= k.epoch; },
          [&](const kept_access& k) {
            is_seen = true;
            CHECK(std::ranges::any_of(all, [&](const done& d) {
              return races_with(d) && d.who == k.who && d.epoch == k.epoch &&
                     d.place == k.place_key;
            }));
          });
    CHECK(is_seen == is_race);
    all.push_back({who, known[who], place, bytes});
    return !is_race;
  }

  std::mt19937 random_;
  std::uint32_t writes_among_ = 2 + draw(6);
  std::array<std::array<std::uint32_t, goroutines>, goroutines> clocks_{};
  std::array<std::vector<done>, 2> all_;
  access_history history_;
  std::array<location, 2> at_{};
};

}  // namespace

TEST_CASE("the first race of a location is seen, and by its places", "[race]") {
  int races = 0;
  for (std::uint32_t seed = 1; seed <= 20000; ++seed) {
    locations_twice both(seed);
    INFO("seed " << seed);
    for (int i = 0; i < 80; ++i)
      if (!both.step()) {
        ++races;
        break;
      }
  }
  CHECK(races > 10000);
}

TEST_CASE("what one write did is forgotten at one location only", "[race]") {
  access_history history;
  access_history::location crowded = 0;
  access_history::location other = 0;
  access_history::location record = 0;
  kept_access writer;
  writer.who = 0;
  writer.epoch = 5;
  for (access_history::location* l : {&crowded, &other})
    REQUIRE(history.keep_whole_write(*l, writer, 1, 0, {}, record));

  const std::vector<std::uint32_t> known{5};
  for (actor_id who = 1; who <= 2 * access_history::most_kept; ++who) {
    kept_access reader;
    reader.who = who;
    reader.epoch = 1;
    if (!history.has_room() ||
        !history.keep_quickly(crowded, reader, {0xff, false}, 2, 0, known))
      history.add_plain(
          crowded, reader, {0xff, false}, 2, 0,
          [&](const kept_access& k) { return k.who == 0; }, [](const kept_access&) {});
  }
  std::vector<std::uint64_t> places;
  kept_access stranger;
  stranger.who = 1000;
  stranger.epoch = 1;
  history.add_plain(
      other, stranger, {1, false}, 3, 0, [](const kept_access&) { return false; },
      [&](const kept_access& k) { places.push_back(k.place_key); });
  CHECK(places == std::vector<std::uint64_t>{1});
}
