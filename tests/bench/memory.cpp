// A search too long to finish, for its memory: `./dev bench memory` bounds it and prints the peak.
#include <memory>

#include "heddle/atomic.hpp"
#include "heddle/go.hpp"
#include "heddle/model.hpp"

namespace {

const heddle::model stores_11x1{"bench/stores_11x1", heddle::expected::passed,
                                "Eleven goroutines store once to one atomic. 11! = 39,916,800 "
                                "traces.",
                                [] {
                                  const auto x = std::make_shared<heddle::atomic<int>>(0);
                                  for (int id = 0; id < 11; ++id)
                                    heddle::go([x, id] { x->store(id); });
                                }};

}  // namespace
