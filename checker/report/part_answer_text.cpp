#include "part_answer_text.hpp"

#include <algorithm>

#include "bytes.hpp"
#include "json_report.hpp"

namespace heddle::report {

using checker::part_answer;

std::string to_bytes(const part_answer& a) {
  explore::byte_writer out;
  out.number(static_cast<std::uint64_t>(a.what));
  out.text(a.state);
  out.number(a.branches.size());
  for (const checker::part_state& branch : a.branches) out.text(branch);
  out.number(a.executions);
  out.text(a.first);
  out.text(encode(a.counted));
  return out.take();
}

part_answer part_answer_from(std::string_view bytes) {
  explore::byte_reader in(bytes);
  part_answer a;
  a.what = static_cast<part_answer::left>(std::min<std::uint64_t>(in.number(), 3));
  a.state = in.text();
  a.branches.resize(in.count());
  for (checker::part_state& branch : a.branches) branch = in.text();
  a.executions = in.number();
  a.first = in.text();
  a.counted = decode(in.text());
  return a;
}

}  // namespace heddle::report
