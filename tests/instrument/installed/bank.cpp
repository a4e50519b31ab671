// A user's models, one of them with a race.
#include <memory>

#include "heddle/heddle.hpp"

namespace {

struct account {
  int balance = 0;
  heddle::mutex m;
};

const heddle::model deposits{
    "bank/deposits", heddle::expected::race, "Two deposits without the lock.", [] {
      const auto a = std::make_shared<account>();
      for (int i = 0; i < 2; ++i) heddle::go([a] { a->balance += 10; });
    }};

const heddle::model locked{
    "bank/locked", heddle::expected::verified, "Two deposits with it.", [] {
      const auto a = std::make_shared<account>();
      for (int i = 0; i < 2; ++i)
        heddle::go([a] {
          a->m.lock();
          a->balance += 10;
          a->m.unlock();
        });
    }};

}  // namespace
