#include "checkpoint.hpp"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string_view>

#include "bytes.hpp"
#include "exit_status.hpp"

namespace heddle::cli {

namespace {

constexpr std::string_view any_first_line = "heddle checkpoint ";
constexpr std::string_view first_line = "heddle checkpoint 2\n";

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
  const std::string text = contents(path);
  if (!text.starts_with(any_first_line)) throw usage_error(path + " is not a checkpoint");
  if (!text.starts_with(first_line))
    throw usage_error(path + " was written by another version of Heddle; start again without "
                      "--resume");
  try {
    const std::string_view rest = std::string_view(text).substr(first_line.size());
    explore::byte_reader in(rest);
    const std::string name = in.text();
    const std::string meant = in.text();
    const std::uint64_t program = in.number();
    const std::string state = in.text();
    explore::byte_writer whole;
    whole.text(name);
    whole.text(meant);
    whole.number(program);
    whole.text(state);
    if (in.number() != hash_of(whole.bytes()) || !in.at_end())
      throw explore::bad_bytes("its checksum is another");
    if (name != run.m->name())
      throw usage_error(path + " is of the model " + name + ", not of " + run.m->name());
    if (meant != meaning(run.how))
      throw usage_error(path + " is of a search with " + meant + "; give the same options");
    if (program != this_program())
      throw usage_error(path + " is of another build of this program, whose search may differ; "
                        "start again without --resume");
    search.restore(state);
  } catch (const explore::bad_bytes& e) {
    throw usage_error(path + " is damaged: " + e.what());
  } catch (const std::exception& e) {
    if (dynamic_cast<const usage_error*>(&e) != nullptr) throw;
    throw usage_error(path + " is damaged");
  }
}

}  // namespace heddle::cli
