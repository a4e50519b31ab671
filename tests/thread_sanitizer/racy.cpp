// A program with a data race, for ThreadSanitizer to find while it runs at speed.
#include "heddle/heddle.hpp"

int main() {
  return heddle::run([] {
    int count = 0;
    heddle::wait_group done;
    for (int i = 0; i < 2; ++i) done.go([&] { ++count; });
    done.wait();
  });
}
