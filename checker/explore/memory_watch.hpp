// Whether anybody watches the memory of this program (checker/instrument), which tells the checker
// so before main. Only a program that was compiled for checking links who does.
#pragma once

namespace heddle::explore {

struct memory_watch {
  bool linked = false;
  // Why nothing can be checked, as the rest of a sentence that begins with the program's name; null:
  // it can.
  const char* unfit = nullptr;
};

inline constinit memory_watch watched_memory;

}  // namespace heddle::explore
