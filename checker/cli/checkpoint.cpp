#include "checkpoint.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "bytes.hpp"
#include "exit_status.hpp"

namespace heddle::cli {

namespace {

constexpr std::string_view any_first_line = "heddle checkpoint ";
constexpr std::string_view first_line = "heddle checkpoint 3\n";

// FNV-1a, 64 bits: Fowler, Noll, Vo.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325U;
  for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return h;
}

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw usage_error("cannot read " + path);
  std::ostringstream all;
  all << in.rdbuf();
  return std::move(all).str();
}

// The program that runs, by its contents: a changed one has another tree.
std::uint64_t this_program() {
  static const std::uint64_t hash = hash_of(contents("/proc/self/exe"));
  return hash;
}

// What decides which executions there are.
std::string meaning(const checker::options& how) {
  return std::string(how.idle_time ? "idle" : "free") + " time, at most " +
         std::to_string(how.max_steps) + " steps and " +
         (how.preemptions ? std::to_string(*how.preemptions) : "any number of") + " preemptions";
}

struct parsed {
  std::string model;
  std::string meant;
  std::uint64_t program = 0;
  std::string state;
};

// Throws usage_error, or explore::bad_bytes.
parsed parse(const std::string& path, std::string_view text) {
  if (!text.starts_with(any_first_line)) throw usage_error(path + " is not a checkpoint");
  if (!text.starts_with(first_line))
    throw usage_error(path + " was written by another version of Heddle; start again without "
                      "--resume");
  explore::byte_reader in(text.substr(first_line.size()));
  parsed p;
  p.model = in.text();
  p.meant = in.text();
  p.program = in.number();
  p.state = in.text();
  explore::byte_writer whole;
  whole.text(p.model);
  whole.text(p.meant);
  whole.number(p.program);
  whole.text(p.state);
  if (in.number() != hash_of(whole.bytes()) || !in.at_end())
    throw explore::bad_bytes("its checksum is another");
  return p;
}

}  // namespace

std::string checkpoint_of(const isolated_run& run, const model_search& search) {
  explore::byte_writer out;
  out.text(run.m->name());
  out.text(meaning(run.how));
  out.number(this_program());
  out.text(search.save());
  explore::byte_writer end;
  end.number(hash_of(out.bytes()));
  return std::string(first_line) + out.bytes() + end.bytes();
}

void resume(const std::string& path, const isolated_run& run, model_search& search) {
  try {
    const parsed p = parse(path, contents(path));
    if (p.model != run.m->name())
      throw usage_error(path + " is of the model " + p.model + ", not of " + run.m->name());
    if (p.meant != meaning(run.how))
      throw usage_error(path + " is of a search with " + p.meant + "; give the same options");
    if (p.program != this_program())
      throw usage_error(path + " is of another build of this program, whose search may differ; "
                        "start again without --resume");
    search.restore(p.state);
  } catch (const explore::bad_bytes& e) {
    throw usage_error(path + " is damaged: " + e.what());
  } catch (const std::exception& e) {
    if (dynamic_cast<const usage_error*>(&e) != nullptr) throw;
    throw usage_error(path + " is damaged");
  }
}

void refuse_to_replace(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return;
  const std::string text = contents(path);
  if (text.empty()) return;
  if (!text.starts_with(any_first_line))
    throw usage_error(path + " is there and is not a checkpoint; name another file, or remove it");
  bool over = false;
  try {
    over = model_search::is_over(parse(path, text).state);
  } catch (const std::exception&) {  // whatever it is, it is not ours to throw away
  }
  if (!over)
    throw usage_error(path + " holds a search that is not over; go on with it by --resume " + path +
                      ", or remove it");
}

}  // namespace heddle::cli
