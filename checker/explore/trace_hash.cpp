#include "trace_hash.hpp"

namespace heddle::explore {

namespace {

std::uint64_t mixed(std::uint64_t h, std::uint64_t v) {
  h = (h ^ v) * 0x9e3779b97f4a7c15U;
  return h ^ h >> 32;
}

}  // namespace

std::uint64_t trace_hash(const trace& t, const happens_before& order) {
  std::uint64_t sum = order.length();
  for (std::size_t e = 0; e < order.length(); ++e) {
    const event& ev = t.events[e];
    std::uint64_t h = mixed(ev.what.who, ev.position);
    h = mixed(h, static_cast<std::uint32_t>(ev.what.branch));
    h = mixed(h, ev.what.partner);
    h = mixed(h, static_cast<std::uint32_t>(ev.what.partner_branch));
    const clock_row past = order.clock(e);
    for (std::size_t a = 0; a < past.size(); ++a)
      if (past[a] > 0) h = mixed(h, static_cast<std::uint64_t>(a) << 32 | past[a]);
    sum += mixed(h, h >> 7);  // a sum: the order of events in the execution does not matter
  }
  return sum;
}

}  // namespace heddle::explore
