// The words of verdicts, as SPEC section 5 has them.
#include "heddle/check/check.hpp"

namespace heddle::checker {

std::string_view to_string(verdict v) {
  switch (v) {
    case verdict::verified:
      return "verified";
    case verdict::passed:
      return "passed";
    case verdict::failed:
      return "failed";
    case verdict::error:
      return "error";
  }
  return "?";
}

std::string_view to_string(kind k) {
  switch (k) {
    case kind::none:
      return "none";
    case kind::deadlock:
      return "deadlock";
    case kind::leak:
      return "leak";
    case kind::race:
      return "race";
    case kind::panic:
      return "panic";
    case kind::assertion:
      return "assertion";
    case kind::livelock:
      return "livelock";
    case kind::misuse:
      return "misuse";
    case kind::crash:
      return "crash";
    case kind::nondeterministic:
      return "nondeterministic";
    case kind::internal:
      return "internal";
  }
  return "?";
}

}  // namespace heddle::checker
