// Errors, by https://pkg.go.dev/errors.
#include "heddle/error.hpp"

#include <catch2/catch.hpp>

using heddle::error;

TEST_CASE("a default-constructed error is nil") {
  const error none;
  CHECK_FALSE(none);
  CHECK(none.message().empty());
  CHECK(none == error());
  CHECK(none.is(error()));
}

TEST_CASE("errors are equal to their copies and not to others with the same message") {
  const error one("lost");
  const error copy = one;
  CHECK(one == copy);
  CHECK(one != error("lost"));
  CHECK(one != error());
}

TEST_CASE("an error is what it wraps, however deep") {
  const error lost("lost");
  const error outer("read: link: lost", error("link: lost", lost));
  CHECK(outer.is(lost));
  CHECK(outer.unwrap().unwrap() == lost);
  CHECK_FALSE(outer.is(error("lost")));
  CHECK_FALSE(outer.is(error()));
  CHECK_FALSE(lost.is(outer));
  CHECK(outer.message() == "read: link: lost");
}
